"""Pairing: weights, lists of hosts as they were shown, requests, pairs, rules, rounds."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "pairing_card_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_card_groups")),
    )
    op.create_table(
        "pairing_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "working",
                "preview",
                "stopped",
                "failed",
                "sent",
                name="roundstate",
                native_enum=False,
                length=10,
            ),
            nullable=False,
        ),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("weights", sa.String(length=40), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("ran_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_pairing_round_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_round")),
    )
    op.create_table(
        "pairing_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("block", "pin", "override", name="rulekind", native_enum=False, length=10),
            nullable=False,
        ),
        sa.Column("asking_id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.CheckConstraint("asking_id <> host_id", name=op.f("ck_pairing_rule_two_authorities")),
        sa.ForeignKeyConstraint(
            ["asking_id"],
            ["authority.id"],
            name=op.f("fk_pairing_rule_asking_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_pairing_rule_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["host_id"], ["authority.id"], name=op.f("fk_pairing_rule_host_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_rule")),
    )
    op.create_table(
        "pairing_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asking_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("handling", sa.Integer(), nullable=False),
        sa.Column("weights", sa.String(length=40), nullable=False),
        sa.Column("data", sa.String(length=64), nullable=False),
        sa.Column("nobody", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["asking_id"],
            ["authority.id"],
            name=op.f("fk_pairing_search_asking_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_pairing_search_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_search")),
    )
    op.create_index("ix_pairing_search_asking_id", "pairing_search", ["asking_id"], unique=False)
    op.create_table(
        "pairing_weights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_pairing_weights_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_weights")),
    )
    op.create_table(
        "pairing_shown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("group", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"],
            ["pairing_search.id"],
            name=op.f("fk_pairing_shown_search_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_shown")),
    )
    op.create_index("ix_pairing_shown_search_id", "pairing_shown", ["search_id"], unique=False)
    op.create_table(
        "pairing_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asking_id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=True),
        sa.Column("shown_id", sa.Integer(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("preference", sa.Integer(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("wish", sa.String(length=2000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "not-now",
                "expired",
                "withdrawn",
                name="requeststate",
                native_enum=False,
                length=10,
            ),
            nullable=False,
        ),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("asking_agreed_at", MOMENT, nullable=True),
        sa.Column("host_agreed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("declined_by_host", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("fit", sa.Double(), nullable=True),
        sa.Column("view", sa.Double(), nullable=True),
        sa.Column("asking_sees", sa.JSON(), nullable=False),
        sa.Column("host_sees", sa.JSON(), nullable=False),
        sa.CheckConstraint("asking_id <> host_id", name=op.f("ck_pairing_request_two_authorities")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["account.id"],
            name=op.f("fk_pairing_request_answered_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["asking_id"],
            ["authority.id"],
            name=op.f("fk_pairing_request_asking_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_pairing_request_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["host_id"],
            ["authority.id"],
            name=op.f("fk_pairing_request_host_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["pairing_round.id"],
            name=op.f("fk_pairing_request_round_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["shown_id"],
            ["pairing_shown.id"],
            name=op.f("fk_pairing_request_shown_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_request")),
    )
    op.create_index("ix_pairing_request_asking_id", "pairing_request", ["asking_id"], unique=False)
    op.create_index("ix_pairing_request_host_id", "pairing_request", ["host_id"], unique=False)
    op.create_index(
        "uq_pairing_request_open",
        "pairing_request",
        ["asking_id", "host_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "pairing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("asking_id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=1000), nullable=False),
        sa.Column("goals", sa.JSON(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("renewed_on", sa.Date(), nullable=True),
        sa.Column("wants_renewal", sa.String(length=6), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by_host", sa.Boolean(), nullable=True),
        sa.Column("end_reason", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(
            ["asking_id"], ["authority.id"], name=op.f("fk_pairing_asking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["host_id"], ["authority.id"], name=op.f("fk_pairing_host_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["pairing_request.id"],
            name=op.f("fk_pairing_request_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
        sa.UniqueConstraint("request_id", name=op.f("uq_pairing_request_id")),
    )
    op.create_index("ix_pairing_asking_id", "pairing", ["asking_id"], unique=False)
    op.create_index("ix_pairing_host_id", "pairing", ["host_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_pairing_host_id", table_name="pairing")
    op.drop_index("ix_pairing_asking_id", table_name="pairing")
    op.drop_table("pairing")
    op.drop_index(
        "uq_pairing_request_open",
        table_name="pairing_request",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_pairing_request_host_id", table_name="pairing_request")
    op.drop_index("ix_pairing_request_asking_id", table_name="pairing_request")
    op.drop_table("pairing_request")
    op.drop_index("ix_pairing_shown_search_id", table_name="pairing_shown")
    op.drop_table("pairing_shown")
    op.drop_table("pairing_weights")
    op.drop_index("ix_pairing_search_asking_id", table_name="pairing_search")
    op.drop_table("pairing_search")
    op.drop_table("pairing_rule")
    op.drop_table("pairing_round")
    op.drop_table("pairing_card_groups")
