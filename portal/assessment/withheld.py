"""Keeping back for good what was kept back because of an earlier round.

A question is held back in a round that differs by fewer than five answers from an earlier one. Once
that one is deleted nothing would hold it back any more, and whoever has kept the older results on
paper could take the difference.
"""

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from portal.assessment import release, subjects, waves
from portal.assessment.editions import Editions
from portal.assessment.instrument import DONT_KNOW
from portal.assessment.models import AnswerCount
from portal.assessment.release import Withheld


def for_good(session: Session, editions: Editions, authority_id: int) -> None:
    """Forget how each question was answered that a closed round of an authority holds back so.

    Only how many answered is left, all of them as if they had not known.
    """
    closed = [one for one in waves.all_of(session, authority_id) if not one.is_open]
    counts = waves.counts_of(session, closed)
    found = []
    for at, wave in enumerate(closed):
        if (instrument := editions.by_name.get(wave.edition)) is None:
            continue  # no page shows it either
        asked = list(subjects.of(instrument))
        made = release.releases(asked, [counts[one.id] for one in closed[: at + 1]])[-1]
        found += [
            (wave.id, name, sum(counts[wave.id][name].values()))
            for name, one in made.questions.items()
            if one == Withheld.UNCHANGED
        ]
    for wave_id, subject, people in found:
        session.execute(
            update(AnswerCount)
            .where(AnswerCount.wave_id == wave_id, AnswerCount.subject == subject)
            .values(n=case((AnswerCount.answer == DONT_KNOW, people), else_=0))
            .execution_options(synchronize_session=False)
        )
