"""A case from its first word to its end, as five people do it, each in a browser of their own."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from playwright.sync_api import Browser, FilePayload, Locator, expect
from playwright.sync_api import Page as Tab

from portal.core.database import db
from tests import made_files
from tests.databases import Databases
from tests.e2e.browsing import sign_in
from tests.e2e.pages import send
from tests.e2e.servers import PATIENCE, Server, production, working_for
from tests.e2e.steps import follow, headings, press
from tests.e2e.test_assessing import browser_of
from tests.integration.publishing import SECOND, THIRD, add_curators
from tests.people import CURATOR, LEAD, PASSWORD, PRACTITIONER, Person

TITLE = "A quinquereme in an essay worries a teacher"
WORD = "quinquereme"
NAME = "Kayleigh Smith"
TEXTS = {
    "What the concern was": f"A teacher read of a {WORD} in an essay and thought of a journey.",
    "Outcome": "The mentor and the child met for some months. The worry passed.",
    "Learning for others": "Ask what the child meant before anybody decides what it was.",
}
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SAVED = re.compile(r"Saved at \d\d:\d\d")
AGAIN = 20_000
"""Milliseconds within which a save that failed is tried again; twice what the page waits."""


def staffed(databases: Databases) -> Flask:
    """Make a database with the starter library, people, and three curators."""
    app = databases.make("stocked")
    add_curators(app)
    with app.app_context():
        db.engine.dispose()
    return app


@pytest.fixture
def server(databases: Databases) -> Iterator[Server]:
    with production(databases, staffed, log_level="debug") as started:
        yield started


# ---- What one person does


def until(tab: Tab, happened: Callable[[], bool]) -> None:
    """Load the page again until something that others do has happened."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        tab.wait_for_timeout(200)
        tab.reload()


def main(tab: Tab) -> Locator:
    return tab.get_by_role("main")


def state(tab: Tab) -> Locator:
    return tab.locator("[data-autosave-state]")


def field(tab: Tab) -> Locator:
    return tab.locator("form[data-autosave] textarea")


def write(tab: Tab, where: str, section: str, text: str) -> None:
    """Write a section, wait until it has saved itself, and go back to the list."""
    tab.goto(where)
    follow(tab, section)
    tab.wait_for_load_state("networkidle")
    field(tab).fill(text)
    expect(state(tab)).to_have_text(SAVED)
    press(tab, "Save and go back to the list")


def kept_in_the_browser(tab: Tab) -> str:
    """Return all that the browser keeps by itself for this address."""
    return str(
        tab.evaluate(
            "async () => JSON.stringify([{...localStorage}, {...sessionStorage},"
            " await indexedDB.databases(), await caches.keys(), document.cookie])"
        )
    )


def save_while_the_line_is_down(tab: Tab, where: str) -> None:
    """What is typed without a connection stays on the page, and is saved when there is one."""
    tab.goto(where)
    follow(tab, "Background")
    tab.wait_for_load_state("networkidle")
    tab.context.set_offline(True)
    field(tab).fill(f"{NAME} is of secondary school age and lives in a town.")
    expect(state(tab)).to_contain_text("Not saved: there is no connection")
    expect(state(tab)).to_contain_text("still on this page")
    assert NAME not in kept_in_the_browser(tab)
    tab.context.set_offline(False)
    expect(state(tab)).to_have_text(SAVED, timeout=AGAIN)
    # what the check noticed came with the answer, without a new page
    expect(tab.locator("[data-look] mark")).to_have_text(NAME)
    assert NAME not in kept_in_the_browser(tab)


def write_in_two_tabs(tab: Tab, where: str) -> None:
    """Of two tabs the second is told, and is shown both texts."""
    other = tab.context.new_page()
    for one in (tab, other):
        one.goto(f"{where}/sections/helped")
        one.wait_for_load_state("networkidle")
    field(tab).fill("They asked first.")
    expect(state(tab)).to_have_text(SAVED)
    field(other).fill("They listened.")
    expect(state(other)).to_contain_text("Not saved: This was saved somewhere else meanwhile")
    press(other, "Save and check")
    assert other.title().startswith("Error: ")
    expect(field(other)).to_have_value("They listened.")
    expect(main(other)).to_contain_text("What was saved meanwhile")
    expect(main(other)).to_contain_text("They asked first.")
    leaves = "window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert not other.evaluate(leaves), "whoever leaves is warned: this text is not saved"
    field(other).fill("They asked first. They listened.")
    press(other, "Save and go back to the list")
    other.close()
    tab.reload()
    expect(field(tab)).to_have_value("They asked first. They listened.")


def write_beyond_the_end_of_a_session(tab: Tab, server: Server, where: str) -> None:
    """What is typed after the session has ended is saved once one is signed in again."""
    tab.goto(f"{where}/sections/hindered")
    tab.wait_for_load_state("networkidle")
    other = tab.context.new_page()
    other.goto(server.address)
    press(other, "Sign out")
    field(tab).fill("Nobody knew whom to ring.")
    expect(state(tab)).to_contain_text("Not saved: you have been signed out")
    expect(field(tab)).to_have_value("Nobody knew whom to ring.")
    assert "whom to ring" not in kept_in_the_browser(tab)
    with tab.context.expect_page() as opened:
        state(tab).get_by_role("link", name="Sign in again in a new tab").click()
    again = opened.value
    send(again, PRACTITIONER.email, PASSWORD)
    assert "/sign-in" not in again.url
    again.close()
    other.close()
    tab.evaluate("window.dispatchEvent(new Event('focus'))")  # as when one comes back to it
    expect(state(tab)).to_have_text(SAVED, timeout=AGAIN)
    tab.reload()
    expect(field(tab)).to_have_value("Nobody knew whom to ring.")


def answer_the_check(tab: Tab, where: str) -> None:
    """Put other words in the place of one finding with one press, and keep the other."""
    write(tab, where, "Who was involved", f"The school nurse, called {NAME} here.")
    follow(tab, "Disclosure check")
    first = tab.locator("section", has_text="Background: “")
    with tab.expect_navigation():
        first.get_by_role("button", name="Put “a person” instead").click()
    expect(main(tab)).to_contain_text("The more general words stand in its place")
    second = tab.locator("section", has_text="Who was involved: “")
    second.get_by_text("Keep it and say why").click()
    with tab.expect_navigation():
        second.get_by_role("button", name="Keep it, with this reason").click()
    assert tab.title().startswith("Error: ")
    second.get_by_label("It is invented").check()
    second.get_by_label("In your own words").fill("A made-up name for the nurse.")
    with tab.expect_navigation():
        second.get_by_role("button", name="Keep it, with this reason").click()
    expect(second).to_contain_text("Answered")
    expect(main(tab)).to_contain_text("0 findings must be taken out")


def send_a_file(tab: Tab, title: str, name: str, content: bytes) -> None:
    file: FilePayload = {"name": name, "mimeType": WORD_TYPE, "buffer": content}
    tab.get_by_label("File", exact=True).set_input_files(file)
    tab.get_by_label(re.compile("attachment")).first.check()
    tab.get_by_label("Title for readers").fill(title)
    press(tab, "Send the file")
    item = tab.locator("li", has_text=title)
    expect(item).to_be_visible()
    until(tab, lambda: "Being read" not in item.inner_text())


def send_files(tab: Tab, where: str) -> None:
    """One file that is not what its name says is refused; of another only its text is taken."""
    tab.goto(f"{where}/files")
    send_a_file(tab, "Minutes", "minutes.docx", b"MZ" + bytes(600))
    refused = tab.locator("li", has_text="Minutes")
    expect(refused).to_contain_text("Not taken")
    with tab.expect_navigation():
        refused.get_by_role("link", name="Minutes").click()
    expect(main(tab)).to_contain_text("Why it was not taken")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Take the file out").click()
    press(tab, "Take it out")
    hidden = made_files.p("Ask the hidden grandmother.", "<w:vanish/>")
    seen = made_files.p("First ask the trireme.")
    send_a_file(tab, "A plan of the work", "plan.docx", made_files.docx(seen + hidden))
    follow(tab, "A plan of the work")
    expect(main(tab)).to_contain_text("Ask the hidden grandmother")


def send_in(tab: Tab, where: str) -> None:
    tab.goto(where)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Check answers and send in").click()
    press(tab, "I agree: send it in")
    expect(main(tab)).to_contain_text("has been sent in")


def sign_for_disclosure(tab: Tab, at: str) -> None:
    """Answer the checklist; what was chosen survives a wrong password."""
    tab.goto(at)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Sign off for disclosure").click()
    for point in tab.get_by_role("radio", name="Yes").all():
        point.check()
    tab.get_by_label("Your password").fill("not this one at all")
    press(tab, "Sign off for disclosure")
    assert tab.title().startswith("Error: ")
    assert all(point.is_checked() for point in tab.get_by_role("radio", name="Yes").all())
    tab.get_by_label("Your password").fill(PASSWORD)
    press(tab, "Sign off for disclosure")
    expect(main(tab)).to_contain_text("Your sign-off is on record")


def take_on(tab: Tab, at: str) -> None:
    tab.goto(at)
    press(tab, "Take it on for review")


def sign_the_content(tab: Tab, at: str) -> None:
    tab.goto(at)
    press(tab, "I have read it: sign off the content")


def publish(tab: Tab, at: str) -> str:
    """Publish an approved text; return its address."""
    tab.goto(at)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Publish it now").click()
    assert headings(tab) == "Publish this now?"
    press(tab, "Publish it now")
    expect(main(tab)).to_contain_text("It is published")
    follow(tab, "Read it in the library")
    return tab.url


def found(tab: Tab, server: Server, words: str) -> list[str]:
    """Return the titles that a search finds."""
    tab.goto(f"{server.address}/library?q={words}")
    return tab.locator(".app-results__title").all_inner_texts()


# ---- All of them together


def write_a_case(tab: Tab, server: Server) -> str:
    """From the first word until it has been sent in; return the address of the text."""
    tab.goto(f"{server.address}/writing")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Start writing").click()
    press(tab, "Start writing")
    where = tab.url
    follow(tab, "Title and summary")
    tab.get_by_label("Title", exact=True).fill(TITLE)
    tab.get_by_label("Summary").fill("A school asked before it referred. What was learned.")
    press(tab, "Save and continue")
    save_while_the_line_is_down(tab, where)
    for section, text in TEXTS.items():
        write(tab, where, section, text)
    write_in_two_tabs(tab, where)
    write_beyond_the_end_of_a_session(tab, server, where)
    tab.goto(f"{where}/send")
    expect(main(tab)).to_contain_text("Mend this before you send it in")
    expect(tab.get_by_role("button", name="I agree: send it in")).to_have_count(0)
    tab.goto(where)
    answer_the_check(tab, where)
    send_files(tab, where)
    send_in(tab, where)
    return where


def ask_for_a_change(tab: Tab, at: str) -> None:
    take_on(tab, at)
    concern = tab.locator("#review-part-concern")
    concern.get_by_text("Ask for a change").click()
    concern.get_by_label("Which words?").fill("thought of a galley")
    concern.get_by_label("What should change, and why?").fill("Say what the teacher did next.")
    press(tab, "Write the change down")
    assert tab.title().startswith("Error: "), "these words do not stand there"
    concern.get_by_label("Which words?").fill("thought of a journey")
    with tab.expect_navigation():
        concern.get_by_role("button", name="Write the change down").click()
    expect(main(tab)).to_contain_text("The change is written down")


def change_what_was_asked(tab: Tab, where: str) -> None:
    tab.goto(where)
    expect(main(tab)).to_contain_text("Say what the teacher did next.")
    tab.goto(f"{where}/sections/concern")
    expect(main(tab)).to_contain_text("A change is asked for about “thought of a journey”")
    tab.wait_for_load_state("networkidle")
    text = f"{TEXTS['What the concern was']} The teacher asked the child."
    field(tab).fill(text)
    expect(state(tab)).to_have_text(SAVED)
    press(tab, "Save and go back to the list")
    follow(tab, re.compile("Answer this"), exact=False)
    tab.get_by_label("What did you do about it?").fill("I wrote it down.")
    press(tab, "Save the answer")
    send_in(tab, where)


def edit_what_is_published(tab: Tab, server: Server, document: str) -> str:
    """Begin the next version and send it in; return the address of its review."""
    tab.goto(f"{document}/history")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Start an edit").click()
    tab.get_by_label("What will you change, and why?").fill("Plainer words for the outcome")
    press(tab, "Start the edit")
    where = tab.url
    outcome = TEXTS["Outcome"].replace("some months", "half a year")
    write(tab, where, "Outcome", outcome)
    follow(tab, "Readers and review")
    tab.get_by_label("Everyone who is signed in").check()
    press(tab, "Save and continue")
    send_in(tab, where)
    return where.replace("/writing/", "/review/")


def replace(tab: Tab, server: Server, old: str) -> None:
    tab.goto(f"{server.address}/library/{old}/supersede")
    tab.get_by_label("Find the document that takes its place").fill(WORD)
    press(tab, "Find")
    tab.get_by_label(TITLE).check()
    tab.get_by_label("Reason").fill("A newer case tells more.")
    press(tab, "Replace it")
    expect(main(tab)).to_contain_text("It is replaced")


def take_down(tab: Tab, document: str) -> None:
    """Remove it; wait until the receipt says that it is finished."""
    tab.goto(f"{document}/history")
    follow(tab, "Take it down")
    tab.get_by_label("Reason").fill("It held details that could identify somebody.")
    tab.get_by_label("I understand that the text can’t be brought back").check()
    tab.get_by_label("Your password").fill("not this one at all")
    press(tab, "Take it down now")
    assert tab.title().startswith("Error: ")
    tab.get_by_label("I understand that the text can’t be brought back").check()
    tab.get_by_label("Your password").fill(PASSWORD)
    press(tab, "Take it down now")
    assert headings(tab).startswith("Receipt: ")
    expect(main(tab)).to_contain_text("Earlier versions")
    until(tab, lambda: "Not finished" not in main(tab).inner_text())
    expect(main(tab)).to_contain_text("Search index, built anew")


def status(tab: Tab, address: str) -> int:
    answer = tab.goto(address)
    assert answer is not None
    return answer.status


def test_a_case_from_the_first_word_to_its_end(browser: Browser, server: Server) -> None:
    with ExitStack() as stack:
        stack.enter_context(working_for(server))

        def in_a_browser(person: Person) -> Tab:
            tab = stack.enter_context(browser_of(browser))
            sign_in(tab, server, person)
            return tab

        author, reader = in_a_browser(PRACTITIONER), in_a_browser(LEAD)
        first, second, third = (in_a_browser(one) for one in (CURATOR, SECOND, THIRD))

        where = write_a_case(author, server)
        at = where.replace("/writing/", "/review/")
        assert found(reader, server, WORD) == []
        assert status(reader, where) == 404

        # review
        first.goto(f"{server.address}/review")
        follow(first, TITLE)
        assert first.url == at
        ask_for_a_change(first, at)
        author.goto(where)
        expect(main(author)).not_to_contain_text("Say what the teacher did next.")
        press(first, "Send 1 change to the author")
        change_what_was_asked(author, where)
        take_on(first, at)
        expect(main(first)).to_contain_text("I wrote it down.")
        expect(main(first)).to_contain_text("Ask the hidden grandmother")
        sign_the_content(first, at)
        expect(main(first)).to_contain_text("a second person must do this one")
        sign_for_disclosure(second, at)
        expect(main(second)).to_contain_text("the text is approved")

        # publication
        document = publish(third, at)
        until(reader, lambda: found(reader, server, WORD) == [TITLE])
        follow(reader, TITLE)
        assert reader.url == document
        said = main(reader).inner_text()
        assert "The teacher asked the child." in said
        assert "hidden grandmother" not in reader.content()
        for person in (PRACTITIONER, CURATOR, SECOND, THIRD):
            assert person.name not in reader.content()
        assert found(reader, server, "trireme") == [TITLE]
        expect(main(reader)).to_contain_text("Found in attachment “A plan of the work”")
        author.goto(where)
        follow(author, "Read it in the library")

        # the next version; what is published stays up meanwhile
        at = edit_what_is_published(first, server, document)
        take_on(second, at)
        expect(second.locator("ins").filter(has_text="half a year").first).to_be_visible()
        sign_the_content(second, at)
        sign_for_disclosure(third, at)
        reader.goto(document)
        expect(main(reader)).to_contain_text("met for some months")
        publish(third, at)
        reader.goto(document)
        expect(main(reader)).to_contain_text("met for half a year")
        third.goto(f"{document}/history")
        expect(main(third)).to_contain_text("Plainer words for the outcome")
        third.goto(f"{document}/history/2")
        expect(third.locator("del").filter(has_text="some months").first).to_be_visible()
        expect(third.locator("ins").filter(has_text="half a year").first).to_be_visible()

        # it takes the place of another, then it is taken down
        replace(first, server, "case-002")
        old = f"{server.address}/library/case-002"
        assert status(reader, old) == 410
        assert headings(reader) == "This document has been replaced"
        follow(reader, TITLE)
        assert reader.url == document
        take_down(first, document)
        assert status(reader, document) == 410
        assert headings(reader) == "This document has been removed"
        assert TITLE not in reader.content()
        assert found(reader, server, WORD) == []
        assert found(reader, server, "trireme") == []
        assert status(reader, old) == 410
        assert TITLE not in reader.content()
        assert status(author, where) == 410
        assert status(reader, where) == 404

    log = server.log.read_text() + (server.instance / "worker.log").read_text()
    assert "Traceback" not in log
    for word in (WORD, NAME, "hidden grandmother", "journey"):
        assert word not in log
