"""What a writer is shown beside a text: what was found, how it reads, where that is mended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import disclosure
from portal.core.errors import Conflict
from portal.core.permissions import Actor
from portal.disclosure import uniqueness
from portal.library import pathway, service
from portal.library.models import Document, State
from portal.library.pathway_drawing import condition, facts_of
from portal.library.public_words import lists
from portal.library.vocabularies import AUDIENCES, NOT_STATED, Vocabularies
from portal.publishing import checking, forms, markup, plain_language, sections, writing
from portal.publishing.checking import Found, Place
from portal.publishing.marks import Mark
from portal.publishing.models import FILE, Manuscript, Upload

MOST_MARKS = 20


@dataclass(frozen=True)
class Look:
    """What is to be said about a text: findings first, then how it reads."""

    found: Sequence[Found]
    marks: Sequence[Mark]
    highlighted: Markup
    """The text as it was written, with the findings marked."""
    age: plain_language.ReadingAge | None
    """How old a reader should be; nothing of a short text."""

    @property
    def waiting(self) -> int:
        """How many findings must be removed or answered."""
        return len(checking.blocking(self.found))


def look(session: Session, manuscript: Manuscript, name: str, text: str) -> Look:
    """Look through one section as it stands."""
    return looks(session, manuscript, [(name, text)])[0]


def looks(session: Session, manuscript: Manuscript, texts: Sequence[tuple[str, str]]) -> list[Look]:
    """Look through texts with their names, as many queries for all as for one."""
    answers = checking.answers_of(session, manuscript.id)
    terms = service.glossary_of(session).terms.values()
    known = [word for term in terms for word in (term.title, *term.also)]
    made = []
    for name, text in texts:
        found = checking.find_in(Place(name, "", text), answers)
        # the sections of a case stand under headings of their own
        marks = markup.check(text, under=2 if manuscript.type == "case" else 1)
        marks = [*marks, *plain_language.mark(text, glossary=known)]
        marks.sort(key=lambda mark: mark.start)
        age = plain_language.reading_age(text)
        made.append(Look(found, marks[:MOST_MARKS], highlight(text, found), age))
    return made


def highlight(text: str, found: Sequence[Found]) -> Markup:
    """Return a text with its findings in `<mark>`; what was answered is not marked."""
    pieces: list[str] = []
    at = 0
    for one in found:
        if one.answer is not None or one.finding.start < at:
            continue
        pieces += [
            str(escape(text[at : one.finding.start])),
            f"<mark>{escape(one.words)}</mark>",
        ]
        at = one.finding.end
    pieces.append(str(escape(text[at:])))
    return Markup("".join(pieces))  # noqa: S704 (every piece is escaped)


# ---- Where a problem is mended


_PAGES = {"check": "Disclosure check", "files": "Files", "place": "Its place in the library"}
"""Pages of a text that are neither a section nor a group of fields."""


def where(manuscript: Manuscript, name: str) -> tuple[str, str]:
    """Return the address and the words of the place where a field or section is changed."""
    root = f"/writing/{manuscript.id}"
    if name in _PAGES:
        return f"{root}/{name}", _PAGES[name]
    if name == "body":
        first = sections.of_type(manuscript.type)[0]
        return f"{root}/sections/{first.name}", "Text"
    if (section := sections.named(manuscript.type, name)) is not None:
        return f"{root}/sections/{name}", section.title
    upload = name.removeprefix(FILE)
    if upload != name:
        return f"{root}/files/{upload}", "File"
    return f"{root}/facts/{_group_of(manuscript, name)}", label_of(name, None)


def named(manuscript: Manuscript, name: str, files: Iterable[Upload]) -> tuple[str, str]:
    """Do the same where a file is called by its title; one that is there no more says so."""
    if not name.startswith(FILE):
        return where(manuscript, name)
    places = {place.name: place for place in map(checking.place_of_file, files)}
    if name in places:
        return where(manuscript, name)[0], places[name].label
    return where(manuscript, "files")[0], "A file that was taken out"


def _group_of(manuscript: Manuscript, name: str) -> str:
    if name in {"title", "summary", "question", "also"}:
        return "title"
    if name in {"sources", "law", "law_as_at", "definitions"}:
        return "sources"
    if name in {"audience", "search_words", "related", "review_by"}:
        return "readers"
    if name == "pathway":
        return "pathway"
    return _TERM_GROUPS.get(name, "result") if manuscript.type == "case" else "subject"


_TERM_GROUPS = {
    **dict.fromkeys(sections.WHO, "who"),
    **dict.fromkeys(sections.RESPONSE, "response"),
    **dict.fromkeys(sections.RESULT, "result"),
}


def label_of(name: str, vocabularies: Vocabularies | None) -> str:
    """Return what a field is called."""
    if vocabularies is not None and name in vocabularies:
        return vocabularies[name].label
    if name in forms.WORDS:
        return forms.WORDS[name][0].removesuffix(" (optional)")
    return name.replace("_", " ").capitalize()


def in_words(manuscript: Manuscript, name: str, vocabularies: Vocabularies) -> list[str]:
    """Return the value of a field in words, one line each."""
    value: Any = manuscript.fields.get(name)
    if name in vocabularies:
        terms = value if isinstance(value, list) else [value or NOT_STATED]
        return [vocabularies[name].terms.get(term, term) for term in terms]
    if name == "audience":
        return [AUDIENCES.get(str(value), str(value))]
    if name in forms.ROWS:
        return [
            ", ".join(str(row[part]) for part in forms.ROWS[name] if row.get(part))
            for row in value or []
        ]
    if isinstance(value, list):
        return [str(one) for one in value]
    return [str(value)] if value and value != NOT_STATED else []


def as_saved(manuscript: Manuscript, name: str, vocabularies: Vocabularies) -> tuple[str, str]:
    """Return what a field is called, and what is saved in it: to be read beside another value."""
    label, value = label_of(name, vocabularies), manuscript.fields.get(name)
    if name == "pathway":
        return "Referral pathway", _steps(pathway.read(value or {}))
    if name in vocabularies or name == "audience":
        return label, "\n".join(in_words(manuscript, name, vocabularies))
    return label, str(forms.shown(name, value, vocabularies))


def _steps(path: pathway.Pathway) -> str:
    told = []
    for number, step in enumerate(path.steps, 1):
        ways = [" ".join(condition(one.when, path.numbers.get(one.to))) for one in step.then]
        told.append("\n".join([*facts_of(step, number), *ways]))
    return "\n\n".join(told)


# ---- Uniqueness


def uniqueness_of(
    session: Session, manuscript: Manuscript, vocabularies: Vocabularies
) -> uniqueness.Uniqueness | None:
    """Say which combinations of its terms single a case out in the library, and what mends that."""
    if manuscript.type != "case":
        return None
    keys = [vocabulary.key for vocabulary in vocabularies.of_type("case")]
    query = select(Document.reference, Document.terms).where(
        Document.type == "case", Document.state == State.PUBLISHED
    )
    others = [
        {key: terms[key] for key in keys if key in terms}
        for reference, terms in session.execute(query)
        if reference not in {manuscript.edits, manuscript.replaces}
    ]
    own = {key: manuscript.fields.get(key, [NOT_STATED]) for key in keys}
    texts = writing.texts_of(session, manuscript.id)
    # not what stands around the text: a source has a year and a place of its own
    told = "\n\n".join(
        place.text
        for place in checking.places(manuscript, texts, ())
        if place.name not in checking.IN_ROWS
    )
    labels = uniqueness.Words(
        fields={key: vocabularies[key].label for key in keys},
        terms={key: vocabularies[key].terms for key in keys},
    )
    return uniqueness.check(
        own,
        uniqueness.Library(others),
        kinds=[
            detail.value.replace(" ", "-")
            for detail in disclosure.quasi_identifiers(told, lists=lists()).details
        ],
        words=labels,
    )


def coarsen(
    session: Session, *, actor: Actor, manuscript_id: int, vocabularies: Vocabularies
) -> None:
    """Make the least change after which no combination singles a case out: one press."""
    manuscript = writing.seen(session, actor=actor, manuscript_id=manuscript_id)
    found = uniqueness_of(session, manuscript, vocabularies)
    if found is None or not found.mend.changes:
        raise Conflict("There is nothing to change any more. Look at the check again")
    writing.save_fields(
        session,
        actor=actor,
        manuscript_id=manuscript_id,
        values={key: list(terms) or [NOT_STATED] for key, terms in found.mend.fields.items()},
        revision=manuscript.revision,
    )
