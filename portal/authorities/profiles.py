"""Profiles: what is stated of an authority and what is inferred, kept apart, with their history.

Stated and inferred answers stand side by side; whoever reads one answer gets the stated one,
whatever it is: "prefer not to say" is not filled from a source behind an authority's back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.authorities import policy
from portal.authorities.answers import Said
from portal.authorities.models import (
    Authority,
    Capacity,
    Origin,
    ProfileAnswer,
    ProfileConfirmation,
    State,
)
from portal.authorities.questions import QUESTIONS, Kind
from portal.core import clock
from portal.core.errors import NotFound
from portal.core.permissions import Actor

CONFIRM_EVERY = timedelta(days=365)


@dataclass(frozen=True)
class Answer:
    """An answer, current or earlier."""

    id: int
    question: str
    origin: Origin
    said: Said
    source: str | None
    at: datetime
    by_id: int | None
    capacity: Capacity

    @property
    def state(self) -> State:
        """What kind of answer it is."""
        return self.said.state

    @property
    def value(self) -> Any:
        """What was given, in the form of the question's kind; `None` for any other state."""
        return self.said.value


@dataclass(frozen=True)
class Profile:
    """What is known of an authority now: the stated answer to a question, else the inferred one."""

    authority_id: int
    stated: Mapping[str, Answer] = field(default_factory=dict)
    inferred: Mapping[str, Answer] = field(default_factory=dict)
    confirmed_at: datetime | None = None
    """When a lead said last that all of it is right."""
    version: int = 0
    """The number of the newest answer; 0 for an authority of which nothing is known."""

    def answer(self, question: str) -> Answer | None:
        """Return what is known in answer to a question; `None` where nobody has answered."""
        return self.stated.get(question) or self.inferred.get(question)

    def state(self, question: str) -> State | None:
        """Return what kind of answer there is; `None` where it is missing."""
        found = self.answer(question)
        return found.state if found else None

    def value(self, question: str) -> Any:
        """Return what was given; `None` where it is missing, not settled or not said."""
        found = self.answer(question)
        return found.value if found else None

    def term(self, question: str) -> str | None:
        """Return the key of the term that was given to a question of kind `one`, if one was."""
        _expect(question, Kind.ONE)
        value: str | None = self.value(question)
        return value

    def terms(self, question: str) -> frozenset[str] | None:
        """Return the keys given to a question of kind `many`, without "none"; `None` if unknown."""
        _expect(question, Kind.MANY)
        value = self.value(question)
        return None if value is None else frozenset(value) - {"none"}

    def band(self, question: str) -> int | None:
        """Return the band that was given, counted from 0, or a number."""
        value = self.value(question)
        return None if value is None else int(value)

    def places(self, question: str) -> frozenset[int]:
        """Return the ids of the authorities that were named."""
        _expect(question, Kind.PLACES)
        return frozenset(self.value(question) or ())

    def age_from(self) -> datetime | None:
        """Return since when nobody has looked at its oldest stated answer again.

        `None` for an authority of which nothing is stated.
        """
        oldest = min((one.at for one in self.stated.values()), default=None)
        if oldest is None or self.confirmed_at is None:
            return oldest
        return max(oldest, self.confirmed_at)

    @property
    def due(self) -> bool:
        """Whether its leads should confirm it now: a year has gone by."""
        since = self.age_from()
        return since is not None and clock.now() - since >= CONFIRM_EVERY


def _expect(question: str, kind: Kind) -> None:
    if QUESTIONS[question].kind != kind:
        raise ValueError(f"{question} is not of kind {kind}")


# ---- Reading, for rooms above: nothing is hidden here


def profile_of(session: Session, authority_id: int) -> Profile:
    """Return the profile of one authority; an empty one where nothing is known."""
    found = _profiles(session, authority_id)
    return found.get(authority_id, Profile(authority_id))


def profiles(session: Session) -> dict[int, Profile]:
    """Return the profiles of all authorities of which something is known, in two queries."""
    return _profiles(session, None)


def _profiles(session: Session, only: int | None) -> dict[int, Profile]:
    current = select(ProfileAnswer).where(ProfileAnswer.replaced_at.is_(None))
    confirmed = select(ProfileConfirmation.authority_id, func.max(ProfileConfirmation.at)).group_by(
        ProfileConfirmation.authority_id
    )
    if only is not None:
        current = current.where(ProfileAnswer.authority_id == only)
        confirmed = confirmed.where(ProfileConfirmation.authority_id == only)
    rows: dict[int, list[ProfileAnswer]] = {}
    for row in session.scalars(current.order_by(ProfileAnswer.authority_id, ProfileAnswer.id)):
        rows.setdefault(row.authority_id, []).append(row)
    moments = {id_: at for id_, at in session.execute(confirmed)}
    return {
        id_: Profile(
            id_,
            stated=_of_origin(mine, Origin.STATED),
            inferred=_of_origin(mine, Origin.INFERRED),
            confirmed_at=moments.get(id_),
            version=mine[-1].id,
        )
        for id_, mine in rows.items()
    }


def _of_origin(rows: Iterable[ProfileAnswer], origin: Origin) -> dict[str, Answer]:
    """Return the current answers of an origin; one that was taken back is none."""
    return {
        row.question: answer_of(row)
        for row in rows
        if row.origin == origin and row.state != State.TAKEN_BACK and row.question in QUESTIONS
    }


def answer_of(row: ProfileAnswer) -> Answer:
    """Return a row as an answer."""
    return Answer(
        id=row.id,
        question=row.question,
        origin=row.origin,
        said=Said(row.state, row.value),
        source=row.source,
        at=row.at,
        by_id=row.by_id,
        capacity=row.capacity,
    )


def times_answered(session: Session, authority_id: int, question: str, *, since: datetime) -> int:
    """Return how often a question was answered anew since a moment."""
    query = select(func.count()).where(
        ProfileAnswer.authority_id == authority_id,
        ProfileAnswer.question == question,
        ProfileAnswer.at >= since,
    )
    return session.scalar(query) or 0


# ---- Reading, for somebody


def opened(session: Session, *, actor: Actor, authority_id: int) -> Authority:
    """Return an authority of whose profile `actor` may see something. Raises `NotFound`."""
    found = session.get(Authority, authority_id)
    if found is None or not policy.may_open(actor, authority_id):
        raise NotFound
    return found


def visible(session: Session, *, actor: Actor, authority_id: int) -> Profile:
    """Return the part of a profile that `actor` may read. Raises `NotFound`."""
    opened(session, actor=actor, authority_id=authority_id)
    whole = profile_of(session, authority_id)
    allowed = {q.key for one in policy.readable(actor, authority_id) for q in one.questions}
    return Profile(
        authority_id,
        stated={key: one for key, one in whole.stated.items() if key in allowed},
        inferred={key: one for key, one in whole.inferred.items() if key in allowed},
        confirmed_at=whole.confirmed_at,
        version=whole.version,
    )


@dataclass(frozen=True)
class Change:
    """One step of the history: an answer, and the one that it replaced."""

    after: Answer
    before: Answer | None


def history(
    session: Session, *, actor: Actor, authority_id: int, first: int, most: int
) -> tuple[list[Change], int]:
    """Return steps of the history that `actor` may see, the newest first, and how many there are.

    `first` counts from 0. Raises `NotFound`.
    """
    opened(session, actor=actor, authority_id=authority_id)
    allowed = [q.key for one in policy.readable(actor, authority_id) for q in one.questions]
    own = ProfileAnswer.authority_id == authority_id
    shown = own & ProfileAnswer.question.in_(allowed)
    total = session.scalar(select(func.count()).select_from(ProfileAnswer).where(shown)) or 0
    page = (
        select(ProfileAnswer)
        .where(shown)
        .order_by(ProfileAnswer.id.desc())
        .offset(first)
        .limit(most)
    )
    rows = session.scalars(page).all()
    before = _before(session, rows)
    return [Change(answer_of(row), before.get(row.id)) for row in rows], total


def _before(session: Session, rows: Sequence[ProfileAnswer]) -> dict[int, Answer]:
    """Return, by the number of an answer, the one that stood before it."""
    if not rows:
        return {}
    query = (
        select(ProfileAnswer)
        .where(
            ProfileAnswer.authority_id == rows[0].authority_id,
            ProfileAnswer.question.in_({row.question for row in rows}),
            ProfileAnswer.id <= max(row.id for row in rows),
        )
        .order_by(ProfileAnswer.id)
    )
    found: dict[int, Answer] = {}
    last: dict[tuple[str, Origin], ProfileAnswer] = {}
    for row in session.scalars(query):
        key = (row.question, row.origin)
        if key in last:
            found[row.id] = answer_of(last[key])
        last[key] = row
    return found


def due(session: Session) -> list[int]:
    """Return the ids of the authorities whose profile should be confirmed now."""
    return sorted(one.authority_id for one in profiles(session).values() if one.due)
