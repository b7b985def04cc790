"""The search as a person meets it: what is found, what is said about it, and every way on."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote_from_bytes, urlsplit

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.ui.pagination import last_page
from tests import starter
from tests.client import Page, Reader, reader
from tests.databases import Databases
from tests.integration.searching import (
    change,
    chips,
    index,
    listed,
    own_words,
    rewrite,
    said,
    total,
    ways_out,
)
from tests.people import PRACTITIONER

WORDS = """
same:
  - [marzipan, almond paste]
"""
DOCUMENTS = {
    "case-001": ("Marzipan lighthouse", "A marzipan lighthouse was built by the quay."),
    "case-002": ("Marzipan harbour", "In the harbour marzipan was sold, and a quayside opened."),
    "guidance-001": ("Lighthouse keepers", "A lighthouse keeper liked marzipan and gingerbread."),
    "protocol-001": ("Almond paste", "Almond paste is made at a saltern."),
}
TERMS = {
    "case-001": ("early-help", "online"),
    "case-002": ("police-led", "peers"),
    "guidance-001": ("child-protection", "not-stated"),
    "protocol-001": ("child-protection", "not-stated"),
}
MARZIPAN = {"case-001", "case-002", "guidance-001", "protocol-001"}


@pytest.fixture(scope="module")
def shop(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A portal in which four documents say what no other says; tests only read it."""
    content: Path = own_words(tmp_path_factory.mktemp("shop") / "content", WORDS)
    app = databases.make("stocked", content=content)
    for reference, (title, words) in DOCUMENTS.items():
        rewrite(app, reference, title, words)
    for reference, (tier, harm) in TERMS.items():
        change(app, reference, terms={"response_tier": tier, "source_of_harm": harm})
    index(app)
    yield app
    databases.drop(app)


@pytest.fixture(scope="module")
def client(shop: Flask) -> Reader:
    return reader(shop, PRACTITIONER)


def search(client: Reader, q: str, **more: str) -> Page:
    answer = client.get("/library", query_string={"q": q} | more)
    assert answer.status_code == 200, q
    return Page(answer.text)


# ---- Words


def test_a_word_finds_the_documents_that_have_it_or_a_word_for_the_same(client: Reader) -> None:
    page = search(client, "marzipan")
    assert set(listed(page)) == MARZIPAN
    assert "4 documents for “marzipan”" in said(page)
    assert set(listed(search(client, "almond paste"))) == MARZIPAN


def test_a_slip_is_read_as_the_word_that_was_meant_and_that_is_said(client: Reader) -> None:
    page = search(client, "marzipam")
    assert "No document has “marzipam”, so “marzipan” was looked for." in said(page)
    assert {"case-001", "case-002", "guidance-001"} <= set(listed(page))
    assert page.fields["q"] == "marzipam", "what was typed stays in the field"
    assert "<mark>marzipan</mark>" in page.html


def test_two_words_that_were_run_together_are_read_as_two(client: Reader) -> None:
    page = search(client, "marzipanlighthouse")
    assert "No document has “marzipanlighthouse”, so “marzipan lighthouse” was" in said(page)
    assert listed(page) == ["case-001"]


def test_words_that_nobody_has_are_named_and_the_others_looked_for(client: Reader) -> None:
    page = search(client, "marzipan zzyzx")
    assert "No document has “zzyzx”. These have the other words." in said(page)
    assert set(listed(page)) == MARZIPAN
    page = search(client, "qqxxqq marzipan zzyzx wwkkww")
    assert "No document has “qqxxqq”, “zzyzx” or “wwkkww”. These have" in said(page)


def test_a_phrase_finds_its_words_side_by_side(client: Reader) -> None:
    assert listed(search(client, '"marzipan lighthouse"')) == ["case-001"]
    assert listed(search(client, "“marzipan lighthouse”")) == ["case-001"]


def test_a_phrase_that_nobody_has_is_said_and_its_words_are_looked_for(client: Reader) -> None:
    page = search(client, '"harbour lighthouse"')
    assert 'No document has "harbour lighthouse" exactly as you wrote it.' in said(page)
    assert {"case-001", "case-002", "guidance-001"} <= set(listed(page))


def test_a_word_with_a_minus_is_left_out(client: Reader) -> None:
    assert set(listed(search(client, "marzipan -harbour"))) == MARZIPAN - {"case-002"}
    assert total(search(client, "-marzipan")) == starter.DOCUMENTS - 3, (
        "and alone it leaves all others"
    )
    assert set(listed(search(client, 'marzipan -"marzipan lighthouse"'))) == MARZIPAN - {"case-001"}


def test_title_and_a_colon_look_in_titles_alone(client: Reader) -> None:
    assert set(listed(search(client, "title:lighthouse"))) == {"case-001", "guidance-001"}
    assert listed(search(client, 'title:"marzipan harbour"')) == ["case-002"]
    page = search(client, "title:gingerbread")
    assert "No document has title:gingerbread exactly as you wrote it." in said(page)
    assert listed(page) == ["guidance-001"]


# ---- Filters that are typed


@pytest.mark.parametrize(
    ("typed", "chip", "found"),
    [
        ("type:case", "Type: Case example", {"case-001", "case-002"}),
        ("TYPE:Guidance", "Type: Guidance", {"guidance-001"}),
        ('tier:"early help"', "Response tier: Early help", {"case-001"}),
        ("tier:“police-led”", "Response tier: Police-led", {"case-002"}),
        ("response_tier:early-help", "Response tier: Early help", {"case-001"}),
        ("harm:online", "Source of harm: Online contact or material", {"case-001"}),
    ],
)
def test_a_filter_may_be_typed_among_the_words(
    client: Reader, typed: str, chip: str, found: set[str]
) -> None:
    page = search(client, f"marzipan {typed}")
    assert chip in chips(page)
    assert set(listed(page)) & MARZIPAN == found
    assert page.fields["q"] == "marzipan"
    assert search(client, f"{typed} marzipan").fields["q"] == "marzipan"


def test_a_filter_that_is_typed_alone_lists_without_words(client: Reader) -> None:
    page = search(client, "type:case")
    assert total(page) == 11
    assert chips(page) == ["Type: Case example"]
    assert "for “" not in said(page)


@pytest.mark.parametrize("typed", ["foo:bar", "type:nonsense", "tier:", "colour:case"])
def test_what_names_no_filter_stays_among_the_words(client: Reader, typed: str) -> None:
    page = search(client, f"{typed} marzipan")
    assert page.fields["q"] == f"{typed} marzipan"
    assert chips(page) == []
    assert set(listed(page)) >= {"case-001", "case-002", "guidance-001"}


def test_a_typed_filter_joins_those_that_were_chosen(client: Reader) -> None:
    page = search(client, "marzipan type:case", type="guidance")
    assert set(chips(page)) == {"Type: Case example", "Type: Guidance"}
    assert set(listed(page)) == {"case-001", "case-002", "guidance-001"}


# ---- Nothing found


def test_words_that_are_too_common_are_said_to_be(client: Reader) -> None:
    for q in ("the of and", "—", "'s", '"the"'):
        page = search(client, q)
        assert "no word here that tells one document from another" in said(page), q
        assert ways_out(page) == {}, q
    assert "no word here that tells one document from another" in said(
        search(client, "the of", type="case")
    )


EMPTY = [
    ("marzipan", {"type": "glossary"}, {"Type: Glossary entry"}),
    ("marzipan", {"type": "case", "response_tier": "community-safety"}, {"Response tier: "}),
    ("gingerbread -lighthouse", {}, {"-lighthouse"}),
    ('"marzipan lighthouse" -quay', {}, {'"marzipan lighthouse"', "-quay"}),
    ("title:harbour gingerbread -quayside", {}, {"title:harbour", "-quayside"}),
    ("gingerbread -keeper type:guidance", {}, {"-keeper"}),
    ("gingerbread", {"type": "case", "sort": "title"}, {"Type: Case example"}),
    ("gingerbread -lighthouse -keeper", {"type": "guidance"}, set()),
]


@pytest.mark.parametrize(("q", "filters", "offered"), EMPTY)
def test_each_way_out_of_an_empty_list_leads_to_as_many_documents_as_it_says(
    client: Reader, q: str, filters: dict[str, str], offered: set[str]
) -> None:
    page = search(client, q, **filters)
    assert total(page) == 0
    ways = ways_out(page)
    for label in offered:
        assert any(way.startswith(label) for way in ways), (label, ways)
    for address, count in ways.values():
        assert count > 0
        assert total(client.page(address)) == count, address


SIGNS = ["marzipan", "harbour", "lighthouse", "gingerbread", '"marzipan harbour"', "title:harbour"]
SIGNS += ["-quay", "-quayside", "-lighthouse", '-"marzipan lighthouse"', "type:glossary", "the"]
SIGNS += ["harm:online", 'title:"lighthouse keepers"', "-marzipan", "tier:early", "zzyzx", "-"]


@settings(max_examples=25, deadline=None)
@given(clauses=st.lists(st.sampled_from(SIGNS), min_size=2, max_size=5))
def test_the_ways_out_of_any_query_keep_their_word(client: Reader, clauses: list[str]) -> None:
    for address, count in ways_out(search(client, " ".join(clauses))).values():
        assert total(client.page(address)) == count, address


def test_leaving_a_part_of_the_words_out_keeps_the_others_as_they_were(client: Reader) -> None:
    page = search(client, "-quay -quayside marzipan", type="case")
    assert total(page) == 0
    address, _ = ways_out(page)["-quay"]
    assert parse_qs(urlsplit(address).query)["q"] == ["-quayside marzipan"]


def test_words_of_the_library_that_look_like_the_typed_ones_are_offered(client: Reader) -> None:
    page = search(client, "gingerbreadish", type="case")
    assert total(page) == 0
    assert "Words in the library that look like yours:" in said(page)
    near = client.page(page.links["gingerbread"])
    assert listed(near) == ["guidance-001"]
    assert near.fields["q"] == "gingerbread"
    assert chips(near) == [], "the filters may be what was in the way"


def test_nothing_found_leads_to_a_wish_with_the_filters_and_without_the_words(
    client: Reader,
) -> None:
    page = search(client, "zzyzx", source_of_harm="online", response_tier="early-help", type="case")
    address = page.links["ask for an example"]
    assert address == "/ask-for-an-example?source_of_harm=online&response_tier=early-help"
    form = client.page(address)
    assert chosen(form) == {"source_of_harm": "online", "response_tier": "early-help"}
    assert "zzyzx" not in form.html


def chosen(page: Page) -> dict[str, str]:
    """Return what a form has chosen already, by field."""
    return {
        select.get("name", ""): option.get("value", "")
        for select in page.all("select")
        for option in select.iter()
        if option.get("selected") is not None and option.get("value")
    }


def test_an_empty_list_without_words_leads_to_a_wish_too(client: Reader) -> None:
    page = client.page("/library?type=glossary&referred_by=police")
    assert page.links["ask for an example"] == "/ask-for-an-example?referred_by=police"


# ---- Results together with filters, orders and pages

MANY = "child family school police social worker help assessment risk"


def all_pages(client: Reader, first: Page) -> list[Page]:
    """Return the pages of a list, from its first to the one that leads no further."""
    pages = [first]
    while "Next page" in pages[-1].links:
        pages.append(client.page(pages[-1].links["Next page"]))
    return pages


@pytest.mark.parametrize("sort", ["best", "newest", "reviewed", "title"])
def test_every_result_is_on_exactly_one_page_in_every_order(client: Reader, sort: str) -> None:
    pages = all_pages(client, search(client, MANY, sort=sort))
    count = total(pages[0])
    assert count > 20
    assert f"({count} documents, page 2)" in pages[1].title
    assert all(page.fields["q"] == MANY for page in pages)
    every = [reference for page in pages for reference in listed(page)]
    assert len(every) == len(set(every)) == count
    assert listed(client.page(pages[1].links["Previous page"])) == listed(pages[0])
    if sort == "title":
        titles = [page.text_of(h) for page in pages for h in page.all("h3")]
        assert titles == sorted(titles, key=str.casefold)


def test_filters_narrow_the_results_and_keep_their_order(client: Reader) -> None:
    pages = all_pages(client, search(client, MANY))
    all_of_them = [reference for page in pages for reference in listed(page)]
    cases = search(client, MANY, type="case")
    assert listed(cases) == [reference for reference in all_of_them if reference[:4] == "case"]
    assert re.search(rf"Case example \({total(cases)}\)", said(search(client, MANY)))
    both = search(client, MANY, type="case", response_tier="early-help", sort="title")
    assert set(listed(both)) < set(listed(cases))
    assert "Type: Case example" in chips(both)


def test_best_match_is_an_order_for_words_alone(client: Reader) -> None:
    def orders(page: Page) -> list[str]:
        (field,) = (s for s in page.all("select") if s.get("name") == "sort")
        return [page.text_of(option) for option in field]

    assert orders(search(client, "marzipan"))[0] == "Best match"
    assert "Best match" not in orders(client.page("/library?sort=best"))
    assert listed(client.page("/library?sort=best")) == listed(client.page("/library"))


def test_a_page_beyond_the_last_of_the_results_leads_to_the_last(client: Reader) -> None:
    answer = client.get(
        "/library", query_string={"q": MANY, "type": ["case", "glossary"], "page": "99"}
    )
    assert answer.status_code == 302
    page = client.page(answer.location)
    assert f", page {last_page(total(page))})" in page.title
    assert page.fields["q"] == MANY
    assert len(chips(page)) == 2
    answer = client.get("/library", query_string={"q": "marzipan", "page": "2", "asked": "1"})
    assert answer.location == "/library?q=marzipan"


# ---- Anything at all

TYPED = st.text() | st.lists(
    st.sampled_from(
        [
            *SIGNS,
            '"',
            "“",
            "”",
            "-",
            "–",
            "title:",
            'title:"',
            "type:",
            ":",
            "s.47",
            "M.A.S.H.",
            "%",
        ]
    )
    | st.text(max_size=4),
    max_size=14,
).map(" ".join)
EXTRA = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["case", "glossary", "nonsense", ""]) | st.text(max_size=5),
        "sort": st.sampled_from(["best", "title", "newest", "sideways"]),
        "page": st.sampled_from(["1", "2", "99", "-1", "9" * 30, "²", "x"]),
        "asked": st.just("1"),
    },
)


@settings(max_examples=40, deadline=None)
@given(q=TYPED, extra=EXTRA)
def test_any_words_give_a_sound_page(client: Reader, q: str, extra: dict[str, str]) -> None:
    # a form sends no half of a character
    given = {k: v.encode("utf-8", "replace").decode() for k, v in ({"q": q} | extra).items()}
    answer = client.get("/library", query_string=given)
    if answer.status_code == 302:
        assert answer.location.startswith("/library")
        answer = client.get(answer.location)
    assert answer.status_code == 200


PLAIN = bytes(range(0x21, 0x7F))


@settings(max_examples=40, deadline=None)
@given(raw=st.binary(max_size=40))
def test_any_bytes_in_the_address_give_a_sound_page(client: Reader, raw: bytes) -> None:
    # a server lets no other bytes through than these, but they may say anything
    given = quote_from_bytes(raw, safe=PLAIN)
    for address in (f"q={given}", given):
        answer = client.get("/library", environ_overrides={"QUERY_STRING": address})
        assert answer.status_code in {200, 302}


@pytest.mark.parametrize(
    "q",
    [
        "marzipan " * 60,
        "x" * 10_000,
        '"' * 500,
        '"marzipan" ' * 40,
        "-a " * 160,
        "title:" * 80,
        "🙂" * 500,
        "\ud7ff\ue000\U0010ffff",
        "e\u0301" * 200,
        "\ufb01 ß \u0130 \u0131 \u017f \u212a",
    ],
    ids=[
        "words",
        "one word",
        "quotes",
        "phrases",
        "minuses",
        "fields",
        "emoji",
        "edges",
        "accents",
        "folding",
    ],
)
def test_words_of_every_length_and_kind_give_a_sound_page(client: Reader, q: str) -> None:
    for filters in ({}, {"type": "glossary", "referred_by": "police"}):
        search(client, q, **filters)
