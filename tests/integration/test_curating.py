"""Curators: exact figures, rules with a reason, proposals, load, weights after a preview."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict, DomainError
from portal.pairing import curating, curator_forms, overview, suggestions, weighing
from portal.pairing.curator_views import part_rows
from portal.pairing.models import (
    Pairing,
    Request,
    RequestState,
    RuleKind,
    WeightsVersion,
)
from portal.pairing.weights import DEFAULT, Weights
from tests.client import Page, Reader, reader
from tests.databases import Databases
from tests.integration.assessing import editions
from tests.integration.inviting import Answer, authority, send
from tests.integration.pairing import (
    ASKING,
    HOSTS,
    ask,
    client_of,
    host_of,
    look,
    only_request,
    place,
)
from tests.integration.rounding import (
    SURE,
    UNSURE,
    curator,
    lay_down,
    rules,
    say_no,
    say_yes,
)
from tests.people import ADMINISTRATOR, CURATOR, LEAD, PARTNER, PRACTITIONER, Person

WISH = "How you agreed who holds a case."


@pytest.fixture
def stocked(databases: Databases) -> Iterator[Flask]:
    app = databases.make("several")
    yield app
    databases.drop(app)


@pytest.fixture
def client(stocked: Flask) -> Reader:
    return reader(stocked, CURATOR)


def of(app: Flask, code: str = ASKING) -> str:
    return f"/pairing/of/{authority(app, code)}"


def account(app: Flask, code: str = ASKING) -> curating.Account:
    there = authority(app, code)
    with app.app_context(), reading():
        return curating.account(db.session, editions(app), there)


def propose(app: Flask, host: str, asking: str = ASKING) -> None:
    who, one, other = curator(app), authority(app, asking), authority(app, host)
    with app.app_context(), short_transaction() as session:
        curating.propose(
            session,
            actor=who,
            editions=editions(app),
            asking_id=one,
            host_id=other,
            wish=WISH,
            reason="They met.",
        )


def pair_up(app: Flask, asking: str, host: str, *, over: bool = False) -> None:
    one, other, today = authority(app, asking), authority(app, host), clock.today()
    with app.app_context(), short_transaction() as session:
        session.add(
            Pairing(
                asking_id=one,
                host_id=other,
                purpose="",
                goals=[],
                began_on=today - timedelta(days=9),
                ends_on=today + timedelta(days=90),
                ended_on=today if over else None,
            )
        )


# ---- One authority, exactly


def test_every_fit_is_the_sum_of_the_parts_that_are_shown(stocked: Flask) -> None:
    offered = account(stocked).offered
    assert len(offered) == len(SURE)
    for one in offered:
        shown = sum(float(points) for _, _, points, _ in part_rows(one.parts))
        assert shown == pytest.approx(round(one.suggestion.fit, 1))
        assert sum(part.points for part in one.parts.of_view) == pytest.approx(one.suggestion.view)


def test_the_page_names_hosts_with_their_fit_and_why_not_others(
    stocked: Flask, client: Reader
) -> None:
    page = client.page(of(stocked))
    for one in account(stocked).offered:
        assert f"Fit {one.suggestion.fit:.1f}" in page.text
        assert one.name in page.links
    assert "The host is hardly surer where the authority that asks is unsure: 2" in page.text


def test_what_became_of_a_list_is_shown(stocked: Flask, client: Reader) -> None:
    lead = client_of(stocked, ASKING)
    ask(lead, look(lead, stocked))
    request = only_request(stocked)
    say_no(stocked, host_of(stocked, request), request)
    page = client.page(of(stocked))
    assert "1 asked: declined" in page.text
    assert "Why the host said no: We have no time." in page.text


@pytest.mark.parametrize("person", [ADMINISTRATOR, LEAD, PARTNER, PRACTITIONER])
def test_nobody_but_curators_sees_names_and_figures(stocked: Flask, person: Person) -> None:
    there = reader(stocked, person)
    for address in ("/pairing", of(stocked), f"{of(stocked)}/rule", "/pairing/weights"):
        assert there.get(address).status_code == 403
    assert there.get("/").text.count("/pairing") == 0


def test_an_authority_that_is_not_there_is_not_found(stocked: Flask, client: Reader) -> None:
    for more in ("", "/propose", "/rule"):
        client.page(f"/pairing/of/99999{more}", 404)
    client.page("/pairing/rules/99/lift", 404)


# ---- Rules


def form(client: Reader, address: str, **more: str) -> Answer:
    return send(client, address, **more)


def test_a_rule_needs_a_reason_and_an_authority_and_loses_nothing(
    stocked: Flask, client: Reader
) -> None:
    other = str(authority(stocked, SURE[0]))
    given = {"kind": "block", "other": other, "direction": "asks", "reason": ""}
    refused = form(client, f"{of(stocked)}/rule", **given)
    assert refused.status == 422
    assert refused.page
    assert "Say why" in refused.page.text
    chosen = [o for o in refused.page.all("option") if o.get("selected") is not None]
    assert [o.get("value") for o in chosen] == [other]
    nobody = form(client, f"{of(stocked)}/rule", **(given | {"other": "", "reason": "So."}))
    assert nobody.page
    assert "Choose the other authority" in nobody.page.text
    assert rules(stocked) == []


def test_a_block_takes_a_host_off_the_list_until_it_is_lifted_with_a_reason(
    stocked: Flask, client: Reader
) -> None:
    other = str(authority(stocked, SURE[0]))
    answer = form(
        client,
        f"{of(stocked)}/rule",
        kind="block",
        other=other,
        direction="hosts",
        reason="They share a director.",
    )
    assert answer.location.endswith("done=ruled")
    assert int(other) not in {one.id for one in account(stocked).offered}
    page = client.page(of(stocked))
    assert "A curator has ruled the pair out: 1" in page.text
    assert "Why: They share a director." in page.text

    (rule,) = rules(stocked)
    lifting = f"/pairing/rules/{rule.id}/lift"
    assert form(client, lifting, reason="").status == 422
    assert form(client, lifting, reason="She has left.").location.endswith("done=lifted")
    assert int(other) in {one.id for one in account(stocked).offered}
    (rule,) = rules(stocked)
    assert rule.lift_reason == "She has left."
    assert "Why: She has left." in client.page("/pairing/rules").text
    with stocked.app_context(), short_transaction() as session, pytest.raises(Conflict):
        curating.lift(session, actor=curator(stocked), rule_id=rule.id, reason="Again.")
    with stocked.app_context(), reading():
        query = select(AuditEntry.details).where(AuditEntry.action == "pairing.ruled")
        assert list(db.session.scalars(query)) == [{"kind": "block"}, {"kind": "lifted"}]


def test_rules_that_say_the_opposite_or_the_same_are_refused(stocked: Flask) -> None:
    lay_down(stocked, RuleKind.BLOCK, ASKING, SURE[0])
    for kind, asking, host in (
        (RuleKind.BLOCK, SURE[0], ASKING),
        (RuleKind.PIN, ASKING, SURE[0]),
        (RuleKind.OVERRIDE, SURE[0], ASKING),
    ):
        with pytest.raises(Conflict):
            lay_down(stocked, kind, asking, host)
    with pytest.raises(DomainError):
        lay_down(stocked, RuleKind.BLOCK, ASKING, ASKING)


def test_an_override_lets_two_be_paired_again(stocked: Flask) -> None:
    pair_up(stocked, ASKING, SURE[0], over=True)
    with pytest.raises(DomainError, match="paired before"):
        propose(stocked, SURE[0])
    lay_down(stocked, RuleKind.OVERRIDE, ASKING, SURE[0])
    propose(stocked, SURE[0])
    assert only_request(stocked).state == RequestState.OPEN


# ---- Proposals


def test_a_proposal_needs_both_and_tells_neither_who_the_other_is(
    stocked: Flask, client: Reader
) -> None:
    answer = form(
        client,
        f"{of(stocked)}/propose",
        other=str(authority(stocked, SURE[0])),
        direction="asks",
        wish=WISH,
        reason="They met.",
    )
    assert answer.location.endswith("done=proposed")
    request = only_request(stocked)
    assert request.asking_agreed_at is None is request.host_agreed_at
    assert (request.proposed_why, request.round_id) == ("They met.", None)
    for code in (ASKING, SURE[0]):
        page = client_of(stocked, code).page(f"{place(stocked, code)}/requests/{request.id}")
        assert WISH in page.text
        assert "They met" not in page.html
    say_yes(stocked, ASKING, request)
    assert "Waits for" in client.page("/pairing?show=waiting").text
    say_yes(stocked, SURE[0], request)
    assert "Running" in client.page("/pairing?show=pairs").text


def test_what_stands_against_a_proposal_is_said(stocked: Flask, client: Reader) -> None:
    pair_up(stocked, UNSURE[1], SURE[0])
    refused = form(
        client,
        f"{of(stocked)}/propose",
        other=str(authority(stocked, SURE[0])),
        direction="asks",
        wish=WISH,
        reason="They met.",
    )
    assert refused.status == 422
    assert refused.page
    assert "The host has no place left" in refused.page.text
    assert WISH in refused.page.text, "nothing that was typed is lost"
    propose(stocked, SURE[1])
    with pytest.raises(Conflict):
        propose(stocked, SURE[1])


def test_a_floor_does_not_stand_in_a_curators_way(stocked: Flask) -> None:
    propose(stocked, UNSURE[1])
    assert only_request(stocked).host_id == authority(stocked, UNSURE[1])


# ---- Load


def loads(app: Flask) -> dict[str, overview.Load]:
    with app.app_context(), reading():
        found = overview.loads(db.session, editions(app))
    codes = {authority(app, code): code for code in (ASKING, *HOSTS)}
    return {codes[one.id]: one for one in found}


def test_load_counts_pairs_promises_and_questions(stocked: Flask, client: Reader) -> None:
    pair_up(stocked, UNSURE[0], SURE[0])
    pair_up(stocked, UNSURE[1], SURE[0])
    pair_up(stocked, UNSURE[1], SURE[1], over=True)
    propose(stocked, SURE[2], UNSURE[0])
    say_yes(stocked, SURE[2], only_request(stocked))
    propose(stocked, SURE[3], UNSURE[1])
    found = loads(stocked)
    assert (found[SURE[0]].active, found[SURE[0]].capacity, found[SURE[0]].over) == (2, 1, True)
    assert (found[SURE[1]].active, found[SURE[1]].over, found[SURE[1]].full) == (0, False, False)
    assert (found[SURE[2]].held, found[SURE[2]].full) == (1, True)
    assert (found[SURE[3]].held, found[SURE[3]].asked) == (0, 1)
    page = client.page("/pairing")
    assert "9 authorities host, with 9 places: 2 taken, 1 promised. 1 over" in page.text
    first = page.all("h3")[0]
    assert "Over capacity" in page.text_of(first), "who carries too much comes first"


def test_who_was_never_offered_is_told_from_who_was(stocked: Flask) -> None:
    assert {one.shown for one in loads(stocked).values()} == {0}
    lead = client_of(stocked, ASKING)
    look(lead, stocked)
    look(lead, stocked)
    found = loads(stocked)
    assert {found[code].shown for code in HOSTS} >= {2}
    assert found[ASKING].shown == 0


def test_who_asks_in_vain_comes_first(stocked: Flask, client: Reader) -> None:
    lead = client_of(stocked, UNSURE[1])
    ask(lead, look(lead, stocked, code=UNSURE[1]))
    request = only_request(stocked)
    say_no(stocked, host_of(stocked, request), request)
    look(client_of(stocked, ASKING), stocked)
    pair_up(stocked, UNSURE[2], SURE[0])
    with stocked.app_context(), reading():
        found = overview.asking(db.session, editions(stocked))
    named = {authority(stocked, code): code for code in UNSURE}
    standing = {named[one.id]: one.standing for one in found if one.id in named}
    assert standing == {UNSURE[0]: "never-asked", UNSURE[1]: "in-vain", UNSURE[2]: "paired"}
    assert found[0].standing == "in-vain"
    assert "Asked in vain" in client.page("/pairing?show=asking").text


def test_the_lists_are_filtered_by_name(stocked: Flask, client: Reader) -> None:
    page = client.page("/pairing?name=HARTLE")
    assert "1 shown" in page.text
    assert "Hartlepool" in page.links
    assert "Nothing fits" in client.page("/pairing?show=asking&name=zz").text
    assert "1 shown" not in client.page("/pairing?show=waiting&name=zz").text


def test_how_suggestions_fared_is_counted_by_band_and_version(
    stocked: Flask, client: Reader
) -> None:
    lead = client_of(stocked, ASKING)
    listed = look(lead, stocked)
    ask(lead, listed)
    propose(stocked, SURE[5], UNSURE[1])
    with stocked.app_context(), reading():
        cards, proposals = overview.fared(db.session), overview.proposals_fared(db.session)
    assert sum(one.shown for one in cards) == len(
        [
            s
            for s in client_of(stocked, ASKING).page(listed).all("section")
            if s.get("aria-labelledby", "").startswith("host-")
        ]
    )
    assert sum(one.asked for one in cards) == 1
    assert {one.weights for one in cards} == {DEFAULT.version}
    (proposed,) = proposals
    assert (proposed.weights, dict(proposed.became)) == (
        "A curator",
        {RequestState.OPEN: 1},
    )
    assert "A curator" in client.page("/pairing/suggestions").text


# ---- Weights


def changed(client: Reader, **more: str) -> dict[str, str]:
    return client.page("/pairing/weights").fields | {"reason": "To see."} | more


def post(client: Reader, fields: dict[str, str]) -> tuple[int, str, Page | None]:
    answer = client.post("/pairing/weights", data=fields)
    page = None if answer.status_code == 302 else Page(answer.text)
    return answer.status_code, answer.location or "", page


def offered(app: Flask) -> dict[str, dict[str, str]]:
    """Return whom each would be offered now, with bands."""
    with app.app_context(), reading():
        return {
            code: {
                one["code"]: one["band"]
                for one in suggestions.exact(db.session, editions(app), code)
            }
            for code in (ASKING, *HOSTS)
        }


@pytest.mark.parametrize(
    "more",
    [
        {"very_close": "99", "close": "97"},
        {"least_complementarity": "0"},
        {"least_need": "0", "enough": "1", "least_complementarity": "0"},
    ],
)
def test_the_preview_says_exactly_what_saving_does(
    stocked: Flask, client: Reader, more: dict[str, str]
) -> None:
    before = offered(stocked)
    weights = Weights("new", **{key: float(value) for key, value in more.items()})
    with stocked.app_context(), reading():
        preview = weighing.preview(db.session, editions(stocked), weights)
    assert preview.authorities, "the case is one in which something changes"
    fields = changed(client, **more)
    status, _, page = post(client, fields)
    assert status == 200
    assert page
    assert f"For {len(preview.authorities)} of the {preview.asking} authorities" in page.text
    assert offered(stocked) == before, "a preview changes nothing"
    status, location, _ = post(client, page.fields | {"save": "yes"})
    assert location.endswith("done=weighed")
    after = offered(stocked)
    named = {authority(stocked, code): code for code in before}
    told = {named[one.id]: one for one in preview.authorities}
    for code, now in after.items():
        one = told.get(code)
        came, went = now.keys() - before[code].keys(), before[code].keys() - now.keys()
        bands = sum(now[host] != before[code][host] for host in now.keys() & before[code].keys())
        assert (len(came), len(went), bands) == (
            (len(one.comes), len(one.goes), one.bands) if one else (0, 0, 0)
        )


def test_a_new_version_is_kept_with_who_and_why_and_the_old_ones_stay(
    stocked: Flask, client: Reader
) -> None:
    fields = changed(client, noise="7", reason="Too many ties.")
    assert post(client, fields | {"save": "yes"})[0] == 302
    page = client.page("/pairing/weights")
    assert f"By {CURATOR.name}" in page.text
    assert "Why: Too many ties." in page.text
    assert "Points below which a difference says nothing: 5 became 7" in page.text
    with stocked.app_context(), reading():
        now = suggestions.weights_in_use(db.session)
        (row,) = db.session.scalars(select(WeightsVersion)).all()
        assert now.noise == 7
        assert now.version == row.weights["version"] != DEFAULT.version
        query = select(AuditEntry.details).where(AuditEntry.action == "pairing.weighed")
        assert list(db.session.scalars(query)) == [{"version": now.version}]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tier": "0.5"}, "The weights of what is compared add up to 1.26, not 1"),
        ({"similarity": "60"}, "The weights of a fit add up to 110, not 100"),
        ({"close": "80"}, "Bands come in their order"),
        ({"least_known": "a lot"}, "enter a number from 0 to 100"),
        ({"mash": "-1"}, "enter a number from 0 to 100"),
        ({"noise": "nan"}, "enter a number from 0 to 100"),
        ({"reason": ""}, "Say why"),
    ],
)
def test_weights_that_make_no_sense_come_back_with_what_was_typed(
    stocked: Flask, client: Reader, more: dict[str, str], said: str
) -> None:
    status, _, page = post(client, changed(client, **({"noise": "6"} | more)))
    assert status == 422
    assert page
    assert said in page.text
    assert page.fields["noise"] == more.get("noise", "6")
    for key, value in more.items():
        if key != "reason":
            assert page.fields[key] == value


def test_weights_that_somebody_changed_meanwhile_are_not_written_over(
    stocked: Flask, client: Reader
) -> None:
    mine, theirs = changed(client, noise="7"), changed(client, noise="8")
    assert post(client, theirs | {"save": "yes"})[0] == 302
    status, _, page = post(client, mine | {"save": "yes"})
    assert status == 422
    assert page
    assert "Somebody has changed the weights meanwhile" in page.text
    assert page.fields["noise"] == "7"


def test_the_same_weights_are_no_new_version(stocked: Flask, client: Reader) -> None:
    status, _, page = post(client, changed(client) | {"save": "yes"})
    assert status == 422
    assert page
    assert "Nothing is different" in page.text


def test_what_was_suggested_before_keeps_its_version(stocked: Flask, client: Reader) -> None:
    look(client_of(stocked, ASKING), stocked)
    post(client, changed(client, noise="7") | {"save": "yes"})
    look(client_of(stocked, ASKING), stocked)
    with stocked.app_context(), reading():
        found = {one.weights for one in overview.fared(db.session)}
    assert len(found) == 2


def test_every_weight_stands_in_the_form_with_words() -> None:
    shown = [key for _, _, keys in curator_forms.GROUPS for key in keys]
    assert sorted(shown) == sorted(curator_forms.NUMBERS)
    assert set(shown) <= curator_forms.LABELS.keys()


def test_requests_of_leads_are_told_from_proposals(stocked: Flask) -> None:
    lead = client_of(stocked, ASKING)
    ask(lead, look(lead, stocked))
    with stocked.app_context(), reading():
        assert db.session.scalars(select(Request.proposed_why)).all() == [None]
        assert overview.proposals_fared(db.session) == []
