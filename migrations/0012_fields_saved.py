"""In which revision each field of a manuscript was changed last."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("manuscript", sa.Column("changed_in", sa.JSON(), nullable=True))
    manuscript = sa.table(
        "manuscript",
        sa.column("id", sa.Integer()),
        sa.column("fields", sa.JSON()),
        sa.column("revision", sa.Integer()),
        sa.column("changed_in", sa.JSON()),
    )
    connection = op.get_bind()
    # as if each had been changed by the last save: a page that is open now overwrites nothing
    for row in connection.execute(sa.select(manuscript)).all():
        change = sa.update(manuscript).where(manuscript.c.id == row.id)
        connection.execute(change.values(changed_in=dict.fromkeys(row.fields, row.revision)))


def downgrade() -> None:
    op.drop_column("manuscript", "changed_in")
