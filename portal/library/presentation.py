"""A document as a reader meets it: facts in words, why others are related, what its age means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.core.permissions import Actor
from portal.library import service
from portal.library.catalogue import RELATED_WEIGHTS, Snapshot
from portal.library.models import Document
from portal.library.policy import audiences_of
from portal.library.vocabularies import NOT_STATED, Vocabularies

MAIN_FACTS = ("area_type", "age_band", "source_of_harm", "referred_by", "response_tier", "outcome")
"""What a practitioner compares first; the rest opens on request."""
MOST_RELATED = 5
_MOST_REASONS = 2


@dataclass(frozen=True)
class Fact:
    """A field of a document with its terms in words."""

    label: str
    values: Sequence[str]

    @property
    def stated(self) -> bool:
        """Tell whether the source says anything."""
        return self.values != ["Not stated"]


@dataclass(frozen=True)
class RelatedDocument:
    """Another document with the reason why it is worth reading next."""

    document: Document
    why: str


def facts(
    document: Document, vocabularies: Vocabularies, *, main: bool | None = None
) -> list[Fact]:
    """Return the structured fields of a document: all, the main ones, or the others."""
    chosen = [
        vocabulary
        for vocabulary in vocabularies.of_type(document.type)
        if vocabulary.key not in {"evidence"}
        and (main is None or (vocabulary.key in MAIN_FACTS) == main)
    ]
    return [
        Fact(v.label, [v.terms.get(term, term) for term in document.terms.get(v.key, [])])
        for v in chosen
    ]


def evidence(document: Document, vocabularies: Vocabularies) -> str:
    """Return the strength of a document's evidence in words."""
    terms = vocabularies["evidence"].terms
    return ", ".join(terms.get(term, term) for term in document.terms.get("evidence", []))


def practice(document: Document) -> str:
    """Return how old the practice is, for every list and page."""
    if document.practice_year is None:
        return "Year of practice not stated"
    return f"Practice as at {document.practice_year}"


def review_due(document: Document, today: date) -> bool:
    """Tell whether a document should have been read again by now."""
    return document.review_by < today


def related(
    session: Session,
    *,
    actor: Actor,
    document: Document,
    snapshot: Snapshot,
    vocabularies: Vocabularies,
) -> list[RelatedDocument]:
    """Return documents to read next: those an editor named, then those that share most."""
    reasons = {entry["id"]: entry["why"] for entry in document.details["related"]}
    named = service.get_referenced(session, actor=actor, references=list(reasons))
    found = [RelatedDocument(d, reasons[d.reference]) for d in named]
    wanted = MOST_RELATED - len(found)
    if wanted > 0:
        known = {document.id, *(d.id for d in named)}
        ids = snapshot.related(document.id, audiences=audiences_of(actor), limit=MOST_RELATED)
        others = [id_ for id_ in ids if id_ not in known][:wanted]
        for other in service.get_many(session, actor=actor, ids=others):
            why = _shared(document, other, vocabularies)
            found.append(RelatedDocument(other, why))
    return found


def _shared(document: Document, other: Document, vocabularies: Vocabularies) -> str:
    """Say in words what two documents have in common, the most telling first."""
    by_weight = sorted(RELATED_WEIGHTS, key=lambda name: -RELATED_WEIGHTS[name])
    said = []
    for name in by_weight:
        terms = [
            term
            for term in document.terms.get(name, [])
            if term in other.terms.get(name, []) and term not in {NOT_STATED, "none"}
        ]
        if terms:
            vocabulary = vocabularies[name]
            words = ", ".join(vocabulary.terms[term].lower() for term in terms[:2])
            said.append(f"{vocabulary.label.lower()}: {words}")
    return "Same " + "; same ".join(said[:_MOST_REASONS]) if said else "Same type of document"


def dublin_core(document: Document, vocabularies: Vocabularies) -> Iterable[tuple[str, str]]:
    """Give the Dublin Core elements of a document (ISO 15836-1)."""
    labels = vocabularies.labels
    yield "dcterms.title", document.title
    yield "dcterms.identifier", document.reference
    yield "dcterms.description", document.summary
    yield "dcterms.type", labels["type", document.type]
    yield "dcterms.language", "en-GB"
    yield "dcterms.issued", document.published_on.isoformat()
    yield "dcterms.coverage", "England"
    yield "dcterms.rights", "Open Government Licence v3.0"
    for term in document.terms.get("themes", []):
        if term != NOT_STATED:
            yield "dcterms.subject", labels["themes", term]
    for source in document.details["sources"]:
        yield "dcterms.source", source_line(source)


def source_line(source: dict[str, Any]) -> str:
    """Write a source in one line: title, year, and where in it."""
    part = f", “{source['part']}”" if source.get("part") else ""
    return f"{source['title']}, {source['year']}{part}"
