"""The way from an authority's page to its self-assessment."""

from flask import url_for
from sqlalchemy.orm import Session

from portal.assessment import waves
from portal.authorities.hub import Card
from portal.authorities.models import Authority
from portal.core.permissions import Actor
from portal.core.roles import leads, works_for


def card(session: Session, actor: Actor, authority: Authority) -> Card | None:
    """Make the card for staff of the authority; curators see the national picture instead."""
    if not works_for(actor, authority.id):
        return None
    present = waves.open_one(session, authority.id)
    tag, colour = ("Open", "blue") if present else ("", "grey")
    href = url_for("assessment.index", authority_id=authority.id)
    if leads(actor, authority.id):
        text = "State what your authority has agreed, ask your staff, see how far the two agree."
        return Card("Self-assessment", href, text, tag, colour)
    text = "Say what you think, in three minutes and without your name, when your authority asks."
    return Card("What do you think?", href, text, tag, colour)
