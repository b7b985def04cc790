"""Every distinct page of the portal: where it is, who sees it, what has to be done to see it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page as Tab

from portal.accounts.models import Role
from tests.e2e.servers import REVIEW_DUE, WITHDRAWN
from tests.people import CURATOR, LEAD, NOBODY, PRACTITIONER, Person

AMIRA = Person("Amira Khan", Role.PRACTITIONER, "A")
"""An account of the demonstration, which signs in with one press."""
SIZES = {320: 640, 1280: 900}
"""Widths with their heights: the narrowest that WCAG 1.4.10 asks for, and a desk."""

NO_PAGE = {
    "library.download": "a file to keep; test_pages looks into it too",
    "ui.robots": "plain text for crawlers",
    "ui.security_txt": "plain text for those who found a weakness",
}
"""Endpoints that answer GET with something else than a page."""


@dataclass(frozen=True)
class PortalPage:
    """A page that is opened at `address` and, where `then` says more, reached from there."""

    name: str
    address: str
    who: Person | None = None
    status: int = 200
    portal: str = "open"
    then: Callable[[Tab], object] | None = None


def send(tab: Tab, email: str, password: str = "not the password at all") -> None:
    """Fill the sign-in form and send it."""
    tab.get_by_label("E-mail address").fill(email)
    tab.get_by_label("Password", exact=True).fill(password)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Sign in", exact=True).click()


def send_wrong_password(tab: Tab) -> None:
    send(tab, "stranger@example.gov.uk")


def send_too_often(tab: Tab) -> None:
    for _ in range(6):
        send(tab, "hasty@example.gov.uk")
        if not tab.get_by_label("E-mail address").count():
            return


def send_after_the_session_ended(tab: Tab) -> None:
    tab.context.clear_cookies()
    send_wrong_password(tab)


def send_too_much(tab: Tab) -> None:
    tab.evaluate("document.querySelector('#email').value = 'a'.repeat(1_100_000)")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Sign in", exact=True).click()


def open_menu(tab: Tab) -> None:
    button = tab.get_by_role("button", name="Menu")
    if button.is_visible():
        button.click()


def open_first_term(tab: Tab) -> None:
    tab.locator(".app-term").first.click()
    tab.locator("[popover]:popover-open").wait_for()


def open_details(tab: Tab) -> None:
    closed = tab.locator("main details:not([open]) > summary")
    while closed.count():
        closed.first.click()


MANY_FILTERS = (
    "/library?type=case&type=guidance&source_of_harm=family-travel&source_of_harm=online"
    "&referred_by=police&themes=partners&sort=title"
)
READER = PRACTITIONER

PAGES = (
    PortalPage("sign-in", "/sign-in"),
    PortalPage("sign-in-wrong", "/sign-in", status=422, then=send_wrong_password),
    PortalPage("signed-out", "/signed-out"),
    PortalPage("home", "/", READER),
    PortalPage("home-menu", "/", LEAD, then=open_menu),
    PortalPage("concern", "/concern", READER),
    PortalPage("find-a-case", "/find-a-case", READER),
    PortalPage("library", "/library", READER),
    PortalPage("library-second-page", "/library?page=2", READER),
    PortalPage("library-filtered", MANY_FILTERS, READER),
    PortalPage("library-panel-open", MANY_FILTERS, READER, then=open_details),
    PortalPage("library-questions", "/library?question=yes", LEAD),
    PortalPage("library-empty", "/library?referred_by=school&outcome=order-refused", READER),
    PortalPage("library-unknown-filter", "/library?colour=blue&age_band=old&type=case", READER),
    PortalPage("search", "/library?q=passport", READER),
    PortalPage("search-filtered", "/library?q=travel+police&type=case&sort=title", READER),
    PortalPage("search-nothing", "/library?q=zzyzx", READER),
    PortalPage("search-filtered-nothing", "/library?q=passport&outcome=order-refused", READER),
    PortalPage("case", "/library/case-004", READER),
    PortalPage("case-open", "/library/case-007", READER, then=open_details),
    PortalPage("case-term", "/library/case-006", READER, then=open_first_term),
    PortalPage("guidance", "/library/guidance-001", READER),
    PortalPage("guidance-review-due", f"/library/{REVIEW_DUE}", LEAD, then=open_details),
    PortalPage("protocol", "/library/protocol-002", READER),
    PortalPage("glossary-entry", "/library/term-001", READER),
    PortalPage("glossary", "/glossary", READER),
    PortalPage("account", "/account", READER),
    PortalPage("account-without-role", "/account", NOBODY),
    PortalPage("accessibility", "/accessibility"),
    PortalPage("cookies", "/cookies"),
    PortalPage("privacy", "/privacy"),
    PortalPage("contact", "/contact"),
    PortalPage("expired-400", "/sign-in", status=400, then=send_after_the_session_ended),
    PortalPage("not-allowed-403", "/", NOBODY, status=403),
    PortalPage("not-found-404", "/library/case-999", READER, status=404),
    PortalPage("not-found-signed-out-404", "/nowhere", status=404),
    PortalPage("wrong-method-405", "/sign-out", status=405),
    PortalPage("withdrawn-410", f"/library/{WITHDRAWN}", READER, status=410),
    PortalPage("too-much-413", "/sign-in", status=413, then=send_too_much),
    PortalPage("too-often-429", "/sign-in", status=429, then=send_too_often),
    PortalPage("broken-500", "/library", READER, status=500, portal="broken"),
    PortalPage("closed-503", "/", status=503, portal="closed"),
    PortalPage("empty-home", "/", CURATOR, portal="empty"),
    PortalPage("empty-concern", "/concern", CURATOR, portal="empty"),
    PortalPage("empty-find-a-case", "/find-a-case", CURATOR, portal="empty"),
    PortalPage("empty-library", "/library", CURATOR, portal="empty"),
    PortalPage("empty-search", "/library?q=passport", CURATOR, portal="empty"),
    PortalPage("empty-glossary", "/glossary", CURATOR, portal="empty"),
    PortalPage("education-sign-in", "/sign-in", portal="education"),
    PortalPage("education-case", "/library/case-004", READER, portal="education"),
    PortalPage("demonstration-sign-in", "/sign-in", portal="demonstration"),
    PortalPage("demonstration-home", "/", AMIRA, portal="demonstration"),
    PortalPage("demonstration-cookies", "/cookies", portal="demonstration"),
    PortalPage("demonstration-contact", "/contact", portal="demonstration"),
)
