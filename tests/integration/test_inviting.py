"""Nobody signs up unasked: who invites whom, where, and what an invitation opens."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import domains, invitations
from portal.accounts.models import Invitation, User
from portal.audit.models import AuditEntry
from portal.audit.service import COMMAND_LINE
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import NotAllowed
from portal.core.mail import OutgoingMail
from portal.core.permissions import Actor
from portal.core.roles import Role
from tests.client import reader
from tests.integration.inviting import (
    NEW_PASSWORD,
    THERE,
    authority,
    expire,
    invite,
    letter_to,
    link_to,
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
    PASSWORD,
    PRACTITIONER,
    Person,
)

NEW = "nell.newcomer@example.gov.uk"


def accept(app: Flask, email: str = NEW, **fields: str) -> int:
    """Open the link that was mailed and open an account; return the status of the answer."""
    link = link_to(app, email)
    return send(
        reader(app), link, **{"name": "Nell Newcomer", "password": NEW_PASSWORD} | fields
    ).status


def count(app: Flask, table: type) -> int:
    with app.app_context(), reading():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


# ---- Who invites whom


@pytest.mark.parametrize(
    ("person", "choices"),
    [
        (LEAD, {"practitioner", "police", "school", "health"}),
        (CURATOR, {"lead"}),
        (ADMINISTRATOR, set()),
        (PRACTITIONER, set()),
        (PARTNER, set()),
        (NOBODY, set()),
    ],
    ids=lambda given: getattr(given, "name", None),
)
def test_each_role_is_given_by_those_who_know_the_person(
    portal: Flask, person: Person, choices: set[str]
) -> None:
    client = reader(portal, person)
    for choice in ("practitioner", "police", "school", "health", "lead", "curator"):
        place = f"/authorities/{authority(portal)}/people/invite"
        token = reader(portal, LEAD).page(place).fields["csrf_token"]
        if choices:
            token = client.page(place).fields["csrf_token"]
        fields = {"csrf_token": token, "email": f"{choice}@example.gov.uk", "choice": choice}
        answer = client.post(place, data=fields)
        assert (answer.status_code == 302) == (choice in choices), choice
    assert count(portal, Invitation) == len(choices)
    assert count(portal, OutgoingMail) == len(choices)


def test_a_lead_invites_to_their_own_authority_alone(portal: Flask) -> None:
    client = reader(portal, LEAD)
    there = authority(portal, THERE)
    for address in ("people", "people/invite", "people/invite-many"):
        assert client.get(f"/authorities/{there}/{address}").status_code == 403
    actor = Actor(
        id=1,
        name=LEAD.name,
        roles=frozenset({"strategic-lead"}),
        memberships=frozenset({("strategic-lead", authority(portal))}),
    )
    with portal.app_context(), short_transaction() as session, pytest.raises(NotAllowed):
        invitations.invite(
            session, actor=actor, email=NEW, role=Role.PRACTITIONER, authority_id=there
        )


def test_only_an_administrator_invites_curators_and_administrators(portal: Flask) -> None:
    address = "/administration/people/invite"
    for person in EVERYONE:
        if person is not ADMINISTRATOR:
            assert reader(portal, person).get(address).status_code == 403, person.name
    client = reader(portal, ADMINISTRATOR)
    refused = send(client, address, email="c@elsewhere.gov.uk", choice="curator")
    assert refused.status == 422
    assert "education.gov.uk" in refused.page.text  # type: ignore[union-attr]
    for choice in ("curator", "administrator"):
        email = f"{choice}@education.gov.uk"
        assert send(client, address, email=email, choice=choice).status == 302
        assert accept(portal, email) == 302
        assert roles_of(portal, email) == {(choice, None)}


# ---- At which addresses


@pytest.mark.parametrize(
    "email",
    [
        "someone@gmail.com",
        "someone@example.gov.uk.evil.example",
        "someone@notexample.gov.uk",
        "no address",
        "two@at@example.gov.uk",
        "name with space@example.gov.uk",
        "",
    ],
)
def test_an_address_outside_the_authority_is_refused_and_kept_in_the_form(
    portal: Flask, email: str
) -> None:
    answer = invite(reader(portal, LEAD), portal, email, "school")
    assert answer.status == 422
    assert answer.page is not None
    assert answer.page.fields["email"] == email
    assert answer.page.title.startswith("Error: ")
    chosen = [e for e in answer.page.all("input") if e.get("checked") is not None]
    assert [e.get("value") for e in chosen] == ["school"]
    assert count(portal, Invitation) == 0


def test_a_domain_below_an_allowed_one_is_allowed(portal: Flask) -> None:
    answer = invite(reader(portal, LEAD), portal, "A@Children.Example.gov.uk", "practitioner")
    assert answer.status == 302
    assert link_to(portal, "a@children.example.gov.uk")


def test_without_a_domain_nobody_is_invited_until_a_curator_sets_one(portal: Flask) -> None:
    elsewhere = "E06000003"
    client = reader(portal, CURATOR)
    refused = invite(client, portal, NEW, "lead", elsewhere)
    assert refused.status == 422
    assert "No e-mail domain" in refused.page.text  # type: ignore[union-attr]
    place = f"/authorities/{authority(portal, elsewhere)}/domains"
    for text in ("gmail.com", "gov.uk", "not a domain", "x@y@z", "localhost"):
        wrong = send(client, place, domains=text)
        assert wrong.status == 422, text
        (area,) = wrong.page.all("textarea")  # type: ignore[union-attr]
        assert (area.text or "").strip() == text
    assert send(client, place, domains="@Example.GOV.UK, police.example.uk").status == 302
    assert invite(client, portal, NEW, "lead", elsewhere).status == 302
    assert reader(portal, LEAD).get(place).status_code == 403


def test_who_is_in_or_invited_already_is_not_invited_again(portal: Flask) -> None:
    client = reader(portal, LEAD)
    again = invite(client, portal, PRACTITIONER.email, "practitioner")
    assert "already is a practitioner here" in again.page.text  # type: ignore[union-attr]
    assert invite(client, portal, NEW, "practitioner").status == 302
    twice = invite(client, portal, NEW.upper(), "practitioner")
    assert "invited already" in twice.page.text  # type: ignore[union-attr]
    assert count(portal, Invitation) == 1


# ---- The letter and its link


def test_the_letter_says_who_one_is_invited_as_and_nothing_else(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    words = letter_to(portal, NEW)
    assert words is not None
    assert "practitioner, Hartlepool" in words.text
    for other in ("Middlesbrough", LEAD.name, LEAD.email, "case"):
        assert other not in words.text, other


def test_neither_table_nor_outbox_holds_the_link(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    secret = link_to(portal, NEW).partition("-")[2]
    assert len(secret) == 64
    with portal.app_context(), reading():
        for table in (Invitation, OutgoingMail):
            (row,) = db.session.scalars(select(table)).all()
            assert secret not in str(vars(row))


def test_a_link_opens_an_account_once(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "police")
    link = link_to(portal, NEW)
    client = reader(portal)
    page = client.page(link)
    assert "partner reader of Hartlepool" in page.text
    answer = send(client, link, name="Nell Newcomer", password=NEW_PASSWORD)
    assert answer.status == 302
    assert client.page(answer.location).heading == "Your account is ready"
    assert client.sign_in(Person("Nell Newcomer", None), NEW_PASSWORD).status_code == 302
    assert client.get("/library").status_code == 200
    found = user(portal, NEW)
    assert found is not None
    assert found.name == "Nell Newcomer"
    assert [r.sector for r in found.roles] == ["police"]
    gone = reader(portal).page(link, status=410)
    assert "accepted already" in gone.text
    assert count(portal, User) == len(EVERYONE) + 1


def test_following_a_link_uses_nothing_up(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    link = link_to(portal, NEW)
    for _ in range(3):  # as programs do that look through mail
        assert reader(portal).get(link).status_code == 200
    assert accept(portal) == 302


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Enter your name"),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"password": ""}, "Enter a password"),
        ({"password": "short"}, "12 characters"),
    ],
)
def test_a_rejected_answer_keeps_the_name_and_the_invitation(
    portal: Flask, fields: dict[str, str], said: str
) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    given = {"name": "Nell Newcomer", "password": NEW_PASSWORD} | fields
    answer = send(reader(portal), link_to(portal, NEW), **given)
    assert answer.status == 422
    assert answer.page is not None
    assert said in answer.page.text
    assert answer.page.fields["name"] == given["name"]
    assert NEW_PASSWORD not in answer.page.html
    assert accept(portal) == 302


def foreign(link: str) -> str:
    return link[:-4] + ("0000" if not link.endswith("0000") else "1111")


def test_a_link_that_is_not_ours_opens_nothing(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    link = link_to(portal, NEW)
    zeros = "0" * 64
    for wrong in (
        foreign(link),
        link[:-1],
        "/invitation?t=1",
        f"/invitation?t=99999-{zeros}",
        f"/invitation?t=%00%C3%A9-{zeros}",
        "/invitation",
    ):
        page = reader(portal).page(wrong, status=410)
        assert "not one of ours" in page.text
        assert NEW not in page.text


def test_an_invitation_expires(portal: Flask) -> None:
    client = reader(portal, LEAD)
    invite(client, portal, NEW, "practitioner")
    link = link_to(portal, NEW)
    with clock.frozen(clock.now() + timedelta(days=invitations.DAYS, minutes=1)):
        assert "expired" in reader(portal).page(link, status=410).text
    expire(portal, NEW)
    assert letter_to(portal, NEW) is None, "nothing is sent of it any more"
    assert "Expired" in client.page(f"/authorities/{authority(portal)}/people").text
    # nobody is in the way of inviting anew
    assert invite(client, portal, NEW, "practitioner").status == 302


def post(app: Flask, person: Person, address: str) -> int:
    client = reader(app, person)
    token = client.page("/ask-for-an-example").fields["csrf_token"]
    return client.post(address, data={"csrf_token": token}).status_code


def number_of(app: Flask, email: str = NEW) -> int:
    with app.app_context(), reading():
        query = select(Invitation.id).where(Invitation.email == email)
        return db.session.scalars(query).one()


def test_a_withdrawn_invitation_opens_nothing_and_is_not_sent(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    link = link_to(portal, NEW)
    place = f"/invitations/{number_of(portal)}/withdraw"
    for person in (PRACTITIONER, PARTNER):
        assert post(portal, person, place) == 403, person.name
    assert post(portal, LEAD, place) == 302
    assert "withdrawn" in reader(portal).page(link, status=410).text
    assert letter_to(portal, NEW) is None
    client = reader(portal, LEAD)
    page = client.page(f"/authorities/{authority(portal)}/people?refused=withdrawn")
    assert "Nothing was changed" in page.text
    assert NEW not in page.text
    assert post(portal, LEAD, place) == 302


def test_sending_again_ends_the_earlier_link(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    first = link_to(portal, NEW)
    assert post(portal, LEAD, f"/invitations/{number_of(portal)}/resend") == 302
    second = link_to(portal, NEW)
    assert first != second
    assert reader(portal).get(first).status_code == 410
    assert accept(portal) == 302
    assert count(portal, OutgoingMail) == 2


def test_an_invitation_is_not_sent_again_where_its_domain_is_no_longer_allowed(
    portal: Flask,
) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    place = authority(portal)
    with portal.app_context(), short_transaction() as session:
        domains.change(session, actor=COMMAND_LINE, authority_id=place, domains=["other.gov.uk"])
    assert post(portal, LEAD, f"/invitations/{number_of(portal)}/resend") == 302
    assert count(portal, OutgoingMail) == 1


# ---- Two at once


def test_one_invitation_accepted_twice_at_once_opens_one_account(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    link = link_to(portal, NEW)
    clients = [reader(portal) for _ in range(4)]
    tokens = [client.page(link).fields["csrf_token"] for client in clients]

    def answer(number: int) -> int:
        data = {
            "csrf_token": tokens[number],
            "name": f"Nell {number}",
            "password": NEW_PASSWORD,
        }
        return clients[number].post(link, data=data).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(answer, range(4)))
    assert answers[0] == 302
    assert set(answers[1:]) <= {409, 410}
    assert count(portal, User) == len(EVERYONE) + 1
    assert roles_of(portal, NEW) == {("practitioner", authority(portal))}


def test_two_invitations_of_one_address_accepted_at_once_lose_neither(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    one = link_to(portal, NEW)
    invite(reader(portal, CURATOR), portal, NEW, "lead")
    other = link_to(portal, NEW)
    clients = {link: reader(portal) for link in (one, other)}
    tokens = {link: client.page(link).fields["csrf_token"] for link, client in clients.items()}

    def answer(link: str) -> int:
        data = {"csrf_token": tokens[link], "name": "Nell", "password": NEW_PASSWORD}
        return clients[link].post(link, data=data).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(clients, pool.map(answer, clients), strict=True))
    assert sorted(answers.values()) == [302, 409]
    left = next(link for link, status in answers.items() if status == 409)
    page = reader(portal).page(left)
    assert page.heading == "Sign in to accept your invitation"
    client = reader(portal)
    client.sign_in(Person("Nell Newcomer", None), NEW_PASSWORD)
    assert send(client, left).status == 302
    place = authority(portal)
    assert roles_of(portal, NEW) == {("practitioner", place), ("strategic-lead", place)}


# ---- With an account


def test_who_has_an_account_signs_in_and_takes_on_a_second_role(portal: Flask) -> None:
    invite(reader(portal, CURATOR), portal, PRACTITIONER.email, "lead", THERE)
    link = link_to(portal, PRACTITIONER.email)
    stranger = reader(portal)
    page = stranger.page(link)
    assert page.heading == "Sign in to accept your invitation"
    client = reader(portal, PRACTITIONER)
    other = reader(portal, PRACTITIONER)
    assert send(client, link).status == 302
    assert roles_of(portal, PRACTITIONER.email) == {
        ("practitioner", authority(portal)),
        ("strategic-lead", authority(portal, THERE)),
    }
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302, "other sessions end when roles change"
    assert client.get(f"/authorities/{authority(portal, THERE)}/people").status_code == 200
    assert client.get(f"/authorities/{authority(portal)}/people").status_code == 403


def test_somebody_who_moves_keeps_the_account_and_loses_the_former_roles(portal: Flask) -> None:
    new_address = "petra.practitioner@new.example.gov.uk"
    invite(reader(portal, CURATOR), portal, new_address, "lead", THERE)
    link = link_to(portal, new_address)
    client = reader(portal, PRACTITIONER)
    page = client.page(link)
    assert "I have moved" in page.text
    unsaid = send(client, link)
    assert unsaid.status == 422
    assert "Choose what has changed" in unsaid.page.text  # type: ignore[union-attr]
    assert send(client, link, how="move", password=PASSWORD).status == 302
    assert user(portal, PRACTITIONER.email) is None
    assert roles_of(portal, new_address) == {("strategic-lead", authority(portal, THERE))}
    with portal.app_context(), reading():
        ended = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "role.ended"))
        assert [entry.details["reason"] for entry in ended] == ["moved"]


def test_somebody_who_works_for_two_authorities_keeps_both(portal: Flask) -> None:
    second = "petra@second.example.gov.uk"
    invite(reader(portal, CURATOR), portal, second, "lead", THERE)
    assert send(reader(portal, PRACTITIONER), link_to(portal, second), how="add").status == 302
    assert len(roles_of(portal, PRACTITIONER.email)) == 2
    assert user(portal, second) is None


def test_an_invitation_to_another_account_is_not_taken_by_whoever_is_signed_in(
    portal: Flask,
) -> None:
    invite(reader(portal, CURATOR), portal, PRACTITIONER.email, "lead", THERE)
    link = link_to(portal, PRACTITIONER.email)
    page = reader(portal, PARTNER).page(link, status=409)
    assert page.heading == "This invitation is for another account"
    assert len(roles_of(portal, PARTNER.email)) == 1
    assert reader(portal).get(link).status_code == 200, "it still waits"


def test_nobody_changes_an_address_at_a_browser_that_was_left_open(portal: Flask) -> None:
    new_address = "mallory@example.gov.uk"
    invite(reader(portal, LEAD), portal, new_address, "practitioner")
    link = link_to(portal, new_address)
    client = reader(portal, PARTNER)
    for password in ("", "not the password at all"):
        answer = send(client, link, how="move", password=password)
        assert answer.status == 422
        assert "password" in answer.page.text  # type: ignore[union-attr]
    assert user(portal, PARTNER.email) is not None
    assert user(portal, new_address) is None


def test_a_curator_keeps_an_address_of_the_curators(portal: Flask) -> None:
    new_address = "cora@example.gov.uk"
    invite(reader(portal, LEAD), portal, new_address, "practitioner")
    link = link_to(portal, new_address)
    client = reader(portal, CURATOR)
    answer = send(client, link, how="move", password=PASSWORD)
    assert answer.status == 422
    assert "keep their address" in answer.page.text  # type: ignore[union-attr]
    assert send(client, link, how="add").status == 302
    assert len(roles_of(portal, CURATOR.email)) == 2
    assert user(portal, new_address) is None


def test_the_former_address_is_told_of_a_move(portal: Flask) -> None:
    new_address = "petra@second.example.gov.uk"
    invite(reader(portal, CURATOR), portal, new_address, "lead", THERE)
    link = link_to(portal, new_address)
    assert send(reader(portal, PRACTITIONER), link, how="move", password=PASSWORD).status == 302
    words = letter_to(portal, PRACTITIONER.email)
    assert words is not None
    assert "was changed" in words.subject
    assert new_address not in words.text


def test_a_curator_takes_back_what_a_removed_lead_sent(portal: Flask) -> None:
    invite(reader(portal, LEAD), portal, NEW, "practitioner")
    link = link_to(portal, NEW)
    place = f"/invitations/{number_of(portal)}"
    assert post(portal, CURATOR, f"{place}/resend") == 403
    page = reader(portal, CURATOR).page(f"/authorities/{authority(portal)}/people")
    assert "Withdraw" in page.text
    assert "Send again" not in page.text
    assert post(portal, CURATOR, f"{place}/withdraw") == 302
    assert reader(portal).get(link).status_code == 410


@pytest.mark.parametrize(
    "email", ["mary.o’brien@example.gov.uk", "mailto:k@example.gov.uk", "josé@example.gov.uk"]
)
def test_an_address_that_no_letter_reaches_is_refused_at_once(portal: Flask, email: str) -> None:
    answer = invite(reader(portal, LEAD), portal, email, "practitioner")
    assert answer.status == 422
    assert "form name@example.gov.uk" in answer.page.text  # type: ignore[union-attr]
