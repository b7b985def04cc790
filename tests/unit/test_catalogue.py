"""The catalogue of bits says what reading every document one by one would say."""

import random
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.library.catalogue import BEST, ORDERS, RELATED_WEIGHTS, Key, Snapshot
from portal.library.models import State

DAY = date(2026, 1, 1)
AUDIENCES = ("readers", "staff", "leads", "curators")
SILENT = {"not-stated", "none", "none-found", "not-settled"}
TERMS = {
    "source_of_harm": ("online", "peers", "none-found", "not-stated"),
    "outcome": ("no-concern", "plan-in-place", "not-stated"),
    "barriers": ("mistrust", "no-access", "none"),
    "response_tier": ("early-help", "police-led", "not-settled"),
    "themes": ("families", "partners"),
    "consent": ("given", "refused"),
}


class Row(NamedTuple):
    """A document as the catalogue reads it from the database."""

    id: int
    reference: str
    state: State
    type: str
    audience: str
    title: str
    has_question: bool
    terms: Mapping[str, Sequence[str]]
    published_on: date
    reviewed_on: date


# ---- The model: every document looked at, one by one


def published(rows: Iterable[Row]) -> list[Row]:
    latest = {row.id: row for row in rows}
    return [row for row in latest.values() if row.state == State.PUBLISHED]


def has(row: Row, name: str, term: str) -> bool:
    if name == "type":
        return row.type == term
    if name == "question":
        return row.has_question and term == "yes"
    return term in row.terms.get(name, ())


def meets(row: Row, filters: Mapping[str, Collection[str]], but: str = "") -> bool:
    return all(
        any(has(row, name, term) for term in terms)
        for name, terms in filters.items()
        if name != but and terms
    )


BY: dict[str, Callable[[Row], Any]] = {
    "newest": lambda row: (-row.published_on.toordinal(), row.id),
    "reviewed": lambda row: (-row.reviewed_on.toordinal(), row.id),
    "title": lambda row: (row.title.casefold(), row.id),
}


def expected_ids(
    rows: Iterable[Row],
    audiences: Collection[str],
    filters: Mapping[str, Collection[str]],
    order: str,
    ranked: Sequence[int] | None,
) -> list[int]:
    found = [row for row in published(rows) if row.audience in audiences and meets(row, filters)]
    if ranked is None:
        return [row.id for row in sorted(found, key=BY[order])]
    found = [row for row in found if row.id in ranked]
    by = BY.get(order, lambda row: ranked.index(row.id))
    return [row.id for row in sorted(found, key=by)]


def as_ids(ranked: Sequence[int] | None) -> Any:
    """Return a search's results as an engine gives them."""
    return None if ranked is None else np.array(ranked, np.int64)


KEYS: list[Key] = [
    *(("type", type_) for type_ in ("case", "guidance")),
    ("question", "yes"),
    *((name, term) for name, terms in TERMS.items() for term in terms),
]


def expected_counts(
    rows: Iterable[Row],
    audiences: Collection[str],
    filters: Mapping[str, Collection[str]],
    ranked: Sequence[int] | None,
) -> dict[Key, int]:
    base = [
        row
        for row in published(rows)
        if row.audience in audiences and (ranked is None or row.id in ranked)
    ]
    return {
        (name, term): sum(has(row, name, term) and meets(row, filters, but=name) for row in base)
        for name, term in KEYS
    }


def shared_by(one: Row, other: Row) -> set[Key]:
    return {
        (name, term)
        for name, term in KEYS
        if name in RELATED_WEIGHTS and term not in SILENT
        if has(one, name, term) and has(other, name, term)
    }


def score(one: Row, other: Row) -> int:
    return sum(RELATED_WEIGHTS[name] for name, _ in shared_by(one, other))


# ---- What is compared with it


def snapshot(*batches: Iterable[Row]) -> Snapshot:
    made = Snapshot(0, [], {}, {name: array("L") for name in ORDERS})
    for generation, batch in enumerate(batches, 1):
        made = made.with_changes(generation, batch)  # type: ignore[arg-type]
    return made


def related(made: Snapshot, row: Row, audiences: Collection[str], limit: int = 100) -> list[int]:
    found = made.related(row.reference, audiences=audiences, limit=limit)
    return [entry.id for entry, _ in found]


def reference(id_: int) -> str:
    return f"case-{id_:03}"


def counts_of(made: Snapshot, **asked: Any) -> dict[Key, int]:
    counts = made.listing(**asked).counts
    return {key: counts.get(key, 0) for key in KEYS}


def rows(ids: st.SearchStrategy[int], states: Collection[State]) -> st.SearchStrategy[Row]:
    terms = st.fixed_dictionaries(
        {},
        optional={
            name: st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True)
            for name, known in TERMS.items()
        },
    )
    days = st.integers(0, 3).map(lambda days: DAY + timedelta(days))
    made = st.builds(
        Row,
        id=ids,
        reference=st.just(""),
        state=st.sampled_from(sorted(states)),
        type=st.sampled_from(["case", "guidance"]),
        audience=st.sampled_from(AUDIENCES),
        title=st.sampled_from(["a", "A", "b", "ß", "ss", "Éa"]),
        has_question=st.booleans(),
        terms=terms,
        published_on=days,
        reviewed_on=days,
    )
    return made.map(lambda row: row._replace(reference=reference(row.id)))


IDS = st.integers(1, 30)
LIBRARY = st.lists(rows(IDS, State), max_size=30, unique_by=lambda row: row.id)
HISTORY = st.lists(
    st.lists(rows(IDS, State), max_size=8, unique_by=lambda row: row.id), min_size=1, max_size=5
)
SEEN_BY = st.sets(st.sampled_from(AUDIENCES))
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from([*terms, "unknown"]), max_size=2, unique=True)
        for name, terms in {**TERMS, "type": ("case", "guidance"), "question": ("yes",)}.items()
    },
)
RANKED = st.none() | st.lists(st.integers(1, 35), unique=True)
SOME = settings(max_examples=75, deadline=None)


@SOME
@given(LIBRARY, SEEN_BY, FILTERS, RANKED, st.sampled_from([*BY, BEST]), st.data())
def test_a_list_holds_what_a_reader_asked_for_in_the_order_they_asked(
    library: list[Row],
    audiences: set[str],
    filters: dict[str, list[str]],
    ranked: list[int] | None,
    order: str,
    data: st.DataObject,
) -> None:
    if ranked is None and order == BEST:
        order = "newest"
    offset, limit = data.draw(st.integers(0, 30)), data.draw(st.integers(0, 30))
    found = snapshot(library).listing(
        audiences=audiences,
        filters=filters,
        order=order,
        ranked=as_ids(ranked),
        offset=offset,
        limit=limit,
    )
    expected = expected_ids(library, audiences, filters, order, ranked)
    assert found.ids == expected[offset : offset + limit]
    assert found.total == len(expected)


@SOME
@given(LIBRARY, SEEN_BY, FILTERS, RANKED)
def test_a_count_says_what_choosing_the_term_would_show(
    library: list[Row],
    audiences: set[str],
    filters: dict[str, list[str]],
    ranked: list[int] | None,
) -> None:
    made = snapshot(library)
    expected = expected_counts(library, audiences, filters, ranked)
    for _ in ("first", "remembered"):
        assert (
            counts_of(made, audiences=audiences, filters=filters, ranked=as_ids(ranked)) == expected
        )


@SOME
@given(LIBRARY)
def test_no_count_says_how_much_is_for_whom(library: list[Row]) -> None:
    counts = snapshot(library).listing(audiences=AUDIENCES, filters={}).counts
    assert not [key for key in counts if key[0] == "audience"]


@SOME
@given(LIBRARY, FILTERS)
def test_what_one_reader_saw_is_not_remembered_for_another(
    library: list[Row], filters: dict[str, list[str]]
) -> None:
    made = snapshot(library)
    for audiences in (set(AUDIENCES), {"readers"}, set[str]()):
        expected = expected_counts(library, audiences, filters, None)
        assert counts_of(made, audiences=audiences, filters=filters) == expected


@SOME
@given(HISTORY, SEEN_BY, FILTERS)
def test_changes_one_after_another_give_the_library_as_it_is_now(
    history: list[list[Row]], audiences: set[str], filters: dict[str, list[str]]
) -> None:
    now = [row for batch in history for row in batch]
    made = snapshot(*history)
    assert made.generation == len(history)
    for order in BY:
        found = made.listing(audiences=audiences, filters=filters, order=order, limit=100)
        assert found.ids == expected_ids(now, audiences, filters, order, None)
    expected = expected_counts(now, audiences, filters, None)
    assert counts_of(made, audiences=audiences, filters=filters) == expected
    fresh = snapshot({row.id: row for row in now}.values())
    for row in now:
        assert set(related(made, row, audiences)) == set(related(fresh, row, audiences))


@SOME
@given(HISTORY)
def test_a_request_under_way_sees_no_change(history: list[list[Row]]) -> None:
    before = snapshot(*history[:-1])
    asked: dict[str, Any] = {"audiences": AUDIENCES, "filters": {}, "limit": 100}
    seen = [before.listing(**asked, order=order) for order in BY]
    before.with_changes(99, history[-1])  # type: ignore[arg-type]
    assert [before.listing(**asked, order=order) for order in BY] == seen


@SOME
@given(LIBRARY, SEEN_BY, st.integers(0, 8))
def test_related_documents_are_those_that_share_most(
    library: list[Row], audiences: set[str], limit: int
) -> None:
    made = snapshot(library)
    for row in published(library):
        found = related(made, row, audiences, limit)
        scores = {
            other.id: score(row, other)
            for other in published(library)
            if other.id != row.id and other.audience in audiences and score(row, other) >= 4
        }
        assert len(set(found)) == len(found)
        assert set(found) <= set(scores)
        assert [scores[id_] for id_ in found] == sorted(scores.values(), reverse=True)[:limit]


@SOME
@given(LIBRARY)
def test_the_reason_why_a_document_is_related_is_what_both_say(library: list[Row]) -> None:
    made, by_id = snapshot(library), {row.id: row for row in library}
    for row in published(library):
        for entry, shared in made.related(row.reference, audiences=AUDIENCES, limit=100):
            assert len(set(shared)) == len(shared)
            assert set(shared) == shared_by(row, by_id[entry.id])
            weights = [RELATED_WEIGHTS[name] for name, _ in shared]
            assert weights == sorted(weights, reverse=True)


@SOME
@given(HISTORY, SEEN_BY, st.lists(IDS.map(reference) | st.just("unknown"), max_size=6))
def test_named_documents_are_those_a_reader_may_see_in_their_order(
    history: list[list[Row]], audiences: set[str], names: list[str]
) -> None:
    now = published(row for batch in history for row in batch)
    seen = {row.reference: row for row in now if row.audience in audiences}
    found = snapshot(*history).named(names, audiences=audiences)
    assert [(e.reference, e.title) for e in found] == [
        (name, seen[name].title) for name in names if name in seen
    ]


def alike(**terms: Sequence[str]) -> tuple[Row, Row]:
    one = Row(1, reference(1), State.PUBLISHED, "case", "readers", "A", False, terms, DAY, DAY)
    return one, one._replace(id=2, reference=reference(2))


def test_a_withdrawn_or_unknown_document_has_no_related_ones() -> None:
    one, two = alike(source_of_harm=("online",), outcome=("no-concern",))
    assert related(snapshot([one, two]), one, AUDIENCES) == [2]
    made = snapshot([one, two], [one._replace(state=State.WITHDRAWN)])
    assert related(made, one, AUDIENCES) == []
    assert related(made, two, AUDIENCES) == []
    assert made.related("unknown", audiences=AUDIENCES, limit=4) == []


def test_what_nobody_states_relates_no_documents() -> None:
    one, two = alike(
        source_of_harm=("not-stated", "none-found"),
        outcome=("not-stated",),
        barriers=("none",),
        response_tier=("not-settled",),
    )
    assert related(snapshot([one, two]), one, AUDIENCES) == []


# ---- A big library, of which no page is found by sorting everything


@pytest.fixture(scope="module")
def many() -> list[Row]:
    chance = random.Random(1)

    def row(id_: int) -> Row:
        return Row(
            id=id_,
            reference=reference(id_),
            state=State.WITHDRAWN if chance.random() < 0.05 else State.PUBLISHED,
            type=chance.choice(["case", "guidance"]),
            audience=chance.choices(AUDIENCES, (80, 10, 5, 5))[0],
            title=chance.choice("abcdefg"),
            has_question=False,
            terms={name: chance.sample(terms, 2) for name, terms in TERMS.items()},
            published_on=DAY + timedelta(chance.randrange(50)),
            reviewed_on=DAY + timedelta(chance.randrange(50)),
        )

    return [row(id_) for id_ in chance.sample(range(1, 9000), 3300)]


@pytest.fixture(scope="module")
def big(many: list[Row]) -> Snapshot:
    return snapshot(many)


@pytest.mark.parametrize("order", BY)
@pytest.mark.parametrize("filters", [{}, {"outcome": ("no-concern", "plan-in-place")}])
def test_a_big_library_is_paged_in_the_same_order(
    big: Snapshot, many: list[Row], order: str, filters: dict[str, tuple[str, ...]]
) -> None:
    expected = expected_ids(many, ("readers",), filters, order, None)
    assert len(expected) > 2000
    for offset in (0, 20, len(expected) - 5, len(expected), 10**6):
        found = big.listing(audiences=("readers",), filters=filters, order=order, offset=offset)
        assert found.ids == expected[offset : offset + 20]
        assert found.total == len(expected)


def test_a_big_library_counts_and_relates_the_same(big: Snapshot, many: list[Row]) -> None:
    filters = {"themes": ("families",), "type": ("case",)}
    found = counts_of(big, audiences=("readers", "staff"), filters=filters)
    assert found == expected_counts(many, ("readers", "staff"), filters, None)
    one = published(many)[17]
    visible = {row.id: row for row in published(many) if row.audience == "readers"}
    found_ids = related(big, one, ("readers",), limit=10)
    scores = [score(one, row) for id_, row in visible.items() if id_ != one.id]
    assert [score(one, visible[id_]) for id_ in found_ids] == sorted(scores, reverse=True)[:10]


@pytest.mark.parametrize("order", BY)
def test_a_big_library_follows_changes(big: Snapshot, many: list[Row], order: str) -> None:
    changed = [
        *(row._replace(state=State.WITHDRAWN) for row in many[:20]),
        *(
            row._replace(state=State.PUBLISHED, title="z", audience="readers")
            for row in many[20:40]
        ),
        *(row._replace(id=row.id + 10_000, reference=f"new-{row.id}") for row in many[40:60]),
    ]
    found = big.with_changes(2, changed).listing(  # type: ignore[arg-type]
        audiences=AUDIENCES, filters={}, order=order, limit=10**6
    )
    assert found.total > 2000
    assert found.ids == expected_ids([*many, *changed], AUDIENCES, {}, order, None)
