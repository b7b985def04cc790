"""The administrator's page of the work in the background."""

from urllib.parse import urlencode

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.core.config import Settings
from portal.core.database import db
from portal.core.jobs import JobState
from portal.core.permissions import Permission, requires
from portal.operations import jobs_service
from portal.operations.views import bp
from portal.ui import pagination

_PATH = "/administration/jobs"


@bp.route(_PATH)
@requires(Permission.JOBS_MANAGE)
def jobs() -> ResponseReturnValue:
    """Show what waits, what runs, what failed and why."""
    settings: Settings = current_app.extensions["settings"]
    wanted = request.args.get("state", "")
    state = JobState(wanted) if wanted in set(JobState) else None
    overview = jobs_service.overview(db.session)
    total = overview.counts[state] if state else overview.unfinished
    page = min(pagination.page_number(request.args.get("page", "")), pagination.last_page(total))

    def address(number: int) -> str:
        pairs = [("state", state.value)] if state else []
        pairs += [("page", str(number))] if number > 1 else []
        return f"{_PATH}?{urlencode(pairs)}" if pairs else _PATH

    return render_template(
        "operations/jobs.html",
        overview=overview,
        state=state,
        states=JobState,
        total=total,
        pieces=jobs_service.listed(
            db.session, current_app.extensions["jobs"], state=state, page=page
        ),
        pages=pagination.component(page, total, address),
        page_number=page,
        begun=request.args.get("begun", ""),
        letters_stay_here=settings.mail == "folder" and not settings.demonstration,
    )


@bp.route(f"{_PATH}/<int(max=2147483647):job_id>/retry", methods=["POST"])
@requires(Permission.JOBS_MANAGE)
def retry_job(job_id: int) -> ResponseReturnValue:
    """Let one failed job begin again."""
    return _again(job_id)


@bp.route(f"{_PATH}/retry", methods=["POST"])
@requires(Permission.JOBS_MANAGE)
def retry_jobs() -> ResponseReturnValue:
    """Let every failed job begin again."""
    return _again(None)


def _again(job_id: int | None) -> ResponseReturnValue:
    number = jobs_service.try_again(db.session, actor=current_user.actor, job_id=job_id)
    return redirect(url_for("operations.jobs", begun="some" if number else "none"))
