"""Taking in what somebody answered. Nothing is kept of who, when, in which order, or together.

A request for this page asks for no session and no account. Each answer adds one to a count that
stands there already, and a single-use link is deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from portal.assessment import codes, subjects
from portal.assessment.editions import Editions
from portal.assessment.models import AnswerCount, AnswerLink, Wave
from portal.assessment.waves import SHARED, takes_answers
from portal.authorities.models import Authority
from portal.core import links
from portal.core.errors import Gone


class NoSuchLink(Gone):
    """What was opened or typed is no link that takes answers."""


@dataclass(frozen=True)
class Asked:
    """What a link asks for."""

    wave_id: int
    edition: str
    authority: str
    shared: bool
    """Whether many people use the same link, so that repeats can't be prevented."""


def asked(session: Session, given: str) -> Asked:
    """Find out what a link or a typed code asks for. Raises `NoSuchLink` that says what to do."""
    digest = codes.digest(given)
    if digest is not None:
        wave_id = session.scalar(select(AnswerLink.wave_id).where(AnswerLink.digest == digest))
    else:
        wave_id = links.row_of(given)
    wave = session.get(Wave, wave_id) if wave_id is not None else None
    if wave is None or (digest is None and not _is_shared(wave, given)) or not takes_answers(wave):
        raise NoSuchLink(
            "It may have been used already, the questions may be closed, or a letter may be wrong."
        )
    authority = session.get_one(Authority, wave.authority_id)
    return Asked(wave.id, wave.edition, authority.name, shared=digest is None)


def _is_shared(wave: Wave, given: str) -> bool:
    return wave.shared_nonce is not None and links.matches(
        given, SHARED, wave.id, wave.shared_nonce
    )


def keep(session: Session, *, given: str, editions: Editions, answers: Mapping[str, str]) -> None:
    """Count the answers of one person and use up a single-use link.

    `answers` has one for each subject (see `subjects.complete`, whose `ValueError` comes through).
    Raises `NoSuchLink` if the link was used or the wave closed meanwhile; then nothing is counted.
    """
    found = asked(session, given)
    complete = subjects.complete(editions.of(found.edition), answers)
    # one after the other in a wave: two that add to the same counts in another order would block
    wave = session.get_one(Wave, found.wave_id, with_for_update=True, populate_existing=True)
    if not takes_answers(wave) or (found.shared and not _is_shared(wave, given)):
        raise NoSuchLink("The questions have been closed meanwhile.")
    if not found.shared:
        used = delete(AnswerLink).where(AnswerLink.digest == codes.digest(given))
        if session.execute(used.returning(AnswerLink.digest)).first() is None:
            raise NoSuchLink("This link was used a moment ago.")
    given_here = tuple_(AnswerCount.subject, AnswerCount.answer).in_(sorted(complete.items()))
    of_wave = AnswerCount.wave_id == wave.id
    if session.scalar(select(func.count()).where(of_wave, given_here)) != len(complete):
        raise RuntimeError("An answer has no count: the wave asks another edition")
    # all of them: PostgreSQL notes with each row which transaction wrote it last, and rows that
    # somebody's answers alone had changed would tell what the last person answered
    session.execute(
        update(AnswerCount)
        .where(of_wave)
        .values(n=AnswerCount.n + case((given_here, 1), else_=0))
        .execution_options(synchronize_session=False)
    )
