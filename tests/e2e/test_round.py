"""A curator goes through a round with a worker at work; two leads answer what it proposes."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from portal.core.database import db
from tests.databases import Databases
from tests.e2e.servers import Server, production, working_for
from tests.e2e.steps import follow, go, headings, press
from tests.e2e.test_inviting import somebody
from tests.integration.pairing import ASKING, HOSTS, lead_of
from tests.integration.rounding import UNSURE
from tests.people import CURATOR, PASSWORD

NAMES = {
    ASKING: "Hartlepool",
    HOSTS[0]: "Middlesbrough",
    HOSTS[1]: "Redcar and Cleveland",
    HOSTS[2]: "Stockton-on-Tees",
    HOSTS[3]: "Darlington",
    HOSTS[4]: "Halton",
    HOSTS[5]: "Warrington",
    HOSTS[6]: "Blackburn with Darwen",
    HOSTS[7]: "Blackpool",
}


def several(databases: Databases) -> Flask:
    app = databases.make("several")
    with app.app_context():
        db.engine.dispose()
    return app


@pytest.fixture(scope="module")
def server(databases: Databases) -> Iterator[Server]:
    with production(databases, several) as started:
        yield started
        assert "Traceback" not in started.log.read_text()


def wait_for_the_preview(tab: Tab) -> None:
    heading = tab.get_by_role("heading", name="What the round gives")
    for _ in range(60):
        if heading.count():
            return
        expect(tab.get_by_role("heading", level=1)).to_contain_text("Being worked out")
        tab.wait_for_timeout(500)
        follow(tab, "See how far it is")
    raise AssertionError("the worker gave no preview")


def placed_in(tab: Tab) -> dict[str, str]:
    """Return who is placed with whom, by name, from the table."""
    rows = tab.get_by_role("region", name="Pairs", exact=True).locator("tbody tr")
    return {
        row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in rows.all()
    }


def pin(tab: Tab, asking: str, host: str) -> None:
    follow(tab, f"Pin or block {asking}")
    tab.get_by_label(re.compile("Pin: rounds")).check()
    tab.get_by_label("The other authority").select_option(label=host)
    tab.get_by_label("Why?").fill("They have begun already.")
    press(tab, "Lay down the rule")
    expect(tab.get_by_role("alert")).to_contain_text("The rule is in force")


def answer(browser: Browser, server: Server, code: str, *, yes: bool) -> None:
    """Let a lead answer the proposal."""
    with somebody(browser, server, lead_of(code).email, PASSWORD) as tab:
        tab.goto(f"{server.address}/notices")
        follow(tab, "A pairing is proposed to your authority", exact=False)
        others = [name for name in NAMES.values() if name != NAMES[code]]
        assert not any(name in tab.content() for name in others), "nobody is named yet"
        tab.get_by_label(re.compile("Yes: " if yes else "Not now")).check()
        press(tab, "Send answer")


def test_a_curator_runs_a_round_and_sends_it_and_places_the_rest(
    browser: Browser, server: Server
) -> None:
    with working_for(server), somebody(browser, server, CURATOR.email, PASSWORD) as tab:
        go(tab, "Desk")
        go(tab, "Pairing")
        follow(tab, "Rounds")
        press(tab, "Open a round")
        tab.get_by_label("Name").fill("Spring 2027")
        press(tab, "Open the round")
        expect(tab.get_by_role("main")).to_contain_text("3 authorities ask and take part")
        here = tab.url
        press(tab, "Run")
        wait_for_the_preview(tab)
        placed = placed_in(tab)
        assert placed.keys() == {NAMES[code] for code in UNSURE}

        asking = NAMES[ASKING]
        free = next(NAMES[c] for c in HOSTS[2:] if NAMES[c] not in placed.values())
        pin(tab, asking, free)
        tab.goto(here)
        press(tab, "Run again")
        wait_for_the_preview(tab)
        placed = placed_in(tab)
        assert placed[asking] == free
        expect(tab.get_by_role("img", name="Pairs of the round Spring 2027")).to_be_visible()

        press(tab, "Send proposals")
        assert headings(tab) == "Send 3 proposals?"
        press(tab, "Send the proposals")
        expect(tab.get_by_role("alert")).to_contain_text("on their way")

        code_of = {name: code for code, name in NAMES.items()}
        for code in (ASKING, code_of[free]):
            answer(browser, server, code, yes=True)
        refused = NAMES[UNSURE[1]]
        answer(browser, server, code_of[placed[refused]], yes=False)

        tab.goto(here)
        for words, count in (("Accepted", 1), ("Not now", 1), ("Open", 1)):
            tags = tab.locator(".govuk-tag", has_text=re.compile(f"^{words}$"))
            expect(tags).to_have_count(count)
        press(tab, "Run the rest")
        wait_for_the_preview(tab)
        again = placed_in(tab)
        assert again.keys() == {refused}
        assert again[refused] not in placed.values()
