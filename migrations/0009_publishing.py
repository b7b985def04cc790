"""Writing, review, versions, the law that documents rest on, attachments, receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "instrument",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["instrument.id"],
            name="fk_instrument_successor_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_instrument"),
        sa.UniqueConstraint("name", name="uq_instrument_name"),
    )
    op.create_index("ix_instrument_successor_id", "instrument", ["successor_id"], unique=False)
    op.create_table(
        "manuscript",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "submitted",
                "in-review",
                "changes-asked",
                "approved",
                "scheduled",
                "published",
                "dropped",
                name="stage",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("edits", sa.String(length=40), nullable=True),
        sa.Column("replaces", sa.String(length=40), nullable=True),
        sa.Column("became", sa.String(length=40), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("stage_since", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("scheduled_for", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name="fk_manuscript_author_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name="fk_manuscript_authority_id"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name="fk_manuscript_owner_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_manuscript"),
    )
    op.create_index("ix_manuscript_author_id", "manuscript", ["author_id"], unique=False)
    op.create_index("ix_manuscript_owner_id", "manuscript", ["owner_id"], unique=False)
    op.create_index("ix_manuscript_stage", "manuscript", ["stage"], unique=False)
    op.create_index(
        "uq_manuscript_edit",
        "manuscript",
        ["edits"],
        unique=True,
        sqlite_where=sa.text("edits IS NOT NULL AND stage NOT IN ('published', 'dropped')"),
        postgresql_where=sa.text("edits IS NOT NULL AND stage NOT IN ('published', 'dropped')"),
    )
    op.create_table(
        "takedown_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name="fk_takedown_receipt_by_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_takedown_receipt"),
        sa.UniqueConstraint("reference", name="uq_takedown_receipt_reference"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name="fk_attachment_document_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("document_id", "number", name="uq_attachment_document_id_number"),
    )
    op.create_table(
        "document_owner",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_document_owner_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_document_owner_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_document_owner"),
    )
    op.create_index("ix_document_owner_account_id", "document_owner", ["account_id"], unique=False)
    op.create_table(
        "document_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name="fk_document_version_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_document_version_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document_version"),
        sa.UniqueConstraint("document_id", "number", name="uq_document_version_document_id_number"),
    )
    op.create_table(
        "finding_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manuscript_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("passage", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name="fk_finding_answer_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["manuscript_id"],
            ["manuscript.id"],
            name="fk_finding_answer_manuscript_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_finding_answer"),
        sa.UniqueConstraint(
            "manuscript_id", "part", "passage", name="uq_finding_answer_manuscript_id_part_passage"
        ),
    )
    op.create_table(
        "law_change",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name="fk_law_change_document_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instrument.id"],
            name="fk_law_change_instrument_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "instrument_id", name="pk_law_change"),
    )
    op.create_index("ix_law_change_instrument_id", "law_change", ["instrument_id"], unique=False)
    op.create_table(
        "manuscript_part",
        sa.Column("manuscript_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["manuscript_id"],
            ["manuscript.id"],
            name="fk_manuscript_part_manuscript_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("manuscript_id", "name", name="pk_manuscript_part"),
    )
    op.create_table(
        "manuscript_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manuscript_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "submitted",
                "in-review",
                "changes-asked",
                "approved",
                "scheduled",
                "published",
                "dropped",
                name="stage",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name="fk_manuscript_step_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["manuscript_id"],
            ["manuscript.id"],
            name="fk_manuscript_step_manuscript_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_manuscript_step"),
    )
    op.create_index(
        "ix_manuscript_step_manuscript_id", "manuscript_step", ["manuscript_id"], unique=False
    )
    op.create_table(
        "manuscript_writer",
        sa.Column("manuscript_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name="fk_manuscript_writer_account_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["manuscript_id"],
            ["manuscript.id"],
            name="fk_manuscript_writer_manuscript_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("manuscript_id", "account_id", name="pk_manuscript_writer"),
    )
    op.create_index(
        "ix_manuscript_writer_account_id", "manuscript_writer", ["account_id"], unique=False
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manuscript_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("passage", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name="fk_remark_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["manuscript_id"], ["manuscript.id"], name="fk_remark_manuscript_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_remark"),
    )
    op.create_index("ix_remark_manuscript_id", "remark", ["manuscript_id"], unique=False)
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manuscript_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("content", "disclosure", name="signoffkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name="fk_sign_off_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["manuscript_id"],
            ["manuscript.id"],
            name="fk_sign_off_manuscript_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sign_off"),
        sa.UniqueConstraint(
            "manuscript_id", "kind", "text_hash", name="uq_sign_off_manuscript_id_kind_text_hash"
        ),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manuscript_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "refused", "checked", name="uploadstate", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("traces", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name="fk_upload_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["manuscript_id"], ["manuscript.id"], name="fk_upload_manuscript_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_manuscript_id", "upload", ["manuscript_id"], unique=False)
    op.add_column("document", sa.Column("successor", sa.String(length=40), nullable=True))


def downgrade() -> None:
    # the version before knows no other way to be gone
    op.execute("UPDATE document SET state = 'withdrawn' WHERE state <> 'published'")
    op.drop_column("document", "successor")
    op.drop_index("ix_upload_manuscript_id", table_name="upload")
    op.drop_table("upload")
    op.drop_table("sign_off")
    op.drop_index("ix_remark_manuscript_id", table_name="remark")
    op.drop_table("remark")
    op.drop_index("ix_manuscript_writer_account_id", table_name="manuscript_writer")
    op.drop_table("manuscript_writer")
    op.drop_index("ix_manuscript_step_manuscript_id", table_name="manuscript_step")
    op.drop_table("manuscript_step")
    op.drop_table("manuscript_part")
    op.drop_index("ix_law_change_instrument_id", table_name="law_change")
    op.drop_table("law_change")
    op.drop_table("finding_answer")
    op.drop_table("document_version")
    op.drop_index("ix_document_owner_account_id", table_name="document_owner")
    op.drop_table("document_owner")
    op.drop_table("attachment")
    op.drop_table("takedown_receipt")
    op.drop_index(
        "uq_manuscript_edit",
        table_name="manuscript",
        sqlite_where=sa.text("edits IS NOT NULL AND stage NOT IN ('published', 'dropped')"),
        postgresql_where=sa.text("edits IS NOT NULL AND stage NOT IN ('published', 'dropped')"),
    )
    op.drop_index("ix_manuscript_stage", table_name="manuscript")
    op.drop_index("ix_manuscript_owner_id", table_name="manuscript")
    op.drop_index("ix_manuscript_author_id", table_name="manuscript")
    op.drop_table("manuscript")
    op.drop_index("ix_instrument_successor_id", table_name="instrument")
    op.drop_table("instrument")
