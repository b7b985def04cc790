"""What every search engine of the portal keeps to, whichever it is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.search.port import Engine, NotReady, Query, Record
from portal.search.whoosh_engine import WhooshEngine

ENGINES: dict[str, Callable[[Path], Engine]] = {"whoosh": WhooshEngine}
EVERYONE = frozenset({"readers", "staff", "leads", "curators"})


def record(id_: int, body: str = "", *, audience: str = "readers", title: str = "") -> Record:
    return Record(id=id_, audience=audience, title=title, also="", summary="", body=body, labels="")


RECORDS = [
    record(1, "The boy’s passport was given up before travelling.", title="Passport given up"),
    record(2, "A mentor met the family. Signs of safety were agreed.", title="Mentoring"),
    record(3, "The duty manager agreed a passport check.", title="Duty desk", audience="staff"),
    record(4, "Curators only: passport and mentor.", title="Withdrawn", audience="curators"),
    record(5, "Safety before signs; the panel met.", title="Panel"),
]


@pytest.fixture(params=ENGINES)
def make(request: pytest.FixtureRequest) -> Callable[[Path], Engine]:
    return ENGINES[request.param]


@pytest.fixture
def engine(make: Callable[[Path], Engine], tmp_path: Path) -> Engine:
    made = make(tmp_path / "search")
    made.rebuild(RECORDS, 7)
    return made


@pytest.fixture(scope="module", params=ENGINES)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine that tests only read."""
    made = ENGINES[request.param](tmp_path_factory.mktemp("search"))
    made.rebuild(RECORDS, 1)
    return made


def find(engine: Engine, text: str, audiences: frozenset[str] = EVERYONE) -> list[int]:
    return list(engine.search(Query(text, audiences)).ids)


# ---- Who finds what


@pytest.mark.parametrize(
    ("audiences", "found"),
    [
        (set(), set()),
        ({"leads"}, set()),
        ({"readers"}, {1}),
        ({"readers", "staff"}, {1, 3}),
        (EVERYONE, {1, 3, 4}),
    ],
)
def test_a_document_is_found_only_by_its_audience(
    shared: Engine, audiences: set[str], found: set[int]
) -> None:
    assert set(find(shared, "passport", frozenset(audiences))) == found


AUDIENCE = {r.id: r.audience for r in RECORDS}
WORDS = st.sampled_from(
    [
        *("passport", "mentor", "panel", "the", "AND", "OR", "NOT", '"', "(", ")", "*", "?", "~"),
        *("audience:curators", "id:4", "title:", "[a TO z]", "^2", "+", "-", "\\", "\x00", "🙂"),
        *("“", "”", "body:passport", "AND NOT audience:readers", "'", "’", "%", "_", "<b>"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    text=st.text() | st.lists(WORDS | st.text(max_size=3)).map(" ".join),
    audiences=st.frozensets(st.sampled_from(sorted(EVERYONE))),
)
def test_any_text_gives_an_answer_and_never_one_for_others(
    shared: Engine, text: str, audiences: frozenset[str]
) -> None:
    found = find(shared, text, audiences)
    assert len(set(found)) == len(found)
    assert {AUDIENCE[id_] for id_ in found} <= audiences


@pytest.mark.parametrize(
    "text",
    [
        "passport " * 1200,
        '"' * 10_000,
        "x" * 10_000,
        '"a passport" ' * 800,
        "🙂" * 5000,
        "(" * 9000,
    ],
    ids=["words", "quotes", "one word", "phrases", "emoji", "brackets"],
)
def test_ten_thousand_characters_give_an_answer(shared: Engine, text: str) -> None:
    find(shared, text)
    shared.extract("The boy’s passport was given up.", text)


@pytest.mark.parametrize("text", ["", " ", "\x00", "🙂", '"', "the", "?!"])
def test_a_text_without_words_finds_nothing(shared: Engine, text: str) -> None:
    assert find(shared, text) == []


@settings(max_examples=12, deadline=None)
@given(
    hidden=st.lists(
        st.lists(st.sampled_from(["passport", "mentor", "panel", "safety"]), max_size=6),
        min_size=1,
        max_size=6,
    )
)
@pytest.mark.parametrize("name", ENGINES)
def test_what_others_may_not_see_does_not_change_what_they_find(
    name: str, hidden: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    engine = ENGINES[name](tmp_path_factory.mktemp("search"))
    engine.rebuild(RECORDS, 1)
    queries = ["passport", "mentor panel", '"signs of safety"', "safety"]
    readers = frozenset({"readers"})
    before = [set(find(engine, query, readers)) for query in queries]
    more = [
        record(100 + place, " ".join(words), audience="staff") for place, words in enumerate(hidden)
    ]
    engine.apply(more, [], 2)
    assert [set(find(engine, query, readers)) for query in queries] == before


# ---- What is found


def test_a_word_is_found_in_its_other_forms(shared: Engine) -> None:
    for text in ("travel", "travelled", "Travels", "TRAVELLING"):
        assert find(shared, text) == [1], text


@pytest.mark.parametrize("text", ["boy", "boys", "boy's", "boy’s", '"boy\'s passport"'])
def test_an_apostrophe_is_no_obstacle(shared: Engine, text: str) -> None:
    assert find(shared, text) == [1]


def test_a_document_with_any_of_the_words_is_found(shared: Engine) -> None:
    assert set(find(shared, "mentor panel unheard")) == {2, 4, 5}


@pytest.mark.parametrize(
    "text", ['"signs of safety"', "“signs of safety”", '"SIGNS of Safety" met']
)
def test_a_phrase_is_found_as_it_stands(shared: Engine, text: str) -> None:
    assert find(shared, text) == [2]


def test_a_quotation_that_does_not_end_is_no_phrase(shared: Engine) -> None:
    assert set(find(shared, '"signs of safety')) == {2, 5}


def test_words_in_a_title_weigh_more_than_in_a_text(engine: Engine) -> None:
    engine.rebuild(
        [
            record(1, "Passport. " + "Other words entirely. " * 3, title="Something else"),
            record(2, "Nothing. " + "Other words entirely. " * 3, title="Passport"),
        ],
        1,
    )
    assert find(engine, "passport") == [2, 1]


def test_every_part_of_a_record_is_searched(engine: Engine) -> None:
    one = Record(1, "readers", "alpha", "beta", "gamma", "delta", "epsilon")
    engine.rebuild([one], 1)
    for word in ("alpha", "beta", "gamma", "delta", "epsilon"):
        assert find(engine, word) == [1], word


# ---- How an index changes


def test_without_an_index_the_engine_says_that_it_is_not_ready(
    make: Callable[[Path], Engine], tmp_path: Path
) -> None:
    engine = make(tmp_path / "none")
    assert engine.generation() is None
    with pytest.raises(NotReady):
        find(engine, "passport")
    with pytest.raises(NotReady):
        engine.apply(RECORDS, [], 1)


def test_a_changed_document_is_found_by_its_new_words_only(engine: Engine) -> None:
    engine.apply([record(1, "A laptop was returned.")], [], 8)
    assert find(engine, "laptop") == [1]
    assert 1 not in find(engine, "passport")


def test_a_document_that_changes_its_audience_leaves_the_old_one(engine: Engine) -> None:
    engine.apply([replace(RECORDS[0], audience="curators")], [], 8)
    assert find(engine, "passport", frozenset({"readers"})) == []


def test_a_document_that_is_gone_is_not_found(engine: Engine) -> None:
    engine.apply([], [1, 999], 8)
    assert set(find(engine, "passport")) == {3, 4}


def test_the_generation_is_kept(
    engine: Engine, make: Callable[[Path], Engine], tmp_path: Path
) -> None:
    assert engine.generation() == 7
    engine.apply([], [], 8)
    assert make(tmp_path / "search").generation() == 8
    engine.rebuild(RECORDS, 9)
    assert make(tmp_path / "search").generation() == 9


def test_another_process_sees_each_change(
    engine: Engine, make: Callable[[Path], Engine], tmp_path: Path
) -> None:
    other = make(tmp_path / "search")
    assert find(other, "laptop") == []
    engine.apply([record(6, "laptop")], [], 8)
    assert find(other, "laptop") == [6]
    engine.rebuild([record(9, "laptop")], 9)
    assert find(other, "laptop") == [9]
    assert other.generation() == 9


def test_the_old_index_answers_until_the_new_one_is_whole(engine: Engine) -> None:
    def records() -> Iterator[Record]:
        yield record(8, "passport")
        assert set(find(engine, "passport")) == {1, 3, 4}
        assert engine.generation() == 7
        yield record(9, "passport")

    engine.rebuild(records(), 8)
    assert set(find(engine, "passport")) == {8, 9}


def broken() -> Iterator[Record]:
    yield record(8, "passport")
    raise ConnectionError


def test_a_rebuild_that_fails_leaves_the_old_index_and_nothing_else(
    engine: Engine, tmp_path: Path
) -> None:
    before = sorted(path.name for path in (tmp_path / "search").iterdir())
    with pytest.raises(ConnectionError):
        engine.rebuild(broken(), 8)
    assert set(find(engine, "passport")) == {1, 3, 4}
    assert engine.generation() == 7
    assert sorted(path.name for path in (tmp_path / "search").iterdir()) == before


def test_a_change_that_fails_changes_nothing_and_the_next_one_works(engine: Engine) -> None:
    with pytest.raises(ConnectionError):
        engine.apply(broken(), [1], 8)
    assert set(find(engine, "passport")) == {1, 3, 4}
    assert engine.generation() == 7
    engine.apply([], [1], 8)
    assert set(find(engine, "passport")) == {3, 4}


def test_nobody_else_on_the_machine_can_read_the_index(engine: Engine, tmp_path: Path) -> None:
    assert (tmp_path / "search").stat().st_mode & 0o077 == 0


def test_an_index_without_documents_finds_nothing(engine: Engine) -> None:
    engine.rebuild([], 8)
    assert find(engine, "passport") == []


# ---- Extracts

TEXT = (
    "Nobody knew at first. "
    + "Something else was said. " * 30
    + "The boy’s passport was given up. "
    + "More was said. " * 30
    + "His passport came back."
)


def test_an_extract_shows_the_place_that_matched_and_marks_the_words(shared: Engine) -> None:
    runs = shared.extract(TEXT, "passports given", length=120)
    assert [words for words, matched in runs if matched] == ["passport", "given"]
    assert runs[0][0].startswith("…")
    assert runs[-1][0].endswith("…")


def test_an_extract_of_a_text_that_fits_is_the_text(shared: Engine) -> None:
    runs = shared.extract("A passport.", "passport")
    assert runs == [("A ", False), ("passport", True), (".", False)]


def test_an_extract_without_a_match_is_the_beginning(shared: Engine) -> None:
    ((words, matched),) = shared.extract(TEXT, "laptop", length=60)
    assert not matched
    assert words.startswith("Nobody knew at first.")
    assert words.endswith(" …")


PLAIN = ["the", "child", "met", "somebody", "there.", "and", "then", "nothing", "long-winded"]
MATCHING = ["passport", "passport,", "mentor", "mentor’s"]


@settings(max_examples=200, deadline=None)
@given(
    words=st.lists(st.sampled_from([*PLAIN * 3, *MATCHING]), max_size=150),
    length=st.integers(40, 300),
)
def test_an_extract_is_a_piece_of_the_text_with_its_matches_marked(
    shared: Engine, words: list[str], length: int
) -> None:
    text = " ".join(words)
    runs = shared.extract(text, "passport mentor", length=length)
    shown = "".join(piece for piece, _ in runs)
    shown = shown.removeprefix("… ").removesuffix(" …")
    assert shown in text
    assert len(shown) <= length
    marked = [piece for piece, matched in runs if matched]
    assert set(marked) <= {"passport", "mentor"}
    assert len(marked) == shown.count("passport") + shown.count("mentor")
    assert bool(marked) == any(word in MATCHING for word in words)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400), query=st.text(max_size=20), length=st.integers(40, 300))
def test_any_text_has_an_extract(shared: Engine, text: str, query: str, length: int) -> None:
    runs = shared.extract(text, query, length=length)
    whole = "".join(piece for piece, _ in runs)
    assert whole.removeprefix("… ").removesuffix(" …") in text or whole in text
    assert all(piece for piece, _ in runs)
