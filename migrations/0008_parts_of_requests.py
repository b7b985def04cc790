"""The exact parts of a fit, kept with the request that came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pairing_request", sa.Column("parts", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("pairing_request", "parts")
