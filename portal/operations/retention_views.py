"""Pages that say what is kept for how long, and what would go now."""

from collections.abc import Sequence

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from portal.core.database import db
from portal.core.permissions import Permission, public, requires
from portal.core.retention import Keeping
from portal.operations import retention as rules
from portal.operations.views import bp


def _schedule() -> Sequence[Keeping]:
    schedule: Sequence[Keeping] = current_app.extensions["retention"]
    return schedule


@bp.route("/retention")
@public
def retention() -> ResponseReturnValue:
    """Show everybody what is kept, for how long and why."""
    return render_template("operations/retention.html", schedule=_schedule())


@bp.route("/administration/retention")
@requires(Permission.JOBS_MANAGE)
def retention_state() -> ResponseReturnValue:
    """Show what would be removed now, and when the schedule was applied last."""
    return render_template(
        "operations/retention_state.html",
        schedule=_schedule(),
        too_old=rules.too_old(db.session, _schedule()),
        last=rules.last_applied(db.session),
    )
