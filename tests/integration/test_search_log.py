"""What is searched for is counted, by nobody in particular and without what could name anyone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.library import demand
from portal.library.models import SearchCount
from tests.client import Page, Reader, reader
from tests.integration.searching import (
    counted,
    everything,
    index,
    listed,
    rewrite,
    total,
    ways_out,
    while_somebody_writes,
)
from tests.people import CURATOR, PARTNER, PRACTITIONER


@pytest.fixture
def shop(portal: Flask) -> Flask:
    """A portal with a few words that stand in one document each."""
    rewrite(portal, "case-001", "Marzipan lighthouse", "A marzipan lighthouse, built in 1759.")
    rewrite(portal, "case-002", "Marzipan harbour", "Marzipan, gingerbread, almonds, sugar, eggs.")
    rewrite(portal, "case-003", "Quinquereme", "A quinquereme.", audience="curators")
    index(portal)
    return portal


def ask(client: Reader, q: str, **more: str) -> Page:
    """Search as the form does."""
    answer = client.get("/library", query_string={"q": q, "asked": "1"} | more)
    assert answer.status_code == 200
    return Page(answer.text)


# ---- What is counted


def test_a_search_is_counted_with_its_words_and_what_it_found(shop: Flask) -> None:
    client = reader(shop, PRACTITIONER)
    ask(client, "marzipan")
    ask(client, "  The MARZIPAN! ")
    ask(client, "marzipan harbour", type="case")
    assert counted(shop) == {("marzipan", 2): 2, ("marzipan harbour", 2): 1}


def test_searches_of_another_day_have_a_row_of_their_own(shop: Flask) -> None:
    ask(reader(shop, PRACTITIONER), "marzipan")
    with clock.frozen(clock.now() + timedelta(days=1)):
        ask(reader(shop, PRACTITIONER), "marzipan")
    with shop.app_context(), reading():
        days = db.session.scalars(select(SearchCount.day).order_by(SearchCount.day)).all()
    assert days[1] - days[0] == timedelta(days=1)


def test_a_search_is_counted_once_whatever_is_done_with_its_results(shop: Flask) -> None:
    client = reader(shop, PRACTITIONER)
    page = ask(client, "child family school police social worker")
    once = counted(shop)
    assert sum(once.values()) == 1
    client.page(page.links["Next page"])
    (panel,) = (f for f in page.all("form") if "app-filter__form" in (f.get("class") or ""))
    kept = {
        e.get("name", ""): e.get("value", "") for e in panel.iter() if e.get("type") == "hidden"
    }
    filtered = client.get("/library", query_string=kept | {"type": "case", "sort": "title"})
    assert total(Page(filtered.text)) > 1
    client.page(next(u for t, u in Page(filtered.text).links.items() if t.startswith("Remove")))
    client.page("/library")
    client.get("/library", query_string={"q": "gingerbread", "sort": "newest"})
    client.get("/library?asked=1")
    client.get("/library?asked=1&q=+&type=case")
    client.get("/library?asked=1&q=type:case")
    assert counted(shop) == once


def test_the_ways_out_and_the_nearest_words_are_no_searches_of_their_own(shop: Flask) -> None:
    client = reader(shop, PRACTITIONER)
    page = ask(client, "gingerbreadish -marzipan", type="glossary")
    once = counted(shop)
    for address, _ in ways_out(page).values():
        client.page(address)
    client.page(page.links["gingerbread"])
    assert counted(shop) == once


def test_every_search_form_says_that_it_asks(shop: Flask) -> None:
    client = reader(shop, PRACTITIONER)
    for address in ("/", "/library", "/library?q=marzipan&type=case"):
        (form,) = (f for f in client.page(address).all("form") if f.get("role") == "search")
        fields = {e.get("name"): e.get("value") for e in form.iter() if e.get("name")}
        assert fields["asked"] == "1"


# ---- What is kept of it


def kept(app: Flask, client: Reader, q: str) -> str:
    """Search, and return the words with which that was counted."""
    before = counted(app)
    ask(client, q)
    ((words, results),) = [row for row, n in counted(app).items() if n != before.get(row, 0)]
    assert words or not results, "what was found says nothing of words that are not kept"
    return words


def test_words_that_could_tell_a_case_are_not_kept_but_the_search_counts(shop: Flask) -> None:
    client = reader(shop, PRACTITIONER)
    for q in (
        "marzipam",  # a slip, although it is looked for
        "marzipanlighthouse",
        "marzipan zzyzx",
        "marzipan Okonkwo-Featherstonehaugh",
        "J.S. marzipan",
        "marzipan 07700900123",
        "marzipan 1760",
        "lighthouse harbour marzipan gingerbread almonds sugar eggs",  # seven
        "marzipan " * 7,
        "quinquereme",  # stands in what only curators may read
        "marzipan quinquereme",
        "somebody@example.org",
        "the of",
        "—",
    ):
        assert kept(shop, client, q) == "", q
    assert counted(shop) == {("", 0): 14}


def test_words_that_all_stand_in_the_library_are_kept_without_small_ones_and_signs(
    shop: Flask,
) -> None:
    client = reader(shop, PRACTITIONER)
    for q, words in (
        ("lighthouse harbour marzipan gingerbread almonds sugar", ""),
        ("marzipan 1759", ""),
        ("marzipan j", "marzipan"),
        ("A Marzipan in the harbour?", "marzipan harbour"),
        ('"marzipan lighthouse"', "marzipan lighthouse"),
        ("type:case sugar", "sugar"),
    ):
        assert kept(shop, client, q) == (words or q), q


@pytest.mark.parametrize("q", ["quinquereme", "marzipan quinquereme", '"quinquereme"'])
def test_words_of_what_only_some_may_read_are_kept_for_nobody(shop: Flask, q: str) -> None:
    for person in (PARTNER, CURATOR):
        assert kept(shop, reader(shop, person), q) == ""
    assert counted(shop) == {("", 0): 2}


COUNTED_ALIKE = [
    ("marzipan", {}, 2, 4),
    ("marzipan almonds", {}, 2, 4),
    ("marzipan", {"type": "case"}, 2, 3),
    ("marzipan -lighthouse", {}, 1, 2),
    ("title:harbour", {}, 1, 2),
    # everybody meets these two words, but only curators one behind the other
    ('"lighthouse harbour"', {}, 2, 1),
    ("title:almonds", {}, 1, 1),
]


@pytest.mark.parametrize(("q", "more", "everybody", "curator"), COUNTED_ALIKE)
def test_a_count_does_not_tell_who_searched(
    shop: Flask, q: str, more: dict[str, str], everybody: int, curator: int
) -> None:
    only = {"audience": "curators"}
    rewrite(shop, "case-004", "Marzipan almonds", "A lighthouse harbour.", **only)
    rewrite(shop, "guidance-001", "Harbour", "Marzipan.", **only)
    rewrite(shop, "case-005", "A title", "Sugar.")  # so that it is a word of the library
    index(shop)
    rows = []
    for person, found in ((PARTNER, everybody), (PRACTITIONER, everybody), (CURATOR, curator)):
        before = counted(shop)
        assert total(ask(reader(shop, person), q, **more)) == found
        rows.append([row for row, n in counted(shop).items() if n != before.get(row, 0)])
    assert rows[0] == rows[1] == rows[2]
    ((words, results),) = rows[0]
    assert words
    assert results == everybody


def test_the_tables_have_no_place_for_who_or_when(portal: Flask) -> None:
    with portal.app_context(), reading():
        columns = {
            name: {c["name"]: c["type"].python_type for c in inspect(db.engine).get_columns(name)}
            for name in ("search_count", "wish")
        }
    assert columns == {
        "search_count": {"day": date, "words": str, "results": int, "times": int},
        "wish": {"day": date, "terms": str, "times": int},
    }


def test_no_other_record_knows_what_was_searched_for(
    shop: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for client in (reader(shop, PRACTITIONER), reader(shop)):
        for q in ("zzyzxword", "zzyzxword marzipan", '"zzyzxword lighthouse" -harbour'):
            for address in ("/library", "/library/complete", "/", "/library/case-001"):
                client.get(address, query_string={"q": q, "asked": "1"})
    assert "zzyzxword" not in everything(shop)
    assert "zzyzxword" not in caplog.text
    with shop.app_context(), reading():
        entries = [repr(vars(entry)) for entry in db.session.scalars(select(AuditEntry))]
    assert not [entry for entry in entries if "marzipan" in entry]


# ---- Together with others


def test_searches_at_the_same_time_add_up(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # nobody waits long for a count; here everybody may
    monkeypatch.setattr("portal.library.views.COUNTING_SECONDS", 20)
    clients = [reader(shop, person) for person in (PRACTITIONER, PARTNER, CURATOR) * 2]

    def search_often(client: Reader) -> None:
        for number in range(12):
            ask(client, ("marzipan", "lighthouse", "marzipam")[number % 3])

    with ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(search_often, clients))
    assert counted(shop) == {("marzipan", 2): 24, ("lighthouse", 1): 24, ("", 0): 24}


def test_counts_made_directly_at_the_same_time_add_up_too(shop: Flask) -> None:
    def count(number: int) -> None:
        with shop.app_context(), short_transaction() as session:
            demand.count_search(session, words="marzipan", results=number % 2)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(64)))
    assert counted(shop) == {("marzipan", 0): 32, ("marzipan", 1): 32}


def test_a_search_answers_while_nothing_can_be_counted(
    shop: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = reader(shop, PRACTITIONER)
    ask(client, "marzipan")
    page = while_somebody_writes(shop, lambda: ask(client, "marzipan"))
    assert listed(page)
    assert counted(shop) == {("marzipan", 2): 1}
    assert "a search was not counted" in caplog.text
    assert "marzipan" not in caplog.text
    ask(client, "marzipan")
    assert counted(shop) == {("marzipan", 2): 2}, "the next one is counted again"


# ---- The report


def report(app: Flask, *more: str) -> list[str]:
    result = app.test_cli_runner().invoke(args=["search", "report", *more])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_the_report_shows_what_was_searched_for_most_often_first(shop: Flask) -> None:
    client = reader(shop, PRACTITIONER)
    with clock.frozen(clock.now() - timedelta(days=100)):
        ask(reader(shop, PRACTITIONER), "harbour")
    for q in ("marzipan", "marzipan", "marzipan", "lighthouse", "zzyzx", "qqxxqq"):
        ask(client, q)
    ask(client, "marzipan", type="glossary")
    lines = report(shop)
    assert [line.split() for line in lines[1:4]] == [
        ["4", "2", "marzipan"],
        ["2", "-", "(words", "that", "are", "not", "kept)"],
        ["1", "1", "lighthouse"],
    ]
    assert not [line for line in lines if "harbour" in line], "longer ago than it looks back"
    assert [line for line in report(shop, "--days", "200") if "harbour" in line]


def test_the_report_of_a_portal_that_nobody_has_searched_is_empty(portal: Flask) -> None:
    lines = report(portal)
    assert len(lines) == 2
    assert lines[0].startswith("Searches since ")
    assert lines[1].startswith("Wishes for an example since ")
