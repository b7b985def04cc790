"""Once a year leads are asked whether their authority's profile is still right."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import leaving, notices
from portal.accounts.models import Notice
from portal.accounts.notices import Notices, Told
from portal.authorities import profiles
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.database import short_transaction
from portal.core.permissions import Actor
from portal.core.roles import leads

ASK = "profile.confirm"
ASK_AGAIN_AFTER = timedelta(days=28)


def ask_leads(session: Session) -> int:
    """Ask the leads of each authority whose profile is due to confirm it; return how many.

    They are asked again every four weeks until one of them does.
    """
    asked, before = 0, _last_asked(session)
    for authority_id in profiles.due(session):
        latest = before.get(authority_id)
        if latest is not None and clock.now() - latest < ASK_AGAIN_AFTER:
            continue
        people = leaving.leads_of(session, authority_id)
        notices.notify(session, user_ids=people, kind=ASK, context={"authority_id": authority_id})
        asked += len(people)
    return asked


def _last_asked(session: Session) -> dict[int, datetime]:
    """Return when the leads of each authority were asked last."""
    found: dict[int, datetime] = {}
    for notice in session.scalars(select(Notice).where(Notice.kind == ASK)):
        id_ = notice.context["authority_id"]
        found[id_] = max(notice.created_at, found.get(id_, notice.created_at))
    return found


def remind() -> None:
    """Ask all leads whose profile is due: the daily work of the worker."""
    with short_transaction() as session:
        ask_leads(session)


def confirm_profile(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    """Ask a lead to confirm the profile; pointless once somebody has."""
    authority = session.get(Authority, context["authority_id"])
    if authority is None or not leads(reader, authority.id):
        return None
    if not profiles.profile_of(session, authority.id).due:
        return None
    return Told(
        f"Please confirm the profile of {authority.name}: part of it is more than a year old",
        f"/authorities/{authority.id}/profile/confirm",
        authority_id=authority.id,
        plain="Please confirm the profile of an authority: part of it is more than a year old",
    )


def register(kinds: Notices) -> None:
    """Register what leads are told."""
    kinds.register(ASK, confirm_profile)
