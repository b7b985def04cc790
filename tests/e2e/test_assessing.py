"""A lead and six phones: a position, slips of paper, answers, results, a new position."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from portal.assessment import codes as codes_module
from tests.databases import Databases
from tests.e2e.browsing import sign_in
from tests.e2e.servers import PATIENCE, Server, production, stocked
from tests.e2e.steps import follow, go, headings, press
from tests.people import LEAD, PRACTITIONER

PHONE = {"width": 360, "height": 740}


@contextmanager
def browser_of(browser: Browser, phone: bool = False) -> Iterator[Tab]:
    """A browser of one person; a phone has no JavaScript either."""
    context = browser.new_context(
        locale="en-GB",
        viewport=PHONE if phone else None,
        java_script_enabled=not phone,
    )
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


def choose_on_page(tab: Tab, item: str, tier: str) -> None:
    """Answer whatever the page asks."""
    for group in tab.get_by_role("group").all():
        wanted = tier if group.get_by_role("radio", name="Early help").count() else item
        if group.get_by_role("radio", name="Very sure", exact=True).count():
            wanted = "Sure"
        group.get_by_role("radio", name=wanted, exact=True).check()


def answer(tab: Tab, item: str, tier: str) -> int:
    """Go through all pages and send; return how many there were."""
    press(tab, "Start")
    pages = 0
    while not tab.get_by_role("button", name="Send your answers").count():
        choose_on_page(tab, item, tier)
        press(tab, "Continue")
        pages += 1
        assert pages < 20
    press(tab, "Send your answers")
    assert headings(tab) == "Thank you"
    return pages


def sign_position(tab: Tab, item: str, tier: str) -> None:
    choose_on_page(tab, item, tier)
    tab.get_by_label("This is what the authority has agreed").check()
    press(tab, "Sign the position")
    expect(tab.get_by_text("The position is signed")).to_be_visible()


@pytest.fixture
def server(databases: Databases) -> Iterator[Server]:
    with production(databases, stocked, log_level="debug") as started:
        yield started


def test_a_lead_and_six_phones(browser: Browser, server: Server, databases: Databases) -> None:
    with browser_of(browser) as tab:
        sign_in(tab, server, LEAD)
        go(tab, "Your authority")
        follow(tab, "Self-assessment", exact=False)
        press(tab, "State your position")
        press(tab, "Sign the position")
        assert tab.title().startswith("Error: ")
        sign_position(tab, "Agree", "Early help")

        press(tab, "Ask your staff")
        press(tab, "Start asking")
        tab.get_by_label("How many links do you need now?").fill("6")
        press(tab, "Make links")
        codes = tab.locator(".app-slips__code").all_inner_texts()
        assert len(codes) == 6
        assert tab.locator(".app-slips svg").count() == 6
        tab.get_by_text("The links as a list to copy").click()
        lines = tab.get_by_label("One link on each line").input_value().split()

        for number, (code, line) in enumerate(zip(codes, lines, strict=True)):
            with browser_of(browser, phone=True) as phone:
                if number == 0:
                    phone.goto(f"{server.address}/answer")
                    phone.get_by_label("Code on your slip").fill(code.lower().replace("-", " "))
                    press(phone, "Continue")
                else:
                    link = urlsplit(line)
                    phone.goto(f"{server.address}{link.path}?{link.query}")
                item, tier = ("Disagree", "Police-led") if number == 5 else ("Agree", "Early help")
                assert answer(phone, item, tier) == 8
                assert phone.context.cookies() == []
                phone.goto(f"{server.address}/answer?t={code}")
                assert "takes no answers" in headings(phone)

        tab.goto(tab.url.partition("?")[0])
        assert "at least 5 people have answered" in tab.locator("main").inner_text()
        follow(tab, "Stop asking and see the results")
        press(tab, "Stop asking")
        results = tab.locator("main").inner_text()
        assert "At least 5 people answered." in results
        assert "Staff answered mostly alike" in results
        assert "Your position: Agree." in results
        assert "in 10" not in results, "six people are too few for a distribution"
        press(tab, "Plan a team meeting")
        assert "What was agreed" in tab.locator("main").inner_text()
        press(tab, "Sign what was agreed")
        sign_position(tab, "Strongly agree", "Child protection")
        follow(tab, "See every position that was signed")
        assert tab.get_by_role("main").get_by_role("heading", level=2).count() == 2

    said = server.log.read_text()
    for code in codes:
        for trace in (code, code.replace("-", ""), codes_module.digest(code) or "none"):
            assert trace not in said, "the log tells which link was used"
    for word in ("Disagree", "police-led"):
        assert word not in said
    if not databases.server:
        with sqlite3.connect(server.instance / "portal.sqlite") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = (server.instance / "portal.sqlite").read_bytes()
        for code in codes:
            assert (codes_module.digest(code) or "none").encode() not in kept


def test_slips_are_printed_and_somebody_with_an_account_answers_too(
    browser: Browser, server: Server
) -> None:
    with browser_of(browser) as tab:
        sign_in(tab, server, LEAD)
        tab.goto(f"{server.address}/authorities/1/self-assessment/ask")
        tab.get_by_label("Tell staff who have an account").check()
        press(tab, "Start asking")
        tab.get_by_label("How many links do you need now?").fill("3")
        press(tab, "Make links")
        # a page of slips prints the slips alone
        tab.emulate_media(media="print")
        expect(tab.get_by_role("heading", level=1)).to_be_hidden()
        expect(tab.locator(".app-slips__code").first).to_be_visible()
    with browser_of(browser) as tab:
        sign_in(tab, server, PRACTITIONER)
        tab.goto(f"{server.address}/notices")
        follow(tab, "asks what its staff think", exact=False)
        press(tab, "Take my link and answer")
        assert answer(tab, "Don’t know", "Don’t know") == 8
        tab.goto(f"{server.address}/authorities/1/self-assessment")
        assert "You have taken your link" in tab.locator("main").inner_text()
