"""What this room keeps about a person: what they wrote, asked for and signed off."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.lookup import with_role
from portal.accounts.own_data import Parts, Section, Value
from portal.core.roles import Role
from portal.publishing import writing
from portal.publishing.models import FindingAnswer, Remark, SignOff, Step, Upload


def written(session: Session, user_id: int) -> Section:
    """Return the texts that a person began or changed, with their words where they are theirs."""
    rows: list[Mapping[str, Value]] = []
    curator = user_id in with_role(session, Role.CURATOR)
    for manuscript in writing.of_person(session, user_id):
        own = manuscript.author_id == user_id
        own = own and (curator or not writing.for_curators(manuscript))
        texts = writing.texts_of(session, manuscript.id) if own else {}
        rows.append(
            {
                "title": str(manuscript.fields.get("title", "")) if own else "",
                "stage": manuscript.stage.label,
                "saved": manuscript.saved_at,
                "text": "\n\n".join(text for text in texts.values() if text),
            }
        )
    columns = {"title": "Title", "stage": "Stage", "saved": "Last saved", "text": "Text"}
    return Section("writing", "What you wrote", columns, rows)


def reviewed(session: Session, user_id: int) -> Section:
    """Return when a person did something with a text, not with which."""
    steps: list[tuple[str, object]] = []
    for what, query in (
        ("Asked for a change", select(Remark.at).where(Remark.by_id == user_id)),
        ("Signed a text off", select(SignOff.at).where(SignOff.by_id == user_id)),
        ("Moved a text on", select(Step.at).where(Step.by_id == user_id)),
        ("Answered a finding", select(FindingAnswer.at).where(FindingAnswer.by_id == user_id)),
        ("Sent a file", select(Upload.at).where(Upload.by_id == user_id)),
    ):
        steps += [(what, at) for at in session.scalars(query)]
    rows: list[Mapping[str, Value]] = [
        {"what": what, "when": at}  # type: ignore[dict-item]  # moments, all of them
        for what, at in sorted(steps, key=lambda step: str(step[1]))
    ]
    return Section("review", "What you did with texts", {"what": "What", "when": "When"}, rows)


def register(parts: Parts) -> None:
    """Let a copy of one's own data hold it too."""
    parts.register("the texts that you wrote", written)
    parts.register(
        "when you sent files, answered, asked for changes and signed off (not of what)", reviewed
    )
