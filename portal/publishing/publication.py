"""From a manuscript to the library: the item that would be published, and publishing it.

Publishing is one transaction: the document, its version, its attachments, what it supersedes, the
record, the notices and the change that the search index follows are there together or not at all.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import notices
from portal.audit.service import WORKER
from portal.authorities import service as authorities
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict, NotFound
from portal.core.permissions import Actor
from portal.library import content, law, ownership, service
from portal.library.models import Document
from portal.library.vocabularies import NOT_STATED, Vocabularies
from portal.publishing import checking, sections, succession, uploads, writing
from portal.publishing.models import Manuscript, SignOffKind, Upload, UploadState
from portal.publishing.states import Side, Stage
from portal.ui.filters import count

PUBLISHED = "manuscript.published"
"""Tells those who wrote a text that it can be read now."""
REVIEW_AFTER_DAYS = {"case": 730, "guidance": 365, "protocol": 365, "glossary": 365}
"""How long a text of each type holds before it must be read again, if nobody says otherwise."""
OWN_ACCOUNT = "A practitioner’s own account"
NEW_REFERENCE = "{}-9999999"
"""Stands for the reference of a document that has none yet while it is checked."""
_DATES = ("law_as_at", "review_by")


def needed(type_: str) -> frozenset[SignOffKind]:
    """Return the sign-offs that a type needs, each by another person than its writers."""
    if type_ == "case":
        return frozenset(SignOffKind)
    return frozenset({SignOffKind.CONTENT})


def item_of(
    session: Session, manuscript: Manuscript, vocabularies: Vocabularies
) -> tuple[content.Item | None, list[tuple[str, str]]]:
    """Return what would be published, or every problem as the name of a field and what to do."""
    reference = manuscript.edits or NEW_REFERENCE.format(content.PREFIXES[manuscript.type])
    codes = {id_: code for code, id_ in authorities.ids_by_code(session).items()}
    data = front_matter(
        manuscript, reference, codes.get(manuscript.authority_id or 0, NOT_STATED), vocabularies
    )
    if manuscript.edits:
        data["published"] = service.any_document(session, manuscript.edits).published_on
    texts = writing.texts_of(session, manuscript.id)
    library = service.audiences_of_published(session)
    item, wrong = content.checked(
        manuscript.type,
        data,
        sections.assemble(manuscript.type, texts),
        vocabularies,
        library,
        codes.values(),
    )
    if manuscript.type == "case" and wrong:
        wrong = _by_section(wrong, texts, {*library, reference})
    return item, wrong


def _by_section(
    wrong: list[tuple[str, str]], texts: Mapping[str, str], library: set[str]
) -> list[tuple[str, str]]:
    """Name the section of a case in which something is to be mended, not only its text."""
    own = [
        (section.name, message)
        for section in sections.CASE
        if (text := texts.get(section.name, "").strip())
        for message in content.check_section(text, library)
    ]
    said = {message for _, message in own}
    rest = [
        (name, message)
        for name, message in wrong
        if name != "body" or not (message in said or (own and message.startswith(content.CASE_HAS)))
    ]
    return rest + own


def as_it_is(session: Session, manuscript: Manuscript, vocabularies: Vocabularies) -> content.Item:
    """Return what would be published although something in it has to be mended: to be looked at."""
    reference = manuscript.edits or NEW_REFERENCE.format(content.PREFIXES[manuscript.type])
    data = front_matter(manuscript, reference, NOT_STATED, vocabularies)
    for vocabulary in vocabularies.of_type(manuscript.type):
        terms = data.get(vocabulary.key, NOT_STATED)
        data[vocabulary.key] = terms if isinstance(terms, list) else [terms]
    for name in ("title", "summary"):
        data.setdefault(name, "")
    body = sections.assemble(manuscript.type, writing.texts_of(session, manuscript.id))
    return content.Item(Path(f"{reference}.md"), data, body)


def attachments_of(session: Session, manuscript: Manuscript) -> list[tuple[str, str]]:
    """Return the files that would be published, as titles with their Markdown."""
    return [(one.title, one.body) for one in writing.attachments_of(session, manuscript.id)]


def attachment_links(session: Session, manuscript: Manuscript) -> list[tuple[str, str]]:
    """Return the same files as titles with the addresses of the pages that show them now."""
    return [
        (one.title, f"/writing/{manuscript.id}/files/{one.id}")
        for one in writing.attachments_of(session, manuscript.id)
    ]


def front_matter(
    manuscript: Manuscript, reference: str, authority: str, vocabularies: Vocabularies
) -> dict[str, Any]:
    """Return the front matter of a manuscript in the form of a content file."""
    today = clock.today()
    given = {name: value for name, value in manuscript.fields.items() if value not in ("", None)}
    data: dict[str, Any] = {"id": reference, "type": manuscript.type}
    for name in content.models(vocabularies)[manuscript.type].model_fields:
        if name in given:
            data[name] = _value(name, given[name], vocabularies)
    if manuscript.type == "case":
        data["contributing_authority"] = authority
        data["sources"] = data.get("sources") or [{"title": OWN_ACCOUNT, "year": today.year}]
    data |= {"published": today, "reviewed": today}
    data.setdefault("review_by", today + timedelta(days=REVIEW_AFTER_DAYS[manuscript.type]))
    if data["review_by"] == NOT_STATED or data["review_by"] <= today:
        data["review_by"] = today + timedelta(days=REVIEW_AFTER_DAYS[manuscript.type])
    return data


def _value(name: str, value: Any, vocabularies: Vocabularies) -> Any:
    if name in vocabularies and not vocabularies[name].many and isinstance(value, list):
        return value[0] if value else NOT_STATED
    if name in _DATES and value != NOT_STATED:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            return value
    return value


def problems(
    session: Session, manuscript: Manuscript, vocabularies: Vocabularies
) -> list[tuple[str, str]]:
    """Return what stands against sending a text in: fields to mend, findings, files not read."""
    _, found = item_of(session, manuscript, vocabularies)
    made = [*succession.problems(session, manuscript, vocabularies), *found]
    if not any(writing.texts_of(session, manuscript.id).values()):
        made.append(("body", "write at least one section"))
    if _being_read(session, manuscript):
        made.append(("files", "wait until every file has been read, or take it out"))
    blocking = checking.blocking(checking.check(session, manuscript))
    if blocking:
        number = count(len(blocking), "finding")
        wait = "waits" if len(blocking) == 1 else "wait"
        made.append(("check", f"{number} of the disclosure check {wait} for an answer"))
    return made


def _being_read(session: Session, manuscript: Manuscript) -> bool:
    waiting = select(Upload.id).where(
        Upload.manuscript_id == manuscript.id, Upload.state == UploadState.WAITING
    )
    return session.scalars(waiting.limit(1)).first() is not None


def publish(
    session: Session, *, actor: Actor, manuscript_id: int, vocabularies: Vocabularies
) -> Document:
    """Publish an approved text now. `actor` is a curator, or the worker on its day.

    Raises `InvalidTransition`, or `Conflict` when its sign-offs do not cover exactly this text,
    something in it has to be mended first, or it is there no more.
    """
    service.one_at_a_time(session)
    manuscript = _locked(session, manuscript_id)
    signed = writing.sign_offs_of(session, manuscript)
    if not needed(manuscript.type) <= {sign_off.kind for sign_off in signed}:
        raise Conflict("The text has changed since it was signed off. It must be reviewed again")
    if _being_read(session, manuscript):
        raise Conflict("A file of it is still being read. Wait for that, or take the file out")
    item, wrong = item_of(session, manuscript, vocabularies)
    wrong = [*succession.problems(session, manuscript, vocabularies), *wrong]
    if item is None or wrong:
        raise Conflict(f"Mend this first: {wrong[0][1]}")
    side = Side.PORTAL if actor.id is None else Side.REVIEWER
    writing.move(session, actor, manuscript, Stage.PUBLISHED, side)
    item = _named(session, manuscript, item)
    document = service.publish(
        session,
        actor=actor,
        item=item,
        why=manuscript.why or "First published",
        vocabularies=vocabularies,
        attachments=attachments_of(session, manuscript),
    )
    uploads.keep_published(session, manuscript.id)
    law.cite(session, item.fields.get("law", []))
    if manuscript.owner_id and ownership.owner_of(session, document.id) is None:
        owner = manuscript.owner_id
        ownership.set_owner(session, actor=actor, document=document, account_id=owner)
    manuscript.became = document.reference
    if manuscript.replaces:
        service.supersede(
            session,
            actor=actor,
            reference=manuscript.replaces,
            successor=document.reference,
            reason="A newer document stands in its place.",
            vocabularies=vocabularies,
        )
    session.flush()
    told = writing.writers(session, manuscript.id) - {actor.id or 0}
    notices.notify(session, user_ids=told, kind=PUBLISHED, context={"manuscript_id": manuscript.id})
    return document


def _locked(session: Session, manuscript_id: int) -> Manuscript:
    try:
        return writing.locked(session, manuscript_id)
    except NotFound as error:
        raise Conflict(str(error)) from error


def _named(session: Session, manuscript: Manuscript, item: content.Item) -> content.Item:
    """Give a new document its reference."""
    if manuscript.edits:
        return item
    reference = service.next_reference(session, manuscript.type)
    fields: Mapping[str, Any] = {**item.fields, "id": reference}
    return content.Item(item.path.with_stem(reference), fields, item.body)


def publish_due(vocabularies: Vocabularies) -> None:
    """Publish what was scheduled for today or earlier: the worker's part, each in its own.

    One that can't be published goes back to who approved it, and keeps no other from its day.
    """
    query = select(Manuscript.id).where(
        Manuscript.stage == Stage.SCHEDULED, Manuscript.scheduled_for <= clock.today()
    )
    with reading():
        due = db.session.scalars(query.order_by(Manuscript.id)).all()
        db.session.rollback()
    failed = None
    for manuscript_id in due:
        try:
            _publish_or_put_back(manuscript_id, vocabularies)
        except Exception as error:  # whatever it is, the next one has its day too
            failed = error
    if failed is not None:
        raise failed


def _publish_or_put_back(manuscript_id: int, vocabularies: Vocabularies) -> None:
    try:
        with short_transaction() as session:
            publish(session, actor=WORKER, manuscript_id=manuscript_id, vocabularies=vocabularies)
    except Conflict as conflict:
        _put_back(manuscript_id, str(conflict))


def _put_back(manuscript_id: int, why: str) -> None:
    with short_transaction() as session, suppress(NotFound):  # else it was taken down meanwhile
        manuscript = writing.locked(session, manuscript_id)
        if manuscript.stage == Stage.SCHEDULED:
            hold(session, manuscript, why)


NOT_PUBLISHED = "manuscript.not-published"
"""Tells the curator who holds it that a text could not be published on its day."""


def hold(session: Session, manuscript: Manuscript, why: str) -> None:
    """Put a scheduled text back to those who approved it, with the reason."""
    manuscript.scheduled_for = None
    days = writing.DAYS_TO_PUBLISH
    writing.move(session, WORKER, manuscript, Stage.APPROVED, Side.REVIEWER, why[:500], days)
    notices.notify(
        session,
        user_ids=writing.holders(session, manuscript),
        kind=NOT_PUBLISHED,
        context={"manuscript_id": manuscript.id},
    )
