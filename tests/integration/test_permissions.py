"""Who may open what: every endpoint, for every person, by request."""

import pytest
from flask import Flask

from tests.client import reader
from tests.people import (
    ADMINISTRATOR,
    CURATOR,
    EVERYONE,
    LEAD,
    NOBODY,
    PRACTITIONER,
    READERS,
    Person,
)

PUBLIC = None

ENDPOINTS: dict[str, str | None] = {
    "accounts.account": "account:read-own",
    "accounts.sign_in": PUBLIC,
    "accounts.sign_out": PUBLIC,
    "accounts.signed_out": PUBLIC,
    "answering.answer": PUBLIC,
    "answering.thanks": PUBLIC,
    "assessment.begin": "assessment:lead",
    "assessment.close": "assessment:lead",
    "assessment.index": "assessment:answer",
    "assessment.kit": "assessment:lead",
    "assessment.outcome": "assessment:lead",
    "assessment.position": "assessment:lead",
    "assessment.position_history": "assessment:lead",
    "assessment.sheet": "assessment:lead",
    "assessment.table": "assessment:lead",
    "assessment.take": "assessment:answer",
    "assessment.wave": "assessment:lead",
    "authorities.confirm": "profile:confirm",
    "authorities.history": "profile:read",
    "authorities.own": "profile:read",
    "authorities.page": "profile:read",
    "authorities.profile": "profile:read",
    "curating.edit": "library:curate",
    "curating.give_up_edit": "library:curate",
    "curating.history": "library:curate",
    "curating.owner": "library:curate",
    "curating.read_again": "library:curate",
    "curating.receipt": "library:curate",
    "curating.receipts": "library:curate",
    "curating.successor": "library:curate",
    "curating.supersede": "library:curate",
    "curating.take_down": "library:curate",
    "curating.version": "library:curate",
    "curating.withdraw": "library:curate",
    "desk.export": "desk:read",
    "desk.index": "desk:read",
    "desk.owners": "library:curate",
    "invitations.accepted": PUBLIC,
    "invitations.invitation": PUBLIC,
    "law.correct": "library:curate",
    "law.index": "library:curate",
    "law.new": "library:curate",
    "law.show": "library:curate",
    "law.supersede": "library:curate",
    "library.ask": "library:ask",
    "library.asked": "library:ask",
    "library.attachment": "library:read",
    "library.browse": "library:read",
    "library.complete": "library:read",
    "library.concern": "library:read",
    "library.describe": "library:read",
    "library.document": "library:read",
    "library.download": "library:export",
    "library.find_a_case": "library:read",
    "library.glossary": "library:read",
    "library.home": "library:read",
    "national.index": "assessment:compare",
    "notices.index": "account:read-own",
    "notices.mail": "account:change-own",
    "notices.read": "account:read-own",
    "operations.access": "access:explain",
    "operations.administration": "jobs:manage",
    "operations.jobs": "jobs:manage",
    "operations.retention": PUBLIC,
    "operations.retention_state": "jobs:manage",
    "operations.retry_job": "jobs:manage",
    "operations.retry_jobs": "jobs:manage",
    "own.download": "account:read-own",
    "own.export": "account:read-own",
    "own.give_up": "account:change-own",
    "own.given_up": "account:change-own",
    "own.goodbye": PUBLIC,
    "own.leave": "account:change-own",
    "own.leave_service": "account:change-own",
    "pairings.fared": "pairing:curate",
    "pairings.index": "pairing:curate",
    "pairings.lift": "pairing:curate",
    "pairings.of": "pairing:curate",
    "pairings.propose": "pairing:curate",
    "pairings.rule": "pairing:curate",
    "pairings.rules": "pairing:curate",
    "pairings.weights": "pairing:curate",
    "pairing.answer": "pairing:take-part",
    "pairing.ask": "pairing:take-part",
    "pairing.end": "pairing:take-part",
    "pairing.index": "pairing:take-part",
    "pairing.pair": "pairing:take-part",
    "pairing.plan": "pairing:take-part",
    "pairing.renew": "pairing:take-part",
    "pairing.suggested": "pairing:take-part",
    "pairing.withdraw": "pairing:take-part",
    "passwords.asked": PUBLIC,
    "passwords.change": "account:change-own",
    "passwords.choose": PUBLIC,
    "passwords.chosen": PUBLIC,
    "passwords.forgotten": PUBLIC,
    "people.confirm": "people:manage",
    "people.index": "people:manage",
    "people.invite": "people:manage",
    "people.invite_many": "people:manage",
    "people.invite_staff": "staff:manage",
    "people.invited": "people:manage",
    "people.of": "people:manage",
    "people.remove": "people:manage",
    "people.resend": "people:manage",
    "people.resume": "people:manage",
    "people.set_domains": "authority:set-domains",
    "people.staff": "staff:manage",
    "people.suspend": "people:manage",
    "people.withdraw": "people:manage",
    "person.change": "staff:manage",
    "person.end_role": "staff:manage",
    "person.find": "staff:manage",
    "person.show": "staff:manage",
    "profile.section": "profile:change",
    "register.import_": "register:import",
    "register.index": "register:read",
    "review.ask": "review:decide",
    "review.disclosure": "review:decide",
    "review.give_up": "review:decide",
    "review.hand_over": "review:decide",
    "review.index": "review:decide",
    "review.publish": "review:decide",
    "review.remark": "review:decide",
    "review.reopen": "review:decide",
    "review.schedule": "review:decide",
    "review.show": "review:decide",
    "review.sign_off": "review:decide",
    "review.take_back": "review:decide",
    "review.take_on": "review:decide",
    "review.unschedule": "review:decide",
    "rounds.index": "pairing:curate",
    "rounds.new": "pairing:curate",
    "rounds.run": "pairing:curate",
    "rounds.send": "pairing:curate",
    "rounds.show": "pairing:curate",
    "rounds.stop": "pairing:curate",
    "sessions.end": "account:change-own",
    "sessions.end_others": "account:change-own",
    "sessions.extend": "account:read-own",
    "sessions.index": "account:read-own",
    "sessions.left": "account:read-own",
    "ui.accessibility": PUBLIC,
    "ui.contact": PUBLIC,
    "ui.cookies": PUBLIC,
    "ui.privacy": PUBLIC,
    "ui.robots": PUBLIC,
    "ui.security_txt": PUBLIC,
    "writing.check": "writing:write",
    "writing.facts": "writing:write",
    "writing.give_up": "writing:write",
    "writing.index": "writing:write",
    "writing.new": "writing:write",
    "writing.previewed": "writing:write",
    "writing.remark": "writing:write",
    "writing.save": "writing:write",
    "writing.section": "writing:write",
    "writing.send": "writing:write",
    "writing.take_back": "writing:write",
    "writing.tasks": "writing:write",
    "writing_files.index": "writing:write",
    "writing_files.remove": "writing:write",
    "writing_files.show": "writing:write",
    "writing_files.take_over": "writing:write",
    "writing_place.alone": "writing:write",
    "writing_place.follow": "writing:write",
    "writing_place.show": "writing:write",
}
"""Every endpoint with the permission that it must ask for."""

HOLDERS: dict[str, tuple[Person, ...]] = {
    "access:explain": (ADMINISTRATOR,),
    "account:change-own": EVERYONE,
    "account:read-own": EVERYONE,
    "assessment:answer": (PRACTITIONER, LEAD),
    "assessment:compare": (CURATOR,),
    "assessment:lead": (LEAD,),
    "authority:read-own": (PRACTITIONER, LEAD),
    "authority:set-domains": (CURATOR, ADMINISTRATOR),
    "desk:read": (CURATOR,),
    "jobs:manage": (ADMINISTRATOR,),
    "library:ask": READERS,
    "library:curate": (CURATOR,),
    "library:export": READERS,
    "library:read": READERS,
    "pairing:curate": (CURATOR,),
    "pairing:take-part": (LEAD,),
    "people:manage": (LEAD, CURATOR, ADMINISTRATOR),
    "profile:change": (LEAD, CURATOR),
    "profile:confirm": (LEAD,),
    "profile:read": (PRACTITIONER, LEAD, CURATOR),
    "register:import": (CURATOR,),
    "register:read": (CURATOR,),
    "review:decide": (CURATOR,),
    "staff:manage": (ADMINISTRATOR,),
    "writing:write": (PRACTITIONER, LEAD, CURATOR),
}
"""Who holds each permission."""

ADDRESSES = {
    "accounts.account": "/account",
    "assessment.begin": "/authorities/1/self-assessment/ask",
    "assessment.index": "/authorities/1/self-assessment",
    "assessment.position": "/authorities/1/self-assessment/position",
    "assessment.position_history": "/authorities/1/self-assessment/positions",
    "authorities.confirm": "/authorities/1/profile/confirm",
    "authorities.history": "/authorities/1/profile/history",
    "authorities.own": "/authority",
    "authorities.page": "/authorities/1",
    "authorities.profile": "/authorities/1/profile",
    "curating.edit": "/library/case-001/edit",
    "curating.give_up_edit": "/library/case-001/edit/give-up",
    "curating.history": "/library/case-001/history",
    "curating.owner": "/library/case-001/owner",
    "curating.read_again": "/library/case-001/read-again",
    "curating.receipts": "/receipts",
    "curating.supersede": "/library/case-001/supersede",
    "curating.take_down": "/library/case-001/take-down",
    "curating.version": "/library/case-001/history/1",
    "curating.withdraw": "/library/case-001/withdraw",
    "desk.export": "/desk/export.csv",
    "desk.index": "/desk",
    "desk.owners": "/desk/owners",
    "law.correct": "/law/1/correct",
    "law.index": "/law",
    "law.new": "/law/new",
    "law.show": "/law/1",
    "law.supersede": "/law/1/supersede",
    "library.ask": "/ask-for-an-example",
    "library.asked": "/ask-for-an-example/thank-you",
    "library.browse": "/library",
    "library.complete": "/library/complete",
    "library.concern": "/concern",
    "library.describe": "/find-a-case/describe",
    "library.document": "/library/case-001",
    "library.download": "/library/case-001/download.md",
    "library.find_a_case": "/find-a-case",
    "library.glossary": "/glossary",
    "library.home": "/",
    "national.index": "/self-assessment",
    "notices.index": "/notices",
    "notices.mail": "/account/mail",
    "operations.access": "/administration/access",
    "operations.administration": "/administration",
    "operations.jobs": "/administration/jobs",
    "operations.retention_state": "/administration/retention",
    "own.download": "/account/export/your-data.json",
    "own.export": "/account/export",
    "own.given_up": "/account/leave/role-given-up",
    "own.leave": "/account/leave",
    "own.leave_service": "/account/leave/service",
    "pairings.fared": "/pairing/suggestions",
    "pairings.index": "/pairing",
    "pairings.of": "/pairing/of/1",
    "pairings.propose": "/pairing/of/1/propose",
    "pairings.rule": "/pairing/of/1/rule",
    "pairings.rules": "/pairing/rules",
    "pairings.weights": "/pairing/weights",
    "pairing.index": "/authorities/1/pairing",
    "passwords.change": "/account/password",
    "people.index": "/people",
    "people.invite_staff": "/administration/people/invite",
    "people.invited": "/authorities/1/people/invited",
    "people.of": "/authorities/1/people",
    "people.remove": "/authorities/1/people/1/remove",
    "people.set_domains": "/authorities/1/domains",
    "people.staff": "/administration/people",
    "people.suspend": "/authorities/1/people/1/suspend",
    "person.change": "/administration/people/1/close",
    "person.end_role": "/administration/people/1/end-role/1",
    "person.find": "/administration/people/find",
    "person.show": "/administration/people/1",
    "profile.section": "/authorities/1/profile/handling",
    "register.import_": "/authorities/import",
    "register.index": "/authorities",
    "review.index": "/review",
    "rounds.index": "/pairing/rounds",
    "rounds.new": "/pairing/rounds/new",
    "sessions.index": "/account/sessions",
    "sessions.left": "/session",
    "writing.index": "/writing",
    "writing.new": "/writing/new",
}
"""Where each closed page is, for those who hold its permission and have a say in authority 1."""

_A_ROUND = "test_assessment: rounds are there to be seen by leads alone"
_A_PAIR = "test_pairing: the leads of the two sides and nobody else"
_A_TEXT = "test_review: a text that was sent in has to be there"
_A_DRAFT = "test_writing: nobody else sees a draft"
_A_FILE = "test_files: nobody else sees the files of a draft"
ASKING_MORE = {
    "library.attachment": "test_attachments: a document has to have one",
    "writing.check": _A_DRAFT,
    "writing.facts": _A_DRAFT,
    "writing.give_up": _A_DRAFT,
    "writing.previewed": _A_DRAFT,
    "writing.remark": _A_DRAFT,
    "writing.section": _A_DRAFT,
    "writing.send": _A_DRAFT,
    "writing.tasks": _A_DRAFT,
    "writing_files.index": _A_FILE,
    "writing_files.remove": _A_FILE,
    "writing_files.show": _A_FILE,
    "writing_place.show": "test_next_versions: nobody else sees a text",
    "curating.receipt": "test_curating_library: something has to be taken down",
    "review.disclosure": _A_TEXT,
    "review.publish": _A_TEXT,
    "review.reopen": _A_TEXT,
    "review.schedule": _A_TEXT,
    "review.show": _A_TEXT,
    "pairing.answer": _A_PAIR,
    "pairing.ask": _A_PAIR,
    "pairing.end": _A_PAIR,
    "pairing.pair": _A_PAIR,
    "pairing.plan": _A_PAIR,
    "pairing.suggested": _A_PAIR,
    "assessment.close": _A_ROUND,
    "assessment.kit": _A_ROUND,
    "assessment.outcome": _A_ROUND,
    "assessment.sheet": _A_ROUND,
    "assessment.table": _A_ROUND,
    "assessment.wave": _A_ROUND,
    "own.give_up": "test_leaving: a role of one's own and no other",
    "pairings.lift": "test_curating: a rule has to be there",
    "people.invite": "test_inviting: who gives which role",
    "people.invite_many": "test_people: the same for lists",
    "rounds.send": "test_rounds: a round has to be there",
    "rounds.show": "test_rounds: a round has to be there",
}
"""Closed pages that ask for more than the permission, and where that is tested."""

POSTED = {
    "pairing.renew": "/authorities/1/pairing/with/1/renew",
    "pairing.withdraw": "/authorities/1/pairing/requests/1/withdraw",
    "assessment.take": "/authorities/1/self-assessment/take",
    "notices.read": "/notices/read",
    "operations.retry_job": "/administration/jobs/1/retry",
    "operations.retry_jobs": "/administration/jobs/retry",
    "people.confirm": "/authorities/1/people/confirm",
    "people.resend": "/invitations/1/resend",
    "people.resume": "/authorities/1/people/1/resume",
    "people.withdraw": "/invitations/1/withdraw",
    "curating.successor": "/library/case-001/successor",
    "review.ask": "/review/1/ask",
    "review.give_up": "/review/1/give-up",
    "review.hand_over": "/review/1/hand-over",
    "review.remark": "/review/1/remarks",
    "review.sign_off": "/review/1/sign-off",
    "review.take_back": "/review/1/remarks/1/take-back",
    "review.take_on": "/review/1/take-on",
    "review.unschedule": "/review/1/unschedule",
    "rounds.run": "/pairing/rounds/1/run",
    "rounds.stop": "/pairing/rounds/1/stop",
    "sessions.end": "/account/sessions/1/end",
    "sessions.end_others": "/account/sessions/end-others",
    "sessions.extend": "/session",
    "writing.save": "/writing/1/sections/concern/save",
    "writing.take_back": "/writing/1/take-back",
    "writing_files.take_over": "/writing/1/files/1/take-over",
    "writing_place.alone": "/writing/1/place/alone",
    "writing_place.follow": "/writing/1/place/follow",
}
"""Closed addresses that take a POST and show no page."""


def test_every_endpoint_is_listed_with_the_permission_it_asks_for(library: Flask) -> None:
    declared = {name: view.permission for name, view in library.view_functions.items()}
    assert declared == ENDPOINTS


def test_every_closed_endpoint_is_asked_for_below() -> None:
    listed = [*ADDRESSES, *ASKING_MORE, *POSTED]
    assert len(listed) == len(set(listed))
    assert set(listed) == {name for name, asked in ENDPOINTS.items() if asked}


@pytest.mark.parametrize("person", EVERYONE, ids=lambda person: person.name)
def test_a_person_without_the_permission_posts_nothing(library: Flask, person: Person) -> None:
    client = reader(library, person)
    token = reader(library).page("/sign-in").fields["csrf_token"]
    if person in READERS:
        token = client.page("/ask-for-an-example").fields["csrf_token"]
    for endpoint, address in POSTED.items():
        if person not in HOLDERS[ENDPOINTS[endpoint] or ""]:
            answer = client.post(address, data={"csrf_token": token})
            assert answer.status_code in {400, 403}, endpoint
            assert answer.status_code == 403 or person not in READERS, endpoint


@pytest.mark.parametrize("address", POSTED.values())
def test_a_stranger_posts_nothing(library: Flask, address: str) -> None:
    client = reader(library)
    token = client.page("/sign-in").fields["csrf_token"]
    assert client.post(address, data={"csrf_token": token}).status_code in {302, 401}


@pytest.mark.parametrize("address", ADDRESSES.values())
def test_a_stranger_is_sent_to_sign_in(library: Flask, address: str) -> None:
    answer = reader(library).get(address)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("person", EVERYONE, ids=lambda person: person.name)
def test_a_person_opens_what_their_roles_allow(library: Flask, person: Person) -> None:
    client = reader(library, person)
    for endpoint, address in ADDRESSES.items():
        allowed = person in HOLDERS[ENDPOINTS[endpoint] or ""]
        status = client.get(address).status_code
        assert status in {200, 302} if allowed else status == 403, endpoint


def test_a_view_that_declares_nothing_is_refused(portal: Flask) -> None:
    portal.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for person in (None, READERS[0]):
        answer = reader(portal, person).get("/forgotten")
        assert answer.status_code == 403
        assert "secret" not in answer.text


def test_a_person_without_a_role_is_told_what_to_do(library: Flask) -> None:
    page = reader(library, NOBODY).page("/", status=403)
    assert "can’t see this page" in page.heading
    assert page.links["ask the people who run this service"] == "/contact"
