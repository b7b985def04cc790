"""Leaving, suspending, closing: what ends, who is told, and what must not happen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import leaving
from portal.accounts.models import PasswordLink, RoleAssignment, User
from portal.audit.service import COMMAND_LINE
from portal.authorities.models import Authority
from portal.core import clock, mail
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict, NotAllowed, NotFound
from portal.core.mail import OutgoingMail
from portal.core.permissions import Actor
from portal.core.roles import Role
from tests.client import reader
from tests.integration.inviting import (
    HERE,
    NEW_PASSWORD,
    THERE,
    authority,
    invite,
    link_to,
    roles_of,
    send,
    user,
)
from tests.integration.leaving import (
    LEAVE,
    SECOND,
    SECOND_LEAD,
    add,
    administrators,
    change,
    do,
    give,
    leave,
    number,
    page_of,
    recorded,
    role_number,
    signed_in,
    told,
)
from tests.integration.searching import said
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

WITHOUT_LEAD = "authority.without-lead"
Way = Callable[[Session, int], None]


def end_roles(session: Session, user_id: int) -> None:
    query = select(RoleAssignment).where(RoleAssignment.user_id == user_id)
    for held in session.scalars(query).all():
        leaving.end_role(session, actor=COMMAND_LINE, assignment=held, reason="removed")


def suspend(session: Session, user_id: int) -> None:
    leaving.suspend_account(session, actor=COMMAND_LINE, user_id=user_id)


def close(session: Session, user_id: int) -> None:
    leaving.close_account(session, actor=COMMAND_LINE, user_id=user_id)


def erase(session: Session, user_id: int) -> None:
    leaving.erase(session, actor=COMMAND_LINE, user_id=user_id)


WAYS: tuple[Way, ...] = (end_roles, suspend, close, erase)
"""How an administrator, or a lead, can be lost."""


# ---- The last administrator


@pytest.mark.parametrize("way", WAYS)
def test_the_last_administrator_stays_in_whatever_way_they_would_go(
    portal: Flask, way: Way
) -> None:
    client = reader(portal, ADMINISTRATOR)
    before = recorded(portal)
    with pytest.raises(Conflict, match="name another administrator first"):
        do(portal, lambda session: way(session, number(portal, ADMINISTRATOR)))
    assert administrators(portal) == 1
    assert signed_in(client)
    assert len(recorded(portal)) == len(before)


def test_the_last_administrator_is_told_what_to_do(portal: Flask) -> None:
    client = reader(portal, ADMINISTRATOR)
    role = f"/account/leave/role/{role_number(portal, ADMINISTRATOR)}"
    for address in (LEAVE, role):
        page = client.page(address)
        assert "yet" in page.heading
        assert page.links["Invite another administrator"] == "/administration/people/invite"
        assert not [form for form in page.all("form") if form.get("action") == address]
    token = client.page("/account/password").fields["csrf_token"]
    for how in ("close", "erase"):
        data = {"csrf_token": token, "how": how, "password": PASSWORD}
        assert client.post(LEAVE, data=data).status_code == 409
    assert client.post(role, data={"csrf_token": token}).status_code == 409
    assert administrators(portal) == 1
    assert signed_in(client)


@pytest.mark.parametrize("state", ["suspended", "closed", "role suspended", "demonstration"])
def test_an_administrator_who_can_not_sign_in_does_not_count(portal: Flask, state: str) -> None:
    add(portal, SECOND)
    who = User.email == SECOND.email
    now = clock.now()
    if state == "role suspended":
        of_second = RoleAssignment.user_id == number(portal, SECOND)
        change(portal, RoleAssignment, of_second, suspended_at=now)
    elif state == "demonstration":
        change(portal, User, who, demonstration=True)
    else:
        change(portal, User, who, active=False, closed_at=now if state == "closed" else None)
    with pytest.raises(Conflict):
        do(portal, lambda session: close(session, number(portal, ADMINISTRATOR)))


def test_one_of_two_administrators_may_go(portal: Flask) -> None:
    add(portal, SECOND)
    client = reader(portal, ADMINISTRATOR)
    answer = leave(client, "close")
    assert answer.location == "/goodbye?name=kept"
    assert administrators(portal) == 1
    assert not signed_in(client)


@pytest.mark.parametrize(("first", "second"), list(pairwise((*WAYS, end_roles))))
def test_of_two_administrators_who_go_at_once_one_stays(
    portal: Flask, first: Way, second: Way
) -> None:
    add(portal, SECOND)
    one, other = number(portal, ADMINISTRATOR), number(portal, SECOND)
    with ThreadPoolExecutor(1) as pool:
        with portal.app_context(), short_transaction() as session:
            first(session, one)
            waiting = pool.submit(do, portal, partial(second, user_id=other))
            with suppress(TimeoutError):  # it waits for the first one
                waiting.result(0.5)
            assert not waiting.done()
        with pytest.raises(Conflict):
            waiting.result(10)
    assert administrators(portal) == 1


def test_two_administrators_press_the_button_at_once(portal: Flask) -> None:
    add(portal, SECOND)
    clients = [reader(portal, ADMINISTRATOR), reader(portal, SECOND)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(leave, clients, ["close", "erase"]))
    assert sorted(answer.status for answer in answers) == [302, 409]
    assert sorted(map(signed_in, clients)) == [False, True]
    assert administrators(portal) == 1


# ---- The lead


@pytest.mark.parametrize("way", WAYS)
def test_when_the_sole_lead_goes_every_curator_is_told(portal: Flask, way: Way) -> None:
    add(portal, Person("Carl Curator", Role.CURATOR), Person("Celia Curator", Role.CURATOR))
    change(portal, User, User.email == "celia.curator@example.gov.uk", active=False)
    do(portal, lambda session: way(session, number(portal, LEAD)))
    here = {"authority_id": authority(portal)}
    curators = [CURATOR, Person("Carl Curator", Role.CURATOR)]
    assert told(portal, WITHOUT_LEAD) == [(number(portal, person), here) for person in curators]
    assert (
        "Hartlepool has no strategic lead any more" in reader(portal, CURATOR).page("/notices").text
    )


@pytest.mark.parametrize("way", WAYS)
def test_while_another_lead_is_there_nobody_needs_to_be_told(portal: Flask, way: Way) -> None:
    add(portal, SECOND_LEAD, authority_id=authority(portal))
    do(portal, lambda session: way(session, number(portal, LEAD)))
    assert told(portal, WITHOUT_LEAD) == []
    do(portal, lambda session: way(session, number(portal, SECOND_LEAD)))
    assert len(told(portal, WITHOUT_LEAD)) == 1


def test_of_two_leads_who_go_at_once_the_second_one_is_noticed(portal: Flask) -> None:
    add(portal, SECOND_LEAD, authority_id=authority(portal))
    one, other = number(portal, LEAD), number(portal, SECOND_LEAD)
    with ThreadPoolExecutor(1) as pool:
        with portal.app_context(), short_transaction() as session:
            end_roles(session, one)
            waiting = pool.submit(do, portal, partial(close, user_id=other))
            with suppress(TimeoutError):
                waiting.result(0.5)
        waiting.result(10)
    assert len(told(portal, WITHOUT_LEAD)) == 1


def test_a_lead_whose_role_is_suspended_was_no_lead(portal: Flask) -> None:
    add(portal, SECOND_LEAD, authority_id=authority(portal))
    of_second = RoleAssignment.user_id == number(portal, SECOND_LEAD)
    change(portal, RoleAssignment, of_second, suspended_at=clock.now())
    do(portal, lambda session: end_roles(session, number(portal, SECOND_LEAD)))
    assert told(portal, WITHOUT_LEAD) == []
    do(portal, lambda session: end_roles(session, number(portal, LEAD)))
    assert len(told(portal, WITHOUT_LEAD)) == 1


# ---- The person themself


def test_who_gives_up_one_of_several_roles_keeps_the_others(portal: Flask) -> None:
    here, there = authority(portal, HERE), authority(portal, THERE)
    give(portal, LEAD, Role.STRATEGIC_LEAD, there)
    client, elsewhere = reader(portal, LEAD), reader(portal, LEAD)
    address = f"/account/leave/role/{role_number(portal, LEAD, there)}"
    page = client.page(address)
    assert "Darlington will have no strategic lead" in page.text or "will have no" in page.text
    answer = send(client, address)
    assert answer.location == "/account/leave/role-given-up"
    assert "Strategic lead, Hartlepool" in client.page(answer.location).text
    assert roles_of(portal, LEAD.email) == {("strategic-lead", here)}
    assert told(portal, WITHOUT_LEAD) == [(number(portal, CURATOR), {"authority_id": there})]
    assert told(portal, "role.changed") == [], "they know"
    assert client.get(f"/authorities/{here}/people").status_code == 200
    assert client.get(f"/authorities/{there}/people").status_code == 403
    assert not signed_in(elsewhere), "other browsers are signed out"
    (entry,) = recorded(portal, "role.ended")
    assert entry.details == {"role": "strategic-lead", "authority": there, "reason": "left"}
    assert client.get(address).status_code == 404, "it has ended"


def test_who_has_given_up_the_last_role_can_still_leave(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    send(client, f"/account/leave/role/{role_number(portal, PRACTITIONER)}")
    assert client.get("/library").status_code == 403
    assert "no role left" in client.page("/account/leave/role-given-up").text
    assert leave(client, "close").location == "/goodbye?name=kept"


def test_nobody_gives_up_a_role_of_somebody_else(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    address = f"/account/leave/role/{role_number(portal, LEAD)}"
    token = client.page("/account/password").fields["csrf_token"]
    assert client.get(address).status_code == 404
    assert client.post(address, data={"csrf_token": token}).status_code == 404
    assert roles_of(portal, LEAD.email)


def test_who_leaves_is_out_everywhere_at_once(portal: Flask) -> None:
    client, elsewhere = reader(portal, LEAD), reader(portal, LEAD)
    user_id = number(portal, LEAD)

    def wait_for_letters(session: Session) -> None:
        now = clock.now()
        link = PasswordLink(user_id=user_id, nonce="n" * 43, created_at=now)
        link.expires_at = now + timedelta(hours=1)
        session.add(link)
        mail.post(session, kind="notices", to=LEAD.email, user_id=user_id)

    do(portal, wait_for_letters)
    page = client.page(LEAVE)
    assert "Your roles end: Strategic lead, Hartlepool." in page.text
    assert "Hartlepool will have no strategic lead. The curators are told" in page.text
    answer = leave(client, "close")
    assert answer.location == "/goodbye?name=kept"
    goodbye = client.page(answer.location)
    assert "erased after 30 days" in goodbye.text
    assert "Sign out" not in goodbye.text
    assert not signed_in(client)
    assert not signed_in(elsewhere)
    assert reader(portal).sign_in(LEAD).status_code == 422
    found = user(portal, LEAD.email)
    assert found is not None
    assert (found.active, found.closed_at is not None, found.roles) == (False, True, [])
    with portal.app_context(), reading():
        assert not db.session.scalars(select(PasswordLink)).all()
        (letter,) = db.session.scalars(select(OutgoingMail)).all()
        assert letter.dropped_at is not None
    closed = recorded(portal, "role.ended", "sessions.ended", "account.closed")
    assert {entry.actor_name for entry in closed} == {LEAD.name}
    assert [entry.details.get("reason") for entry in closed] == ["account closed", "left", None]


def test_leaving_asks_for_the_password_and_counts_guesses(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    answer = leave(client, "erase", "not the password")
    assert answer.status == 422
    assert answer.page is not None
    assert "The password is not right" in answer.page.text
    assert [i.get("value") for i in answer.page.all("input") if i.get("checked") is not None] == [
        "erase"
    ]
    for _ in range(4):
        leave(client, "close", "not the password")
    assert leave(client, "close").status == 429
    assert signed_in(client)
    assert recorded(portal, "account.closed") == []


def test_leaving_asks_what_becomes_of_the_name(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    answer = send(client, LEAVE, password=PASSWORD)
    assert answer.status == 422
    assert answer.page is not None
    assert "Choose what should happen to your name" in answer.page.text
    assert signed_in(client)


def test_who_comes_back_before_the_name_is_erased_begins_anew(portal: Flask) -> None:
    before = number(portal, PRACTITIONER)
    leave(reader(portal, PRACTITIONER), "close")
    assert invite(reader(portal, LEAD), portal, PRACTITIONER.email, "practitioner").status == 302
    newcomer = reader(portal)
    link = link_to(portal, PRACTITIONER.email)
    accepted = send(newcomer, link, name="Petra Secundus", password=NEW_PASSWORD)
    assert accepted.status == 302
    found = user(portal, PRACTITIONER.email)
    assert found is not None
    assert (found.name, found.closed_at) == ("Petra Secundus", None)
    assert found.id > before, "the earlier person's number, and record, is not theirs"
    assert PRACTITIONER.name not in {entry.actor_name for entry in recorded(portal)}
    assert reader(portal).sign_in(PRACTITIONER, NEW_PASSWORD).status_code == 302


# ---- Suspending, by those who manage people


def somebody(app: Flask, person: Person) -> Actor:
    places = roles_of(app, person.email)
    return Actor(
        id=number(app, person),
        name=person.name,
        roles=frozenset(role for role, _ in places),
        memberships=frozenset((role, place) for role, place in places if place),
    )


def test_a_suspended_role_opens_nothing_and_comes_back_as_it_was(portal: Flask) -> None:
    here, there = authority(portal, HERE), authority(portal, THERE)
    give(portal, PRACTITIONER, Role.PARTNER_READER, there)
    client = reader(portal, PRACTITIONER)
    lead, user_id = somebody(portal, LEAD), number(portal, PRACTITIONER)
    about = {"actor": lead, "user_id": user_id, "authority_id": here}
    do(portal, lambda session: leaving.suspend_roles(session, **about))  # type: ignore[arg-type]
    assert not signed_in(client)
    held = user(portal, PRACTITIONER.email)
    assert held is not None
    assert [(r.authority_id, r.suspended_at is None) for r in held.roles] == [
        (here, False),
        (there, True),
    ]
    with pytest.raises(Conflict):
        do(portal, lambda session: leaving.suspend_roles(session, **about))  # type: ignore[arg-type]
    do(portal, lambda session: leaving.resume_roles(session, **about))  # type: ignore[arg-type]
    held = user(portal, PRACTITIONER.email)
    assert held is not None
    assert all(r.suspended_at is None for r in held.roles)
    changes = [context["change"] for _, context in told(portal, "role.changed")]
    assert changes == ["suspended", "resumed"]
    done = [entry.action for entry in recorded(portal, "role.suspended", "role.resumed")]
    assert done == ["role.suspended", "role.resumed"]


def test_a_lead_suspends_in_their_own_authority_and_never_themself(portal: Flask) -> None:
    lead, there = somebody(portal, LEAD), authority(portal, THERE)
    for person, place, error in (
        (PARTNER, there, NotAllowed),
        (LEAD, authority(portal), NotAllowed),
        (PARTNER, authority(portal), NotFound),
    ):
        about = {"actor": lead, "user_id": number(portal, person), "authority_id": place}
        with pytest.raises(error):
            do(portal, lambda session, a=about: leaving.suspend_roles(session, **a))  # type: ignore[misc]


# ---- The administrator's page of a person


def test_an_administrator_finds_a_person_by_an_address_that_stays_out_of_addresses(
    portal: Flask,
) -> None:
    client = reader(portal, ADMINISTRATOR)
    found = client.post("/administration/people/find", data={"email": f" {LEAD.email.upper()} "})
    assert found.location == f"/administration/people/{number(portal, LEAD)}"
    page = client.page(found.location)
    assert (page.heading, "Strategic lead, Hartlepool" in page.text) == (LEAD.name, True)
    unknown = client.post("/administration/people/find", data={"email": "who@example.gov.uk"})
    assert unknown.status_code == 422
    assert "who@example.gov.uk" in unknown.text


def test_an_administrator_suspends_resumes_closes_and_erases(portal: Flask) -> None:
    client, theirs = reader(portal, ADMINISTRATOR), reader(portal, LEAD)
    place = f"/administration/people/{number(portal, LEAD)}"
    assert "Hartlepool will have no strategic lead" in client.page(f"{place}/suspend").text
    assert send(client, f"{place}/suspend").location == f"{place}?done=suspended"
    assert not signed_in(theirs)
    assert reader(portal).sign_in(LEAD).status_code == 422
    assert "Suspended" in said(page_of(portal, LEAD, client))
    assert send(client, f"{place}/suspend").status == 409, "once only"
    assert send(client, f"{place}/resume").location == f"{place}?done=resumed"
    assert signed_in(reader(portal, LEAD))
    assert send(client, f"{place}/close").location == f"{place}?done=closed"
    assert roles_of(portal, LEAD.email) == set()
    assert send(client, f"{place}/resume").status == 409, "closed for good"
    found = send(client, f"{place}/erase")
    assert found.location == "/administration/people/find?done=erased"
    assert user(portal, LEAD.email) is None
    assert client.get(place).status_code == 404
    done = ["account.suspended", "account.resumed", "account.closed", "account.erased"]
    assert [entry.action for entry in recorded(portal, *done)] == done
    assert {entry.actor_name for entry in recorded(portal, *done)} == {ADMINISTRATOR.name}


def test_an_administrator_ends_one_role(portal: Flask) -> None:
    give(portal, CURATOR, Role.ADMINISTRATOR, None)
    client, theirs = reader(portal, ADMINISTRATOR), reader(portal, CURATOR)
    place = f"/administration/people/{number(portal, CURATOR)}"
    role = role_number(portal, CURATOR)
    assert send(client, f"{place}/end-role/{role}").location == f"{place}?done=role-ended"
    assert roles_of(portal, CURATOR.email) == {("administrator", None)}
    assert not signed_in(theirs)
    assert client.get(f"{place}/end-role/{role}").status_code == 404
    assert client.get(f"{place}/end-role/{role_number(portal, LEAD)}").status_code == 404
    assert "Your role of curator has ended" in reader(portal, CURATOR).page("/notices").text


def test_administrators_do_nothing_to_themselves_there(portal: Flask) -> None:
    client = reader(portal, ADMINISTRATOR)
    place = f"/administration/people/{number(portal, ADMINISTRATOR)}"
    assert client.page(place).links["Give up a role or leave"] == "/account/leave"
    role = role_number(portal, ADMINISTRATOR)
    for what in ("suspend", "resume", "close", "erase", f"end-role/{role}"):
        assert client.get(f"{place}/{what}").status_code == 403


@pytest.mark.parametrize("person", [PRACTITIONER, LEAD, PARTNER, CURATOR, NOBODY])
def test_nobody_else_closes_an_account(portal: Flask, person: Person) -> None:
    client = reader(portal, person)
    token = client.page("/account/password").fields["csrf_token"]
    place = f"/administration/people/{number(portal, ADMINISTRATOR)}"
    for what in ("suspend", "resume", "close", "erase"):
        assert client.post(f"{place}/{what}", data={"csrf_token": token}).status_code == 403
    assert administrators(portal) == 1


def test_a_change_needs_the_forms_token(portal: Flask) -> None:
    client = reader(portal, ADMINISTRATOR)
    place = f"/administration/people/{number(portal, LEAD)}"
    for what in ("suspend", "close", "erase"):
        assert client.post(f"{place}/{what}").status_code == 400
    found = user(portal, LEAD.email)
    assert found is not None
    assert found.active


def test_authorities_stay_when_everybody_has_gone(portal: Flask) -> None:
    for person in (PRACTITIONER, LEAD, PARTNER, CURATOR, NOBODY):
        do(portal, partial(erase, user_id=number(portal, person)))
    with portal.app_context(), reading():
        assert len(db.session.scalars(select(Authority.id)).all()) == 153
        assert len(db.session.scalars(select(User.id)).all()) == 1
