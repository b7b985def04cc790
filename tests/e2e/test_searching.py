"""Searching, completing, describing and asking in a real browser, on both engines."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Route, expect
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page as Tab

from tests.databases import Databases
from tests.e2e.browsing import ARGUMENTS, NAMES, settle, sign_in
from tests.e2e.pages import SITUATION, describe
from tests.e2e.servers import Server, production, stocked
from tests.e2e.steps import follow, headings, press
from tests.integration.searching import everything
from tests.integration.watching import canary
from tests.people import PRACTITIONER

TITLE = "Passport removal with the family’s consent"
REFERENCE = "/library/protocol-003"


@pytest.fixture(autouse=True)
def quiet(context: BrowserContext) -> Iterator[None]:
    """Fail where the console has something to say, a refusal of the content policy first of all."""
    met: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            met.append(message.text)

    context.on("console", hear)
    context.on("weberror", lambda error: met.append(str(error.error)))
    yield
    assert [text for text in met if not text.startswith("Failed to load resource")] == []


@pytest.fixture
def home(tab: Tab, site: Server) -> Tab:
    sign_in(tab, site, PRACTITIONER)
    settle(tab)
    return tab


def field(tab: Tab) -> Locator:
    return tab.get_by_role("combobox", name="Words to look for")


def options(tab: Tab) -> Locator:
    return tab.get_by_role("search").get_by_role("option")


def type_and_wait(tab: Tab, words: str) -> None:
    field(tab).press_sequentially(words)
    options(tab).first.wait_for()


def enter(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    settle(tab)


# ---- Completing


def test_a_slip_is_put_right_and_a_suggestion_taken_with_the_keyboard_alone(home: Tab) -> None:
    field(home).focus()
    home.keyboard.type("pasport")
    enter(home)
    expect(home.get_by_role("main")).to_contain_text("No document has “pasport”, so “passport")
    expect(home.locator(".app-results mark").first).to_have_text(re.compile("passport", re.I))
    field(home).fill("")
    type_and_wait(home, "passp")
    expect(options(home).first).to_have_text(TITLE)
    home.keyboard.press("ArrowDown")
    expect(options(home).first).to_be_focused()
    expect(options(home).first).to_have_attribute("aria-selected", "true")
    enter(home)
    expect(field(home)).to_have_value(TITLE)
    assert "asked=1" in home.url
    expect(home.locator(".app-results a").first).to_have_text(TITLE)


def test_enter_searches_for_what_was_typed_although_suggestions_are_open(home: Tab) -> None:
    type_and_wait(home, "passp")
    enter(home)
    expect(field(home)).to_have_value("passp")
    assert "q=passp&" in home.url


def test_a_suggestion_is_taken_with_the_pointer_too(home: Tab) -> None:
    type_and_wait(home, "passport rem")
    with home.expect_navigation():
        options(home).first.click()
    settle(home)
    expect(field(home)).to_have_value(TITLE)


def test_escape_closes_the_suggestions_and_leaves_what_was_typed(home: Tab) -> None:
    type_and_wait(home, "passp")
    home.keyboard.press("Escape")
    expect(options(home)).to_have_count(0)
    expect(field(home)).to_have_value("passp")
    expect(field(home)).to_be_focused()


def test_escape_among_the_suggestions_leads_back_to_the_field(home: Tab) -> None:
    type_and_wait(home, "passp")
    home.keyboard.press("ArrowDown")
    home.keyboard.press("Escape")
    expect(options(home)).to_have_count(0)
    expect(field(home)).to_have_value("passp")
    expect(field(home)).to_be_focused()


def test_the_arrows_lead_into_the_list_and_out_of_it_and_typing_goes_on(home: Tab) -> None:
    type_and_wait(home, "passp")
    home.keyboard.press("ArrowDown")
    home.keyboard.press("ArrowDown")
    expect(options(home).nth(1)).to_be_focused()
    home.keyboard.press("ArrowUp")
    home.keyboard.press("ArrowUp")
    expect(field(home)).to_be_focused()
    home.keyboard.press("ArrowDown")
    home.keyboard.type("o")
    expect(field(home)).to_have_value("passpo")


def test_leaving_the_field_takes_no_suggestion(home: Tab) -> None:
    type_and_wait(home, "passp")
    home.keyboard.press("ArrowDown")
    home.keyboard.press("Tab")
    expect(field(home)).to_have_value("passp")
    expect(home.get_by_role("button", name="Search")).to_be_focused()


def test_the_field_still_says_what_to_leave_out(home: Tab) -> None:
    expect(field(home)).to_have_accessible_description(re.compile("Leave out names and places"))


def test_the_field_says_so_too_when_it_is_filled(home: Tab, site: Server) -> None:
    said = re.compile("Leave out names and places")
    home.goto(f"{site.address}/library?q=passport")
    settle(home)
    expect(field(home)).to_have_accessible_description(said)
    field(home).click()  # the component takes it for a change
    home.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    expect(field(home)).to_have_accessible_description(said)
    field(home).fill("")
    type_and_wait(home, "passp")
    expect(field(home)).to_have_accessible_description(said)


def test_what_was_typed_before_the_completion_came_stays_and_goes_on(
    tab: Tab, site: Server
) -> None:
    held: list[Route] = []
    tab.route("**/assets/complete-*.js", lambda route: held.append(route))
    with tab.expect_request("**/assets/complete-*.js"):
        sign_in(tab, site, PRACTITIONER)
    tab.get_by_label("Words to look for").focus()
    tab.keyboard.type("pass")
    held[0].continue_()
    settle(tab)
    expect(field(tab)).to_be_focused()
    tab.keyboard.type("port")
    expect(field(tab)).to_have_value("passport")


def test_an_answer_that_comes_late_does_not_replace_a_later_one(home: Tab) -> None:
    held: list[Route] = []
    home.route("**/library/complete?q=pa", lambda route: held.append(route))
    with home.expect_request("**/library/complete?q=pa"):
        field(home).press_sequentially("pa")
    type_and_wait(home, "sspo")
    shown = options(home).all_inner_texts()
    assert TITLE in shown
    with home.expect_response("**/library/complete?q=pa") as late:
        held[0].continue_()
    late.value.finished()
    home.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert options(home).all_inner_texts() == shown


def test_who_was_signed_out_meanwhile_is_offered_nothing_and_sent_to_sign_in(home: Tab) -> None:
    home.context.clear_cookies()
    with home.expect_response(re.compile("/sign-in")):
        field(home).press_sequentially("passp")
    expect(options(home)).to_have_count(0)
    with home.expect_navigation():
        home.keyboard.press("Enter")
    assert headings(home) == "Sign in"
    assert "passp" not in home.url


def test_without_javascript_the_search_works_as_well(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    sign_in(tab, site, PRACTITIONER)
    tab.get_by_label("Words to look for").fill("pasport")
    press(tab, "Search")
    expect(tab.get_by_role("main")).to_contain_text("No document has “pasport”, so “passport")
    expect(tab.get_by_label("Words to look for")).to_have_value("pasport")
    tab.get_by_label("Words to look for").fill(TITLE)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    follow(tab, TITLE)
    assert tab.url == site.address + REFERENCE
    context.close()


# ---- Describing

KEPT = """
async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, await indexedDB.databases(), await caches.keys(),
  (await navigator.serviceWorker.getRegistrations()).length, document.cookie, document.referrer,
  history.state, window.name, location.href, performance.getEntries().map(entry => entry.name),
])
"""
"""Everything in which a page could keep something."""


def kept(tab: Tab) -> str:
    said: str = tab.evaluate(KEPT)
    state = tab.context.storage_state(indexed_db=True)
    return f"{said} {json.dumps(state)} {tab.url}".casefold()


def describe_and_open(tab: Tab, site: Server, word: str) -> str:
    """Describe a situation and open the first case; return its title."""
    tab.goto(f"{site.address}/find-a-case")
    follow(tab, "describe the situation in your own words")
    describe(tab, f"{SITUATION} It is about {word}.")
    assert headings(tab) == "Cases like yours"
    expect(tab.get_by_label("Describe the situation")).to_have_value(re.compile(word))
    reasons = tab.locator(".app-reasons").first
    expect(reasons).to_contain_text(re.compile("Same|Words in both"))
    first = tab.locator(".app-results a").first.inner_text()
    assert word not in kept(tab)
    follow(tab, first)
    assert headings(tab) == first
    return first


def test_a_described_situation_leads_to_a_case_and_the_browser_keeps_nothing_of_it(
    home: Tab, site: Server
) -> None:
    word = canary()
    describe_and_open(home, site, word)
    assert word not in kept(home)
    home.goto(f"{site.address}/find-a-case/describe")
    expect(home.get_by_label("Describe the situation")).to_have_value("")
    assert word not in kept(home)
    home.reload()
    expect(home.get_by_label("Describe the situation")).to_have_value("")
    assert word not in home.content()


def test_going_back_from_a_case_leads_back_to_the_portal(home: Tab, site: Server) -> None:
    word = canary()
    describe_and_open(home, site, word)
    try:
        home.go_back()
    except BrowserError as error:
        pytest.fail(f"the browser shows an error of its own: {error.message.splitlines()[0]}")
    assert home.url == f"{site.address}/find-a-case/describe"
    assert headings(home) in {"Cases like yours", "Describe a situation"}
    assert word not in kept(home)


def test_a_text_that_was_not_sent_is_forgotten_when_the_page_is_left(
    home: Tab, site: Server
) -> None:
    word = canary()
    home.goto(f"{site.address}/find-a-case/describe")
    home.get_by_label("Describe the situation").fill(word)
    home.goto(f"{site.address}/library")
    home.go_back()
    expect(home.get_by_label("Describe the situation")).to_have_value("")
    assert word not in kept(home)


def test_a_text_is_not_lost_when_its_writer_was_signed_out_meanwhile(
    home: Tab, site: Server
) -> None:
    word = canary()
    home.goto(f"{site.address}/find-a-case/describe")
    home.context.clear_cookies()
    describe(home, f"{SITUATION} {word}")
    assert headings(home) == "You have been signed out"
    with home.context.expect_page() as opened:
        home.get_by_role("link", name="Sign in (opens in a new tab)").click()
    other = opened.value
    sign_in(other, site, PRACTITIONER)
    other.close()
    press(home, "Send again")
    assert headings(home) == "Cases like yours"
    expect(home.get_by_label("Describe the situation")).to_have_value(re.compile(word))


def form_for_a_situation(tab: Tab, site: Server, text: str) -> Locator:
    """Open the form and fill it; return its field."""
    tab.goto(f"{site.address}/find-a-case/describe")
    situation = tab.get_by_label("Describe the situation")
    situation.fill(text)
    return situation


def send(tab: Tab) -> None:
    tab.get_by_role("button", name="Find similar cases").click()


def summary(tab: Tab) -> Locator:
    return tab.locator(".govuk-error-summary")


def test_the_answer_comes_without_leaving_the_page_and_begins_at_its_heading(
    home: Tab, site: Server
) -> None:
    form_for_a_situation(home, site, SITUATION)
    home.evaluate("window.sameDocument = true")
    home.set_viewport_size({"width": 320, "height": 256})  # a desk's window at 400 %
    send(home)
    heading = home.get_by_role("heading", level=1)
    expect(heading).to_have_text("Cases like yours")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport(ratio=1)
    expect(home).to_have_title(re.compile(r"^Cases like yours \(\d+\) – "))
    assert home.evaluate("window.sameDocument")
    assert home.url == f"{site.address}/find-a-case/describe"
    home.get_by_role("button", name="Menu").click()
    expect(home.get_by_role("link", name="Glossary")).to_be_visible()


def test_an_answer_that_is_an_error_says_so_first_and_the_form_can_be_sent_again(
    home: Tab, site: Server
) -> None:
    situation = form_for_a_situation(home, site, "")
    send(home)
    expect(summary(home)).to_be_focused()
    expect(home).to_have_title(re.compile("^Error: Describe a situation – "))
    summary(home).get_by_role("link").click()
    expect(situation).to_be_focused()
    home.keyboard.type(SITUATION)
    send(home)
    expect(home.get_by_role("heading", level=1)).to_be_focused()
    expect(home).to_have_title(re.compile("^Cases like yours"))
    expect(summary(home)).to_have_count(0)


def test_without_a_connection_the_text_stays_and_can_be_sent_later(home: Tab, site: Server) -> None:
    word = canary()
    situation = form_for_a_situation(home, site, f"{SITUATION} {word}")
    home.context.set_offline(True)
    for _ in range(2):
        send(home)
        expect(summary(home)).to_have_count(1)
        expect(summary(home)).to_contain_text("What you wrote was not sent. It is still on this")
        expect(summary(home)).to_be_focused()
        expect(home).to_have_title(re.compile("^Error: Describe a situation – "))
        summary(home).get_by_role("link").click()
        expect(situation).to_be_focused()
        expect(situation).to_have_value(re.compile(word))
        expect(situation).to_be_editable()
        home.wait_for_timeout(1_000)  # a second press within a second is a slip of the hand
    home.context.set_offline(False)
    send(home)
    expect(home.get_by_role("heading", level=1)).to_have_text("Cases like yours")
    assert word not in kept(home)


@pytest.mark.parametrize(
    "answer",
    [
        lambda route: route.fulfill(status=302, headers={"Location": "/sign-in"}),
        lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"),
        lambda route: route.fulfill(json={"title": "no page"}),
    ],
    ids=["redirect", "proxy", "json"],
)
def test_an_answer_that_is_no_page_of_the_portal_leaves_the_text_where_it_is(
    home: Tab, site: Server, answer: Callable[[Route], None]
) -> None:
    situation = form_for_a_situation(home, site, SITUATION)
    home.route("**/find-a-case/describe", answer)
    send(home)
    expect(summary(home)).to_contain_text("The service gave no answer. What you wrote is still on")
    expect(summary(home)).to_be_focused()
    expect(situation).to_have_value(SITUATION)
    assert headings(home) == "Describe a situation"


def test_a_page_that_does_not_show_the_text_gets_it(home: Tab, site: Server) -> None:
    form_for_a_situation(home, site, SITUATION)
    (site.instance / "maintenance").touch()
    try:
        send(home)
        heading = home.get_by_role("heading", level=1)
        expect(heading).to_contain_text("Sorry")
        expect(heading).to_be_focused()
    finally:
        (site.instance / "maintenance").unlink()
    expect(home.get_by_role("heading", name="What you wrote")).to_be_visible()
    expect(home.get_by_label("Describe the situation")).to_have_value(SITUATION)
    home.wait_for_timeout(1_000)
    send(home)
    expect(heading).to_have_text("Cases like yours")


def test_a_second_press_sends_nothing_more(home: Tab, site: Server) -> None:
    held: list[Route] = []
    situation = form_for_a_situation(home, site, SITUATION)
    home.route("**/find-a-case/describe", lambda route: held.append(route))
    with home.expect_request("**/find-a-case/describe"):
        send(home)
    expect(home.get_by_role("status").get_by_text("Sending…")).to_be_visible()
    expect(situation).not_to_be_editable()
    home.wait_for_timeout(1_000)
    send(home)
    held[0].continue_()
    expect(home.get_by_role("heading", level=1)).to_have_text("Cases like yours")
    expect(home.get_by_text("Sending…")).to_have_count(0)
    assert len(held) == 1


def test_the_folder_of_the_browser_keeps_nothing_of_what_was_described(
    browser: Browser, site: Server, tmp_path: Path
) -> None:
    chromium = next(filter(None, map(shutil.which, NAMES)))
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=chromium, args=list(ARGUMENTS)
    )
    word = canary()
    sign_in(context.pages[0], site, PRACTITIONER)
    describe_and_open(context.pages[0], site, word)
    context.close()
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"/find-a-case/describe" in file for file in files), "the visit itself is there"
    assert [f for f in files if word.encode() in f or word.encode("utf-16-le") in f] == []


def test_describing_works_without_javascript(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    sign_in(tab, site, PRACTITIONER)
    tab.goto(f"{site.address}/find-a-case/describe")
    describe(tab, "")
    expect(tab.locator(".govuk-error-summary a")).to_have_text(
        "Describe the situation in a few sentences"
    )
    describe(tab)
    follow(tab, tab.locator(".app-results a").first.inner_text())
    expect(tab).to_have_url(re.compile(r"/library/case-\d{3}$"))
    context.close()


# ---- Asking for an example


def test_who_finds_nothing_asks_for_an_example_and_is_thanked(home: Tab, site: Server) -> None:
    home.goto(f"{site.address}/library?source_of_harm=online")
    settle(home)
    field(home).fill("zzyzx")
    press(home, "Search")
    expect(home.locator("#results")).to_have_text("0 documents for “zzyzx”")
    follow(home, "ask for an example")
    assert home.url == f"{site.address}/ask-for-an-example?source_of_harm=online"
    expect(home.get_by_label("Where did the worry come from?")).to_have_value("online")
    home.get_by_label("Where did the worry come from?").select_option("Any")
    press(home, "Ask for an example")
    assert home.title().startswith("Error: ")
    home.get_by_role("link", name="Choose at least one answer").click()
    expect(home.get_by_label("Where did the worry come from?")).to_be_focused()
    home.get_by_label("How old was the child?").select_option("11 to 14")
    press(home, "Ask for an example")
    assert headings(home) == "Your wish is noted"
    follow(home, "describe another situation")
    assert headings(home) == "Describe a situation"


# ---- On a real server


def test_a_real_server_keeps_nothing_of_what_was_described_or_searched_for(
    tab: Tab, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = stocked(databases)
    temporary = tmp_path_factory.mktemp("temporary")
    told, asked = canary(), canary()
    more = {"GUNICORN_CMD_ARGS": "--access-logfile -", "TMPDIR": str(temporary)}
    with production(databases, lambda _: app, log_level="debug", **more) as server:
        sign_in(tab, server, PRACTITIONER)
        describe_and_open(tab, server, told)
        tab.goto(f"{server.address}/find-a-case/describe")
        describe(tab, f"{SITUATION} {told} " * 800)
        expect(tab.locator(".govuk-error-summary")).to_contain_text("Shorten the description")
        tab.goto(f"{server.address}/library?q={asked}+passport&asked=1")
        settle(tab)
        type_and_wait(tab, " passp")
        tab.context.request.get(f"{server.address}/library/complete?q={asked}")
        log = server.log.read_text(encoding="utf-8")
        assert '"POST /find-a-case/describe" 200' in log
        assert '"POST /find-a-case/describe" 422' in log
        assert '"GET /library" 200' in log
        assert '"GET /library/complete" 200' in log
        assert "Traceback" not in log
        said = {"the log": log, "a table": everything(app)}
        files = [path for path in server.instance.rglob("*") if path.is_file()]
        said |= {path.name: path.read_bytes().decode("latin-1") for path in files}
        for place, text in said.items():
            for word in (told, asked):
                assert word not in text.casefold(), place
        assert list(temporary.iterdir()) == []
