"""Rules of the library: what a person may see of it, and the ways it changes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.authorities import service as authorities
from portal.core import clock
from portal.core.database import changed as announce
from portal.core.errors import Conflict, Gone, NotFound
from portal.core.permissions import Actor
from portal.library import content, endings, law, versions
from portal.library.catalogue import GENERATION
from portal.library.glossary import Glossary, Term
from portal.library.models import (
    Attachment,
    Document,
    LawChange,
    LibraryChange,
    LibraryState,
    State,
)
from portal.library.policy import audiences_of, roles_of
from portal.library.rendering import Renderer, plain_text, render_attachment
from portal.library.vocabularies import AUDIENCES, NOT_STATED, Vocabularies

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
_DETAILS = frozenset({"sources", "law", "definitions", "also", "search_words", "pathway"})


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
    Document.terms,
    Document.related,
    Document.article_html,
    Document.head_html,
    Document.withdrawn_reason,
    Document.successor,
    exists().where(LawChange.document_id == Document.id).correlate(Document).label("law_changed"),
    GENERATION.scalar_subquery().label("generation"),
).where(
    Document.reference == bindparam("reference"),
    Document.audience.in_(bindparam("audiences", expanding=True)),
)
"""What a page shows of a document, and the generation of the library that it belongs to.

`law_changed` tells whether an instrument that it rests on has ended since it was last read.
"""


def page_of(session: Session, *, actor: Actor, reference: str) -> Row[*tuple[Any, ...]]:
    """Return what the page of a published document shows.

    Raises `Gone` for one that was withdrawn, superseded or removed (if the person could have read
    it), `NotFound` for any other that is not theirs to read, whether it exists or not.
    """
    given = _audiences(actor) | {"reference": reference}
    row = session.connection().execute(_PAGE, given).one_or_none()
    if row is None:
        raise NotFound("There is no such document")
    if row.state != State.PUBLISHED:
        raise _gone(session, actor, row)
    return row


def _gone(session: Session, actor: Actor, row: Row[*tuple[Any, ...]]) -> Gone:
    latest = _latest(session, row.successor)
    successor = listed_by_reference(session, actor=actor, references=[latest or ""])
    return Gone(
        row.withdrawn_reason or "",
        how=row.state.value,
        successor=(successor[0].reference, successor[0].title) if successor else None,
    )


def _latest(session: Session, reference: str | None) -> str | None:
    """Return what stands in the place of a document in the end, if its successor was replaced."""
    met: set[str] = set()
    while reference and reference not in met:
        met.add(reference)
        query = select(Document.successor).where(Document.reference == reference)
        reference, following = session.scalar(query), reference
        if reference is None:
            return following
    return reference


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
    Document.terms,
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


def attachments_of(session: Session, document_id: int) -> Sequence[Attachment]:
    """Return the attachments of a document, in their order."""
    query = select(Attachment).where(Attachment.document_id == document_id)
    return session.scalars(query.order_by(Attachment.number)).all()


def attachment(
    session: Session, *, actor: Actor, reference: str, number: int
) -> tuple[Row[*tuple[Any, ...]], Attachment]:
    """Return the page of a published document with one of its attachments.

    Raises as `page_of` does, and `NotFound` for a number that it does not have.
    """
    page = page_of(session, actor=actor, reference=reference)
    query = (
        select(Attachment)
        .join(Document, Document.id == Attachment.document_id)
        .where(Document.reference == reference, Attachment.number == number)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such attachment")
    return page, found


_ATTACHED = (
    select(Document.id, Document.reference, Attachment.number, Attachment.title, Attachment.plain)
    .join(Document, Document.id == Attachment.document_id)
    .where(_MAY_READ, Document.id.in_(bindparam("wanted", expanding=True)))
    .order_by(Document.id, Attachment.number)
)


def attachments_listed(
    session: Session, *, actor: Actor, ids: Sequence[int]
) -> list[Row[*tuple[Any, ...]]]:
    """Return the attachments of those among `ids` that `actor` may read, with their words."""
    given = _audiences(actor) | {"wanted": list(ids)}
    return list(session.connection().execute(_ATTACHED, given))


def any_document(session: Session, reference: str) -> Document:
    """Return a document whatever its state, for curators. Raises `NotFound`."""
    document = session.scalar(select(Document).where(Document.reference == reference))
    if document is None:
        raise NotFound(f"There is no document {reference}")
    return document


def published_like(
    session: Session, words: str, *, wide_enough_for: Document, most: int = 20
) -> Sequence[Row[str, str]]:
    """Return (reference, title) of published documents by reference or words of the title.

    Only those come that every reader of another document may read, for what could succeed it.
    """
    fits = [name for name in AUDIENCES if roles_of(wide_enough_for.audience) <= roles_of(name)]
    title = func.lower(Document.title)
    query = select(Document.reference, Document.title).where(
        Document.state == State.PUBLISHED,
        Document.id != wide_enough_for.id,
        Document.audience.in_(fits),
        or_(
            Document.reference == words.strip().lower(),
            and_(*(title.contains(word.lower(), autoescape=True) for word in words.split())),
        ),
    )
    return session.execute(query.order_by(Document.title).limit(most)).all()


def withdraw(
    session: Session, *, actor: Actor, reference: str, reason: str, vocabularies: Vocabularies
) -> Document:
    """Take a document away from readers at once, with a reason that they will see.

    A glossary entry is no longer explained in any text. Raises `NotFound`, or `Conflict` when the
    document is published no more.
    """
    document = end(session, reference, State.WITHDRAWN, reason, vocabularies)
    endings.tell(session, actor, document)
    _record_end(session, actor, "document.withdrawn", reference)
    return document


def supersede(
    session: Session,
    *,
    actor: Actor,
    reference: str,
    successor: str,
    reason: str,
    vocabularies: Vocabularies,
) -> Document:
    """Let another published document stand in the place of one; its address leads there.

    Raises `NotFound` for either, and `Conflict` when one is not published, both are the same, or
    the successor has readers who could not read it where they read the first.
    """
    document = any_document(session, reference)
    other = any_document(session, successor)
    if other.state != State.PUBLISHED or other.id == document.id:
        raise Conflict("Choose another document that is published")
    if not roles_of(document.audience) <= roles_of(other.audience):
        raise Conflict("Some who read this document may not read that one. Choose another")
    document = end(session, reference, State.SUPERSEDED, reason, vocabularies)
    document.successor = successor
    endings.tell(session, actor, document)
    _record_end(session, actor, "document.superseded", reference)
    session.flush()
    return document


def end(
    session: Session, reference: str, state: State, reason: str, vocabularies: Vocabularies
) -> Document:
    """Stop publishing a document. Raises `NotFound`, or `Conflict` when it had stopped before."""
    one_at_a_time(session)
    document = any_document(session, reference)
    session.refresh(document)
    if document.state == State.REMOVED or (
        document.state != State.PUBLISHED and state != State.REMOVED
    ):
        raise Conflict(f"{reference} has been {document.state.value} already")
    document.state = state
    document.withdrawn_at = clock.now()
    document.withdrawn_reason = reason
    session.flush()
    changed = {document.id}
    if document.type == "glossary":
        changed |= render_again(session, vocabularies)
    record_changes(session, changed)
    return document


def _record_end(session: Session, actor: Actor, action: str, reference: str) -> None:
    audit.record(session, actor=actor, action=action, object_type="document", object_id=reference)


FIRST_OWN_NUMBER = 1001
"""Numbers of documents that begin here: the content files that a release brings stay below."""


def next_reference(session: Session, type_: str) -> str:
    """Return a reference that no document has had. Ask for it within `publish`'s transaction."""
    one_at_a_time(session)
    prefix = content.PREFIXES[type_]
    taken = session.scalars(
        select(Document.reference).where(Document.reference.startswith(f"{prefix}-"))
    )
    numbers = [int(reference.rpartition("-")[2]) for reference in taken]
    return f"{prefix}-{max([FIRST_OWN_NUMBER - 1, *numbers]) + 1}"


def import_items(
    session: Session,
    *,
    actor: Actor,
    items: Sequence[content.Item],
    vocabularies: Vocabularies,
    progress: Callable[[str, str], None] = lambda reference, what: None,
) -> authorities.Tally:
    """Publish checked content items; a document that says the same is left alone.

    What is published no more stays so, and what people changed here stays as they left it.
    `progress` is told each reference with "added", "changed" or why it was left alone. Texts are
    rendered again where the glossary or the vocabularies have changed.
    """
    one_at_a_time(session)
    known = {document.reference: document for document in session.scalars(select(Document))}
    codes = authorities.ids_by_code(session)
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    followed: list[tuple[Document, frozenset[str]]] = []
    for item in items:
        document = known.get(item.id)
        hashed = content.content_hash(item.fields, item.body)
        what = "unchanged"
        if document is None:
            document = Document(reference=item.id, state=State.PUBLISHED)
            what = "added"
        elif document.state != State.PUBLISHED:
            progress(item.id, "withdrawn")
        elif document.content_hash != hashed and _was_changed_here(session, document):
            progress(item.id, "kept, since it was changed here")
        elif document.content_hash != hashed:
            keep_what_stood(session, document, vocabularies)
            what = "changed"
        if what != "unchanged":
            followed.append((document, law.cited_by(document)))
            fill(document, item, hashed, codes)
            session.add(document)
            session.flush()
            stay = versions.attached(session, document.id)
            _add_version(session, document, item, vocabularies, stay, by=actor, why=IMPORTED)
            progress(item.id, what)
        counts[what] += 1
    session.flush()
    law.cite_all(session)
    law.follow(session, followed)
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


def publish(
    session: Session,
    *,
    actor: Actor,
    item: content.Item,
    why: str,
    vocabularies: Vocabularies,
    attachments: Sequence[tuple[str, str]] = (),
) -> Document:
    """Publish a checked item as a new document, or as the next version of the one it names.

    `attachments` are titles with their Markdown; they take the place of those that were there.
    `why` stands in the history. Raises `Conflict` for a document that is published no more.
    """
    one_at_a_time(session)
    codes = _codes(session)
    document = session.scalar(select(Document).where(Document.reference == item.id))
    if document is None:
        document = Document(reference=item.id, state=State.PUBLISHED)
    elif document.state == State.PUBLISHED:
        keep_what_stood(session, document, vocabularies)
    else:
        raise Conflict(f"{item.id} is published no more. Start a new document in its place")
    cited = law.cited_by(document)
    fill(document, item, content.content_hash(item.fields, item.body), codes)
    session.add(document)
    session.flush()
    _add_version(session, document, item, vocabularies, attachments, by=actor, why=why)
    law.follow(session, [(document, cited)])
    session.execute(delete(Attachment).where(Attachment.document_id == document.id))
    for number, (title, body) in enumerate(attachments, 1):
        html = render_attachment(body)
        session.add(
            Attachment(
                document_id=document.id,
                number=number,
                title=title,
                body=body,
                html=html,
                plain=plain_text(html),
            )
        )
    session.flush()
    record_changes(session, render_again(session, vocabularies) | {document.id})
    audit.record(
        session,
        actor=actor,
        action="document.published",
        object_type="document",
        object_id=document.reference,
        details={"version": versions.latest_number(session, document.id)},
    )
    return document


def _codes(session: Session) -> dict[str, int]:
    return authorities.ids_by_code(session)


IMPORTED = "Loaded from the content files"
AS_IT_STOOD = "As it stood before versions were kept"


def keep_what_stood(session: Session, document: Document, vocabularies: Vocabularies) -> None:
    """Keep the text of a document from before versions were kept, before it changes."""
    if not versions.latest_number(session, document.id):
        text = content_file(session, document, vocabularies)
        stood = versions.attached(session, document.id)
        versions.add(session, document, text, by=None, why=AS_IT_STOOD, attachments=stood)


def _was_changed_here(session: Session, document: Document) -> bool:
    """Tell whether people published the last version: a release must not undo their work."""
    kept = versions.of(session, document.id)
    return bool(kept) and kept[0].why not in {IMPORTED, AS_IT_STOOD}


def _add_version(
    session: Session,
    document: Document,
    item: content.Item,
    vocabularies: Vocabularies,
    attachments: Sequence[tuple[str, str]],
    *,
    by: Actor,
    why: str,
) -> None:
    session.flush()
    text = content.dump(item.fields, item.body, vocabularies)
    versions.add(session, document, text, by=by.id, why=why, attachments=attachments)


def fill(document: Document, item: content.Item, hashed: str, codes: dict[str, int]) -> None:
    """Put what an item says into a document; `codes` are the ids of authorities."""
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
    renderer = Renderer(glossary_of(session), vocabularies)
    fingerprint = renderer.fingerprint
    stale = select(Document).where(
        Document.state == State.PUBLISHED, Document.rendered_with != fingerprint
    )
    having = set(session.scalars(select(Attachment.document_id).distinct()))
    changed = set()
    for document in session.scalars(stale).all():
        attachments = attachments_of(session, document.id) if document.id in having else ()
        renderer.render(document, attachments)
        changed.add(document.id)
    session.flush()
    return changed


def glossary_of(session: Session) -> Glossary:
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


def for_change(session: Session, reference: str) -> Document:
    """Return a document as it is now; no other change of the library begins before this one ends.

    Raises `NotFound`.
    """
    one_at_a_time(session)
    document = any_document(session, reference)
    session.refresh(document)
    return document


def one_at_a_time(session: Session) -> None:
    """Let changes of the library wait for each other, so that none works on an old glossary."""
    session.execute(select(LibraryState).with_for_update()).all()


def audiences_of_published(session: Session) -> dict[str, str]:
    """Return the audience of every document that is published now: what others may link to."""
    query = select(Document.reference, Document.audience).where(Document.state == State.PUBLISHED)
    return {reference: audience for reference, audience in session.execute(query)}


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
    query = select(Document).where(Document.state == State.PUBLISHED).order_by(Document.reference)
    for document in session.scalars(query):
        text = content_file(session, document, vocabularies)
        yield content.FOLDERS[document.type], f"{document.reference}.md", text


def content_file(session: Session, document: Document, vocabularies: Vocabularies) -> str:
    """Return a document as its content file, with what only curators know."""
    fields = fields_of(document, vocabularies)
    if document.type == "case":
        codes = {id_: code for code, id_ in _codes(session).items()}
        code = codes.get(document.contributing_authority_id or 0, NOT_STATED)
        fields = _insert_before(fields, "published", "contributing_authority", code)
    if "search_words" in document.details:
        words = document.details["search_words"]
        fields = _insert_before(fields, "audience", "search_words", words)
    return content.dump(fields, document.body, vocabularies)


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
    if "pathway" in document.details:
        fields["pathway"] = document.details["pathway"]
    fields |= {
        "published": document.published_on,
        "reviewed": document.reviewed_on,
        "review_by": document.review_by,
        "related": document.related,
    }
    return fields
