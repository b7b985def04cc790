"""Fixtures: one Chromium, portals in every state, and a server on each engine."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Page as Tab

from tests.databases import Databases
from tests.e2e.browsing import Visitor, chromium
from tests.e2e.servers import Portals, Server, production, stocked


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started


@pytest.fixture(scope="session")
def portals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portals]:
    with Portals(Databases(tmp_path_factory.mktemp("portals"))) as started:
        yield started


@pytest.fixture(scope="session")
def visitor(browser: Browser, portals: Portals) -> Visitor:
    return Visitor(browser, portals)


@pytest.fixture(scope="session")
def site(databases: Databases) -> Iterator[Server]:
    """A portal in production: every test that asks runs once on each engine."""
    with production(databases, stocked) as server:
        yield server
        assert "Traceback" not in server.log.read_text()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been here."""
    opened = browser.new_context(locale="en-GB")
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def tab(context: BrowserContext) -> Tab:
    return context.new_page()
