"""Why a curator proposed a pairing, and why one lifted a rule."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pairing_request", sa.Column("proposed_why", sa.String(1000), nullable=True))
    op.add_column("pairing_rule", sa.Column("lift_reason", sa.String(1000), nullable=True))


def downgrade() -> None:
    op.drop_column("pairing_rule", "lift_reason")
    op.drop_column("pairing_request", "proposed_why")
