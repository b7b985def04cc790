"""From an administrator to a practitioner by real letters, each in a browser of their own."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from tests.databases import Databases
from tests.e2e.browsing import settle
from tests.e2e.pages import send
from tests.e2e.servers import PATIENCE, Server, production, stocked, working_for
from tests.e2e.steps import follow, go, headings, press
from tests.people import ADMINISTRATOR, PASSWORD

CURATOR_ADDRESS = "cleo.curator@education.gov.uk"
LEAD_ADDRESS = "lena.lead@example.gov.uk"
STAFF_ADDRESS = "pia.practitioner@example.gov.uk"
PASSWORDS = {
    CURATOR_ADDRESS: "marmalade ferry quartz",
    LEAD_ADDRESS: "walnut compass drizzle",
    STAFF_ADDRESS: "saffron ladder puzzle",
}


@contextmanager
def somebody(
    browser: Browser, server: Server, address: str = "", secret: str = ""
) -> Iterator[Tab]:
    """A browser of one person, signed in where an address is given."""
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(PATIENCE * 1000)
    tab = context.new_page()
    if address:
        tab.goto(f"{server.address}/sign-in")
        send(tab, address, secret)
        assert "/sign-in" not in tab.url
    yield tab
    context.close()


def letter_to(folder: Path, address: str) -> str:
    """Wait for the worker to send a letter; return its text."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for path in sorted(folder.glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            if message["To"] == address:
                return str(message.get_content())
        time.sleep(0.1)
    raise AssertionError(f"no letter to {address}")


def link_in(text: str) -> str:
    (link,) = re.findall(r"http\S+/invitation\?t=\S+", text)
    return str(link)


def accept(browser: Browser, server: Server, folder: Path, address: str, name: str) -> None:
    """Open the link of a letter, choose a password, sign in."""
    with somebody(browser, server) as tab:
        tab.goto(link_in(letter_to(folder, address)))
        assert headings(tab) == "Accept your invitation"
        expect(tab.get_by_label("Your user name")).to_have_value(address)
        tab.get_by_label("Your name").fill(name)
        tab.get_by_label("Password", exact=True).fill("short")
        press(tab, "Create account")
        assert tab.title().startswith("Error: ")
        expect(tab.get_by_label("Your name")).to_have_value(name)
        tab.get_by_label("Password", exact=True).fill(PASSWORDS[address])
        press(tab, "Create account")
        assert headings(tab) == "Your account is ready"
        press(tab, "Sign in")
        send(tab, address, PASSWORDS[address])
        assert headings(tab) == "Learn from other authorities’ cases"
        tab.goto(f"{server.address}/account")
        expect(tab.get_by_role("main")).to_contain_text(name)


@pytest.fixture(scope="module")
def server(databases: Databases) -> Iterator[Server]:
    with production(databases, stocked) as started:
        yield started
        assert "Traceback" not in started.log.read_text()


def test_an_administrator_a_curator_a_lead_and_a_practitioner_come_in_by_letter(
    browser: Browser, server: Server
) -> None:
    with working_for(server) as folder:
        with somebody(browser, server, ADMINISTRATOR.email, PASSWORD) as tab:
            go(tab, "Administration")
            follow(tab, "Curators and administrators")
            press(tab, "Invite a person")
            tab.get_by_label("Work e-mail address").fill(CURATOR_ADDRESS)
            tab.get_by_label("Curator").check()
            press(tab, "Send invitation")
            expect(tab.get_by_role("alert")).to_contain_text("The invitation is on its way")
        accept(browser, server, folder, CURATOR_ADDRESS, "Cleo Curator")

        with somebody(browser, server, CURATOR_ADDRESS, PASSWORDS[CURATOR_ADDRESS]) as tab:
            go(tab, "People")
            tab.get_by_label("Name of the authority").fill("kirklees")
            press(tab, "Show")
            follow(tab, "Kirklees")
            follow(tab, "Set the domains")
            tab.get_by_label("Domains, one on each line").fill("example.gov.uk")
            press(tab, "Save")
            press(tab, "Invite a strategic lead")
            tab.get_by_label("Work e-mail address").fill(LEAD_ADDRESS)
            press(tab, "Send invitation")
        accept(browser, server, folder, LEAD_ADDRESS, "Lena Lead")

        with somebody(browser, server, LEAD_ADDRESS, PASSWORDS[LEAD_ADDRESS]) as tab:
            go(tab, "People")
            assert headings(tab) == "People of Kirklees"
            follow(tab, "Invite many at once")
            tab.get_by_label("E-mail addresses, one on each line").fill(
                f"{STAFF_ADDRESS}\nsomebody@gmail.com, school"
            )
            press(tab, "Check the list")
            expect(tab.get_by_role("main")).to_contain_text("1 person can be invited; 1 line can’t")
            press(tab, "Send 1 invitation")
            assert headings(tab) == "1 invitation on the way"
        accept(browser, server, folder, STAFF_ADDRESS, "Pia Practitioner")

        with somebody(browser, server, LEAD_ADDRESS, PASSWORDS[LEAD_ADDRESS]) as tab:
            go(tab, "People")
            expect(tab.get_by_role("main")).to_contain_text("Pia Practitioner")
            with somebody(browser, server, STAFF_ADDRESS, PASSWORDS[STAFF_ADDRESS]) as staff:
                settle(staff)
                follow(tab, "Suspend Pia Practitioner")
                press(tab, "Suspend")
                staff.goto(f"{server.address}/library")
                assert headings(staff) == "Sign in"

        letters = [path.read_text(encoding="utf-8") for path in folder.glob("*.eml")]
        assert not [text for text in letters if "Hartlepool" in text], "of nobody else"
        log = server.log.read_text() + (server.instance / "worker.log").read_text()
        for address in PASSWORDS:
            assert address not in log
        assert "?t=" not in log
