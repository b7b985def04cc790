"""What curators must know of every published document, in one reading: its age and its links."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.library.models import Document, State

_LEADS_TO = re.compile(r'(?:href="/library/|popovertarget="meaning-)([a-z]+-[0-9]{3,})')
"""A link in a text, or a term that it explains."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A published document as those who keep the library see it."""

    id: int
    reference: str
    type: str
    title: str
    practice_year: int | None
    law_as_at: date | None
    reviewed_on: date
    review_by: date
    linked: bool = False
    """Whether another published document names it, links to it or explains it as a term."""


_READ = select(
    Document.id,
    Document.reference,
    Document.type,
    Document.title,
    Document.practice_year,
    Document.law_as_at,
    Document.reviewed_on,
    Document.review_by,
    Document.related,
    Document.article_html,
).where(Document.state == State.PUBLISHED)


def holdings(session: Session) -> tuple[Holding, ...]:
    """Return every published document, by title.

    It reads every text: remember the answer for the generation of the library.
    """
    found, linked = [], set[str]()
    rows = session.connection().execute(_READ, execution_options={"yield_per": 500})
    for *facts, related, html in rows:
        holding = Holding(*facts)
        found.append(holding)
        named = {entry["id"] for entry in related}
        linked |= (named | set(_LEADS_TO.findall(html))) - {holding.reference}
    return tuple(_with_links(found, linked))


def _with_links(found: Iterable[Holding], linked: set[str]) -> Iterable[Holding]:
    for holding in sorted(found, key=lambda one: (one.title.casefold(), one.id)):
        yield replace(holding, linked=holding.reference in linked)
