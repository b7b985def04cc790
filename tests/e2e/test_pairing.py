"""Four people: a lead finds a host, the host's lead says yes, a curator sees it, staff do not."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from portal.core.database import db
from tests.databases import Databases
from tests.e2e.browsing import sign_in
from tests.e2e.servers import Server, production
from tests.e2e.steps import follow, go, headings, press
from tests.e2e.test_assessing import browser_of
from tests.integration.inviting import authority
from tests.integration.pairing import HOSTS, host_of, lead_of, only_request, stock
from tests.people import CURATOR, LEAD, PRACTITIONER

WISH = "We hope to learn how you agreed who holds cases."
BY_SERVER: dict[str, Flask] = {}


def described(databases: Databases) -> Flask:
    """Make a database in which nine authorities have described themselves, one of them unsure."""
    app = databases.make("stocked")
    stock(app)
    with app.app_context():
        db.engine.dispose()
    BY_SERVER["app"] = app
    return app


@pytest.fixture
def server(databases: Databases) -> Iterator[Server]:
    with production(databases, described, log_level="debug") as started:
        yield started


def find_and_ask(tab: Tab) -> None:
    """From the profile to a request that has been sent."""
    go(tab, "Your authority")
    follow(tab, "Profile")
    assert headings(tab) == "Profile"
    go(tab, "Your authority")
    follow(tab, "Pairing")
    tab.get_by_label("Mostly how cases are handled").check()
    press(tab, "Look for hosts")
    assert headings(tab) == "Hosts for you"
    expect(tab.get_by_role("main")).to_contain_text("Can help with")
    press(tab, "Choose whom to ask")
    tab.get_by_label("First choice").select_option(index=1)
    tab.get_by_label("Training for staff").check()
    press(tab, "Continue")
    assert tab.title().startswith("Error: ")
    tab.get_by_label("Say in a few sentences what you hope for").fill(WISH)
    press(tab, "Continue")
    assert headings(tab) == "Check your request"
    press(tab, "Change")
    expect(tab.get_by_label("Say in a few sentences what you hope for")).to_have_value(WISH)
    press(tab, "Continue")
    press(tab, "Send request")
    expect(tab.get_by_text("Your request is on its way")).to_be_visible()


def test_from_a_profile_to_the_end_of_a_pairing(browser: Browser, server: Server) -> None:
    app = BY_SERVER["app"]
    with browser_of(browser) as asking:
        sign_in(asking, server, LEAD)
        find_and_ask(asking)
        code = host_of(app, only_request(app))
        assert code in HOSTS
        there = authority(app, code)
        with browser_of(browser) as host:
            sign_in(host, server, lead_of(code))
            host.goto(f"{server.address}/notices")
            follow(host, "An authority would like to be paired with yours")
            said = host.get_by_role("main").inner_text()
            assert WISH in said
            assert "Hartlepool" not in said
            host.get_by_label("Yes: show both of us who the other is, and begin").check()
            press(host, "Send answer")
            assert headings(host) == "Paired with Hartlepool"
            with browser_of(browser) as curator:
                sign_in(curator, server, CURATOR)
                curator.goto(f"{server.address}/pairing")
                expect(curator.get_by_role("main")).to_contain_text("Hartlepool")
            with browser_of(browser) as staff:
                sign_in(staff, server, PRACTITIONER)
                answer = staff.goto(f"{server.address}/authorities/{there}/pairing")
                assert answer is not None
                assert answer.status == 403
            asking.goto(f"{server.address}/notices")
            follow(asking, "You are paired with", exact=False)
            expect(asking.get_by_role("main")).to_contain_text("someone@example.gov.uk")
            press(asking, "Change the plan")
            asking.get_by_label("Goal 1: theme").select_option(label="Families and communities")
            asking.get_by_label("Goal 1: what you want to reach").fill("Letters for parents")
            press(asking, "Save the plan")
            host.reload()
            expect(host.get_by_role("main")).to_contain_text("Letters for parents")
            press(host, "Ask to go on")
            asking.reload()
            press(asking, "Agree to go on")
            expect(asking.get_by_text("The pairing goes on for another six months")).to_be_visible()
            follow(host, "End the pairing")
            press(host, "End the pairing")
        asking.reload()
        expect(asking.get_by_role("main")).to_contain_text("This pairing ended on")
        expect(asking.get_by_role("main")).not_to_contain_text("someone@example.gov.uk")
    said = server.log.read_text()
    assert WISH not in said
    assert "Hartlepool" not in said
