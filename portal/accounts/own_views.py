"""A person's own data: taking a copy, giving up a role, leaving."""

import json

from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from portal.accounts import leaving, lookup, own_data, service, sessions
from portal.accounts.confirming import is_them
from portal.accounts.lookup import HeldRole
from portal.accounts.models import Notice, RoleAssignment
from portal.accounts.notices import Notices
from portal.accounts.own_forms import ERASE, LeaveForm
from portal.accounts.people_forms import SureForm
from portal.audit import service as audit
from portal.core import clock
from portal.core.database import db, short_transaction
from portal.core.errors import Conflict, NotFound
from portal.core.permissions import Permission, public, requires
from portal.core.roles import Role

bp = Blueprint("own", __name__, template_folder="templates")


def _person() -> service.SignedIn:
    person: service.SignedIn = current_user._get_current_object()
    return person


def _id() -> int:
    user_id = _person().actor.id
    assert user_id is not None  # noqa: S101 (the guard lets nobody else in)
    return user_id


# ---- A copy of what is kept


def _parts() -> own_data.Parts:
    parts: own_data.Parts = current_app.extensions["own-data"]
    return parts


@bp.route("/account/export")
@requires(Permission.ACCOUNT_READ_OWN)
def export() -> ResponseReturnValue:
    """Say what a copy of a person's data holds, and offer it."""
    return render_template("accounts/own/export.html", what=_parts().what)


@bp.route("/account/export/your-data.<any(html, json):form>")
@requires(Permission.ACCOUNT_READ_OWN)
def download(form: str) -> ResponseReturnValue:
    """Give a person everything that is kept about them; that it was taken is on record."""
    found = own_data.collect(db.session, user_id=_id(), say=_say, parts=_parts())
    if form == "html":
        body = render_template("accounts/own/download.html", found=found)
    else:
        body = json.dumps(found.for_machines(), ensure_ascii=False, indent=2) + "\n"
    with short_transaction() as own:
        audit.record(
            own,
            actor=_person().actor,
            action="account.exported",
            object_type="account",
            object_id=str(_id()),
        )
    response = Response(body, mimetype="text/html" if form == "html" else "application/json")
    name = f"your-data-{clock.today():%Y-%m-%d}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _say(notice: Notice) -> str:
    notices: Notices = current_app.extensions["notices"]
    told = notices.tell(db.session, notice, _person().actor)
    return told.text if told else "A notice that means nothing any more"


# ---- Giving up a role


@bp.route("/account/leave")
@requires(Permission.ACCOUNT_CHANGE_OWN)
def leave() -> ResponseReturnValue:
    """Show what can be given up: each role, or everything."""
    return render_template("accounts/own/leave.html", roles=lookup.roles_of(db.session, _id()))


@bp.route("/account/leave/role/<int:assignment_id>", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_CHANGE_OWN)
def give_up(assignment_id: int) -> ResponseReturnValue:
    """Ask, then end one of the person's own roles."""
    form = SureForm()
    held = _own_role(assignment_id)
    if form.validate_on_submit() and _end(held):
        return redirect(url_for("own.given_up"))
    refused = held.role == Role.ADMINISTRATOR and leaving.is_last_administrator(db.session, _id())
    page = render_template(
        "accounts/own/give_up.html",
        form=form,
        held=held,
        refused=refused,
        without_lead=_led_alone(held),
    )
    return page, 409 if form.is_submitted() else 200


def _own_role(assignment_id: int) -> HeldRole:
    for held in lookup.roles_of(db.session, _id()):
        if held.id == assignment_id:
            return held
    raise NotFound


def _end(held: HeldRole) -> bool:
    """End a role of the person's own, and their sessions in other browsers."""
    person = _person()
    assignment = db.session.get(RoleAssignment, held.id)
    if assignment is None:
        return False
    try:
        leaving.end_role(db.session, actor=person.actor, assignment=assignment, reason="left")
    except Conflict:
        return False
    sessions.end_all(
        db.session,
        actor=person.actor,
        user_id=_id(),
        reason=leaving.ROLES_CHANGED,
        keep=person.session_id,
    )
    return True


def _led_alone(held: HeldRole) -> list[str]:
    """Return the authority that would have no lead without this role, if it is one that has."""
    if held.role != Role.STRATEGIC_LEAD or held.suspended_at is not None:
        return []
    return [name for name in leaving.led_alone(db.session, _id()) if name == held.authority]


@bp.route("/account/leave/role-given-up")
@requires(Permission.ACCOUNT_CHANGE_OWN)
def given_up() -> ResponseReturnValue:
    """Say that a role has ended, and which are left."""
    roles = lookup.roles_of(db.session, _id())
    return render_template("accounts/own/given_up.html", roles=roles)


# ---- Leaving the service


@bp.route("/account/leave/service", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_CHANGE_OWN)
def leave_service() -> ResponseReturnValue:
    """Ask how and for the password, then close or erase the person's own account."""
    form = LeaveForm()
    form.offer(leaving.days_until_erased())
    status = 422 if form.is_submitted() else 200
    # before anything is read in the request's own transaction: it takes a while
    if form.validate_on_submit() and is_them(form.password):
        try:
            return _gone(form)
        except Conflict:
            status = 409
    roles = lookup.roles_of(db.session, _id())
    page = render_template(
        "accounts/own/leave_service.html",
        form=form,
        roles=roles,
        refused=leaving.is_last_administrator(db.session, _id()),
        without_lead=leaving.led_alone(db.session, _id()),
        email=current_user.email,
    )
    return page, status


def _gone(form: LeaveForm) -> ResponseReturnValue:
    erased = form.how.data == ERASE
    change = leaving.erase if erased else leaving.close_account
    change(db.session, actor=_person().actor, user_id=_id())
    logout_user()
    session.clear()
    return redirect(url_for("own.goodbye", name="erased" if erased else "kept"))


@bp.route("/goodbye")
@public
def goodbye() -> ResponseReturnValue:
    """Say that the person has left, and what has become of their name."""
    return render_template(
        "accounts/own/goodbye.html",
        erased=request.args.get("name") == "erased",
        days=leaving.days_until_erased(),
    )
