"""Counts of people that may be printed: small ones hidden, the rest rounded. Pure.

A count below `Rule.least`, or from too few authorities, is hidden; every other count and total is
rounded by itself to the nearest multiple of `Rule.base`. Rounding is never by chance: the same
count always prints the same, so asking again, or for many tables, tells nobody more. A true zero
is hidden with the small counts: "none of them" says something of everybody in the group, and a
hidden cell that can't be zero is easier to solve.

A hidden count can be solved from its row, its column or another edition. So more is hidden until
this holds (`protect`):

    Whatever a cell's own entries leave possible for a hidden small count, the other cells, the
    totals and the earlier editions leave possible too: even to somebody who knows exactly how
    much every cell moved between editions.

Proof. Cells and totals are a flow: rows give to columns, and a total is what goes through. Add one
circulation z to the true counts of all editions: how much each cell moved stays the same. If z
keeps each entry of each edition within what was printed, nobody can tell the counts with z from
those without. So it's enough that for each value that should stay possible there is such a z; they
are found, as whole numbers, by paths that augment a flow (Ford and Fulkerson, 1956), and a path
that meets a printed entry hides it. Who knows less of the movements can only rule out less.

What it doesn't promise: all values that stay possible needn't be equally likely; what an earlier
edition printed can't be taken back (`PublishedTable.exposed`); and which other cells are hidden
depends on the counts, so whoever runs these rules over all tables that could have been can rule out
some values, in a few small tables all but one. Counts 0, 12 / 4, 7 under `ELSEWHERE` are such.

    made = protect(table, rule=SENSITIVE, earlier=editions)
    editions.append(Edition(table, made))        # kept as counts too: the next edition needs them
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappop, heappush
from typing import Final

TOTAL: Final = "total"
"""Stands for all rows or all columns in the key of a cell."""
Cell = tuple[str, str]
"""Row and column."""
ROWS, COLUMNS, ALL = "rows", "columns", "all"
"""Totals that are printed: of each row, of each column, of everything."""
Bounds = tuple[int, int]
"""The least and the most that a count may be."""
_ENDLESS = 10**9


@dataclass(frozen=True)
class Rule:
    """When a count is hidden, and how the others are rounded.

    `least` is the smallest count that is printed, `authorities` how many must stand behind it,
    `base` what is rounded to (odd, so that no count lies halfway), `percent_of` the smallest
    printed number that a percentage may be of.
    """

    least: int = 10
    authorities: int = 3
    base: int = 5
    percent_of: int = 20

    def __post_init__(self) -> None:
        if self.base < 3 or self.base % 2 == 0 or self.least < self.base:
            raise ValueError("a rule rounds to an odd base, no greater than the least count shown")

    def rounded(self, count: int) -> int:
        """Return the nearest multiple of the base."""
        return (count + self.base // 2) // self.base * self.base


SENSITIVE = Rule(least=10)
"""Sensitive topics, over authorities: 0 to 9 hidden."""
ELSEWHERE = Rule(least=5)
"""Other topics, over authorities: 0 to 4 hidden."""
ONE_AUTHORITY = Rule(least=10, authorities=1)
"""A table of one authority's own counts, for those who may see that authority's figures."""


class Reason(StrEnum):
    """Why a cell is hidden, as far as a reader may know it."""

    SMALL = "small"
    """Every hidden cell of the table is a small count."""
    NOT_SHOWN = "not-shown"
    """Small, or from few authorities, or hidden so that others can't be solved: not told which."""


@dataclass(frozen=True)
class Shown:
    """A rounded count."""

    value: int


@dataclass(frozen=True)
class Suppressed:
    """A hidden count."""

    reason: Reason


Entry = Shown | Suppressed


@dataclass(frozen=True)
class Table:
    """True counts, with how many authorities stand behind each.

    `counts` has every row and column, without totals. `authorities` has every row and column too
    and may have totals (`TOTAL` as row, column or both): where one is missing, it's the most that
    a cell in it has, which is never too many. `margins` are the totals that are printed.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Mapping[Cell, int]
    authorities: Mapping[Cell, int]
    margins: frozenset[str] = frozenset({ROWS, COLUMNS, ALL})

    def __post_init__(self) -> None:
        if TOTAL in self.rows + self.columns:
            raise ValueError(f"no row or column may be called “{TOTAL}”")
        cells = {(row, column) for row in self.rows for column in self.columns}
        if set(self.counts) != cells or not cells <= set(self.authorities):
            raise ValueError("a table needs a count and its authorities for each row and column")
        if min(self.counts.values(), default=0) < 0:
            raise ValueError("a count is never below nought")

    @classmethod
    def line(cls, counts: Mapping[str, int], authorities: Mapping[str, int]) -> "Table":
        """Return a table of one row, printed with its total: the column `TOTAL`.

        `authorities` may have `TOTAL` too. Cells are those of row "".
        """
        return cls(
            ("",),
            tuple(counts),
            {("", column): count for column, count in counts.items()},
            {("", column): number for column, number in authorities.items()},
            frozenset({ROWS}),
        )

    def printed(self) -> Iterator[Cell]:
        """Yield every cell and total that is printed."""
        yield from self.counts
        yield from ((row, TOTAL) for row in self.rows if ROWS in self.margins)
        yield from ((TOTAL, column) for column in self.columns if COLUMNS in self.margins)
        if ALL in self.margins:
            yield TOTAL, TOTAL

    def _within(self, cell: Cell) -> list[Cell]:
        rows = self.rows if cell[0] == TOTAL else (cell[0],)
        columns = self.columns if cell[1] == TOTAL else (cell[1],)
        return [(row, column) for row in rows for column in columns]

    def count(self, cell: Cell) -> int:
        """Return the true count of a cell or total."""
        return sum(self.counts[one] for one in self._within(cell))

    def behind(self, cell: Cell) -> int:
        """Return how many authorities stand behind a cell or total, at the least."""
        if cell in self.authorities:
            return self.authorities[cell]
        return max((self.authorities[one] for one in self._within(cell)), default=0)


@dataclass(frozen=True)
class PublishedTable:
    """What may be printed.

    `exposed` is for the curator, not for print: hidden cells of which earlier editions leave fewer
    values than the rule asks for, which no edition can mend. It's empty while counts only grow.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    margins: frozenset[str]
    rule: Rule
    entries: Mapping[Cell, Entry]
    exposed: tuple[Cell, ...] = ()

    def notes(self) -> tuple[str, ...]:
        """Return the sentences that stand under the table."""
        base, least = self.rule.base, self.rule.least
        lines = [
            f"Numbers are rounded to the nearest {base}, each by itself, so they may not add up. "
            f"In a later edition a number stays as it was until it is {base} or more out."
        ]
        reasons = {one.reason for one in self.entries.values() if isinstance(one, Suppressed)}
        if Reason.SMALL in reasons:
            lines.append(
                f"Numbers below {least}, and none at all, are given as “fewer than {least}”."
            )
        if Reason.NOT_SHOWN in reasons:
            behind = ""
            if self.rule.authorities > 1:
                behind = f"come from fewer than {self.rule.authorities} authorities, "
            lines.append(
                f"“Not shown” numbers are below {least}, {behind}"
                "or would let somebody work out one of those."
            )
        return tuple(lines)


@dataclass(frozen=True)
class Edition:
    """An earlier edition: what was printed, and the counts it was made from."""

    table: Table
    published: PublishedTable


def said(entry: Entry, rule: Rule) -> str:
    """Return what stands in a cell for readers."""
    if isinstance(entry, Shown):
        return f"{entry.value:,}"
    return f"fewer than {rule.least}" if entry.reason is Reason.SMALL else "not shown"


def percentage(part: Entry, whole: Entry, rule: Rule) -> int | None:
    """Return a whole percentage of two printed numbers; `None` where none may be given.

    It's made of nothing but what is printed, so it tells nothing more. Rounded parts can be
    greater than their rounded whole: those are 100.
    """
    if isinstance(part, Suppressed) or isinstance(whole, Suppressed):
        return None
    if whole.value < rule.percent_of:
        return None
    return min(100, (200 * part.value + whole.value) // (2 * whole.value))


def protect(table: Table, *, rule: Rule, earlier: Sequence[Edition] = ()) -> PublishedTable:
    """Return what of a table may be printed, after all its earlier editions, oldest first.

    Raises `ValueError` if an earlier edition has other rows, columns, totals or another rule (that
    is another table), or wasn't made from the counts that are given with it.
    """
    _same_table(table, rule, earlier)
    before = earlier[-1].published.entries if earlier else {}
    hidden = {cell for cell in table.printed() if _hides(table, cell, rule, before.get(cell))}
    shown = {
        cell: _shown(table.count(cell), rule, before.get(cell))
        for cell in table.printed()
        if cell not in hidden
    }
    flow = _Flow(table, rule, earlier, hidden, shown)
    exposed = flow.hide_until_safe()
    reason = flow.reason()
    entries: dict[Cell, Entry] = {
        cell: Suppressed(reason) if cell in flow.hidden else shown[cell] for cell in table.printed()
    }
    return PublishedTable(
        table.rows, table.columns, table.margins, rule, entries, tuple(sorted(exposed))
    )


def _same_table(table: Table, rule: Rule, earlier: Sequence[Edition]) -> None:
    form = (set(table.rows), set(table.columns), table.margins, rule)
    for edition in earlier:
        made = edition.published
        if (set(made.rows), set(made.columns), made.margins, made.rule) != form:
            raise ValueError("an edition with other rows, columns, totals or rule is a new table")
        if set(edition.table.counts) != set(table.counts):
            raise ValueError("an earlier edition comes with the counts it was made from")


def _sensitive(table: Table, cell: Cell, rule: Rule) -> bool:
    return table.count(cell) < rule.least or table.behind(cell) < rule.authorities


def _hides(table: Table, cell: Cell, rule: Rule, before: Entry | None) -> bool:
    """Tell whether a cell is hidden for its own sake.

    One that was hidden stays so until it's well above the least: if it were printed as soon as it
    reached it, whoever knows that one child was added would know the small count of before.
    """
    stays = isinstance(before, Suppressed) and table.count(cell) < rule.least + rule.base
    return stays or _sensitive(table, cell, rule)


def _shown(count: int, rule: Rule, before: Entry | None) -> Shown:
    """Return a printed number; the one of before until it's a whole base out."""
    if isinstance(before, Shown) and abs(count - before.value) < rule.base:
        return before
    return Shown(rule.rounded(count))


def believed(entry: Entry, before: Entry | None, rule: Rule) -> Bounds:
    """Return what readers who know all rules know of a count from its own entry.

    `before` is the entry of the edition before, `None` in the first.
    """
    if isinstance(entry, Suppressed):
        return 0, rule.least - 1 if entry.reason is Reason.SMALL else _ENDLESS
    value, half = entry.value, rule.base // 2
    low, high = max(rule.least, value - half), value + half
    if isinstance(before, Suppressed):
        return max(low, rule.least + rule.base), high
    if before is None:
        return low, high
    if value == before.value:
        return max(rule.least, value - rule.base + 1), value + rule.base - 1
    if value > before.value:
        return max(low, before.value + rule.base), high
    return low, min(high, before.value - rule.base)


def _cut(one: Bounds, other: Bounds) -> Bounds:
    return max(one[0], other[0]), min(one[1], other[1])


def _from(bounds: Bounds, count: int) -> Bounds:
    return bounds[0] - count, bounds[1] - count


@dataclass
class _Edge:
    """A cell or total, as an edge of the flow; all numbers are distances from the true counts.

    `bounds` is what all entries leave possible, `opened` the same if it is hidden in the edition
    being made; `price` is what hiding it costs.
    """

    start: int
    end: int
    bounds: Bounds
    opened: Bounds
    price: int


@dataclass
class _Flow:
    """The counts as a flow from all rows through a row and a column to all columns, and back."""

    table: Table
    rule: Rule
    earlier: Sequence[Edition]
    hidden: set[Cell]
    shown: Mapping[Cell, Shown]
    edges: dict[Cell, _Edge] = field(init=False)

    def __post_init__(self) -> None:
        self.printed = set(self.table.printed())
        self.past = {cell: self._past(cell) for cell in self.printed}
        self.untold = not self._all_small()
        names = [*self.table.rows, *self.table.columns]
        rows = {row: 2 + i for i, row in enumerate(self.table.rows)} | {TOTAL: 0}
        columns = {one: 2 + len(rows) - 1 + i for i, one in enumerate(self.table.columns)}
        columns[TOTAL] = 1
        every = [(row, column) for row in rows for column in columns]
        self.edges = {}
        self.around: list[list[Cell]] = [[] for _ in range(len(names) + 2)]
        for cell in every:
            start, end = self._ends(cell, rows, columns)
            self.edges[cell] = _Edge(start, end, *self._bounds(cell), self._price(cell))
            self.around[start].append(cell)
            self.around[end].append(cell)

    @staticmethod
    def _ends(cell: Cell, rows: Mapping[str, int], columns: Mapping[str, int]) -> tuple[int, int]:
        """Return where an edge starts and ends: 0 is all rows, 1 all columns."""
        row, column = cell
        if row == TOTAL:
            return (1, 0) if column == TOTAL else (columns[column], 1)
        return (0, rows[row]) if column == TOTAL else (rows[row], columns[column])

    def _past(self, cell: Cell) -> Bounds:
        """Return what earlier editions leave possible."""
        left = (-_ENDLESS, _ENDLESS)
        before: Entry | None = None
        for edition in self.earlier:
            entry = edition.published.entries[cell]
            known = _from(believed(entry, before, self.rule), edition.table.count(cell))
            left, before = _cut(left, known), entry
        if left[0] > 0 or left[1] < 0:
            raise ValueError("an earlier edition wasn't made from the counts that came with it")
        return left

    def _before(self, cell: Cell) -> Entry | None:
        return self.earlier[-1].published.entries[cell] if self.earlier else None

    def _all_small(self) -> bool:
        return all(self.table.count(cell) < self.rule.least for cell in self.hidden)

    def reason(self) -> Reason:
        """Return the one reason that all hidden cells are given."""
        return Reason.NOT_SHOWN if self.untold else Reason.SMALL

    def _bounds(self, cell: Cell) -> tuple[Bounds, Bounds]:
        """Return what is possible as things stand, and if the cell is hidden."""
        count = self.table.count(cell)
        if cell not in self.printed:
            return (-count, _ENDLESS), (-count, _ENDLESS)
        past = self.past[cell]
        if cell in self.hidden:
            known = believed(Suppressed(self.reason()), None, self.rule)
            return (both := _cut(past, _from(known, count))), both
        known = believed(self.shown[cell], self._before(cell), self.rule)
        return _cut(past, _from(known, count)), _cut(past, (-count, _ENDLESS))

    def _price(self, cell: Cell) -> int:
        """Return the cost of hiding: totals are what readers need most, then great counts.

        What was hidden before costs less: its counts haven't been seen.
        """
        if cell == (TOTAL, TOTAL):
            return 1600
        if TOTAL in cell:
            return 400
        if isinstance(self._before(cell), Suppressed):
            return 60
        return 100 + min(99, self.table.count(cell) // 10)

    def hide_until_safe(self) -> set[Cell]:
        """Hide cells until all needs are met; return those that earlier editions leave exposed."""
        exposed: set[Cell] = set()
        done: set[Cell] = set()
        waiting = self._first_needs()
        while waiting:
            for cell in waiting:
                if cell in self.hidden:
                    done.add(cell)
                low, high = self._need(cell)
                if self._push(cell, high, 1) and self._push(cell, -low, -1):
                    exposed.discard(cell)
                else:
                    exposed.add(cell)
            waiting = sorted(self.hidden - done)
        return {cell for cell in exposed if self._ever_sensitive(cell)}

    def _ever_sensitive(self, cell: Cell) -> bool:
        tables = [self.table, *(edition.table for edition in self.earlier)]
        return any(_sensitive(table, cell, self.rule) for table in tables)

    def _first_needs(self) -> list[Cell]:
        needing = self.hidden | {cell for cell in self.printed if self._ever_sensitive(cell)}
        return sorted(needing, key=lambda cell: (TOTAL in cell, cell))

    def _need(self, cell: Cell) -> Bounds:
        """Return what must stay possible: all that the cell's own entries leave, within reason."""
        need = self.edges[cell].bounds
        if cell in self.hidden:
            need = _cut(need, self._wanted(self.table, cell))
        for edition in self.earlier:
            if isinstance(edition.published.entries[cell], Suppressed):
                need = _cut(need, self._wanted(edition.table, cell))
        return need

    def _wanted(self, table: Table, cell: Cell) -> Bounds:
        """Return the distances that an edition wants possible.

        A small count: everything small. One from few authorities: as much again on each side. One
        hidden for the sake of others: no narrower than if it were rounded.
        """
        count, least = table.count(cell), self.rule.least
        if count < least:
            return -count, least - 1 - count
        if _sensitive(table, cell, self.rule):
            return -least, least
        return 0, self.rule.base

    def _push(self, cell: Cell, amount: int, way: int) -> bool:
        """Move a cell by an amount up (1) or down (-1), hiding what stands in the way.

        Return whether it could be moved: it can't if earlier editions hold it.
        """
        moved = dict.fromkeys(self.edges, 0)
        edge = self.edges[cell]
        start, end = (edge.end, edge.start) if way > 0 else (edge.start, edge.end)
        while amount > 0:
            path = self._path(start, end, cell, moved)
            if path is None:
                if self.untold:
                    return False
                self.untold = True
                self._refresh()
                continue
            self._open([one for one, step in path if not self._room(one, step, moved)])
            most = min([amount, *(self._room(one, step, moved) for one, step in path)])
            for one, step in path:
                moved[one] += step * most
            amount -= most
        return True

    def _room(self, cell: Cell, step: int, moved: Mapping[Cell, int], opened: bool = False) -> int:
        edge = self.edges[cell]
        low, high = edge.opened if opened else edge.bounds
        return high - moved[cell] if step > 0 else moved[cell] - low

    def _open(self, cells: Sequence[Cell]) -> None:
        if cells:
            self.hidden.update(cells)
            self.untold = self.untold or not self._all_small()
            self._refresh()

    def _refresh(self) -> None:
        for cell, edge in self.edges.items():
            edge.bounds, edge.opened = self._bounds(cell)

    def _path(
        self, start: int, end: int, without: Cell, moved: Mapping[Cell, int]
    ) -> list[tuple[Cell, int]] | None:
        """Return the path with the least to hide, then the shortest (Dijkstra), as (cell, ±1)."""
        best = {start: (0, 0)}
        came: dict[int, tuple[int, Cell, int]] = {}
        heap = [(0, 0, start)]
        while heap:
            cost, hops, node = heappop(heap)
            if node == end:
                return self._walked(start, end, came)
            if (cost, hops) > best[node]:
                continue
            for cell, step, other, price in self._ways(node, without, moved):
                reached = (cost + price, hops + 1)
                if other not in best or reached < best[other]:
                    best[other] = reached
                    came[other] = (node, cell, step)
                    heappush(heap, (*reached, other))
        return None

    def _ways(
        self, node: int, without: Cell, moved: Mapping[Cell, int]
    ) -> Iterator[tuple[Cell, int, int, int]]:
        """Yield ways on from a node: the cell, up or down, the other end, the price."""
        for cell in self.around[node]:
            edge = self.edges[cell]
            step, other = (1, edge.end) if edge.start == node else (-1, edge.start)
            if cell == without:
                continue
            if self._room(cell, step, moved):
                yield cell, step, other, 0
            elif self._room(cell, step, moved, opened=True):
                yield cell, step, other, edge.price

    @staticmethod
    def _walked(
        start: int, end: int, came: Mapping[int, tuple[int, Cell, int]]
    ) -> list[tuple[Cell, int]]:
        path = []
        while end != start:
            end, cell, step = came[end]
            path.append((cell, step))
        return path
