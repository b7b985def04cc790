"""A list's address says what a reader asked for; nothing in an address is an error."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.library.listing import Wanted, chips, facets, parse
from portal.library.vocabularies import Vocabularies, Vocabulary

WORDS = Vocabularies(
    [
        Vocabulary(
            "outcome",
            "Outcome",
            "How it ended",
            ("case",),
            True,
            {"plan": "Plan in place", "no-concern": "No concern", "not-stated": "Not stated"},
        ),
        Vocabulary(
            "consent",
            "Consent",
            "",
            ("case",),
            False,
            {"given": "Given", "not-stated": "Not stated"},
        ),
    ]
)
KNOWN = {
    "type": ["case", "guidance", "protocol", "glossary"],
    "question": ["yes"],
    "outcome": ["plan", "no-concern", "not-stated"],
    "consent": ["given", "not-stated"],
}


def read(address: str) -> Wanted:
    pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    return parse(MultiDict(pairs), WORDS)


@st.composite
def lists(draw: st.DrawFn) -> Wanted:
    q = " ".join(draw(st.text(max_size=30).filter(str.isprintable)).split())
    filters = {
        name: tuple(draw(st.lists(st.sampled_from(terms), min_size=1, unique=True)))
        for name, terms in KNOWN.items()
        if draw(st.booleans())
    }
    sorts = ["newest", "reviewed", "title", *(["best"] if q else [])]
    return Wanted(q, filters, draw(st.sampled_from(sorts)), draw(st.integers(1, 1000)))


@settings(max_examples=200, deadline=None)
@given(lists())
def test_the_address_of_a_list_leads_back_to_it(wanted: Wanted) -> None:
    assert read(wanted.address(page=wanted.page)) == wanted


PIECES = st.text(max_size=10) | st.sampled_from(
    ["q", "sort", "page", "type", "case", "outcome", "plan", "best", "1", "-1", "title", "audience"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(PIECES, PIECES), max_size=8))
def test_any_address_is_read_and_says_the_same_when_written_again(
    pairs: list[tuple[str, str]],
) -> None:
    wanted = parse(MultiDict(pairs), WORDS)
    again = read(wanted.address(page=wanted.page))
    assert (again.q, again.filters, again.sort, again.page) == (
        wanted.q,
        wanted.filters,
        wanted.sort,
        wanted.page,
    )
    assert again.ignored == ()


def test_a_search_cut_at_its_greatest_length_keeps_its_address() -> None:
    wanted = read("/library?q=" + "x" * 499 + "+yy")
    assert wanted.q == "x" * 499
    assert read(wanted.address()) == wanted


def test_an_unknown_term_is_left_out_and_said() -> None:
    wanted = read("/library?outcome=plan&outcome=gone&colour=red")
    assert wanted.filters == {"outcome": ("plan",)}
    assert wanted.ignored == ("outcome: gone", "colour: red")


def test_what_is_said_of_an_unknown_term_is_short() -> None:
    (said,) = read(f"/library?{'n' * 900}={'t' * 900}").ignored
    assert said == f"{'n' * 40}: {'t' * 40}"


def test_nobody_chooses_an_audience_by_the_address() -> None:
    wanted = read("/library?audience=curators")
    assert wanted.filters == {}
    assert wanted.ignored == ("audience: curators",)


def test_an_empty_box_of_the_form_filters_nothing() -> None:
    assert read("/library?q=&outcome=&type=&sort=&page=") == Wanted()


def test_a_term_chosen_twice_counts_once() -> None:
    assert read("/library?outcome=plan&outcome=plan").filters == {"outcome": ("plan",)}


@pytest.mark.parametrize("page", ["0", "-1", "1.5", "two", "²", "٣", " 3", "", "9" * 5000])
def test_a_page_that_is_no_number_is_still_a_page(page: str) -> None:
    assert parse(MultiDict([("page", page)]), WORDS).page >= 1


@pytest.mark.parametrize("sort", ["worst", "BEST", "", "best"])
def test_a_list_without_words_starts_with_the_newest(sort: str) -> None:
    assert read(f"/library?sort={sort}").sort == "newest"


@pytest.mark.parametrize("sort", ["worst", "", "best"])
def test_a_search_starts_with_the_best_match(sort: str) -> None:
    assert read(f"/library?q=mash&sort={sort}").sort == "best"


def test_a_list_without_its_filters_keeps_the_words_and_the_order() -> None:
    wanted = read("/library?q=mash&outcome=plan&sort=title&page=3")
    assert wanted.without_filters() == Wanted(q="mash", sort="title")


# ---- Chips


def test_each_chosen_filter_can_be_taken_away_alone() -> None:
    wanted = read("/library?q=mash&type=case&outcome=plan&outcome=no-concern&page=3")
    assert [(chip.vocabulary, chip.label, chip.href) for chip in chips(wanted, WORDS)] == [
        ("Type", "Case example", "/library?q=mash&outcome=plan&outcome=no-concern"),
        ("Outcome", "Plan in place", "/library?q=mash&type=case&outcome=no-concern"),
        ("Outcome", "No concern", "/library?q=mash&type=case&outcome=plan"),
    ]


def test_a_chip_takes_away_its_own_vocabulary_only() -> None:
    wanted = read("/library?outcome=not-stated&consent=not-stated")
    assert [chip.left.filters for chip in chips(wanted, WORDS)] == [
        {"consent": ("not-stated",)},
        {"outcome": ("not-stated",)},
    ]


def test_the_questions_have_a_chip() -> None:
    (chip,) = chips(read("/library?question=yes"), WORDS)
    assert (chip.label, chip.href) == ("How do other authorities …", "/library")


# ---- The filter panel


def test_the_panel_offers_only_what_would_show_something() -> None:
    (facet,) = facets(Wanted(), {("outcome", "plan"): 2, ("outcome", "no-concern"): 0}, WORDS)
    assert [(o.term, o.label, o.count) for o in facet.options] == [("plan", "Plan in place", 2)]


def test_a_chosen_term_stays_in_the_panel_when_it_shows_nothing() -> None:
    (facet,) = facets(read("/library?outcome=plan"), {}, WORDS)
    assert [(o.term, o.count, o.chosen) for o in facet.options] == [("plan", 0, True)]
    assert facet.chosen == 1


def test_a_vocabulary_that_only_says_not_stated_is_not_offered() -> None:
    assert facets(Wanted(), {("consent", "not-stated"): 5}, WORDS) == ()


def test_a_choice_of_not_stated_is_not_lost_from_the_panel() -> None:
    (facet,) = facets(read("/library?consent=not-stated"), {("consent", "not-stated"): 5}, WORDS)
    assert [(o.term, o.chosen) for o in facet.options] == [("not-stated", True)]


def test_the_type_of_document_stands_first_in_the_panel() -> None:
    counts = {("outcome", "plan"): 1, ("type", "case"): 1}
    assert [facet.name for facet in facets(Wanted(), counts, WORDS)] == ["type", "outcome"]
