"""What was hidden in the files of published texts goes, and the authority of what was removed."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PUBLISHED = "manuscript_id IN (SELECT id FROM manuscript WHERE stage = 'published')"


def upgrade() -> None:
    # as `uploads.keep_published` and a takedown leave it since
    op.execute(
        f"DELETE FROM upload WHERE {_PUBLISHED} AND (purpose <> 'attach' OR state <> 'checked')"  # noqa: S608
    )
    op.execute(
        f"UPDATE upload SET name = title, traces = '[]', warnings = '[]' WHERE {_PUBLISHED}"  # noqa: S608
    )
    op.execute("UPDATE document SET contributing_authority_id = NULL WHERE state = 'removed'")


def downgrade() -> None:
    """Leave it gone: nobody can bring it back."""
