"""Profiles: who sees and says what, stated and inferred, the history, two at once, the year."""

from collections.abc import Iterable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import profile_reminders
from portal.accounts.models import Notice, User
from portal.audit.models import AuditEntry
from portal.authorities import describing, profiles
from portal.authorities.answers import Said
from portal.authorities.hub import Card, Hub
from portal.authorities.models import Origin, ProfileAnswer, State
from portal.authorities.questions import HANDLING, HELPING, QUESTIONS, SECTIONS
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import NotAllowed, NotFound
from portal.core.roles import Role
from tests.client import Page, Reader, reader
from tests.integration.describing import SOURCE, actor_of, answer, infer, known, sent, state
from tests.integration.inviting import HERE, THERE, authority
from tests.integration.leaving import SECOND_LEAD, add, number
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
from tests.work import work

THERE_LEAD = Person("Thea There", Role.STRATEGIC_LEAD, THERE)
CONTACT = [{"name": "Connie Contact", "job": "", "email": "", "phone": "01632 960001"}]


def place(app: Flask, code: str = HERE) -> str:
    return f"/authorities/{authority(app, code)}"


def profile(app: Flask, code: str = HERE) -> str:
    return f"{place(app, code)}/profile"


@pytest.fixture
def described(portal: Flask) -> Flask:
    """A portal in which something is known in answer to questions of every section."""
    add(portal, THERE_LEAD, authority_id=authority(portal, THERE))
    state(portal, tier="early-help", handling_note="Words about handling.")
    state(portal, prevalence="low")
    state(portal, toward_tier="no-change")
    state(portal, hosting="yes", conflicts=[authority(portal, "E06000003")])
    state(portal, contacts=CONTACT)
    infer(portal, holds="spread")
    return portal


# ---- Who sees what


PRIVATE = ("Helping and being helped", "Contacts", "Connie Contact", "Redcar and Cleveland")
SHARED = ("Early help", "Words about handling.", "Rare", "Where they are now", SOURCE)


def test_leads_and_curators_read_all_of_it(described: Flask) -> None:
    for person, address in ((LEAD, f"{profile(described)}/confirm"), (CURATOR, profile(described))):
        text = reader(described, person).page(address).text
        for words in (*SHARED, *PRIVATE):
            assert words in text, (person.name, words)


def test_practitioners_read_how_cases_are_handled_and_no_more(described: Flask) -> None:
    client = reader(described, PRACTITIONER)
    for address in (profile(described), f"{profile(described)}/history", place(described)):
        text = client.page(address).text
        for words in PRIVATE:
            assert words not in text, (address, words)
    text = client.page(profile(described)).text
    for words in SHARED:
        assert words in text, words
    assert not [
        href for href in client.page(profile(described)).links.values() if "/handling" in href
    ]


@pytest.mark.parametrize("key", SECTIONS)
def test_practitioners_change_nothing(described: Flask, key: str) -> None:
    client = reader(described, PRACTITIONER)
    token = client.page("/ask-for-an-example").fields["csrf_token"]
    address = f"{profile(described)}/{key}"
    assert client.get(address).status_code == 403
    before = known(described).version
    assert client.post(address, data={"csrf_token": token, "seen": "0"}).status_code == 403
    assert (
        client.post(f"{profile(described)}/confirm", data={"csrf_token": token}).status_code == 403
    )
    assert known(described).version == before


def test_nobody_of_another_authority_may_know_of_it(described: Flask) -> None:
    client = reader(described, THERE_LEAD)
    token = client.page(f"{profile(described, THERE)}/handling").fields["csrf_token"]
    below = ("", "/profile", "/profile/history", "/profile/confirm")
    for address in (*below, *(f"/profile/{key}" for key in SECTIONS)):
        theirs = client.get(place(described) + address)
        nowhere = client.get("/authorities/99999" + address)
        assert theirs.status_code == nowhere.status_code == 404, address
        assert Page(theirs.text).text == Page(nowhere.text).text, address
    for key in SECTIONS:
        data = {"csrf_token": token, "seen": "0", "tier": "police-led"}
        assert client.post(f"{profile(described)}/{key}", data=data).status_code == 404
    confirmed = client.post(
        f"{profile(described)}/confirm", data={"csrf_token": token, "seen": "0"}
    )
    assert confirmed.status_code == 404
    assert known(described).term("tier") == "early-help"


@pytest.mark.parametrize("person", [PARTNER, ADMINISTRATOR, NOBODY], ids=lambda p: p.name)
def test_others_see_no_profile(described: Flask, person: Person) -> None:
    client = reader(described, person)
    for address in ("/authority", place(described), profile(described), "/authorities"):
        assert client.get(address).status_code == 403, address
    with described.app_context(), reading():
        who = actor_of(described, person) if person.role else None
        if who is not None:
            with pytest.raises(NotFound):
                profiles.visible(db.session, actor=who, authority_id=authority(described))


def test_everybody_is_led_to_where_they_belong(portal: Flask) -> None:
    for person in (LEAD, PRACTITIONER):
        assert reader(portal, person).get("/authority").location == place(portal)
    assert reader(portal, CURATOR).get("/authority").location == "/authorities"
    add(portal, THERE_LEAD, authority_id=authority(portal, THERE))
    with portal.app_context(), short_transaction() as session:
        user = session.scalars(select(User).where(User.email == THERE_LEAD.email)).one()
        again = type(user.roles[0])(role=Role.PRACTITIONER, authority_id=authority(portal))
        user.roles.append(again)
    links = reader(portal, THERE_LEAD).page("/authority").links
    assert links["Hartlepool"] == place(portal)
    assert links["Middlesbrough"] == place(portal, THERE)


def test_a_lead_who_also_works_elsewhere_reads_there_as_a_practitioner(described: Flask) -> None:
    with described.app_context(), short_transaction() as session:
        user = session.scalars(select(User).where(User.email == THERE_LEAD.email)).one()
        again = type(user.roles[0])(role=Role.PRACTITIONER, authority_id=authority(described))
        user.roles.append(again)
    client = reader(described, THERE_LEAD)
    text = client.page(profile(described)).text
    assert "Early help" in text
    for words in PRIVATE:
        assert words not in text
    assert client.get(f"{profile(described)}/handling").status_code == 403
    assert client.get(f"{profile(described)}/confirm").status_code == 403


def test_a_curator_infers_what_a_source_can_tell_and_nothing_else(described: Flask) -> None:
    client = reader(described, CURATOR)
    token = client.page(f"{profile(described)}/handling").fields["csrf_token"]
    for key in ("helping", "contacts"):
        address = f"{profile(described)}/{key}"
        assert client.get(address).status_code == 403
        data = {"csrf_token": token, "seen": "0", "hosting": "no", "source": SOURCE}
        assert client.post(address, data=data).status_code == 403
    assert client.get(f"{profile(described)}/confirm").status_code == 403
    refused = sent(client, f"{profile(described)}/handling", tier="police-led", holds="spread")
    assert refused.status == 422
    assert refused.page
    assert "Say what these answers are inferred from" in refused.page.text
    assert known(described).term("tier") == "early-help"
    done = sent(
        client, f"{profile(described)}/handling", tier="police-led", holds="spread", source=SOURCE
    )
    assert done.status == 302
    assert known(described).term("tier") == "early-help", "what is stated counts"
    assert known(described).inferred["tier"].value == "police-led"


def test_the_service_asks_who_somebody_is_whatever_a_view_did(described: Flask) -> None:
    for person, section in ((PRACTITIONER, HANDLING), (CURATOR, HELPING)):
        who = actor_of(described, person)
        with described.app_context(), short_transaction() as session, pytest.raises(NotAllowed):
            describing.save(
                session,
                actor=who,
                authority_id=authority(described),
                section=section,
                said={},
                seen=0,
                source=SOURCE,
            )


# ---- Stated and inferred; not settled, not said, missing


def test_stated_and_inferred_stand_side_by_side(portal: Flask) -> None:
    infer(portal, tier="police-led", route="several")
    assert known(portal).term("tier") == "police-led"
    state(portal, tier="early-help")
    found = known(portal)
    assert (found.stated["tier"].value, found.inferred["tier"].value) == (
        "early-help",
        "police-led",
    )
    assert found.answer("tier") == found.stated["tier"]
    assert found.answer("route") == found.inferred["route"]
    infer(portal, tier="community-safety")
    found = known(portal)
    assert (found.term("tier"), found.inferred["tier"].value) == ("early-help", "community-safety")
    state(portal, tier=State.TAKEN_BACK)
    assert known(portal).term("tier") == "community-safety", "nothing is stated any more"
    infer(portal, tier=State.TAKEN_BACK)
    assert known(portal).answer("tier") is None


def test_what_an_authority_does_not_say_is_not_said_for_it(portal: Flask) -> None:
    infer(portal, prevalence="high")
    infer(portal, tier="police-led")
    state(portal, prevalence=State.PREFER_NOT_TO_SAY)
    state(portal, tier=State.NOT_SETTLED)
    found = known(portal)
    assert found.state("prevalence") == State.PREFER_NOT_TO_SAY
    assert found.state("tier") == State.NOT_SETTLED
    assert found.state("holds") is None
    for key in ("prevalence", "tier", "holds"):
        assert found.term(key) is None
    page = reader(portal, LEAD).page(f"{profile(portal)}/confirm").text
    for words in ("Prefer not to say", "Not settled", "No answer yet"):
        assert words in page


def test_a_profile_gives_each_kind_of_answer(portal: Flask) -> None:
    state(portal, circumstances=["none"], case_volume="3")
    state(portal, capacity=2, conflicts=[authority(portal, THERE)])
    found = known(portal)
    assert found.terms("circumstances") == frozenset()
    assert found.terms("extremism") is None, "missing is not the same as none"
    assert (found.band("case_volume"), found.band("training"), found.band("capacity")) == (
        3,
        None,
        2,
    )
    assert found.places("conflicts") == {authority(portal, THERE)}
    with pytest.raises(ValueError, match="not of kind"):
        found.terms("tier")
    with portal.app_context(), reading():
        assert profiles.profiles(db.session) == {authority(portal): found}
    assert known(portal, THERE).version == 0


def test_the_task_list_says_how_far_it_is(portal: Flask) -> None:
    client = reader(portal, LEAD)
    missing = sum(not question.optional for question in QUESTIONS.values())
    text = client.page(profile(portal)).text
    assert f"What is still missing ({missing} questions)" in text
    assert text.count("Not started") == 5
    state(portal, contacts=CONTACT)
    state(portal, tier=State.NOT_SETTLED, mash=State.PREFER_NOT_TO_SAY)
    text = client.page(profile(portal)).text
    assert f"What is still missing ({missing - 3} questions)" in text
    assert (text.count("Not started"), text.count("Completed")) == (3, 1)
    assert "2 of 6" in text


def test_an_inference_does_not_fill_the_task_list(portal: Flask) -> None:
    infer(portal, tier="early-help")
    text = reader(portal, LEAD).page(profile(portal)).text
    assert text.count("Not started") == 5
    beside = reader(portal, LEAD).page(f"{profile(portal)}/handling").text
    assert f"A curator has inferred: Early help. From: {SOURCE}. Your own answer counts" in beside


# ---- The forms


def test_a_rejected_form_keeps_what_was_typed(portal: Flask) -> None:
    client = reader(portal, LEAD)
    answer_ = sent(
        client,
        f"{profile(portal)}/helping",
        hosting="yes",
        capacity="six",
        offers=["none", "court"],
        conflicts="Middlesbrough\nNowhere",
    )
    assert answer_.status == 422
    page = answer_.page
    assert page
    assert page.title.startswith("Error: ")
    assert "Enter a whole number from 0 to 5" in page.text
    assert "“Nowhere” is not in the register" in page.text
    assert page.fields["capacity"] == "six"
    assert "Middlesbrough\nNowhere" in page.html
    ticked = [i.get("value") for i in page.all("input") if i.get("checked") is not None]
    assert ticked == ["yes", "court", "none"]
    assert known(portal).version == 0


def test_what_is_wrong_with_contacts_stands_at_its_field(portal: Flask) -> None:
    answer_ = sent(
        reader(portal, LEAD),
        f"{profile(portal)}/contacts",
        contact_1_name="Ann",
        contact_1_phone="01632 960001",
        contact_2_email="no address",
    )
    assert answer_.page
    assert answer_.status == 422
    errors = [e for e in answer_.page.all("p") if "govuk-error-message" in e.get("class", "")]
    assert [e.get("id") for e in errors] == ["contact_2_name-error", "contact_2_email-error"]


def test_a_tier_is_not_named_twice(portal: Flask) -> None:
    answer_ = sent(
        reader(portal, LEAD),
        f"{profile(portal)}/handling",
        tier="early-help",
        other_tiers=["early-help", "police-led"],
    )
    assert answer_.status == 422
    assert answer_.page
    assert "Untick “Early help”: most cases are held there already" in answer_.page.text


@pytest.mark.parametrize(
    "fields",
    [
        {"tier": "unheard-of"},
        {"tier": "taken-back"},
        {"tier": "given"},
        {"other_tiers": ["not-settled", "early-help"]},
        {"mash": "not-settled"},
        {"handling_note": "a" * 501},
        {"seen": "many"},
    ],
    ids=str,
)
def test_a_made_up_form_is_refused(portal: Flask, fields: dict[str, Any]) -> None:
    answer_ = sent(reader(portal, LEAD), f"{profile(portal)}/handling", **fields)
    assert answer_.status == 422
    assert known(portal).version == 0


def test_an_answer_can_be_taken_back_and_put_back(portal: Flask) -> None:
    client, address = reader(portal, LEAD), f"{profile(portal)}/handling"
    assert "take it back" not in client.page(address).text
    sent(client, address, tier="early-help", other_tiers=["police-led"], handling_note="Words")
    assert "take it back" in client.page(address).text
    sent(client, address, tier="no-answer", other_tiers=[], handling_note="")
    assert known(portal).stated == {}
    sent(client, address, tier="early-help")
    assert known(portal).term("tier") == "early-help"


def test_saving_what_stands_changes_nothing(portal: Flask) -> None:
    client, address = reader(portal, LEAD), f"{profile(portal)}/handling"
    sent(client, address, tier="early-help")
    before = known(portal)
    assert sent(client, address, tier="early-help").status == 302
    assert known(portal) == before


# ---- The history


def history_of(client: Reader, app: Flask) -> str:
    return client.page(f"{profile(app)}/history").text


def test_the_history_says_who_changed_what_from_what_to_what(portal: Flask) -> None:
    infer(portal, tier="police-led")
    state(portal, tier="early-help")
    state(portal, tier=State.NOT_SETTLED)
    state(portal, tier=State.TAKEN_BACK)
    text = history_of(reader(portal, LEAD), portal)
    steps = [
        "Lars Lead (a strategic lead)",
        "From: Not settledTo: No answer",
        "Lars Lead (a strategic lead)",
        "From: Early helpTo: Not settled",
        "Lars Lead (a strategic lead)",
        "From: Nothing on recordTo: Early help",
        "Cora Curator (a curator)",
        "From: Nothing on recordTo: Police-led",
        f"Inferred from {SOURCE}",
    ]
    at = 0
    for step in steps:
        assert step in text[at:], step
        at = text.index(step, at) + len(step)


def test_nothing_of_the_history_is_lost(portal: Flask) -> None:
    tiers = list(QUESTIONS["tier"].terms)
    for number_ in range(23):
        state(portal, tier=tiers[number_ % 5])
    client = reader(portal, LEAD)
    first = client.page(f"{profile(portal)}/history")
    assert "23 changes" in first.text
    assert first.text.count("From:") == 20
    second = client.page(first.links["Next page"])
    assert second.text.count("From:") == 3
    assert "Nothing on record" in second.text
    assert client.page(f"{profile(portal)}/history?page=999").text.count("From:") == 3
    with portal.app_context(), reading():
        rows = db.session.scalars(select(ProfileAnswer).order_by(ProfileAnswer.id)).all()
        assert [row.value for row in rows] == [tiers[n % 5] for n in range(23)]
        assert [row.replaced_at is None for row in rows] == [False] * 22 + [True]


def test_the_record_says_which_questions_and_not_what_was_answered(portal: Flask) -> None:
    state(portal, contacts=CONTACT)
    infer(portal, tier="police-led", mash="yes")
    with portal.app_context(), reading():
        query = select(AuditEntry).where(AuditEntry.action == "profile.changed")
        entries = db.session.scalars(query.order_by(AuditEntry.id)).all()
        said = [(entry.actor_name, entry.object_id, entry.details) for entry in entries]
    place_ = str(authority(portal))
    assert said == [
        (LEAD.name, place_, {"origin": "stated", "questions": ["contacts"]}),
        (CURATOR.name, place_, {"origin": "inferred", "questions": ["mash", "tier"]}),
    ]


# ---- Two at once


def test_the_later_of_two_is_told_what_changed_and_nothing_is_lost(portal: Flask) -> None:
    add(portal, SECOND_LEAD, authority_id=authority(portal))
    state(portal, tier="early-help", mash="no", holds="spread")
    address = f"{profile(portal)}/handling"
    one, other = reader(portal, LEAD), reader(portal, SECOND_LEAD)
    mine = {"tier": "police-led", "mash": "no", "holds": "spread", "route": "several"}
    form = one.page(address).fields
    theirs = sent(other, address, tier="community-safety", mash="yes", holds="spread")
    assert theirs.status == 302

    data = {"csrf_token": form["csrf_token"], "seen": form["seen"]} | mine
    answer_ = one.post(address, data=data)
    assert answer_.status_code == 409
    found = known(portal)
    assert (found.term("tier"), found.term("mash"), found.term("route")) == (
        "community-safety",
        "yes",
        None,
    )
    said = f"{SECOND_LEAD.name} (a strategic lead) has answered meanwhile: Community safety."
    assert said in answer_.text
    chosen = checked(answer_.text)
    assert chosen["tier"] == "police-led", "one's own stays in the form"
    assert chosen["mash"] == "yes", "what one did not touch shows what the other made it"
    assert chosen["route"] == "several"
    seen = fields(answer_.text)["seen"]
    assert int(seen) == found.version

    again = one.post(address, data=data | {"seen": seen, "mash": "yes"})
    assert again.status_code == 302
    found = known(portal)
    assert (found.term("tier"), found.term("mash"), found.term("route")) == (
        "police-led",
        "yes",
        "several",
    )
    assert "From: Community safetyTo: Police-led" in history_of(one, portal)


def fields(html: str) -> dict[str, str]:
    return Page(html).fields


def checked(html: str) -> dict[str, str]:
    inputs = Page(html).all("input")
    return {i.get("name", ""): i.get("value", "") for i in inputs if i.get("checked") is not None}


def test_answers_to_other_questions_are_joined(portal: Flask) -> None:
    state(portal, tier="early-help", mash="no")
    client, address = reader(portal, LEAD), f"{profile(portal)}/handling"
    form = client.page(address).fields
    state(portal, tier="police-led")
    data = {"csrf_token": form["csrf_token"], "seen": form["seen"]}
    saved = client.post(address, data=data | {"tier": "early-help", "mash": "planned"})
    assert saved.status_code == 302
    assert (known(portal).term("tier"), known(portal).term("mash")) == ("police-led", "planned")
    page = client.page(saved.location).text
    assert "“Where are most cases held?”" in page, "who left it as it was is told"


def test_a_curator_and_a_lead_do_not_get_in_each_others_way(portal: Flask) -> None:
    client, address = reader(portal, LEAD), f"{profile(portal)}/handling"
    form = client.page(address).fields
    infer(portal, tier="police-led")
    data = {"csrf_token": form["csrf_token"], "seen": form["seen"], "tier": "early-help"}
    assert client.post(address, data=data).status_code == 302


def test_of_two_at_the_same_moment_one_is_told(portal: Flask) -> None:
    state(portal, tier="early-help")
    seen = known(portal).version
    who, start, told = actor_of(portal, LEAD), Barrier(2), []
    place_ = authority(portal)

    def save(tier: str) -> None:
        with portal.app_context():
            start.wait()
            try:
                with short_transaction() as session:
                    describing.save(
                        session,
                        actor=who,
                        authority_id=place_,
                        section=HANDLING,
                        said={"tier": Said(State.GIVEN, tier)},
                        seen=seen,
                    )
                told.append("saved")
            except describing.ChangedMeanwhile:
                told.append("told")

    threads = [Thread(target=save, args=(tier,)) for tier in ("police-led", "universal-services")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["saved", "told"]
    with portal.app_context(), reading():
        current = select(func.count()).where(ProfileAnswer.replaced_at.is_(None))
        assert db.session.scalar(current) == 1


# ---- Once a year


def asked(app: Flask) -> list[str]:
    with app.app_context(), reading():
        query = (
            select(User.email)
            .join(Notice, Notice.user_id == User.id)
            .where(Notice.kind == profile_reminders.ASK)
            .order_by(Notice.id)
        )
        return list(db.session.scalars(query))


def test_a_profile_older_than_a_year_asks_to_be_confirmed(portal: Flask) -> None:
    start = clock.now()
    state(portal, tier="early-help")
    ask = "Is the profile still right?"

    def after(days: int) -> list[str]:
        with clock.frozen(start + timedelta(days=days)):
            work(portal, scheduled=True)
        return asked(portal)

    assert after(364) == []
    with clock.frozen(start + timedelta(days=364)):
        assert ask not in reader(portal, LEAD).page(profile(portal)).text
    assert after(366) == [LEAD.email]
    assert after(380) == [LEAD.email], "once in four weeks is enough"
    assert after(395) == [LEAD.email] * 2
    with clock.frozen(start + timedelta(days=396)):
        client = reader(portal, LEAD)
        for address in (place(portal), profile(portal)):
            assert ask in client.page(address).text
        assert "To be confirmed" in reader(portal, PRACTITIONER).page(place(portal)).text
        curators = reader(portal, CURATOR)
        assert "Hartlepool" in curators.page("/authorities?profile=due").links
        told = "Please confirm the profile of Hartlepool"
        assert told in client.page("/notices").text
        done = sent(client, f"{profile(portal)}/confirm")
        assert done.location.endswith("?confirmed=yes")
        assert "You will be asked again in a year" in client.page(done.location).text
        for address in (place(portal), profile(portal)):
            assert ask not in client.page(address).text
        assert told not in client.page("/notices").text
        assert known(portal).confirmed_at == clock.now()
    assert len(after(700)) == 0, "the earlier notices have gone by their age"
    assert after(396 + 366) == [LEAD.email]


def test_an_old_answer_counts_and_not_the_newest(portal: Flask) -> None:
    with clock.frozen(clock.now() - timedelta(days=370)):
        state(portal, tier="early-help")
    state(portal, mash="yes")
    assert known(portal).due
    state(portal, tier="police-led")
    assert not known(portal).due


def test_what_is_inferred_does_not_grow_old_for_a_lead(portal: Flask) -> None:
    with clock.frozen(clock.now() - timedelta(days=4000)):
        infer(portal, tier="early-help")
    assert not known(portal).due
    assert known(portal, THERE).age_from() is None


def test_a_lead_confirms_what_they_saw_and_nothing_else(portal: Flask) -> None:
    client, address = reader(portal, LEAD), f"{profile(portal)}/confirm"
    assert "There is nothing to confirm yet" in client.page(address).text
    state(portal, tier="early-help")
    form = client.page(address).fields
    state(portal, tier="police-led")
    data = {"csrf_token": form["csrf_token"], "seen": form["seen"]}
    refused = client.post(address, data=data)
    assert refused.status_code == 409
    assert "The profile has changed meanwhile. Nothing was confirmed." in refused.text
    assert known(portal).confirmed_at is None
    data["seen"] = fields(refused.text)["seen"]
    assert client.post(address, data=data).status_code == 302
    assert known(portal).confirmed_at is not None
    with portal.app_context(), reading():
        query = select(AuditEntry.actor_id).where(AuditEntry.action == "profile.confirmed")
        assert db.session.scalars(query).all() == [number(portal, LEAD)]


# ---- How long it is kept, and what rooms above add


def kept_values(app: Flask) -> Iterable[Any]:
    with app.app_context(), reading():
        query = select(ProfileAnswer.question, ProfileAnswer.replaced_at.is_(None))
        return sorted(tuple(row) for row in db.session.execute(query))


def test_former_contacts_go_before_other_former_answers(portal: Flask) -> None:
    start = clock.now()
    for number_ in (1, 2):
        state(portal, tier=list(QUESTIONS["tier"].terms)[number_])
        state(portal, contacts=[CONTACT[0] | {"phone": f"01632 96000{number_}"}])
    with clock.frozen(start + timedelta(days=91)):
        work(portal, scheduled=True)
    assert kept_values(portal) == [("contacts", True), ("tier", False), ("tier", True)]
    with clock.frozen(start + timedelta(days=2191)):
        work(portal, scheduled=True)
    assert kept_values(portal) == [("contacts", True), ("tier", True)]


def test_rooms_above_add_cards_for_those_who_may_see_them(portal: Flask) -> None:
    hub: Hub = portal.extensions["hub"]

    def card(session: Any, actor: Any, authority: Any) -> Card | None:
        if Role.STRATEGIC_LEAD not in actor.roles:
            return None
        return Card("A new thing", f"/authorities/{authority.id}/profile", "What it is.", "Open")

    hub.register("new", card)
    with pytest.raises(ValueError, match="already"):
        hub.register("new", card)
    assert "A new thing" in reader(portal, LEAD).page(place(portal)).links
    assert "A new thing" not in reader(portal, PRACTITIONER).page(place(portal)).links


def test_the_name_of_who_left_goes_and_what_they_were_stays(portal: Flask) -> None:
    add(portal, SECOND_LEAD, authority_id=authority(portal))
    answer(portal, SECOND_LEAD, tier="early-help")
    assert SECOND_LEAD.name in history_of(reader(portal, LEAD), portal)
    client = reader(portal, SECOND_LEAD)
    form = client.page("/account/leave/service").fields
    data = {"csrf_token": form["csrf_token"], "how": "erase", "password": PASSWORD}
    assert client.post("/account/leave/service", data=data).status_code == 302
    text = history_of(reader(portal, LEAD), portal)
    assert SECOND_LEAD.name not in text
    assert "A strategic lead" in text
    assert known(portal).stated["tier"].origin == Origin.STATED
