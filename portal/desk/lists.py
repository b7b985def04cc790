"""The lists of the desk: every row is something that a curator has to see to, and why."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.core import clock
from portal.library.holdings import Holding
from portal.library.models import Receipt
from portal.publishing.states import Stage
from portal.publishing.waiting import RefusedFile, Waiting
from portal.ui.filters import count, day

SOON = timedelta(days=60)
OLD_PRACTICE = 5
"""Years after which practice may have changed."""
OLD_LAW = OLD_READING = timedelta(days=730)
LISTS: Mapping[str, str] = {
    "mine": "Waiting for you",
    "overdue": "Overdue",
    "soon": "Due within 60 days",
    "law": "Law has changed",
    "unowned": "Without an owner",
    "orphaned": "Linked from nowhere",
    "ageing": "Ageing",
    "files": "Files refused",
    "receipts": "Removals not finished",
    "documents": "All published documents",
}
"""What the desk can list, by the word in its address."""
EXPLAINED: Mapping[str, str] = {
    "mine": "Texts that you hold, answers to what you asked for, texts that nobody holds, and "
    "texts that another curator than who holds them must sign off.",
    "overdue": "Stages of a text that should be over, and documents that should have been read "
    "again. Readers see of those that they are overdue, and the search ranks them lower.",
    "soon": "Documents that must be read again soon. Their owners are told 60 and 30 days before, "
    "and on the day.",
    "law": "Documents that rest on a law which is no longer in force. Readers see that they are "
    "being checked.",
    "unowned": "Nobody sees to it that these documents are read again in time, or holds these "
    "texts in review. Until a document has an owner, every curator is reminded of it.",
    "orphaned": "No other published document names these as related, links to them or explains "
    "them as a term.",
    "ageing": f"Practice of more than {OLD_PRACTICE} years ago, law as it was more than 2 years "
    "ago, or not read again for more than 2 years.",
    "files": "Files of texts on their way that could not be taken.",
    "receipts": "Documents that were taken down while the search index is still being built anew.",
    "documents": "Everything that is published.",
}
KINDS: Mapping[str, str] = {
    "text": "Text on its way",
    "document": "Published document",
    "practice": "Old practice",
    "law-date": "Old law",
    "unread": "Not read again",
    "file": "File",
    "receipt": "Removal",
}
"""What a row can be."""


@dataclass(frozen=True)
class Row:
    """Something to see to."""

    kinds: tuple[str, ...]
    type: str
    """Type of the document; nothing where it is not known any more."""
    title: str
    reference: str
    href: str
    owner_id: int | None
    due: date | None
    why: str
    """What there is to do, in words."""
    document: bool = False
    """Whether it is a published document, which can be given an owner."""

    @property
    def overdue(self) -> bool:
        """Whether it should have been done by now."""
        return self.due is not None and self.due < clock.today()


@dataclass(frozen=True)
class Gathered:
    """What the lists are made of."""

    own: int
    """The account of the curator who looks."""
    holdings: Sequence[Holding]
    owners: Mapping[int, int]
    changed_law: Mapping[int, Sequence[str]]
    texts: Sequence[Waiting]
    files: Sequence[RefusedFile]
    receipts: Sequence[Receipt]


def make(name: str, given: Gathered) -> list[Row]:
    """Return the rows of one of `LISTS`, the most pressing first."""
    return _MAKERS[name](given)


def narrowed(
    rows: Collection[Row], *, type_: str = "", kind: str = "", owner: int | None = None
) -> list[Row]:
    """Return the rows of a type, kind and owner; an owner of 0 stands for nobody."""
    return [
        row
        for row in rows
        if (not type_ or row.type == type_)
        and (not kind or kind in row.kinds)
        and (owner is None or (row.owner_id or 0) == owner)
    ]


# ---- Texts on their way


def _text(one: Waiting, why: str) -> Row:
    return Row(
        kinds=("text",),
        type=one.type,
        title=one.title,
        reference=one.edits or "new",
        href=f"/review/{one.id}",
        owner_id=one.owner_id,
        due=one.due_on,
        why=why,
    )


def _mine(given: Gathered) -> list[Row]:
    rows = []
    for one in given.texts:
        why = _waits_for(one, given.own)
        if why:
            rows.append(_text(one, why))
    return rows


def _waits_for(one: Waiting, own: int) -> str:
    """Return what a text waits for from this curator, nothing if it waits for others."""
    if one.owner_id == own and one.stage in _HELD:
        answers = f". {count(one.answered, 'answer')} to what was asked" if one.answered else ""
        others = "" if own in one.wanted else ". Another curator must sign it off"
        return f"{_HELD[one.stage]}{others}{answers}"
    if own not in one.wanted:
        return ""
    if one.stage == Stage.CHANGES_ASKED:
        return "Its author can’t go on with it: take it on"
    return _unheld(one) if one.owner_id is None else f"{one.stage.label}. {_FOR_ANOTHER}"


def _unheld(one: Waiting) -> str:
    return f"{one.stage.label}, and nobody holds it"


_FOR_ANOTHER = "Another curator than who holds it must sign it off"
"""Who holds it has written in it, or signed its other half."""
_HELD: Mapping[Stage, str] = {
    Stage.SUBMITTED: "Sent in, and you hold it",
    Stage.IN_REVIEW: "In review, and you hold it",
    Stage.APPROVED: "Approved: publish it or set a day",
}


def _late_text(one: Waiting) -> Row:
    waits = "its author" if one.stage == Stage.CHANGES_ASKED and not one.wanted else "a curator"
    return _text(one, f"“{one.stage.label}” should have been over. Waits for {waits}")


# ---- Published documents


def _document(one: Holding, given: Gathered, why: str, *more: str) -> Row:
    return Row(
        kinds=("document", *more),
        type=one.type,
        title=one.title,
        reference=one.reference,
        href=f"/library/{one.reference}/history",
        owner_id=given.owners.get(one.id),
        due=one.review_by,
        why=why,
        document=True,
    )


def _by_date(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.due or date.max)


def _overdue(given: Gathered) -> list[Row]:
    today = clock.today()
    late = [_late_text(one) for one in given.texts if one.due_on and one.due_on < today]
    late += [
        _document(one, given, "Should have been read again")
        for one in given.holdings
        if one.review_by < today
    ]
    return _by_date(late)


def _soon(given: Gathered) -> list[Row]:
    today = clock.today()
    return _by_date(
        [
            _document(one, given, "Must be read again")
            for one in given.holdings
            if today <= one.review_by <= today + SOON
        ]
    )


def _law(given: Gathered) -> list[Row]:
    return [
        _document(one, given, f"No longer in force: {', '.join(given.changed_law[one.id])}")
        for one in given.holdings
        if one.id in given.changed_law
    ]


def _unowned(given: Gathered) -> list[Row]:
    texts = [
        _text(one, _unheld(one))
        for one in given.texts
        if one.owner_id is None and one.stage != Stage.SUBMITTED
    ]
    return _by_date(
        [
            *texts,
            *(
                _document(one, given, "Has no owner")
                for one in given.holdings
                if one.id not in given.owners
            ),
        ]
    )


def _orphaned(given: Gathered) -> list[Row]:
    return [
        _document(one, given, "No other document leads to it")
        for one in given.holdings
        if not one.linked
    ]


def _ageing(given: Gathered) -> list[Row]:
    rows = []
    for one in given.holdings:
        signs = _signs_of_age(one, clock.today())
        if signs:
            rows.append(_document(one, given, ". ".join(signs.values()), *signs))
    return rows


def _signs_of_age(one: Holding, today: date) -> dict[str, str]:
    """Return why a document may be too old, by kind."""
    signs = {}
    if one.practice_year is not None and one.practice_year < today.year - OLD_PRACTICE:
        signs["practice"] = f"Practice as at {one.practice_year}"
    if one.law_as_at is not None and one.law_as_at < today - OLD_LAW:
        signs["law-date"] = f"Law as at {day(one.law_as_at)}"
    if one.reviewed_on < today - OLD_READING:
        signs["unread"] = f"Last read on {day(one.reviewed_on)}"
    return signs


def _documents(given: Gathered) -> list[Row]:
    return [_document(one, given, f"Last read on {day(one.reviewed_on)}") for one in given.holdings]


# ---- Files and receipts


def _files(given: Gathered) -> list[Row]:
    return [
        Row(
            kinds=("file",),
            type=one.type,
            title=one.title,
            reference=f"file {one.id}",
            href=f"/review/{one.manuscript_id}",
            owner_id=one.owner_id,
            due=None,
            why=f"Refused on {day(one.at)}: {one.reason}",
        )
        for one in given.files
    ]


def _receipts(given: Gathered) -> list[Row]:
    return [
        Row(
            kinds=("receipt",),
            type="",
            title=f"Removal of {one.reference}",
            reference=one.reference,
            href=f"/library/{one.reference}/receipt",
            owner_id=one.by_id,
            due=None,
            why=f"Taken down on {day(one.at)}. The search index is still being built anew",
        )
        for one in given.receipts
        if one.finished_at is None
    ]


_MAKERS: Mapping[str, Callable[[Gathered], list[Row]]] = {
    "mine": _mine,
    "overdue": _overdue,
    "soon": _soon,
    "law": _law,
    "unowned": _unowned,
    "orphaned": _orphaned,
    "ageing": _ageing,
    "files": _files,
    "receipts": _receipts,
    "documents": _documents,
}
