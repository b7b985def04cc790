"""A strategic lead describes the whole authority on a phone; others read their part of it."""

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from tests import editions
from tests.databases import Databases
from tests.e2e.pages import SIZES
from tests.e2e.servers import Server, production, stocked
from tests.e2e.steps import follow, go, headings, press
from tests.e2e.test_inviting import somebody
from tests.e2e.test_keyboard import enter, tab_to
from tests.people import CURATOR, LEAD, PASSWORD, PRACTITIONER

NARROW = min(SIZES)
SITUATION = {
    "How common are cases, in your own judgement?": ["Rare"],
    "Is yours a Prevent priority area?": ["No"],
    "Is yours a two-tier area?": ["Prefer not to say"],
    "Which local circumstances shape your cases?": [
        "Mostly online contact",
        "A very diverse population",
    ],
    "Which kinds of extremism have you seen?": ["Far right", "Mixed, or no clear ideology"],
    "How often does such a case come up?": ["Only now and then"],
    "How many of the staff who may meet such a case have been trained": ["About half"],
}
MOVING = {
    "Where should most cases be held in future?": ["Early help"],
    "Who should hold them in future?": ["A named lead holds or oversees them"],
    "Should there be a MASH in future?": ["As it is now"],
    "How should a referral arrive in future?": ["Not settled"],
}
HELPING = {
    "Could you support another authority?": ["Not at the moment"],
    "What can you talk about from experience?": ["None of these"],
    "Would you like to be paired with a more experienced authority?": ["Yes"],
    "What would you like help with?": ["Thresholds and assessment", "Training for staff"],
}


@pytest.fixture(scope="module")
def server(databases: Databases) -> Iterator[Server]:
    with production(databases, stocked) as started:
        yield started
        assert "Traceback" not in started.log.read_text()


def choose(tab: Tab, chosen: Mapping[str, list[str]]) -> None:
    for question, labels in chosen.items():
        group = tab.get_by_role("group", name=question)
        for label in labels:
            group.get_by_label(label, exact=True).check()


def on_a_phone(tab: Tab) -> None:
    tab.set_viewport_size({"width": NARROW, "height": SIZES[NARROW]})


def answer_by_keyboard(tab: Tab) -> None:
    """Answer the first section with Tab, the space bar, arrows and Enter alone."""
    for label, arrow in (("Child protection", "ArrowDown"), ("They are spread", "")):
        tab_to(tab, label)
        tab.keyboard.press("Space")
        if arrow:
            tab.keyboard.press(arrow)
            tab_to(tab, "Universal services")
            tab.keyboard.press("Space")
    for label in ("No", "Yes", "One front door"):
        tab_to(tab, label)
        tab.keyboard.press("Space")
    tab_to(tab, "Is there anything else to know about how you work?")
    tab.keyboard.type("We ask first.")
    tab_to(tab, "Save")
    enter(tab)


def test_a_lead_describes_the_authority_on_a_phone_and_each_reads_their_part(
    browser: Browser, server: Server
) -> None:
    with somebody(browser, server, LEAD.email, PASSWORD) as tab:
        on_a_phone(tab)
        tab.get_by_role("button", name="Menu").click()
        go(tab, "Your authority")
        assert headings(tab) == "Hartlepool"
        follow(tab, "Profile")
        expect(tab.locator(".govuk-task-list__status")).to_have_text(["Not started"] * 5)

        follow(tab, "How cases are handled")
        answer_by_keyboard(tab)
        expect(tab.get_by_role("alert")).to_contain_text("“How cases are handled” is saved.")
        follow(tab, "Your situation")
        choose(tab, SITUATION)
        press(tab, "Save")
        follow(tab, "What you are moving towards")
        choose(tab, MOVING)
        press(tab, "Save")

        follow(tab, "Helping and being helped")
        choose(tab, HELPING)
        tab.get_by_label("Is there an authority that you should not").fill("Stockton")
        press(tab, "Save")
        expect(tab.get_by_role("alert")).to_contain_text("did you mean Stockton-on-Tees?")
        tab.get_by_label("Is there an authority that you should not").fill("stockton-on-tees")
        tab.get_by_label("How many authorities could you support").fill("1")
        press(tab, "Save")

        follow(tab, "Contacts")
        tab.get_by_label("Name").first.fill("Connie Contact")
        tab.get_by_label("Work e-mail address").first.fill("connie@example.gov.uk")
        press(tab, "Save")
        expect(tab.locator(".govuk-task-list__status")).to_have_text(["Completed"] * 5)
        assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW

        follow(tab, "All answers on one page, to confirm them")
        main = tab.get_by_role("main")
        for words in ("Early help", "We ask first.", "Not settled", "Stockton-on-Tees"):
            expect(main).to_contain_text(words)
        press(tab, "Everything is right")
        expect(tab.get_by_role("alert")).to_contain_text("You will be asked again in a year")
        follow(tab, "What was changed, by whom and when")
        expect(tab.get_by_role("main")).to_contain_text("Lars Lead (a strategic lead)")

    with somebody(browser, server, PRACTITIONER.email, PASSWORD) as tab:
        go(tab, "Your authority")
        follow(tab, "Profile")
        main = tab.get_by_role("main")
        expect(main).to_contain_text("We ask first.")
        expect(main).not_to_contain_text("Connie Contact")
        expect(main).not_to_contain_text("Stockton-on-Tees")

    with somebody(browser, server, CURATOR.email, PASSWORD) as tab:
        go(tab, "Desk")
        go(tab, "Authorities")
        tab.get_by_label("Name of the authority").fill("hartle")
        press(tab, "Show")
        follow(tab, "Hartlepool")
        follow(tab, "Profile")
        expect(tab.get_by_role("main")).to_contain_text("Connie Contact, connie@example.gov.uk")


def test_a_curator_brings_the_register_up_to_date(browser: Browser, server: Server) -> None:
    text = editions.text(editions.rows())
    with somebody(browser, server, CURATOR.email, PASSWORD) as tab:
        on_a_phone(tab)
        tab.get_by_role("button", name="Menu").click()
        go(tab, "Desk")
        go(tab, "Authorities")
        follow(tab, "Bring the register up to date with a file")
        file = {"name": "figures.csv", "mimeType": "text/csv", "buffer": text.encode()}
        tab.get_by_label("CSV file").set_input_files(file)  # type: ignore[arg-type]
        press(tab, "Check the file")
        expect(tab.get_by_role("main")).to_contain_text("4 authorities would change")
        assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW
        press(tab, "Load all of it")
        expect(tab.get_by_role("alert")).to_contain_text("Authorities added: 0, changed: 4.")
        tab.get_by_label("Name of the authority").fill("middles")
        press(tab, "Show")
        follow(tab, "Middlesbrough")
        expect(tab.get_by_role("main")).to_contain_text("Hartlepool (very close)")
