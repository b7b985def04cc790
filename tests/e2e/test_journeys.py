"""What people come for, from the first page to the last, on both engines."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab

from tests.e2e.browsing import sign_in
from tests.e2e.pages import send
from tests.e2e.servers import Server
from tests.e2e.steps import follow, headings, press
from tests.people import LEAD, PASSWORD, PRACTITIONER

COOKIE = "__Host-portal"


def go_to_a_case_like_mine(tab: Tab) -> None:
    """Home, three questions, the list, a case."""
    expect(tab.get_by_role("heading", level=1)).to_have_text("Learn from other authorities’ cases")
    follow(tab, "Find a case like mine")
    tab.get_by_label("Online contact or material").check()
    tab.get_by_role("group", name="Who raised it?").get_by_label("School or college").check()
    press(tab, "Show cases")
    expect(tab.locator("#results")).to_have_text("1 document")
    expect(tab.locator(".app-chip")).to_have_count(3)
    follow(tab, "A web search about travel leads to early help with the family on side")
    expect(tab).to_have_url(re.compile(r"/library/case-004$"))


def keep_a_copy(tab: Tab) -> str:
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Download as a web page (HTML)").click()
    assert re.fullmatch(r"[a-z]+-\d{3}\.html", download.value.suggested_filename)
    return Path(download.value.path()).read_text(encoding="utf-8")


def is_let_in(tab: Tab, server: Server) -> bool:
    """Tell whether the home page answers, asked for with the cookies of `tab`."""
    answer = tab.context.request.get(f"{server.address}/", max_redirects=0)
    return answer.status == 200


def walk_the_whole_way(tab: Tab, site: Server) -> None:
    sign_in(tab, site, PRACTITIONER)
    go_to_a_case_like_mine(tab)
    related = tab.get_by_role("complementary", name="Related documents")
    title = related.get_by_role("link").first.inner_text()
    follow(tab, title)
    assert headings(tab) == title
    assert f"<h1>{title}</h1>" in keep_a_copy(tab)
    cookies = tab.context.cookies()
    assert [cookie["name"] for cookie in cookies] == [COOKIE]
    assert is_let_in(tab, site)
    press(tab, "Sign out")
    assert headings(tab) == "You are signed out"
    # the cookie of before, put back: the server has ended the session
    tab.context.clear_cookies()
    tab.context.add_cookies([{k: v for k, v in cookie.items()} for cookie in cookies])  # type: ignore[misc]
    assert not is_let_in(tab, site)


def test_a_practitioner_finds_a_case_like_theirs_and_leaves_nothing_open(
    tab: Tab, site: Server
) -> None:
    walk_the_whole_way(tab, site)


def test_the_same_works_without_javascript(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    walk_the_whole_way(context.new_page(), site)
    context.close()


def test_a_glossary_term_opens_without_javascript(browser: Browser, site: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    sign_in(tab, site, PRACTITIONER)
    tab.goto(f"{site.address}/library/case-006")
    term = tab.locator(".app-term").first
    meaning = tab.locator(f"#{term.get_attribute('popovertarget')}")
    expect(meaning).to_be_hidden()
    term.click()
    expect(meaning).to_be_visible()
    context.close()


def test_a_strategic_lead_asks_how_other_authorities_do_it(tab: Tab, site: Server) -> None:
    sign_in(tab, site, LEAD)
    expect(tab.get_by_role("heading", name="How do other authorities …")).to_be_visible()
    follow(tab, "All questions that are answered here")
    chips = tab.locator(".app-chip")
    expect(chips).to_have_text(re.compile("How do other authorities …"))
    tab.go_back()
    question = tab.locator(".app-questions a").first
    assert re.fullmatch(r"… .+\?", question.inner_text())
    follow(tab, question.inner_text())
    expect(tab).to_have_url(re.compile(r"/library/[a-z]+-\d{3}$"))
    expect(tab.get_by_role("heading", name="About this document")).to_be_visible()


def test_a_wrong_password_keeps_the_address_and_leads_to_the_error(tab: Tab, site: Server) -> None:
    tab.goto(f"{site.address}/sign-in")
    send(tab, LEAD.email, "not the password at all")
    assert tab.title().startswith("Error: Sign in")
    summary = tab.get_by_role("alert")
    expect(tab.locator(".govuk-error-summary")).to_be_focused()
    expect(tab.get_by_label("E-mail address")).to_have_value(LEAD.email)
    expect(tab.get_by_label("Password", exact=True)).to_have_value("")
    summary.get_by_role("link", name="The e-mail address or the password is not right").click()
    expect(tab.get_by_label("Password", exact=True)).to_be_focused()
    send(tab, LEAD.email, PASSWORD)
    assert headings(tab) == "Learn from other authorities’ cases"


def test_an_empty_form_names_each_field_that_is_missing(tab: Tab, site: Server) -> None:
    tab.goto(f"{site.address}/sign-in")
    press(tab, "Sign in")
    links = tab.locator(".govuk-error-summary a")
    expect(links).to_have_text(["Enter your e-mail address", "Enter your password"])
    links.first.click()
    expect(tab.get_by_label("E-mail address")).to_be_focused()


def test_signing_in_leads_back_to_the_page_that_was_wanted(tab: Tab, site: Server) -> None:
    wanted = "/library?type=case&referred_by=police&sort=title"
    tab.goto(site.address + wanted)
    assert headings(tab) == "Sign in"
    send(tab, PRACTITIONER.email, PASSWORD)
    assert tab.url == site.address + wanted


@pytest.fixture
def filtered(context: BrowserContext, site: Server) -> Tab:
    """The library in which three filters were chosen, one step after the other."""
    tab = context.new_page()
    sign_in(tab, site, PRACTITIONER)
    tab.goto(f"{site.address}/library")
    choose(tab, "Type of document", "Case example")
    choose(tab, "Who raised it", "Police")
    choose(tab, "Type of area", "Prevent priority area")
    expect(tab.locator(".app-chip")).to_have_count(3)
    return tab


def choose(tab: Tab, facet: str, label: str) -> None:
    """Choose a filter as a reader does: open its group if it is closed, tick, apply."""
    group = tab.locator("details.app-facet").filter(has=tab.locator("summary", has_text=facet))
    if group.get_attribute("open") is None:
        group.locator("summary").click()
    group.get_by_label(re.compile(rf"^\s*{label} \(")).check()
    press(tab, "Apply")


def total(tab: Tab) -> str:
    return tab.locator("#results").inner_text()


def test_the_back_button_undoes_one_filter_at_a_time(filtered: Tab) -> None:
    last, shown = filtered.url, total(filtered)
    for left in (2, 1, 0):
        filtered.go_back()
        expect(filtered.locator(".app-chip")).to_have_count(left)
        expect(filtered.locator(".app-facet input:checked")).to_have_count(left)
    for _ in range(3):
        filtered.go_forward()
    assert (filtered.url, total(filtered)) == (last, shown)


def test_removing_one_filter_keeps_the_others(filtered: Tab) -> None:
    before = int(total(filtered).split()[0])
    follow(filtered, re.compile("Remove Who raised it: Police"), exact=False)
    chips = filtered.locator(".app-chip")
    expect(chips).to_have_text(
        [re.compile("Type: Case example"), re.compile("Type of area: Prevent priority area")]
    )
    assert int(total(filtered).split()[0]) > before
    follow(filtered, "Clear filters")
    expect(chips).to_have_count(0)


def test_a_search_keeps_its_filters_and_its_words(filtered: Tab) -> None:
    filtered.get_by_label("Words to look for").fill("travel")
    press(filtered, "Search")
    expect(filtered.locator("#results")).to_have_text(re.compile(r"^\d+ documents? for “travel”$"))
    expect(filtered.locator(".app-chip")).to_have_count(3)
    expect(filtered.locator(".app-results mark").first).to_be_visible()
    choose(filtered, "Theme", "Working with partners")
    expect(filtered.get_by_label("Words to look for")).to_have_value("travel")
    expect(filtered.locator(".app-chip")).to_have_count(4)
