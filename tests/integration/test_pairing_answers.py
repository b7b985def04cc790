"""What answers to requests and proposals settle, tell, and may not give away."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import SystemRandom

import pytest
from flask import Flask
from sqlalchemy import select

from portal.authorities.models import Authority, AuthorityFigures
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict
from portal.pairing import curating, personal
from portal.pairing.gathering import Data, gather
from portal.pairing.models import CardGroups, Request, RequestState, RuleKind
from portal.pairing.sides import History, Side
from portal.pairing.suggestions import cards_of
from tests.client import Reader, reader
from tests.databases import Databases
from tests.integration.assessing import editions
from tests.integration.inviting import Answer, authority, send
from tests.integration.pairing import (
    ASKING,
    ask,
    client_of,
    describe,
    host_of,
    look,
    only_request,
    pairings,
    place,
    references,
)
from tests.integration.rounding import (
    SURE,
    UNSURE,
    curator,
    lay_down,
    leader,
    open_round,
    proposals,
    run,
    say_no,
    say_yes,
    send_all,
)
from tests.people import LEAD

WISH = "How you agreed who holds a case."


@pytest.fixture
def stocked(databases: Databases) -> Iterator[Flask]:
    app = databases.make("several")
    yield app
    databases.drop(app)


@pytest.fixture
def client(stocked: Flask) -> Reader:
    return reader(stocked, LEAD)


def proposed(app: Flask, host: str, asking: str = ASKING) -> Request:
    who, one, other = curator(app), authority(app, asking), authority(app, host)
    with app.app_context(), short_transaction() as session:
        made = curating.propose(
            session,
            actor=who,
            editions=editions(app),
            asking_id=one,
            host_id=other,
            wish=WISH,
            reason="They met.",
        )
        session.flush()
        session.expunge(made)
    return made


def asked(app: Flask, client: Reader) -> tuple[Request, str]:
    ask(client, look(client, app))
    request = only_request(app)
    return request, host_of(app, request)


def state_of(app: Flask, request: Request) -> RequestState:
    with app.app_context(), reading():
        return db.session.get_one(Request, request.id).state


def yes(app: Flask, code: str, request: Request) -> Answer:
    return send(client_of(app, code), f"{place(app, code)}/requests/{request.id}", answer="yes")


def take_back(app: Flask, code: str, request: Request) -> int:
    side = client_of(app, code)
    token = side.page(place(app, code)).fields["csrf_token"]
    address = f"{place(app, code)}/requests/{request.id}/withdraw"
    return side.post(address, data={"csrf_token": token}).status_code


# ---- Nobody is found out by a yes that is refused


def test_a_host_that_adds_a_conflict_cannot_tell_whom_it_named(
    stocked: Flask, client: Reader
) -> None:
    request, code = asked(stocked, client)
    said = []
    for named in (ASKING, next(one for one in SURE if one != code)):
        describe(stocked, code, conflicts=[authority(stocked, named)])
        refused = yes(stocked, code, request)
        assert refused.status == 409
        assert refused.page is not None
        said.append(refused.page.text)
    assert said[0] == said[1]
    assert "a yes is no longer possible" in said[0]
    assert pairings(stocked) == []
    say_no(stocked, code, request, now_only=True)
    assert state_of(stocked, request) == RequestState.NOT_NOW


def test_a_conflict_that_was_there_before_stands_in_nobody_s_way(
    stocked: Flask, client: Reader
) -> None:
    for code in SURE:
        other = next(one for one in SURE if one != code)
        describe(stocked, code, conflicts=[authority(stocked, other)])
    request, code = asked(stocked, client)
    assert yes(stocked, code, request).status == 302
    assert len(pairings(stocked)) == 1


def test_who_asks_is_not_told_to_change_the_host_s_places(stocked: Flask) -> None:
    request = proposed(stocked, SURE[0])
    describe(stocked, SURE[0], capacity=0)
    for code, words in ((ASKING, "The host has no place left"), (SURE[0], "Change how many you")):
        refused = yes(stocked, code, request)
        assert refused.page is not None
        assert words in refused.page.text
        assert ("in your profile" in refused.page.text) == (code == SURE[0])


# ---- What a pairing settles


def test_a_pairing_settles_what_its_host_asked_of_the_other(stocked: Flask) -> None:
    one, back = proposed(stocked, SURE[0]), None
    with stocked.app_context(), short_transaction() as session:
        back = Request(
            asking_id=one.host_id,
            host_id=one.asking_id,
            preference=1,
            topics=[],
            wish="",
            state=RequestState.OPEN,
            made_at=one.made_at,
            expires_at=one.expires_at,
            asking_agreed_at=one.made_at,
            asking_sees={},
            host_sees={},
        )
        session.add(back)
        session.flush()
        session.expunge(back)
    say_yes(stocked, ASKING, one)
    say_yes(stocked, SURE[0], one)
    assert state_of(stocked, back) == RequestState.WITHDRAWN


def test_a_host_hears_that_a_pairing_it_agreed_to_will_not_begin(stocked: Flask) -> None:
    kept, lost = proposed(stocked, SURE[0]), proposed(stocked, SURE[1])
    say_yes(stocked, SURE[1], lost)
    say_yes(stocked, SURE[0], kept)
    say_yes(stocked, ASKING, kept)
    assert state_of(stocked, lost) == RequestState.WITHDRAWN
    assert "you agreed to will not begin" in client_of(stocked, SURE[1]).page("/notices").text


def test_who_never_answered_a_proposal_is_not_told_of_a_refusal(stocked: Flask) -> None:
    say_no(stocked, SURE[0], proposed(stocked, SURE[0]))
    text = reader(stocked, LEAD).page("/notices").text
    assert "declined" not in text
    assert "will not begin" not in text


def test_a_not_now_to_a_proposal_is_told_to_the_side_that_agreed(stocked: Flask) -> None:
    request = proposed(stocked, SURE[0])
    say_yes(stocked, SURE[0], request)
    say_no(stocked, ASKING, request, now_only=True)
    text = client_of(stocked, SURE[0]).page("/notices").text
    assert "A pairing that you agreed to will not begin" in text
    assert "that you asked" not in text


def test_who_says_yes_does_not_learn_how_many_others_were_asked(stocked: Flask) -> None:
    kept = proposed(stocked, SURE[0])
    proposed(stocked, SURE[1])
    say_yes(stocked, ASKING, kept)
    say_yes(stocked, SURE[0], kept)
    person = leader(stocked, SURE[0]).id
    assert person is not None
    with stocked.app_context(), reading():
        rows = personal.done(db.session, person).rows
    assert [row["what"] for row in rows] == ["Answered or withdrew a request"]


def test_the_same_host_chosen_twice_is_sent_back(stocked: Flask, client: Reader) -> None:
    listed = look(client, stocked)
    (first, *_) = references(client, listed)
    sent_back = ask(client, listed, checked="", first=first, second=first)
    assert sent_back.status == 422
    assert sent_back.page is not None
    assert "chosen the same host twice" in sent_back.page.text


# ---- A yes that waits for the other side


def test_a_host_sees_the_yes_that_it_gave_and_can_take_it_back(stocked: Flask) -> None:
    request = proposed(stocked, SURE[0])
    assert take_back(stocked, SURE[0], request) == 404
    say_yes(stocked, SURE[0], request)
    page = client_of(stocked, SURE[0]).page(place(stocked, SURE[0]))
    assert "A place is kept for it" in page.text
    assert take_back(stocked, SURE[0], request) == 302
    assert state_of(stocked, request) == RequestState.WITHDRAWN
    with pytest.raises(Conflict):
        say_yes(stocked, ASKING, request)


def test_a_request_whose_time_is_over_shows_no_form(stocked: Flask, client: Reader) -> None:
    request, code = asked(stocked, client)
    with clock.frozen(request.expires_at):
        page = client_of(stocked, code).page(f"{place(stocked, code)}/requests/{request.id}")
    assert "no longer open: nobody answered within two weeks" in page.text
    assert not page.all("textarea")


# ---- A curator's override


def test_an_override_lets_a_request_reach_who_said_no(stocked: Flask, client: Reader) -> None:
    request, code = asked(stocked, client)
    say_no(stocked, code, request)
    lay_down(stocked, RuleKind.OVERRIDE, ASKING, code)
    ask(client, look(client, stocked))
    with stocked.app_context(), reading():
        newest = db.session.get_one(Request, request.id + 1)
        assert newest.host_id == authority(stocked, code)


# ---- What is kept of a list


def test_the_version_of_the_data_follows_the_register_and_published_figures(
    stocked: Flask,
) -> None:
    def version() -> str:
        with stocked.app_context(), reading():
            return gather(db.session, editions(stocked)).version

    def state(region: str, poverty: float) -> None:
        with stocked.app_context(), short_transaction() as session:
            there = session.get_one(Authority, authority(stocked, ASKING))
            there.region = region
            session.merge(
                AuthorityFigures(
                    authority_id=there.id, year=2025, source="x", child_poverty_pct=poverty
                )
            )

    seen = [version()]
    for region, poverty in (("London", 20.0), ("London", 21.0), ("South West", 21.0)):
        state(region, poverty)
        seen.append(version())
    assert len(set(seen)) == len(seen)


def test_groups_that_are_made_at_once_follow_each_other(stocked: Flask) -> None:
    """A newcomer is known to one of two lists that are made at the same moment."""
    alike = [Side(code=f"G{n}", tier="early-help", mash=True) for n in range(8)]
    apart = [Side(code=f"H{n}", tier="police-led", mash=False) for n in range(8)]
    at_once = [alike + apart, [*alike[:7], Side(code="G7"), *apart]]

    written = threading.Event()

    def make(sides: list[Side], waits: float) -> None:
        with stocked.app_context(), short_transaction() as session:
            cards_of(session, Data(tuple(sides), History(), {}, {}, ""))
            written.set()
            time.sleep(waits)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(make, at_once[0], 1)
        assert written.wait(10)
        other = pool.submit(make, at_once[1], 0)
        for work in (one, other):
            work.result(30)
    with stocked.app_context(), reading():
        kept = [
            row.groups for row in db.session.scalars(select(CardGroups).order_by(CardGroups.id))
        ]
    for before, after in pairwise(kept):
        for group in before:
            assert any(set(group) <= set(later) for later in after), "who shared a card is parted"


# ---- Proposals of a round


def test_numbers_of_proposals_do_not_follow_who_asks(
    stocked: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number seen in an address would else tell about where in the register the other stands."""
    round_id = open_round(stocked)
    run(stocked, round_id)
    monkeypatch.setattr(SystemRandom, "shuffle", lambda _, some: some.sort(key=str, reverse=True))
    send_all(stocked, round_id)
    sent = proposals(stocked, round_id)
    assert sorted(sent, key=lambda code: sent[code].id) == sorted(UNSURE, reverse=True)


def test_a_host_reads_that_a_round_proposes_and_the_pair_begins_without_its_words(
    stocked: Flask,
) -> None:
    round_id = open_round(stocked)
    run(stocked, round_id)
    send_all(stocked, round_id)
    request = proposals(stocked, round_id)[ASKING]
    code = host_of(stocked, request)
    page = client_of(stocked, code).page(f"{place(stocked, code)}/requests/{request.id}")
    assert page.heading == "It is proposed that you host an authority"
    assert "What it would like help with" not in page.text
    say_yes(stocked, code, request)
    say_yes(stocked, ASKING, request)
    (pair,) = pairings(stocked)
    shown = client_of(stocked, code).page(f"{place(stocked, code)}/with/{pair.id}").text
    assert "No purpose has been written down yet" in shown
