"""What was searched for and wished for, by nobody in particular."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=100), nullable=False),
        sa.Column("results", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "words", "results", name=op.f("pk_search_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wish",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("terms", sa.String(length=500), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "terms", name=op.f("pk_wish")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("wish")
    op.drop_table("search_count")
