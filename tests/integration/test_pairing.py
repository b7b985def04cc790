"""Pairing: whom an authority is offered, a request that names nobody, a yes that opens it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from portal.authorities.models import Authority
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict
from portal.core.mail import OutgoingMail
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.pairing import pairs, requests
from portal.pairing.models import (
    CardGroups,
    PairingRule,
    Request,
    RequestState,
    RuleKind,
    Search,
    Shown,
)
from tests.client import Page, Reader, reader
from tests.databases import Databases
from tests.integration.inviting import authority, send
from tests.integration.pairing import (
    ASKING,
    HOSTS,
    ask,
    client_of,
    describe,
    host_of,
    lead_of,
    look,
    only_request,
    pairings,
    place,
    references,
)
from tests.people import ADMINISTRATOR, CURATOR, LEAD, PARTNER, PRACTITIONER


@pytest.fixture
def stocked(databases: Databases) -> Iterator[Flask]:
    app = databases.make("pairing")
    yield app
    databases.drop(app)


def names(app: Flask) -> dict[str, str]:
    with app.app_context(), reading():
        query = select(Authority.code, Authority.name).where(Authority.code.in_((ASKING, *HOSTS)))
        return {code: name for code, name in db.session.execute(query)}


def answer(app: Flask, said: str, reason: str = "") -> str:
    request = only_request(app)
    code = host_of(app, request)
    address = f"{place(app, code)}/requests/{request.id}"
    return send(client_of(app, code), address, answer=said, reason=reason).location


# ---- Looking


def test_a_list_says_what_is_alike_and_names_nobody(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    page = client.page(look(client, stocked))
    assert page.heading == "Hosts for you"
    assert "Alike on where most cases are held" in page.text
    assert "Can help with" in page.text
    for code in HOSTS:
        assert names(stocked)[code] not in page.text
        assert code not in page.html


def test_what_was_shown_is_kept_with_versions_and_exact_parts(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    look(client, stocked)
    with stocked.app_context(), reading():
        search = db.session.scalars(select(Search)).one()
        shown = db.session.scalars(select(Shown)).all()
    assert search.weights
    assert len(search.data) == 16
    assert [one.place for one in shown] == list(range(1, len(shown) + 1))
    hosts = [host for one in shown for host in one.hosts]
    assert {host["code"] for host in hosts} <= set(HOSTS)
    for host in hosts:
        assert sum(part["points"] for part in host["parts"]["fit"]) == pytest.approx(host["fit"])


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"asks_for_pairing": "no"}, "doesn’t say that you would like to be paired"),
        ({"hosting": "no"}, None),
    ],
)
def test_an_empty_list_says_why(stocked: Flask, answers: dict[str, str], said: str | None) -> None:
    if said is None:
        for code in HOSTS:
            describe(stocked, code, **answers)
        said = "No authority that hosts at the moment is alike enough"
    else:
        describe(stocked, ASKING, **answers)
    client = reader(stocked, LEAD)
    page = client.page(look(client, stocked))
    assert page.heading == "Nobody can be offered at the moment"
    assert said in page.text


# ---- Asking


def test_a_request_is_checked_before_it_is_sent(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    listed = look(client, stocked)
    checked = ask(client, listed, checked="")
    assert checked.status == 200
    assert checked.page is not None
    assert checked.page.heading == "Check your request"
    assert "We hope to learn" in checked.page.text
    with stocked.app_context(), reading():
        assert db.session.scalars(select(Request)).all() == []
    assert ask(client, listed).location.endswith("done=asked")
    assert only_request(stocked).state == RequestState.OPEN


def test_a_rejected_request_keeps_what_was_written(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    refused = ask(client, look(client, stocked), first="")
    assert refused.status == 422
    assert refused.page is not None
    assert "Choose at least one host" in refused.page.text
    (area,) = refused.page.all("textarea")
    assert refused.page.text_of(area).startswith("We hope to learn")


def test_a_forged_card_asks_nobody(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    listed = look(client, stocked)
    assert ask(client, listed, first="0" * 32).status == 404
    with stocked.app_context(), reading():
        assert db.session.scalars(select(Request)).all() == []


def test_somebody_else_s_list_is_not_there(stocked: Flask) -> None:
    listed = look(reader(stocked, LEAD), stocked)
    other = client_of(stocked, HOSTS[0])
    number = listed.rsplit("/", 1)[1]
    assert other.get(listed).status_code == 404
    assert other.get(f"{place(stocked, HOSTS[0])}/lists/{number}").status_code == 404


def test_at_most_three_requests_are_open(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    for _ in range(3):
        assert ask(client, look(client, stocked)).status == 302
    page = client.page(look(client, stocked))
    assert "You have three requests open" in page.text
    with stocked.app_context(), reading():
        hosts = [one.host_id for one in db.session.scalars(select(Request))]
    assert len({host for host in hosts if host}) == len([host for host in hosts if host])


def test_who_changes_conflicts_again_and_again_asks_through_a_curator(stocked: Flask) -> None:
    for code in HOSTS[:3]:
        describe(stocked, ASKING, conflicts=[authority(stocked, code)])
    client = reader(stocked, LEAD)
    refused = ask(client, look(client, stocked))
    assert refused.status == 422
    assert refused.page is not None
    assert "Ask a curator to propose a pairing" in refused.page.text
    with stocked.app_context(), reading():
        assert db.session.scalars(select(Request)).all() == []


# ---- Answering


def test_a_yes_shows_each_the_other_and_begins_six_months(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    ask(client, look(client, stocked))
    code = host_of(stocked, only_request(stocked))
    where = answer(stocked, "yes")
    (pair,) = pairings(stocked)
    assert pair.ends_on == pairs.after_months(pair.began_on, 6)
    host = client_of(stocked, code)
    assert host.page(where).heading == f"Paired with {names(stocked)[ASKING]}"
    page = client.page(f"{place(stocked)}/with/{pair.id}")
    assert page.heading == f"Paired with {names(stocked)[code]}"
    assert "someone@example.gov.uk" in page.text
    made_of = [table for table in page.all("table")]
    assert len(made_of) == 2, "both see what the figures of both are made of"
    for table, figure in zip(made_of, ("fit", "view"), strict=True):
        points = [row[1].text for row in table.iter() if row.tag.endswith("}tr")][1:]
        total = sum(float(one or 0) for one in points)
        assert total == pytest.approx(getattr(only_request(stocked), figure), abs=0.06)
    for person in (PRACTITIONER, ADMINISTRATOR, lead_of(next(c for c in HOSTS if c != code))):
        other = reader(stocked, person)
        assert other.get(f"{place(stocked)}/with/{pair.id}").status_code in {403, 404}


def test_a_yes_withdraws_the_other_requests(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    ask(client, look(client, stocked))
    ask(client, look(client, stocked))
    with stocked.app_context(), reading():
        first, second = db.session.scalars(select(Request).order_by(Request.id)).all()
        code = host_of(stocked, first)
    address = f"{place(stocked, code)}/requests/{first.id}"
    assert send(client_of(stocked, code), address, answer="yes").status == 302
    with stocked.app_context(), reading():
        assert db.session.get_one(Request, second.id).state == RequestState.WITHDRAWN


def test_a_no_needs_a_reason_and_keeps_the_two_apart_for_a_year(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    ask(client, look(client, stocked))
    request = only_request(stocked)
    code = host_of(stocked, request)
    address = f"{place(stocked, code)}/requests/{request.id}"
    host = client_of(stocked, code)
    refused = send(host, address, answer="no", reason="")
    assert refused.status == 422
    assert answer(stocked, "no", "We share a case.").endswith("done=answered")
    assert "We share a case" not in client.page(place(stocked)).text
    for _ in range(3):
        ask(client, look(client, stocked))
    with stocked.app_context(), reading():
        again = db.session.scalars(select(Request.host_id).where(Request.id != request.id)).all()
    assert request.host_id not in again
    with clock.frozen(datetime.now(UTC) + timedelta(days=366)), stocked.app_context():
        requests.look_after()
        with reading():
            assert db.session.get_one(Request, request.id).reason is None


def test_not_now_lets_the_two_meet_later(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    ask(client, look(client, stocked))
    assert answer(stocked, "not-now").endswith("done=answered")
    assert "the answer was “not now”" in client.page(place(stocked)).text
    assert only_request(stocked).state == RequestState.NOT_NOW


def test_a_request_runs_out_after_two_weeks_and_is_remembered_after_one(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    ask(client, look(client, stocked))
    code = host_of(stocked, only_request(stocked))
    for days, notice in ((8, "still waits for your answer"), (15, None)):
        with clock.frozen(datetime.now(UTC) + timedelta(days=days)), stocked.app_context():
            requests.look_after()
        page = client_of(stocked, code).page("/notices")
        assert notice is None or notice in page.text
    assert only_request(stocked).state == RequestState.EXPIRED
    assert "Nobody answered your request" in client.page("/notices").text


def test_of_a_proposal_those_who_said_nothing_are_reminded_and_those_who_agreed_are_told(
    stocked: Flask,
) -> None:
    host = HOSTS[0]
    now = clock.now()
    with stocked.app_context(), short_transaction() as session:
        session.add(
            Request(
                asking_id=authority(stocked, ASKING),
                host_id=authority(stocked, host),
                preference=1,
                topics=[],
                wish="",
                state=RequestState.OPEN,
                made_at=now,
                expires_at=now + timedelta(days=14),
                proposed_why="They would fit.",
                host_agreed_at=now,
                asking_sees={},
                host_sees={},
            )
        )
    for days in (8, 15):
        with clock.frozen(datetime.now(UTC) + timedelta(days=days)), stocked.app_context():
            requests.look_after()
        asking, hosting = (
            client.page("/notices").text
            for client in (reader(stocked, LEAD), client_of(stocked, host))
        )
        assert ("still waits for your answer" in asking) == (days == 8)
        assert "still waits for your answer" not in hosting
        assert ("was not answered in two weeks" in hosting) == (days == 15)


def test_a_withdrawn_request_cannot_be_answered(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    ask(client, look(client, stocked))
    request = only_request(stocked)
    code = host_of(stocked, request)
    token = client.page(place(stocked)).fields["csrf_token"]
    client.post(f"{place(stocked)}/requests/{request.id}/withdraw", data={"csrf_token": token})
    page = client_of(stocked, code).page(f"{place(stocked, code)}/requests/{request.id}")
    assert "no longer open: it has been withdrawn" in page.text


def test_what_changed_meanwhile_is_seen_when_somebody_accepts(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    ask(client, look(client, stocked))
    request = only_request(stocked)
    code = host_of(stocked, request)
    describe(stocked, code, conflicts=[authority(stocked, ASKING)])
    address = f"{place(stocked, code)}/requests/{request.id}"
    refused = send(client_of(stocked, code), address, answer="yes")
    assert refused.status == 409
    assert refused.page is not None
    assert "should not be paired" in refused.page.text
    assert pairings(stocked) == []


def test_a_curator_s_block_holds_at_acceptance(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    ask(client, look(client, stocked))
    request = only_request(stocked)
    code = host_of(stocked, request)
    with stocked.app_context(), short_transaction() as session:
        session.add(
            PairingRule(
                kind=RuleKind.BLOCK,
                asking_id=authority(stocked, code),
                host_id=authority(stocked, ASKING),
                reason="x",
                made_at=clock.now(),
            )
        )
    address = f"{place(stocked, code)}/requests/{request.id}"
    assert send(client_of(stocked, code), address, answer="yes").status == 409


def test_the_last_place_is_given_once_however_many_accept_at_once(stocked: Flask) -> None:
    host = HOSTS[0]
    asking = [ASKING, *HOSTS[1:4]]
    host_id = authority(stocked, host)
    ids = {code: authority(stocked, code) for code in asking}
    now = clock.now()
    with stocked.app_context(), short_transaction() as session:
        made = [
            Request(
                asking_id=ids[code],
                host_id=host_id,
                preference=1,
                topics=[],
                wish="",
                state=RequestState.OPEN,
                made_at=now,
                expires_at=now + timedelta(days=14),
                asking_agreed_at=now,
                asking_sees={},
                host_sees={},
            )
            for code in asking
        ]
        session.add_all(made)
        session.flush()
        numbers = [one.id for one in made]
    actor = Actor(memberships=frozenset({(Role.STRATEGIC_LEAD, host_id)}))
    together = threading.Barrier(len(asking))

    def accept(request_id: int) -> str:
        together.wait()
        try:
            with stocked.app_context(), short_transaction() as session:
                requests.agree(session, actor=actor, authority_id=host_id, request_id=request_id)
        except Conflict as conflict:
            return str(conflict)
        return "paired"

    with ThreadPoolExecutor(len(asking)) as threads:
        said = list(threads.map(accept, numbers))
    assert said.count("paired") == 1
    assert len(pairings(stocked)) == 1
    assert {one for one in said if one != "paired"} == {
        "You have no place left. Change how many you can support in your profile."
    }


# ---- The pairing


@pytest.fixture
def paired(stocked: Flask) -> tuple[Flask, str, str]:
    """A portal with a pairing: where each side sees it."""
    client = reader(stocked, LEAD)
    ask(client, look(client, stocked))
    code = host_of(stocked, only_request(stocked))
    answer(stocked, "yes")
    (pair,) = pairings(stocked)
    return stocked, f"{place(stocked)}/with/{pair.id}", f"{place(stocked, code)}/with/{pair.id}"


def host_client(app: Flask) -> Reader:
    return client_of(app, host_of(app, only_request(app)))


def test_both_sides_change_the_plan(paired: tuple[Flask, str, str]) -> None:
    app, here, there = paired
    client = reader(app, LEAD)
    goals = {"theme1": "families", "goal1": "Letters that parents understand"}
    saved = send(client, f"{here}/plan", purpose="To learn", theme2="", theme3="", **goals)
    assert saved.location.endswith("done=planned")
    page = host_client(app).page(there)
    assert "Letters that parents understand" in page.text
    assert "The plan with" in host_client(app).page("/notices").text
    empty = {"goal1": "", "theme2": "", "theme3": ""}
    half = send(client, f"{here}/plan", purpose="x", theme1="families", **empty)
    assert half.status == 422
    assert half.page is not None
    assert "Give goal 1 both a theme and words" in half.page.text


def test_it_is_renewed_once_when_both_want_to(paired: tuple[Flask, str, str]) -> None:
    app, here, there = paired
    (before,) = pairings(app)

    def renew(client: Reader, address: str) -> str:
        token = client.page(address).fields["csrf_token"]
        return client.post(f"{address}/renew", data={"csrf_token": token}).location or ""

    client = reader(app, LEAD)
    assert renew(client, here).endswith("done=wanted")
    (waiting,) = pairings(app)
    assert waiting.ends_on == before.ends_on
    assert renew(host_client(app), there).endswith("done=renewed")
    (after,) = pairings(app)
    assert after.ends_on == pairs.after_months(before.ends_on, 6)
    token = client.page(f"{here}/plan").fields["csrf_token"]
    again = client.post(f"{here}/renew", data={"csrf_token": token})
    assert (again.location or "").endswith("done=meanwhile")


def test_either_side_ends_it_without_a_reason(paired: tuple[Flask, str, str]) -> None:
    app, here, there = paired
    ended = send(host_client(app), f"{there}/end", reason="")
    assert ended.location.endswith("done=ended")
    page = reader(app, LEAD).page(here)
    assert "This pairing ended on" in page.text
    assert "someone@example.gov.uk" not in page.text
    assert send(reader(app, LEAD), f"{here}/end").location.endswith("done=meanwhile")


def test_it_ends_by_itself(paired: tuple[Flask, str, str]) -> None:
    app, here, _ = paired
    with clock.frozen(datetime.now(UTC) + timedelta(days=200)), app.app_context():
        pairs.end_due()
    (pair,) = pairings(app)
    assert pair.ended_on == pair.ends_on
    assert "its time was over" in reader(app, LEAD).page(here).text


def test_a_paired_authority_is_not_offered_to_the_same_one_again(
    paired: tuple[Flask, str, str],
) -> None:
    app, _, there = paired
    host_id = only_request(app).host_id
    send(host_client(app), f"{there}/end", reason="")
    client = reader(app, LEAD)
    for _ in range(3):
        ask(client, look(client, app))
    with app.app_context(), reading():
        later = db.session.scalars(select(Request.host_id).order_by(Request.id)).all()[1:]
    assert host_id not in later


# ---- Double blind


def all_in(text: str, words: set[str]) -> bool:
    return all(word in text for word in words)


def crawl(client: Reader, *more: str) -> dict[str, str]:
    """Open every page and file that leads on from a person's own; return their texts.

    A PDF is packed: no name would be seen in it.
    """
    waiting, found = ["/", "/notices", "/authority", *more], {}
    while waiting:
        address = waiting.pop()
        known = address.partition("?")[0].startswith(("/library/", "/glossary"))
        if (
            ".pdf" in address
            or address in found
            or (known and len(found) > 40)
            or len(found) >= 150
        ):
            continue
        answer = client.get(address)
        found[address] = answer.get_data().decode(errors="replace")  # a copy may be no text
        if answer.location:
            waiting.append(answer.location)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            links = {link.partition("#")[0] for link in Page(answer.text).links.values()}
            waiting += sorted(link for link in links if link.startswith("/"))
    return found


def test_nobody_but_the_two_sides_and_curators_ever_finds_a_name(stocked: Flask) -> None:
    """Crawl everybody's pages while a request waits: neither side's name is on the other's."""
    client = reader(stocked, LEAD)
    listed = look(client, stocked)
    ask(client, listed)
    request = only_request(stocked)
    code = host_of(stocked, request)
    asking_name, host_name = names(stocked)[ASKING], names(stocked)[code]
    copies = ("/account/export/your-data.json", "/account/export/your-data.html")
    mine = crawl(client, listed, f"{listed}/ask", *copies)
    assert len(mine) > 30
    everybody = set(names(stocked).values())

    def told(texts: dict[str, str], name: str) -> list[str]:
        # a list of the whole register tells nothing
        return [a for a, text in texts.items() if name in text and not all_in(text, everybody)]

    assert told(mine, host_name) == []
    there = f"{place(stocked, code)}/requests/{request.id}"
    theirs = crawl(client_of(stocked, code), there, *copies)
    assert there in theirs
    assert told(theirs, asking_name) == []
    third = lead_of(next(one for one in HOSTS if one != code))
    for person in (PRACTITIONER, PARTNER, third):
        seen = crawl(reader(stocked, person), *copies)
        both = {a: text for a, text in seen.items() if asking_name in text}
        assert told(both, host_name) == [], person.name
    administrator = reader(stocked, ADMINISTRATOR)
    for address in ("/administration/jobs", "/administration/retention", "/notices", *copies):
        text = administrator.get(address).text
        assert not (asking_name in text and host_name in text), address
    with stocked.app_context(), reading():
        letters = [str(one.context) for one in db.session.scalars(select(OutgoingMail))]
    assert not [one for one in letters if asking_name in one or host_name in one]


def test_hosts_with_one_card_cannot_be_told_apart(stocked: Flask) -> None:
    """Whatever the lead moves, a card that is shown is the card of three others too."""
    client = reader(stocked, LEAD)
    for handling in ("100", "60", "0"):
        look(client, stocked, handling)
    describe(stocked, ASKING, tier="child-protection")
    look(client, stocked)
    with stocked.app_context(), reading():
        kept = [
            one.groups for one in db.session.scalars(select(CardGroups).order_by(CardGroups.id))
        ]
        shown = db.session.scalars(select(Shown)).all()
    assert shown
    assert min(len(group) for group in kept[-1]) >= 4
    for before, after in pairwise(kept):
        for group in before:
            assert any(set(group) <= set(one) for one in after), "who shared a card is parted"
    for one in shown:
        behind = {host["code"] for host in one.hosts}
        assert any(behind <= set(group) for groups in kept for group in groups)


def test_references_say_nothing_and_differ_for_each_lead(stocked: Flask) -> None:
    client = reader(stocked, LEAD)
    mine = references(client, look(client, stocked))
    for code in HOSTS:
        assert not [one for one in mine if code in one]


def test_a_curator_is_not_a_lead(stocked: Flask) -> None:
    assert reader(stocked, CURATOR).get(place(stocked)).status_code == 403
