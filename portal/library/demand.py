"""What readers look for and miss, counted without anybody's name. Rules of the search log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.core import clock
from portal.library.models import SearchCount, Wish
from portal.library.vocabularies import Vocabularies
from portal.search import analysis
from portal.search.port import Engine, Query

EVERYBODY = frozenset({"readers"})
"""The audience of every signed-in person. What is counted is what it finds, whoever searched."""
MOST_WORDS = 6
"""Words up to which a search is kept: a longer one may describe a case, whatever its words."""
WISHED_FOR = ("source_of_harm", "age_band", "referred_by", "response_tier")
"""The vocabularies in which an example can be asked for."""


def words_kept(engine: Engine, query: Query) -> str:
    """Return the words with which a search is counted; nothing if they are not kept.

    They are kept if each stands in a document that everybody may read, as the library writes them,
    not as they were typed: "Banks", a name, is counted as "bank" if at all. Small words, initials
    and signs are left out. Raises `NotReady`.
    """
    if len(analysis.stems(query.text)) > MOST_WORDS:
        return ""
    words = engine.as_known(replace(query, audiences=EVERYBODY))
    return words if len(words) <= SearchCount.words.type.length else ""


def count_search(session: Session, *, words: str, results: int) -> None:
    """Count one search with the words that are kept, and the documents that everybody finds."""
    row = {"words": words, "results": results if words else 0}
    _add_one(session, SearchCount, {"day": clock.today(), **row})


def add_wish(
    session: Session, *, terms: Mapping[str, Sequence[str]], vocabularies: Vocabularies
) -> None:
    """Count one request for an example, in terms of the vocabularies alone.

    Raises `ValueError` for a term that is not in its vocabulary, or without any.
    """
    said = [f"{name}={term}" for name in WISHED_FOR for term in terms.get(name, ()) if term]
    for name in WISHED_FOR:
        for term in terms.get(name, ()):
            if term and term not in vocabularies[name].terms:
                raise ValueError(f"{term} is no term of {name}")
    if not said:
        raise ValueError("a wish needs a term")
    _add_one(session, Wish, {"day": clock.today(), "terms": " ".join(said)})


def _add_one(session: Session, table: Any, key: dict[str, Any]) -> None:
    _add(session, table, key, 1)


def _add(session: Session, table: Any, key: dict[str, Any], times: int) -> None:
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    session.execute(
        insert(table)
        .values(**key, times=times)
        .on_conflict_do_update(index_elements=list(key), set_={"times": table.times + times})
    )


def searches(session: Session, since: date) -> Sequence[Row[str, int, int]]:
    """Return (words, most documents found, times) of the searches from `since`, most often first.

    The row without words counts the searches whose words are not kept.
    """
    times = func.sum(SearchCount.times)
    query = (
        select(SearchCount.words, func.max(SearchCount.results), times)
        .where(SearchCount.day >= since)
        .group_by(SearchCount.words)
        .order_by(times.desc(), SearchCount.words)
    )
    return session.execute(query).all()


def wishes(session: Session, since: date) -> Sequence[Row[str, int]]:
    """Return (terms, times) of the wishes from `since`, most often first."""
    times = func.sum(Wish.times)
    query = (
        select(Wish.terms, times)
        .where(Wish.day >= since)
        .group_by(Wish.terms)
        .order_by(times.desc(), Wish.terms)
    )
    return session.execute(query).all()


def forget_unknown(session: Session, engine: Engine) -> int:
    """Take the words off counted searches that no document has any more; the counts stay.

    Returns how many different searches lost their words. Raises `NotReady`.
    """
    kept = session.scalars(select(SearchCount.words).where(SearchCount.words != "").distinct())
    today = clock.today().toordinal()
    gone = [
        words
        for words in kept.all()
        if set(engine.as_known(Query(words, EVERYBODY, today)).split()) < set(words.split())
    ]
    for words in gone:
        rows = select(SearchCount.day, SearchCount.times).where(SearchCount.words == words)
        for day, times in session.execute(rows).all():
            _add(session, SearchCount, {"day": day, "words": "", "results": 0}, times)
        session.execute(delete(SearchCount).where(SearchCount.words == words))
    return len(gone)
