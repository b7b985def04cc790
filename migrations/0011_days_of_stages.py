"""A day for texts that are approved, scheduled or in review again: they had none before."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.table(
    "manuscript",
    sa.column("id", sa.Integer()),
    sa.column("stage", sa.String()),
    sa.column("stage_since", sa.DateTime(timezone=True)),
    sa.column("due_on", sa.Date()),
    sa.column("scheduled_for", sa.Date()),
)
DAYS = {"approved": 5, "in-review": 10}


def upgrade() -> None:
    without = TEXT.c.due_on.is_(None)
    scheduled = sa.update(TEXT).where(without, TEXT.c.stage == "scheduled")
    op.execute(scheduled.values(due_on=TEXT.c.scheduled_for))
    found = sa.select(TEXT.c.id, TEXT.c.stage, TEXT.c.stage_since)
    for id_, stage, since in (
        op.get_bind().execute(found.where(without, TEXT.c.stage.in_(DAYS))).all()
    ):
        due = since.date() + timedelta(days=DAYS[stage])
        op.execute(sa.update(TEXT).where(TEXT.c.id == id_).values(due_on=due))


def downgrade() -> None:
    """Leave the days: what went before reads them too."""
