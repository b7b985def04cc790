"""The people of an authority, curators and administrators: the lists, inviting, suspending."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import domains, invitations, leaving, many, people
from portal.accounts.models import Invitation
from portal.accounts.people_forms import DomainsForm, InviteForm, InviteManyForm, SureForm
from portal.accounts.policy import may_invite, may_withdraw
from portal.authorities.models import Authority
from portal.core.database import db
from portal.core.errors import Conflict, DomainError, NotAllowed
from portal.core.permissions import Actor, Permission, Policy, requires
from portal.core.roles import Role, is_national, leads
from portal.ui import pagination

bp = Blueprint("people", __name__, template_folder="templates")

DONE: Mapping[str, str] = {
    "invited": "The invitation is on its way.",
    "resent": "The invitation is on its way again. Its earlier link no longer works.",
    "withdrawn": "The invitation is withdrawn. Its link no longer works.",
    "suspended": "The person is suspended and signed out.",
    "resumed": "The person has their rights back.",
    "removed": "The person is no longer on the list.",
    "confirmed": "Thank you. You will be asked again in 90 days.",
    "domains": "The domains are saved.",
}
"""What has just been done, by the word for it in the address."""
REFUSED: Mapping[str, str] = {
    "accepted": "Nothing was changed: the invitation has been accepted meanwhile.",
    "withdrawn": "Nothing was changed: the invitation has been withdrawn already.",
    "already": "Nothing was changed: somebody has done this meanwhile.",
    "domain": "Nothing was sent: addresses at this domain can’t be invited any more.",
}


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _said() -> dict[str, str | None]:
    return {
        "done": DONE.get(request.args.get("done", "")),
        "refused": REFUSED.get(request.args.get("refused", "")),
    }


@bp.route("/people")
@requires(Permission.PEOPLE_MANAGE)
def index() -> ResponseReturnValue:
    """Lead a lead to their authority; let a curator choose one."""
    actor = _actor()
    national = is_national(actor)
    led = [place for role, place in actor.memberships if role == Role.STRATEGIC_LEAD]
    if not national and len(led) == 1:
        return redirect(url_for("people.of", authority_id=led[0]))
    name = request.args.get("name", "").strip()[:100]
    found = people.places(db.session, ids=None if national else led, name=name)
    without = request.args.get("without") == "lead"
    if without:
        found = [place for place in found if not place.leads]
    page = min(
        pagination.page_number(request.args.get("page", "")), pagination.last_page(len(found))
    )
    first = (page - 1) * pagination.PER_PAGE
    return render_template(
        "accounts/people/index.html",
        places=found[first : first + pagination.PER_PAGE],
        total=len(found),
        name=name,
        without=without,
        pages=pagination.component(page, len(found), lambda n: _page_of(n, name, without)),
    )


def _page_of(page: int, name: str, without: bool) -> str:
    chosen = {"without": "lead"} if without else {}
    return f"/people?{urlencode({'page': page, 'name': name} | chosen)}"


@bp.route("/authorities/<int:authority_id>/people")
@requires(Permission.PEOPLE_MANAGE)
def of(authority_id: int) -> ResponseReturnValue:
    """Show who is in an authority, and who has been invited."""
    actor = _actor()
    found = people.authority(db.session, actor=actor, authority_id=authority_id)
    return render_template(
        "accounts/people/of.html",
        authority=found,
        place=people.place(db.session, authority_id),
        members=people.members(db.session, actor=actor, authority_id=authority_id),
        pending=invitations.pending(db.session, authority_id),
        domains=domains.of(db.session, authority_id),
        leads=leads(actor, authority_id),
        choices=many.choices_of(actor, authority_id),
        may_invite=lambda role: may_invite(actor, role, authority_id),
        may_withdraw=lambda role: may_withdraw(actor, role, authority_id),
        may_set_domains=_allows(Permission.AUTHORITY_SET_DOMAINS),
        actor=actor,
        **_said(),
    )


def _allows(permission: Permission) -> bool:
    policy: Policy = current_app.extensions["policy"]
    return policy.allows(_actor(), permission)


@bp.route("/authorities/<int:authority_id>/people/confirm", methods=["POST"])
@requires(Permission.PEOPLE_MANAGE)
def confirm(authority_id: int) -> ResponseReturnValue:
    """Keep a lead's word that the list is right."""
    people.authority(db.session, actor=_actor(), authority_id=authority_id)
    people.confirm(db.session, actor=_actor(), authority_id=authority_id)
    return redirect(url_for("people.of", authority_id=authority_id, done="confirmed"))


# ---- Inviting


def _place(authority_id: int | None) -> tuple[Authority | None, str]:
    """Return the authority that people are invited to, and where its list is."""
    if authority_id is None:
        return None, url_for("people.staff")
    found = people.authority(db.session, actor=_actor(), authority_id=authority_id)
    return found, url_for("people.of", authority_id=authority_id)


@bp.route("/authorities/<int:authority_id>/people/invite", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def invite(authority_id: int) -> ResponseReturnValue:
    """Invite one person to an authority."""
    return _invite(authority_id)


@bp.route("/administration/people/invite", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
def invite_staff() -> ResponseReturnValue:
    """Invite a curator or an administrator."""
    return _invite(None)


def _invite(authority_id: int | None) -> ResponseReturnValue:
    actor = _actor()
    authority, back = _place(authority_id)
    choices = many.choices_of(actor, authority_id)
    if not choices:
        raise NotAllowed
    form = InviteForm()
    form.offer(choices)
    if form.validate_on_submit():
        role, sector = many.CHOICES[form.choice.data]
        try:
            invitations.invite(
                db.session,
                actor=actor,
                email=form.email.data or "",
                role=role,
                authority_id=authority_id,
                sector=sector,
            )
        except DomainError as error:
            form.email.errors = [str(error)]
        else:
            return redirect(f"{back}?done=invited")
    page = render_template(
        "accounts/people/invite.html",
        form=form,
        authority=authority,
        back=back,
        choices=choices,
        domains=domains.of(db.session, authority_id),
        days=invitations.DAYS,
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/authorities/<int:authority_id>/people/invite-many", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def invite_many(authority_id: int) -> ResponseReturnValue:
    """Invite many people at once, every row checked before any is sent."""
    actor = _actor()
    authority, back = _place(authority_id)
    if not many.choices_of(actor, authority_id):
        raise NotAllowed
    form = InviteManyForm()
    rows: list[many.Row] = []
    status = 200
    if form.is_submitted():
        status = 422
    if form.validate_on_submit() and _take_file(form):
        text = form.text.data or ""
        try:
            if "send" in request.form:
                sent, left = many.send(
                    db.session, actor=actor, authority_id=authority_id, text=text
                )
                if sent:
                    address = url_for(
                        "people.invited", authority_id=authority_id, sent=sent, left=left
                    )
                    return redirect(address)
            rows = many.check(db.session, actor=actor, authority_id=authority_id, text=text)
            status = 422 if any(row.problem for row in rows) else 200
        except DomainError as error:
            form.text.errors = [str(error)]
    page = render_template(
        "accounts/people/invite_many.html",
        form=form,
        authority=authority,
        back=back,
        rows=rows,
        sound=sum(row.problem is None for row in rows),
        choices=many.choices_of(actor, authority_id),
        labels=many.LABELS,
        domains=domains.of(db.session, authority_id),
        most=many.MOST_ROWS,
    )
    return page, status


def _take_file(form: InviteManyForm) -> bool:
    """Put the lines of a chosen file where pasted ones stand; false with a problem on the field."""
    if not form.file.data:
        return True
    content = form.file.data.read(many.MOST_CHARACTERS * 4 + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        form.file.errors = ["Choose a CSV file that is saved as UTF-8 text"]
        return False
    if len(text) > many.MOST_CHARACTERS or "\0" in text:
        form.file.errors = ["Choose a CSV file of 200 lines or fewer"]
        return False
    form.text.data = text.strip()
    return True


@bp.route("/authorities/<int:authority_id>/people/invited")
@requires(Permission.PEOPLE_MANAGE)
def invited(authority_id: int) -> ResponseReturnValue:
    """Say how many of a list were invited."""
    authority, back = _place(authority_id)
    sent, left = (_number(request.args.get(name, "")) for name in ("sent", "left"))
    return render_template(
        "accounts/people/invited.html", authority=authority, back=back, sent=sent, left=left
    )


def _number(text: str) -> int:
    return min(int(text), many.MOST_ROWS) if re.fullmatch("[0-9]{1,6}", text) else 0


def _after(invitation: Invitation, said: str) -> ResponseReturnValue:
    _, back = _place(invitation.authority_id)
    return redirect(f"{back}?{said}")


@bp.route("/invitations/<int:invitation_id>/resend", methods=["POST"])
@requires(Permission.PEOPLE_MANAGE)
def resend(invitation_id: int) -> ResponseReturnValue:
    """Send an invitation again."""
    return _change(invitation_id, invitations.resend, "resent")


@bp.route("/invitations/<int:invitation_id>/withdraw", methods=["POST"])
@requires(Permission.PEOPLE_MANAGE)
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    return _change(invitation_id, invitations.withdraw, "withdrawn")


def _change(
    invitation_id: int, change: Callable[..., Invitation], done: str
) -> ResponseReturnValue:
    actor = _actor()
    try:
        invitation = change(db.session, actor=actor, invitation_id=invitation_id)
    except invitations.NotToBeChanged as refusal:
        invitation = invitations.known(db.session, actor=actor, invitation_id=invitation_id)
        return _after(invitation, f"refused={refusal.why}")
    return _after(invitation, f"done={done}")


# ---- Suspending, giving back, removing


@bp.route("/authorities/<int:authority_id>/people/<int:user_id>/suspend", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def suspend(authority_id: int, user_id: int) -> ResponseReturnValue:
    """Ask, then suspend a person in an authority."""
    return _if_sure(authority_id, user_id, people.suspend, "suspend", "suspended")


@bp.route("/authorities/<int:authority_id>/people/<int:user_id>/remove", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def remove(authority_id: int, user_id: int) -> ResponseReturnValue:
    """Ask, then take a person off an authority's list."""
    return _if_sure(authority_id, user_id, people.remove, "remove", "removed")


@bp.route("/authorities/<int:authority_id>/people/<int:user_id>/resume", methods=["POST"])
@requires(Permission.PEOPLE_MANAGE)
def resume(authority_id: int, user_id: int) -> ResponseReturnValue:
    """Give a suspended person their rights back."""
    _, back = _place(authority_id)
    try:
        people.resume(db.session, actor=_actor(), authority_id=authority_id, user_id=user_id)
    except Conflict:
        return redirect(f"{back}?refused=already")
    return redirect(f"{back}?done=resumed")


def _if_sure(
    authority_id: int, user_id: int, change: Callable[..., None], what: str, done: str
) -> ResponseReturnValue:
    actor = _actor()
    authority, back = _place(authority_id)
    person = people.member(db.session, actor=actor, authority_id=authority_id, user_id=user_id)
    form = SureForm()
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                change(db.session, actor=actor, authority_id=authority_id, user_id=user_id)
        except Conflict:
            return redirect(f"{back}?refused=already")
        return redirect(f"{back}?done={done}")
    sole_lead = leaving.leads_of(db.session, authority_id) == {user_id}
    return render_template(
        f"accounts/people/{what}.html",
        person=person,
        authority=authority,
        back=back,
        form=form,
        sole_lead=sole_lead,
    )


# ---- Domains, curators and administrators


@bp.route("/authorities/<int:authority_id>/domains", methods=["GET", "POST"])
@requires(Permission.AUTHORITY_SET_DOMAINS)
def set_domains(authority_id: int) -> ResponseReturnValue:
    """Say at which e-mail domains an authority's people may be invited."""
    authority, back = _place(authority_id)
    present = domains.of(db.session, authority_id)
    form = DomainsForm(data={"domains": "\n".join(present)})
    if form.validate_on_submit():
        try:
            wanted = domains.read(form.domains.data or "")
        except DomainError as error:
            form.domains.errors = [str(error)]
        else:
            domains.change(db.session, actor=_actor(), authority_id=authority_id, domains=wanted)
            return redirect(f"{back}?done=domains")
    page = render_template(
        "accounts/people/domains.html", form=form, authority=authority, back=back
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/administration/people")
@requires(Permission.STAFF_MANAGE)
def staff() -> ResponseReturnValue:
    """Show the curators and administrators, and who has been invited to be one."""
    return render_template(
        "accounts/people/staff.html",
        staff=people.staff(db.session),
        pending=invitations.pending(db.session, None),
        may_invite=lambda role: may_invite(_actor(), role, None),
        may_withdraw=lambda role: may_withdraw(_actor(), role, None),
        **_said(),
    )
