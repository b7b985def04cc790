"""What publishing holds of a document that is taken down: every text it came from or was to become.

The texts go with their sections, files, remarks, answers to findings, sign-offs and steps.
"""

from typing import Any

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from portal.library.takedown import Purges, without_mention
from portal.publishing import writing
from portal.publishing.models import Manuscript, Part, Remark, Upload


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
    changed = left != related
    if changed:
        manuscript.fields = {**manuscript.fields, "related": left}
        manuscript.revision += 1
    for part in writing.parts_of(session, manuscript.id).values():
        _, text = without_mention([], part.text, reference)
        if text != part.text:
            part.text, part.revision, changed = text, part.revision + 1, True
    for upload in writing.attachments_of(session, manuscript.id):
        _, body = without_mention([], upload.body, reference)
        if body != upload.body:
            upload.body, changed = body, True
    if changed:
        writing.hash_again(session, manuscript)
    return changed


def register(purges: Purges) -> None:
    """Register the purge."""
    purges.register(purge)
