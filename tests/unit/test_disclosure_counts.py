"""Hidden counts are attacked with everything printed, by linear programmes."""

import random
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest
from scipy.optimize import linprog

from portal.disclosure.counts import (
    ALL,
    COLUMNS,
    ELSEWHERE,
    ROWS,
    SENSITIVE,
    TOTAL,
    Cell,
    Edition,
    Entry,
    PublishedTable,
    Reason,
    Rule,
    Shown,
    Suppressed,
    Table,
    percentage,
    protect,
    said,
)

MARGINS = [
    frozenset({ROWS, COLUMNS, ALL}),
    frozenset({ROWS, COLUMNS}),
    frozenset({ROWS, ALL}),
    frozenset({COLUMNS}),
]


def made_table(chance: random.Random, rule: Rule = SENSITIVE) -> Table:
    rows = tuple(f"row {i}" for i in range(chance.randint(1, 4)))
    columns = tuple(f"column {i}" for i in range(chance.randint(2, 4)))
    mean = chance.choice([8, 20, 60])
    cells = [(row, column) for row in rows for column in columns]
    few = chance.choice([0, 0, 0.15])
    return Table(
        rows,
        columns,
        {cell: int(chance.expovariate(1 / mean)) for cell in cells},
        {cell: 2 if chance.random() < few else 3 for cell in cells},
        chance.choice(MARGINS),
    )


def later(table: Table, chance: random.Random, most: int, least: int = 0) -> Table:
    counts = {
        cell: max(0, count + chance.choice([0, 0, chance.randint(least, most)]))
        for cell, count in table.counts.items()
    }
    return Table(table.rows, table.columns, counts, table.authorities, table.margins)


def own_limits(entry: Entry, before: Entry | None, rule: Rule) -> tuple[float, float]:
    """What the printed rules say of a count, from its own entries."""
    if isinstance(entry, Suppressed):
        return (0, rule.least - 1) if entry.reason is Reason.SMALL else (0, np.inf)
    possible = [
        count
        for count in range(entry.value - 10, entry.value + 11)
        if count >= rule.least and prints(count, before, rule) == entry.value
    ]
    return min(possible), max(possible)


def prints(count: int, before: Entry | None, rule: Rule) -> int | None:
    if isinstance(before, Suppressed) and count < rule.least + rule.base:
        return None
    if isinstance(before, Shown) and abs(count - before.value) < rule.base:
        return before.value
    return rule.base * round(count / rule.base)


class Attack:
    """All that can be worked out by somebody who knows how much each cell moved."""

    def __init__(
        self, editions: Sequence[Edition], kept: bool = True, after: Edition | None = None
    ) -> None:
        self.last = editions[-1]
        self.names = list(self.last.table.counts)
        rows: list[np.ndarray] = []
        limits: list[float] = []
        for number, edition in enumerate(editions):
            last = editions[number - 1] if number and kept else after
            before: Mapping[Cell, Entry] = last.published.entries if last else {}
            for cell, entry in edition.published.entries.items():
                low, high = own_limits(entry, before.get(cell), edition.published.rule)
                moved = self.last.table.count(cell) - edition.table.count(cell)
                rows += [self.sum_of(cell), -self.sum_of(cell)]
                limits += [high + moved, -(low + moved)]
            for cell in self.names:
                moved = self.last.table.count(cell) - edition.table.count(cell)
                rows.append(-self.sum_of(cell))
                limits.append(-moved)
        finite = np.isfinite(limits)
        self.rows, self.limits = np.array(rows)[finite], np.array(limits)[finite]

    def sum_of(self, cell: Cell) -> np.ndarray:
        return np.array(
            [
                float(cell[0] in (TOTAL, row) and cell[1] in (TOTAL, column))
                for row, column in self.names
            ]
        )

    def range_of(self, cell: Cell) -> tuple[float, float]:
        """The least and the most that a count of the last edition can be."""
        ends = []
        for sign in (1, -1):
            found = linprog(sign * self.sum_of(cell), self.rows, self.limits, bounds=(0, None))
            assert found.status in (0, 3), found.message
            ends.append(round(sign * found.fun, 6) if found.status == 0 else np.inf)
        return ends[0], ends[1]


def narrowed(editions: Sequence[Edition], kept: bool = True) -> list[Cell]:
    """Hidden counts of which something is learned beyond their own entries.

    `kept`: whether numbers of one edition stay in the next until they are well out.
    """
    attack = Attack(editions, kept)
    return [
        cell
        for cell in editions[-1].published.entries
        if (wanted := wanted_of(cell, editions, kept)) and not covers(attack.range_of(cell), wanted)
    ]


def covers(found: tuple[float, float], wanted: tuple[float, float]) -> bool:
    return found[0] <= wanted[0] and found[1] >= wanted[1]


def wanted_of(cell: Cell, editions: Sequence[Edition], kept: bool) -> tuple[float, float] | None:
    """What has to stay possible in the last edition, if the cell was ever small and hidden."""
    low, high, small = 0.0, np.inf, False
    now = editions[-1].table.count(cell)
    before, rule = None, editions[-1].published.rule
    for edition in editions:
        entry, count = edition.published.entries[cell], edition.table.count(cell)
        ends = own_limits(entry, before, rule)
        if isinstance(entry, Suppressed) and count < rule.least:
            small = True
            ends = (0, rule.least - 1)
        elif isinstance(entry, Suppressed):
            ends = (count, count + rule.base)
        low, high = max(low, ends[0] + now - count), min(high, ends[1] + now - count)
        before = entry if kept else None
    return (low, high) if small else None


def primary_only(table: Table, rule: Rule = SENSITIVE) -> PublishedTable:
    """A protector that hides small cells and nothing for their sake."""
    entries: dict[Cell, Entry] = {}
    for cell in table.printed():
        count = table.count(cell)
        hide = count < rule.least or table.behind(cell) < rule.authorities
        entries[cell] = Suppressed(Reason.NOT_SHOWN) if hide else Shown(rule.rounded(count))
    return PublishedTable(table.rows, table.columns, table.margins, rule, entries)


@pytest.mark.parametrize("seed", range(0, 120, 10))
def test_no_hidden_count_can_be_narrowed_from_the_rest_of_its_table(seed: int) -> None:
    for number in range(seed, seed + 10):
        table = made_table(random.Random(number))
        made = protect(table, rule=SENSITIVE)
        assert narrowed([Edition(table, made)]) == [], number
        assert made.exposed == ()
        made = protect(table, rule=ELSEWHERE)
        assert narrowed([Edition(table, made)]) == [], number


@pytest.mark.parametrize("seed", range(0, 60, 10))
def test_no_hidden_cell_is_known_closer_than_a_printed_number(seed: int) -> None:
    for number in range(seed, seed + 10):
        table = made_table(random.Random(number))
        made = protect(table, rule=SENSITIVE)
        attack = Attack([Edition(table, made)])
        for cell, entry in made.entries.items():
            if isinstance(entry, Suppressed):
                low, high = attack.range_of(cell)
                wide = 2 * SENSITIVE.least if few(table, cell) else SENSITIVE.base
                assert high - low >= wide, (number, cell)


def few(table: Table, cell: Cell) -> bool:
    return table.behind(cell) < 3 and table.count(cell) >= SENSITIVE.least


@pytest.mark.parametrize("seed", range(0, 80, 10))
def test_later_editions_tell_nothing_even_to_who_knows_how_each_cell_moved(seed: int) -> None:
    for number in range(seed, seed + 10):
        chance = random.Random(number)
        table = made_table(chance)
        editions: list[Edition] = []
        for most in (0, chance.choice([1, 4, 15]), chance.choice([1, 4, 15])):
            table = later(table, chance, most)
            made = protect(table, rule=SENSITIVE, earlier=editions)
            editions.append(Edition(table, made))
            assert narrowed(editions) == [], number
            assert made.exposed == (), number


def grew_from_nothing(cell: Cell, editions: Sequence[Edition]) -> bool:
    """Whether a cell was hidden from the first: then nothing can have exposed it."""
    return all(
        isinstance(edition.published.entries[cell], Suppressed)
        and edition.table.count(cell) < SENSITIVE.least
        for edition in editions
    )


@pytest.mark.parametrize("seed", range(0, 60, 10))
def test_no_small_count_is_pinned_by_who_knows_that_little_has_moved(seed: int) -> None:
    """Somebody who knows only that no cell grew by more than three, or shrank."""
    for number in range(seed, seed + 10):
        chance = random.Random(number)
        table = made_table(chance)
        first = Edition(table, protect(table, rule=SENSITIVE))
        table = later(table, chance, 3)
        second = Edition(table, protect(table, rule=SENSITIVE, earlier=[first]))
        for cell in second.published.entries:
            if grew_from_nothing(cell, [first, second]):
                for low, high in growing(first, second, cell, most=3):
                    assert high - low >= SENSITIVE.least - 1 - 3, (number, cell)


def growing(
    first: Edition, second: Edition, cell: Cell, most: int
) -> Iterator[tuple[float, float]]:
    """What a count can be in each edition if each cell grew by nothing to `most`."""
    one, two = Attack([first]), Attack([second], after=first)
    size = len(one.names)
    grown = np.hstack([-np.eye(size), np.eye(size)])
    apart = [
        np.hstack([one.rows, np.zeros_like(one.rows)]),
        np.hstack([np.zeros_like(two.rows), two.rows]),
    ]
    rows = np.vstack([*apart, grown, -grown])
    limits = np.concatenate([one.limits, two.limits, np.full(size, most), np.zeros(size)])
    for in_second in (False, True):
        goal = one.sum_of(cell)
        zeros = np.zeros(size)
        goal = np.concatenate([zeros, goal] if in_second else [goal, zeros])
        found = [linprog(sign * goal, rows, limits, bounds=(0, None)) for sign in (1, -1)]
        low, high = (
            sign * each.fun if each.status == 0 else sign * -np.inf
            for sign, each in zip((1, -1), found, strict=True)
        )
        yield low, high


@pytest.mark.parametrize("seed", range(0, 40, 10))
def test_counts_that_fall_expose_only_what_is_owned_up_to(seed: int) -> None:
    for number in range(seed, seed + 10):
        chance = random.Random(number)
        table = made_table(chance)
        first = Edition(table, protect(table, rule=SENSITIVE))
        table = later(table, chance, 6, least=-6)
        made = protect(table, rule=SENSITIVE, earlier=[first])
        left = narrowed([first, Edition(table, made)])
        assert set(left) <= set(made.exposed), number


def test_the_attack_finds_a_table_that_hides_small_counts_only() -> None:
    beaten = 0
    for seed in range(60):
        table = made_table(random.Random(seed))
        beaten += bool(narrowed([Edition(table, primary_only(table))]))
    assert beaten >= 15


def test_the_attack_finds_editions_that_were_each_protected_alone() -> None:
    beaten = 0
    for seed in range(80):
        chance = random.Random(seed)
        tables = [table := made_table(chance), later(table, chance, 4)]
        alone = [Edition(one, protect(one, rule=SENSITIVE)) for one in tables]
        beaten += bool(narrowed(alone, kept=False))
    assert beaten >= 15


def test_a_small_count_is_solved_from_its_row_unless_another_is_hidden() -> None:
    table = Table.line({"a": 9, "b": 102}, {"a": 3, "b": 3})
    attack = Attack([Edition(table, primary_only(table))])
    assert attack.range_of(("", "a")) == (6, 14)
    safe = Attack([Edition(table, protect(table, rule=SENSITIVE))])
    low, high = safe.range_of(("", "a"))
    assert low == 0
    assert high >= 9


def test_a_hidden_cell_cannot_be_solved_from_both_its_row_and_its_column() -> None:
    names = ("a", "b")
    counts = {("a", "a"): 4, ("a", "b"): 37, ("b", "a"): 52, ("b", "b"): 61}
    table = Table(names, names, counts, dict.fromkeys(counts, 5))
    assert narrowed([Edition(table, primary_only(table))]) == [("a", "a")]
    made = protect(table, rule=SENSITIVE)
    assert narrowed([Edition(table, made)]) == []
    assert isinstance(made.entries["a", "b"], Suppressed) or isinstance(
        made.entries["a", TOTAL], Suppressed
    )


def test_readers_are_not_told_which_hidden_cell_is_the_small_one() -> None:
    table = Table.line({"a": 9, "b": 102}, {"a": 3, "b": 3})
    made = protect(table, rule=SENSITIVE)
    hidden = {said(one, SENSITIVE) for one in made.entries.values() if isinstance(one, Suppressed)}
    assert hidden == {"not shown"}


def test_small_counts_are_said_to_be_small_where_that_gives_nothing_away() -> None:
    counts = {"a": 5, "b": 100, "c": 75, "d": 125, "e": 1240}
    table = Table.line(counts, dict.fromkeys(counts, 3))
    made = protect(table, rule=SENSITIVE)
    words = [said(entry, SENSITIVE) for entry in made.entries.values()]
    assert words == ["fewer than 10", "100", "75", "125", "1,240", "1,545"]
    assert narrowed([Edition(table, made)]) == []


def test_no_child_at_all_looks_like_a_few_children() -> None:
    counts = {"a": 100, "b": 75, "c": 125, "d": 50}
    none, few = (
        protect(Table.line(counts | {"e": small}, dict.fromkeys([*counts, "e"], 3)), rule=SENSITIVE)
        for small in (0, 2)
    )
    assert none.entries == few.entries


def test_a_great_count_from_two_authorities_is_hidden() -> None:
    table = Table.line({"a": 80, "b": 200, "c": 300}, {"a": 2, "b": 3, "c": 9})
    made = protect(table, rule=SENSITIVE)
    assert isinstance(made.entries["", "a"], Suppressed)
    low, high = Attack([Edition(table, made)]).range_of(("", "a"))
    assert low <= 70
    assert high >= 90


def test_a_total_has_no_more_authorities_behind_it_than_is_known() -> None:
    table = Table.line({"a": 40, "b": 60}, {"a": 2, "b": 2})
    assert isinstance(protect(table, rule=SENSITIVE).entries["", TOTAL], Suppressed)
    known = Table.line({"a": 40, "b": 60}, {"a": 2, "b": 2, TOTAL: 4})
    assert known.behind(("", TOTAL)) == 4


def test_a_printed_number_stays_until_it_is_five_out() -> None:
    authorities = dict.fromkeys("ab", 3)
    first_table = Table.line({"a": 100, "b": 200}, authorities)
    first = Edition(first_table, protect(first_table, rule=SENSITIVE))
    for now, printed in ((104, 100), (105, 105), (96, 100), (95, 95)):
        table = Table.line({"a": now, "b": 200}, authorities)
        made = protect(table, rule=SENSITIVE, earlier=[first])
        assert made.entries["", "a"] == Shown(printed)


def test_a_hidden_count_is_not_printed_the_moment_it_is_large_enough() -> None:
    authorities = dict.fromkeys("abcd", 3)
    rest = {"b": 100, "c": 150, "d": 75}
    first_table = Table.line({"a": 9} | rest, authorities)
    first = Edition(first_table, protect(first_table, rule=SENSITIVE))
    for now in (10, 14):
        made = protect(Table.line({"a": now} | rest, authorities), rule=SENSITIVE, earlier=[first])
        assert isinstance(made.entries["", "a"], Suppressed)


def test_other_topics_hide_below_five() -> None:
    table = Table.line({"a": 5, "b": 60, "c": 75}, dict.fromkeys("abc", 3))
    assert protect(table, rule=ELSEWHERE).entries["", "a"] == Shown(5)
    table = Table.line({"a": 4, "b": 60, "c": 75}, dict.fromkeys("abc", 3))
    assert isinstance(protect(table, rule=ELSEWHERE).entries["", "a"], Suppressed)


def test_the_same_counts_always_print_the_same() -> None:
    for seed in range(20):
        table = made_table(random.Random(seed))
        turned = Table(
            table.rows,
            table.columns,
            dict(reversed(table.counts.items())),
            table.authorities,
            table.margins,
        )
        made, again = (protect(one, rule=SENSITIVE) for one in (table, turned))
        assert made.entries == again.entries


def test_percentages_are_of_printed_numbers_of_twenty_or_more() -> None:
    assert percentage(Shown(15), Shown(20), SENSITIVE) == 75
    assert percentage(Shown(10), Shown(15), SENSITIVE) is None
    assert percentage(Suppressed(Reason.SMALL), Shown(200), SENSITIVE) is None
    assert percentage(Shown(20), Suppressed(Reason.NOT_SHOWN), SENSITIVE) is None
    assert percentage(Shown(105), Shown(100), SENSITIVE) == 100


def test_an_edition_of_another_shape_is_refused() -> None:
    first = Table.line({"a": 100, "b": 200}, dict.fromkeys("ab", 3))
    edition = Edition(first, protect(first, rule=SENSITIVE))
    other = Table.line({"a": 100, "c": 200}, dict.fromkeys("ac", 3))
    with pytest.raises(ValueError, match="new table"):
        protect(other, rule=SENSITIVE, earlier=[edition])
    with pytest.raises(ValueError, match="new table"):
        protect(first, rule=ELSEWHERE, earlier=[edition])


def test_an_edition_with_counts_it_was_not_made_from_is_refused() -> None:
    first = Table.line({"a": 100, "b": 200}, dict.fromkeys("ab", 3))
    wrong = Table.line({"a": 150, "b": 200}, dict.fromkeys("ab", 3))
    edition = Edition(wrong, protect(first, rule=SENSITIVE))
    with pytest.raises(ValueError, match="wasn't made from"):
        protect(first, rule=SENSITIVE, earlier=[edition])


def test_the_notes_say_why_numbers_are_missing() -> None:
    table = Table.line({"a": 9, "b": 102}, {"a": 3, "b": 3})
    notes = " ".join(protect(table, rule=SENSITIVE).notes())
    assert "nearest 5" in notes
    assert "fewer than 3 authorities" in notes
