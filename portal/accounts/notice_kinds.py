"""The words of this room's notices. Each is safe to repeat in a letter: see `notices.Told`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts import leaving
from portal.accounts.notices import Notices, Told
from portal.accounts.policy import may_manage_people
from portal.authorities.models import Authority
from portal.core.permissions import Actor
from portal.core.roles import Role, leads


def confirm_people(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    """Ask a lead to look through the list of people; pointless for who leads there no more."""
    authority = session.get(Authority, context["authority_id"])
    if authority is None or not leads(reader, authority.id):
        return None
    return Told(
        f"Please check the list of people in {authority.name}",
        f"/authorities/{authority.id}/people",
        authority_id=authority.id,
        plain="Please check the list of people in an authority",
    )


def without_lead(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    """Tell a curator that nobody can invite staff there; pointless once somebody leads again."""
    authority = session.get(Authority, context["authority_id"])
    if authority is None or leaving.leads_of(session, authority.id):
        return None
    if Role.CURATOR not in reader.roles or not may_manage_people(reader, authority.id):
        return None
    return Told(
        f"{authority.name} has no strategic lead any more",
        f"/authorities/{authority.id}/people",
        authority_id=authority.id,
        plain="An authority has no strategic lead any more",
    )


_CHANGES = {"ended": "has ended", "suspended": "is suspended", "resumed": "is yours again"}


def role_changed(session: Session, context: Mapping[str, Any], reader: Actor) -> Told:
    """Tell a person that somebody suspended, gave back or ended a role of theirs."""
    authority = session.get(Authority, context.get("authority_id") or 0)
    change = _CHANGES.get(context.get("change", ""))
    if change is None:
        return Told("Your roles have changed", "/account")
    role = f"Your role of {Role(context['role']).label.lower()}"
    if authority is None:
        return Told(f"{role} {change}", "/account")
    return Told(
        f"{role} in {authority.name} {change}",
        "/account",
        authority_id=authority.id,
        plain=f"{role} {change}",
    )


def password_changed(session: Session, context: Mapping[str, Any], reader: Actor) -> Told:
    """Tell a person that their password is another one."""
    return Told("Your password was changed", "/account/password")


def register(notices: Notices) -> None:
    """Register what this room tells people."""
    notices.register("authority.without-lead", without_lead)
    notices.register("password.changed", password_changed)
    notices.register("people.confirm", confirm_people)
    notices.register("role.changed", role_changed)
