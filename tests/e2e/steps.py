"""Steps of a person in a browser; each waits for the page that it leads to."""

import re

from playwright.sync_api import Page as Tab


def follow(tab: Tab, name: str | re.Pattern[str], exact: bool = True) -> None:
    """Follow a link of the page's main part."""
    with tab.expect_navigation():
        tab.get_by_role("main").get_by_role("link", name=name, exact=exact).first.click()


def go(tab: Tab, section: str) -> None:
    """Follow a link of the navigation."""
    with tab.expect_navigation():
        tab.get_by_role("navigation").get_by_role("link", name=section, exact=True).first.click()


def press(tab: Tab, name: str) -> None:
    """Press a button that leads to another page."""
    with tab.expect_navigation():
        tab.get_by_role("button", name=name, exact=True).first.click()


def headings(tab: Tab) -> str:
    """Return the main heading of the page."""
    return tab.get_by_role("heading", level=1).inner_text()
