"""The administrator's page of one person: found by address, suspended, closed, erased."""

from collections.abc import Callable, Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import leaving, lookup
from portal.accounts.lookup import Person
from portal.accounts.models import RoleAssignment
from portal.accounts.people_forms import SureForm
from portal.accounts.person_forms import FindForm
from portal.core.application import reads_only
from portal.core.database import db
from portal.core.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.core.permissions import Actor, Permission, requires

bp = Blueprint("person", __name__, template_folder="templates")

DONE: Mapping[str, str] = {
    "suspended": "The account is suspended and the person signed out.",
    "resumed": "The person can sign in again.",
    "closed": "The account is closed and the person signed out.",
    "erased": "The name and the address are erased.",
    "role-ended": "The role has ended and the person is signed out.",
}
"""What has just been done, by the word for it in the address."""
CHANGES: Mapping[str, tuple[Callable[..., None], str]] = {
    "suspend": (leaving.suspend_account, "suspended"),
    "resume": (leaving.resume_account, "resumed"),
    "close": (leaving.close_account, "closed"),
    "erase": (leaving.erase, "erased"),
}
"""What can be done to an account, and the word for its success."""


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _said() -> dict[str, str | None]:
    return {"done": DONE.get(request.args.get("done", "")), "refused": None}


@bp.route("/administration/people/find", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
@reads_only("email")
def find() -> ResponseReturnValue:
    """Lead to the page of the person with an e-mail address, which is posted: it names somebody."""
    form = FindForm(request.form if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            user_id = lookup.id_of(db.session, form.email.data or "")
            if user_id is not None:
                return redirect(url_for("person.show", user_id=user_id))
            form.email.errors = ["Nobody has an account with this e-mail address"]
    return render_template("accounts/person/find.html", form=form, **_said()), status


@bp.route("/administration/people/<int:user_id>")
@requires(Permission.STAFF_MANAGE)
def show(user_id: int) -> ResponseReturnValue:
    """Show a person with all their roles, and what can be done."""
    person = lookup.person(db.session, user_id)
    return render_template(
        "accounts/person/show.html", person=person, own=user_id == _actor().id, **_said()
    )


@bp.route(
    "/administration/people/<int:user_id>/<any(suspend, resume, close, erase):what>",
    methods=["GET", "POST"],
)
@requires(Permission.STAFF_MANAGE)
def change(user_id: int, what: str) -> ResponseReturnValue:
    """Ask, then suspend, resume, close or erase an account."""
    work, done = CHANGES[what]
    person = _somebody_else(user_id)

    def do() -> ResponseReturnValue:
        work(db.session, actor=_actor(), user_id=user_id)
        if what == "erase":
            return redirect(url_for("person.find", done=done))
        return redirect(url_for("person.show", user_id=user_id, done=done))

    return _if_sure(f"accounts/person/{what}.html", person, do, days=leaving.days_until_erased())


@bp.route(
    "/administration/people/<int:user_id>/end-role/<int:assignment_id>", methods=["GET", "POST"]
)
@requires(Permission.STAFF_MANAGE)
def end_role(user_id: int, assignment_id: int) -> ResponseReturnValue:
    """Ask, then end one role of a person."""
    person = _somebody_else(user_id)
    held = next((one for one in person.roles if one.id == assignment_id), None)
    if held is None:
        raise NotFound

    def do() -> ResponseReturnValue:
        assignment = db.session.get(RoleAssignment, assignment_id)
        if assignment is None:
            raise Conflict("This role has ended already")
        leaving.end_role(db.session, actor=_actor(), assignment=assignment, reason="removed")
        return redirect(url_for("person.show", user_id=user_id, done="role-ended"))

    return _if_sure("accounts/person/end_role.html", person, do, held=held)


def _somebody_else(user_id: int) -> Person:
    """Return a person who is not the one that asks: they have their own pages for it."""
    if user_id == _actor().id:
        raise NotAllowed
    return lookup.person(db.session, user_id)


def _if_sure(
    template: str, person: Person, do: Callable[[], ResponseReturnValue], **about: object
) -> ResponseReturnValue:
    form, refusal, status = SureForm(), None, 200
    if form.validate_on_submit():
        try:
            return do()
        except DomainError as error:
            refusal, status = str(error), 409
    page = render_template(
        template,
        form=form,
        person=person,
        refusal=refusal,
        without_lead=leaving.led_alone(db.session, person.id),
        back=url_for("person.show", user_id=person.id),
        **about,
    )
    return page, status
