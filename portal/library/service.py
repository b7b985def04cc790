"""Rules of the library: what a person may see of it, and the ways it changes."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from typing import Any

import nh3
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.authorities import service as authorities
from portal.core import clock
from portal.core.errors import Conflict, Gone, NotFound
from portal.core.permissions import Actor
from portal.library import content
from portal.library.catalogue import generation_of
from portal.library.glossary import Glossary, Term, render_body
from portal.library.models import Document, LibraryChange, LibraryState, State
from portal.library.policy import audiences_of
from portal.library.vocabularies import NOT_STATED, Vocabularies
from portal.search.port import Engine, Record

_IN_COLUMNS = frozenset(
    {
        "id",
        "type",
        "title",
        "question",
        "summary",
        "audience",
        "practice_year",
        "law_as_at",
        "contributing_authority",
        "published",
        "reviewed",
        "review_by",
    }
)


def visible_to(actor: Actor) -> Select[Document]:
    """Return a query of the published documents that `actor` may read."""
    return select(Document).where(
        Document.state == State.PUBLISHED, Document.audience.in_(audiences_of(actor))
    )


def get(session: Session, *, actor: Actor, reference: str) -> Document:
    """Return a published document.

    Raises `Gone` for one that was withdrawn (if the person could have read it), `NotFound` for any
    other that is not theirs to read, whether it exists or not.
    """
    document = session.scalar(
        select(Document).where(
            Document.reference == reference, Document.audience.in_(audiences_of(actor))
        )
    )
    if document is None:
        raise NotFound("There is no such document")
    if document.state == State.WITHDRAWN:
        raise Gone(document.withdrawn_reason or "")
    return document


def get_many(session: Session, *, actor: Actor, ids: Sequence[int]) -> list[Document]:
    """Return the documents among `ids` that `actor` may read, in the order of `ids`."""
    if not ids:
        return []
    found = {d.id: d for d in session.scalars(visible_to(actor).where(Document.id.in_(ids)))}
    return [found[id_] for id_ in ids if id_ in found]


def get_referenced(session: Session, *, actor: Actor, references: Sequence[str]) -> list[Document]:
    """Return the documents among `references` that `actor` may read, in that order."""
    if not references:
        return []
    query = visible_to(actor).where(Document.reference.in_(references))
    found = {document.reference: document for document in session.scalars(query)}
    return [found[reference] for reference in references if reference in found]


def glossary_entries(session: Session, *, actor: Actor) -> list[Document]:
    """Return the glossary that `actor` may read, in alphabetical order."""
    query = visible_to(actor).where(Document.type == "glossary")
    return sorted(session.scalars(query), key=lambda entry: entry.title.casefold())


def withdraw(session: Session, *, actor: Actor, reference: str, reason: str) -> Document:
    """Take a document away from readers at once, with a reason that they will see.

    Raises `NotFound`, or `Conflict` when it has been withdrawn before.
    """
    document = session.scalar(
        select(Document).where(Document.reference == reference).with_for_update()
    )
    if document is None:
        raise NotFound(f"There is no document {reference}")
    if document.state == State.WITHDRAWN:
        raise Conflict(f"{reference} has been withdrawn already")
    document.state = State.WITHDRAWN
    document.withdrawn_at = clock.now()
    document.withdrawn_reason = reason
    record_changes(session, [document.id])
    audit.record(
        session,
        actor=actor,
        action="document.withdrawn",
        object_type="document",
        object_id=reference,
    )
    return document


def import_items(
    session: Session,
    *,
    actor: Actor,
    items: Sequence[content.Item],
    progress: Callable[[str, str], None] = lambda reference, what: None,
) -> authorities.Tally:
    """Publish checked content items; a document that says the same is left alone.

    Every text is rendered again where the glossary has changed. A withdrawn document stays
    withdrawn. `progress` is told each reference with "added", "changed" or "withdrawn".
    """
    known = {document.reference: document for document in session.scalars(select(Document))}
    codes = authorities.ids_by_code(session)
    glossary = glossary_of(items)
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    touched: list[Document] = []
    for item in items:
        document = known.get(item.id)
        hashed = content.content_hash(item.fields, item.body)
        if document is not None and document.state == State.WITHDRAWN:
            progress(item.id, "withdrawn")
            counts["unchanged"] += 1
            continue
        what = "unchanged"
        if document is None:
            document = Document(reference=item.id, state=State.PUBLISHED)
            session.add(document)
            what = "added"
        elif document.content_hash != hashed:
            what = "changed"
        if what != "unchanged":
            _fill(document, item, hashed, codes)
            progress(item.id, what)
        if what != "unchanged" or document.rendered_with != glossary.fingerprint:
            _render(document, glossary)
            touched.append(document)
        counts[what] += 1
    tally = authorities.Tally(**counts)
    if touched:
        session.flush()
        record_changes(session, [document.id for document in touched])
        audit.record(
            session,
            actor=actor,
            action="library.imported",
            object_type="library",
            object_id="content",
            details=counts,
        )
    return tally


def _fill(document: Document, item: content.Item, hashed: str, codes: dict[str, int]) -> None:
    fields = dict(item.fields)
    stated = {key: None if value == NOT_STATED else value for key, value in fields.items()}
    document.type = fields["type"]
    document.title = fields["title"]
    document.summary = fields["summary"]
    document.question = fields.get("question")
    document.audience = fields["audience"]
    document.practice_year = stated["practice_year"]
    document.law_as_at = stated.get("law_as_at")
    document.published_on = fields["published"]
    document.reviewed_on = fields["reviewed"]
    document.review_by = fields["review_by"]
    document.contributing_authority_id = codes.get(fields.get("contributing_authority", ""))
    rest = {key: value for key, value in fields.items() if key not in _IN_COLUMNS}
    details = {"sources", "law", "definitions", "also", "related"}
    document.terms = {key: value for key, value in rest.items() if key not in details}
    document.details = {key: value for key, value in rest.items() if key in details}
    document.body = item.body
    document.content_hash = hashed


def _render(document: Document, glossary: Glossary) -> None:
    rendered = render_body(document.body, glossary, document.reference)
    document.body_html = rendered.html
    document.headings = [[h.id, h.text] for h in rendered.headings if h.level == 2]
    document.rendered_with = glossary.fingerprint


def glossary_of(items: Iterable[content.Item]) -> Glossary:
    """Return the glossary that content items make."""
    return Glossary(
        [
            Term(item.id, item.fields["title"], tuple(item.fields["also"]), item.fields["summary"])
            for item in items
            if item.type == "glossary" and item.fields["audience"] == "readers"
        ]
    )


def record_changes(session: Session, ids: Iterable[int]) -> None:
    """Record that documents changed, in a generation of their own.

    The update locks the one row until the commit, so generations become visible in their order.
    """
    updated = session.scalar(
        update(LibraryState)
        .values(generation=LibraryState.generation + 1)
        .returning(LibraryState.generation)
    )
    if updated is None:
        updated = 1
        session.add(LibraryState(id=1, generation=updated))
    session.add_all(LibraryChange(generation=updated, document_id=id_) for id_ in ids)
    session.flush()


def export_items(session: Session, vocabularies: Vocabularies) -> Iterator[tuple[str, str, str]]:
    """Give (folder, file name, text) of every published document: the inverse of the import."""
    codes = {id_: code for code, id_ in authorities.ids_by_code(session).items()}
    query = select(Document).where(Document.state == State.PUBLISHED).order_by(Document.reference)
    for document in session.scalars(query):
        fields = fields_of(document, vocabularies)
        if document.type == "case":
            code = codes.get(document.contributing_authority_id or 0, NOT_STATED)
            fields = _insert_before(fields, "published", "contributing_authority", code)
        text = content.dump(fields, document.body, vocabularies)
        yield content.FOLDERS[document.type], f"{document.reference}.md", text


def _insert_before(fields: dict[str, Any], before: str, key: str, value: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, given in fields.items():
        if name == before:
            made[key] = value
        made[name] = given
    return made


def fields_of(document: Document, vocabularies: Vocabularies) -> dict[str, Any]:
    """Return the front matter of a document in the order of the format.

    The contributing authority is left out: this is also what a reader downloads.
    """
    fields: dict[str, Any] = {
        "id": document.reference,
        "type": document.type,
        "title": document.title,
    }
    if document.question:
        fields["question"] = document.question
    for name in ("also", "definitions"):
        if name in document.details:
            fields[name] = document.details[name]
    fields |= {"summary": document.summary, "audience": document.audience}
    for vocabulary in vocabularies.of_type(document.type):
        fields[vocabulary.key] = document.terms[vocabulary.key]
    fields["sources"] = document.details["sources"]
    fields["practice_year"] = document.practice_year or NOT_STATED
    if "law" in document.details:
        fields["law"] = document.details["law"]
        fields["law_as_at"] = document.law_as_at or NOT_STATED
    fields |= {
        "published": document.published_on,
        "reviewed": document.reviewed_on,
        "review_by": document.review_by,
        "related": document.details["related"],
    }
    return fields


def sync_index(session: Session, engine: Engine, vocabularies: Vocabularies) -> int:
    """Bring the search index up to the library's generation; return the records that changed."""
    latest, held = generation_of(session), engine.generation()
    if held is None or held > latest:
        return rebuild_index(session, engine, vocabularies)
    changed = select(LibraryChange.document_id).where(LibraryChange.generation > held)
    documents = session.scalars(select(Document).where(Document.id.in_(changed))).all()
    if documents:
        shown = [d for d in documents if d.state == State.PUBLISHED]
        gone = [d.id for d in documents if d.state != State.PUBLISHED]
        engine.apply((record_of(d, vocabularies) for d in shown), gone, latest)
    return len(documents)


def rebuild_index(session: Session, engine: Engine, vocabularies: Vocabularies) -> int:
    """Build the search index anew from the database; return how many records it holds."""
    latest = generation_of(session)
    query = select(Document).where(Document.state == State.PUBLISHED).order_by(Document.id)
    count = 0

    def records() -> Iterator[Record]:
        nonlocal count
        for document in session.scalars(query, execution_options={"yield_per": 500}):
            count += 1
            yield record_of(document, vocabularies)

    engine.rebuild(records(), latest)
    return count


def record_of(document: Document, vocabularies: Vocabularies) -> Record:
    """Return what the search engine may know of a document."""
    labels = [
        vocabularies.labels.get((name, term), "")
        for name, terms in document.terms.items()
        for term in terms
        if term != NOT_STATED
    ]
    definitions = [entry["text"] for entry in document.details.get("definitions", [])]
    return Record(
        id=document.id,
        audience=document.audience,
        title=document.title,
        also=" ".join(document.details.get("also", [])),
        summary=document.summary,
        body="\n".join([plain_text(document), *definitions]),
        labels=" ".join(labels),
    )


def plain_text(document: Document) -> str:
    """Return the words of a document without markup, as they are searched and shown in extracts."""
    html, _, _ = document.body_html.partition('<div id="meaning-')
    # a space where a block ends, none inside a line
    html = re.sub(r"</(p|li|td|th)>", " ", re.sub(r"</h\d>", ": ", html))
    text = nh3.clean(html, tags=set())
    return " ".join(unescape(text).split())
