"""Writing: beginning a text, saving it piece by piece, sending it in, taking it back, giving it up.

A manuscript that is not the person's to see does not exist for them (`NotFound`). Every save names
the revision that it was made from; one that is behind raises `Stale` with what stands there now, so
that two tabs never overwrite each other and nothing that was typed is lost.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts import notices
from portal.accounts.lookup import roles_held, with_role
from portal.audit import service as audit
from portal.core import clock
from portal.core.errors import Conflict, NotAllowed, NotFound
from portal.core.permissions import Actor
from portal.core.roles import STAFF_OF_AN_AUTHORITY, Role
from portal.library import content, service, versions
from portal.library.models import State
from portal.library.vocabularies import TYPES, Vocabularies
from portal.publishing import sections
from portal.publishing.models import (
    FILE,
    FindingAnswer,
    Manuscript,
    Part,
    SignOff,
    Step,
    Upload,
    UploadState,
    Writer,
)
from portal.publishing.policy import WRITERS
from portal.publishing.states import OPEN, WITH_AUTHOR, WITH_REVIEWERS, Side, Stage, check

SENT_IN = "manuscript.sent-in"
"""Tells curators that something was sent in."""
REOPENED = "manuscript.reopened"
"""Tells its author and who holds it that an approved text is in review again."""
UNSIGNED = "manuscript.unsigned"
"""Tells who signed a text off that this counts no more."""
DAYS_TO_BEGIN_REVIEW = 5
DAYS_TO_REVIEW = 10
DAYS_TO_CHANGE = 20
DAYS_TO_PUBLISH = 5
MOST_TEXT = 50_000
"""Characters of a section."""


class Stale(Conflict):
    """Somebody, perhaps the same person in another tab, saved this meanwhile."""

    def __init__(self, saved: str, revision: int) -> None:
        super().__init__(
            "This was saved somewhere else meanwhile, perhaps in another tab. Both texts are "
            "below: put them together and save again"
        )
        self.saved = saved
        self.revision = revision


def title_of(manuscript: Manuscript) -> str:
    """Return the title of a text, or what stands for one that has none yet."""
    return manuscript.fields.get("title") or f"Untitled {TYPES[manuscript.type].lower()}"


# ---- Whose it is


def is_curator(actor: Actor) -> bool:
    """Tell whether a person reviews and writes everything but nobody's draft."""
    return Role.CURATOR in actor.roles


def types_for(actor: Actor) -> list[str]:
    """Return the types of document that a person may write."""
    return list(content.FOLDERS) if is_curator(actor) else ["case"]


def writers(session: Session, manuscript_id: int) -> set[int]:
    """Return the accounts of everybody who has changed the text."""
    query = select(Writer.account_id).where(Writer.manuscript_id == manuscript_id)
    return set(session.scalars(query))


def is_author(session: Session, actor: Actor, manuscript: Manuscript) -> bool:
    """Tell whether the person began the text, answers for it and may still write such a text."""
    began = actor.id is not None and manuscript.author_id == actor.id
    return began and (is_curator(actor) or not for_curators(manuscript))


def for_curators(manuscript: Manuscript) -> bool:
    """Tell whether curators alone may write a text: it holds what only they may read."""
    return bool(manuscript.edits or manuscript.replaces) or manuscript.type != "case"


def without_author(session: Session, manuscripts: Iterable[Manuscript]) -> set[int]:
    """Return the numbers of those whose author can't go on: has left, or writes such no more."""
    texts = list(manuscripts)
    held = roles_held(session, {one.author_id for one in texts if one.author_id is not None})
    needed = {one.id: {Role.CURATOR} if for_curators(one) else WRITERS for one in texts}
    return {one.id for one in texts if not needed[one.id] & held.get(one.author_id or 0, set())}


def seen(session: Session, *, actor: Actor, manuscript_id: int) -> Manuscript:
    """Return a manuscript that a person may read: its author, and curators once it was sent in.

    Raises `NotFound` for any other, also for an author who was a curator and began what they alone
    may write.
    """
    manuscript = session.get(Manuscript, manuscript_id)
    if manuscript is None:
        raise NotFound("There is no such text")
    mine = is_author(session, actor, manuscript)
    theirs = is_curator(actor) and manuscript.stage not in {Stage.DRAFT, Stage.DROPPED}
    if not (mine or theirs):
        raise NotFound("There is no such text")
    return manuscript


def locked(session: Session, manuscript_id: int) -> Manuscript:
    """Return a manuscript as it stands now; no other changes it before this transaction ends.

    Whoever changes the library too does that first (`service.for_change`, `service.one_at_a_time`),
    so that no two wait for each other. Raises `NotFound` when it was deleted meanwhile.
    """
    query = select(Manuscript).where(Manuscript.id == manuscript_id).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such text any more")
    return found


def may_write(session: Session, actor: Actor, manuscript: Manuscript) -> bool:
    """Tell whether a person can change the text now."""
    if manuscript.stage in WITH_AUTHOR:
        return is_author(session, actor, manuscript)
    return is_curator(actor) and manuscript.stage in WITH_REVIEWERS


def for_writing(session: Session, actor: Actor, manuscript_id: int) -> Manuscript:
    """Return a manuscript that a person can change now, locked until the end of the transaction.

    Raises `NotFound`, or `Conflict` where it can't be changed now.
    """
    seen(session, actor=actor, manuscript_id=manuscript_id)
    # in the order in which they came: of two saves, the second sees the first
    manuscript = locked(session, manuscript_id)
    if not may_write(session, actor, manuscript):
        raise Conflict(
            f"This is “{manuscript.stage.label.lower()}” now and can’t be changed. What you typed "
            "was not saved: copy it before you leave"
        )
    return manuscript


def of_author(session: Session, actor: Actor) -> Sequence[Manuscript]:
    """Return what a person has written, the last saved first."""
    query = (
        select(Manuscript)
        .where(Manuscript.author_id == actor.id)
        .order_by(Manuscript.saved_at.desc(), Manuscript.id.desc())
    )
    return [one for one in session.scalars(query) if is_author(session, actor, one)]


def edit_waiting(session: Session, reference: str) -> Manuscript | None:
    """Return the open manuscript that is to be the next version of a document."""
    query = select(Manuscript).where(Manuscript.edits == reference, Manuscript.stage.in_(OPEN))
    return session.scalar(query)


def successor_waiting(session: Session, reference: str) -> Manuscript | None:
    """Return the open manuscript that is to take the place of a document, the first if several."""
    query = select(Manuscript).where(Manuscript.replaces == reference, Manuscript.stage.in_(OPEN))
    return session.scalars(query.order_by(Manuscript.id).limit(1)).first()


# ---- Beginning


def begin(
    session: Session,
    *,
    actor: Actor,
    type_: str,
    vocabularies: Vocabularies,
) -> Manuscript:
    """Begin an empty text; raises `NotAllowed` for a type that the person may not write."""
    if type_ not in types_for(actor):
        raise NotAllowed("Curators write guidance, protocols and glossary entries")
    return _begin(
        session,
        actor=actor,
        type_=type_,
        fields=sections.start(type_, vocabularies),
        parts={},
    )


def begin_successor(
    session: Session, *, actor: Actor, reference: str, vocabularies: Vocabularies
) -> Manuscript:
    """Begin an empty text that is to take the place of a published document, for its readers.

    The document stays up until then. Raises `NotAllowed` unless the person is a curator,
    `NotFound`, and `Conflict` for a document that is published no more or when somebody is writing
    one already: only one could take its place.
    """
    if not is_curator(actor):
        raise NotAllowed("Curators replace what is published")
    document = service.for_change(session, reference)
    if document.state != State.PUBLISHED:
        raise Conflict("This is published no more")
    _make_room(session, actor, successor_waiting(session, reference))
    fields = sections.start(document.type, vocabularies) | {"audience": document.audience}
    return _begin(
        session,
        actor=actor,
        type_=document.type,
        fields=fields,
        parts={},
        replaces=reference,
    )


def begin_edit(
    session: Session,
    *,
    actor: Actor,
    reference: str,
    why: str,
    vocabularies: Vocabularies,
    version: int | None = None,
) -> Manuscript:
    """Begin the next version of a published document, from its present text or an earlier version.

    The published text stays up meanwhile. Raises `NotAllowed` unless the person is a curator,
    `NotFound`, and `Conflict` when an edit is waiting already or the document is published no more.
    """
    if not is_curator(actor):
        raise NotAllowed("Curators change what is published")
    document = service.for_change(session, reference)  # of two who begin, the second sees the first
    if document.state != State.PUBLISHED:
        raise Conflict("This is published no more")
    _make_room(session, actor, edit_waiting(session, reference))
    service.keep_what_stood(session, document, vocabularies)
    earlier = None if version is None else versions.get(session, document.id, version)
    text = earlier.text if earlier else service.content_file(session, document, vocabularies)
    files = versions.attached_to(earlier) if earlier else None
    if files is None:  # nothing is known of an early version: what is published stays
        files = versions.attached(session, document.id)
    fields, body = content.parse(text)
    manuscript = _begin(
        session,
        actor=actor,
        type_=document.type,
        fields=kept(fields, vocabularies),
        parts=sections.take_apart(document.type, body),
        edits=reference,
    )
    manuscript.why = why
    manuscript.based_on = versions.latest_number(session, document.id)
    manuscript.authority_id = document.contributing_authority_id
    _take_attachments(session, files, manuscript)
    _take_answers(session, reference, manuscript)
    hash_again(session, manuscript)
    return manuscript


def is_in_the_way(session: Session, waiting: Manuscript) -> bool:
    """Tell whether an open text keeps another from being begun in its stead.

    One that lies with somebody who is a curator no more does not.
    """
    here = waiting.author_id in with_role(session, Role.CURATOR)
    return here or waiting.stage not in WITH_AUTHOR


def _make_room(session: Session, actor: Actor, waiting: Manuscript | None) -> None:
    """Give up a text that lies with somebody who is a curator no more; else raise `Conflict`."""
    if waiting is None:
        return
    waiting = locked(session, waiting.id)
    if is_in_the_way(session, waiting):
        if waiting.replaces:
            raise Conflict("Somebody is writing the document that takes its place already")
        raise Conflict("Somebody is changing this already")
    move(session, actor, waiting, Stage.DROPPED, Side.PORTAL, "Its author is a curator no more")


_NOT_KEPT = frozenset(
    {"id", "type", "contributing_authority", "published", "reviewed", "review_by"}
)
"""Front matter that an edit begins without; by when it must be read again is decided anew."""


def kept(fields: Mapping[str, Any], vocabularies: Vocabularies) -> dict[str, Any]:
    """Return front matter as a manuscript keeps it: terms as lists, dates as text."""
    made: dict[str, Any] = {}
    for name, value in fields.items():
        if name in _NOT_KEPT:
            continue
        if name in vocabularies and not isinstance(value, list):
            value = [value]
        made[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return made


def _take_answers(session: Session, reference: str, manuscript: Manuscript) -> None:
    """Keep what was said to findings of the published text: nobody is asked the same twice."""
    latest = (
        select(Manuscript.id)
        .where(Manuscript.became == reference)
        .order_by(Manuscript.stage_since.desc(), Manuscript.id.desc())
        .limit(1)
    )
    before = session.scalar(latest)
    said = select(FindingAnswer).where(FindingAnswer.manuscript_id == before)
    files = _same_files(session, before or 0, manuscript.id)
    for one in session.scalars(said).all():
        session.add(
            FindingAnswer(
                manuscript_id=manuscript.id,
                part=files.get(one.part, one.part),
                passage=one.passage,
                answer=one.answer,
                reason=one.reason,
                by_id=one.by_id,
                at=one.at,
            )
        )
    session.flush()


def _same_files(session: Session, before: int, now: int) -> dict[str, str]:
    """Return the place of each file of a text by that of the file that it was in another one.

    The same is what has the same title, of several what has the same text.
    """
    old, new = attachments_of(session, before), list(attachments_of(session, now))
    pairs = {}
    for one in old:
        alike = [other for other in new if other.title == one.title]
        alike = sorted(alike, key=lambda other: other.body != one.body)
        if alike:
            pairs[f"{FILE}{one.id}"] = f"{FILE}{alike[0].id}"
            new.remove(alike[0])
    return pairs


def _take_attachments(
    session: Session, files: Sequence[tuple[str, str]], manuscript: Manuscript
) -> None:
    for title, body in files:
        session.add(
            Upload(
                manuscript_id=manuscript.id,
                name=title,
                title=title,
                purpose="attach",
                size=len(body.encode()),
                state=UploadState.CHECKED,
                body=body,
                traces=[],
                warnings=[],
                by_id=manuscript.author_id,
                at=clock.now(),
            )
        )
    session.flush()


def _begin(
    session: Session,
    *,
    actor: Actor,
    type_: str,
    fields: dict[str, Any],
    parts: Mapping[str, str],
    edits: str | None = None,
    replaces: str | None = None,
) -> Manuscript:
    now = clock.now()
    manuscript = Manuscript(
        type=type_,
        stage=Stage.DRAFT,
        fields=fields,
        revision=1,
        text_hash="",
        edits=edits,
        replaces=replaces,
        author_id=actor.id,
        authority_id=_authority_of(actor) if type_ == "case" else None,
        made_at=now,
        saved_at=now,
        stage_since=now,
        why="",
    )
    session.add(manuscript)
    session.flush()
    session.add_all(
        Part(manuscript_id=manuscript.id, name=name, text=text, revision=1, saved_at=now)
        for name, text in parts.items()
    )
    _note_writer(session, actor, manuscript)
    _note_step(session, actor, manuscript, "")
    hash_again(session, manuscript)
    _record(session, actor, "manuscript.started", manuscript, {"type": type_})
    return manuscript


def _authority_of(actor: Actor) -> int | None:
    """Return the authority of a person who works for exactly one."""
    own = {place for role, place in actor.memberships if role in STAFF_OF_AN_AUTHORITY}
    return own.pop() if len(own) == 1 else None


# ---- Saving


def parts_of(session: Session, manuscript_id: int) -> dict[str, Part]:
    """Return the sections that have been saved, by name."""
    query = select(Part).where(Part.manuscript_id == manuscript_id)
    # as they stand now, also where this transaction has read them before it had the lock
    now = query.execution_options(populate_existing=True)
    return {part.name: part for part in session.scalars(now)}


def texts_of(session: Session, manuscript_id: int) -> dict[str, str]:
    """Return the text of every section that has been saved."""
    return {name: part.text for name, part in parts_of(session, manuscript_id).items()}


def attachments_of(session: Session, manuscript_id: int) -> Sequence[Upload]:
    """Return the files whose renderings would be published, in the order in which they came."""
    query = (
        select(Upload)
        .where(
            Upload.manuscript_id == manuscript_id,
            Upload.purpose == "attach",
            Upload.state == UploadState.CHECKED,
        )
        .order_by(Upload.id)
    )
    return session.scalars(query).all()


def save_part(
    session: Session, *, actor: Actor, manuscript_id: int, name: str, text: str, revision: int
) -> Part:
    """Save a section; `revision` is the one that was shown, 0 for one never saved.

    Raises `NotFound`, `Stale`, or `Conflict` where the text can't be changed now or is longer than
    `MOST_TEXT`.
    """
    manuscript = for_writing(session, actor, manuscript_id)
    section = sections.named(manuscript.type, name)
    if section is None:
        raise NotFound("There is no such section")
    part = parts_of(session, manuscript_id).get(name)
    text = text.replace("\r\n", "\n")
    if part is not None and part.text == text:
        return part
    if len(text) > MOST_TEXT:
        raise Conflict(
            f"“{section.title}” would have {len(text):,} characters, and a section can have "
            f"{MOST_TEXT:,}"
        )
    if (part.revision if part else 0) != revision:
        raise Stale(part.text if part else "", part.revision if part else 0)
    if part is None:
        part = Part(manuscript_id=manuscript_id, name=name, text=text, revision=0)
        session.add(part)
    part.text, part.revision, part.saved_at = text, revision + 1, clock.now()
    touched(session, actor, manuscript)
    return part


def save_fields(
    session: Session,
    *,
    actor: Actor,
    manuscript_id: int,
    values: Mapping[str, Any],
    revision: int,
) -> Manuscript:
    """Save some fields; `revision` is the one that was shown. `None` takes a field out.

    A save of other fields meanwhile is no reason against it. Raises `NotFound`, `Stale` where one
    of these was changed meanwhile, or `Conflict` where the text can't be changed now.
    """
    manuscript = for_writing(session, actor, manuscript_id)
    fields = dict(manuscript.fields)
    for name, value in values.items():
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
    changed = [name for name, value in values.items() if manuscript.fields.get(name) != value]
    if not changed:
        return manuscript
    changed_in = manuscript.changed_in or {}
    if any(changed_in.get(name, 1) > revision for name in changed):
        raise Stale("", manuscript.revision)
    manuscript.fields, manuscript.revision = fields, manuscript.revision + 1
    manuscript.changed_in = changed_in | dict.fromkeys(changed, manuscript.revision)
    touched(session, actor, manuscript)
    return manuscript


def touched(session: Session, actor: Actor, manuscript: Manuscript) -> None:
    """Note a change of the text: who made it, and that earlier sign-offs count no more."""
    manuscript.saved_at = clock.now()
    _note_writer(session, actor, manuscript)
    signers, before = signed_by(session, manuscript), manuscript.text_hash
    hash_again(session, manuscript)
    if manuscript.text_hash != before:
        review_again(session, actor, manuscript, "Changed after approval", signers)


def answered_in(session: Session, actor: Actor, manuscript: Manuscript) -> None:
    """Note that somebody said why a passage may stay: that is writing, to be signed off by others.

    Whoever signed the text off had read another reason, or none.
    """
    _note_writer(session, actor, manuscript)
    signers = signed_by(session, manuscript)
    review_again(session, actor, manuscript, "A finding was answered after approval", signers)


def signed_by(session: Session, manuscript: Manuscript) -> set[int]:
    """Return who signed the present text off."""
    return {one.by_id for one in sign_offs_of(session, manuscript) if one.by_id is not None}


def review_again(
    session: Session, actor: Actor, manuscript: Manuscript, why: str, signers: Collection[int]
) -> None:
    """Let sign-offs count no more, put the text back into review if it was approved, and say so.

    Told are its author and who holds it, where it was approved, and whoever had signed it off.
    """
    for one in sign_offs_of(session, manuscript):
        session.delete(one)
    session.flush()
    concerned: set[int] = set()
    if manuscript.stage in {Stage.APPROVED, Stage.SCHEDULED}:
        manuscript.scheduled_for = None
        move(session, actor, manuscript, Stage.IN_REVIEW, Side.REVIEWER, why, DAYS_TO_REVIEW)
        concerned = (holders(session, manuscript) | {manuscript.author_id or 0}) - set(signers)
    for people, kind in ((concerned, REOPENED), (set(signers), UNSIGNED)):
        told = people - {actor.id or 0, 0}
        notices.notify(session, user_ids=told, kind=kind, context={"manuscript_id": manuscript.id})


def _note_writer(session: Session, actor: Actor, manuscript: Manuscript) -> None:
    if actor.id is not None and session.get(Writer, (manuscript.id, actor.id)) is None:
        session.add(Writer(manuscript_id=manuscript.id, account_id=actor.id))
        session.flush()


def hash_again(session: Session, manuscript: Manuscript) -> None:
    """Take the hash of everything that would be published."""
    session.flush()
    attached = [(one.title, one.body) for one in attachments_of(session, manuscript.id)]
    texts = texts_of(session, manuscript.id)
    before = manuscript.text_hash
    manuscript.text_hash = sections.text_hash(manuscript.fields, texts, attached)
    session.flush()
    if manuscript.text_hash != before:
        # also an edit that brings back a text which was signed off is an edit
        for signed in sign_offs_of(session, manuscript):
            session.delete(signed)
        session.flush()


# ---- From stage to stage


def move(
    session: Session,
    actor: Actor,
    manuscript: Manuscript,
    stage: Stage,
    side: Side,
    note: str = "",
    days: int | None = None,
) -> None:
    """Move a manuscript to another stage; `days` is how long that should take.

    Raises `InvalidTransition` when it is not in a stage from which that can be done.
    """
    check(manuscript.stage, stage, side)
    manuscript.stage, manuscript.stage_since = stage, clock.now()
    manuscript.due_on = None if days is None else clock.today() + timedelta(days=days)
    _note_step(session, actor, manuscript, note)
    _record(session, actor, "manuscript.moved", manuscript, {"stage": stage.value})


def _note_step(session: Session, actor: Actor, manuscript: Manuscript, note: str) -> None:
    session.add(
        Step(
            manuscript_id=manuscript.id,
            at=clock.now(),
            by_id=actor.id,
            stage=manuscript.stage,
            note=note,
        )
    )
    session.flush()


def steps_of(session: Session, manuscript_id: int) -> Sequence[Step]:
    """Return the way that a manuscript has come, from its beginning."""
    query = select(Step).where(Step.manuscript_id == manuscript_id).order_by(Step.at, Step.id)
    return session.scalars(query).all()


def submit(session: Session, *, actor: Actor, manuscript_id: int) -> Manuscript:
    """Send a text in; whoever reviewed it before, or else every curator, is told.

    Whether it is fit for that, `checking.ready` says. Raises `NotFound` or `InvalidTransition`.
    """
    manuscript = _authors(session, actor, manuscript_id)
    move(session, actor, manuscript, Stage.SUBMITTED, Side.AUTHOR, days=DAYS_TO_BEGIN_REVIEW)
    _record(session, actor, "manuscript.submitted", manuscript, {})
    wrote = writers(session, manuscript.id)
    told = free_to_review(manuscript, with_role(session, Role.CURATOR), wrote)
    told = told or holders(session, manuscript)
    notices.notify(
        session,
        user_ids=told - {actor.id or 0},
        kind=SENT_IN,
        context={"manuscript_id": manuscript.id},
    )
    return manuscript


def holders(session: Session, manuscript: Manuscript) -> set[int]:
    """Return the curator who holds a text, or every one where nobody does who still is one."""
    curators = with_role(session, Role.CURATOR)
    return {manuscript.owner_id or 0} & curators or curators


def free_to_review(
    manuscript: Manuscript, curators: Collection[int], taken_part: Collection[int]
) -> set[int]:
    """Return who is to review a text: who holds it, or every curator where they may not.

    `taken_part` are those who can't: they have written in it, or signed off the other half.
    """
    able = set(curators) - set(taken_part)
    return {manuscript.owner_id or 0} & able or able


def take_back(session: Session, *, actor: Actor, manuscript_id: int) -> Manuscript:
    """Take a text back that nobody has begun to review."""
    manuscript = _authors(session, actor, manuscript_id)
    move(session, actor, manuscript, Stage.DRAFT, Side.AUTHOR, "Taken back")
    return manuscript


def drop(session: Session, *, actor: Actor, manuscript_id: int) -> Manuscript:
    """Give a text up; retention deletes it later."""
    manuscript = _authors(session, actor, manuscript_id)
    move(session, actor, manuscript, Stage.DROPPED, Side.AUTHOR)
    _record(session, actor, "manuscript.dropped", manuscript, {})
    return manuscript


def _authors(session: Session, actor: Actor, manuscript_id: int) -> Manuscript:
    manuscript = seen(session, actor=actor, manuscript_id=manuscript_id)
    if not is_author(session, actor, manuscript):
        raise NotFound("There is no such text")
    return locked(session, manuscript_id)


def of_person(session: Session, account_id: int) -> Sequence[Manuscript]:
    """Return everything that a person has begun or changed, for a copy of their own data."""
    changed = select(Writer.manuscript_id).where(Writer.account_id == account_id)
    query = (
        select(Manuscript)
        .where(or_(Manuscript.author_id == account_id, Manuscript.id.in_(changed)))
        .order_by(Manuscript.id)
    )
    return session.scalars(query).all()


def sign_offs_of(session: Session, manuscript: Manuscript) -> Sequence[SignOff]:
    """Return the sign-offs of exactly the present text."""
    query = select(SignOff).where(
        SignOff.manuscript_id == manuscript.id, SignOff.text_hash == manuscript.text_hash
    )
    return session.scalars(query).all()


def _record(
    session: Session, actor: Actor, action: str, manuscript: Manuscript, details: dict[str, Any]
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_type="manuscript",
        object_id=str(manuscript.id),
        details=details,
    )
