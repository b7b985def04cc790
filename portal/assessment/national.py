"""The national picture: in how many authorities staff answer alike. No authority can be told by it.

A picture is made and kept when the latest results of at least three authorities are new since the
one before, so that two pictures never differ by one authority; a number below three is not shown,
others in bands, and there is no total that a number could be taken from.
"""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assessment import results
from portal.assessment.editions import Editions
from portal.assessment.models import NationalPicture, Wave
from portal.assessment.results import Outcome
from portal.core import clock
from portal.core.database import short_transaction

LEAST = 3
FEW = "fewer than 3"
_UP_TO = ((5, "3 to 5"), (10, "6 to 10"), (20, "11 to 20"), (50, "21 to 50"))
_MANY = "more than 50"


def in_words(authorities: int) -> str:
    """Return a number of authorities as it may be shown."""
    if authorities < LEAST:
        return FEW
    return next((words for most, words in _UP_TO if authorities <= most), _MANY)


def latest(session: Session) -> NationalPicture | None:
    """Return the picture that was made last, if there is one."""
    return session.scalar(select(NationalPicture).order_by(NationalPicture.id.desc()).limit(1))


def refresh(editions: Editions) -> None:
    """Make a new picture if enough is new: a daily job."""
    with short_transaction() as session:
        make(session, editions)


def make(session: Session, editions: Editions) -> NationalPicture | None:
    """Make a picture of the present edition; `None` while fewer than three authorities are new."""
    edition = editions.current.edition
    newest = (
        select(func.max(Wave.number).label("number"), Wave.authority_id)
        .where(Wave.closed_on.is_not(None), Wave.edition == edition)
        .group_by(Wave.authority_id)
        .subquery()
    )
    query = select(Wave).join(
        newest,
        (Wave.authority_id == newest.c.authority_id) & (Wave.number == newest.c.number),
    )
    outcomes = [
        found
        for wave in session.scalars(query.order_by(Wave.id))
        if (found := results.outcome(session, editions, wave)).figures
    ]
    ids = [found.wave.id for found in outcomes]
    before = latest(session)
    known = set(before.waves) if before and before.edition == edition else set()
    if len(set(ids) - known) < LEAST:
        return None
    picture = NationalPicture(
        edition=edition, made_on=clock.today(), waves=ids, cells=_cells(outcomes)
    )
    session.add(picture)
    session.flush()
    return picture


def _cells(outcomes: Sequence[Outcome]) -> dict[str, dict[str, str]]:
    """Return, for each theme and question, how many authorities are in each band, in words."""
    counted: dict[str, Counter[str]] = {}
    for found in outcomes:
        for theme in found.themes:
            if theme.words:
                counted.setdefault(theme.theme.key, Counter())[theme.words] += 1
        for figure in found.figures:
            counted.setdefault(figure.subject.name, Counter())[figure.words] += 1
    return {
        name: {band: in_words(bands[band]) for band in results.BANDS}
        for name, bands in counted.items()
    }
