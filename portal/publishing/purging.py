"""What publishing holds of a document that is taken down: every text it came from or was to become.

The texts go with their sections, files, remarks, answers to findings, sign-offs and steps. What
others say about it is taken out of them; those that were signed off must be read again.
"""

from typing import Any

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from portal.audit.service import WORKER
from portal.disclosure.files import Where
from portal.library.mentions import without_links, without_mention
from portal.library.takedown import Purges
from portal.publishing import writing
from portal.publishing.models import FILE, Manuscript, Part, Remark, Upload
from portal.publishing.states import OPEN

NAMED_WHAT_WAS_REMOVED = "A document that it named was removed"
"""Why a text is in review again, as the way that it has come says it."""


def purge(session: Session, reference: str) -> list[tuple[str, int]]:
    """Delete the texts of a document, and what other texts say about it."""
    # nobody saves meanwhile what is read here
    query = select(Manuscript).order_by(Manuscript.id).with_for_update()
    query = query.execution_options(populate_existing=True)
    own = session.scalars(
        query.where(or_(Manuscript.edits == reference, Manuscript.became == reference))
    ).all()
    for manuscript in own:
        session.delete(manuscript)
    session.flush()
    every = session.scalars(query).all()
    naming = _naming(session, reference)
    changed = [one for one in every if one.id in naming and _forget(session, one, reference)]
    return [
        ("Texts it was written as, with their files, remarks and sign-offs", len(own)),
        ("Other texts that named it as related or linked to it", len(changed)),
    ]


def _naming(session: Session, reference: str) -> set[int]:
    """Return the texts with the reference anywhere in what is kept of them."""

    def holds(*columns: Any) -> Any:
        return or_(*(cast(one, Text).icontains(reference, autoescape=True) for one in columns))

    found = set(session.scalars(select(Manuscript.id).where(Manuscript.replaces == reference)))
    for of, where in (
        (Manuscript.id, holds(Manuscript.fields)),
        (Part.manuscript_id, holds(Part.text)),
        (Upload.manuscript_id, holds(Upload.body, Upload.traces)),
        (Remark.manuscript_id, holds(Remark.passage, Remark.reason, Remark.answer)),
    ):
        found |= set(session.scalars(select(of).where(where)))
    return found


def _forget(session: Session, manuscript: Manuscript, reference: str) -> bool:
    """Take out what a text of another document says about it; its sign-offs then count no more."""
    if manuscript.replaces == reference:
        manuscript.replaces = None
    related = manuscript.fields.get("related") or []
    left, _ = without_mention(related, "", reference)
    changed = {"related"} if left != related else set()
    if changed:
        manuscript.fields = {**manuscript.fields, "related": left}
        manuscript.revision += 1
    texts = {}
    for name, part in writing.parts_of(session, manuscript.id).items():
        texts[name] = without_links(part.text, reference)
        if texts[name] != part.text:
            part.text, part.revision = texts[name], part.revision + 1
            changed.add(name)
    for upload in session.scalars(select(Upload).where(Upload.manuscript_id == manuscript.id)):
        if _forget_in_file(upload, reference):
            changed.add(f"{FILE}{upload.id}")
    _forget_in_remarks(
        session, manuscript, reference, {name: texts.get(name, "") for name in changed}
    )
    if changed:
        _reopen(session, manuscript)
    return bool(changed)


def _forget_in_file(upload: Upload, reference: str) -> bool:
    body = without_links(upload.body, reference)
    if body == upload.body:
        return False
    upload.body = body
    # the words of the link stand there once more, as they stood in the file
    upload.traces = [one for one in upload.traces if one["where"].split(", ")[0] != Where.BODY]
    return True


def _forget_in_remarks(
    session: Session, manuscript: Manuscript, reference: str, changed: dict[str, str]
) -> None:
    """Take it out of the changes that were asked for: they repeat words of `changed` parts."""
    for remark in session.scalars(select(Remark).where(Remark.manuscript_id == manuscript.id)):
        if remark.passage not in changed.get(remark.part, remark.passage):
            remark.passage = ""
        remark.reason = without_links(remark.reason, reference)
        remark.answer = without_links(remark.answer, reference)


def _reopen(session: Session, manuscript: Manuscript) -> None:
    """Let a text that says something else now be signed off again.

    One that is published keeps its sign-offs: they show who vouched for what was signed then.
    """
    if manuscript.stage not in OPEN:
        return
    signers, before = writing.signed_by(session, manuscript), manuscript.text_hash
    writing.hash_again(session, manuscript)
    if manuscript.text_hash != before:
        writing.review_again(session, WORKER, manuscript, NAMED_WHAT_WAS_REMOVED, signers)


def register(purges: Purges) -> None:
    """Register the purge."""
    purges.register(purge)
