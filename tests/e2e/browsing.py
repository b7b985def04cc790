"""Chromium, and what it met on a page."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Playwright,
    Request,
    Response,
)
from playwright.sync_api import Page as Tab

from tests.e2e.pages import SIZES, PortalPage, send
from tests.e2e.servers import Portals, Server
from tests.people import PASSWORD, Person

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Playwright's own list, which this takes the place of, and the last three: the menu under the
    # address bar, which nobody sees, is drawn by a process of its own for every window
    "--disable-features=AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
)


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start the Chromium of this machine; Playwright downloads none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "Chromium is missing: apt-get install chromium"
    browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
    try:
        yield browser
    finally:
        browser.close()


def sign_in(tab: Tab, server: Server, person: Person) -> None:
    """Sign in as a person does; in a demonstration with one press."""
    tab.goto(f"{server.address}/sign-in")
    if server.demonstration:
        with tab.expect_navigation():
            tab.get_by_role("button", name=f"Sign in as {person.name}").click()
    else:
        send(tab, person.email, PASSWORD)
    assert "/sign-in" not in tab.url, f"{person.name} was not let in"


def settle(tab: Tab) -> None:
    """Wait until the page has loaded and its search field completes what is typed."""
    tab.wait_for_load_state("load")
    if tab.locator("[data-complete]").count():
        tab.locator("[data-complete] [role=combobox]").wait_for()


@dataclass
class Visit:
    """An open page with all that happened on the way to it."""

    wanted: PortalPage
    server: Server
    tab: Tab
    answers: list[Response] = field(default_factory=list)
    """Of the page's own address, the last one last."""
    requests: list[str] = field(default_factory=list)
    """Kind and address of everything that was asked for."""
    errors: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Addresses that the console reports as not loaded."""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note what happens in the tab until the end of the block."""
        main = self.tab.main_frame

        def keep(answer: Response) -> None:
            asked = answer.request
            in_place = asked.method == "POST" and asked.resource_type == "fetch"
            if answer.frame == main and (asked.is_navigation_request() or in_place):
                self.answers.append(answer)

        def hear(message: ConsoleMessage) -> None:
            if message.text.startswith("Failed to load resource"):
                self.refused.append(message.location["url"])
            elif message.type in {"error", "warning"}:
                self.errors.append(message.text)

        def note(asked: Request) -> None:
            self.requests.append(f"{asked.resource_type} {asked.url}")

        def fail(error: Error) -> None:
            self.errors.append(str(error))

        ears: dict[str, Callable[[Any], None]] = {
            "response": keep,
            "console": hear,
            "pageerror": fail,
            "request": note,
        }
        for event, ear in ears.items():
            self.tab.on(event, ear)  # type: ignore[call-overload]
        yield
        for event, ear in ears.items():
            self.tab.remove_listener(event, ear)

    def resize(self, width: int) -> None:
        """Make the window `width` pixels wide and wait until the page has drawn itself so."""
        self.tab.set_viewport_size({"width": width, "height": SIZES[width]})
        self.tab.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    @property
    def status(self) -> int:
        return self.answers[-1].status


@dataclass
class Visitor:
    """Opens pages; every person signs in once on every portal."""

    browser: Browser
    portals: Portals
    tabs: dict[tuple[str, Person | None], Tab] = field(default_factory=dict)
    """By portal and person; a tab is used again, since a new one costs more than most pages."""
    html: dict[str, str] = field(default_factory=dict)
    """What was sent, by the name of the page."""

    @contextmanager
    def visit(self, wanted: PortalPage, width: int) -> Iterator[Visit]:
        """Open a page in a tab that is `width` pixels wide and remembers nothing of others."""
        server = self.portals.of(wanted.portal)
        tab = self._tab(server, wanted)
        visit = Visit(wanted, server, tab)
        try:
            with visit.listening():
                tab.set_viewport_size({"width": width, "height": SIZES[width]})
                tab.goto(server.address + wanted.address)
                if wanted.then:
                    wanted.then(tab)
                settle(tab)
                self.html[wanted.name] = visit.answers[-1].text()
                yield visit
            tab.evaluate("sessionStorage.clear()")
        except BaseException:
            # whatever state that left it in is nothing for the next page
            del self.tabs[wanted.portal, wanted.who]
            tab.context.close()
            raise

    @contextmanager
    def fresh(self, wanted: PortalPage, width: int) -> Iterator[Visit]:
        """Open a page as `visit` does, in a tab that has never been used.

        In a used one the Tab key can go from the end of the page to its beginning.
        """
        kept = self.tabs.pop((wanted.portal, wanted.who), None)
        try:
            with self.visit(wanted, width) as visit:
                yield visit
        finally:
            used = self.tabs.pop((wanted.portal, wanted.who), None)
            if used is not None:
                used.context.close()
            if kept is not None:
                self.tabs[wanted.portal, wanted.who] = kept

    def html_of(self, wanted: PortalPage) -> str:
        """Return what the server sends for a page, from an earlier visit if there was one."""
        if wanted.name not in self.html:
            with self.visit(wanted, max(SIZES)):
                pass
        return self.html[wanted.name]

    def _tab(self, server: Server, wanted: PortalPage) -> Tab:
        key = (wanted.portal, wanted.who)
        if key not in self.tabs:
            tab = self.browser.new_context(locale="en-GB").new_page()
            if wanted.who:
                sign_in(tab, server, wanted.who)
            self.tabs[key] = tab
        return self.tabs[key]
