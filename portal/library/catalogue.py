"""The catalogue: which published documents have which terms, kept in memory as sets of bits.

Each document has a slot, each (vocabulary, term) an integer whose bit *n* says that the document in
slot *n* has the term. A filter is an AND, a count a population count: facet counts over 100 000
documents take about a millisecond, where the database would read two million rows. The database
stays the truth: a snapshot belongs to one generation of the library and is brought up to date from
the log of changes. Snapshots are immutable, so a request sees one state from beginning to end.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.library.models import Document, LibraryChange, LibraryState, State
from portal.search.port import Ids

T = TypeVar("T")
Slots = npt.NDArray[np.int64]
Key = tuple[str, str]
"""A vocabulary and one of its terms."""

RELATED_WEIGHTS: Mapping[str, int] = {
    "source_of_harm": 3,
    "outcome": 2,
    "interventions": 2,
    "barriers": 2,
    "response_tier": 2,
    "referred_by": 1,
    "age_band": 1,
    "themes": 1,
    "stage": 1,
    "type": 1,
}
"""How much a shared term says for two documents being worth reading together."""

_UNINFORMATIVE = frozenset({"not-stated", "none", "none-found", "not-settled"})
_NONZERO = re.compile(rb"[^\0]")
_REMEMBERED = 256
MOST_CHANGES = 100
"""Changed documents that are put in one by one; for more the whole is read again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue keeps of a document besides its bits."""

    id: int
    reference: str
    title: str
    published: int
    reviewed: int


Order = Callable[[Entry], tuple[int | str, int]]
ORDERS: Mapping[str, Order] = {
    "newest": lambda entry: (-entry.published, entry.id),
    "reviewed": lambda entry: (-entry.reviewed, entry.id),
    "title": lambda entry: (entry.title.casefold(), entry.id),
}
"""The orders of a list, each by a key that is never the same for two documents."""
BEST = "best"
"""The order of a search's results."""


@dataclass(frozen=True)
class Listing:
    """One page of a filtered list: its documents' ids, how many there are in all, the counts."""

    ids: list[int]
    total: int
    counts: Mapping[Key, int]


class Snapshot:
    """The catalogue of one generation."""

    def __init__(
        self,
        generation: int,
        entries: list[Entry],
        bits: dict[Key, int],
        orders: dict[str, Sequence[int]],
    ) -> None:
        self.generation = generation
        self._entries = entries
        self._bits = bits
        self._orders = orders
        self._slots = {entry.id: slot for slot, entry in enumerate(entries)}
        self._by_reference = {entry.reference: slot for slot, entry in enumerate(entries)}
        self._telling = sorted(
            (key for key in bits if key[0] in RELATED_WEIGHTS and key[1] not in _UNINFORMATIVE),
            key=lambda key: (-RELATED_WEIGHTS[key[0]], key),
        )
        self._made: dict[Hashable, Any] = {}

    def visible(self, audiences: Iterable[str]) -> int:
        """Return the set of documents published for any of `audiences`."""
        found = 0
        for audience in audiences:
            found |= self._bits.get(("audience", audience), 0)
        return found

    def listing(
        self,
        *,
        audiences: Collection[str],
        filters: Mapping[str, Collection[str]],
        order: str = "newest",
        ranked: Ids | None = None,
        offset: int = 0,
        limit: int = 20,
    ) -> Listing:
        """Return a page of the documents that meet `filters`, and the counts beside it.

        Terms of one vocabulary widen, vocabularies narrow. A vocabulary's own counts disregard its
        own filter: they say what choosing another of its terms would give. `ranked` (ids, best
        first) restricts the list to a search's results; the order "best" is theirs.
        """
        base = self.visible(audiences)
        slots = None
        if ranked is not None:
            slots, _ = self.slots_of(ranked)
            base &= _bits_of(slots)
        chosen = {name: self._any(name, terms) for name, terms in filters.items() if terms}
        matching = base
        for found in chosen.values():
            matching &= found
        total = matching.bit_count()
        if slots is not None and order == BEST:
            hits = slots[self.flags(matching)[slots]]
            page = hits[offset : offset + limit].tolist()
        else:
            page = self._page(matching, total, order, offset, limit)
        if ranked is None:
            terms_chosen = frozenset((name, frozenset(terms)) for name, terms in filters.items())
            counts = self.remembered(
                ("counts", frozenset(audiences), terms_chosen),
                lambda: self._counts(base, chosen, matching),
            )
        else:  # as many searches as readers
            counts = self._counts(base, chosen, matching)
        return Listing([self._entries[slot].id for slot in page], total, counts)

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gave for `key` in this generation, making it once."""
        made: T | None = self._made.get(key)
        if made is None:
            made = make()
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            self._made[key] = made
        return made

    def named(self, references: Iterable[str], *, audiences: Collection[str]) -> list[Entry]:
        """Return the visible documents among `references`, in that order."""
        visible = self.visible(audiences)
        slots = (self._by_reference.get(reference) for reference in references)
        return [self._entries[s] for s in slots if s is not None and visible >> s & 1]

    def related(
        self, reference: str, *, audiences: Collection[str], limit: int
    ) -> list[tuple[Entry, list[Key]]]:
        """Return the visible documents that share most with one, best first, with what they share.

        A shared term counts its `RELATED_WEIGHTS`. The sums are kept bit by bit: slice *k* holds
        the documents whose sum has bit *k*, so that adding a term to all documents at once is a
        ripple of ANDs and XORs.
        """
        slot = self._by_reference.get(reference)
        if slot is None:
            return []
        own = [key for key in self._telling if self._bits[key] >> slot & 1]
        slices: list[int] = []
        for key in own:
            _add(slices, self._bits[key], RELATED_WEIGHTS[key[0]])
        candidates = self.visible(audiences) & ~(1 << slot)
        some = 0
        for found in slices[2:]:  # a sum of less than 4 is chance
            some |= found
        candidates &= some
        best: list[int] = []
        while candidates and len(best) < limit:
            top = candidates
            for found in reversed(slices):
                top = top & found or top
            best.extend(_members(top, limit - len(best)))
            candidates &= ~top
        return [(self._entries[s], [k for k in own if self._bits[k] >> s & 1]) for s in best]

    @cached_property
    def _slot_by_id(self) -> Slots:
        """The slot of each id, or -1."""
        made = np.full(max(self._slots, default=0) + 1, -1, np.int64)
        made[list(self._slots)] = list(self._slots.values())
        return made

    def slots_of(self, ids: Ids) -> tuple[Slots, npt.NDArray[np.bool_]]:
        """Return the slots of those of `ids` that the catalogue knows, and which those are."""
        known = self._slot_by_id
        slots = np.where(ids < len(known), known[np.minimum(ids, len(known) - 1)], -1)
        return slots[slots >= 0], slots >= 0

    def having(self, name: str, term: str) -> int:
        """Return the set of documents that have a term."""
        return self._bits.get((name, term), 0)

    def flags(self, bits: int) -> npt.NDArray[np.bool_]:
        """Return for each slot whether it is in a set."""
        return _flags(bits, len(self._entries))

    @cached_property
    def _titles(self) -> tuple[str, list[int]]:
        """All titles, one on each line, and where each begins."""
        folded = [" ".join(entry.title.casefold().split()) for entry in self._entries]
        return "\n".join(folded), list(accumulate((len(t) + 1 for t in folded), initial=0))

    def completions(self, typed: str, *, audiences: Collection[str], limit: int) -> list[str]:
        """Return titles of visible documents with a word that begins as `typed` does.

        Those whose first word does so come first.
        """
        text, starts = self._titles
        visible = self.visible(audiences)
        found: dict[str, None] = {}
        begins = re.escape(typed.casefold())
        for pattern in (rf"^{begins}", rf"(?<!\w){begins}"):
            for match in re.finditer(pattern, text, re.MULTILINE):
                slot = bisect_right(starts, match.start()) - 1
                if visible >> slot & 1:
                    found[self._entries[slot].title] = None
                    if len(found) == limit:
                        return list(found)
        return list(found)

    def terms_beginning(
        self, typed: str, labels: Mapping[Key, str], *, audiences: Collection[str], limit: int
    ) -> list[str]:
        """Return labels with a word that begins as `typed` does, of terms of visible documents."""
        begins = re.compile(rf"(?<!\w){re.escape(typed.casefold())}")
        visible = self.visible(audiences)
        fitting = (
            label
            for key, label in labels.items()
            if key[1] not in _UNINFORMATIVE
            and begins.search(label.casefold())
            and visible & self._bits.get(key, 0)
        )
        return list(islice(dict.fromkeys(fitting), limit))

    def id_at(self, slot: int) -> int:
        """Return the id of the document in a slot."""
        return self._entries[slot].id

    def _any(self, name: str, terms: Iterable[str]) -> int:
        found = 0
        for term in terms:
            found |= self._bits.get((name, term), 0)
        return found

    def _page(self, matching: int, total: int, order: str, offset: int, limit: int) -> list[int]:
        # few members are sorted, many are met on a walk through the order
        if total * total < (offset + limit) * len(self._entries):
            key = ORDERS[order]
            slots = sorted(_members(matching), key=lambda slot: key(self._entries[slot]))
            return slots[offset : offset + limit]
        raw = matching.to_bytes(len(self._entries) // 8 + 1, "little")
        hits = (slot for slot in self._orders[order] if raw[slot >> 3] >> (slot & 7) & 1)
        return list(islice(hits, offset, offset + limit))

    def _counts(self, base: int, chosen: Mapping[str, int], matching: int) -> Mapping[Key, int]:
        without: dict[str, int] = {}
        for name in chosen:
            without[name] = base
            for other, found in chosen.items():
                if other != name:
                    without[name] &= found
        return {
            (name, term): (bits & without.get(name, matching)).bit_count()
            for (name, term), bits in self._bits.items()
            if name != "audience"
        }

    def with_changes(self, generation: int, rows: Iterable[Row[*tuple[Any, ...]]]) -> "Snapshot":
        """Return the catalogue of a later generation, given the documents that changed."""
        entries, bits = list(self._entries), dict(self._bits)
        orders = {name: list(slots) for name, slots in self._orders.items()}
        for row in rows:
            slot = self._slots.get(row.id)
            if slot is None:
                slot = len(entries)
                entries.append(_entry(row))
            else:
                for order in orders.values():
                    if slot in order:  # not if it was withdrawn before
                        order.remove(slot)
                entries[slot] = _entry(row)
                for key, found in bits.items():
                    if found >> slot & 1:
                        bits[key] = found ^ (1 << slot)
            if row.state != State.PUBLISHED:
                continue
            for key in _keys(row):
                bits[key] = bits.get(key, 0) | 1 << slot
            for name, order in orders.items():
                rank = ORDERS[name]
                place = bisect_left(order, rank(entries[slot]), key=lambda s: rank(entries[s]))
                order.insert(place, slot)
        return Snapshot(generation, entries, bits, {n: array("L", s) for n, s in orders.items()})


def _bits_of(slots: Sequence[int] | Slots) -> int:
    """Return the set of `slots`."""
    if not len(slots):
        return 0
    members = np.asarray(slots, np.int64)
    flags = np.zeros(int(members.max()) + 1, np.bool_)
    flags[members] = True
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _flags(bits: int, count: int) -> npt.NDArray[np.bool_]:
    """Return for each of `count` slots whether it is in a set."""
    raw = np.frombuffer(bits.to_bytes(count // 8 + 1, "little"), np.uint8)
    return np.unpackbits(raw, count=count, bitorder="little").view(np.bool_)


def _add(slices: list[int], bits: int, weight: int) -> None:
    """Add `weight` to the sum of every document in `bits`."""
    for level in range(weight.bit_length()):
        if not weight >> level & 1:
            continue
        carry, place = bits, level
        while carry:
            while len(slices) <= place:
                slices.append(0)
            slices[place], carry = slices[place] ^ carry, slices[place] & carry
            place += 1


def _members(bits: int, limit: int | None = None) -> list[int]:
    """Return the slots in a set, lowest first."""
    raw = bits.to_bytes(bits.bit_length() // 8 + 1, "little")
    slots = (
        match.start() * 8 + bit
        for match in _NONZERO.finditer(raw)
        for bit in range(8)
        if match[0][0] >> bit & 1
    )
    return list(islice(slots, limit))


_COLUMNS = (
    Document.id,
    Document.reference,
    Document.state,
    Document.type,
    Document.audience,
    Document.title,
    Document.question.is_not(None).label("has_question"),
    Document.terms,
    Document.published_on,
    Document.reviewed_on,
)


_PUBLISHED = select(*_COLUMNS).where(Document.state == State.PUBLISHED).order_by(Document.id)


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    return Entry(
        row.id,
        row.reference,
        row.title,
        row.published_on.toordinal(),
        row.reviewed_on.toordinal(),
    )


def _keys(row: Row[*tuple[Any, ...]]) -> Iterable[Key]:
    yield ("type", row.type)
    yield ("audience", row.audience)
    if row.has_question:
        yield ("question", "yes")
    if row.reviewed_on > row.published_on:
        yield ("reviewed", "yes")
    for name, terms in row.terms.items():
        for term in terms:
            yield (name, term)


def load(session: Session) -> Snapshot:
    """Read the whole catalogue from the database."""
    generation = generation_of(session)
    entries: list[Entry] = []
    slots: defaultdict[Key, list[int]] = defaultdict(list)
    rows = session.connection().execute(_PUBLISHED, execution_options={"yield_per": 1000})
    for slot, row in enumerate(rows):
        entries.append(_entry(row))
        for key in _keys(row):
            slots[key].append(slot)
    bits = {key: _bits_of(slots[key]) for key in sorted(slots)}
    orders: dict[str, Sequence[int]] = {
        name: array("L", sorted(range(len(entries)), key=lambda slot: rank(entries[slot])))
        for name, rank in ORDERS.items()
    }
    return Snapshot(generation, entries, bits, orders)


GENERATION = select(LibraryState.generation)


def generation_of(session: Session) -> int:
    """Return how often the library has changed."""
    return session.scalar(GENERATION) or 0


class Catalogue:
    """The present snapshot of one process, brought up to date when it is asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._snapshot: Snapshot | None = None

    def current(self, session: Session, generation: int | None = None) -> Snapshot:
        """Return the snapshot of the generation that `session` sees, or of a later one.

        `generation` saves a query where it has been read already.
        """
        snapshot = self._snapshot
        if generation is None:
            generation = generation_of(session)
        if snapshot is not None and snapshot.generation == generation:
            return snapshot
        with self._lock:
            self._snapshot = self._brought_up_to_date(session)
            return self._snapshot

    def _brought_up_to_date(self, session: Session) -> Snapshot:
        snapshot, latest = self._snapshot, generation_of(session)
        if snapshot is None or latest < snapshot.generation:  # the database was put back
            return load(session)
        if latest == snapshot.generation:
            return snapshot
        later = LibraryChange.generation > snapshot.generation
        changed = select(LibraryChange.document_id).where(later)
        rows = session.execute(
            select(*_COLUMNS).where(Document.id.in_(changed)).limit(MOST_CHANGES + 1)
        ).all()
        if len(rows) > MOST_CHANGES:
            return load(session)
        return snapshot.with_changes(latest, rows)
