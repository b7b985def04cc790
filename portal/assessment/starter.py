"""Rounds of the demonstration, made from a file that says how sure each area's staff are."""

from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assessment import subjects
from portal.assessment.instrument import DONT_KNOW, Instrument
from portal.assessment.models import AnswerCount, Wave
from portal.assessment.subjects import Kind, Subject
from portal.authorities import service as authorities
from portal.core import clock

FILE = "demonstration-assessments.yaml"


def load(session: Session, content: Path, instrument: Instrument) -> int:
    """Add a closed round for each area that has none yet; return how many were added.

    Raises `ValueError` for a file that is not sound.
    """
    given = yaml.load((content / FILE).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    codes = authorities.ids_by_code(session)
    there = set(session.scalars(select(Wave.authority_id).distinct()))
    added = 0
    for code, said in given.items():
        if code not in codes or not 1 <= int(said.get("people", 0)) <= 100:
            raise ValueError(f"{FILE}: {code} is no area, or has no number of people")
        if codes[code] not in there:
            _add(session, codes[code], instrument, said)
            added += 1
    return added


def _add(session: Session, authority_id: int, instrument: Instrument, said: dict[str, Any]) -> None:
    today = clock.today()
    wave = Wave(
        authority_id=authority_id,
        number=1,
        edition=instrument.edition,
        opened_on=today,
        closes_on=today,
        closed_on=today,
        links_made=0,
    )
    session.add(wave)
    session.flush()
    for subject in subjects.of(instrument):
        counts = _counts(instrument, subject, said)
        session.add_all(
            AnswerCount(wave_id=wave.id, subject=subject.name, answer=a, n=counts.get(a, 0))
            for a in subject.answers
        )
    session.flush()


def _counts(instrument: Instrument, subject: Subject, said: dict[str, Any]) -> dict[str, int]:
    """Return counts whose mean is what the file says; of positions and cases nothing is known."""
    people = int(said["people"])
    if subject.kind == Kind.ITEM:
        item = next(item for item in instrument.items if item.key == subject.key)
        if item.favourable != "none" and item.theme in said:
            wanted = round(float(said[item.theme]) * people)
            low, more = divmod(wanted, people)
            counts = {low: people - more, low + 1: more}
            turned = item.favourable == "low"
            return {str(6 - p if turned else p): n for p, n in counts.items() if n}
    return {DONT_KNOW: people}
