"""Rules of the library: what a person may see of it, and the ways it changes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.authorities import service as authorities
from portal.core import clock
from portal.core.database import changed as announce
from portal.core.errors import Conflict, Gone, NotFound
from portal.core.permissions import Actor
from portal.library import content
from portal.library.catalogue import GENERATION
from portal.library.glossary import Glossary, Term
from portal.library.models import Document, LibraryChange, LibraryState, State
from portal.library.policy import audiences_of
from portal.library.rendering import Renderer
from portal.library.vocabularies import NOT_STATED, Vocabularies

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
        "related",
    }
)
_DETAILS = frozenset({"sources", "law", "definitions", "also", "search_words"})


_MAY_READ = and_(
    Document.state == State.PUBLISHED,
    Document.audience.in_(bindparam("audiences", expanding=True)),
)
"""The condition on every query of documents; `audiences` are those of the reader."""


def _audiences(actor: Actor) -> dict[str, list[str]]:
    return {"audiences": sorted(audiences_of(actor))}


def visible_to(actor: Actor) -> Select[Document]:
    """Return a query of the published documents that `actor` may read."""
    return select(Document).where(_MAY_READ).params(_audiences(actor))


_PAGE = select(
    Document.reference,
    Document.type,
    Document.state,
    Document.title,
    Document.summary,
    Document.practice_year,
    Document.review_by,
    Document.related,
    Document.article_html,
    Document.head_html,
    Document.withdrawn_reason,
    GENERATION.scalar_subquery().label("generation"),
).where(
    Document.reference == bindparam("reference"),
    Document.audience.in_(bindparam("audiences", expanding=True)),
)
"""What a page shows of a document, and the generation of the library that it belongs to."""


def page_of(session: Session, *, actor: Actor, reference: str) -> Row[*tuple[Any, ...]]:
    """Return what the page of a published document shows.

    Raises `Gone` for one that was withdrawn (if the person could have read it), `NotFound` for any
    other that is not theirs to read, whether it exists or not.
    """
    given = _audiences(actor) | {"reference": reference}
    row = session.connection().execute(_PAGE, given).one_or_none()
    if row is None:
        raise NotFound("There is no such document")
    if row.state == State.WITHDRAWN:
        raise Gone(row.withdrawn_reason or "")
    return row


def get(session: Session, *, actor: Actor, reference: str) -> Document:
    """Return a published document whole; raises as `page_of` does."""
    page_of(session, actor=actor, reference=reference)
    return session.scalars(visible_to(actor).where(Document.reference == reference)).one()


def standing(session: Session, reference: str) -> tuple[str, State] | None:
    """Return the audience and the state of any document, for who has to explain; not its text."""
    query = select(Document.audience, Document.state).where(Document.reference == reference)
    found = session.execute(query).one_or_none()
    return None if found is None else (found.audience, found.state)


_LISTED = (
    Document.id,
    Document.reference,
    Document.type,
    Document.title,
    Document.summary,
    Document.question,
    Document.practice_year,
    Document.review_by,
)
"""What a list shows of a document."""


_LISTED_BY_ID, _LISTED_WITH_TEXT, _LISTED_BY_REFERENCE = (
    select(*columns).where(_MAY_READ, column.in_(bindparam("wanted", expanding=True)))
    for columns, column in (
        (_LISTED, Document.id),
        ((*_LISTED, Document.plain), Document.id),
        (_LISTED, Document.reference),
    )
)


def listed(
    session: Session, *, actor: Actor, ids: Sequence[int], texts: bool = False
) -> list[Row[*tuple[Any, ...]]]:
    """Return what a list shows of the documents among `ids` that `actor` may read, in that order.

    With `texts` each row has its `plain` words too.
    """
    query = _LISTED_WITH_TEXT if texts else _LISTED_BY_ID
    rows = session.connection().execute(query, _audiences(actor) | {"wanted": list(ids)})
    found = {row.id: row for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def listed_by_reference(
    session: Session, *, actor: Actor, references: Sequence[str]
) -> list[Row[*tuple[Any, ...]]]:
    """Return what a list shows of the documents among `references`, in that order."""
    given = _audiences(actor) | {"wanted": list(references)}
    found = {
        row.reference: row for row in session.connection().execute(_LISTED_BY_REFERENCE, given)
    }
    return [found[reference] for reference in references if reference in found]


def glossary_entries(session: Session, *, actor: Actor) -> list[Document]:
    """Return the glossary that `actor` may read, in alphabetical order."""
    query = visible_to(actor).where(Document.type == "glossary")
    return sorted(session.scalars(query), key=lambda entry: entry.title.casefold())


def withdraw(
    session: Session, *, actor: Actor, reference: str, reason: str, vocabularies: Vocabularies
) -> Document:
    """Take a document away from readers at once, with a reason that they will see.

    A glossary entry is no longer explained in any text. Raises `NotFound`, or `Conflict` when the
    document has been withdrawn before.
    """
    _one_at_a_time(session)
    document = session.scalar(select(Document).where(Document.reference == reference))
    if document is None:
        raise NotFound(f"There is no document {reference}")
    if document.state == State.WITHDRAWN:
        raise Conflict(f"{reference} has been withdrawn already")
    document.state = State.WITHDRAWN
    document.withdrawn_at = clock.now()
    document.withdrawn_reason = reason
    session.flush()
    changed = {document.id}
    if document.type == "glossary":
        changed |= render_again(session, vocabularies)
    record_changes(session, changed)
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
    vocabularies: Vocabularies,
    progress: Callable[[str, str], None] = lambda reference, what: None,
) -> authorities.Tally:
    """Publish checked content items; a document that says the same is left alone.

    A withdrawn document stays withdrawn. `progress` is told each reference with "added", "changed"
    or "withdrawn". Texts are rendered again where the glossary or the vocabularies have changed.
    """
    _one_at_a_time(session)
    known = {document.reference: document for document in session.scalars(select(Document))}
    codes = authorities.ids_by_code(session)
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for item in items:
        document = known.get(item.id)
        hashed = content.content_hash(item.fields, item.body)
        what = "unchanged"
        if document is None:
            document = Document(reference=item.id, state=State.PUBLISHED)
            session.add(document)
            what = "added"
        elif document.state == State.WITHDRAWN:
            progress(item.id, "withdrawn")
        elif document.content_hash != hashed:
            what = "changed"
        if what != "unchanged":
            _fill(document, item, hashed, codes)
            progress(item.id, what)
        counts[what] += 1
    session.flush()
    changed = render_again(session, vocabularies)
    if changed:
        record_changes(session, changed)
        audit.record(
            session,
            actor=actor,
            action="library.imported",
            object_type="library",
            object_id="content",
            details=counts,
        )
    return authorities.Tally(**counts)


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
    document.related = fields["related"]
    rest = {key: value for key, value in fields.items() if key not in _IN_COLUMNS}
    document.terms = {key: value for key, value in rest.items() if key not in _DETAILS}
    document.details = {key: value for key, value in rest.items() if key in _DETAILS}
    document.body = item.body
    document.content_hash = hashed
    # rendered by `render_again`, which knows the glossary
    document.article_html = document.head_html = document.plain = document.rendered_with = ""


def render_again(session: Session, vocabularies: Vocabularies) -> set[int]:
    """Render every published document whose page depends on something that has changed.

    Returns their ids.
    """
    renderer = Renderer(_glossary(session), vocabularies)
    fingerprint = renderer.fingerprint
    stale = select(Document).where(
        Document.state == State.PUBLISHED, Document.rendered_with != fingerprint
    )
    changed = set()
    for document in session.scalars(stale).all():
        renderer.render(document)
        changed.add(document.id)
    session.flush()
    return changed


def _glossary(session: Session) -> Glossary:
    """Return the terms that every reader may see explained."""
    entries = select(Document).where(
        Document.state == State.PUBLISHED,
        Document.type == "glossary",
        Document.audience == "readers",
    )
    return Glossary(
        [
            Term(entry.reference, entry.title, tuple(entry.details["also"]), entry.summary)
            for entry in session.scalars(entries)
        ]
    )


def _one_at_a_time(session: Session) -> None:
    """Let changes of the library wait for each other, so that none works on an old glossary."""
    session.execute(select(LibraryState).with_for_update()).all()


def audiences_by_reference(session: Session) -> dict[str, str]:
    """Return the audience of every document that was ever published here."""
    rows = session.execute(select(Document.reference, Document.audience))
    return {reference: audience for reference, audience in rows}


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
    announce(session, "library")
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
        if "search_words" in document.details:
            words = document.details["search_words"]
            fields = _insert_before(fields, "audience", "search_words", words)
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

    The contributing authority and the words for the search are left out: this is also what a
    reader downloads.
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
        "related": document.related,
    }
    return fields
