"""Fixtures: one Chromium, portals in every state, and a server on each engine."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Page as Tab

from tests.databases import Databases, Engines
from tests.e2e.browsing import Visitor, chromium
from tests.e2e.servers import Portals, Server, production, stocked


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started


@pytest.fixture(scope="session")
def portals(engines: Engines) -> Iterator[Portals]:
    with Portals(engines.of("sqlite")) as started:
        yield started


@pytest.fixture(scope="session")
def visitor(browser: Browser, portals: Portals) -> Visitor:
    return Visitor(browser, portals)


@pytest.fixture(scope="session")
def sites(engines: Engines) -> Iterator[Callable[[Databases], Server]]:
    """Give the portal in production over some databases, started when it is first asked for."""
    running: dict[int, Server] = {}
    with ExitStack() as stack:

        def site_of(databases: Databases) -> Server:
            if id(databases) not in running:
                started = stack.enter_context(production(databases, stocked))
                running[id(databases)] = started
            return running[id(databases)]

        yield site_of


@pytest.fixture(scope="session")
def site(databases: Databases, sites: Callable[[Databases], Server]) -> Iterator[Server]:
    """A portal in production: every test that asks runs once on each engine."""
    server = sites(databases)
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
