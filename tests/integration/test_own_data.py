"""A copy of one's own data: everything about oneself, nothing about anybody else."""

import json
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from portal.core.database import Base
from portal.core.roles import Role
from portal.ui.filters import moment
from tests.client import Page, Reader, reader
from tests.integration.inviting import authority, invite, send
from tests.integration.leaving import give, number, recorded
from tests.people import ADMINISTRATOR, EVERYONE, LEAD, PARTNER, PRACTITIONER, Person
from tests.work import work

JSON, HTML = "/account/export/your-data.json", "/account/export/your-data.html"
COVERED = {
    "assessment_link_taken",
    "assessment_position",
    "document_owner",
    "document_version",
    "finding_answer",
    "invitation",
    "manuscript",
    "manuscript_step",
    "manuscript_writer",
    "notice",
    "outgoing_mail",
    "pairing_request",
    "pairing_round",
    "pairing_rule",
    "pairing_search",
    "pairing_weights",
    "password_link",
    "people_confirmation",
    "profile_answer",
    "profile_confirmation",
    "remark",
    "role_assignment",
    "sign_off",
    "takedown_receipt",
    "upload",
    "user_session",
}
"""Tables that name an account, each of which is a part of the copy; `audit_entry` besides."""


def copy_of(client: Reader) -> dict[str, Any]:
    answer = client.get(JSON)
    assert answer.status_code == 200
    return json.loads(answer.text)


@pytest.fixture
def busy(portal: Flask) -> Flask:
    """A portal in which a lead has left every kind of trace, together with others."""
    here = authority(portal)
    lead, practitioner = reader(portal, LEAD), reader(portal, PRACTITIONER)
    reader(portal).sign_in(LEAD, "not the password")
    lead.get("/library/case-001/download.md")
    practitioner.get("/library/case-002/download.md")
    send(lead, "/account/mail", choice="at-once")
    invite(lead, portal, "ivy.invited@example.gov.uk", "practitioner")
    token = lead.page(f"/authorities/{here}/people").fields["csrf_token"]
    lead.post(f"/authorities/{here}/people/confirm", data={"csrf_token": token})
    profile = f"/authorities/{here}/profile"
    send(lead, f"{profile}/handling", tier="early-help")
    contact = {"contact_1_name": "L. Lead", "contact_1_email": LEAD.email.upper()}
    other = {"contact_2_name": "Connie Contact", "contact_2_phone": "01632 960001"}
    send(lead, f"{profile}/contacts", **contact, **other)
    seen = lead.page(f"{profile}/confirm").fields["seen"]
    send(lead, f"{profile}/confirm", seen=seen)
    place = f"/authorities/{here}/people/{number(portal, PRACTITIONER)}"
    send(lead, f"{place}/suspend")
    send(reader(portal), "/forgotten-password", email=LEAD.email)
    give(portal, LEAD, Role.CURATOR, None)
    give(portal, PARTNER, Role.PARTNER_READER, here)
    administrator = reader(portal, ADMINISTRATOR)
    role = number(portal, LEAD)  # the same number as that of the person's first role
    send(administrator, f"/administration/people/{number(portal, LEAD)}/end-role/{role}")
    work(portal)
    return portal


def test_a_copy_holds_everything(busy: Flask) -> None:
    found = copy_of(reader(busy, LEAD))
    account = found["account"]
    assert (account["name"], account["email"], account["state"]) == (LEAD.name, LEAD.email, "open")
    assert account["number"] == number(busy, LEAD)
    assert [role["role"] for role in found["roles"]] == ["Curator"]
    assert [bool(one["ended"]) for one in found["sessions"]] == [True, False]
    assert [one["role"] for one in found["invitations_sent"]] == ["Practitioner"]
    assert found["invitations_received"] == []
    assert "Your role of strategic lead in Hartlepool has ended" in [
        one["text"] for one in found["notices"]
    ]
    assert found["mail"], "the link for a forgotten password"
    assert {one["address"] for one in found["mail"]} == {LEAD.email}
    assert len(found["password_links"]) == 1
    assert [one["authority"] for one in found["confirmations"]] == ["Hartlepool"]
    answered = [(one["authority"], one["question"]) for one in found["profile_answers"]]
    assert answered == [
        ("Hartlepool", "Where are most cases held?"),
        ("Hartlepool", "Who are your contacts?"),
    ]
    assert [one["authority"] for one in found["profile_confirmations"]] == ["Hartlepool"]
    (named,) = found["contacts"]
    assert (named["authority"], named["name"], named["email"]) == (
        "Hartlepool",
        "L. Lead",
        LEAD.email,
    )
    done = [(one["action"], one["object"], one["details"]) for one in found["done_by_you"]]
    assert ("Downloaded a document", "Document case-001", "format: md") in done
    suspended = ("Suspended a role", "Another person’s account")
    assert suspended in [one[:2] for one in done]
    assert ("Confirmed the list of an authority’s people", "Hartlepool", "people: 2") in done
    happened = [one["action"] for one in found["done_to_you"]]
    assert {"Opened an account", "Failed to sign in (refused)", "Ended a role"} <= set(happened)
    entries = [e for e in recorded(busy) if e.actor_id == number(busy, LEAD)]
    assert len(found["done_by_you"]) == len(entries) - 1, "all but that this copy was taken"


def test_a_copy_names_nobody_else(busy: Flask) -> None:
    client = reader(busy, LEAD)
    texts = [client.get(address).text for address in (JSON, HTML)]
    others = [person for person in EVERYONE if person != LEAD]
    for text in texts:
        for person in (*others, Person("Ivy Invited", None), Person("Connie Contact", None)):
            for word in (person.name, person.email, person.name.split()[0]):
                assert word not in text
        for secret in ("argon2", "nonce", "token"):
            assert secret not in text


@pytest.mark.parametrize("person", [PRACTITIONER, PARTNER])
def test_a_copy_holds_nothing_of_what_others_did(busy: Flask, person: Person) -> None:
    found = copy_of(reader(busy, person))
    text = json.dumps(found)
    assert LEAD.name not in text
    assert "case-001" not in text
    for section in ("invitations_sent", "confirmations", "password_links", "profile_answers"):
        assert found[section] == []
    assert found["profile_confirmations"] == found["contacts"] == []


def test_a_copy_tells_of_no_document_that_the_person_may_not_know(portal: Flask) -> None:
    asked = {"email": LEAD.email, "reference": "case-001"}
    assert (
        reader(portal, ADMINISTRATOR).post("/administration/access", data=asked).status_code == 200
    )
    found = copy_of(reader(portal, LEAD))
    (entry,) = [one for one in found["done_to_you"] if one["action"] == "Asked who can see what"]
    assert entry["details"] is None
    assert "case-001" not in json.dumps(found)


def test_the_page_to_read_says_the_same_as_the_data(busy: Flask) -> None:
    client = reader(busy, LEAD)
    found, page = copy_of(client), Page(client.get(HTML).text)
    text = page.text
    for name, rows in found.items():
        if name == "taken":
            continue
        for row in rows if isinstance(rows, list) else [rows]:
            for key, value in row.items():
                if value is None or (name == "done_by_you" and row is rows[-1]):
                    continue
                said = str(value)
                if isinstance(value, str) and value[:2] == "20" and "T" in value:
                    said = moment(datetime.fromisoformat(value))
                assert said in text, (name, key)


def test_each_copy_is_on_record_and_kept_by_nobody_on_the_way(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    assert client.page("/account/export").heading == "A copy of your data"
    assert recorded(portal, "account.exported") == []
    for address in (JSON, HTML):
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert address[-5:].lstrip("a.") in answer.headers["Content-Disposition"]
    entries = recorded(portal, "account.exported")
    who = number(portal, PRACTITIONER)
    assert [(e.actor_id, e.object_type, e.object_id) for e in entries] == [
        (who, "account", str(who))
    ] * 2


def test_no_table_that_names_a_person_is_left_out() -> None:
    naming = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == "account" for key in table.foreign_keys)
    }
    assert naming == COVERED, "let portal/accounts/own_data.py give it too"
