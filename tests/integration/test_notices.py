"""Notices: what people are told inside the portal, and what e-mail repeats, and how often."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts import leaving, notices
from portal.accounts.models import MailFrequency, Notice, RoleAssignment, User
from portal.audit.service import WORKER
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.carriers import Letter
from portal.core.database import db, short_transaction
from portal.core.roles import Role
from tests.client import Page, Reader, reader
from tests.people import CURATOR, EVERYONE, LEAD, NOBODY, PARTNER, PRACTITIONER, Person
from tests.work import work

MONDAY = datetime(2026, 11, 30, 5, 0, tzinfo=UTC)
"""The small hours of a Monday in England."""
OWN, OTHER = "E06000001", "E06000002"
"""The authorities of the lead and of the partner."""


def id_of(app: Flask, person: Person) -> int:
    with app.app_context():
        return db.session.scalars(select(User.id).where(User.email == person.email)).one()


def authority(app: Flask, code: str) -> tuple[int, str]:
    with app.app_context():
        found = db.session.scalars(select(Authority).where(Authority.code == code)).one()
        return found.id, found.name


def tell(app: Flask, person: Person, kind: str = "role.changed", **context: object) -> None:
    user_id = id_of(app, person)
    with app.app_context(), short_transaction() as session:
        notices.notify(session, user_ids=[user_id, user_id], kind=kind, context=context)


def wants(app: Flask, person: Person, frequency: MailFrequency) -> None:
    user_id = id_of(app, person)
    with app.app_context(), short_transaction() as session:
        session.execute(update(User).where(User.id == user_id).values(mail_frequency=frequency))


def letters(app: Flask) -> list[Letter]:
    found: list[Letter] = app.extensions["postman"].carrier.letters()
    return found


def rows(app: Flask) -> list[Notice]:
    with app.app_context():
        return list(db.session.scalars(select(Notice).order_by(Notice.id)))


def mark(client: Reader, **fields: object) -> int:
    token = client.page("/account/mail").fields["csrf_token"]
    return client.post("/notices/read", data=fields | {"csrf_token": token}).status_code


def told(page: Page) -> list[str]:
    items = [e for e in page.all("li") if e.get("class") == "app-results__item"]
    return [page.text_of(item) for item in items]


# ---- Reading


@pytest.mark.parametrize("person", EVERYONE, ids=lambda person: person.name)
def test_whoever_has_no_notice_is_told_so(library: Flask, person: Person) -> None:
    page = reader(library, person).page("/notices")
    assert "nothing to tell you" in page.text
    assert told(page) == []
    assert not [b for b in page.all("button") if "Mark" in page.text_of(b)]


def test_notices_stand_with_the_newest_first_until_they_are_read(portal: Flask) -> None:
    with clock.frozen(clock.now() - timedelta(days=3)):
        tell(portal, PRACTITIONER, "password.changed")
    tell(portal, PRACTITIONER)
    client = reader(portal, PRACTITIONER)
    page = client.page("/notices")
    assert [re.split(r" \d+ ", text)[0] for text in told(page)] == [
        "New Your roles have changed",
        "New Your password was changed",
    ]
    assert page.links["Your roles have changed"] == "/account"
    assert page.links["Your password was changed"] == "/account/password"
    assert client.page("/").links["You have 2 new notices"] == "/notices"
    assert "Your notices (2 new)" in client.page("/account").text
    assert [notice.read_at for notice in rows(portal)] == [None, None], "looking changes nothing"

    assert mark(client, notice=rows(portal)[1].id) == 302
    assert ["New" in text for text in told(client.page("/notices"))] == [False, True]
    assert "You have 1 new notice" in client.page("/").links
    assert mark(client, up_to=rows(portal)[1].id) == 302
    page = client.page("/notices")
    assert ["New" in text for text in told(page)] == [False, False]
    assert "You have read them all" in page.text
    assert not [text for text in client.page("/").links if "new notice" in text]
    assert "new)" not in client.page("/account").text


def test_what_was_told_meanwhile_is_not_marked_with_the_rest(portal: Flask) -> None:
    tell(portal, PRACTITIONER)
    tell(portal, PRACTITIONER)
    client = reader(portal, PRACTITIONER)
    newest = client.page("/notices").fields["up_to"]
    tell(portal, PRACTITIONER, "password.changed")
    assert mark(client, up_to=newest) == 302
    assert [notice.read_at is None for notice in rows(portal)] == [False, False, True]


def test_nobody_marks_or_sees_the_notices_of_another(portal: Flask) -> None:
    tell(portal, PRACTITIONER)
    (notice,) = rows(portal)
    client = reader(portal, LEAD)
    assert told(client.page("/notices")) == []
    assert mark(client, notice=notice.id) == 404
    assert mark(client, up_to=notice.id) == 302
    assert rows(portal)[0].read_at is None


@pytest.mark.parametrize("fields", [{}, {"notice": "x"}, {"up_to": "-1"}, {"notice": "9" * 30}])
def test_marking_nothing_is_refused(library: Flask, fields: dict[str, str]) -> None:
    assert mark(reader(library, PRACTITIONER), **fields) == 400


def test_many_notices_have_pages(portal: Flask) -> None:
    for _ in range(21):
        tell(portal, PRACTITIONER)
    client = reader(portal, PRACTITIONER)
    assert len(told(client.page("/notices"))) == 20
    second = client.page("/notices?page=2")
    assert len(told(second)) == 1
    assert "page 2" in second.title
    assert client.page("/notices?page=9").title == second.title
    fields = {"csrf_token": second.fields["csrf_token"], "page": "2"}
    answer = client.post("/notices/read", data=fields | {"notice": second.fields["notice"]})
    assert answer.location == "/notices?page=2"


def test_an_unknown_kind_is_refused_when_it_is_told(portal: Flask) -> None:
    with pytest.raises(ValueError, match="no kind of notice"):
        tell(portal, PRACTITIONER, "role.chagned")


def test_a_notice_of_another_version_is_passed_over(portal: Flask) -> None:
    tell(portal, PRACTITIONER)
    with portal.app_context(), short_transaction() as session:
        session.execute(update(Notice).values(kind="of.another-version"))
    assert told(reader(portal, PRACTITIONER).page("/notices")) == []


# ---- Words


def test_a_lead_is_asked_to_check_the_list_of_their_own_authority(portal: Flask) -> None:
    own, name = authority(portal, OWN)
    other, _ = authority(portal, OTHER)
    tell(portal, LEAD, "people.confirm", authority_id=own)
    tell(portal, LEAD, "people.confirm", authority_id=other)
    page = reader(portal, LEAD).page("/notices")
    assert len(told(page)) == 1, "they have no say elsewhere"
    words = f"Please check the list of people in {name}"
    assert page.links[words] == f"/authorities/{own}/people"


def test_a_lead_who_leads_no_more_is_not_asked_to_check_the_list(portal: Flask) -> None:
    own, _ = authority(portal, OWN)
    tell(portal, LEAD, "people.confirm", authority_id=own)
    with portal.app_context(), short_transaction() as session:
        session.execute(
            update(RoleAssignment)
            .where(RoleAssignment.role == Role.STRATEGIC_LEAD)
            .values(suspended_at=clock.now())
        )
    assert told(reader(portal, LEAD).page("/notices")) == []


def test_a_curator_is_told_of_an_authority_without_lead_until_it_has_one(portal: Flask) -> None:
    led, _ = authority(portal, OWN)
    without, name = authority(portal, OTHER)
    tell(portal, CURATOR, "authority.without-lead", authority_id=without)
    tell(portal, CURATOR, "authority.without-lead", authority_id=led)
    tell(portal, LEAD, "authority.without-lead", authority_id=without)
    page = reader(portal, CURATOR).page("/notices")
    assert len(told(page)) == 1
    assert page.links[f"{name} has no strategic lead any more"] == f"/authorities/{without}/people"
    assert told(reader(portal, LEAD).page("/notices")) == [], "that is the curators’ business"


def test_the_last_lead_who_leaves_is_a_notice_to_the_curators(portal: Flask) -> None:
    """The notice as it is really given, not as a test gives it."""
    _, name = authority(portal, OWN)
    lead = id_of(portal, LEAD)
    with portal.app_context(), short_transaction() as session:
        leaving.suspend_account(session, actor=WORKER, user_id=lead)
    assert (
        f"{name} has no strategic lead any more"
        in told(reader(portal, CURATOR).page("/notices"))[0]
    )


# ---- Choosing


def test_a_person_chooses_how_often_they_hear_by_e_mail(portal: Flask) -> None:
    client = reader(portal, NOBODY)
    page = client.page("/account/mail")
    checked = [i.get("value") for i in page.all("input") if i.get("checked") is not None]
    assert checked == ["daily"]
    for frequency in MailFrequency:
        data = {"csrf_token": page.fields["csrf_token"], "frequency": frequency.value}
        answer = client.post("/account/mail", data=data)
        assert answer.location == "/account/mail?saved=yes"
        saved = client.page(answer.location)
        assert "Your choice is saved" in saved.text
        checked = [i.get("value") for i in saved.all("input") if i.get("checked") is not None]
        assert checked == [frequency.value]


@pytest.mark.parametrize("given", [{}, {"frequency": "hourly"}])
def test_no_choice_is_asked_for_again(portal: Flask, given: dict[str, str]) -> None:
    client = reader(portal, PRACTITIONER)
    token = client.page("/account/mail").fields["csrf_token"]
    answer = client.post("/account/mail", data={"csrf_token": token} | given)
    assert answer.status_code == 422
    assert "Error: " in Page(answer.text).title
    with portal.app_context():
        chosen = notices.frequency_of(db.session, id_of(portal, PRACTITIONER))
    assert chosen == MailFrequency.DAILY


# ---- Repeating by e-mail


def night(app: Flask, at: datetime) -> list[Letter]:
    """Do the work of a night; return what was sent then, the oldest first."""
    before = {letter.reference for letter in letters(app)}
    with clock.frozen(at):
        work(app, scheduled=True)
    return [one for one in letters(app)[::-1] if one.reference not in before]


def test_at_once_means_one_letter_for_each_notice(portal: Flask) -> None:
    wants(portal, PRACTITIONER, MailFrequency.AT_ONCE)
    tell(portal, PRACTITIONER)
    tell(portal, PRACTITIONER, "password.changed")
    work(portal)
    first, second = sorted(letters(portal), key=lambda letter: letter.text)
    for letter in (first, second):
        assert letter.to == PRACTITIONER.email
        assert letter.subject == "You have a new notice"
        assert "https://localhost/notices" in letter.text
    assert "Your password was changed" in first.text
    assert "Your roles have changed" in second.text
    assert night(portal, MONDAY) == [], "they have heard of it"


def test_a_letter_at_once_is_lost_with_what_it_speaks_of(portal: Flask) -> None:
    wants(portal, PRACTITIONER, MailFrequency.AT_ONCE)
    user_id = id_of(portal, PRACTITIONER)
    with portal.app_context():
        notices.notify(db.session, user_ids=[user_id], kind="role.changed")
        db.session.rollback()
    work(portal)
    assert (letters(portal), rows(portal)) == ([], [])


def test_a_day_makes_one_letter_of_what_is_new(portal: Flask) -> None:
    with clock.frozen(MONDAY - timedelta(days=2)):
        tell(portal, PRACTITIONER)
        tell(portal, PRACTITIONER, "password.changed")
        tell(portal, PARTNER)
    work(portal)
    assert letters(portal) == [], "not at once"
    sent = night(portal, MONDAY - timedelta(days=1))
    assert sorted(letter.to for letter in sent) == [PRACTITIONER.email, PARTNER.email]
    letter = next(one for one in sent if one.to == PRACTITIONER.email)
    assert letter.subject == "You have 2 new notices"
    assert "Your password was changed\n\nYour roles have changed\n" in letter.text
    assert night(portal, MONDAY - timedelta(days=1)) == [], "the job runs again"
    assert night(portal, MONDAY) == [], "nothing is new"
    with clock.frozen(MONDAY):
        tell(portal, PRACTITIONER)
    (letter,) = night(portal, MONDAY + timedelta(days=1))
    assert letter.subject == "You have a new notice"


def test_a_week_makes_one_letter_in_the_night_to_monday(portal: Flask) -> None:
    wants(portal, PRACTITIONER, MailFrequency.WEEKLY)
    night(portal, MONDAY - timedelta(days=7))
    with clock.frozen(MONDAY - timedelta(days=6)):
        tell(portal, PRACTITIONER)
    for days in range(6, 0, -1):
        assert night(portal, MONDAY - timedelta(days=days)) == []
    assert night(portal, MONDAY - timedelta(hours=2)) == [], "three in the morning"
    (letter,) = night(portal, MONDAY)
    assert (letter.to, letter.subject) == (PRACTITIONER.email, "You have a new notice")
    assert night(portal, MONDAY + timedelta(days=1)) == []


def test_who_wants_none_gets_none(portal: Flask) -> None:
    wants(portal, PRACTITIONER, MailFrequency.NEVER)
    tell(portal, PRACTITIONER)
    assert night(portal, MONDAY) == []
    assert rows(portal)[0].mailed_at is None


@pytest.mark.parametrize("frequency", MailFrequency)
def test_who_is_suspended_gets_none(portal: Flask, frequency: MailFrequency) -> None:
    wants(portal, PRACTITIONER, frequency)
    user_id = id_of(portal, PRACTITIONER)
    with portal.app_context(), short_transaction() as session:
        leaving.suspend_account(session, actor=WORKER, user_id=user_id)
    tell(portal, PRACTITIONER)
    assert night(portal, MONDAY) == []


def test_what_was_read_before_the_letter_left_is_not_repeated(portal: Flask) -> None:
    for person in (PRACTITIONER, LEAD):
        wants(portal, person, MailFrequency.AT_ONCE)
        tell(portal, person)
    with portal.app_context(), short_transaction() as session:
        session.execute(
            update(Notice)
            .where(Notice.user_id == id_of(portal, PRACTITIONER))
            .values(read_at=clock.now())
        )
    work(portal)
    assert [letter.to for letter in letters(portal)] == [LEAD.email]


def test_what_is_read_is_in_no_digest(portal: Flask) -> None:
    tell(portal, PRACTITIONER)
    client = reader(portal, PRACTITIONER)
    mark(client, up_to=rows(portal)[0].id)
    assert night(portal, MONDAY) == []


def test_two_workers_make_one_letter(portal: Flask) -> None:
    tell(portal, PRACTITIONER)
    with portal.app_context():
        notices.send_daily()
        notices.send_daily()
    work(portal)
    assert len(letters(portal)) == 1


def test_no_letter_names_another_authority_than_the_readers_own(portal: Flask) -> None:
    own, own_name = authority(portal, OWN)
    other, other_name = authority(portal, OTHER)
    tell(portal, CURATOR, "authority.without-lead", authority_id=other)
    tell(portal, LEAD, "people.confirm", authority_id=own)
    tell(portal, LEAD, "people.confirm", authority_id=other)
    by_address = {letter.to: letter for letter in night(portal, MONDAY)}
    curators, leads = by_address[CURATOR.email], by_address[LEAD.email]
    assert "An authority has no strategic lead any more" in curators.text
    assert f"Please check the list of people in {own_name}" in leads.text
    for letter in (curators, leads):
        assert other_name not in letter.text + letter.subject
    assert own_name not in curators.text


def test_what_a_letter_of_its_own_says_is_not_repeated(portal: Flask) -> None:
    for person, frequency in (
        (PRACTITIONER, MailFrequency.AT_ONCE),
        (LEAD, MailFrequency.DAILY),
    ):
        wants(portal, person, frequency)
        user_id = id_of(portal, person)
        with portal.app_context(), short_transaction() as session:
            notices.notify(session, user_ids=[user_id], kind="password.changed", by_letter=True)
    work(portal)
    assert letters(portal) == []
    assert night(portal, MONDAY) == []
    assert len(told(reader(portal, LEAD).page("/notices"))) == 1


def test_a_long_list_is_cut_short(portal: Flask) -> None:
    for _ in range(25):
        tell(portal, PRACTITIONER)
    (letter,) = night(portal, MONDAY)
    assert letter.subject == "You have 25 new notices"
    assert letter.text.count("Your roles have changed") == 20
    assert "and 5 more" in letter.text
