"""What is published about authorities, and what they say of themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PERCENTAGES = (
    "child_poverty_pct",
    "fsm_primary_pct",
    "fsm_secondary_pct",
    "eal_primary_pct",
    "eal_secondary_pct",
)


def one_of(name: str, *values: str, length: int) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=length)


def reference(table: str, column: str, to: str, ondelete: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def upgrade() -> None:
    op.add_column("authority", sa.Column("la_code", sa.String(length=3), nullable=True))
    op.add_column("authority", sa.Column("two_tier", sa.Boolean(), nullable=True))
    op.create_index("ix_authority_la_code", "authority", ["la_code"], unique=True)
    op.create_table(
        "authority_figures",
        sa.Column("authority_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in PERCENTAGES),
        reference("authority_figures", "authority_id", "authority", "CASCADE"),
        sa.PrimaryKeyConstraint("authority_id", name=op.f("pk_authority_figures")),
    )
    op.create_table(
        "authority_neighbour",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("neighbour_id", sa.Integer(), nullable=False),
        sa.Column(
            "band",
            one_of(
                "band",
                "extremely close",
                "very close",
                "close",
                "somewhat close",
                "not close",
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "authority_id <> neighbour_id", name=op.f("ck_authority_neighbour_another")
        ),
        reference("authority_neighbour", "authority_id", "authority", "CASCADE"),
        reference("authority_neighbour", "neighbour_id", "authority", "CASCADE"),
        sa.PrimaryKeyConstraint("authority_id", "rank", name=op.f("pk_authority_neighbour")),
        sa.UniqueConstraint(
            "authority_id",
            "neighbour_id",
            name=op.f("uq_authority_neighbour_authority_id_neighbour_id"),
        ),
    )
    op.create_index("ix_authority_neighbour_neighbour_id", "authority_neighbour", ["neighbour_id"])
    op.create_table(
        "profile_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("origin", one_of("origin", "stated", "inferred", length=10), nullable=False),
        sa.Column(
            "state",
            one_of("state", "given", "not-settled", "prefer-not-to-say", "taken-back", length=20),
            nullable=False,
        ),
        sa.Column("value", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column(
            "capacity",
            one_of("capacity", "lead", "curator", "operator", length=10),
            nullable=False,
        ),
        sa.Column("replaced_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "origin = 'stated' OR source IS NOT NULL",
            name=op.f("ck_profile_answer_source_of_inference"),
        ),
        reference("profile_answer", "authority_id", "authority", "CASCADE"),
        reference("profile_answer", "by_id", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_answer")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_profile_answer_current",
        "profile_answer",
        ["authority_id", "question", "origin"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_index("ix_profile_answer_authority_id_id", "profile_answer", ["authority_id", "id"])
    op.create_index("ix_profile_answer_by_id", "profile_answer", ["by_id"])
    op.create_table(
        "profile_confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        reference("profile_confirmation", "authority_id", "authority", "CASCADE"),
        reference("profile_confirmation", "by_id", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_confirmation")),
    )
    op.create_index(
        "ix_profile_confirmation_authority_id", "profile_confirmation", ["authority_id"]
    )
    op.create_index("ix_profile_confirmation_by_id", "profile_confirmation", ["by_id"])


def downgrade() -> None:
    for table, indexes in (
        (
            "profile_confirmation",
            ["ix_profile_confirmation_by_id", "ix_profile_confirmation_authority_id"],
        ),
        (
            "profile_answer",
            [
                "ix_profile_answer_by_id",
                "ix_profile_answer_authority_id_id",
                "uq_profile_answer_current",
            ],
        ),
        ("authority_neighbour", ["ix_authority_neighbour_neighbour_id"]),
        ("authority_figures", []),
    ):
        for index in indexes:
            op.drop_index(index, table_name=table)
        op.drop_table(table)
    op.drop_index("ix_authority_la_code", table_name="authority")
    op.drop_column("authority", "two_tier")
    op.drop_column("authority", "la_code")
