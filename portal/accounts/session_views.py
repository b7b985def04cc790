"""A person's own sessions, and what a page asks about the one it belongs to."""

from dataclasses import asdict

from flask import Blueprint, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from portal.accounts import service, sessions
from portal.core.application import asks_only
from portal.core.database import db
from portal.core.permissions import Permission, requires

bp = Blueprint("sessions", __name__, template_folder="templates")


def _person() -> service.SignedIn:
    person: service.SignedIn = current_user._get_current_object()
    return person


@bp.route("/account/sessions")
@requires(Permission.ACCOUNT_READ_OWN)
def index() -> ResponseReturnValue:
    """Show a person where they are signed in."""
    return render_template(
        "accounts/sessions.html",
        sessions=sessions.of(db.session, person=_person()),
        ended=request.args.get("ended", ""),
    )


@bp.route("/account/sessions/<int:session_id>/end", methods=["POST"])
@requires(Permission.ACCOUNT_CHANGE_OWN)
def end(session_id: int) -> ResponseReturnValue:
    """End one of a person's sessions; the present one is a sign-out."""
    person = _person()
    sessions.end_one(db.session, person=person, session_id=session_id)
    if session_id == person.session_id:
        logout_user()
        session.clear()
        return redirect(url_for("accounts.signed_out"))
    return redirect(url_for("sessions.index", ended="one"))


@bp.route("/account/sessions/end-others", methods=["POST"])
@requires(Permission.ACCOUNT_CHANGE_OWN)
def end_others() -> ResponseReturnValue:
    """End all sessions of a person but the present one."""
    person = _person()
    sessions.end_all(
        db.session,
        actor=person.actor,
        user_id=person.actor.id or 0,
        reason="ended by the person",
        keep=person.session_id,
    )
    return redirect(url_for("sessions.index", ended="others"))


@bp.route("/session")
@requires(Permission.ACCOUNT_READ_OWN)
@asks_only
def left() -> ResponseReturnValue:
    """Tell a page how many seconds its session lasts, which asking does not change."""
    return jsonify(asdict(sessions.left(db.session, person=_person())))


@bp.route("/session", methods=["POST"])
@requires(Permission.ACCOUNT_READ_OWN)
def extend() -> ResponseReturnValue:
    """Note that somebody uses the page, and tell it how many seconds its session lasts."""
    person = _person()
    sessions.extend(db.session, person=person)
    return jsonify(asdict(sessions.left(db.session, person=person)))
