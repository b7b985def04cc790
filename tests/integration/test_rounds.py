"""Rounds: what goes in, a preview that tells nobody, proposals that both sides accept, the rest."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import Notice
from portal.audit.models import AuditEntry
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.config import ROOT
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict
from portal.core.jobs import Job, JobState
from portal.pairing import pairs, requests, rounds_service
from portal.pairing.models import Pairing, Request, RequestState, Round, RoundState, RuleKind
from portal.pairing.rounds import Method
from tests.client import reader
from tests.databases import Databases
from tests.integration.assessing import editions
from tests.integration.inviting import authority, send
from tests.integration.leaving import number
from tests.integration.pairing import ASKING, HOSTS, client_of, describe, lead_of, place
from tests.integration.rounding import (
    SURE,
    UNSURE,
    as_it_stands,
    curator,
    given_by,
    lay_down,
    open_round,
    proposals,
    run,
    say_no,
    say_yes,
    send_all,
    several,
    start,
)
from tests.people import ADMINISTRATOR, CURATOR, LEAD, PARTNER, PRACTITIONER
from tests.work import work


@pytest.fixture
def stocked(databases: Databases) -> Iterator[Flask]:
    app = databases.make("several")
    yield app
    databases.drop(app)


def going(app: Flask, round_id: int | None = None) -> rounds_service.Going:
    with app.app_context(), reading():
        return rounds_service.going(db.session, editions(app), round_id)


def everything(app: Flask) -> list[Request]:
    with app.app_context(), reading():
        found = list(db.session.scalars(select(Request).order_by(Request.id)))
        db.session.expunge_all()
        return found


def test_all_who_ask_and_need_help_go_in_and_the_others_are_named_with_the_reason(
    stocked: Flask,
) -> None:
    given = going(stocked)
    assert set(given.matrices.asking) == set(UNSURE)
    assert set(given.matrices.hosts) == {ASKING, *HOSTS}
    assert given.places == 9
    assert {one.who for one in given.asking_out} == set(SURE)
    assert {one.why for one in given.asking_out} == {
        "The staff of the authority that asks are sure enough in every theme"
    }


def test_a_preview_places_each_with_one_that_can_help_and_tells_nobody(stocked: Flask) -> None:
    one = run(stocked, open_round(stocked))
    placed = given_by(one)
    assert placed.keys() == set(UNSURE)
    assert set(placed.values()) <= set(SURE)
    assert len(set(placed.values())) == 3, "each host has one place"
    assert one.result
    assert one.result["both_gain"] == 0 == len(one.result["would_gain"])
    assert {other["method"] for other in one.result["others"]} == {"stable", "optimal", "maxmin"}
    assert everything(stocked) == []
    with stocked.app_context(), reading():
        kinds = set(db.session.scalars(select(Notice.kind)))
    assert not {kind for kind in kinds if kind.startswith("pairing")}


@pytest.mark.parametrize("method", Method)
def test_each_method_can_be_chosen(stocked: Flask, method: Method) -> None:
    one = run(stocked, open_round(stocked), method)
    assert one.result
    assert one.result["method"] == one.method == method.value
    assert given_by(one).keys() == set(UNSURE)


def test_a_pin_is_kept_and_a_block_too(stocked: Flask) -> None:
    free = given_by(run(stocked, open_round(stocked)))
    other = next(code for code in SURE if code not in free.values())
    lay_down(stocked, RuleKind.PIN, UNSURE[0], other)
    lay_down(stocked, RuleKind.BLOCK, UNSURE[1], free[UNSURE[1]])
    one = run(stocked, open_round(stocked))
    placed = given_by(one)
    assert placed[UNSURE[0]] == other
    assert placed[UNSURE[1]] != free[UNSURE[1]]
    assert one.result
    assert [pair["asking"] for pair in one.result["pairs"] if pair["pinned"]] == [UNSURE[0]]


def test_a_pin_that_cannot_be_is_left_out_with_the_reason(stocked: Flask) -> None:
    lay_down(stocked, RuleKind.PIN, UNSURE[0], SURE[0])
    lay_down(stocked, RuleKind.PIN, UNSURE[1], SURE[0])
    lay_down(stocked, RuleKind.PIN, SURE[1], SURE[2])
    one = run(stocked, open_round(stocked))
    assert given_by(one)[UNSURE[0]] == SURE[0] != given_by(one)[UNSURE[1]]
    assert one.result
    assert {(asking, why) for asking, _, why in one.result["pins_out"]} == {
        (UNSURE[1], "The host has fewer places than pins"),
        (SURE[1], "The authority that asks takes no part in this round"),
    }


def test_who_has_a_host_takes_no_part_and_keeps_the_hosts_place(stocked: Flask) -> None:
    one, other = authority(stocked, UNSURE[0]), authority(stocked, SURE[0])
    with stocked.app_context(), short_transaction() as session:
        today = clock.today()
        session.add(
            Pairing(
                asking_id=one,
                host_id=other,
                purpose="",
                goals=[],
                began_on=today,
                ends_on=today + timedelta(days=9),
            )
        )
    given = going(stocked)
    assert UNSURE[0] not in given.matrices.asking
    assert SURE[0] not in given.matrices.hosts
    out = {left.who: left.why for left in given.asking_out}
    assert out[UNSURE[0]] == rounds_service.HAS_HOST


def test_who_cannot_be_placed_is_named_with_the_reason(portal: Flask) -> None:
    several(portal, hosting="no")
    describe(portal, SURE[0], hosting="yes")
    one = run(portal, open_round(portal))
    assert len(given_by(one)) == 1
    assert one.result
    assert {gone["why"] for gone in one.result["unplaced"]} == {
        "Every host that fits is full with others"
    }


def test_a_stopped_round_stays_stopped(stocked: Flask) -> None:
    round_id = open_round(stocked)
    start(stocked, round_id)
    with stocked.app_context(), short_transaction() as session:
        rounds_service.stop(session, actor=curator(stocked), round_id=round_id)
    work(stocked)
    one = as_it_stands(stocked, round_id)
    assert (one.state, one.stop, one.result) == (RoundState.STOPPED, True, None)
    with stocked.app_context(), pytest.raises(Conflict), short_transaction() as session:
        rounds_service.stop(session, actor=curator(stocked), round_id=round_id)
    assert given_by(run(stocked, round_id)).keys() == set(UNSURE), "it can be run again"


def test_a_round_that_is_stopped_in_the_middle_keeps_nothing(stocked: Flask) -> None:
    round_id = open_round(stocked)
    start(stocked, round_id)
    given, run_ = going(stocked), as_it_stands(stocked, round_id).ran_at
    assert run_
    steps = rounds_service._Steps(round_id, run_)
    told: list[int] = []

    def tell(share: float, words: str) -> None:
        steps.tell(share, words)
        told.append(as_it_stands(stocked, round_id).progress)
        with short_transaction() as session:
            session.execute(update(Round).values(state=RoundState.STOPPED))

    with stocked.app_context(), pytest.raises(rounds_service.Stopped):
        rounds_service.work_out(
            given,
            Method.EPSILON,
            progress=tell,
            should_stop=lambda: steps.method() is None,
        )
    assert told == [0]
    with stocked.app_context():
        steps.keep(RoundState.PREVIEW, {"pairs": []})
    assert as_it_stands(stocked, round_id).state == RoundState.STOPPED


def test_what_an_earlier_run_still_finds_is_thrown_away(stocked: Flask) -> None:
    round_id = open_round(stocked)
    start(stocked, round_id)
    earlier = as_it_stands(stocked, round_id).ran_at
    with stocked.app_context(), short_transaction() as session:
        rounds_service.stop(session, actor=curator(stocked), round_id=round_id)
    start(stocked, round_id, Method.STABLE)
    assert earlier
    with stocked.app_context():
        rounds_service.work(editions(stocked), round_id, earlier.isoformat())
    assert as_it_stands(stocked, round_id).state == RoundState.WORKING
    work(stocked)
    one = as_it_stands(stocked, round_id)
    assert one.result
    assert one.result["method"] == "stable"


def test_a_round_that_goes_wrong_has_failed_and_can_be_run_again(stocked: Flask) -> None:
    round_id = open_round(stocked)
    start(stocked, round_id)
    with stocked.app_context(), short_transaction() as session:
        session.execute(update(Round).values(method="no-such"))
    work(stocked)
    assert as_it_stands(stocked, round_id).state == RoundState.FAILED
    page = reader(stocked, CURATOR).page(f"/pairing/rounds/{round_id}")
    assert "Something went wrong" in page.text
    assert given_by(run(stocked, round_id)).keys() == set(UNSURE)


def test_a_round_that_ended_its_worker_each_time_has_failed(stocked: Flask) -> None:
    round_id = open_round(stocked)
    start(stocked, round_id)
    with stocked.app_context(), short_transaction() as session:
        session.execute(update(Job).values(state=JobState.FAILED))
    page = reader(stocked, CURATOR).page(f"/pairing/rounds/{round_id}")
    assert "Something went wrong" in page.text
    assert given_by(run(stocked, round_id)).keys() == set(UNSURE)


def test_a_round_cannot_be_started_twice(stocked: Flask) -> None:
    round_id = open_round(stocked)
    start(stocked, round_id)
    with pytest.raises(Conflict):
        start(stocked, round_id)


def test_proposals_wait_for_both_sides_and_tell_both_without_a_name(stocked: Flask) -> None:
    round_id = open_round(stocked)
    placed = given_by(run(stocked, round_id))
    assert send_all(stocked, round_id).proposals == 3
    for asking, request in proposals(stocked, round_id).items():
        assert request.state == RequestState.OPEN
        assert request.asking_agreed_at is None is request.host_agreed_at
        assert request.expires_at - request.made_at == requests.STANDS
        assert request.fit
        assert request.asking_sees["certificate"].startswith("Every host")
        for code in (asking, placed[asking]):
            client = client_of(stocked, code)
            assert "A pairing is proposed to your authority" in client.page("/notices").text
            page = client.page(f"{place(stocked, code)}/requests/{request.id}")
            other = {asking, placed[asking]} - {code}
            assert not any(name_of(stocked, one) in page.text for one in other)
            assert ("Every host that would fit" in page.text) == (code == asking)


def name_of(app: Flask, code: str) -> str:
    with app.app_context(), reading():
        return db.session.get_one(Authority, authority(app, code)).name


def test_a_pair_begins_once_both_have_said_yes(stocked: Flask) -> None:
    round_id = open_round(stocked)
    placed = given_by(run(stocked, round_id))
    send_all(stocked, round_id)
    request = proposals(stocked, round_id)[ASKING]
    say_yes(stocked, placed[ASKING], request)
    with stocked.app_context(), reading():
        assert pairs.of(db.session, request.asking_id) == []
    say_yes(stocked, ASKING, request)
    with stocked.app_context(), reading():
        (pair,) = pairs.of(db.session, request.asking_id)
    assert (pair.asking_id, pair.host_id) == (request.asking_id, request.host_id)


def test_after_a_no_only_the_rest_is_placed_and_never_the_same_pair_again(
    stocked: Flask,
) -> None:
    round_id = open_round(stocked)
    placed = given_by(run(stocked, round_id))
    send_all(stocked, round_id)
    first = proposals(stocked, round_id)
    accepted, refused, waiting = UNSURE
    for code in (accepted, placed[accepted]):
        say_yes(stocked, code, first[accepted])
    say_no(stocked, placed[refused], first[refused], now_only=True)

    again = given_by(run(stocked, round_id))
    assert again.keys() == {refused}
    assert again[refused] not in placed.values(), "their places are taken or were refused"
    assert send_all(stocked, round_id).proposals == 1
    second = proposals(stocked, round_id)
    assert second[waiting].id == first[waiting].id
    assert second[waiting].state == RequestState.OPEN
    assert second[refused].id != first[refused].id
    assert len(everything(stocked)) == 4


def test_what_ran_out_is_placed_anew(stocked: Flask) -> None:
    round_id = open_round(stocked)
    placed = given_by(run(stocked, round_id))
    send_all(stocked, round_id)
    with clock.frozen(clock.now() + timedelta(days=15)):
        with stocked.app_context():
            requests.look_after()
        again = given_by(run(stocked, round_id))
    assert again.keys() == set(UNSURE)
    assert all(again[code] != placed[code] for code in UNSURE)


def test_two_curators_who_send_at_once_send_once(stocked: Flask) -> None:
    round_id = open_round(stocked)
    run(stocked, round_id)
    together = Barrier(2)

    def press() -> str:
        together.wait()
        try:
            return str(send_all(stocked, round_id).proposals)
        except Conflict as error:
            return str(error)

    with ThreadPoolExecutor(2) as both:
        said = sorted(one.result() for one in [both.submit(press) for _ in range(2)])
    assert said == ["3", "The proposals of this round have been sent already"]
    assert len(everything(stocked)) == 3


def test_a_preview_that_somebody_replaced_is_not_sent_unseen(stocked: Flask) -> None:
    round_id = open_round(stocked)
    seen = run(stocked, round_id).ran_at
    run(stocked, round_id, Method.OPTIMAL)
    assert seen
    with pytest.raises(Conflict, match="run this round again"):
        send_all(stocked, round_id, seen.isoformat())
    assert everything(stocked) == []


def test_a_pair_that_became_impossible_is_left_out_with_the_reason(stocked: Flask) -> None:
    round_id = open_round(stocked)
    placed = given_by(run(stocked, round_id))
    lay_down(stocked, RuleKind.BLOCK, ASKING, placed[ASKING])
    page = reader(stocked, CURATOR).page(f"/pairing/rounds/{round_id}")
    assert "1 pair has become impossible" in page.text
    sent = send_all(stocked, round_id)
    assert sent.proposals == 2
    assert sent.left_out == [(ASKING, placed[ASKING], "A curator has ruled the pair out")]
    assert ASKING not in proposals(stocked, round_id)


def test_a_round_without_a_preview_is_not_sent(stocked: Flask) -> None:
    round_id = open_round(stocked)
    start(stocked, round_id)
    with pytest.raises(Conflict):
        send_all(stocked, round_id)


def test_the_page_says_what_the_map_shows(stocked: Flask) -> None:
    round_id = open_round(stocked)
    placed = given_by(run(stocked, round_id))
    page = reader(stocked, CURATOR).page(f"/pairing/rounds/{round_id}")
    table = next(t for t in page.all("table") if "Who asks" in page.text_of(t))
    (picture,) = page.root.iter("{http://www.w3.org/2000/svg}desc")
    for asking, host in placed.items():
        names = name_of(stocked, asking), name_of(stocked, host)
        assert f"{names[1]} hosts {names[0]}" in page.text_of(picture)
        assert f"{names[0]}{names[1]}" in page.text_of(table)


def test_a_curator_goes_through_a_round_by_the_pages(stocked: Flask) -> None:
    client = reader(stocked, CURATOR)
    assert send(client, "/pairing/rounds/new", name="", method="epsilon").status == 422
    here = send(client, "/pairing/rounds/new", name="Spring", method="epsilon").location
    page = client.page(here)
    assert "3 authorities ask and take part" in page.text
    token = {"csrf_token": page.fields["csrf_token"]}
    client.post(f"{here}/run", data=token | {"method": "maxmin"})
    assert "Worked out so far: 0%" in client.page(here).text
    assert client.post(f"{here}/stop", data=token).location.endswith("done=stopped")
    assert client.post(f"{here}/stop", data=token).location.endswith("refused=over")
    client.post(f"{here}/run", data=token | {"method": "epsilon"})
    work(stocked)
    assert "3 of 3 authorities placed" in client.page(here).text
    assert send(client, f"{here}/send").location.endswith("done=sent")
    assert client.page(f"{here}/send").heading == "Nothing to send"
    assert "Proposals sent" in client.page(here).text


@pytest.mark.parametrize("person", [ADMINISTRATOR, LEAD, PARTNER, PRACTITIONER])
def test_nobody_but_curators_sees_a_round(stocked: Flask, person: Any) -> None:
    round_id = open_round(stocked)
    client = reader(stocked, person)
    for address in (f"/pairing/rounds/{round_id}", f"/pairing/rounds/{round_id}/send"):
        assert client.get(address).status_code == 403
    assert reader(stocked).get(f"/pairing/rounds/{round_id}").status_code == 302
    assert reader(stocked, CURATOR).get("/pairing/rounds/999").status_code == 404


def test_the_command_gives_the_same_round_and_changes_nothing(stocked: Flask) -> None:
    placed = given_by(run(stocked, open_round(stocked)))
    before = everything(stocked)
    result = stocked.test_cli_runner().invoke(args=["pairing", "round", "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    assert {pair["asking"]: pair["host"] for pair in said["placed"]} == placed
    assert all(pair["fit"] and pair["view"] for pair in said["placed"])
    assert {"worst_off", "unplaced", "would_gain", "seconds"} <= said.keys()
    assert said["would_gain"] == []
    assert everything(stocked) == before
    plain = stocked.test_cli_runner().invoke(args=["pairing", "round", "--method", "stable"])
    assert "3 of 3 placed" in plain.output


def test_a_web_process_does_not_load_the_optimiser() -> None:
    looks = "import sys, app; sys.exit(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    with_demonstration = {"PORTAL_DEMONSTRATION": "1", "PATH": ""}
    code = subprocess.run(
        [sys.executable, "-c", looks], cwd=ROOT, env=with_demonstration, check=False
    ).returncode
    assert code == 0


def test_who_told_what_is_on_record(stocked: Flask) -> None:
    round_id = open_round(stocked)
    run(stocked, round_id)
    send_all(stocked, round_id)
    with stocked.app_context(), reading():
        mine = AuditEntry.actor_id == number(stocked, CURATOR)
        query = select(AuditEntry.action, AuditEntry.details).where(mine)
        said = [row for row in db.session.execute(query) if row.action.startswith("pairing")]
    assert [row.action for row in said].count("pairing.asked") == 3
    assert ("pairing.round-sent", {"proposals": 3}) in [tuple(row) for row in said]
    assert lead_of(ASKING).name not in str(said)
