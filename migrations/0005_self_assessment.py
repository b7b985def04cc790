"""The self-assessment: signed positions, rounds, single-use links, counts of answers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def reference(table: str, column: str, to: str, ondelete: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def upgrade() -> None:
    op.create_table(
        "assessment_position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("stated", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("replaced_at", MOMENT, nullable=True),
        reference("assessment_position", "authority_id", "authority", "CASCADE"),
        reference("assessment_position", "by_id", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_position")),
    )
    op.create_index("ix_assessment_position_authority_id", "assessment_position", ["authority_id"])
    op.create_index(
        "uq_assessment_position_in_force",
        "assessment_position",
        ["authority_id"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "assessment_wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("shared_nonce", sa.String(length=43), nullable=True),
        sa.Column("links_made", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("links_made >= 0", name=op.f("ck_assessment_wave_links_made")),
        reference("assessment_wave", "authority_id", "authority", "CASCADE"),
        reference("assessment_wave", "position_id", "assessment_position", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_wave")),
        sa.UniqueConstraint(
            "authority_id", "number", name=op.f("uq_assessment_wave_authority_id_number")
        ),
    )
    op.create_index(
        "uq_assessment_wave_open",
        "assessment_wave",
        ["authority_id"],
        unique=True,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_table(
        "assessment_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        reference("assessment_link", "wave_id", "assessment_wave", "CASCADE"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_assessment_link")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_assessment_link_wave_id", "assessment_link", ["wave_id"])
    op.create_table(
        "assessment_count",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("answer", sa.String(length=30), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_assessment_count_n")),
        reference("assessment_count", "wave_id", "assessment_wave", "CASCADE"),
        sa.PrimaryKeyConstraint("wave_id", "subject", "answer", name=op.f("pk_assessment_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assessment_link_taken",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        reference("assessment_link_taken", "wave_id", "assessment_wave", "CASCADE"),
        reference("assessment_link_taken", "account_id", "account", "CASCADE"),
        sa.PrimaryKeyConstraint("wave_id", "account_id", name=op.f("pk_assessment_link_taken")),
    )
    op.create_table(
        "assessment_national",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("waves", sa.JSON(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_national")),
    )


def downgrade() -> None:
    for table in ("national", "link_taken", "count", "link", "wave", "position"):
        op.drop_table(f"assessment_{table}")
