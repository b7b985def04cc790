"""The register as curators look through it: authorities with the state of their profiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.authorities import profiles
from portal.authorities.models import Authority
from portal.authorities.profiles import Profile
from portal.authorities.questions import QUESTIONS

WHICH: Mapping[str, str] = {
    "stated": "Those that have stated something",
    "due": "Those whose profile is to be confirmed",
    "nothing": "Those of which nothing is known",
}
"""Ways to narrow the list down, by the word for each in the address."""
ASKED = sum(not question.optional for question in QUESTIONS.values())


@dataclass(frozen=True)
class Place:
    """An authority with the state of its profile."""

    id: int
    name: str
    region: str
    stated: int
    """Questions with a stated answer, those that may be left out aside."""
    inferred: int
    """Questions with an inferred answer alone."""
    confirmed_at: datetime | None
    due: bool


def places(session: Session, *, name: str = "", which: str = "") -> Sequence[Place]:
    """Return authorities by name: those with `name` in theirs, narrowed down as `WHICH` says."""
    query = select(Authority).order_by(Authority.name, Authority.id)
    if name:
        query = query.where(Authority.name.icontains(name, autoescape=True))
    known = profiles.profiles(session)
    found = [_place(one, known.get(one.id, Profile(one.id))) for one in session.scalars(query)]
    match which:
        case "stated":
            return [one for one in found if one.stated]
        case "due":
            return [one for one in found if one.due]
        case "nothing":
            return [one for one in found if not one.stated and not one.inferred]
    return found


def _place(authority: Authority, profile: Profile) -> Place:
    needed = {key for key, question in QUESTIONS.items() if not question.optional}
    stated = needed & profile.stated.keys()
    return Place(
        id=authority.id,
        name=authority.name,
        region=authority.region,
        stated=len(stated),
        inferred=len(needed & profile.inferred.keys() - stated),
        confirmed_at=profile.confirmed_at,
        due=profile.due,
    )
