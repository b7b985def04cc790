"""A document as a reader meets it: facts in words, why others are related, what its age means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from portal.library.catalogue import Key, Snapshot
from portal.library.models import Document
from portal.library.vocabularies import NOT_STATED, Vocabularies

MAIN_FACTS = ("area_type", "age_band", "source_of_harm", "referred_by", "response_tier", "outcome")
"""What a practitioner compares first; the rest opens on request."""
MOST_RELATED = 5
_MOST_REASONS = 2
_USUAL_KINDS = frozenset({"subject", NOT_STATED})


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

    reference: str
    title: str
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


def kind(document: Document | Row[*tuple[Any, ...]], vocabularies: Vocabularies) -> str:
    """Return what kind of guidance a document is, in words; empty for the usual kind.

    A reader must see in every list that a vignette is invented.
    """
    terms = vocabularies["kind"].terms if "kind" in vocabularies else {}
    given = [term for term in document.terms.get("kind", ()) if term not in _USUAL_KINDS]
    return ", ".join(terms.get(term, term) for term in given)


def practice(document: Document | Row[*tuple[Any, ...]]) -> str:
    """Return how old the practice is, for every list and page."""
    if document.practice_year is None:
        return "Year of practice not stated"
    return f"Practice as at {document.practice_year}"


def review_due(document: Document | Row[*tuple[Any, ...]], today: date) -> bool:
    """Tell whether a document should have been read again by now."""
    return bool(document.review_by < today)


def law_change(name: str, note: str, successor: str | None) -> str:
    """Say that a law which a document rests on has ended, for its page and every copy."""
    instead = f", {successor} has taken its place" if successor else ""
    words = " ".join(note.split())
    return (
        f"The law this rests on has changed: {name} is no longer in force{instead}. "
        f"{words}{' ' if words else ''}This document is being checked."
    )


def related(
    document: Row[*tuple[Any, ...]],
    *,
    audiences: frozenset[str],
    snapshot: Snapshot,
    vocabularies: Vocabularies,
) -> list[RelatedDocument]:
    """Return documents to read next: those an editor named, then those that share most."""
    reasons = {entry["id"]: entry["why"] for entry in document.related}
    named = snapshot.named(reasons, audiences=audiences)
    found = [RelatedDocument(e.reference, e.title, reasons[e.reference]) for e in named]
    alike = snapshot.related(document.reference, audiences=audiences, limit=MOST_RELATED)
    found += [
        RelatedDocument(entry.reference, entry.title, _in_words(shared, vocabularies))
        for entry, shared in alike
        if entry.reference not in reasons
    ]
    return found[:MOST_RELATED]


def _in_words(shared: Sequence[Key], vocabularies: Vocabularies) -> str:
    """Say what two documents have in common, the most telling first."""
    said: dict[str, list[str]] = {}
    for name, term in shared:
        if name in vocabularies:
            words = vocabularies[name].terms.get(term, term).lower()
            said.setdefault(vocabularies[name].label.lower(), []).append(words)
    reasons = [f"{label} ({', '.join(terms[:2])})" for label, terms in said.items()]
    return f"In common: {'; '.join(reasons[:_MOST_REASONS])}" if reasons else "The same type"


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
            yield "dcterms.subject", labels.get(("themes", term), term)
    for source in document.details["sources"]:
        yield "dcterms.source", source_line(source)


def source_line(source: dict[str, Any]) -> str:
    """Write a source in one line: title, year, and where in it."""
    part = f", “{source['part']}”" if source.get("part") else ""
    return f"{source['title']}, {source['year']}{part}"
