"""Who is in: the list of an authority's people, suspending and removing, the confirmation."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import people
from portal.accounts.models import EmailDomain, Invitation, Notice, PeopleConfirmation, User
from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from tests.client import Reader, reader
from tests.integration.inviting import (
    HERE,
    THERE,
    authority,
    invite,
    roles_of,
    send,
    user,
)
from tests.people import (
    ADMINISTRATOR,
    CURATOR,
    EVERYONE,
    LEAD,
    NOBODY,
    PARTNER,
    PRACTITIONER,
    Person,
)
from tests.work import work


def list_of(app: Flask, code: str = HERE) -> str:
    return f"/authorities/{authority(app, code)}/people"


def number(app: Flask, person: Person) -> int:
    found = user(app, person.email)
    assert found is not None
    return found.id


def press(client: Reader, address: str) -> int:
    """Send a form that holds nothing but its token."""
    token = client.page("/ask-for-an-example").fields["csrf_token"]
    return client.post(address, data={"csrf_token": token}).status_code


# ---- The lists


def test_a_lead_comes_straight_to_the_list_of_their_authority(portal: Flask) -> None:
    client = reader(portal, LEAD)
    answer = client.get("/people")
    assert answer.location == list_of(portal)
    text = client.page(list_of(portal)).text
    for person in (LEAD, PRACTITIONER):
        assert person.name in text
        assert person.email in text
    for person in (PARTNER, CURATOR, ADMINISTRATOR, NOBODY):
        assert person.name not in text
        assert person.email not in text


@pytest.mark.parametrize("person", EVERYONE, ids=lambda person: person.name)
def test_who_sees_the_people_of_an_authority(library: Flask, person: Person) -> None:
    client = reader(library, person)
    national = person in (CURATOR, ADMINISTRATOR)
    assert client.get(list_of(library)).status_code == (200 if national or person is LEAD else 403)
    assert client.get(list_of(library, THERE)).status_code == (200 if national else 403)
    assert client.get("/authorities/99999/people").status_code == (
        404 if national or person is LEAD else 403
    )
    there = f"{list_of(library, THERE)}/{number(library, PARTNER)}"
    for what in ("suspend", "remove"):
        assert client.get(f"{there}/{what}").status_code == (200 if national else 403)


def test_a_curator_finds_an_authority_by_its_name(library: Flask) -> None:
    client = reader(library, CURATOR)
    page = client.page("/people")
    assert "153 authorities" in page.text
    assert "Next page" in page.links
    assert "153 authorities" in client.page(page.links["Next page"]).text
    assert client.page("/people?page=999999").heading == "People"
    found = client.page("/people?name=hartle")
    assert "1 authority" in found.text
    assert found.links["Hartlepool"] == list_of(library)
    assert "No authority fits" in client.page("/people?name=%25").text
    assert "152 authorities" in client.page("/people?without=lead").text


# ---- Suspending and removing


@pytest.mark.parametrize("manager", [LEAD, CURATOR, ADMINISTRATOR], ids=lambda p: p.name)
def test_a_suspended_person_is_out_at_once_until_let_back_in(
    portal: Flask, manager: Person
) -> None:
    theirs = reader(portal, PRACTITIONER)
    place = f"{list_of(portal)}/{number(portal, PRACTITIONER)}"
    client = reader(portal, manager)
    assert PRACTITIONER.name in client.page(f"{place}/suspend").heading
    assert theirs.get("/library").status_code == 200, "the question alone changes nothing"
    assert send(client, f"{place}/suspend").status == 302
    assert theirs.get("/library").status_code == 302, "signed out"
    again = reader(portal, PRACTITIONER)
    assert again.get("/library").status_code == 403
    assert "Suspended" in client.page(list_of(portal)).text
    assert press(client, f"{place}/resume") == 302
    assert reader(portal, PRACTITIONER).get("/library").status_code == 200
    with portal.app_context(), reading():
        actions = db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.like("role.%"))
        ).all()
    assert actions == ["role.suspended", "role.resumed"]


def test_a_removed_person_keeps_an_account_that_opens_nothing(portal: Flask) -> None:
    theirs = reader(portal, PRACTITIONER)
    place = f"{list_of(portal)}/{number(portal, PRACTITIONER)}"
    client = reader(portal, LEAD)
    assert client.get(f"{place}/remove").status_code == 200
    assert send(client, f"{place}/remove").status == 302
    assert theirs.get("/library").status_code == 302
    assert roles_of(portal, PRACTITIONER.email) == set()
    assert PRACTITIONER.name not in client.page(list_of(portal)).text
    assert client.get(f"{place}/remove").status_code == 404
    assert invite(client, portal, PRACTITIONER.email, "practitioner").status == 302


def test_a_lead_can_not_touch_themselves_another_lead_or_another_authority(
    portal: Flask,
) -> None:
    client = reader(portal, LEAD)
    own = f"{list_of(portal)}/{number(portal, LEAD)}"
    there = f"{list_of(portal, THERE)}/{number(portal, PARTNER)}"
    here_but_elsewhere = f"{list_of(portal)}/{number(portal, PARTNER)}"
    for place, status in ((own, 403), (there, 403), (here_but_elsewhere, 404)):
        for what in ("suspend", "remove", "resume"):
            assert press(client, f"{place}/{what}") == status, (place, what)
    assert roles_of(portal, PARTNER.email)
    assert reader(portal, LEAD).get("/library").status_code == 200


def test_when_the_last_lead_goes_the_page_and_the_curators_are_told(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    place = f"{list_of(portal)}/{number(portal, LEAD)}"
    assert "would have no strategic lead" in client.page(f"{place}/remove").text
    assert send(client, f"{place}/remove").status == 302
    with portal.app_context(), reading():
        told = db.session.execute(
            select(User.email, Notice.context)
            .join(Notice, Notice.user_id == User.id)
            .where(Notice.kind == "authority.without-lead")
        ).all()
    assert [tuple(row) for row in told] == [(CURATOR.email, {"authority_id": authority(portal)})]
    assert "has no strategic lead" in client.page(list_of(portal)).text
    assert "Invite a strategic lead" in client.page(list_of(portal)).links


def test_what_somebody_has_done_meanwhile_is_said_and_never_a_failure(portal: Flask) -> None:
    client = reader(portal, LEAD)
    place = f"{list_of(portal)}/{number(portal, PRACTITIONER)}"
    assert press(client, f"{place}/resume") == 302
    assert send(client, f"{place}/suspend").status == 302
    again = send(client, f"{place}/suspend")
    assert again.location.endswith("?refused=already")
    assert "somebody has done this meanwhile" in client.page(again.location).text


def test_a_lead_does_not_let_in_whom_a_curator_has_suspended(portal: Flask) -> None:
    place = f"{list_of(portal)}/{number(portal, PRACTITIONER)}"
    assert send(reader(portal, CURATOR), f"{place}/suspend").status == 302
    client = reader(portal, LEAD)
    page = client.page(list_of(portal))
    assert "Suspended by a curator or an administrator" in page.text
    assert press(client, f"{place}/resume") == 403
    answer = invite(client, portal, PRACTITIONER.email, "school")
    assert "suspended here" in answer.page.text  # type: ignore[union-attr]
    assert press(reader(portal, CURATOR), f"{place}/resume") == 302
    assert reader(portal, PRACTITIONER).get("/library").status_code == 200


def test_a_suspended_person_reads_what_has_happened(portal: Flask) -> None:
    place = f"{list_of(portal)}/{number(portal, PRACTITIONER)}"
    assert send(reader(portal, LEAD), f"{place}/suspend").status == 302
    client = reader(portal, PRACTITIONER)
    assert "suspended: it opens nothing for now" in client.page("/account").text
    told = client.page("/notices").text
    assert "Your role of practitioner in Hartlepool is suspended" in told


def test_removing_a_person_takes_back_what_else_invites_them_here(portal: Flask) -> None:
    invite(reader(portal, CURATOR), portal, PRACTITIONER.email, "lead")
    place = f"{list_of(portal)}/{number(portal, PRACTITIONER)}"
    assert send(reader(portal, LEAD), f"{place}/remove").status == 302
    page = reader(portal, CURATOR).page(list_of(portal))
    assert PRACTITIONER.email not in page.text


def test_an_authority_whose_only_lead_can_not_sign_in_has_none(portal: Flask) -> None:
    with portal.app_context(), short_transaction() as session:
        session.scalars(select(User).where(User.email == LEAD.email)).one().active = False
    client = reader(portal, CURATOR)
    page = client.page(list_of(portal))
    assert "has no strategic lead" in page.text
    assert "Account suspended" in page.text
    assert "Hartlepool" in client.page("/people?without=lead&name=hartle").text


def test_a_number_that_no_row_can_have_is_no_page(library: Flask) -> None:
    client = reader(library, CURATOR)
    assert client.get("/authorities/99999999999999999999/people").status_code == 404


# ---- The confirmation


def asked(app: Flask) -> list[str]:
    with app.app_context(), reading():
        query = (
            select(User.email)
            .join(Notice, Notice.user_id == User.id)
            .where(Notice.kind == people.ASK)
            .order_by(Notice.id)
        )
        return list(db.session.scalars(query))


def test_leads_are_asked_every_ninety_days_and_again_until_they_confirm(portal: Flask) -> None:
    start = clock.now()

    def after(days: int) -> list[str]:
        with clock.frozen(start + timedelta(days=days)):
            work(portal, scheduled=True)
        return asked(portal)

    assert after(1) == []
    assert after(89) == []
    assert after(91) == [LEAD.email]
    assert after(92) == [LEAD.email], "once a fortnight is enough"
    assert after(106) == [LEAD.email] * 2
    with clock.frozen(start + timedelta(days=107)):
        client = reader(portal, LEAD)
        assert "Is this list still right?" in client.page(list_of(portal)).text
        assert press(client, f"{list_of(portal)}/confirm") == 302
        assert "Is this list still right?" not in client.page(list_of(portal)).text
    assert after(121) == [LEAD.email] * 2
    assert after(198) == [LEAD.email], "the earlier ones have gone by their age"
    with portal.app_context(), reading():
        unread = select(Notice).where(Notice.kind == people.ASK, Notice.read_at.is_(None))
        assert len(db.session.scalars(unread).all()) == 1, "what is confirmed asks no more"


def test_nobody_but_a_lead_confirms(portal: Flask) -> None:
    for person in EVERYONE:
        if person not in (LEAD, NOBODY):
            assert press(reader(portal, person), f"{list_of(portal)}/confirm") == 403
    assert press(reader(portal, LEAD), f"{list_of(portal, THERE)}/confirm") == 403
    with portal.app_context(), reading():
        assert db.session.scalars(select(PeopleConfirmation)).all() == []


# ---- Many at once


def ask_many(client: Reader, app: Flask, text: str, **more: object) -> tuple[int, str, str]:
    place = f"{list_of(app)}/invite-many"
    token = client.page(place).fields["csrf_token"]
    fields = {"csrf_token": token, "text": text} | more
    answer = client.post(place, data=fields, content_type="multipart/form-data")
    return answer.status_code, answer.location or "", answer.text


def invited(app: Flask) -> dict[str, str]:
    with app.app_context(), reading():
        query = select(Invitation.email, Invitation.role, Invitation.sector)
        return {email: str(sector or role) for email, role, sector in db.session.execute(query)}


MIXED = """E-mail address, role
one@example.gov.uk
two@example.gov.uk, Police
"three@example.gov.uk","health"
four@gmail.com, school
five
one@EXAMPLE.gov.uk, practitioner
six@example.gov.uk, wizard
petra.practitioner@example.gov.uk
"""


def test_every_row_is_checked_and_nothing_is_sent_before_one_says_so(portal: Flask) -> None:
    client = reader(portal, LEAD)
    status, _, text = ask_many(client, portal, MIXED)
    assert status == 422
    for said in (
        "3 people can be invited; 5 lines can’t",
        "ends in @example.gov.uk",
        "name@example.gov.uk",
        "the same as line 2",
        "Write the role as practitioner, police, school, health",
        "already is a practitioner here",
    ):
        assert said in text, said
    assert "wizard</textarea>" in text.replace("\n", "") or "six@example.gov.uk, wizard" in text
    assert invited(portal) == {}


def test_the_sound_rows_are_invited_and_the_others_are_left_out(portal: Flask) -> None:
    client = reader(portal, LEAD)
    status, location, _ = ask_many(client, portal, MIXED, send="yes")
    assert status == 302
    page = client.page(location)
    assert page.heading == "3 invitations on the way"
    assert "5 lines of the list were left out" in page.text
    assert invited(portal) == {
        "one@example.gov.uk": "practitioner",
        "two@example.gov.uk": "police",
        "three@example.gov.uk": "health",
    }


def test_a_file_takes_the_place_of_the_list(portal: Flask) -> None:
    client = reader(portal, LEAD)
    file = (BytesIO("\ufeffemail;role\r\nseven@example.gov.uk;school\r\n".encode()), "x.csv")
    status, _, text = ask_many(client, portal, "", file=file)
    assert status == 200
    assert "1 person can be invited" in text
    assert "seven@example.gov.uk;school" in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00a", "saved as UTF-8 text"),
        (b"x" * 60_000, "200 lines or fewer"),
        (b"a@example.gov.uk\n" * 201, "200 people or fewer"),
        (b"\n\n", "at least one e-mail address"),
        (b'"never closed\n' * 3, "form name@example.gov.uk"),
        (b"a\0b", "200 lines or fewer"),
    ],
    ids=["bytes", "long", "many", "empty", "quotes", "nul"],
)
def test_a_file_that_is_no_list_is_refused_in_words(
    portal: Flask, content: bytes, said: str
) -> None:
    status, _, text = ask_many(
        reader(portal, LEAD), portal, "", file=(BytesIO(content), "list.csv")
    )
    assert status == 422
    assert said in text
    assert invited(portal) == {}


def test_a_curator_invites_many_leads_and_nobody_else(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    text = "a@example.gov.uk\nb@example.gov.uk, practitioner\n"
    status, location, _ = ask_many(client, portal, text, send="yes")
    assert (status, invited(portal)) == (302, {"a@example.gov.uk": "strategic-lead"})
    assert location.endswith("sent=1&left=1")
    for person in (PRACTITIONER, PARTNER, ADMINISTRATOR):
        answer = reader(portal, person).get(f"{list_of(portal)}/invite-many")
        assert answer.status_code == 403, person.name


def test_changing_the_domains_is_on_record_and_takes_nobodys_role(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    place = f"/authorities/{authority(portal)}/domains"
    assert send(client, place, domains="other.gov.uk").status == 302
    assert send(client, place, domains="").status == 302
    with portal.app_context(), short_transaction() as session:
        left = select(EmailDomain).where(EmailDomain.authority_id == authority(portal))
        assert session.scalars(left).all() == []
        entries = session.scalars(
            select(AuditEntry).where(
                AuditEntry.action == "domains.changed", AuditEntry.actor_name == CURATOR.name
            )
        )
        assert [e.details["removed"] for e in entries] == [["example.gov.uk"], ["other.gov.uk"]]
    assert reader(portal, PRACTITIONER).get("/library").status_code == 200
