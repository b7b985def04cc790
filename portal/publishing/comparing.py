"""Two states of a document put side by side: versions, or what is published and its edit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.library import content, service, versions
from portal.library.models import Version
from portal.library.vocabularies import AUDIENCES, Vocabularies
from portal.publishing import helping, publication
from portal.publishing.difference import BODY, FieldChange, compare_documents
from portal.publishing.folding import Stretch, fold
from portal.publishing.models import Manuscript

_NOT_COMPARED = frozenset({"id", "type", "contributing_authority"})
"""The same in every version, or known to curators by another way."""
_SET_BY_PUBLISHING = frozenset({"published", "reviewed", "review_by"})


@dataclass(frozen=True)
class Shown:
    """What changed in one field, as a page shows it."""

    change: FieldChange
    stretches: Sequence[Stretch]
    """Of the form `text` and `lines`, with what stayed folded."""


def of_versions(before: Version, after: Version, vocabularies: Vocabularies) -> list[Shown]:
    """Compare two versions, with their files where those of both were kept."""
    was, now = (_by_name(*content.parse(one.text)) for one in (before, after))
    there, here = versions.attached_to(before), versions.attached_to(after)
    if there is None or here is None:
        there = here = []
    return _shown(was, now, there, here, vocabularies)


def with_published(
    session: Session, manuscript: Manuscript, vocabularies: Vocabularies
) -> list[Shown] | None:
    """Compare an edit with what is published; `None` for a text that is no edit."""
    if manuscript.edits is None:
        return None
    document = service.any_document(session, manuscript.edits)
    if not document.body:  # taken down meanwhile
        return None
    before = _by_name(*content.parse(service.content_file(session, document, vocabularies)))
    item = publication.as_it_is(session, manuscript, vocabularies)
    after = _by_name(item.fields, item.body)
    for name in _SET_BY_PUBLISHING:
        before.pop(name, None)
        after.pop(name, None)
    there = versions.attached(session, document.id)
    return _shown(
        before, after, there, publication.attachments_of(session, manuscript), vocabularies
    )


def _by_name(fields: Mapping[str, Any], body: str) -> dict[str, Any]:
    kept = {name: value for name, value in fields.items() if name not in _NOT_COMPARED}
    return {**kept, BODY: body}


def _files(files: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the texts of files by what each is called; of one title the later have a number."""
    met: Counter[str] = Counter()
    made = {}
    for title, body in files:
        met[title] += 1
        again = f", number {met[title]}" if met[title] > 1 else ""
        made[f"Attachment “{title}”{again}"] = body
    return made


def _shown(
    before: dict[str, Any],
    after: dict[str, Any],
    files_before: Sequence[tuple[str, str]],
    files_after: Sequence[tuple[str, str]],
    vocabularies: Vocabularies,
) -> list[Shown]:
    """Compare fields, text and files; those that lists name are compared as lists."""
    for side in (before, after):
        side.update({name: _listed(value) for name, value in side.items() if name in vocabularies})
    labels = {name: helping.label_of(name, vocabularies) for name in {*before, *after}}
    for side, files in ((before, files_before), (after, files_after)):
        side["attachments"] = [title for title, _ in files]
        side.update(_files(files))
        labels |= {name: name for name in _files(files)}
    changes = compare_documents(
        before, after, labels=labels | {BODY: "Text"}, term_label=_term_label(vocabularies)
    )
    return [Shown(change, fold(change.pieces)) for change in changes]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _term_label(vocabularies: Vocabularies) -> Any:
    def label(name: str, term: str) -> str:
        if name in vocabularies:
            return vocabularies[name].terms.get(term, term)
        return AUDIENCES.get(term, term) if name == "audience" else term

    return label
