"""Taking up an invitation: through its link alone, by a newcomer or by somebody with an account."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import invitations, service
from portal.accounts.invitation_forms import AcceptForm, NewcomerForm
from portal.core.database import db
from portal.core.errors import Conflict, DomainError, Gone
from portal.core.permissions import public

bp = Blueprint("invitations", __name__, template_folder="templates")


@bp.route("/invitation", methods=["GET", "POST"])
@public
def invitation() -> ResponseReturnValue:
    """Show what a link offers, and take the answer."""
    token = request.args.get("t", "")[:100]
    try:
        offer = invitations.offered(token)
        if current_user.is_authenticated:
            return _with_account(token, offer)
        if offer.has_account:
            page = _page("sign_in_first", offer, token)
            return page, 409 if request.method == "POST" else 200
        return _newcomer(token, offer)
    except Gone as gone:
        return render_template("accounts/invitation/gone.html", reason=str(gone)), 410


def _page(name: str, offer: invitations.Offer, token: str, **more: Any) -> str:
    sign_in = url_for("accounts.sign_in", next=url_for("invitations.invitation", t=token))
    return render_template(f"accounts/invitation/{name}.html", offer=offer, sign_in=sign_in, **more)


def _newcomer(token: str, offer: invitations.Offer) -> ResponseReturnValue:
    form = NewcomerForm()
    if form.validate_on_submit():
        try:
            invitations.accept_anew(
                db.session,
                token=token,
                name=form.name.data or "",
                password=form.password.data or "",
            )
        except Conflict:
            return _page("sign_in_first", offer, token), 409
        except Gone:
            raise
        except DomainError as error:  # the form has looked at the name
            form.refuse(error)
        else:
            return redirect(url_for("invitations.accepted"))
    page = _page("newcomer", offer, token, form=form)
    return page, 422 if form.is_submitted() else 200


def _with_account(token: str, offer: invitations.Offer) -> ResponseReturnValue:
    person: service.SignedIn = current_user._get_current_object()
    own = offer.email == person.email
    if offer.has_account and not own:
        return _page("another_account", offer, token, person=person), 409
    form = AcceptForm()
    others = [
        m
        for m in service.memberships(db.session, person.actor.id or 0)
        if m.authority != offer.authority
    ]
    if own:
        del form.how, form.password
    else:
        form.offer(offer.email, moves=any(m.authority for m in others))
    # the roles were read: a writing transaction must not be open while the password is checked
    db.session.rollback()
    if form.validate_on_submit() and _is_them(form, person):
        try:
            invitations.accept(db.session, token=token, person=person, move=form.moves)
        except invitations.NationalElsewhere:
            form.how.errors = [
                "Curators and administrators keep their address: choose to add the role"
            ]
        except Conflict:
            return _page("another_account", offer, token, person=person), 409
        else:
            return redirect(url_for("accounts.account"))
    page = _page("accept", offer, token, form=form, person=person, others=others)
    return page, 422 if form.is_submitted() else 200


def _is_them(form: AcceptForm, person: service.SignedIn) -> bool:
    """Tell whether whoever changes the address of an account knows its password."""
    if not form.moves:
        return True
    given = form.password.data or ""
    if given and service.knows_password(person, password=given, address=request.remote_addr or ""):
        return True
    form.password.errors = [
        "The password is not right" if given else "Enter your password to change your address"
    ]
    return False


@bp.route("/invitation/accepted")
@public
def accepted() -> ResponseReturnValue:
    """Say that the account is open."""
    return render_template("accounts/invitation/accepted.html")
