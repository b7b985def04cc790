"""What every search engine of the portal keeps to, whichever it is: told by the port alone."""

import multiprocessing
import random
import resource
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from itertools import count, pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.search import analysis
from portal.search.port import Engine, NotReady, Query, Record, Results, mark
from portal.search.thesaurus import Thesaurus
from portal.search.whoosh_engine import WhooshEngine

ENGINES: dict[str, Callable[[Path, Thesaurus], Engine]] = {"whoosh": WhooshEngine}
"""A later engine is added here, and nowhere else in this file."""

READERS = frozenset({"readers"})
EVERYONE = frozenset({"readers", "staff", "leads", "curators"})
TODAY = 740_000
Make = Callable[..., Engine]


def record(id_: int, body: str = "", *, audience: str = "readers", **more: Any) -> Record:
    return Record(id=id_, audience=audience, body=body, title=more.pop("title", ""), **more)


@pytest.fixture(scope="module", params=ENGINES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def new() -> Iterator[Callable[[], Path]]:
    """Return a folder that nobody has used."""
    numbers = count()
    # not pytest's own folder, which a second run beside this one may clear away
    with TemporaryDirectory(prefix="portal-") as name:
        yield lambda: Path(name) / str(next(numbers)) / "index"


@pytest.fixture
def folder(new: Callable[[], Path]) -> Path:
    return new()


@pytest.fixture(scope="module")
def make(name: str, new: Callable[[], Path]) -> Make:
    """Return an engine over `folder`, or over a new one."""

    def made(folder: Path | None = None, thesaurus: Thesaurus | None = None) -> Engine:
        return ENGINES[name](folder or new(), thesaurus or Thesaurus())

    return made


@pytest.fixture(scope="module")
def build(make: Make) -> Make:
    """Return an engine that holds `records`."""

    def built(*records: Record, **more: Any) -> Engine:
        engine = make(**more)
        rebuild(engine, records)
        return engine

    return built


def rebuild(engine: Engine, records: Iterable[Record], generation: int = 1) -> None:
    with engine.writing():
        engine.rebuild(records, generation)


def save(engine: Engine, *records: Record, gone: Iterable[int] = (), generation: int = 2) -> None:
    with engine.writing():
        engine.apply(records, list(gone), generation)


def ask(engine: Engine, text: str, audiences: frozenset[str] = EVERYONE, **more: Any) -> Results:
    return engine.search(Query(text, audiences, **more))


def find(engine: Engine, text: str, audiences: frozenset[str] = EVERYONE, **more: Any) -> list[int]:
    return ask(engine, text, audiences, **more).ids.tolist()


def words_in(one: Record) -> str:
    parts = (one.title, one.also, one.summary, one.body, one.labels, one.search_words)
    return "\n".join(parts)


RECORDS = (
    record(1, "The boy’s passport was given up before travelling.", title="Passport given up"),
    record(2, "A mentor met the family. Signs of safety were agreed.", title="Mentoring"),
    record(3, "The duty manager agreed a passport check.", title="Duty desk", audience="staff"),
    record(4, "Curators only: passport and mentor.", title="Withdrawn", audience="curators"),
    record(5, "Safety before signs; the panel met.", title="Panel"),
)


@pytest.fixture(scope="module")
def shared(build: Make) -> Engine:
    """An engine that tests only read."""
    return build(*RECORDS)


# ---- What is found


@pytest.mark.parametrize("part", ["title", "also", "summary", "body", "labels", "search_words"])
def test_every_part_of_a_record_is_searched(build: Make, part: str) -> None:
    one = replace(record(1), **{part: "a passport"})
    assert find(build(one, record(2, "mentor")), "passport") == [1]


def test_an_audience_and_a_reference_are_no_words_of_a_record(build: Make) -> None:
    engine = build(record(1, "passport", audience="staff", reference="case-001", related=("xyz",)))
    for text in ("staff", "case", "001", "xyz"):
        assert find(engine, text) == [], text


def test_a_document_with_any_of_the_words_is_found(shared: Engine) -> None:
    assert set(find(shared, "mentor panel unheard")) == {2, 4, 5}


@pytest.mark.parametrize("text", ["travel", "travelled", "Travels", "TRAVELLING", "traveling"])
def test_a_word_is_found_in_its_other_forms(shared: Engine, text: str) -> None:
    assert find(shared, text) == [1]


@pytest.mark.parametrize(
    "spellings",
    [
        ("organisation", "organization"),
        ("radicalised", "radicalized"),
        ("behaviour", "behavior"),
        ("counselling", "counseling"),
        ("programme", "program"),
        ("centre", "center"),
        ("defence", "defense"),
        ("licence", "license"),
        ("judgment", "judgement"),
        ("paediatrician", "pediatrician"),
        ("child", "children", "child's", "children’s"),
        ("M.A.S.H.", "M.A.S.H", "MASH", "mash"),
        ("section 47", "Section 47", "s47", "s.47", "S. 47", "s 47", "sec 47", "sections 47"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_a_word_is_found_however_it_is_spelled(build: Make, spellings: tuple[str, ...]) -> None:
    written = [record(n, f"about {spelling} here") for n, spelling in enumerate(spellings)]
    engine = build(*written, record(99, "nothing"))
    for spelling in spellings:
        assert find(engine, spelling) == list(range(len(spellings))), spelling


def test_sections_of_an_act_are_not_taken_for_each_other(build: Make) -> None:
    engine = build(record(1, "a section 47 enquiry"), record(2, "s17, and 47 of them"))
    assert find(engine, "s.47") == [1]
    assert find(engine, "Section 17") == [2]
    assert find(engine, "section 7") == []


@pytest.mark.parametrize("text", ["the", "and of the", "Who was it?", "don't", "it’s"])
def test_words_that_are_too_common_are_said_to_be(shared: Engine, text: str) -> None:
    found = ask(shared, text)
    assert found.too_common
    assert not len(found.ids)


def test_common_words_beside_one_that_counts_are_passed_over(shared: Engine) -> None:
    found = ask(shared, "what is the panel?")
    assert not found.too_common
    assert found.ids.tolist() == [5]


@pytest.mark.parametrize("text", ["", " ", "\x00", "🙂", '"', "-", '-""', "?!", "()[]{}", "title:"])
def test_a_text_without_words_finds_nothing(shared: Engine, text: str) -> None:
    assert find(shared, text) == []


# ---- What signs mean

WORDS = ("alpha", "bravo", "charlie")
TEXTS = st.lists(st.sampled_from(WORDS), max_size=7)


def has_in_a_row(text: list[str], phrase: list[str]) -> bool:
    return any(text[at : at + len(phrase)] == phrase for at in range(len(text)))


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=8),
    phrase=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
)
def test_a_phrase_is_found_where_its_words_stand_in_a_row(
    build: Make, texts: list[list[str]], phrase: list[str]
) -> None:
    records = [record(n, " ".join(text)) for n, text in enumerate(texts)]
    engine = build(*records[::2])
    save(engine, *records[1::2])
    having = {n for n, text in enumerate(texts) if has_in_a_row(text, phrase)}
    quoted = f'"{" ".join(phrase)}"'
    found = ask(engine, quoted)
    if having:
        assert set(found.ids.tolist()) == having
        assert not found.relaxed
    else:
        assert list(found.relaxed) == [quoted]
    rest = set(find(engine, f"-{quoted}"))
    assert rest == set(range(len(texts))) - having


@pytest.mark.parametrize("text", ['"signs of safety"', "“signs of safety”", '"SIGN of Safety" met'])
def test_a_phrase_may_be_in_other_forms_and_in_any_quotation_marks(
    shared: Engine, text: str
) -> None:
    assert find(shared, text) == [2]


def test_three_words_in_a_row_are_not_two_and_two(build: Make) -> None:
    engine = build(record(1, "alpha bravo, then bravo charlie"), record(2, "alpha bravo charlie"))
    assert find(engine, '"alpha bravo charlie"') == [2]


def test_no_phrase_spans_two_parts_of_a_record(build: Make) -> None:
    engine = build(Record(1, "readers", "aa", "", (), "bb", "cc", "ff", "dd", "ee"))
    for left, right in pairwise(["aa", "bb", "cc", "dd", "ee", "ff"]):
        for phrase in (f'"{left} {right}"', f'"{right} {left}"'):
            assert list(ask(engine, phrase).relaxed) == [phrase]


def test_words_that_never_meet_are_no_phrase_however_long_the_text(build: Make) -> None:
    engine = build(record(1, "signs " * 70_000 + "and a matter of family safety"))
    assert list(ask(engine, '"signs safety"').relaxed) == ['"signs safety"']
    assert find(engine, "safety") == [1]


def test_a_single_word_in_quotation_marks_is_required(shared: Engine) -> None:
    assert set(find(shared, "panel mentor")) == {2, 4, 5}
    assert set(find(shared, 'panel "mentor"')) == {2, 4}


def test_what_is_required_or_left_out_is_so_by_the_text_that_readers_see(build: Make) -> None:
    engine = build(
        record(1, "passport", search_words="a mentor"), record(2, "a mentor's passport, here")
    )
    assert set(find(engine, "mentor")) == {1, 2}
    assert find(engine, '"mentor"') == [2]
    assert find(engine, '"a mentor"') == [2]
    assert find(engine, "passport -mentor") == [1]


@pytest.mark.parametrize("sign", ["-", "–", "\N{MINUS SIGN}"])
def test_a_sign_before_a_word_or_phrase_leaves_its_records_out(shared: Engine, sign: str) -> None:
    assert set(find(shared, f"mentor safety {sign}panel")) == {2, 4}
    assert set(find(shared, f'mentor safety {sign}"signs of safety"')) == {4, 5}
    assert set(find(shared, f"passport {sign}title:duty")) == {1, 4}


def test_a_hyphen_inside_a_word_leaves_nothing_out(build: Make) -> None:
    engine = build(record(1, "multi-agency"), record(2, "an agency"), record(3, "multi agency"))
    assert set(find(engine, "multi-agency")) == {1, 2, 3}


def test_a_field_asks_for_a_word_in_the_title(build: Make) -> None:
    engine = build(
        record(1, "passport", title="Another matter"),
        record(2, title="Passport given up"),
        record(3, title="Up, given a passport"),
    )
    assert set(find(engine, "title:passports")) == {2, 3}
    assert find(engine, 'title:"passport given"') == [2]


def test_only_exclusions_give_everything_else_unranked(shared: Engine) -> None:
    found = ask(shared, '-mentor -"duty desk"')
    assert found.ids.tolist() == [1, 5]
    assert found.scores.tolist() == [0, 0]
    assert find(shared, "-mentor", READERS) == [1, 5]


def test_what_no_record_meets_is_said_and_its_words_are_looked_for(shared: Engine) -> None:
    found = ask(shared, '"mentor passport" title:safety')
    assert set(found.relaxed) == {'"mentor passport"', "title:safety"}
    assert set(found.ids.tolist()) == {1, 2, 3, 4, 5}


def test_a_quotation_that_does_not_end_is_no_phrase(shared: Engine) -> None:
    assert set(find(shared, '"signs of safety')) == {2, 5}


PROSE = (
    "The school rang the duty desk because a boy said “signs met” to his teacher yesterday "
    "morning -panel and nobody knew whether his mother had heard anything title:zebra"
)


def test_signs_in_prose_are_those_of_prose(shared: Engine) -> None:
    found = ask(shared, PROSE)
    assert {2, 5} <= set(found.ids.tolist())
    assert not found.relaxed


def test_a_description_is_read_without_its_signs(shared: Engine) -> None:
    text = '"safety mentor" -panel title:zebra'
    found = ask(shared, text, literal=True)
    assert set(found.ids.tolist()) == {2, 4, 5}
    assert not found.relaxed


# ---- In which order


def test_words_in_a_title_weigh_more_than_in_a_text(build: Make) -> None:
    other = " Other words entirely." * 3
    engine = build(
        record(1, "Passport." + other, title="Something"),
        record(2, "Something." + other, title="Passport"),
    )
    assert find(engine, "passport") == [2, 1]


def test_a_rare_word_weighs_more_than_a_common_one(build: Make) -> None:
    engine = build(*(record(n, "school") for n in range(9)), record(9, "passport"))
    assert find(engine, "school passport")[0] == 9


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from([0, 300])), min_size=2, max_size=8),
    asked=st.sets(st.sampled_from(WORDS), min_size=2),
)
@example(
    texts=[(["alpha"], [], 0), ([], ["alpha", "bravo"], 300), *[([], ["bravo"], 0)] * 6],
    asked={"alpha", "bravo"},
)
def test_records_with_all_of_a_few_words_come_first(
    build: Make, texts: list[tuple[list[str], list[str], int]], asked: set[str]
) -> None:
    engine = build(
        *(
            record(n, " ".join(body) + " delta" * others, title=" ".join(title))
            for n, (title, body, others) in enumerate(texts)
        )
    )
    found = find(engine, " ".join(sorted(asked)))
    whole = [asked <= {*texts[n][0], *texts[n][1]} for n in found]
    assert whole == sorted(whole, reverse=True)


def test_words_next_to_each_other_come_before_the_same_words_apart(build: Make) -> None:
    engine = build(
        record(1, "early on there was much to do, and help came"),
        record(2, "on there was much to do, and early help came"),
    )
    assert find(engine, "early help") == [2, 1]


def test_what_is_overdue_comes_later_and_is_found(build: Make) -> None:
    engine = build(
        record(1, "passport", review_by=TODAY - 1),
        record(2, "passport", review_by=TODAY + 1),
        record(3, "passport"),
    )
    assert find(engine, "passport", today=TODAY) == [2, 3, 1]
    assert find(engine, "passport") == [1, 2, 3]


def test_of_equals_the_one_with_the_lower_id_comes_first(build: Make) -> None:
    engine = build(record(8, "passport"), record(3, "passport"), record(5, "passport"))
    save(engine, record(1, "passport"), record(5, "passport"))
    assert find(engine, "passport") == [1, 3, 5, 8]


PLACES = ("alpha", "bravo", "charlie", "delta")


def test_the_order_is_the_same_in_whatever_order_records_were_saved(build: Make) -> None:
    records = [record(n, f"passport mentor panel {place}") for n, place in enumerate(PLACES)]
    records += [record(n, f"passport {place}") for n, place in enumerate(PLACES, start=4)]
    orders = {
        tuple(find(build(*given), "passport mentor panel")) for given in (records, records[::-1])
    }
    assert len(orders) == 1


def test_scores_are_in_the_order_of_the_ids(shared: Engine) -> None:
    found = ask(shared, "passport mentor duty")
    assert len(found.scores) == len(found.ids) > 2
    assert all(before >= after for before, after in pairwise(found.scores.tolist()))


def test_a_record_to_be_read_with_a_good_one_comes_before_its_equals(build: Make) -> None:
    engine = build(
        record(1, "passport", reference="case-001"),
        record(2, "passport", reference="case-002", related=("case-004",)),
        record(3, "nothing", reference="case-003", related=("case-004",)),
        record(4, "passport passport", title="Passport", reference="case-004"),
    )
    found = find(engine, "passport")
    assert set(found) == {1, 2, 4}
    assert found.index(2) < found.index(1)


def test_what_is_to_be_read_with_what_counts_wherever_each_was_saved(build: Make) -> None:
    best, other = ("case-900", "case-901")
    engine = build(record(1, "passport", reference="case-001"))

    def equals() -> list[int]:
        return [id_ for id_ in find(engine, "passport", READERS) if id_ != 5]

    save(engine, record(2, "passport", reference="case-002", related=(other, best, best)))
    save(engine, record(3, "passport", reference="case-003", related=(best,)))
    save(engine, record(4, "passport", audience="staff", related=(best,)))
    save(engine, record(5, "passport passport", title="Passport", reference=best))
    for number in range(6, 20):  # until segments are merged
        assert equals() == [3, 2, 1]
        save(engine, record(number, "nothing", reference=f"case-{number:03}", related=(other,)))
    save(engine, record(3, "passport", reference="case-003"))
    assert equals() == [2, 1, 3]


# ---- Slips


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("pasport", "passport"),
        ("passsport", "passport"),
        ("passpprt", "passport"),
        ("passprot", "passport"),
        ("Safegaurding", "safeguarding"),
        ("earlyhelp", "early help"),
    ],
)
def test_a_slip_is_read_as_what_was_meant_and_that_is_said(
    build: Make, typed: str, said: str
) -> None:
    engine = build(record(1, "A passport, early help and safeguarding."), record(2, "Other."))
    found = ask(engine, typed)
    assert found.ids.tolist() == [1]
    assert dict(found.read_as) == {typed.casefold(): said}
    assert not found.unknown


@pytest.mark.parametrize(
    ("typed", "there"),
    [("house", "horse"), ("policy", "police"), ("s17", "s47"), ("1989", "1988"), ("ben", "been")],
)
def test_an_english_word_or_a_number_is_no_slip(build: Make, typed: str, there: str) -> None:
    found = ask(build(record(1, f"the {there} came")), typed)
    assert not len(found.ids)
    assert not found.read_as
    assert list(found.unknown) == [typed]


def test_an_english_word_is_not_taken_apart(build: Make) -> None:
    found = ask(build(record(1, "They left the car, pet and house behind.")), "carpet")
    assert not found.read_as
    assert list(found.unknown) == ["carpet"]


def test_a_word_that_stands_somewhere_is_no_slip(build: Make) -> None:
    engine = build(record(1, "pasport"), *(record(n, "passport") for n in range(2, 9)))
    assert find(engine, "pasport") == [1]


def test_a_word_typed_right_counts_more_than_one_guessed(build: Make) -> None:
    engine = build(record(1, "passport and others"), record(2, "mentor and others"))
    assert find(engine, "pasport mentor") == [2, 1]


def test_words_that_stand_nowhere_are_named(shared: Engine) -> None:
    found = ask(shared, "passport Zebra xqzvkj")
    assert list(found.unknown) == ["zebra", "xqzvkj"]
    assert set(found.ids.tolist()) == {1, 3, 4}


def test_nearest_words_are_as_they_stand_in_records_and_near_what_stands_in_none(
    shared: Engine,
) -> None:
    assert shared.near(Query("travling", EVERYONE), 6) == ["travelling"]
    assert shared.near(Query("passprt", EVERYONE), 6)[0] == "passport"
    assert len(shared.near(Query("passprt panell safty", EVERYONE), 2)) == 2
    assert shared.near(Query("passport xqzvkj", EVERYONE), 6) == []


def test_all_words_are_known_only_if_each_stands_somewhere(shared: Engine) -> None:
    assert shared.as_known(Query("The boys’ passports, and a mentor", EVERYONE))
    assert not shared.as_known(Query("passport zebra", EVERYONE))
    assert not shared.as_known(Query("pasport", EVERYONE))
    assert not shared.as_known(Query("the and of", EVERYONE))
    assert not shared.as_known(Query("", EVERYONE))


# ---- Words that mean the same

MOSQUE = ("mosque", "masjid", "place of worship", "MPW")
THESAURUS = Thesaurus(same=[MOSQUE], also=[(["dad", "my old man"], ["parent", "wider family"])])


@pytest.fixture(scope="module")
def learned(build: Make) -> Engine:
    """An engine with curated words and a record for each of them."""
    said = [*MOSQUE, "dad", "parent", "wider family", "zebra"]
    return build(
        *(record(n, f"the {words} here") for n, words in enumerate(said)), thesaurus=THESAURUS
    )


@pytest.mark.parametrize("typed", MOSQUE)
def test_whichever_of_its_names_is_typed_all_of_them_are_found(learned: Engine, typed: str) -> None:
    found = find(learned, typed)
    assert set(found) == {0, 1, 2, 3}
    assert found[0] == MOSQUE.index(typed)
    assert not ask(learned, typed).read_as


def test_a_word_implies_another_one_way_only(learned: Engine) -> None:
    assert set(find(learned, "dad")) == {4, 5, 6}
    assert find(learned, "dad")[0] == 4
    assert set(find(learned, "my old man")) >= {5, 6}
    assert find(learned, "parent") == [5]
    assert find(learned, "wider family") == [6]


def test_a_word_in_quotation_marks_is_that_word(learned: Engine) -> None:
    assert find(learned, '"masjid"') == [1]
    assert 1 not in find(learned, "mosque -masjid")


def test_a_name_of_another_thing_is_known_if_the_thing_is(build: Make) -> None:
    found = ask(build(record(1, "a masjid"), thesaurus=THESAURUS), "mosque")
    assert found.ids.tolist() == [1]
    assert not found.unknown


# ---- Reasons


def test_reasons_are_words_of_the_query_the_most_telling_first(build: Make) -> None:
    engine = build(
        record(1, "The boy’s passport was kept at school."), *(record(n, "school") for n in (2, 3))
    )
    asked = Query("My Schools kept a PASSPORT, says zebra", EVERYONE, literal=True)
    assert engine.reasons(asked, [1, 2], 9)[2] == ["schools"]
    assert set(engine.reasons(asked, [1], 9)[1]) == {"schools", "kept", "passport"}
    assert engine.reasons(asked, [1], 9)[1][-1] == "schools"
    assert len(engine.reasons(asked, [1], 2)[1]) == 2


@settings(max_examples=60, deadline=None)
@given(text=st.lists(st.sampled_from(["signs", "SAFE", "mentor", "boys", "met", "of", "zebra"])))
def test_reasons_are_words_that_stand_in_both(shared: Engine, text: list[str]) -> None:
    asked = Query(" ".join(text), EVERYONE, literal=True)
    for id_, words in shared.reasons(asked, range(1, 6), 9).items():
        stands = set(analysis.stems(words_in(RECORDS[id_ - 1])))
        assert set(words) <= {word.casefold() for word in text}
        assert {analysis.stem(word) for word in words} == stands & set(analysis.stems(asked.text))


@pytest.mark.parametrize("typed", [*MOSQUE, "dad", "my old man"])
def test_a_reason_is_what_was_typed_even_if_another_word_for_it_was_found(
    learned: Engine, typed: str
) -> None:
    asked = Query(f"We met at {typed}, where a zebra was", EVERYONE, literal=True)
    found = learned.search(asked).ids.tolist()
    reasons = learned.reasons(asked, found, 9)
    assert set(reasons) == set(found)
    for words in reasons.values():
        assert words
        assert set(analysis.stems(" ".join(words))) <= set(analysis.stems(asked.text))


def test_a_record_without_any_of_the_words_has_no_reason(shared: Engine) -> None:
    assert not shared.reasons(Query("mentor", EVERYONE), [1], 5).get(1)
    assert not shared.reasons(Query("mentor", EVERYONE), [999], 5)
    assert not shared.reasons(Query("the", EVERYONE), [1], 5).get(1)


# ---- Who finds what


@pytest.mark.parametrize(
    ("audiences", "found"),
    [
        (set(), set()),
        ({"leads"}, set()),
        ({"unheard of"}, set()),
        ({"readers"}, {1}),
        ({"readers", "staff"}, {1, 3}),
        (EVERYONE, {1, 3, 4}),
    ],
)
def test_a_document_is_found_only_by_its_audience(
    shared: Engine, audiences: set[str], found: set[int]
) -> None:
    assert set(find(shared, "passport", frozenset(audiences))) == found
    assert set(find(shared, "-panel -mentoring", frozenset(audiences))) == found - {4}


def test_who_belongs_to_no_audience_learns_nothing(shared: Engine) -> None:
    nobody: frozenset[str] = frozenset()
    for text in ("passport", "pasport", '"duty desk"', "-panel", PROSE):
        found = ask(shared, text, nobody)
        assert not len(found.ids)
        assert not found.read_as
        assert shared.near(Query(text, nobody), 6) == []
        assert not shared.as_known(Query(text, nobody))
        assert shared.reasons(Query(text, nobody), [1, 2, 3, 4, 5], 6) == {}


def test_a_document_that_changes_its_audience_leaves_the_old_one(build: Make) -> None:
    engine = build(*RECORDS)
    save(engine, replace(RECORDS[0], audience="curators"))
    assert find(engine, "passport", READERS) == []
    assert 1 in find(engine, "passport", frozenset({"curators"}))


SAID = ("passport", "passprot", "mentor", "mentoring", "panel", "safety", "signs", "masjid", "dad")
PHRASES = st.lists(st.sampled_from(SAID), max_size=6).map(" ".join)
REFERENCES = st.lists(st.integers(1, 12).map("case-{:03}".format), max_size=2, unique=True)
DRAFTS = st.fixed_dictionaries(
    {
        "title": PHRASES,
        "summary": PHRASES,
        "body": PHRASES,
        "search_words": PHRASES,
        "related": REFERENCES.map(tuple),
        "review_by": st.sampled_from([0, TODAY - 5, TODAY + 5]),
    }
)
ASKED = (
    *("passport", "pasport", "mentorr", "mosque", "dad", "zebra", "-panel", "the"),
    *("passport mentor", "mentor panel safety", '"signs safety"', '"panel mentor" dad'),
    *("title:mentor -dad", "passport mentor panel safety", "passportmentor", "parent -signs"),
)


def drafted(drafts: list[dict[str, Any]], first: int, audience: str) -> list[Record]:
    """Give every second id, so that drafts of two audiences can lie between each other."""
    return [
        Record(id=id_, audience=audience, reference=f"case-{id_:03}", **draft)
        for id_, draft in zip(count(first, 2), drafts, strict=False)
    ]


def told(engine: Engine, audiences: frozenset[str]) -> list[Any]:
    """Return all that an engine tells somebody."""
    answers: list[Any] = []
    for text in ASKED:
        for literal in (False, True):
            asked = Query(text, audiences, TODAY, literal)
            found = engine.search(asked)
            values = {field.name: getattr(found, field.name) for field in fields(found)}
            values |= {"ids": found.ids.tolist(), "scores": found.scores.tolist()}
            answers += [text, values, engine.reasons(asked, range(1, 30), 5)]
        answers += [engine.near(Query(text, audiences), 4), engine.as_known(Query(text, audiences))]
    return answers


@settings(max_examples=25, deadline=None)
@given(
    visible=st.lists(DRAFTS, min_size=1, max_size=5),
    hidden=st.lists(DRAFTS, min_size=1, max_size=6),
)
def test_what_someone_may_not_see_changes_nothing_of_what_they_are_told(
    build: Make, visible: list[dict[str, Any]], hidden: list[dict[str, Any]]
) -> None:
    seen, unseen = drafted(visible, 2, "readers"), drafted(hidden, 1, "staff")
    mixed = sorted([*seen, *unseen], key=lambda one: one.id)
    alone = told(build(*seen, thesaurus=THESAURUS), READERS)
    assert told(build(*mixed, thesaurus=THESAURUS), READERS) == alone
    later = build(*seen, thesaurus=THESAURUS)
    save(later, *unseen)
    assert told(later, READERS) == alone


def test_what_others_save_however_often_changes_no_order(build: Make) -> None:
    alike = [record(n, f"passport mentor panel {place}") for n, place in enumerate(PLACES)]
    others = [record(n, f"passport {place}") for n, place in enumerate(PLACES, start=4)]
    answers = []
    for saves in (0, 30):
        engine = build(*alike[:1])
        save(engine, *alike[1:])
        save(engine, *others)
        for n in range(saves):
            save(engine, record(100 + n, "zebra", audience="staff"))
        found = ask(engine, "passport mentor panel", READERS)
        answers.append((found.ids.tolist(), found.scores.tolist()))
    assert answers[0] == answers[1]


def hidden_beside(letters: str) -> list[Record]:
    """Return records for others, of words that look more like a slip than what readers have."""
    return [record(n, f"passpo{c}t", audience="staff") for n, c in enumerate(letters, start=10)]


def test_a_slip_is_read_the_same_whatever_others_have_written(build: Make) -> None:
    engine = build(record(1, "passport"), *hidden_beside("abcdefghijklmnop"))
    assert dict(ask(engine, "passpoxt", READERS).read_as) == {"passpoxt": "passport"}


def test_the_nearest_words_are_the_same_whatever_others_have_written(build: Make) -> None:
    engine = build(record(1, "passport"), *hidden_beside("abcdefghijklmnopquvwxyz"))
    assert engine.near(Query("passpoxt", READERS), 4) == ["passport"]


# ---- Any text at all

ANYTHING = st.text(st.characters())  # surrogates, NUL and marks of direction among them
PIECES = st.sampled_from(
    [
        *("passport", "mentor", "panel", "the", "AND", "OR", "NOT", '"', "(", ")", "*", "?", "~"),
        *("audience:curators", "id:4", "title:", "[a TO z]", "^2", "+", "-", "\\", "\x00", "🙂"),
        *("“", "”", "body:passport", "AND NOT audience:readers", "'", "’", "%", "_", "<b>", "s."),
        *("\u202e", "\u200b", "\ufeff", "\ud800", "ﬁ", "ß", "İ", "٣", "²", "中文", "é", "e\u0301"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    text=ANYTHING | st.lists(PIECES | st.text(max_size=3)).map(" ".join),
    audiences=st.frozensets(st.sampled_from(sorted(EVERYONE))),
    literal=st.booleans(),
)
def test_any_text_gives_an_answer_and_never_one_for_others(
    shared: Engine, text: str, audiences: frozenset[str], literal: bool
) -> None:
    asked = Query(text, audiences, TODAY, literal)
    found = shared.search(asked).ids.tolist()
    visible = {one.id for one in RECORDS if one.audience in audiences}
    assert len(set(found)) == len(found)
    assert set(found) <= visible
    assert set(shared.reasons(asked, [1, 2, 3, 4, 5, 6], 3)) <= visible
    words = analysis.stems(" ".join(words_in(one) for one in RECORDS if one.id in visible))
    for word in shared.near(Query(text, audiences), 3):
        assert set(analysis.stems(word)) <= set(words)
    assert set(analysis.stems(text)) <= set(words) or not shared.as_known(Query(text, audiences))


@pytest.mark.parametrize(
    "piece",
    ["passport ", '"', '-"', "x", '"a passport" ', "🙂", "([{", "\ud800", "-a ", "title:", "s47 "],
)
def test_ten_thousand_characters_give_an_answer(shared: Engine, piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    asked = Query(text, EVERYONE)
    assert set(shared.search(asked).ids.tolist()) <= {1, 2, 3, 4, 5}
    assert set(shared.reasons(asked, [1], 3)) <= {1}
    assert len(shared.near(Query(text, EVERYONE), 3)) <= 3
    shared.as_known(Query(text, EVERYONE))


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(ANYTHING, min_size=6, max_size=6))
def test_a_record_of_any_text_is_found_by_its_words(build: Make, texts: list[str]) -> None:
    names = ["title", "also", "summary", "body", "labels", "search_words"]
    one = replace(record(1, reference="\ud800"), **dict(zip(names, texts, strict=True)))
    engine = build(one, record(2, "passport"))
    assert engine.contents()[1] == mark(one)
    for word in {text[t.start : t.end] for text in texts for t in analysis.tokens(text)}:
        assert 1 in find(engine, word, literal=True), word


# ---- How an index changes


def test_without_an_index_the_engine_says_that_it_is_not_ready(make: Make) -> None:
    engine = make()
    assert engine.generation() is None
    asked = Query("passport", EVERYONE)
    for attempt in (
        lambda: engine.search(asked),
        lambda: engine.reasons(asked, [1], 3),
        lambda: engine.near(Query("passport", EVERYONE), 3),
        lambda: engine.as_known(Query("passport", EVERYONE)),
        lambda: engine.contents(),
        lambda: save(engine, *RECORDS),
    ):
        with pytest.raises(NotReady):
            attempt()


def test_a_changed_document_is_found_by_its_new_words_only(build: Make) -> None:
    engine = build(*RECORDS)
    new = record(1, "A laptop was returned.", title="Laptop")
    save(engine, new)
    assert find(engine, "laptop") == [1]
    for text in ("passport", "travelling", '"given up"', "title:given"):
        assert 1 not in find(engine, text), text
    assert engine.contents()[1] == mark(new)


def test_a_document_that_is_gone_is_not_found(build: Make) -> None:
    engine = build(*RECORDS)
    save(engine, gone=[1, 999])
    assert set(find(engine, "passport")) == {3, 4}
    assert 1 not in find(engine, "-panel")
    assert set(engine.contents()) == {2, 3, 4, 5}
    assert not engine.as_known(Query("travelling", EVERYONE))
    assert engine.near(Query("travelling", EVERYONE), 6) == []


def test_a_document_that_was_gone_can_come_back(build: Make) -> None:
    engine = build(*RECORDS)
    save(engine, gone=[1])
    save(engine, RECORDS[0])
    assert set(find(engine, "passport")) == {1, 3, 4}


def test_the_contents_are_all_records_each_with_its_mark(build: Make) -> None:
    engine = build(*RECORDS)
    assert dict(engine.contents()) == {one.id: mark(one) for one in RECORDS}


def test_a_mark_tells_apart_records_that_differ_in_anything() -> None:
    one = Record(1, "readers", "a")
    others: dict[str, Any] = {"id": 2, "related": ("case-001",), "review_by": 3}
    marks = {
        mark(replace(one, **{field.name: others.get(field.name, "other")}))
        for field in fields(Record)
    }
    assert len(marks | {mark(one)}) == len(fields(Record)) + 1


def test_the_generation_is_kept(build: Make, make: Make, folder: Path) -> None:
    engine = build(*RECORDS, folder=folder)
    assert engine.generation() == 1
    save(engine, generation=8)
    assert make(folder).generation() == 8
    rebuild(engine, RECORDS, generation=5)
    assert make(folder).generation() == 5


def test_a_rebuild_replaces_everything(build: Make) -> None:
    engine = build(*RECORDS)
    save(engine, record(6, "passport"))
    rebuild(engine, [record(9, "passport")])
    assert find(engine, "passport") == [9]
    assert set(engine.contents()) == {9}
    rebuild(engine, [])
    assert find(engine, "passport") == []
    save(engine, record(3, "passport"))
    assert find(engine, "passport") == [3]


def test_another_process_sees_each_change(build: Make, make: Make, folder: Path) -> None:
    engine, other = build(*RECORDS, folder=folder), make(folder)
    assert find(other, "laptop") == []
    save(engine, record(6, "laptop"))
    assert find(other, "laptop") == [6]
    save(other, record(7, "laptop"), gone=[6])
    assert find(engine, "laptop") == [7]
    rebuild(engine, [record(9, "laptop")], generation=9)
    assert find(other, "laptop") == [9]
    assert other.generation() == 9


def test_the_old_index_answers_until_the_new_one_is_whole(build: Make) -> None:
    engine = build(*RECORDS)

    def records() -> Iterator[Record]:
        yield record(8, "passport")
        assert set(find(engine, "passport")) == {1, 3, 4}
        assert engine.generation() == 1
        yield record(9, "passport")

    rebuild(engine, records(), generation=8)
    assert set(find(engine, "passport")) == {8, 9}


def broken() -> Iterator[Record]:
    yield record(8, "passport")
    raise ConnectionError


def files_in(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())


def test_a_rebuild_that_fails_leaves_the_old_index_and_nothing_else(
    build: Make, folder: Path
) -> None:
    engine = build(*RECORDS, folder=folder)
    before = files_in(folder)
    with pytest.raises(ConnectionError):
        rebuild(engine, broken(), generation=8)
    assert set(find(engine, "passport")) == {1, 3, 4}
    assert engine.generation() == 1
    assert files_in(folder) == before


def test_a_change_that_fails_changes_nothing_and_the_next_one_works(build: Make) -> None:
    engine = build(*RECORDS)
    with pytest.raises(ConnectionError), engine.writing():
        engine.apply(broken(), [1], 8)
    assert set(find(engine, "passport")) == {1, 3, 4}
    assert engine.generation() == 1
    save(engine, gone=[1])
    assert set(find(engine, "passport")) == {3, 4}


def test_nobody_else_on_the_machine_can_read_the_index(build: Make, folder: Path) -> None:
    build(*RECORDS, folder=folder)
    assert folder.stat().st_mode & 0o077 == 0


def test_an_index_that_was_thrown_away_is_not_ready_and_can_be_built_anew(
    build: Make, folder: Path
) -> None:
    engine = build(*RECORDS, folder=folder)
    assert find(engine, "passport")
    shutil.rmtree(folder)
    assert engine.generation() is None
    with pytest.raises(NotReady):
        find(engine, "passport")
    rebuild(engine, RECORDS)
    assert set(find(engine, "passport")) == {1, 3, 4}


def test_an_index_whose_files_are_damaged_can_be_built_anew(
    build: Make, make: Make, folder: Path
) -> None:
    build(*RECORDS, folder=folder)
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"\xff damaged \x00" * 20)
    engine = make(folder)
    assert engine.generation() is None
    with pytest.raises(NotReady):
        find(engine, "passport")
    rebuild(engine, RECORDS)
    assert set(find(engine, "passport")) == {1, 3, 4}


TEN = st.integers(1, 10)
STEPS = st.lists(
    st.tuples(st.dictionaries(TEN, DRAFTS, max_size=3), st.sets(TEN, max_size=2)),
    min_size=10,
    max_size=24,
)


@settings(max_examples=15, deadline=None)
@given(steps=STEPS)
def test_many_small_changes_leave_the_index_that_a_rebuild_would(
    build: Make, steps: list[tuple[dict[int, dict[str, Any]], set[int]]]
) -> None:
    engine = build(thesaurus=THESAURUS)
    kept: dict[int, Record] = {}
    for place, (drafts, gone) in enumerate(steps):
        saved = {
            id_: Record(id=id_, audience="readers" if id_ % 3 else "staff", **draft)
            for id_, draft in drafts.items()
        }
        save(engine, *saved.values(), gone=gone - set(saved), generation=place)
        kept = {id_: one for id_, one in kept.items() if id_ not in gone} | saved
        if place % 3:
            find(engine, "passport")
    fresh = build(*(kept[id_] for id_ in sorted(kept)), thesaurus=THESAURUS)
    assert dict(engine.contents()) == {id_: mark(one) for id_, one in kept.items()}
    for audiences in (READERS, EVERYONE):
        for text in (*ASKED, *SAID):
            assert set(find(engine, text, audiences)) == set(find(fresh, text, audiences)), text


def test_a_hundred_saves_one_by_one_are_all_found(build: Make) -> None:
    engine = build(record(0, "passport"))
    for n in range(1, 101):
        save(engine, record(n, f"passport save{n}"), record(n // 2, f"passport save{n // 2} twice"))
    assert set(find(engine, "passport")) == set(range(101))
    assert set(find(engine, "twice")) == set(range(51))
    assert all(find(engine, f"save{n}") == [n] for n in range(1, 101))


# ---- Many at once, and sudden ends


def test_only_one_changes_an_index_at_a_time(build: Make, make: Make, folder: Path) -> None:
    engine, other = build(*RECORDS, folder=folder), make(folder)
    entered = Event()

    def change() -> None:
        with other.writing():
            entered.set()

    thread = Thread(target=change)
    with engine.writing():
        thread.start()
        assert not entered.wait(0.2)
        assert find(other, "passport")
    thread.join()
    assert entered.is_set()


def test_every_save_is_found_at_once_while_others_search(
    build: Make, make: Make, folder: Path
) -> None:
    engine = build(record(1, "passport"), folder=folder)
    saved, done = [1], Event()

    def look(searched: Engine) -> int:
        times = 0
        while not done.is_set():
            known = set(saved)
            found = find(searched, "passport mentor school", READERS)
            assert known <= set(found)
            assert len(set(found)) == len(found)
            assert all(id_ % 2 for id_ in found), "somebody saw what is not for them"
            times += 1
        return times

    with ThreadPoolExecutor(4) as pool:
        looking = [pool.submit(look, engine) for _ in range(2)]
        looking += [pool.submit(look, make(folder)) for _ in range(2)]
        try:
            for n in range(2, 50, 2):
                public, private = record(n + 1, "passport"), record(n, "passport", audience="staff")
                save(engine, public, private, record(1, f"passport school save{n}"))
                saved.append(n + 1)
                if n % 16 == 0:
                    others = (record(id_, "passport mentor") for id_ in saved)
                    rebuild(engine, [*others, private])
        finally:
            done.set()
        assert all(search.result() for search in looking)


def save_for_ever(name: str, folder: Path, first: int, said: "Connection[int, int]") -> None:
    engine = ENGINES[name](folder, Thesaurus())
    for n in count(first):
        version = record(1, f"passport version{n}")
        save(engine, record(n, f"passport save{n}"), version, generation=n)
        said.send(n)


def rebuild_for_ever(name: str, folder: Path, said: "Connection[int, int]") -> None:
    def records() -> Iterator[Record]:
        yield from RECORDS
        said.send(1)
        time.sleep(600)

    rebuild(ENGINES[name](folder, Thesaurus()), records(), generation=9)


def save_without_room(name: str, folder: Path, said: "Connection[int, int]") -> None:
    engine = ENGINES[name](folder, Thesaurus())
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, usual[1]))
    kept = []
    try:
        save(engine, record(8, " ".join(f"passport word{n}" for n in range(2000))), gone=[1])
    except OSError as error:
        kept.append(error)  # as whatever reports it may do
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert kept
    assert set(find(engine, "passport")) == {1, 3, 4}
    save(engine, record(9, "passport"), generation=9)
    said.send(9)


def killed(target: Callable[..., None], *given: Any, after: float) -> int:
    """Run `target` in a process of its own, kill it, and return the last number that it said."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(*given, sender))
    process.start()
    sender.close()
    last = receiver.recv()
    time.sleep(after)
    process.kill()
    process.join()
    try:
        while True:
            last = receiver.recv()
    except EOFError:
        return int(last)


def test_nothing_acknowledged_is_lost_when_a_writer_is_killed(
    build: Make, make: Make, name: str, folder: Path
) -> None:
    engine = build(record(1, "passport version1"), folder=folder)
    known = [1]
    for _ in range(4):
        first = known[-1] + 2
        last = killed(save_for_ever, name, folder, first, after=random.uniform(0, 0.4))
        known += range(first, last + 1)
        for one in (engine, make(folder)):
            found = find(one, "passport")
            assert len(set(found)) == len(found)
            # the save that was under way came to its end or did not
            assert set(known) <= set(found) <= {*known, last + 1}
            assert set(one.contents()) == set(found)
            assert [find(one, f"version{n}") for n in (last, last + 1)].count([1]) == 1
        assert engine.generation() in {last, last + 1}
        known.append(last + 2)
        save(engine, record(last + 2, "passport"), gone={last + 1} - set(known))
        assert set(find(engine, "passport")) == set(known)


def test_a_killed_rebuild_leaves_the_old_index_and_the_next_one_clears_up(
    build: Make, name: str, folder: Path
) -> None:
    engine = build(*RECORDS, folder=folder)
    before = files_in(folder)
    for _ in range(2):
        killed(rebuild_for_ever, name, folder, after=0)
    assert set(find(engine, "passport")) == {1, 3, 4}
    assert engine.generation() == 1
    rebuild(engine, RECORDS, generation=2)
    assert set(find(engine, "passport")) == {1, 3, 4}
    assert files_in(folder) == before


def test_a_full_disk_loses_nothing_and_the_next_change_works(
    build: Make, name: str, folder: Path
) -> None:
    engine = build(*RECORDS, folder=folder)
    assert killed(save_without_room, name, folder, after=0) == 9
    assert set(find(engine, "passport")) == {1, 3, 4, 9}
    assert engine.generation() == 9


def test_a_word_of_an_attachment_is_found_behind_the_same_word_of_a_text(build: Make) -> None:
    engine = build(
        record(1, "a plan", attachments="chronology " * 500),
        record(2, "a chronology of a plan"),
        record(3, "another plan"),
    )
    assert find(engine, "chronology") == [2, 1]
    assert find(engine, '"chronology"') == [2, 1]


def test_a_long_attachment_does_not_weigh_down_the_words_of_its_own_text(build: Make) -> None:
    long = " ".join(f"word{n}" for n in range(5_000))
    with_file = record(1, "a mentor at school", attachments=long)
    engine = build(with_file, record(2, "a mentor at school"), record(3, "something else"))
    results = ask(engine, "mentor")
    assert results.scores[0] == results.scores[1]
