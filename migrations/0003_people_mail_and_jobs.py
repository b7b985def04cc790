"""Invitations, notices, single-use links, mail and jobs; an erased person's name in the record."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEPT = ("id", "at", "actor_id", "action", "object_type", "object_id", "outcome")
"""Columns of an audit entry that nothing ever changes; `details` besides."""
HANGS_ON_ACCOUNTS = ("role_assignment", "user_session")


def one_of(name: str, *values: str, length: int) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=length)


def role() -> sa.Enum:
    return one_of(
        "role",
        "administrator",
        "curator",
        "partner-reader",
        "practitioner",
        "strategic-lead",
        length=20,
    )


def sector() -> sa.Enum:
    return one_of("sector", "police", "school", "health", length=10)


def reference(table: str, column: str, to: str, ondelete: str | None = None) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def upgrade() -> None:
    op.add_column(
        "account",
        sa.Column(
            "mail_frequency",
            one_of("mailfrequency", "at-once", "daily", "weekly", "never", length=10),
            nullable=False,
            server_default="daily",
        ),
    )
    op.add_column("account", sa.Column("closed_at", MOMENT, nullable=True))
    _never_give_an_account_number_twice()
    op.add_column("role_assignment", sa.Column("sector", sector(), nullable=True))
    op.add_column("role_assignment", sa.Column("given_at", MOMENT, nullable=True))
    op.add_column("role_assignment", sa.Column("suspended_at", MOMENT, nullable=True))
    op.add_column("role_assignment", sa.Column("suspended_nationally", sa.Boolean(), nullable=True))
    op.add_column(
        "user_session",
        sa.Column("browser", sa.String(length=60), nullable=True),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", role(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("sector", sector(), nullable=True),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(role IN ('administrator', 'curator')) = (authority_id IS NULL)",
            name=op.f("ck_invitation_authority_where_needed"),
        ),
        reference("invitation", "authority_id", "authority"),
        reference("invitation", "invited_by_id", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invitation_authority_id", "invitation", ["authority_id"])
    op.create_index("ix_invitation_email", "invitation", ["email"])
    op.create_table(
        "password_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        reference("password_link", "user_id", "account", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_link")),
    )
    op.create_index("ix_password_link_user_id", "password_link", ["user_id"])
    op.create_table(
        "email_domain",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        reference("email_domain", "authority_id", "authority", "CASCADE"),
        sa.PrimaryKeyConstraint("authority_id", "domain", name=op.f("pk_email_domain")),
    )
    op.create_table(
        "people_confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        reference("people_confirmation", "authority_id", "authority", "CASCADE"),
        reference("people_confirmation", "by_id", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_confirmation")),
    )
    op.create_index("ix_people_confirmation_authority_id", "people_confirmation", ["authority_id"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("mailed_at", MOMENT, nullable=True),
        reference("notice", "user_id", "account", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_user_id", "notice", ["user_id"])
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("to_email", sa.String(length=254), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("dropped_at", MOMENT, nullable=True),
        reference("outgoing_mail", "user_id", "account", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("reference", name=op.f("uq_outgoing_mail_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outgoing_mail_user_id", "outgoing_mail", ["user_id"])
    op.create_index("ix_outgoing_mail_to_email", "outgoing_mail", ["to_email"])
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            one_of("jobstate", "waiting", "running", "done", "failed", length=10),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index("ix_job_state_due_at", "job", ["state", "due_at"])
    _protect_audit(names_may_be_erased=True)


def downgrade() -> None:
    _protect_audit(names_may_be_erased=False)
    for table, indexes in (
        ("job", ["ix_job_state_due_at"]),
        ("outgoing_mail", ["ix_outgoing_mail_to_email", "ix_outgoing_mail_user_id"]),
        ("notice", ["ix_notice_user_id"]),
        ("people_confirmation", ["ix_people_confirmation_authority_id"]),
        ("email_domain", []),
        ("password_link", ["ix_password_link_user_id"]),
        ("invitation", ["ix_invitation_email", "ix_invitation_authority_id"]),
    ):
        for index in indexes:
            op.drop_index(index, table_name=table)
        op.drop_table(table)
    op.drop_column("user_session", "browser")
    # the tables before know no suspended role: better none than one that opens something again
    op.execute("DELETE FROM role_assignment WHERE suspended_at IS NOT NULL")
    for column in ("suspended_nationally", "suspended_at", "given_at", "sector"):
        op.drop_column("role_assignment", column)
    op.drop_column("account", "closed_at")
    op.drop_column("account", "mail_frequency")


def _never_give_an_account_number_twice() -> None:
    """Rebuild the table on SQLite, which else gives an erased person's number to the next one.

    What hangs on accounts is put aside: it would go with the old table.
    """
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in HANGS_ON_ACCOUNTS:
        op.execute(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608
        op.execute(f"DELETE FROM {table}")  # noqa: S608
    with op.batch_alter_table(
        "account", recreate="always", table_kwargs={"sqlite_autoincrement": True}
    ):
        pass
    for table in HANGS_ON_ACCOUNTS:
        op.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608
        op.execute(f"DROP TABLE kept_{table}")


def _protect_audit(names_may_be_erased: bool) -> None:
    """Let nothing change an entry, but an actor's name become "Erased person"."""
    if op.get_bind().dialect.name == "postgresql":
        same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT)
        erased = (
            f"NEW.actor_name = 'Erased person' AND {same} AND NEW.details::text = OLD.details::text"
        )
        allowed = f"IF {erased} THEN RETURN NEW; END IF; " if names_may_be_erased else ""
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {allowed}RAISE EXCEPTION 'audit entries are written once'; END $$"
        )
        return
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in (*KEPT, "details"))
    condition = (
        f"WHEN NOT (NEW.actor_name = 'Erased person' AND {same}) " if names_may_be_erased else ""
    )
    op.execute("DROP TRIGGER audit_entry_written_once")
    op.execute(
        f"CREATE TRIGGER audit_entry_written_once BEFORE UPDATE ON audit_entry {condition}"
        "BEGIN SELECT RAISE(ABORT, 'audit entries are written once'); END"
    )
