"""Sign in, sign out, one's own account."""

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from portal.accounts import browsers, notices, service
from portal.accounts.forms import SignInForm
from portal.accounts.models import User
from portal.core import form_tokens
from portal.core.application import posted_field
from portal.core.config import Settings
from portal.core.database import db
from portal.core.permissions import Permission, public, requires
from portal.ui import typed
from portal.ui.filters import legible

bp = Blueprint("accounts", __name__, template_folder="templates")

WRONG = "The e-mail address or the password is not right"


def ask_to_sign_in() -> ResponseReturnValue:
    """Send a stranger to the sign-in page, and back afterwards; a search is not carried along.

    What someone has written, and was signed out meanwhile, is given back to be sent again. Only a
    page of this browser can have sent it: its token has been checked by now.
    """
    field = posted_field()
    if request.method == "POST" and field is not None:
        text = legible(request.form.get(field, "")[: typed.MOST_GIVEN_BACK])
        page = render_template(
            "accounts/signed_out_meanwhile.html", field=field, text=text, path=request.path
        )
        return page, 401
    fields = typed.fields()
    if fields is not None and form_tokens.FIELD in request.form:
        page = render_template(
            "ui/errors/form_signed_out.html",
            fields=fields,
            words=typed.words(fields),
            has_more=typed.has_more(),
            address=request.full_path.rstrip("?"),
            token=form_tokens.posted(),
        )
        return page, 401
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    if "q" in request.args:
        wanted = request.path
    return redirect(url_for("accounts.sign_in", next=wanted or None))


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Show and take the sign-in form."""
    after = _own_address(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(after)
    form = SignInForm()
    status = 200
    if form.validate_on_submit():
        person = service.sign_in(
            email=form.email.data or "",
            password=form.password.data or "",
            address=request.remote_addr or "",
            browser=browsers.in_words(request.user_agent.string),
        )
        if person is not None:
            _begin(person)
            return redirect(after)
        form.password.errors = [WRONG]
    if form.is_submitted():
        status = 422
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        people=_people(),
        demonstration_password=service.DEMONSTRATION_PASSWORD,
    )
    return page, status


def _begin(person: service.SignedIn) -> None:
    """Let a browser in. Pages that the same person left open in it can still send their forms."""
    own = service.was_of(session.get("_user_id"), person)
    token = session.get(form_tokens.FIELD) if own else None
    session.clear()
    session[form_tokens.FIELD] = token or form_tokens.new(person.actor.id or 0)
    login_user(person)


def _people() -> list[tuple[User, list[service.Membership]]]:
    settings: Settings = current_app.extensions["settings"]
    return service.demonstration_people(db.session) if settings.demonstration else []


def _own_address(wanted: str) -> str:
    """Return `wanted` if it is a page of this portal, else the home page (no open redirect)."""
    plain = wanted.startswith("/") and not wanted.startswith("//")
    if plain and wanted.isprintable() and "\\" not in wanted:
        return wanted
    return url_for("library.home")


@bp.route("/sign-out", methods=["POST"])
@public
def sign_out() -> ResponseReturnValue:
    """End the session on the server and forget the cookie."""
    if current_user.is_authenticated:
        service.sign_out(db.session, person=current_user._get_current_object())
        logout_user()
        session.clear()
    return redirect(url_for("accounts.signed_out"))


@bp.route("/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    """Say that nobody is signed in any more."""
    return render_template("accounts/signed_out.html")


@bp.route("/account")
@requires(Permission.ACCOUNT_READ_OWN)
def account() -> ResponseReturnValue:
    """Show a person what the portal knows of them."""
    settings: Settings = current_app.extensions["settings"]
    return render_template(
        "accounts/account.html",
        person=current_user,
        memberships=service.memberships(db.session, current_user.actor.id),
        idle_minutes=settings.session_idle_minutes,
        hours=settings.session_hours,
        saved=request.args.get("saved", ""),
        unread=notices.unread(db.session, current_user.actor),
        demonstration=settings.demonstration,
    )
