"""What pages promise: the truth about documents, and a way on from every error."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.database import commit, db, short_transaction
from portal.core.permissions import public
from portal.library.models import Document, State
from portal.ui.pagination import last_page
from tests.client import Page, Reader, reader
from tests.people import CURATOR, PRACTITIONER
from tests.starter import DOCUMENTS, FILES


@pytest.fixture(scope="module")
def practitioner(library: Flask) -> Reader:
    return reader(library, PRACTITIONER)


def test_home_leads_to_the_tasks_and_says_where_concerns_go(practitioner: Reader) -> None:
    page = practitioner.page("/")
    assert page.links["I have a concern now"] == "/concern"
    assert page.links["Find a case like mine"] == "/find-a-case"
    assert page.links["… decide who is responsible?"] == "/library/guidance-002"
    assert page.text.index("999") < page.text.index("Find a case like mine")


def test_home_leads_to_the_reading_paths_and_from_there_to_what_to_read_first(
    practitioner: Reader,
) -> None:
    page = practitioner.page("/")
    paths = {url for text, url in page.links.items() if text.endswith("(reading path)")}
    assert paths == {"/library/guidance-051", "/library/guidance-052", "/library/guidance-053"}
    for path in paths:
        assert len([u for u in practitioner.page(path).links.values() if "/library/" in u]) > 10


def test_an_invented_story_says_so_in_every_list_and_on_its_page(practitioner: Reader) -> None:
    said = "Vignette for debate (invented)"
    listed = practitioner.page("/library?kind=vignette")
    assert "10 documents" in listed.text
    results = [item for item in listed.text.split("(vignette)")[1:]]
    assert all(said in item for item in results)
    assert said in practitioner.page("/library?q=girl+of+16+stopped+at+an+airport").text
    assert said in practitioner.page("/library/guidance-041").text
    assert said not in practitioner.page("/library/guidance-001").text


def test_examples_of_how_authorities_work_are_found_by_their_kind(practitioner: Reader) -> None:
    page = practitioner.page("/library?kind=practice-example")
    titles = [text for text, url in page.links.items() if url.startswith("/library/guidance-")]
    assert len(titles) > 5
    assert all(title.endswith("(practice example)") for title in titles)


def test_a_concern_is_not_taken_here_and_the_order_is_danger_front_door_prevent(
    practitioner: Reader,
) -> None:
    text = practitioner.page("/concern").text
    order = ["not where concerns are reported", "999", "front door", "Prevent route", "first hour"]
    places = [text.lower().index(words.lower()) for words in order]
    assert places == sorted(places)


def test_every_document_names_its_source_evidence_and_age(library: Flask) -> None:
    client = reader(library, CURATOR)
    with library.app_context():
        documents = db.session.scalars(select(Document)).all()
    assert len(documents) == DOCUMENTS
    led_to: set[str] = set()
    for document in documents:
        page = client.page(f"/library/{document.reference}")
        assert page.heading == document.title
        for source in document.details["sources"]:
            assert f"{source['title']}, {source['year']}" in page.text
        assert "Strength of evidence" in page.text
        if document.practice_year:
            assert f"Practice as at {document.practice_year}" in page.text
        else:
            assert "Year of practice not stated" in page.text
        if document.type in {"guidance", "protocol"}:
            assert "Law as at 31 December 2024" in page.text
            assert "own authority’s legal advice" in page.text
        led_to |= {url for url in page.links.values() if url.startswith("/")}
    # copies and histories, of which each document has its own, are tested elsewhere
    for url in sorted(led_to):
        if not re.search(r"/download\.|/history|/edit", url):
            assert client.get(url).status_code == 200, url


def test_every_list_says_how_old_the_practice_is(practitioner: Reader) -> None:
    for address in ("/", "/library", "/library?q=travel", "/library?type=case&sort=title"):
        page = practitioner.page(address)
        items = [e for e in page.all("li") if e.get("class") == "app-results__item"]
        assert items, address
        for item in items:
            assert re.search(
                r"Practice as at \d{4}|Year of practice not stated", page.text_of(item)
            )


def test_a_document_past_its_review_date_says_so_wherever_it_stands(library: Flask) -> None:
    with library.app_context():
        due = db.session.scalars(select(Document.review_by).order_by(Document.review_by)).all()
    late = clock.now().replace(year=due[-1].year + 1)
    with clock.frozen(late):
        client = reader(library, PRACTITIONER)
        assert "Review due" in client.page("/library/case-001").text
        assert "Check that it still holds" in client.page("/library/case-001").text
        assert "Review due since" in client.page("/library").text
        assert "should have been read again" in client.get("/library/case-001/download.html").text
    assert "Review due" not in reader(library, PRACTITIONER).page("/library/case-001").text


def test_related_documents_say_why(practitioner: Reader) -> None:
    page = practitioner.page("/library/case-004")
    reasons = [e for e in page.all("span") if e.get("class") == "app-why"]
    assert len(reasons) == 5
    assert all(page.text_of(reason) for reason in reasons)
    assert "/library/case-004" not in page.links.values()


def test_filters_narrow_and_the_address_holds_them(practitioner: Reader) -> None:
    page = practitioner.page("/library?type=case&outcome=no-concern&outcome=did-not-work")
    assert "outcome=no-concern" in " ".join(page.links.values())
    listed = [url for url in page.links.values() if re.fullmatch(r"/library/case-\d+", url)]
    assert {"/library/case-001", "/library/case-003", "/library/case-011"} <= set(listed)
    assert "/library/case-004" not in listed
    removal = next(url for text, url in page.links.items() if text.startswith("Remove Outcome: No"))
    assert removal == "/library?type=case&outcome=did-not-work"
    assert page.links["Clear filters"] == "/library"


def test_an_empty_list_says_so_and_shows_the_ways_out(practitioner: Reader) -> None:
    page = practitioner.page("/library?type=glossary&outcome=no-concern")
    assert "No document meets all these filters together." in page.text
    entries = len(FILES["glossary"])
    assert f"without “Outcome: No concern”: {entries} documents" in page.links
    (way,) = [u for t, u in page.links.items() if t.startswith("without “Type")]
    assert practitioner.page(way).title.startswith("Library (")


def test_an_address_with_nonsense_in_it_gives_a_page_that_says_what_was_left_out(
    practitioner: Reader,
) -> None:
    page = practitioner.page("/library?outcome=nonsense&made=up&page=-7&sort=sideways&type=case")
    assert "outcome: nonsense" in page.text
    assert "made: up" in page.text
    assert f"{len(FILES['case'])} documents" in page.text


def test_a_page_beyond_the_last_leads_to_the_last(practitioner: Reader) -> None:
    last = last_page(DOCUMENTS)
    assert practitioner.get("/library?page=99").location == f"/library?page={last}"
    page = practitioner.page("/library?page=2")
    assert "page 2" in page.title
    assert page.links["Previous page"] == "/library"


def test_every_document_is_on_exactly_one_page(practitioner: Reader) -> None:
    found: list[str] = []
    for number in range(1, last_page(DOCUMENTS) + 1):
        page = practitioner.page(f"/library?sort=title&page={number}")
        for item in page.all("h3"):
            found += [a.get("href", "") for a in item]
    assert len(found) == len(set(found)) == DOCUMENTS


@pytest.mark.parametrize(
    "words",
    ['"', "AND OR NOT", "title:x", "((", "*", "a" * 600, "\u202e\u0000x", "🙂", "'; DROP TABLE x"],
)
def test_any_search_gives_a_page(practitioner: Reader, words: str) -> None:
    answer = practitioner.get("/library", query_string={"q": words})
    assert answer.status_code == 200
    Page(answer.text).check()


def test_a_search_shows_what_was_looked_for_as_text(practitioner: Reader) -> None:
    page = practitioner.page("/library?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert(1)" not in page.html
    assert page.fields["q"] == "<script>alert(1)</script>"


def test_words_that_every_document_has_are_said_to_be_too_common(practitioner: Reader) -> None:
    assert (
        "no word here that tells one document from another"
        in practitioner.page("/library?q=the+of").text
    )


def test_search_says_when_it_is_not_ready_and_still_lists(portal: Flask) -> None:
    index = portal.extensions["settings"].instance / "search" / "current"
    index.unlink()
    page = reader(portal, PRACTITIONER).page("/library?q=travel")
    assert "Search is being prepared" in page.text
    assert f"{DOCUMENTS} documents" in page.text


def test_a_download_stands_alone_and_is_on_record(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    html = client.get("/library/protocol-001/download.html")
    assert 'filename="protocol-001.html"' in html.headers["Content-Disposition"]
    page = Page(html.text)
    assert not [e for tag in ("link", "script", "img") for e in page.all(tag)]
    assert page.heading in client.page("/library/protocol-001").heading
    assert "Law as at 31 December 2024" in page.text
    assert all(url.startswith(("https://", "#")) for url in page.links.values())
    markdown = client.get("/library/protocol-001/download.md")
    assert markdown.mimetype == "text/markdown"
    assert "(doc:" not in markdown.text
    assert "contributing_authority" not in client.get("/library/case-001/download.md").text
    with portal.app_context():
        taken = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "document.downloaded")
        ).all()
    assert [(entry.actor_name, entry.object_id, entry.details["format"]) for entry in taken] == [
        (PRACTITIONER.name, "protocol-001", "html"),
        (PRACTITIONER.name, "protocol-001", "md"),
        (PRACTITIONER.name, "case-001", "md"),
    ]


def test_there_is_a_page_for_what_is_not_there(practitioner: Reader, stranger: Reader) -> None:
    for client in (practitioner, stranger):
        assert client.page("/nowhere", status=404).heading == "Page not found"
    assert practitioner.page("/library/case-999", status=404).heading == "Page not found"
    for address in ("/library/case-001/download.docx", "/library/%00", "/library/case-1%00"):
        assert practitioner.page(address, status=404)


def test_an_unexpected_error_shows_a_page_without_its_inside(portal: Flask) -> None:
    portal.config["SHOW_ERROR_PAGES"] = True

    def broken() -> str:
        raise RuntimeError("the inside")

    portal.add_url_rule("/broken", view_func=public(broken))
    page = reader(portal, PRACTITIONER).page("/broken", status=500)
    assert "there is a problem with the service" in page.heading
    assert "the inside" not in page.html
    assert "999" in page.text


def test_a_signed_in_person_is_told_when_the_database_has_failed(
    portal: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    portal.config["SHOW_ERROR_PAGES"] = True
    client = reader(portal, PRACTITIONER)
    with portal.app_context():
        db.session.execute(text("ALTER TABLE role_assignment RENAME TO gone"))
        commit()
    page = client.page("/library?q=something+private", status=500)
    assert "there is a problem with the service" in page.heading
    assert "private" not in caplog.text
    assert PRACTITIONER.email not in caplog.text
    portal.test_cli_runner().invoke(args=["maintenance", "on"])
    assert client.get("/library").status_code == 503


def test_the_portal_closes_for_maintenance_and_opens_again(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    run = portal.test_cli_runner()
    run.invoke(args=["maintenance", "on"])
    answer = client.get("/library")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "300"
    run.invoke(args=["maintenance", "off"])
    assert client.get("/library").status_code == 200


def test_public_pages_are_open_to_everyone(stranger: Reader) -> None:
    for address in ("/accessibility", "/cookies", "/privacy", "/contact", "/signed-out"):
        stranger.page(address)
    assert stranger.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert stranger.get("/.well-known/security.txt").status_code == 404, "no address is set"


def test_a_portal_with_nothing_in_it_says_so_on_every_page(portal: Flask) -> None:
    with portal.app_context(), short_transaction() as session:
        every = update(Document).where(Document.reference != "case-001")
        session.execute(every.values(state=State.WITHDRAWN, withdrawn_reason="a test"))
    withdraw = ["library", "withdraw", "case-001", "--reason", "a test"]
    assert portal.test_cli_runner().invoke(args=withdraw).exit_code == 0
    client = reader(portal, PRACTITIONER)
    assert "Nothing has been published for you yet" in client.page("/").text
    assert "Nothing has been published for you yet" in client.page("/library").text
    assert "No case examples have been published" in client.page("/find-a-case").text
    assert "No terms have been published" in client.page("/glossary").text
    assert "No guidance has been published" in client.page("/concern").text


def test_assets_are_compressed_fingerprinted_and_kept_for_ever(stranger: Reader) -> None:
    page = stranger.page("/sign-in")
    (style,) = [e for e in page.all("link") if e.get("rel") == "stylesheet"]
    assert re.fullmatch(r"/assets/portal-[0-9a-f]{12}\.css", style.get("href", ""))
    address = style.get("href", "")
    with stranger.get(address, headers={"Accept-Encoding": "br"}) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        assert "immutable" in answer.headers["Cache-Control"]
    with stranger.get(address) as answer:
        assert "@font-face" not in answer.text
        assert "url(" not in answer.text


def test_off_gov_uk_there_is_no_crown_and_on_it_there_is(databases: object, library: Flask) -> None:
    page = reader(library).page("/sign-in")
    assert "govuk-header__logotype" not in page.html
    assert "crown" not in page.html.lower()
    official = databases.make("empty", education_gov_uk=True)  # type: ignore[attr-defined]
    page = reader(official).page("/sign-in")
    assert "govuk-header__logotype" in page.html
    assert "portal-govuk-" in page.html
    databases.drop(official)  # type: ignore[attr-defined]
