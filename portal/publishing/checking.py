"""What the disclosure check finds in a manuscript, and what its author has said to that.

An answer belongs to the words found together with those around them: it survives every edit
elsewhere, and an edit of the passage itself asks again.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import disclosure
from portal.audit import service as audit
from portal.core import clock
from portal.core.errors import Conflict, NotAllowed, NotFound
from portal.core.permissions import Actor
from portal.disclosure.findings import Finding, Tier
from portal.library import pathway
from portal.library.public_words import lists
from portal.publishing import sections, writing
from portal.publishing.models import FILE, FindingAnswer, Manuscript, Upload

ANSWERS: Mapping[str, str] = {
    "invented": "It is invented: a pseudonym or an example",
    "public-body": "It names a public body or office that everybody knows",
    "not-identifying": "It is an ordinary word, or can’t lead to anybody",
    "needed": "It is needed, and I have made sure that nobody can be recognised",
}
"""What can be said to a finding that stays, by key."""
AROUND = 40
"""Characters on each side, within its paragraph, that belong to the passage of a finding."""
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Found:
    """A finding in one place of a manuscript."""

    place: str
    """Name of the section or field, or `upload-` and the number of a file."""
    where: str
    """The same in words."""
    finding: Finding
    words: str
    before: str
    after: str
    passage: str
    """What an answer is kept by."""
    answer: FindingAnswer | None
    seen: bool = True
    """Whether a reader would have seen it; false for what is hidden in a file."""

    @property
    def can_be_replaced(self) -> bool:
        """Whether other words can be put in its place here: not in a file or a list of values."""
        return not self.place.startswith(FILE) and self.place not in IN_ROWS

    @property
    def blocks(self) -> bool:
        """Whether the text can't be sent in before this is removed or answered."""
        return self.finding.tier == Tier.CERTAIN and self.answer is None


def passage_of(kind: str, words: str, before: str, after: str) -> str:
    """Return what an answer is kept by: the kind and the words, with those around them."""
    told = "\0".join(_SPACE.sub(" ", text) for text in (kind, before, words, after))
    return sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class Place:
    """A text of a manuscript that is checked."""

    name: str
    label: str
    text: str
    seen: bool = True


_FIELDS = {"title": "Title", "summary": "Summary", "question": "Question", "also": "Other names"}
_ABOUT = {
    "sources": "Sources",
    "law": "Law and official guidance",
    "definitions": "Definitions",
    "related": "Related documents",
    "search_words": "Words that people may look for",
}
"""Fields around the text: what they say is shown, searched or downloaded with it."""
IN_ROWS = frozenset({"pathway", "also", *_ABOUT})
"""Fields of several values: other words are put in their place where they are written."""


def places(
    manuscript: Manuscript, texts: Mapping[str, str], uploads: Iterable[Upload]
) -> list[Place]:
    """Return every text that a reader may come to see: of files, what would be published."""
    made = [
        Place(name, label, text_of(manuscript.fields.get(name)))
        for name, label in _FIELDS.items()
        if manuscript.fields.get(name)
    ]
    if manuscript.fields.get("pathway"):
        steps = pathway.plain(pathway.read(manuscript.fields["pathway"]))
        made.append(Place("pathway", "Referral pathway", steps))
    made += [
        Place(section.name, section.title, texts[section.name])
        for section in sections.of_type(manuscript.type)
        if texts.get(section.name)
    ]
    made += [
        Place(name, label, _said_in(manuscript.fields[name]))
        for name, label in _ABOUT.items()
        if manuscript.fields.get(name)
    ]
    return [*made, *map(place_of_file, uploads)]


def place_of_file(upload: Upload) -> Place:
    """Return what would be published of a file.

    Not what is hidden in it: the rendering has none of that, so nobody can come to see it.
    """
    text = f"{upload.title}\n\n{upload.body}"
    return Place(f"{FILE}{upload.id}", f"File “{upload.title}”", text)


def file_at(session: Session, manuscript: Manuscript, name: str) -> Upload | None:
    """Return the file of a manuscript that a place is; nothing where it is none."""
    number = name.removeprefix(FILE)
    if number == name or not _NUMBER.fullmatch(number):
        return None
    upload = session.get(Upload, int(number))
    return upload if upload and upload.manuscript_id == manuscript.id else None


def _said_in(values: Sequence[Any]) -> str:
    """Return what the values of a field say, a paragraph each; numbers and references say nothing.

    A paragraph each, so that an answer belongs to its own value.
    """
    return "\n\n".join(
        "\n".join(str(said) for part, said in value.items() if part not in {"id", "year"})
        if isinstance(value, Mapping)
        else str(value)
        for value in values
    )


def text_of(value: Any) -> str:
    """Return the words of a field."""
    return "\n".join(str(one) for one in value) if isinstance(value, list) else str(value or "")


def check(session: Session, manuscript: Manuscript) -> list[Found]:
    """Return everything that is found in a manuscript, in the order of its text."""
    texts = writing.texts_of(session, manuscript.id)
    uploads = writing.attachments_of(session, manuscript.id)
    answers = answers_of(session, manuscript.id)
    return [
        found for place in places(manuscript, texts, uploads) for found in find_in(place, answers)
    ]


def answers_of(session: Session, manuscript_id: int) -> dict[tuple[str, str], FindingAnswer]:
    """Return what was said to findings, by place and passage."""
    query = select(FindingAnswer).where(FindingAnswer.manuscript_id == manuscript_id)
    return {(answer.part, answer.passage): answer for answer in session.scalars(query)}


MOST_KEPT = 1000
_kept: OrderedDict[tuple[bytes, int], tuple[Finding, ...]] = OrderedDict()
"""What was found lately, by the hash of a text and the lists: a page looks at each text again."""


def _findings(text: str) -> tuple[Finding, ...]:
    known = lists()
    key = sha256(text.encode()).digest(), id(known)
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = tuple(disclosure.find(text, lists=known))
        while len(_kept) > MOST_KEPT:
            with suppress(KeyError):  # another thread was faster
                _kept.popitem(last=False)
    return found


def prepare(text: str) -> None:
    """Look through a text before a transaction begins, which others would wait for meanwhile."""
    _findings(text)


def find_in(
    place: Place, answers: Mapping[tuple[str, str], FindingAnswer] | None = None
) -> list[Found]:
    """Return what is found in one text."""
    made = []
    for finding in _findings(place.text):
        words = place.text[finding.start : finding.end]
        before = place.text[max(0, finding.start - AROUND) : finding.start].rpartition("\n\n")[2]
        after = place.text[finding.end : finding.end + AROUND].partition("\n\n")[0]
        passage = passage_of(finding.kind, words, before, after)
        made.append(
            Found(
                place=place.name,
                where=place.label,
                finding=finding,
                words=words,
                before=before,
                after=after,
                passage=passage,
                answer=(answers or {}).get((place.name, passage)),
                seen=place.seen,
            )
        )
    return made


def answer(
    session: Session,
    *,
    actor: Actor,
    manuscript_id: int,
    part: str,
    passage: str,
    answer: str,
    reason: str,
) -> None:
    """Say why a finding may stay, in words of the person's own, who then can't sign the text off.

    What somebody else has said, only the text's author replaces. Raises `NotFound` when there is no
    such finding now, `NotAllowed`, or `Conflict` for an answer that says nothing.
    """
    manuscript = writing.seen(session, actor=actor, manuscript_id=manuscript_id)
    if not writing.may_write(session, actor, manuscript):
        raise NotAllowed("Only its author can answer this now")
    if answer not in ANSWERS or not reason.strip():
        raise Conflict("Choose an answer and give a reason in your own words")
    manuscript = writing.for_writing(session, actor, manuscript_id)  # of two answers one at a time
    found = next(
        (f for f in check(session, manuscript) if (f.place, f.passage) == (part, passage)), None
    )
    if found is None:
        raise NotFound("This passage has changed meanwhile. Look at the check again")
    if not may_answer(session, actor, manuscript, found):
        raise NotAllowed(
            "Somebody has said why this can stay. If that does not hold, ask its author for a "
            "change or change the text"
        )
    kept = found.answer or FindingAnswer(manuscript_id=manuscript_id, part=part, passage=passage)
    kept.answer, kept.reason = answer, reason.strip()
    kept.by_id, kept.at = actor.id, clock.now()
    session.add(kept)
    session.flush()
    writing.answered_in(session, actor, manuscript)
    audit.record(
        session,
        actor=actor,
        action="manuscript.finding-answered",
        object_type="manuscript",
        object_id=str(manuscript_id),
        details={"answer": answer},
    )


def may_answer(session: Session, actor: Actor, manuscript: Manuscript, found: Found) -> bool:
    """Tell whether somebody who can write the text may say why this stays: it is theirs to say."""
    own = found.answer is None or found.answer.by_id == actor.id
    return own or writing.is_author(session, actor, manuscript)


def put_instead(
    session: Session, *, actor: Actor, manuscript_id: int, part: str, passage: str
) -> None:
    """Put the generalised words in the place of a finding: the one press of its author.

    Raises `NotFound` when the passage has changed, or stands in a file.
    """
    manuscript = writing.seen(session, actor=actor, manuscript_id=manuscript_id)
    found = next(
        (f for f in check(session, manuscript) if (f.place, f.passage) == (part, passage)), None
    )
    if found is None or not found.can_be_replaced:
        raise NotFound("This passage has changed meanwhile. Look at the check again")
    saved = writing.parts_of(session, manuscript_id).get(part)
    if saved is not None:
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=manuscript_id,
            name=part,
            text=replaced(saved.text, found.finding),
            revision=saved.revision,
        )
        return
    text = replaced(str(manuscript.fields.get(part, "")), found.finding)
    writing.save_fields(
        session,
        actor=actor,
        manuscript_id=manuscript_id,
        values={part: text},
        revision=manuscript.revision,
    )


def replaced(text: str, finding: Finding) -> str:
    """Return a text with the generalised words in the place of a finding."""
    before, after = text[: finding.start], text[finding.end :]
    if not finding.instead and before.endswith(" ") and after.startswith((" ", ".", ",")):
        before = before[:-1]
    return before + finding.instead + after


def blocking(found: Sequence[Found]) -> list[Found]:
    """Return the findings that must be removed or answered first."""
    return [one for one in found if one.blocks]
