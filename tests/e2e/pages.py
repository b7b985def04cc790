"""Every distinct page of the portal: where it is, who sees it, what has to be done to see it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page as Tab

from portal.core.roles import Role
from tests import editions
from tests.e2e import writing_there as writing
from tests.e2e.desk_there import LAW_ENDED, LAW_IN_FORCE, RESTS_ON_IT
from tests.e2e.files_there import ATTACHED, IMPORTED, ONLY_THERE, REFUSED, TELLING, TEXT, WAITING
from tests.e2e.pair_states import EMPTY, ENDED, LISTED, OVER, PROPOSED, RUNNING, TO_ANSWER
from tests.e2e.pairing_there import (
    BLOCK,
    DRAFT,
    FAILED,
    LIFTED,
    PREVIEW,
    SENT,
    STOPPED,
    WORKING,
)
from tests.e2e.reviewing_there import (
    APPROVED,
    ASKED,
    BEHIND,
    EDIT,
    FULL,
    HELD,
    LAW_CHANGED,
    PUBLISHED,
    PURGED,
    REMOVED,
    SCHEDULED,
    SENT_IN,
    STRANDED,
    WITH_VERSIONS,
)
from tests.e2e.reviewing_there import WITHDRAWN as WITHDRAWN_THERE
from tests.e2e.servers import (
    CODE,
    LETTER,
    REVIEW_DUE,
    TIA,
    WITHDRAWN,
    link_to_accept,
    link_to_choose_a_password,
)
from tests.people import (
    ADMINISTRATOR,
    CURATOR,
    LEAD,
    NOBODY,
    PARTNER,
    PASSWORD,
    PRACTITIONER,
    Person,
)

AMIRA = Person("Amira Khan", Role.PRACTITIONER, "A")
"""An account of the demonstration, which signs in with one press."""
RUTH = Person("Ruth Mensah", Role.STRATEGIC_LEAD, "A")
PRIYA = Person("Priya Nair", Role.CURATOR)
KATE = Person("Kate Lindqvist", Role.ADMINISTRATOR)
"""The demonstration's administrator: there nothing has been done yet."""
SIZES = {320: 640, 1280: 900}
"""Widths with their heights: the narrowest that WCAG 1.4.10 asks for, and a desk."""

NO_PAGE = {
    "assessment.table": "a file to keep; test_assessment looks into it",
    "desk.export": "a file to keep; test_desk looks into it",
    "library.complete": "JSON for the search field while someone types",
    "library.download": "a file to keep; test_pages looks into it too",
    "sessions.left": "JSON for a page that warns before its session ends",
    "own.download": "a file to keep; test_pages looks into it too",
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


def ask_for_a_change_without_a_reason(tab: Tab) -> None:
    tab.get_by_text("Ask for a change in Title").click()
    press(tab, "Write the change down")


def sign_off_without_an_answer(tab: Tab) -> None:
    press(tab, "Sign off for disclosure")
    press(tab, "Sign off for disclosure")


def begin_too_late(tab: Tab) -> None:
    """Press a button of a page that was opened before somebody else was faster."""
    tab.locator("form[action$=hand-over]").evaluate(
        "form => { form.action = form.action.replace('hand-over', 'take-on') }"
    )
    open_details(tab)
    press(tab, "Hand over")


def save_what_is_stale(tab: Tab) -> None:
    """Save a section from a page that was opened before it was saved elsewhere."""
    tab.locator("#revision").evaluate("field => { field.value = '0' }")
    with tab.expect_navigation():
        tab.locator("form#section").evaluate(  # sent as without JavaScript
            "form => { form.elements.text.value = 'Typed in another tab'; form.submit() }"
        )


def save_a_stale_title(tab: Tab) -> None:
    tab.locator("#revision").evaluate("field => { field.value = '0' }")
    tab.get_by_label("Title").fill("Typed in another tab")
    press(tab, "Save and continue")


def give_too_long_a_title(tab: Tab) -> None:
    tab.get_by_label("Title").fill("A title that goes on and on " * 5)
    press(tab, "Save and continue")


def keep_without_a_reason(tab: Tab) -> None:
    tab.locator("summary").first.click()
    press(tab, "Keep it, with this reason")


def choose_documents(tab: Tab) -> None:
    for box in tab.get_by_role("checkbox").all()[:3]:
        box.check()
    press(tab, "Give those chosen an owner")


def supersede(tab: Tab, day: str = "1") -> None:
    tab.get_by_label("Day").fill(day)
    tab.get_by_label("Month").fill("10")
    tab.get_by_label("Year").fill("2026")
    tab.get_by_label("Note").fill("The threshold in section 47 is new.")
    press(tab, "Continue")


def supersede_wrongly(tab: Tab) -> None:
    supersede(tab, "32")


def supersede_too_late(tab: Tab) -> None:
    supersede(tab)
    tab.locator("input[name=seen]").evaluate("field => { field.value = 'another' }")
    press(tab, "Mark them")


def name_a_law_again(tab: Tab) -> None:
    tab.get_by_label("Full name").fill("Children Act 1989")
    press(tab, "Save")


def find_a_successor(tab: Tab) -> None:
    tab.get_by_label("Find the document that takes its place").fill("guidance-005")
    press(tab, "Find")


SITUATION = "A school is worried about a girl of 14 whose family plans a sudden trip to Syria."


def describe(tab: Tab, situation: str = SITUATION) -> None:
    """Fill the form for a situation and send it."""
    tab.get_by_label("Describe the situation").fill(situation)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Find similar cases").click()


def describe_nothing(tab: Tab) -> None:
    describe(tab, "")


def describe_at_length(tab: Tab) -> None:
    describe(tab, f"{SITUATION} " * 400)


def describe_what_nobody_knows(tab: Tab) -> None:
    describe(tab, "Zzyzx wwkkww.")


def describe_after_the_session_ended(tab: Tab) -> None:
    cookies = tab.context.cookies()
    tab.context.clear_cookies()
    describe(tab)
    tab.context.add_cookies([{**cookie} for cookie in cookies])  # type: ignore[typeddict-item]


def ask_for_nothing(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.get_by_role("button", name="Ask for an example").click()


def ask_for_something(tab: Tab) -> None:
    tab.get_by_label("How old was the child?").select_option("11 to 14")
    ask_for_nothing(tab)


def begin_to_type(tab: Tab) -> None:
    field = tab.get_by_role("combobox", name="Words to look for")
    field.press_sequentially("passp")
    tab.get_by_role("listbox").get_by_role("option").first.wait_for()


def go_down_the_list(tab: Tab) -> None:
    begin_to_type(tab)
    tab.keyboard.press("ArrowDown")


def explain(tab: Tab, email: str = "", reference: str = "") -> None:
    """Ask who can see what."""
    tab.get_by_label("E-mail address of the person").fill(email)
    tab.get_by_label("Reference of the document").fill(reference)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Explain").click()


def explain_yes(tab: Tab) -> None:
    explain(tab, LEAD.email, "case-001")


def explain_withdrawn(tab: Tab) -> None:
    explain(tab, LEAD.email, WITHDRAWN)


def explain_document(tab: Tab) -> None:
    explain(tab, reference="case-001")


def explain_without_a_role(tab: Tab) -> None:
    explain(tab, NOBODY.email, "case-001")


def explain_nothing(tab: Tab) -> None:
    explain(tab)


def press(tab: Tab, name: str) -> None:
    """Press a button that leads to another page."""
    with tab.expect_navigation():
        tab.get_by_role("button", name=name).click()


def accept_in_vain(tab: Tab) -> None:
    tab.get_by_label("Password", exact=True).fill("password1234")
    press(tab, "Create account")


def accept_without_a_word(tab: Tab) -> None:
    tab.get_by_label("Change my e-mail address to").check()
    press(tab, "Accept invitation")


def invite_nobody(tab: Tab) -> None:
    press(tab, "Send invitation")


def invite_a_stranger(tab: Tab) -> None:
    tab.get_by_label("Work e-mail address").fill(f"{'a' * 60}.stranger@gmail.com")
    tab.get_by_label("Practitioner").check()
    invite_nobody(tab)


def invite_somebody(tab: Tab) -> None:
    """Once, however often the page is opened: later the list shows the same person."""
    tab.get_by_label("Work e-mail address").fill("wanda.waiting@example.gov.uk")
    tab.get_by_label("Partner reader: police").check()
    invite_nobody(tab)
    if tab.get_by_role("link", name="This person has been invited already").count():
        tab.goto(tab.url.replace("/invite", ""))


MIXED = "one@example.gov.uk\ntwo@gmail.com, school\nthree@example.gov.uk, wizard\n"


def check_many(tab: Tab, text: str = MIXED) -> None:
    tab.get_by_label("E-mail addresses, one on each line").fill(text)
    press(tab, "Check the list")


def check_none(tab: Tab) -> None:
    check_many(tab, "")


def set_a_wrong_domain(tab: Tab) -> None:
    tab.get_by_label("Domains, one on each line").fill("gmail.com")
    press(tab, "Save")


PAIRING = "/authorities/1/pairing"
LIST = f"{PAIRING}/lists/{LISTED}"


def ask_no_host(tab: Tab) -> None:
    press(tab, "Continue")


def check_a_request(tab: Tab) -> None:
    tab.get_by_label("First choice").select_option(index=1)
    tab.get_by_label("Training for staff").check()
    tab.get_by_label("Say in a few sentences").fill("We hope to learn.\n" + "word " * 60)
    press(tab, "Continue")


def answer_no_request(tab: Tab) -> None:
    press(tab, "Send answer")


def refuse_without_a_reason(tab: Tab) -> None:
    tab.get_by_label("No", exact=True).check()
    press(tab, "Send answer")


def plan_half_a_goal(tab: Tab) -> None:
    tab.get_by_label("Goal 2: theme").select_option(index=1)
    press(tab, "Save the plan")


ROUNDS = "/authorities/1/self-assessment"
ANSWER = f"/answer?t={CODE}"


def answer_pages(tab: Tab, number: int) -> None:
    """Answer the first pages of the questions, all the same."""
    press(tab, "Start")
    for _ in range(number):
        for group in tab.get_by_role("group").all():
            group.get_by_role("radio").nth(2).check()
        press(tab, "Continue")


def begin_to_answer(tab: Tab) -> None:
    answer_pages(tab, 0)


def answer_nothing(tab: Tab) -> None:
    answer_pages(tab, 0)
    press(tab, "Continue")


def reach_a_case(tab: Tab) -> None:
    answer_pages(tab, 4)


def place_no_case(tab: Tab) -> None:
    answer_pages(tab, 4)
    press(tab, "Continue")


def check_answers(tab: Tab) -> None:
    answer_pages(tab, 8)


def sign_nothing(tab: Tab) -> None:
    press(tab, "Sign the position")


def make_no_links(tab: Tab) -> None:
    press(tab, "Make links")


def make_links(tab: Tab) -> None:
    tab.get_by_label("How many links do you need now?").fill("3")
    press(tab, "Make links")
    open_details(tab)


PROFILE = "/authorities/1/profile"
IMPORT = "/authorities/import"


def answer_badly(tab: Tab) -> None:
    tab.get_by_label("How many authorities could you support").fill("a dozen")
    tab.get_by_label("Is there an authority that you should not").fill("Middlesbro")
    press(tab, "Save")


def name_a_contact_badly(tab: Tab) -> None:
    tab.get_by_label("Job title").nth(1).fill("Head of service")
    tab.get_by_label("Work phone number").nth(1).fill("call me")
    press(tab, "Save")


def infer_without_a_source(tab: Tab) -> None:
    tab.get_by_label("Channel panel").check()
    press(tab, "Save")


OTHER_TIERS = """
all => {
  const now = all.findIndex(one => one.checked)
  return [1, 2].map(further => all[(now + further) % 5].value)
}
"""


def answer_together(tab: Tab) -> None:
    """Answer while somebody else does: each time otherwise than it stands."""
    tiers = tab.locator("input[name=tier]").evaluate_all(OTHER_TIERS)
    other = tab.context.new_page()
    other.goto(tab.url)
    for window, tier in zip((other, tab), tiers, strict=True):
        window.locator(f"input[name=tier][value={tier}]").check()
    other.locator("input[name=route][value=several]").check()
    press(other, "Save")
    other.close()
    press(tab, "Save")


def confirm_together(tab: Tab) -> None:
    tab.locator("input[name=seen]").evaluate("field => { field.value = 1 }")
    press(tab, "Everything is right")


def bring(tab: Tab, text: str) -> None:
    """Choose a file of published figures and let it be checked."""
    file = {"name": "figures.csv", "mimeType": "text/csv", "buffer": text.encode()}
    tab.get_by_label("CSV file").set_input_files(file)  # type: ignore[arg-type]
    press(tab, "Check the file")


def bring_nothing(tab: Tab) -> None:
    press(tab, "Check the file")


def bring_all(tab: Tab) -> None:
    bring(tab, editions.text(editions.rows(153)))


def bring_all_and_go_on(tab: Tab) -> None:
    bring_all(tab)
    press(tab, "Next part")


def bring_some_changed(tab: Tab) -> None:
    rows = editions.rows(4)
    rows[0] |= {"name": "Hartlepool and the Headland", "sn2025": "802;803"}
    bring(tab, editions.text(rows))


def bring_the_same(tab: Tab) -> None:
    bring(tab, editions.text(editions.rows(40)))


def bring_what_is_wrong(tab: Tab) -> None:
    rows = editions.rows(4)
    rows[1] |= {"two_tier": "perhaps", "sn2025": "801;999", "child_poverty_pct": "101"}
    rows[2] |= {"la_code": "800", "sn2025_band": "near;close;close"}
    bring(tab, editions.text(rows))


def bring_too_late(tab: Tab) -> None:
    bring_all(tab)
    tab.locator("input[name=shown]").evaluate("field => { field.value = 'another' }")
    press(tab, "Load all of it")


def leave_without_saying_how(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.get_by_role("button", name="Leave the service").click()


def leave_with_a_wrong_password(tab: Tab) -> None:
    tab.get_by_label("Erase my name and address now").check()
    tab.get_by_label("Password", exact=True).fill("not the password at all")
    leave_without_saying_how(tab)


def find_nobody(tab: Tab) -> None:
    tab.get_by_label("E-mail address").fill("nobody@example.gov.uk")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Find").click()


def let_back_in(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.get_by_role("button", name="Let them back in").click()


PERSON = "/administration/people/2"
ACCESS = "/administration/access"
INVITATIONS = [f"/invitation?t={link_to_accept(number)}" for number in (1, 2)]


def propose_nothing(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.get_by_role("button", name="Send to both").click()


def rule_nothing(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.get_by_role("button", name="Lay down the rule").click()


def lift_without_a_reason(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.get_by_role("button", name="Lift the rule").click()


def open_a_round_without_a_name(tab: Tab) -> None:
    with tab.expect_navigation():
        tab.get_by_role("button", name="Open the round").click()


def weigh(tab: Tab, close: str = "97") -> None:
    tab.get_by_label("Close from", exact=True).fill(close)
    tab.get_by_label("Very close from").fill("99")
    tab.get_by_label("Why?").fill("Fewer should be called close.")
    with tab.expect_navigation():
        tab.get_by_role("button", name="See what would change").click()


def weigh_wrongly(tab: Tab) -> None:
    weigh(tab, "a lot")


HARTLEPOOL = "/authorities/1"


def choose_no_frequency(tab: Tab) -> None:
    tab.locator("input[type=radio]:checked").evaluate("chosen => { chosen.checked = false }")
    press(tab, "Save")


def change_to_nothing(tab: Tab) -> None:
    press(tab, "Change password")


def change_to_a_common_one(tab: Tab) -> None:
    tab.get_by_label("Present password", exact=True).fill(PASSWORD)
    tab.get_by_label("New password", exact=True).fill("Password123!")
    press(tab, "Change password")


def forget_nothing(tab: Tab) -> None:
    press(tab, "Send me a link")


def choose_a_common_one(tab: Tab) -> None:
    tab.get_by_label("New password", exact=True).fill("Password123!")
    press(tab, "Save new password")


def ask_after_the_session_ended(tab: Tab) -> None:
    """Send a form that was opened in a session that has ended on the server alone."""
    context, address = tab.context, tab.url
    before = context.cookies()
    context.clear_cookies()
    tab.goto(address)
    send(tab, LEAD.email, PASSWORD)
    during = context.cookies()
    tab.evaluate("fetch('/sign-out', {method: 'POST'})")
    for cookies in (during, before):
        context.clear_cookies()
        context.add_cookies([{**cookie} for cookie in cookies])  # type: ignore[typeddict-item]
        if cookies is during:
            ask_for_something(tab)


def ask_from_an_earlier_session(tab: Tab) -> None:
    """Send a form that was opened before somebody signed out and in again."""
    token, address = tab.locator("[name=csrf_token]").first.input_value(), tab.url
    tab.context.clear_cookies()
    tab.goto(address)
    send(tab, LEAD.email, PASSWORD)
    field = tab.locator("[name=csrf_token]").first
    field.evaluate("(field, token) => { field.value = token }", token)
    ask_for_something(tab)


MANY_FILTERS = (
    "/library?type=case&type=guidance&source_of_harm=family-travel&source_of_harm=online"
    "&referred_by=police&themes=partners&sort=title"
)
READER = PRACTITIONER
WISHING = "/ask-for-an-example"
CHOOSING = f"/choose-password?t={link_to_choose_a_password()}"

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
    PortalPage("search-read-as", "/library?q=pasport", READER),
    PortalPage("search-words-unknown", "/library?q=passport+zzyzx+wwkkww", READER),
    PortalPage("search-phrase-unknown", '/library?q="passport+holiday"', READER),
    PortalPage("search-ways-out", '/library?q="early+help"+-family+-child&type=glossary', READER),
    PortalPage("search-nearest", "/library?q=passportless&type=glossary", READER),
    PortalPage("search-too-common", "/library?q=the+of", READER),
    PortalPage("search-long", f"/library?q={'zzyzx' * 60}", READER),
    PortalPage("search-completion", "/library?q=travel", READER, then=begin_to_type),
    PortalPage("home-completion", "/", READER, then=begin_to_type),
    PortalPage("home-completion-chosen", "/", READER, then=go_down_the_list),
    PortalPage("describe", "/find-a-case/describe", READER),
    PortalPage("describe-results", "/find-a-case/describe", READER, then=describe),
    PortalPage("describe-none", "/find-a-case/describe", READER, then=describe_what_nobody_knows),
    PortalPage("describe-error", "/find-a-case/describe", READER, 422, then=describe_nothing),
    PortalPage("describe-too-long", "/find-a-case/describe", READER, 422, then=describe_at_length),
    PortalPage(
        "describe-signed-out-401",
        "/find-a-case/describe",
        READER,
        401,
        then=describe_after_the_session_ended,
    ),
    PortalPage("ask", "/ask-for-an-example", READER),
    PortalPage("ask-filled", "/ask-for-an-example?source_of_harm=online", READER),
    PortalPage("ask-error", "/ask-for-an-example", READER, 422, then=ask_for_nothing),
    PortalPage("ask-done", "/ask-for-an-example", READER, then=ask_for_something),
    PortalPage("asked", "/ask-for-an-example/thank-you", READER),
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
    PortalPage("authority-choose", "/authority", TIA),
    PortalPage("authority", "/authorities/1", LEAD),
    PortalPage("authority-of-staff", "/authorities/1", READER),
    PortalPage("authority-not-started", "/authorities/3", TIA),
    PortalPage("authority-national", "/authorities/2", CURATOR),
    PortalPage("authorities", "/authorities?page=2", CURATOR),
    PortalPage("authorities-found", "/authorities?name=hart&profile=stated", CURATOR),
    PortalPage("authorities-none", f"/authorities?name={'zzyzx' * 20}", CURATOR),
    PortalPage("authorities-loaded", "/authorities?added=1&changed=152", CURATOR),
    PortalPage("pairing", f"{PAIRING}?done=withdrawn", LEAD, then=open_details),
    PortalPage("pairing-new", "/authorities/3/pairing", TIA),
    PortalPage("pairing-hosts", LIST, LEAD, then=open_details),
    PortalPage("pairing-nobody", f"{PAIRING}/lists/{EMPTY}", LEAD),
    PortalPage("pairing-ask", f"{LIST}/ask", LEAD),
    PortalPage("pairing-ask-nobody", f"{LIST}/ask", LEAD, 422, then=ask_no_host),
    PortalPage("pairing-ask-check", f"{LIST}/ask", LEAD, then=check_a_request),
    PortalPage("pairing-answer", f"{PAIRING}/requests/{TO_ANSWER}", LEAD, then=open_details),
    PortalPage(
        "pairing-unanswered", f"{PAIRING}/requests/{TO_ANSWER}", LEAD, 422, then=answer_no_request
    ),
    PortalPage(
        "pairing-refused",
        f"{PAIRING}/requests/{TO_ANSWER}",
        LEAD,
        422,
        then=refuse_without_a_reason,
    ),
    PortalPage("pairing-proposed", f"{PAIRING}/requests/{PROPOSED}", LEAD),
    PortalPage("pairing-over", f"{PAIRING}/requests/{OVER}", LEAD),
    PortalPage("pairing-with", f"{PAIRING}/with/{RUNNING}?done=planned", LEAD, then=open_details),
    PortalPage("pairing-ended", f"{PAIRING}/with/{ENDED}", LEAD),
    PortalPage("pairing-plan", f"{PAIRING}/with/{RUNNING}/plan", LEAD),
    PortalPage(
        "pairing-plan-half", f"{PAIRING}/with/{RUNNING}/plan", LEAD, 422, then=plan_half_a_goal
    ),
    PortalPage("pairing-end", f"{PAIRING}/with/{RUNNING}/end", LEAD),
    PortalPage("assessment", f"{ROUNDS}?done=signed", LEAD),
    PortalPage("assessment-not-begun", "/authorities/3/self-assessment", TIA),
    PortalPage("assessment-of-staff", ROUNDS, READER),
    PortalPage("assessment-position", f"{ROUNDS}/position", LEAD),
    PortalPage(
        "assessment-unsigned",
        "/authorities/3/self-assessment/position",
        TIA,
        422,
        then=sign_nothing,
    ),
    PortalPage("assessment-positions", f"{ROUNDS}/positions", LEAD, then=open_details),
    PortalPage("assessment-positions-none", "/authorities/3/self-assessment/positions", TIA),
    PortalPage("assessment-ask", "/authorities/3/self-assessment/ask", TIA),
    PortalPage("assessment-round", f"{ROUNDS}/5", LEAD),
    PortalPage("assessment-no-links", f"{ROUNDS}/5", LEAD, 422, then=make_no_links),
    PortalPage("assessment-slips", f"{ROUNDS}/5", LEAD, then=make_links),
    PortalPage("assessment-close", f"{ROUNDS}/5/close", LEAD),
    PortalPage("assessment-few", f"{ROUNDS}/1/results", LEAD),
    PortalPage("assessment-results", f"{ROUNDS}/2/results?done=closed", LEAD, then=open_details),
    PortalPage("assessment-unchanged", f"{ROUNDS}/3/results", LEAD),
    PortalPage("assessment-rounds", f"{ROUNDS}/4/results", LEAD, then=open_details),
    PortalPage("assessment-sheet", f"{ROUNDS}/2/print", LEAD),
    PortalPage("assessment-sheet-few", f"{ROUNDS}/1/print", LEAD),
    PortalPage("assessment-kit", f"{ROUNDS}/4/kit", LEAD),
    PortalPage("assessment-kit-few", f"{ROUNDS}/1/kit", LEAD),
    PortalPage("assessment-national", "/self-assessment", CURATOR),
    PortalPage("assessment-national-none", "/self-assessment", CURATOR, portal="empty"),
    PortalPage("answer-code", "/answer"),
    PortalPage("answer-start", ANSWER),
    PortalPage("answer-part", ANSWER, then=begin_to_answer),
    PortalPage("answer-nothing", ANSWER, status=422, then=answer_nothing),
    PortalPage("answer-case", ANSWER, then=reach_a_case),
    PortalPage("answer-no-case", ANSWER, status=422, then=place_no_case),
    PortalPage("answer-check", ANSWER, then=check_answers),
    PortalPage("answer-gone-410", "/answer?t=7KQM-2WXA-PD9H-4TEB", status=410),
    PortalPage("answer-thanks", "/answer/thank-you"),
    PortalPage("profile", PROFILE, LEAD, then=open_details),
    PortalPage("profile-saved", f"{PROFILE}?saved=handling&kept=tier&kept=mash", LEAD),
    PortalPage("profile-confirmed", f"{PROFILE}?confirmed=yes", LEAD),
    PortalPage("profile-not-started", "/authorities/3/profile", TIA),
    PortalPage("profile-of-staff", PROFILE, READER),
    PortalPage("profile-national", PROFILE, CURATOR),
    PortalPage("profile-handling", f"{PROFILE}/handling", LEAD),
    PortalPage("profile-situation", f"{PROFILE}/situation", LEAD),
    PortalPage("profile-moving", f"{PROFILE}/moving", LEAD),
    PortalPage("profile-helping", f"{PROFILE}/helping", LEAD, then=open_details),
    PortalPage("profile-helping-error", f"{PROFILE}/helping", LEAD, 422, then=answer_badly),
    PortalPage("profile-contacts", f"{PROFILE}/contacts", LEAD),
    PortalPage(
        "profile-contacts-error", f"{PROFILE}/contacts", LEAD, 422, then=name_a_contact_badly
    ),
    PortalPage("profile-clash", f"{PROFILE}/handling", LEAD, 409, then=answer_together),
    PortalPage("profile-infer", f"{PROFILE}/handling", CURATOR),
    PortalPage(
        "profile-infer-error",
        "/authorities/3/profile/handling",
        CURATOR,
        422,
        then=infer_without_a_source,
    ),
    PortalPage("profile-history", f"{PROFILE}/history", LEAD),
    PortalPage("profile-history-second-page", f"{PROFILE}/history?page=2", LEAD),
    PortalPage("profile-history-empty", "/authorities/3/profile/history", TIA),
    PortalPage("profile-confirm", f"{PROFILE}/confirm", LEAD),
    PortalPage("profile-confirm-changed", f"{PROFILE}/confirm", LEAD, 409, then=confirm_together),
    PortalPage("profile-confirm-nothing", "/authorities/3/profile/confirm", TIA),
    PortalPage("register-import", IMPORT, CURATOR, then=open_details),
    PortalPage("register-import-none", IMPORT, CURATOR, 422, then=bring_nothing),
    PortalPage("register-import-wrong", IMPORT, CURATOR, 422, then=bring_what_is_wrong),
    PortalPage("register-import-difference", IMPORT, CURATOR, then=bring_some_changed),
    PortalPage("register-import-all", IMPORT, CURATOR, then=bring_all),
    PortalPage("register-import-part", IMPORT, CURATOR, then=bring_all_and_go_on),
    PortalPage("register-import-same", IMPORT, CURATOR, then=bring_the_same),
    PortalPage("register-import-late", IMPORT, CURATOR, 409, then=bring_too_late),
    PortalPage("people", "/people", CURATOR),
    PortalPage("people-found", "/people?name=hart&without=lead", CURATOR),
    PortalPage("people-none", f"/people?name={'zzyzx' * 20}", CURATOR),
    PortalPage("people-of", f"{HARTLEPOOL}/people", LEAD),
    PortalPage("people-of-done", f"{HARTLEPOOL}/people?done=suspended", CURATOR),
    PortalPage("people-of-refused", f"{HARTLEPOOL}/people?refused=accepted", LEAD),
    PortalPage("people-of-nobody", "/authorities/3/people", CURATOR),
    PortalPage("people-suspend", f"{HARTLEPOOL}/people/1/suspend", LEAD),
    PortalPage("people-remove", f"{HARTLEPOOL}/people/2/remove", CURATOR),
    PortalPage("invite", f"{HARTLEPOOL}/people/invite", LEAD),
    PortalPage("invite-lead", f"{HARTLEPOOL}/people/invite", CURATOR),
    PortalPage("invite-nobody", f"{HARTLEPOOL}/people/invite", LEAD, 422, then=invite_nobody),
    PortalPage("invite-error", f"{HARTLEPOOL}/people/invite", LEAD, 422, then=invite_a_stranger),
    PortalPage("people-invited", f"{HARTLEPOOL}/people/invite", LEAD, then=invite_somebody),
    PortalPage("invite-many", f"{HARTLEPOOL}/people/invite-many", LEAD),
    PortalPage("invite-many-none", f"{HARTLEPOOL}/people/invite-many", LEAD, 422, then=check_none),
    PortalPage(
        "invite-many-checked", f"{HARTLEPOOL}/people/invite-many", LEAD, 422, then=check_many
    ),
    PortalPage("invited", f"{HARTLEPOOL}/people/invited?sent=2&left=1", LEAD),
    PortalPage("domains", f"{HARTLEPOOL}/domains", CURATOR),
    PortalPage("domains-error", f"{HARTLEPOOL}/domains", CURATOR, 422, then=set_a_wrong_domain),
    PortalPage("staff", "/administration/people", ADMINISTRATOR),
    PortalPage("invite-staff", "/administration/people/invite", ADMINISTRATOR),
    PortalPage("invitation", INVITATIONS[0]),
    PortalPage("invitation-error", INVITATIONS[0], status=422, then=accept_in_vain),
    PortalPage("invitation-move", INVITATIONS[0], READER),
    PortalPage("invitation-unsaid", INVITATIONS[0], READER, 422, then=accept_without_a_word),
    PortalPage("invitation-sign-in", INVITATIONS[1]),
    PortalPage("invitation-of-another", INVITATIONS[1], READER, 409),
    PortalPage("invitation-own", INVITATIONS[1], PARTNER),
    PortalPage("invitation-gone-410", "/invitation?t=1-0", status=410),
    PortalPage("invitation-accepted", "/invitation/accepted"),
    PortalPage("administration", "/administration", ADMINISTRATOR),
    PortalPage("jobs", "/administration/jobs", ADMINISTRATOR),
    PortalPage("jobs-failed", "/administration/jobs?state=failed", ADMINISTRATOR),
    PortalPage("jobs-done", "/administration/jobs?state=done&page=2", ADMINISTRATOR),
    PortalPage("jobs-begun", "/administration/jobs?begun=some", ADMINISTRATOR),
    PortalPage("jobs-not-begun", "/administration/jobs?begun=none", ADMINISTRATOR),
    PortalPage("jobs-empty", "/administration/jobs?state=failed", KATE, portal="demonstration"),
    PortalPage("retention-state", "/administration/retention", ADMINISTRATOR),
    PortalPage("access", ACCESS, ADMINISTRATOR),
    PortalPage("access-yes", ACCESS, ADMINISTRATOR, then=explain_yes),
    PortalPage("access-withdrawn", ACCESS, ADMINISTRATOR, then=explain_withdrawn),
    PortalPage("access-document", ACCESS, ADMINISTRATOR, then=explain_document),
    PortalPage("access-nobody", ACCESS, ADMINISTRATOR, then=explain_without_a_role),
    PortalPage("access-error", ACCESS, ADMINISTRATOR, 422, then=explain_nothing),
    PortalPage("account-saved", "/account?saved=password", READER),
    PortalPage("password", "/account/password", READER),
    PortalPage("password-error", "/account/password", READER, 422, then=change_to_nothing),
    PortalPage("password-refused", "/account/password", READER, 422, then=change_to_a_common_one),
    PortalPage("forgotten", "/forgotten-password"),
    PortalPage("forgotten-error", "/forgotten-password", status=422, then=forget_nothing),
    PortalPage("forgotten-sent", "/forgotten-password/sent"),
    PortalPage("ask-again-400", WISHING, LEAD, 400, then=ask_from_an_earlier_session),
    PortalPage("ask-signed-out-401", WISHING, LEAD, 401, then=ask_after_the_session_ended),
    PortalPage("choose-password", CHOOSING),
    PortalPage("choose-password-refused", CHOOSING, status=422, then=choose_a_common_one),
    PortalPage("choose-password-gone-410", "/choose-password?t=1-0", status=410),
    PortalPage("choose-password-done", "/choose-password/done"),
    PortalPage("sessions", "/account/sessions?ended=one", READER),
    PortalPage("notices", "/notices", LEAD),
    PortalPage("notices-second-page", "/notices?page=2", LEAD),
    PortalPage("notices-empty", "/notices", NOBODY),
    PortalPage("mail-choice", "/account/mail", LEAD),
    PortalPage("mail-choice-saved", "/account/mail?saved=yes", LEAD),
    PortalPage("mail-choice-error", "/account/mail", LEAD, 422, then=choose_no_frequency),
    PortalPage("own-data", "/account/export", READER),
    PortalPage("leave", "/account/leave", LEAD),
    PortalPage("leave-without-role", "/account/leave", NOBODY),
    PortalPage("leave-role", "/account/leave/role/2", LEAD),
    PortalPage("leave-role-refused", "/account/leave/role/5", ADMINISTRATOR),
    PortalPage("leave-role-given-up", "/account/leave/role-given-up", LEAD),
    PortalPage("leave-last-role-given-up", "/account/leave/role-given-up", NOBODY),
    PortalPage("leave-service", "/account/leave/service", LEAD),
    PortalPage(
        "leave-service-error", "/account/leave/service", LEAD, 422, then=leave_without_saying_how
    ),
    PortalPage(
        "leave-service-wrong", "/account/leave/service", LEAD, 422, then=leave_with_a_wrong_password
    ),
    PortalPage("leave-service-refused", "/account/leave/service", ADMINISTRATOR),
    PortalPage("goodbye", "/goodbye"),
    PortalPage("goodbye-erased", "/goodbye?name=erased"),
    PortalPage("person-find", "/administration/people/find", ADMINISTRATOR),
    PortalPage("person-erased", "/administration/people/find?done=erased", ADMINISTRATOR),
    PortalPage(
        "person-find-nobody", "/administration/people/find", ADMINISTRATOR, 422, then=find_nobody
    ),
    PortalPage("person", f"{PERSON}?done=resumed", ADMINISTRATOR),
    PortalPage("person-oneself", "/administration/people/5", ADMINISTRATOR),
    PortalPage("person-suspend", f"{PERSON}/suspend", ADMINISTRATOR),
    PortalPage("person-close", f"{PERSON}/close", ADMINISTRATOR),
    PortalPage("person-erase", f"{PERSON}/erase", ADMINISTRATOR),
    PortalPage("person-end-role", f"{PERSON}/end-role/2", ADMINISTRATOR),
    PortalPage("person-resume-refused", f"{PERSON}/resume", ADMINISTRATOR, 409, then=let_back_in),
    PortalPage("pairing-load", "/pairing?done=ruled", CURATOR, portal="pairing"),
    PortalPage("pairing-asking", "/pairing?show=asking", CURATOR, portal="pairing"),
    PortalPage("pairing-waiting", "/pairing?show=waiting", CURATOR, portal="pairing"),
    PortalPage("pairing-pairs", "/pairing?show=pairs", CURATOR, portal="pairing"),
    PortalPage("pairing-not-found", "/pairing?name=zz", CURATOR, portal="pairing"),
    PortalPage("pairing-fared", "/pairing/suggestions", CURATOR, portal="pairing"),
    PortalPage("pairing-rules", "/pairing/rules?done=lifted", CURATOR, portal="pairing"),
    PortalPage("pairing-lift", f"/pairing/rules/{BLOCK}/lift", CURATOR, portal="pairing"),
    PortalPage(
        "pairing-lift-error",
        f"/pairing/rules/{BLOCK}/lift",
        CURATOR,
        422,
        "pairing",
        lift_without_a_reason,
    ),
    PortalPage("pairing-lifted", f"/pairing/rules/{LIFTED}/lift", CURATOR, portal="pairing"),
    PortalPage("pairing-of", "/pairing/of/2?done=proposed", CURATOR, portal="pairing"),
    PortalPage("pairing-of-opened", "/pairing/of/1", CURATOR, portal="pairing", then=open_details),
    PortalPage("pairing-of-nobody", "/pairing/of/20", CURATOR, portal="pairing"),
    PortalPage("pairing-propose", "/pairing/of/1/propose?other=4", CURATOR, portal="pairing"),
    PortalPage(
        "pairing-propose-error",
        "/pairing/of/1/propose",
        CURATOR,
        422,
        "pairing",
        propose_nothing,
    ),
    PortalPage("pairing-rule", "/pairing/of/1/rule?kind=pin", CURATOR, portal="pairing"),
    PortalPage("pairing-rule-error", "/pairing/of/1/rule", CURATOR, 422, "pairing", rule_nothing),
    PortalPage("pairing-weights", "/pairing/weights?done=weighed", CURATOR, portal="pairing"),
    PortalPage("pairing-weights-error", "/pairing/weights", CURATOR, 422, "pairing", weigh_wrongly),
    PortalPage("pairing-weights-preview", "/pairing/weights", CURATOR, 200, "pairing", weigh),
    PortalPage("rounds", "/pairing/rounds", CURATOR, portal="pairing"),
    PortalPage("round-new", "/pairing/rounds/new", CURATOR, portal="pairing"),
    PortalPage(
        "round-new-error",
        "/pairing/rounds/new",
        CURATOR,
        422,
        "pairing",
        open_a_round_without_a_name,
    ),
    PortalPage("round-draft", f"/pairing/rounds/{DRAFT}", CURATOR, portal="pairing"),
    PortalPage(
        "round-working", f"/pairing/rounds/{WORKING}?done=running", CURATOR, portal="pairing"
    ),
    PortalPage(
        "round-stopped", f"/pairing/rounds/{STOPPED}?refused=over", CURATOR, portal="pairing"
    ),
    PortalPage("round-failed", f"/pairing/rounds/{FAILED}", CURATOR, portal="pairing"),
    PortalPage(
        "round-preview",
        f"/pairing/rounds/{PREVIEW}",
        CURATOR,
        portal="pairing",
        then=open_details,
    ),
    PortalPage("round-sent", f"/pairing/rounds/{SENT}", CURATOR, portal="pairing"),
    PortalPage("round-send", f"/pairing/rounds/{PREVIEW}/send", CURATOR, portal="pairing"),
    PortalPage("round-send-nothing", f"/pairing/rounds/{DRAFT}/send", CURATOR, portal="pairing"),
    PortalPage("empty-pairing-load", "/pairing", CURATOR, portal="empty"),
    PortalPage("empty-pairing-asking", "/pairing?show=asking", CURATOR, portal="empty"),
    PortalPage("empty-pairing-waiting", "/pairing?show=waiting", CURATOR, portal="empty"),
    PortalPage("empty-pairing-pairs", "/pairing?show=pairs", CURATOR, portal="empty"),
    PortalPage("empty-pairing-fared", "/pairing/suggestions", CURATOR, portal="empty"),
    PortalPage("empty-pairing-rules", "/pairing/rules", CURATOR, portal="empty"),
    PortalPage("empty-rounds", "/pairing/rounds", CURATOR, portal="empty"),
    PortalPage("empty-pairing-weights", "/pairing/weights", CURATOR, portal="empty", then=weigh),
    PortalPage("review", "/review", CURATOR, portal="reviewing"),
    PortalPage("review-sent-in", f"/review/{SENT_IN}?done=handed", CURATOR, portal="reviewing"),
    PortalPage("review-full", f"/review/{FULL}", CURATOR, portal="reviewing", then=open_details),
    PortalPage(
        "review-remark-error",
        f"/review/{FULL}",
        CURATOR,
        422,
        "reviewing",
        ask_for_a_change_without_a_reason,
    ),
    PortalPage("review-conflict", f"/review/{FULL}", CURATOR, 409, "reviewing", begin_too_late),
    PortalPage("review-asked", f"/review/{ASKED}", CURATOR, portal="reviewing"),
    PortalPage("review-approved", f"/review/{APPROVED}", CURATOR, portal="reviewing"),
    PortalPage("review-scheduled", f"/review/{SCHEDULED}", CURATOR, portal="reviewing"),
    PortalPage("review-published", f"/review/{PUBLISHED}", CURATOR, portal="reviewing"),
    PortalPage("review-edit", f"/review/{EDIT}", CURATOR, portal="reviewing", then=open_details),
    PortalPage("review-disclosure-stale", f"/review/{FULL}/disclosure", CURATOR, 409, "reviewing"),
    PortalPage(
        "review-disclosure",
        f"/review/{FULL}",
        CURATOR,
        portal="reviewing",
        then=lambda tab: press(tab, "Sign off for disclosure"),
    ),
    PortalPage(
        "review-disclosure-error",
        f"/review/{FULL}",
        CURATOR,
        422,
        "reviewing",
        sign_off_without_an_answer,
    ),
    PortalPage("review-publish", f"/review/{APPROVED}/publish", CURATOR, portal="reviewing"),
    PortalPage("review-schedule", f"/review/{APPROVED}/schedule", CURATOR, portal="reviewing"),
    PortalPage(
        "review-schedule-error",
        f"/review/{APPROVED}/schedule",
        CURATOR,
        422,
        "reviewing",
        lambda tab: press(tab, "Schedule it"),
    ),
    PortalPage("review-reopen", f"/review/{APPROVED}/reopen", CURATOR, portal="reviewing"),
    PortalPage(
        "curating-history", f"/library/{WITH_VERSIONS}/history", CURATOR, portal="reviewing"
    ),
    PortalPage(
        "curating-history-due",
        f"/library/{LAW_CHANGED}/history?done=owned",
        CURATOR,
        portal="reviewing",
    ),
    PortalPage(
        "curating-history-withdrawn",
        f"/library/{WITHDRAWN_THERE}/history",
        CURATOR,
        portal="reviewing",
    ),
    PortalPage(
        "curating-history-removed", f"/library/{REMOVED}/history", CURATOR, portal="reviewing"
    ),
    PortalPage(
        "curating-version",
        f"/library/{WITH_VERSIONS}/history/2",
        CURATOR,
        portal="reviewing",
        then=open_details,
    ),
    PortalPage(
        "curating-version-first",
        f"/library/{WITH_VERSIONS}/history/1",
        CURATOR,
        portal="reviewing",
    ),
    PortalPage("curating-edit", f"/library/{LAW_CHANGED}/edit", CURATOR, portal="reviewing"),
    PortalPage(
        "curating-edit-waiting", f"/library/{WITH_VERSIONS}/edit", CURATOR, portal="reviewing"
    ),
    PortalPage("curating-edit-held", f"/library/{HELD}/edit", CURATOR, portal="reviewing"),
    PortalPage(
        "curating-edit-give-up", f"/library/{HELD}/edit/give-up", CURATOR, portal="reviewing"
    ),
    PortalPage(
        "curating-withdraw-error",
        f"/library/{LAW_CHANGED}/withdraw",
        CURATOR,
        422,
        "reviewing",
        lambda tab: press(tab, "Withdraw it"),
    ),
    PortalPage(
        "curating-supersede",
        f"/library/{LAW_CHANGED}/supersede",
        CURATOR,
        portal="reviewing",
        then=find_a_successor,
    ),
    PortalPage(
        "curating-take-down", f"/library/{LAW_CHANGED}/take-down", CURATOR, portal="reviewing"
    ),
    PortalPage(
        "curating-take-down-error",
        f"/library/{LAW_CHANGED}/take-down",
        CURATOR,
        422,
        "reviewing",
        lambda tab: press(tab, "Take it down now"),
    ),
    PortalPage("curating-owner", f"/library/{LAW_CHANGED}/owner", CURATOR, portal="reviewing"),
    PortalPage(
        "curating-read-again", f"/library/{LAW_CHANGED}/read-again", CURATOR, portal="reviewing"
    ),
    PortalPage(
        "curating-receipt-waits", f"/library/{REMOVED}/receipt", CURATOR, portal="reviewing"
    ),
    PortalPage("curating-receipt", f"/library/{PURGED}/receipt", CURATOR, portal="reviewing"),
    PortalPage("curating-receipts", "/receipts", CURATOR, portal="reviewing"),
    PortalPage("removed-410", f"/library/{REMOVED}", CURATOR, 410, "reviewing"),
    PortalPage("empty-review", "/review", CURATOR, portal="empty"),
    PortalPage("empty-receipts", "/receipts", CURATOR, portal="empty"),
    PortalPage("writing", "/writing?done=saved", PRACTITIONER, portal="writing"),
    PortalPage("writing-new", "/writing/new", PRACTITIONER, portal="writing"),
    PortalPage("writing-new-curator", "/writing/new", CURATOR, portal="writing"),
    PortalPage("writing-tasks", f"/writing/{writing.FULL}", PRACTITIONER, portal="writing"),
    PortalPage("writing-asked", f"/writing/{writing.ASKED}", PRACTITIONER, portal="writing"),
    PortalPage(
        "writing-sent", f"/writing/{writing.SENT}?done=sent", PRACTITIONER, portal="writing"
    ),
    PortalPage("writing-approved", f"/writing/{writing.APPROVED}", PRACTITIONER, portal="writing"),
    PortalPage(
        "writing-section",
        f"/writing/{writing.FULL}/sections/concern",
        PRACTITIONER,
        portal="writing",
        then=open_details,
    ),
    PortalPage(
        "writing-section-asked",
        f"/writing/{writing.ASKED}/sections/concern",
        PRACTITIONER,
        portal="writing",
    ),
    PortalPage(
        "writing-section-closed",
        f"/writing/{writing.SENT}/sections/concern",
        PRACTITIONER,
        portal="writing",
    ),
    PortalPage(
        "writing-section-stale",
        f"/writing/{writing.FULL}/sections/background",
        PRACTITIONER,
        409,
        "writing",
        save_what_is_stale,
    ),
    PortalPage(
        "writing-facts", f"/writing/{writing.FULL}/facts/who", PRACTITIONER, portal="writing"
    ),
    PortalPage(
        "writing-title-error",
        f"/writing/{writing.FULL}/facts/title",
        PRACTITIONER,
        422,
        "writing",
        give_too_long_a_title,
    ),
    PortalPage(
        "writing-title-stale",
        f"/writing/{writing.FULL}/facts/title",
        PRACTITIONER,
        422,
        "writing",
        save_a_stale_title,
    ),
    PortalPage(
        "writing-sources", f"/writing/{writing.PROTOCOL}/facts/sources", CURATOR, portal="writing"
    ),
    PortalPage(
        "writing-readers", f"/writing/{writing.PROTOCOL}/facts/readers", CURATOR, portal="writing"
    ),
    PortalPage(
        "writing-pathway", f"/writing/{writing.PROTOCOL}/facts/pathway", CURATOR, portal="writing"
    ),
    PortalPage(
        "writing-check",
        f"/writing/{writing.FULL}/check",
        PRACTITIONER,
        portal="writing",
        then=open_details,
    ),
    PortalPage(
        "writing-check-error",
        f"/writing/{writing.FULL}/check",
        PRACTITIONER,
        422,
        "writing",
        keep_without_a_reason,
    ),
    PortalPage(
        "writing-preview", f"/writing/{writing.FULL}/preview", PRACTITIONER, portal="writing"
    ),
    PortalPage(
        "writing-preview-protocol",
        f"/writing/{writing.PROTOCOL}/preview",
        CURATOR,
        portal="writing",
    ),
    PortalPage("place", f"/writing/{EDIT}/place", CURATOR, portal="reviewing"),
    PortalPage("place-gone", f"/writing/{STRANDED}/place", CURATOR, portal="reviewing"),
    PortalPage(
        "place-behind", f"/writing/{BEHIND}/place", CURATOR, portal="reviewing", then=open_details
    ),
    PortalPage("place-tasks", f"/writing/{STRANDED}", CURATOR, portal="reviewing"),
    PortalPage("writing-send", f"/writing/{writing.ASKED}/send", PRACTITIONER, portal="writing"),
    PortalPage(
        "writing-send-wrong", f"/writing/{writing.FULL}/send", PRACTITIONER, portal="writing"
    ),
    PortalPage("writing-send-term", f"/writing/{writing.TERM}/send", CURATOR, portal="writing"),
    PortalPage(
        "writing-give-up", f"/writing/{writing.FULL}/give-up", PRACTITIONER, portal="writing"
    ),
    PortalPage(
        "writing-remark",
        f"/writing/{writing.ASKED}/remarks/1",
        PRACTITIONER,
        portal="writing",
    ),
    PortalPage("empty-writing", "/writing", CURATOR, portal="empty"),
    PortalPage("files", f"/writing/{TEXT}/files?done=sent", PRACTITIONER, portal="files"),
    PortalPage(
        "files-error",
        f"/writing/{TEXT}/files",
        PRACTITIONER,
        422,
        "files",
        lambda tab: press(tab, "Send the file"),
    ),
    PortalPage("file-telling", f"/writing/{TEXT}/files/{TELLING}", PRACTITIONER, portal="files"),
    PortalPage("file-refused", f"/writing/{TEXT}/files/{REFUSED}", PRACTITIONER, portal="files"),
    PortalPage("file-imported", f"/writing/{TEXT}/files/{IMPORTED}", PRACTITIONER, portal="files"),
    PortalPage("file-waiting", f"/writing/{TEXT}/files/{WAITING}", PRACTITIONER, portal="files"),
    PortalPage(
        "file-remove", f"/writing/{TEXT}/files/{IMPORTED}/remove", PRACTITIONER, portal="files"
    ),
    PortalPage("document-with-attachments", f"/library/{ATTACHED}", PARTNER, portal="files"),
    PortalPage("attachment", f"/library/{ATTACHED}/attachments/1", PARTNER, portal="files"),
    PortalPage("found-in-attachment", f"/library?q={ONLY_THERE}", PARTNER, portal="files"),
    PortalPage("desk", "/desk", CURATOR, portal="desk"),
    PortalPage("desk-overdue", "/desk?show=overdue", CURATOR, portal="desk"),
    PortalPage("desk-soon", "/desk?show=soon", CURATOR, portal="desk"),
    PortalPage("desk-law", "/desk?show=law", CURATOR, portal="desk"),
    PortalPage("desk-unowned", "/desk?show=unowned&done=owned", CURATOR, portal="desk"),
    PortalPage("desk-orphaned", "/desk?show=orphaned", CURATOR, portal="desk"),
    PortalPage("desk-ageing", "/desk?show=ageing&type=case", CURATOR, portal="desk"),
    PortalPage("desk-files", "/desk?show=files", CURATOR, portal="desk"),
    PortalPage("desk-receipts", "/desk?show=receipts", CURATOR, portal="desk"),
    PortalPage("desk-documents", "/desk?show=documents&page=2", CURATOR, portal="desk"),
    PortalPage("desk-nothing-fits", "/desk?show=law&owner=999", CURATOR, portal="desk"),
    PortalPage("desk-workload", "/desk?show=workload", CURATOR, portal="desk"),
    PortalPage("desk-balance", "/desk?show=balance", CURATOR, portal="desk"),
    PortalPage("desk-missed", "/desk?show=missed", CURATOR, portal="desk"),
    PortalPage("desk-owners", "/desk?show=unowned", CURATOR, portal="desk", then=choose_documents),
    PortalPage("desk-owners-none", "/desk/owners", CURATOR, portal="desk"),
    PortalPage("empty-desk", "/desk", CURATOR, portal="empty"),
    PortalPage("empty-desk-balance", "/desk?show=balance", CURATOR, portal="empty"),
    PortalPage("empty-desk-missed", "/desk?show=missed", CURATOR, portal="empty"),
    PortalPage("law", "/law", CURATOR, portal="desk"),
    PortalPage("empty-law", "/law", CURATOR, portal="empty"),
    PortalPage("law-ended", f"/law/{LAW_ENDED}?done=superseded", CURATOR, portal="desk"),
    PortalPage("law-in-force", f"/law/{LAW_IN_FORCE}?done=saved", CURATOR, portal="desk"),
    PortalPage("law-new", "/law/new", CURATOR, portal="desk"),
    PortalPage("law-new-error", "/law/new", CURATOR, 409, "desk", name_a_law_again),
    PortalPage("law-correct", f"/law/{LAW_ENDED}/correct", CURATOR, portal="desk"),
    PortalPage("law-supersede", f"/law/{LAW_IN_FORCE}/supersede", CURATOR, portal="desk"),
    PortalPage(
        "law-supersede-error",
        f"/law/{LAW_IN_FORCE}/supersede",
        CURATOR,
        422,
        "desk",
        supersede_wrongly,
    ),
    PortalPage(
        "law-supersede-check", f"/law/{LAW_IN_FORCE}/supersede", CURATOR, 200, "desk", supersede
    ),
    PortalPage(
        "law-supersede-changed",
        f"/law/{LAW_IN_FORCE}/supersede",
        CURATOR,
        409,
        "desk",
        supersede_too_late,
    ),
    PortalPage("document-law-changed", f"/library/{RESTS_ON_IT}", READER, portal="desk"),
    PortalPage("accessibility", "/accessibility"),
    PortalPage("cookies", "/cookies"),
    PortalPage("privacy", "/privacy"),
    PortalPage("retention", "/retention"),
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
    PortalPage("empty-describe", "/find-a-case/describe", CURATOR, portal="empty", then=describe),
    PortalPage("preparing-search", "/library?q=passport", READER, portal="preparing"),
    PortalPage(
        "preparing-describe", "/find-a-case/describe", READER, portal="preparing", then=describe
    ),
    PortalPage("education-sign-in", "/sign-in", portal="education"),
    PortalPage("education-case", "/library/case-004", READER, portal="education"),
    PortalPage("demonstration-sign-in", "/sign-in", portal="demonstration"),
    PortalPage("demonstration-home", "/", AMIRA, portal="demonstration"),
    PortalPage("demonstration-account", "/account", AMIRA, portal="demonstration"),
    PortalPage("demonstration-authority", "/authorities/154", RUTH, portal="demonstration"),
    PortalPage("demonstration-profile", "/authorities/154/profile", RUTH, portal="demonstration"),
    PortalPage(
        "demonstration-profile-national", "/authorities/156/profile", PRIYA, portal="demonstration"
    ),
    PortalPage("demonstration-letters", "/demonstration/mail", portal="demonstration"),
    PortalPage("demonstration-letter", f"/demonstration/mail/{LETTER}", portal="demonstration"),
    PortalPage("demonstration-cookies", "/cookies", portal="demonstration"),
    PortalPage("demonstration-contact", "/contact", portal="demonstration"),
)
