"""Changing a password, and a link for one that was forgotten."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from portal.accounts import password_change, password_links, service
from portal.accounts.password_forms import ChangeForm, ForgottenForm, ResetForm
from portal.core.database import db
from portal.core.errors import Conflict, DomainError, Gone
from portal.core.permissions import Permission, public, requires

bp = Blueprint("passwords", __name__, template_folder="templates")

WRONG = "The present password is not right"
LONGEST_TOKEN = 100  # characters


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_CHANGE_OWN)
def change() -> ResponseReturnValue:
    """Show and take the form for another password."""
    form = ChangeForm()
    try:
        if form.validate_on_submit() and _change(form):
            return redirect(url_for("accounts.account", saved="password"))
    except Gone:
        return redirect(url_for("accounts.sign_in", next=request.path))
    page = render_template("accounts/password/change.html", form=form, email=current_user.email)
    return page, 422 if form.is_submitted() else 200


def _change(form: ChangeForm) -> bool:
    person: service.SignedIn = current_user._get_current_object()
    present, new = form.present_password.data or "", form.password.data or ""
    if not service.knows_password(person, password=present, address=request.remote_addr or ""):
        form.present_password.errors = [WRONG]
        return False
    try:
        renewed = password_change.change(db.session, person=person, present=present, new=new)
    except Conflict:
        form.present_password.errors = [WRONG]
    except Gone:
        raise
    except DomainError as error:
        form.refuse(error)
    else:
        login_user(renewed)
        return True
    return False


@bp.route("/forgotten-password", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Show and take the form that asks for a link; the answer is the same for every address."""
    form = ForgottenForm()
    if form.validate_on_submit():
        password_links.ask(
            db.session, email=form.email.data or "", address=request.remote_addr or ""
        )
        return redirect(url_for("passwords.asked"))
    page = render_template("accounts/password/forgotten.html", form=form)
    return page, 422 if form.is_submitted() else 200


@bp.route("/forgotten-password/sent")
@public
def asked() -> ResponseReturnValue:
    """Say what comes next."""
    return render_template("accounts/password/asked.html")


@bp.route("/choose-password", methods=["GET", "POST"])
@public
def choose() -> ResponseReturnValue:
    """Show and take the form for a new password, for whoever holds a link that works."""
    form = ResetForm()
    try:
        link = password_links.find(request.args.get("t", "")[:LONGEST_TOKEN])
        if form.validate_on_submit():
            try:
                password_links.use(db.session, link=link, password=form.password.data or "")
            except Gone:
                raise
            except DomainError as error:
                form.refuse(error)
            else:
                return redirect(url_for("passwords.chosen"))
    except Gone:
        return render_template("accounts/password/gone.html"), 410
    page = render_template("accounts/password/choose.html", form=form, email=link.email)
    return page, 422 if form.is_submitted() else 200


@bp.route("/choose-password/done")
@public
def chosen() -> ResponseReturnValue:
    """Say that the new password is kept."""
    return render_template("accounts/password/chosen.html")
