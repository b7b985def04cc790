"""Describing an authority: what leads state, what curators infer, and that a profile is right.

A newer answer replaces an older one of the same origin and leaves it as history. Of two people who
edit at once the later one is told what has changed; what they did not touch stays as the other
made it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.authorities import answers, policy
from portal.authorities.answers import UNANSWERED, Said
from portal.authorities.models import (
    Authority,
    Capacity,
    Origin,
    ProfileAnswer,
    ProfileConfirmation,
)
from portal.authorities.profiles import Answer, answer_of, opened, profile_of
from portal.authorities.questions import HANDLING, QUESTIONS, Kind, Question, Section
from portal.core import clock
from portal.core.errors import Conflict, DomainError, NotAllowed
from portal.core.permissions import Actor

MOST_SOURCE = 300


@dataclass(frozen=True)
class Clash:
    """A question that somebody else answered meanwhile, and otherwise."""

    question: Question
    theirs: Answer


class ChangedMeanwhile(Conflict):
    """Somebody else has answered some of the same questions since the form was opened.

    Nothing was saved. `version` is the newest answer now: a form that carries it replaces theirs.
    `kept` are the answers that others changed and this person did not: such a form shows them.
    """

    def __init__(self, clashes: Sequence[Clash], kept: Mapping[str, Said], version: int) -> None:
        super().__init__("Somebody else has changed these answers meanwhile")
        self.clashes = clashes
        self.kept = kept
        self.version = version


@dataclass(frozen=True)
class Saved:
    """What a save did: keys of the questions that it changed, and that others had meanwhile."""

    changed: Sequence[str]
    kept: Sequence[str]


def save(
    session: Session,
    *,
    actor: Actor,
    authority_id: int,
    section: Section,
    said: Mapping[str, Said],
    seen: int,
    source: str = "",
) -> Saved:
    """Keep a person's answers to questions of a section, as stated or inferred by who they are.

    `seen` is the number of the newest answer that they saw. What nobody else touched since is
    saved; what they left as they saw it stays as others have made it. Raises `ChangedMeanwhile`,
    `NotFound`, `NotAllowed`, and `WrongAnswers` for an inference without a source or for what can't
    be answered.
    """
    opened(session, actor=actor, authority_id=authority_id)
    origin = policy.writes(actor, authority_id, section)
    if origin is None:
        raise NotAllowed
    capacity = Capacity.LEAD if origin == Origin.STATED else Capacity.CURATOR
    clean = _checked(session, authority_id, section, said)
    _hold(session, authority_id)
    rows = _rows(session, authority_id, origin, clean.keys())
    merge = _merged(rows, clean, seen)
    if merge.clashes:
        raise ChangedMeanwhile(merge.clashes, merge.kept, _version(session, authority_id))
    _keep(session, actor, authority_id, origin, capacity, merge.wanted, source)
    return Saved(list(merge.wanted), list(merge.kept))


def load(
    session: Session,
    *,
    authority_id: int,
    origin: Origin,
    said: Mapping[str, Said],
    source: str,
) -> list[str]:
    """Keep answers from a file of whoever runs the service; return the questions that changed.

    What somebody has answered in the portal stays. Raises `WrongAnswers`.
    """
    clean = _clean(session, authority_id, said)
    _hold(session, authority_id)
    rows = _rows(session, authority_id, origin, clean.keys())
    wanted = {
        key: one
        for key, one in clean.items()
        if all(row.capacity == Capacity.OPERATOR for row in rows.get(key, ()))
        and one != _now(rows.get(key, ()))
    }
    operator = Capacity.OPERATOR
    _keep(session, audit.COMMAND_LINE, authority_id, origin, operator, wanted, source)
    return list(wanted)


def _checked(
    session: Session, authority_id: int, section: Section, said: Mapping[str, Said]
) -> dict[str, Said]:
    own = {question.key for question in section.questions}
    if not own.issuperset(said):
        raise ValueError(f"{sorted(said.keys() - own)} are no questions of {section.key}")
    clean = _clean(session, authority_id, said)
    tier, others = clean.get("tier", UNANSWERED).value, clean.get("other_tiers", UNANSWERED).value
    if tier is not None and tier in (others or ()):
        label = QUESTIONS["tier"].terms[tier]
        raise WrongAnswers({"other_tiers": f"Untick “{label}”: most cases are held there already"})
    return clean


def _clean(session: Session, authority_id: int, said: Mapping[str, Said]) -> dict[str, Said]:
    known = _known_places(session, said)
    clean: dict[str, Said] = {}
    problems: dict[str, str] = {}
    for key, one in said.items():
        try:
            clean[key] = answers.check(QUESTIONS[key], one, authority_id=authority_id, places=known)
        except DomainError as error:
            problems[key] = str(error)
    if problems:
        raise WrongAnswers(problems)
    return clean


class WrongAnswers(DomainError):
    """What was answered can't be kept; `problems` says why, by question or `source`."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def _known_places(session: Session, said: Mapping[str, Said]) -> set[int]:
    if not any(QUESTIONS[key].kind == Kind.PLACES for key in said):
        return set()
    return set(session.scalars(select(Authority.id)))


def _hold(session: Session, authority_id: int) -> None:
    """Let nobody else change the profile until the transaction ends."""
    query = select(Authority.id).where(Authority.id == authority_id)
    session.execute(query.with_for_update(of=Authority, key_share=True)).all()


def _rows(
    session: Session, authority_id: int, origin: Origin, questions: Iterable[str]
) -> dict[str, list[ProfileAnswer]]:
    """Return the answers of an origin to questions, earlier ones first."""
    query = (
        select(ProfileAnswer)
        .where(
            ProfileAnswer.authority_id == authority_id,
            ProfileAnswer.origin == origin,
            ProfileAnswer.question.in_(list(questions)),
        )
        .order_by(ProfileAnswer.id)
        .execution_options(populate_existing=True)
    )
    found: dict[str, list[ProfileAnswer]] = {}
    for row in session.scalars(query):
        found.setdefault(row.question, []).append(row)
    return found


def _now(rows: Sequence[ProfileAnswer]) -> Said:
    return Said(rows[-1].state, rows[-1].value) if rows else UNANSWERED


@dataclass(frozen=True)
class _Merge:
    wanted: dict[str, Said]
    kept: dict[str, Said]
    clashes: list[Clash]


def _merged(rows: Mapping[str, list[ProfileAnswer]], mine: Mapping[str, Said], seen: int) -> _Merge:
    """Compare what somebody wants with what is there now and with what they saw."""
    merge = _Merge({}, {}, [])
    for key, wanted in mine.items():
        of_question = rows.get(key, [])
        now, base = _now(of_question), _now([row for row in of_question if row.id <= seen])
        newer = bool(of_question) and of_question[-1].id > seen
        if wanted == now:
            continue
        if newer and wanted == base:
            merge.kept[key] = now
        elif newer:
            merge.clashes.append(Clash(QUESTIONS[key], answer_of(of_question[-1])))
        else:
            merge.wanted[key] = wanted
    return merge


def _version(session: Session, authority_id: int) -> int:
    query = select(func.max(ProfileAnswer.id)).where(ProfileAnswer.authority_id == authority_id)
    return session.scalar(query) or 0


def _keep(
    session: Session,
    actor: Actor,
    authority_id: int,
    origin: Origin,
    capacity: Capacity,
    wanted: Mapping[str, Said],
    source: str,
) -> None:
    if not wanted:
        return
    source = source.strip()
    if origin == Origin.INFERRED and not source:
        raise WrongAnswers({"source": "Say what these answers are inferred from"})
    if len(source) > MOST_SOURCE:
        raise WrongAnswers({"source": f"Write {MOST_SOURCE} characters or fewer"})
    now = clock.now()
    session.execute(
        update(ProfileAnswer)
        .where(
            ProfileAnswer.authority_id == authority_id,
            ProfileAnswer.origin == origin,
            ProfileAnswer.question.in_(list(wanted)),
            ProfileAnswer.replaced_at.is_(None),
        )
        .values(replaced_at=now)
    )
    for key, said in wanted.items():
        session.add(
            ProfileAnswer(
                authority_id=authority_id,
                question=key,
                origin=origin,
                state=said.state,
                value=said.value,
                source=source or None,
                at=now,
                by_id=actor.id,
                capacity=capacity,
            )
        )
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="profile.changed",
        object_type="authority",
        object_id=str(authority_id),
        details={"origin": origin.value, "questions": sorted(wanted)},
    )


def confirm(session: Session, *, actor: Actor, authority_id: int, seen: int) -> None:
    """Keep a lead's word that the profile, as they saw it, is right.

    Raises `NotFound`, `NotAllowed` for anybody but a lead, `Conflict` when it has changed since or
    nothing is stated.
    """
    opened(session, actor=actor, authority_id=authority_id)
    if policy.writes(actor, authority_id, HANDLING) != Origin.STATED:
        raise NotAllowed
    _hold(session, authority_id)
    if not profile_of(session, authority_id).stated:
        raise Conflict("There is nothing to confirm yet")
    if _version(session, authority_id) != seen:
        raise Conflict("The profile has changed meanwhile")
    confirmation = ProfileConfirmation(authority_id=authority_id, at=clock.now(), by_id=actor.id)
    session.add(confirmation)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="profile.confirmed",
        object_type="authority",
        object_id=str(authority_id),
    )
