"""The main journey by keyboard alone: what has the focus is seen, in order, and never caught."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Page as Tab

from tests.e2e.browsing import Visitor
from tests.e2e.pages import PAGES, SIZES
from tests.e2e.servers import Portals
from tests.people import PASSWORD, PRACTITIONER

MOST_STOPS = 150
BY_NAME = {page.name: page for page in PAGES}

NAME_OF_FOCUSED = """
() => {
  const element = document.activeElement
  return (element.labels?.[0]?.innerText || element.innerText || "").trim()
}
"""

# How each element looks while it has no focus: a checkbox draws itself on its label.
REMEMBER = """
() => {
  const look = element => [element, element.labels?.[0]].filter(Boolean).flatMap(
    part => [null, "::before", "::after"].map(pseudo => {
      const style = getComputedStyle(part, pseudo)
      return [style.outlineStyle === "none" ? "" : style.outlineWidth + style.outlineColor,
              style.boxShadow, style.backgroundColor].join(" ")
    })).join("|")
  const all = [...document.querySelectorAll("*")]
  const resting = new Map(all.map(element => [element, look(element)]))
  window.focused = () => {
    const element = document.activeElement
    if (!element || element === document.body) return null
    const box = (element.labels?.[0] && element.matches("[type=checkbox], [type=radio]")
      ? element.labels[0] : element).getClientRects()[0]
    const inner = [[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]].map(([x, y]) =>
      document.elementFromPoint(box.left + box.width * x, box.top + box.height * y))
    const own = [element, ...(element.labels ?? [])]
    return {
      place: all.indexOf(element),
      name: (element.innerText || element.labels?.[0]?.innerText || element.name || "").trim(),
      changed: look(element) !== resting.get(element),
      seen: inner.some(hit => hit && own.some(part => part.contains(hit) || hit.contains(part))),
      inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    }
  }
}
"""


# An answer that came in place has the focus at its heading; a body without it begins at the top.
FROM_THE_TOP = """
() => {
  document.body.tabIndex = -1
  document.body.focus()
  document.body.removeAttribute("tabindex")
}
"""


@dataclass(frozen=True)
class Stop:
    """What the Tab key arrived at."""

    place: int
    """In the order of the document."""
    name: str
    changed: bool
    """It looks different from when it has no focus."""
    seen: bool
    """Nothing covers it."""
    inside: bool
    """It is within the window."""


def stops(tab: Tab) -> Iterator[Stop]:
    """Press Tab from the top of the page until the focus leaves it."""
    tab.evaluate(FROM_THE_TOP)
    tab.evaluate(REMEMBER)
    for _ in range(MOST_STOPS):
        tab.keyboard.press("Tab")
        found = tab.evaluate("focused()")
        if found is None:
            return
        yield Stop(**found)
    pytest.fail(f"after {MOST_STOPS} presses the focus is still on the page")


def tab_to(tab: Tab, name: str) -> None:
    """Press Tab until the focus is on what is called so, or begins so."""
    met: list[str] = []
    while not met or not met[-1].startswith(name):
        if len(met) == MOST_STOPS:
            pytest.fail(f"{name} is not met: {met}")
        tab.keyboard.press("Tab")
        met.append(tab.evaluate(NAME_OF_FOCUSED))


def enter(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.keyboard.press("Enter")


WALKED = [
    "sign-in",
    "home",
    "find-a-case",
    "library-filtered",
    "search",
    "search-ways-out",
    "describe-results",
    "ask",
    "case",
    "guidance",
    "glossary",
    "profile",
    "profile-helping-error",
    "profile-contacts",
    "register-import-difference",
]


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", WALKED)
def test_the_focus_goes_through_the_whole_page_in_order_and_in_sight(
    visitor: Visitor, name: str, width: int
) -> None:
    with visitor.fresh(BY_NAME[name], width) as visit:
        met = list(stops(visit.tab))
    assert met[0].name == "Skip to main content"
    places = [stop.place for stop in met]
    assert places == sorted(places), "the order of the page is the order of its text"
    assert len(set(places)) == len(places), "nothing is met twice"
    assert [stop.name for stop in met if not stop.changed] == [], "the focus is visible"
    assert [stop.name for stop in met if not (stop.seen and stop.inside)] == [], "nothing covers it"


def test_the_skip_link_comes_first_and_skips(visitor: Visitor) -> None:
    with visitor.visit(BY_NAME["home"], 1280) as visit:
        tab = visit.tab
        tab.keyboard.press("Tab")
        skip = tab.get_by_role("link", name="Skip to main content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        tab.keyboard.press("Enter")
        expect(tab.locator("main")).to_be_focused()
        tab.keyboard.press("Tab")
        expect(tab.get_by_role("link", name="I have a concern now")).to_be_focused()


def test_the_main_journey_needs_no_pointer(context: BrowserContext, portals: Portals) -> None:
    tab = context.new_page()
    tab.goto(f"{portals.of('open').address}/sign-in")
    tab_to(tab, "E-mail address")
    tab.keyboard.type(PRACTITIONER.email)
    tab_to(tab, "Password")
    tab.keyboard.type(PASSWORD)
    enter(tab)
    tab_to(tab, "Find a case like mine")
    enter(tab)
    tab_to(tab, "Online contact or material")
    tab.keyboard.press("Space")
    expect(tab.get_by_label("Online contact or material")).to_be_checked()
    tab_to(tab, "Show cases")
    enter(tab)
    tab_to(tab, "Who raised it")
    tab.keyboard.press("Enter")
    tab_to(tab, "School or college")
    tab.keyboard.press("Space")
    tab_to(tab, "Apply")
    enter(tab)
    expect(tab.locator(".app-chip")).to_have_count(3)
    tab_to(tab, "A web search about travel")
    enter(tab)
    expect(tab.get_by_role("heading", level=1)).to_contain_text("A web search about travel")
    tab_to(tab, "Download as a web page")
    with tab.expect_download():
        tab.keyboard.press("Enter")
    for _ in range(MOST_STOPS):
        tab.keyboard.press("Shift+Tab")
        if tab.evaluate("document.activeElement.innerText") == "Sign out":
            break
    enter(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("You are signed out")


@pytest.mark.parametrize("width", SIZES)
def test_a_glossary_term_opens_with_enter_and_closes_with_escape(
    visitor: Visitor, width: int
) -> None:
    with visitor.visit(replace(BY_NAME["case-term"], then=None), width) as visit:
        tab = visit.tab
        term = tab.locator(".app-term").first
        meaning = tab.locator(f"#{term.get_attribute('popovertarget')}")
        tab_to(tab, term.inner_text())
        tab.keyboard.press("Enter")
        expect(meaning).to_be_in_viewport(ratio=1)
        expect(term).to_be_focused()
        tab.keyboard.press("Tab")
        expect(meaning.get_by_role("link")).to_be_focused()
        tab.keyboard.press("Escape")
        expect(meaning).to_be_hidden()
        expect(term).to_be_focused()
        tab.keyboard.press("Space")
        expect(meaning).to_be_visible()
        tab.keyboard.press("Enter")
        expect(meaning).to_be_hidden()


def test_the_menu_of_a_narrow_page_opens_with_enter(visitor: Visitor) -> None:
    with visitor.visit(BY_NAME["home"], 320) as visit:
        tab = visit.tab
        link = tab.get_by_role("navigation", name="Service").get_by_role("link", name="Library")
        expect(link).to_be_hidden()
        tab_to(tab, "Menu")
        tab.keyboard.press("Enter")
        expect(link).to_be_visible()
