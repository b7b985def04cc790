"""Before a session ends the page says so, and nothing that was typed is lost."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect
from playwright.sync_api import Page as Tab

from tests.e2e.browsing import sign_in
from tests.e2e.checks import SIDEWAYS, accessibility_violations
from tests.e2e.pages import SIZES
from tests.e2e.servers import Portals, Server
from tests.people import LEAD, PRACTITIONER, Person

WISHING = "/ask-for-an-example"
AGE = "How old was the child?"
AGAIN = 31_000
"""Milliseconds after which an open warning asks the service again."""


@pytest.fixture
def site(portals: Portals) -> Server:
    """A portal on SQLite, whose sessions a test can make older."""
    return portals.of("open")


def run(site: Server, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(site.instance / "portal.sqlite", timeout=30)) as connection:
        found = connection.execute(statement).fetchall()
        connection.commit()
        return found


def make_older(site: Server, column: str, minutes: float) -> None:
    """Let the session that was begun last have been used, or begun, so long ago."""
    moment = f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-{minutes * 60} seconds') || '000'"
    last = "(SELECT max(id) FROM user_session)"
    run(site, f"UPDATE user_session SET {column} = {moment} WHERE id = {last}")


def seconds_idle(site: Server) -> float:
    since = "(julianday('now') - julianday(last_seen_at)) * 86400"
    ((seconds,),) = run(site, f"SELECT {since} FROM user_session ORDER BY id DESC LIMIT 1")
    assert isinstance(seconds, float)
    return seconds


def open_form(tab: Tab, site: Server, person: Person = PRACTITIONER) -> None:
    """Sign in and fill a form; the page's clock goes on only when a test says so."""
    tab.clock.install()
    sign_in(tab, site, person)
    tab.goto(site.address + WISHING)
    tab.wait_for_load_state("networkidle")
    tab.get_by_label(AGE).select_option("11 to 14")
    tab.get_by_label(AGE).focus()


def dialog(tab: Tab) -> Locator:
    return tab.get_by_role("alertdialog")


def go_on(tab: Tab, milliseconds: int = AGAIN) -> None:
    with tab.expect_response("**/session"):
        tab.clock.fast_forward(milliseconds)


def send(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.get_by_role("button", name="Ask for an example").click()


@pytest.mark.parametrize("way", ["the button", "Escape"])
def test_who_stays_keeps_what_was_typed(tab: Tab, site: Server, way: str) -> None:
    open_form(tab, site)
    make_older(site, "last_seen_at", 25.1)
    go_on(tab)
    expect(dialog(tab)).to_contain_text("You will be signed out in 5 minutes")
    expect(dialog(tab)).to_contain_text("What you have typed will be lost unless you stay")
    stay = dialog(tab).get_by_role("button", name="Stay signed in")
    expect(stay).to_be_focused()
    tab.keyboard.press("Escape" if way == "Escape" else "Enter")
    expect(dialog(tab)).to_have_count(0)
    expect(tab.get_by_label(AGE)).to_be_focused()
    expect(tab.get_by_label(AGE)).to_have_value("age-11-14")
    assert seconds_idle(site) < 60
    send(tab)
    assert tab.url == f"{site.address}{WISHING}/thank-you"


def test_the_minutes_that_are_left_are_counted(tab: Tab, site: Server) -> None:
    open_form(tab, site)
    make_older(site, "last_seen_at", 25.1)
    go_on(tab)
    make_older(site, "last_seen_at", 29.5)
    go_on(tab)
    expect(dialog(tab)).to_contain_text("You will be signed out in 1 minute")
    expect(dialog(tab).get_by_role("button", name="Stay signed in")).to_be_focused()


def test_who_signs_out_there_is_signed_out(tab: Tab, site: Server) -> None:
    open_form(tab, site)
    make_older(site, "last_seen_at", 26)
    go_on(tab)
    with tab.expect_navigation():
        dialog(tab).get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You are signed out")


def test_nobody_is_warned_who_works_in_another_tab(tab: Tab, site: Server) -> None:
    open_form(tab, site)
    make_older(site, "last_seen_at", 24)
    go_on(tab)
    expect(dialog(tab)).to_have_count(0)
    make_older(site, "last_seen_at", 0)  # a page was opened elsewhere
    go_on(tab, 61_000)
    expect(dialog(tab)).to_have_count(0)
    make_older(site, "last_seen_at", 26)
    go_on(tab, 25 * 60_000)
    expect(dialog(tab)).to_be_visible()
    make_older(site, "last_seen_at", 0)
    go_on(tab)
    expect(dialog(tab)).to_have_count(0)


def test_an_open_page_alone_keeps_nobody_signed_in(tab: Tab, site: Server) -> None:
    open_form(tab, site)
    make_older(site, "last_seen_at", 20)
    go_on(tab)
    assert seconds_idle(site) > 19 * 60


def test_typing_says_that_somebody_is_there_now_and_then(tab: Tab, site: Server) -> None:
    open_form(tab, site)
    make_older(site, "last_seen_at", 10)
    posted: list[str] = []
    tab.on("request", lambda asked: posted.append(asked.method) if "/session" in asked.url else 0)
    tab.get_by_label(AGE).select_option("5 to 10")
    assert posted == []
    tab.clock.fast_forward(4 * 60_000 + 1000)
    with tab.expect_response(lambda answer: answer.request.method == "POST"):
        tab.get_by_label(AGE).select_option("11 to 14")
    tab.get_by_label(AGE).select_option("15 to 17")
    assert posted.count("POST") == 1
    assert seconds_idle(site) < 60


def test_before_the_last_end_the_page_says_that_it_cannot_be_put_off(
    tab: Tab, site: Server
) -> None:
    open_form(tab, site)
    make_older(site, "created_at", 12 * 60 - 4.5)
    go_on(tab)
    expect(dialog(tab)).to_contain_text("You will be signed out in 5 minutes")
    expect(dialog(tab)).to_contain_text("Send or copy what you have typed now")
    expect(dialog(tab).get_by_role("button", name="Stay signed in")).to_have_count(0)
    tab.keyboard.press("Escape")
    expect(dialog(tab)).to_have_count(0)
    expect(tab.get_by_label(AGE)).to_be_focused()
    go_on(tab)
    expect(dialog(tab)).to_have_count(0)
    make_older(site, "created_at", 12 * 60)
    go_on(tab)
    expect(dialog(tab)).to_contain_text("You have been signed out")


def sign_in_elsewhere(context: BrowserContext, site: Server, person: Person) -> None:
    other = context.new_page()
    sign_in(other, site, person)
    other.close()


def test_after_the_end_what_was_typed_can_still_be_sent(
    context: BrowserContext, tab: Tab, site: Server
) -> None:
    open_form(tab, site)
    make_older(site, "last_seen_at", 31)
    go_on(tab)
    expect(dialog(tab)).to_contain_text("What you have typed is still on this page")
    link = dialog(tab).get_by_role("button", name="Sign in (opens in a new tab)")
    expect(link).to_have_attribute("target", "_blank")
    dialog(tab).get_by_role("button", name="Close this message").click()
    expect(tab.get_by_label(AGE)).to_have_value("age-11-14")
    sign_in_elsewhere(context, site, PRACTITIONER)
    send(tab)
    assert tab.url == f"{site.address}{WISHING}/thank-you"


def test_who_comes_back_signed_in_again_finds_the_message_gone(
    context: BrowserContext, tab: Tab, site: Server
) -> None:
    open_form(tab, site)
    make_older(site, "last_seen_at", 31)
    go_on(tab)
    expect(dialog(tab)).to_be_visible()
    sign_in_elsewhere(context, site, PRACTITIONER)
    tab.bring_to_front()
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(dialog(tab)).to_have_count(0)


def test_without_javascript_a_form_that_came_too_late_is_sent_again(
    browser: Browser, site: Server
) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    sign_in(tab, site, LEAD)
    tab.goto(site.address + WISHING)
    tab.get_by_label(AGE).select_option("11 to 14")
    make_older(site, "last_seen_at", 31)
    send(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("You have been signed out")
    with context.expect_page() as opened:
        tab.get_by_role("link", name="Sign in (opens in a new tab)").click()
    opened.value.close()
    sign_in_elsewhere(context, site, LEAD)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Send again").click()
    assert tab.url == f"{site.address}{WISHING}/thank-you"
    context.close()


def test_a_service_that_does_not_answer_is_said(tab: Tab, site: Server) -> None:
    open_form(tab, site)
    make_older(site, "last_seen_at", 26)
    go_on(tab)
    tab.route("**/session", lambda route: route.abort())
    dialog(tab).get_by_role("button", name="Stay signed in").click()
    expect(dialog(tab).get_by_role("status")).to_have_text("The service gave no answer. Try again.")
    tab.unroute("**/session")
    dialog(tab).get_by_role("button", name="Stay signed in").click()
    expect(dialog(tab)).to_have_count(0)


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize(
    ("column", "minutes"), [("last_seen_at", 26), ("last_seen_at", 31), ("created_at", 717)]
)
def test_a_warning_is_sound(tab: Tab, site: Server, column: str, minutes: int, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": SIZES[width]})
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    open_form(tab, site)
    make_older(site, column, minutes)
    go_on(tab)
    expect(dialog(tab)).to_be_in_viewport(ratio=1)
    assert accessibility_violations(tab) == []
    assert tab.evaluate(SIDEWAYS) == []
    assert said == []
