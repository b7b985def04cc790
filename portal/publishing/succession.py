"""What a text is to become of a document: its next version, or what stands in its place.

What is published can change while a text is written: it is withdrawn, replaced, or a release brings
another text. Whoever writes is told at once, not after a whole review, and has a way on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.errors import Conflict
from portal.core.permissions import Actor
from portal.library import content, service, versions
from portal.library.models import Document, State, Version
from portal.library.policy import roles_of
from portal.library.vocabularies import Vocabularies
from portal.publishing import sections, writing
from portal.publishing.models import Manuscript
from portal.publishing.states import OPEN

PLACE = "place"
"""The name under which problems of this kind stand, as a field has one."""
_ENDED = {
    State.SUPERSEDED: "replaced by another document",
    State.WITHDRAWN: "withdrawn",
    State.REMOVED: "removed",
}


@dataclass(frozen=True)
class Meanwhile:
    """What was published since an edit began."""

    base: Version
    """What the edit was made from."""
    latest: Version
    both: tuple[str, ...]
    """Fields and sections that the edit and what is published have changed, each otherwise."""


Piece = tuple[str, bool]
"""Name of a field or section, and whether it is a section: some names are those of both."""


def problems(
    session: Session, manuscript: Manuscript, vocabularies: Vocabularies
) -> list[tuple[str, str]]:
    """Return why an open text can't become what it is meant to, as `publication.problems` does."""
    reference = manuscript.edits or manuscript.replaces
    if reference is None or manuscript.stage not in OPEN:
        return []
    document = service.any_document(session, reference)
    if document.state != State.PUBLISHED:
        what = "it changes" if manuscript.edits else "it is to take the place of"
        return [(PLACE, f"the document that {what} has been {_ENDED[document.state]} meanwhile")]
    if manuscript.replaces and _is_narrower(manuscript, document):
        return [(PLACE, "some who read what it is to replace could not read this one")]
    if meanwhile(session, manuscript, vocabularies):
        return [(PLACE, "what is published has changed since this edit began")]
    return []


def _is_published(session: Session, reference: str) -> bool:
    return service.any_document(session, reference).state == State.PUBLISHED


def _is_narrower(manuscript: Manuscript, document: Document) -> bool:
    return not roles_of(document.audience) <= roles_of(manuscript.fields.get("audience", ""))


# ---- What is published has changed


def meanwhile(
    session: Session, manuscript: Manuscript, vocabularies: Vocabularies
) -> Meanwhile | None:
    """Return what was published since an edit began, if its text is another.

    That a document was read again changes nothing of its text.
    """
    if manuscript.edits is None or manuscript.based_on is None:
        return None
    document = service.any_document(session, manuscript.edits)
    latest = versions.latest_number(session, document.id)
    made_from = max(manuscript.based_on, 1)  # 0: before versions were kept; the first says how
    if document.state != State.PUBLISHED or latest <= made_from:
        return None
    base, now = (versions.get(session, document.id, number) for number in (made_from, latest))
    was, new = (_pieces(one, manuscript.type, vocabularies) for one in (base, now))
    changed = _differing(was, new)
    if not changed:
        return None
    own = _own(session, manuscript)
    both = [key[0] for key in changed if own.get(key) not in (was.get(key), new.get(key))]
    return Meanwhile(base, now, tuple(both))


def _pieces(version: Version, type_: str, vocabularies: Vocabularies) -> dict[Piece, Any]:
    """Return what a version says, as a manuscript keeps it."""
    fields, body = content.parse(version.text)
    return _said(writing.kept(fields, vocabularies), sections.take_apart(type_, body))


def _own(session: Session, manuscript: Manuscript) -> dict[Piece, Any]:
    return _said(manuscript.fields, writing.texts_of(session, manuscript.id))


def _said(fields: Mapping[str, Any], texts: Mapping[str, str]) -> dict[Piece, Any]:
    """Return fields and sections in which something is said."""
    every = [((name, False), value) for name, value in fields.items()]
    every += [((name, True), text) for name, text in texts.items()]
    return {key: value for key, value in every if value not in (None, "", [])}


def _differing(was: Mapping[Piece, Any], new: Mapping[Piece, Any]) -> list[Piece]:
    return [key for key in {**new, **was} if was.get(key) != new.get(key)]


def take_in(
    session: Session, *, actor: Actor, manuscript_id: int, seen: int, vocabularies: Vocabularies
) -> Manuscript:
    """Let an edit follow what was published meanwhile.

    What the edit had left alone becomes as it is published now; what it had changed stays. `seen`
    is the number of the version that the person saw. Raises `NotFound`, or `Conflict` when it can't
    be changed now, or another version has come.
    """
    manuscript = writing.for_writing(session, actor, manuscript_id)
    found = meanwhile(session, manuscript, vocabularies)
    if found is None:
        return manuscript
    if found.latest.number != seen:
        raise Conflict("What is published has changed once more. Look at it again")
    was, new = (_pieces(one, manuscript.type, vocabularies) for one in (found.base, found.latest))
    own = _own(session, manuscript)
    follows = [key for key in _differing(was, new) if own.get(key) == was.get(key)]
    manuscript.based_on = found.latest.number
    _put(session, actor, manuscript, {key: new.get(key) for key in follows})
    signers = writing.signed_by(session, manuscript)
    why = "What was published meanwhile was taken in"
    writing.review_again(session, actor, manuscript, why, signers)
    _record(session, actor, "manuscript.followed", manuscript)
    return manuscript


def _put(
    session: Session, actor: Actor, manuscript: Manuscript, values: Mapping[Piece, Any]
) -> None:
    """Save fields and sections; `None` empties one."""
    parts = writing.parts_of(session, manuscript.id)
    fields: dict[str, Any] = {}
    for (name, is_section), value in values.items():
        if is_section:
            writing.save_part(
                session,
                actor=actor,
                manuscript_id=manuscript.id,
                name=name,
                text=value or "",
                revision=parts[name].revision if name in parts else 0,
            )
        else:
            listed = isinstance(manuscript.fields.get(name), list)
            fields[name] = [] if listed and value is None else value
    writing.save_fields(
        session,
        actor=actor,
        manuscript_id=manuscript.id,
        values=fields,
        revision=manuscript.revision,
    )


# ---- A document of its own


def stand_alone(session: Session, *, actor: Actor, manuscript_id: int) -> Manuscript:
    """Let a text become a new document that takes nothing's place.

    Raises `NotFound`, or `Conflict` when it can't be changed now, or can still be the next version
    of what it was made from: that would stand in the library twice.
    """
    manuscript = writing.for_writing(session, actor, manuscript_id)
    if manuscript.edits is None and manuscript.replaces is None:
        return manuscript
    if manuscript.edits and _is_published(session, manuscript.edits):
        raise Conflict("What this changes is published: it can only become its next version")
    manuscript.edits = manuscript.replaces = manuscript.based_on = None
    # what was signed off was to become something else
    signers = writing.signed_by(session, manuscript)
    why = "It is to be a document of its own"
    writing.review_again(session, actor, manuscript, why, signers)
    _record(session, actor, "manuscript.stands-alone", manuscript)
    return manuscript


def _record(session: Session, actor: Actor, action: str, manuscript: Manuscript) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_type="manuscript",
        object_id=str(manuscript.id),
        details={},
    )
