"""What a version keeps of its files, and the version that an edit was made from."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_VERSIONS = sa.table(
    "document_version",
    sa.column("document_id", sa.Integer),
    sa.column("number", sa.Integer),
    sa.column("made_at", sa.DateTime),
    sa.column("attachments", sa.JSON),
)
_ATTACHMENTS = sa.table(
    "attachment",
    sa.column("document_id", sa.Integer),
    sa.column("number", sa.Integer),
    sa.column("title", sa.String),
    sa.column("body", sa.Text),
)
_DOCUMENTS = sa.table("document", sa.column("id", sa.Integer), sa.column("reference", sa.String))
_MANUSCRIPTS = sa.table(
    "manuscript",
    sa.column("id", sa.Integer),
    sa.column("edits", sa.String),
    sa.column("made_at", sa.DateTime),
    sa.column("based_on", sa.Integer),
)


def upgrade() -> None:
    op.add_column("document_version", sa.Column("attachments", sa.JSON(), nullable=True))
    op.add_column("manuscript", sa.Column("based_on", sa.Integer(), nullable=True))
    _keep_present_files()
    _note_what_edits_were_made_from()


def _keep_present_files() -> None:
    """What earlier versions had is not known any more; the last one has what readers see."""
    connection = op.get_bind()
    held: dict[int, list[dict[str, str]]] = {}
    files = sa.select(_ATTACHMENTS).order_by(_ATTACHMENTS.c.document_id, _ATTACHMENTS.c.number)
    for one in connection.execute(files).all():
        held.setdefault(one.document_id, []).append({"title": one.title, "body": one.body})
    last = sa.select(_VERSIONS.c.document_id, sa.func.max(_VERSIONS.c.number).label("number"))
    for one in connection.execute(last.group_by(_VERSIONS.c.document_id)).all():
        connection.execute(
            sa.update(_VERSIONS)
            .where(_VERSIONS.c.document_id == one.document_id, _VERSIONS.c.number == one.number)
            .values(attachments=held.get(one.document_id, []))
        )


def _note_what_edits_were_made_from() -> None:
    made_from = (
        sa.select(sa.func.coalesce(sa.func.max(_VERSIONS.c.number), 0))
        .join(_DOCUMENTS, _DOCUMENTS.c.id == _VERSIONS.c.document_id)
        .where(
            _DOCUMENTS.c.reference == _MANUSCRIPTS.c.edits,
            _VERSIONS.c.made_at <= _MANUSCRIPTS.c.made_at,
        )
        .scalar_subquery()
    )
    op.execute(
        sa.update(_MANUSCRIPTS).where(_MANUSCRIPTS.c.edits.is_not(None)).values(based_on=made_from)
    )


def downgrade() -> None:
    op.drop_column("manuscript", "based_on")
    op.drop_column("document_version", "attachments")
