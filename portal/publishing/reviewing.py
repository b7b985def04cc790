"""Review: taking a text on, asking for changes at a passage, signing off, approving, scheduling.

Whoever has changed a text can't sign it off. A case needs two people besides, one of them for
disclosure. A sign-off is bound to the exact text; the last one that is needed approves it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import notices
from portal.accounts.lookup import with_role
from portal.audit import service as audit
from portal.core import clock
from portal.core.errors import Conflict, NotAllowed, NotFound
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.library.vocabularies import Vocabularies
from portal.publishing import checking, publication, sections, writing
from portal.publishing.models import Manuscript, Remark, SignOff, SignOffKind, Writer
from portal.publishing.states import WITH_REVIEWERS, Side, Stage, check

CHANGES_ASKED = "manuscript.changes-asked"
APPROVED = "manuscript.approved"
HANDED = "manuscript.handed"
TAKEN = "manuscript.taken"
"""Tells who held a text that another curator holds it now."""
HALF_SIGNED = "manuscript.half-signed"
"""Tells who may give it that a second sign-off is missing."""
MOST_REASON = 500
"""Characters of a reason that stands beside a step."""
INTRUDER: Mapping[str, str] = {
    "known": "Somebody who knows the child (a neighbour, a teacher, a classmate) would not be sure "
    "that this is about that child",
    "family": "The family would learn nothing from it that they were not told",
    "searched": "I searched the web and local news for the main facts, as a determined stranger "
    "would, and found no report that leads to this child",
    "combination": "No combination of age, background, place and event singles the child out",
    "time": "No date, season or public event tells when it happened",
    "agency": "The authority, school, agency and staff can’t be told from it",
    "files": "I have read every attachment and all that was hidden in it, or there is none",
}
"""The motivated-intruder checklist: each must hold before disclosure is signed off.

After the Information Commissioner's guidance on anonymisation ("motivated intruder" test).
"""


def queue(session: Session) -> Sequence[Manuscript]:
    """Return everything that curators have to do with, the longest due first."""
    query = select(Manuscript).where(Manuscript.stage.in_(WITH_REVIEWERS | {Stage.CHANGES_ASKED}))
    return sorted(
        session.scalars(query), key=lambda one: (one.due_on or date.max, one.stage_since, one.id)
    )


def wanted(
    session: Session, manuscripts: Iterable[Manuscript], curators: Collection[int]
) -> dict[int, set[int]]:
    """Return the curators whom each text waits for now, by its number: who holds it, if they can.

    Nobody's is everybody's who may do what is to be done: somebody who is a curator no more holds
    nothing, and who has written in a text or signed its other half can't review it.
    """
    texts = list(manuscripts)
    taken_part: dict[int, set[int]] = {one.id: set() for one in texts}
    query = select(Writer.manuscript_id, Writer.account_id)
    for id_, account_id in session.execute(query.where(Writer.manuscript_id.in_(taken_part))):
        taken_part[id_].add(account_id)
    reviewed = {one.id: one.text_hash for one in texts if one.stage == Stage.IN_REVIEW}
    signed = select(SignOff).where(SignOff.manuscript_id.in_(reviewed))
    for one in session.scalars(signed):
        if one.text_hash == reviewed[one.manuscript_id] and one.by_id is not None:
            taken_part[one.manuscript_id].add(one.by_id)
    asked = [one for one in texts if one.stage == Stage.CHANGES_ASKED]
    left = writing.without_author(session, asked) if asked else set()
    made = {}
    for text in texts:
        match text.stage:
            case Stage.APPROVED:
                made[text.id] = writing.free_to_review(text, curators, ())
            case Stage.SUBMITTED | Stage.IN_REVIEW:
                made[text.id] = writing.free_to_review(text, curators, taken_part[text.id])
            case Stage.CHANGES_ASKED if text.id in left:
                made[text.id] = writing.free_to_review(text, curators, taken_part[text.id])
            case _:
                made[text.id] = set()
    return made


def _seen(session: Session, actor: Actor, manuscript_id: int) -> Manuscript:
    if not writing.is_curator(actor):
        raise NotFound("There is no such text")
    writing.seen(session, actor=actor, manuscript_id=manuscript_id)
    return writing.locked(session, manuscript_id)


def _steered(session: Session, actor: Actor, manuscript_id: int) -> Manuscript:
    """Return a text whose review somebody steers: not its author, who would choose their judge.

    Another curator who has mended a word of it may still ask for more, or hand it over.
    """
    manuscript = _seen(session, actor, manuscript_id)
    if writing.is_author(session, actor, manuscript):
        raise NotAllowed("You have written this text: other curators review it")
    return manuscript


def take_on(session: Session, *, actor: Actor, manuscript_id: int) -> Manuscript:
    """Begin to review a text and hold it; who held it before is told.

    Changes that were asked of an author who can't make them are taken on too: curators go on with
    the text. Raises `NotAllowed`, or `InvalidTransition` when somebody else was faster.
    """
    manuscript = _seen(session, actor, manuscript_id)
    if actor.id in writing.writers(session, manuscript_id):
        raise NotAllowed("You have written in this text: another curator must review it")
    left = manuscript.stage == Stage.CHANGES_ASKED and author_left(session, manuscript)
    writing.move(
        session,
        actor,
        manuscript,
        Stage.IN_REVIEW,
        Side.PORTAL if left else Side.REVIEWER,
        "Its author can’t go on with it" if left else "",
        writing.DAYS_TO_REVIEW,
    )
    _hold(session, actor, manuscript, actor.id)
    return manuscript


def author_left(session: Session, manuscript: Manuscript) -> bool:
    """Tell whether its author can't go on with a text: has left, or may not write such any more."""
    return manuscript.id in writing.without_author(session, [manuscript])


def give_up(session: Session, *, actor: Actor, manuscript_id: int, why: str) -> None:
    """Give a text up that is not fit to be published, when its author can't go on with it.

    Nobody else could end it, and it is kept no longer than other texts that were given up. Raises
    `NotFound`, or `Conflict` for anybody but who holds it, with an author there, or no reason.
    """
    manuscript = _steered(session, actor, manuscript_id)
    if manuscript.owner_id != actor.id or not author_left(session, manuscript):
        raise Conflict(
            "Who holds a text gives it up, and only where its author can’t go on with it"
        )
    if not 0 < len(why.strip()) <= MOST_REASON:
        raise Conflict(f"Say why, in at most {MOST_REASON} characters")
    writing.move(session, actor, manuscript, Stage.DROPPED, Side.PORTAL, why.strip())
    _record(session, actor, "manuscript.dropped", manuscript, {})


def hand_over(session: Session, *, actor: Actor, manuscript_id: int, to: int) -> None:
    """Let another curator hold a text, who is told, and who held it before.

    Raises `NotFound`, `NotAllowed` for its author, or `Conflict` for somebody who can't review it
    or a text that is done with.
    """
    manuscript = _steered(session, actor, manuscript_id)
    if manuscript.stage not in WITH_REVIEWERS | {Stage.CHANGES_ASKED}:
        raise Conflict("There is nothing to review in this any more")
    if to not in with_role(session, Role.CURATOR):
        raise Conflict("Choose a curator")
    if to in writing.writers(session, manuscript_id):
        raise Conflict("Choose a curator who has not written in this text")
    if manuscript.owner_id == to:
        return
    _hold(session, actor, manuscript, to)
    _record(session, actor, "manuscript.handed-over", manuscript, {})
    _tell(session, actor, manuscript, {to}, HANDED)


def _hold(session: Session, actor: Actor, manuscript: Manuscript, account_id: int | None) -> None:
    """Let a curator hold a text; who held it before is told."""
    before = {manuscript.owner_id or 0} - {account_id or 0}
    manuscript.owner_id = account_id
    session.flush()
    _tell(session, actor, manuscript, before, TAKEN)


def _tell(
    session: Session, actor: Actor, manuscript: Manuscript, people: set[int], kind: str
) -> None:
    """Tell people of a text, but for whoever does it."""
    told = people - {actor.id or 0, 0}
    notices.notify(session, user_ids=told, kind=kind, context={"manuscript_id": manuscript.id})


def reopen(session: Session, *, actor: Actor, manuscript_id: int, why: str) -> Manuscript:
    """Put an approved text back into review; what was signed off must be signed off again.

    Its author, who holds it and those who signed it off are told.

    Raises `InvalidTransition` when it is not approved, `Conflict` without a reason.
    """
    manuscript = _seen(session, actor, manuscript_id)
    if not why.strip():
        raise Conflict("Say why it has to be reviewed again")
    check(manuscript.stage, Stage.IN_REVIEW, Side.REVIEWER)
    writing.review_again(
        session, actor, manuscript, why.strip(), writing.signed_by(session, manuscript)
    )
    return manuscript


def signed_kinds(
    session: Session, manuscripts: Iterable[Manuscript]
) -> dict[int, list[SignOffKind]]:
    """Return what has been signed off of the present text of each, by its number."""
    hashes = {one.id: one.text_hash for one in manuscripts}
    query = select(SignOff).where(SignOff.manuscript_id.in_(hashes)).order_by(SignOff.kind)
    made: dict[int, list[SignOffKind]] = {}
    for one in session.scalars(query):
        if one.text_hash == hashes[one.manuscript_id]:
            made.setdefault(one.manuscript_id, []).append(one.kind)
    return made


# ---- Asking for changes


def remarks_of(session: Session, manuscript_id: int, *, sent: bool = False) -> Sequence[Remark]:
    """Return the changes that were asked for, oldest first; with `sent` those its author sees."""
    query = select(Remark).where(Remark.manuscript_id == manuscript_id)
    if sent:
        query = query.where(Remark.sent_at.is_not(None))
    return session.scalars(query.order_by(Remark.at, Remark.id)).all()


def remark(
    session: Session, *, actor: Actor, manuscript_id: int, part: str, passage: str, reason: str
) -> Remark:
    """Write down a change to ask for; its author sees it once `ask_changes` has sent it.

    `passage` are words of the part, none for the whole of it. Raises `Conflict` where they do not
    stand in it or there is no reason, or the text is not in review, `NotAllowed` for its author.
    """
    manuscript = _steered(session, actor, manuscript_id)
    if manuscript.stage != Stage.IN_REVIEW:
        raise Conflict("Take the text on for review first")
    if not reason.strip():
        raise Conflict("Say what should change, and why")
    there = _text_at(session, manuscript, part)
    if there is None:
        raise NotFound("There is no such section")
    if passage.strip() and passage.strip() not in there:
        raise Conflict("These words do not stand in that section. Copy them exactly")
    made = Remark(
        manuscript_id=manuscript_id,
        part=part,
        passage=passage.strip(),
        reason=reason.strip(),
        by_id=actor.id,
        at=clock.now(),
        answer="",
    )
    session.add(made)
    session.flush()
    return made


def _text_at(session: Session, manuscript: Manuscript, part: str) -> str | None:
    """Return the text of a section or file, or something for a field that can be remarked on."""
    texts = writing.texts_of(session, manuscript.id)
    if part in texts:
        return texts[part]
    if part in manuscript.fields:
        return checking.text_of(manuscript.fields[part])
    upload = checking.file_at(session, manuscript, part)
    if upload is not None:
        return checking.place_of_file(upload).text
    return "" if part in {one.name for one in sections.of_type(manuscript.type)} else None


def take_remark_back(session: Session, *, actor: Actor, manuscript_id: int, remark_id: int) -> None:
    """Delete a remark that was not sent yet, or settle one that was.

    Raises `NotAllowed` for the author, and for another writer of the text unless it is their own.
    """
    _steered(session, actor, manuscript_id)
    found = session.get(Remark, remark_id, populate_existing=True)
    if found is None or found.manuscript_id != manuscript_id:
        raise NotFound("There is no such remark")
    if found.by_id != actor.id and actor.id in writing.writers(session, manuscript_id):
        raise NotAllowed("You have written in this text: whoever asked decides whether it is done")
    if found.sent_at is None:
        session.delete(found)
    else:
        found.settled_at = found.settled_at or clock.now()
    session.flush()


def ask_changes(session: Session, *, actor: Actor, manuscript_id: int) -> Manuscript:
    """Send the remarks to the author, who is told and can write again.

    Raises `Conflict` when there is none to send or its author can't write it any more, `NotAllowed`
    for its author, `InvalidTransition` when it is not in review.
    """
    manuscript = _steered(session, actor, manuscript_id)
    new = [one for one in remarks_of(session, manuscript_id) if one.sent_at is None]
    if not new:
        raise Conflict("Write down at least one change, at the section that it is about")
    if author_left(session, manuscript):
        raise Conflict(
            "Its author can’t go on with it. Change the text yourself; other curators sign it off"
        )
    days = writing.DAYS_TO_CHANGE
    writing.move(session, actor, manuscript, Stage.CHANGES_ASKED, Side.REVIEWER, days=days)
    for one in new:
        one.sent_at = clock.now()
    session.flush()
    _record(session, actor, "manuscript.changes-asked", manuscript, {"remarks": len(new)})
    if manuscript.author_id is not None:
        notices.notify(
            session,
            user_ids=[manuscript.author_id],
            kind=CHANGES_ASKED,
            context={"manuscript_id": manuscript_id},
        )
    return manuscript


def answer_remark(
    session: Session, *, actor: Actor, manuscript_id: int, remark_id: int, answer: str
) -> None:
    """Say, as the author, what was done about a remark."""
    manuscript = writing.seen(session, actor=actor, manuscript_id=manuscript_id)
    found = session.get(Remark, remark_id)
    if found is None or found.manuscript_id != manuscript_id or found.sent_at is None:
        raise NotFound("There is no such remark")
    author = writing.is_author(session, actor, manuscript)
    if not (author and writing.may_write(session, actor, manuscript)):
        raise NotAllowed("Only its author can answer this, and not while it is being reviewed")
    if not answer.strip():
        raise Conflict("Say what you did, or why not")
    found.answer, found.answered_at = answer.strip(), clock.now()
    session.flush()


# ---- Signing off


def may_sign_off(session: Session, actor: Actor, manuscript: Manuscript, kind: SignOffKind) -> str:
    """Return why a person can't sign this text off, nothing if they can."""
    if manuscript.stage != Stage.IN_REVIEW:
        return "It is not in review"
    if kind not in publication.needed(manuscript.type):
        return "It does not need this"
    if actor.id in writing.writers(session, manuscript.id):
        return "You have written in this text: another curator must sign it off"
    signed = writing.sign_offs_of(session, manuscript)
    if any(one.kind == kind for one in signed):
        return "This has been signed off"
    if any(one.by_id == actor.id for one in signed):
        return "You have signed it off already: a second person must do this one"
    return ""


def sign_off(
    session: Session,
    *,
    actor: Actor,
    manuscript_id: int,
    kind: SignOffKind,
    text_hash: str,
    checklist: Mapping[str, str],
    vocabularies: Vocabularies,
) -> Manuscript:
    """Vouch for the text with this hash; with the last that is needed it is approved.

    `text_hash` is that of the text which the person has read. Raises `NotAllowed` for a writer and
    for the second of two by one person, `Conflict` for a text that has changed since, a checklist
    that does not hold, or something to be mended first.
    """
    manuscript = _seen(session, actor, manuscript_id)
    why_not = may_sign_off(session, actor, manuscript, kind)
    if why_not:
        raise NotAllowed(why_not) if "You have" in why_not else Conflict(why_not)
    if manuscript.text_hash != text_hash:
        raise Conflict("The text has changed since you opened it. Read it again first")
    if kind == SignOffKind.DISCLOSURE and any(checklist.get(key) != "yes" for key in INTRUDER):
        raise Conflict("Every point must hold. If one does not, ask for changes instead")
    wrong = publication.problems(session, manuscript, vocabularies)
    if wrong:
        raise Conflict(f"Mend this first: {wrong[0][1]}")
    session.add(
        SignOff(
            manuscript_id=manuscript_id,
            kind=kind,
            text_hash=text_hash,
            by_id=actor.id,
            at=clock.now(),
            checklist=dict(checklist),
        )
    )
    session.flush()
    _record(session, actor, "manuscript.signed-off", manuscript, {"kind": kind.value})
    signed = {one.kind for one in writing.sign_offs_of(session, manuscript)}
    if publication.needed(manuscript.type) <= signed:
        days = writing.DAYS_TO_PUBLISH
        writing.move(session, actor, manuscript, Stage.APPROVED, Side.PORTAL, days=days)
        told = writing.holders(session, manuscript) | {manuscript.author_id or 0}
        _tell(session, actor, manuscript, told, APPROVED)
    else:
        told = wanted(session, [manuscript], with_role(session, Role.CURATOR))[manuscript.id]
        _tell(session, actor, manuscript, told, HALF_SIGNED)
    return manuscript


def schedule(session: Session, *, actor: Actor, manuscript_id: int, day: date) -> Manuscript:
    """Let an approved text be published early on a day to come."""
    manuscript = _seen(session, actor, manuscript_id)
    if day <= clock.today():
        raise Conflict("Choose a day after today, or publish it now")
    writing.move(session, actor, manuscript, Stage.SCHEDULED, Side.REVIEWER)
    manuscript.scheduled_for = manuscript.due_on = day
    session.flush()
    return manuscript


def unschedule(session: Session, *, actor: Actor, manuscript_id: int) -> Manuscript:
    """Let an approved text wait again."""
    manuscript = _seen(session, actor, manuscript_id)
    days = writing.DAYS_TO_PUBLISH
    writing.move(session, actor, manuscript, Stage.APPROVED, Side.REVIEWER, days=days)
    manuscript.scheduled_for = None
    session.flush()
    return manuscript


def _record(
    session: Session,
    actor: Actor,
    action: str,
    manuscript: Manuscript,
    details: dict[str, object],
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_type="manuscript",
        object_id=str(manuscript.id),
        details=details,
    )
