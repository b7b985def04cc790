"""Rounds, for curators: open one, see what goes in, run it, look at it, send what it proposes."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.assessment.editions import Editions
from portal.core.database import db
from portal.core.errors import Conflict
from portal.core.permissions import Actor, Permission, requires
from portal.pairing import overview, rounds_service
from portal.pairing.curator_forms import NewRoundForm, RunForm, SendForm
from portal.pairing.curator_views import STATES
from portal.pairing.models import Round, RoundState
from portal.pairing.round_map import Drawn, draw
from portal.pairing.rounds import Method
from portal.pairing.rounds_service import METHODS, Going
from portal.ui import pagination

bp = Blueprint("rounds", __name__, template_folder="templates")

DONE: Mapping[str, str] = {
    "running": "The round is being worked out. Load this page again to see how far it is.",
    "stopped": "The round is stopped. Nothing of it is kept.",
    "sent": "The proposals are on their way to both sides of each pair.",
}
REFUSED: Mapping[str, str] = {
    "running": "Nothing was changed: the round is being worked out already.",
    "over": "Nothing was changed: the round was not being worked out any more.",
}
TAGS: Mapping[RoundState, tuple[str, str]] = {
    RoundState.DRAFT: ("Draft", "govuk-tag--grey"),
    RoundState.WORKING: ("Being worked out", "govuk-tag--blue"),
    RoundState.PREVIEW: ("Preview", "govuk-tag--yellow"),
    RoundState.STOPPED: ("Stopped", "govuk-tag--orange"),
    RoundState.FAILED: ("Failed", "govuk-tag--red"),
    RoundState.SENT: ("Proposals sent", "govuk-tag--green"),
}
"""Where a round can stand, as name and colour."""


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _editions() -> Editions:
    editions: Editions = current_app.extensions["assessment"]
    return editions


@bp.route("/pairing/rounds")
@requires(Permission.PAIRING_CURATE)
def index() -> ResponseReturnValue:
    """Show all rounds."""
    rows = rounds_service.all_rounds(db.session)
    page = min(
        pagination.page_number(request.args.get("page", "")), pagination.last_page(len(rows))
    )
    first = (page - 1) * pagination.PER_PAGE
    return render_template(
        "pairing/curator/rounds.html",
        rounds=[
            (one, TAGS[rounds_service.standing(db.session, one)])
            for one in rows[first : first + pagination.PER_PAGE]
        ],
        methods=_methods(),
        pages=pagination.component(page, len(rows), lambda n: f"/pairing/rounds?page={n}"),
    )


def _methods() -> dict[str, tuple[str, str]]:
    return {method.value: words for method, words in METHODS.items()}


@bp.route("/pairing/rounds/new", methods=["GET", "POST"])
@requires(Permission.PAIRING_CURATE)
def new() -> ResponseReturnValue:
    """Open a round."""
    form = NewRoundForm()
    if form.validate_on_submit():
        made = rounds_service.opened(
            db.session,
            actor=_actor(),
            name=form.name.data or "",
            method=Method(form.method.data),
        )
        return redirect(url_for("rounds.show", round_id=made.id))
    page = render_template("pairing/curator/round_new.html", form=form, methods=_methods())
    return page, 422 if form.is_submitted() else 200


@bp.route("/pairing/rounds/<int:round_id>")
@requires(Permission.PAIRING_CURATE)
def show(round_id: int) -> ResponseReturnValue:
    """Show a round as it stands."""
    one = rounds_service.found(db.session, round_id)
    state = rounds_service.standing(db.session, one)
    working = state == RoundState.WORKING
    given = None if working else rounds_service.going(db.session, _editions(), one.id)
    called = overview.names(db.session)
    return render_template(
        "pairing/curator/round.html",
        round=one,
        state=state,
        states=RoundState,
        tag=TAGS[state],
        methods=_methods(),
        going=_goes_in(given) if given else None,
        result=_result(one) if one.result and state in _WITH_RESULT else None,
        gone=_gone(one, given) if given and state == RoundState.PREVIEW else [],
        proposals=rounds_service.proposals(db.session, round_id),
        answers=STATES,
        names=called,
        run_form=RunForm(data={"method": one.method}),
        done=DONE.get(request.args.get("done", "")),
        refused=REFUSED.get(request.args.get("refused", "")),
    )


_WITH_RESULT = frozenset({RoundState.PREVIEW, RoundState.SENT})


class _Names:
    """Names and numbers of authorities by their code; one that has left the register by itself."""

    def __init__(self) -> None:
        self._found = overview.by_code(db.session)

    def __call__(self, code: str | None) -> str:
        return self._found[code][1] if code in self._found else (code or "nobody")

    def id(self, code: str) -> int | None:
        return self._found[code][0] if code in self._found else None


def _goes_in(given: Going) -> dict[str, Any]:
    """Return what goes into a round, with names."""
    name = _Names()
    return {
        "asking": len(given.matrices.asking),
        "hosts": len(given.matrices.hosts),
        "places": given.places,
        "fitting": int(given.matrices.allowed.any(axis=1).sum()),
        "pins": [(name(a), name(h)) for a, h in given.pins],
        "pins_out": [(name(a), name(h), why) for (a, h), why in given.pins_out],
        "asking_out": sorted((name(one.who), one.why) for one in given.asking_out),
        "hosts_out": sorted((name(one.who), one.why) for one in given.hosts_out),
    }


def _gone(one: Round, given: Going) -> list[tuple[str, str, str]]:
    """Return the pairs of a preview that became impossible since, with names."""
    name = _Names()
    lost = rounds_service.impossible(given, one.result or {"pairs": []})
    return [(name(asking), name(host), why) for asking, host, why in lost]


def _result(one: Round) -> dict[str, Any]:
    """Return what a round gave, with names, bands and the map."""
    kept = one.result or {}
    name = _Names()
    pairs = [
        {
            **pair,
            "asking": name(pair["asking"]),
            "asking_id": name.id(pair["asking"]),
            "host": name(pair["host"]),
            "rather": _rather(pair["rather"], name),
        }
        for pair in kept["pairs"]
    ]
    unplaced = [
        {**gone, "asking": name(gone["asking"]), "rather": _rather(gone["rather"], name)}
        for gone in kept["unplaced"]
    ]
    wishes = [
        {**wish, "asking": name(wish["asking"]), "host": name(wish["host"])}
        | {"has": name(wish["has"])}
        for wish in kept["would_gain"]
    ]
    others = [
        {
            **other,
            "moved": [
                (name(move["asking"]), name(move["host"]), name(move["instead_of"]))
                for move in other["moved"]
            ],
        }
        for other in kept.get("others", [])
    ]
    return {
        **kept,
        "pairs": sorted(pairs, key=lambda pair: pair["asking"]),
        "unplaced": sorted(unplaced, key=lambda gone: gone["asking"]),
        "would_gain": wishes,
        "worst_off": _worst_off(pairs),
        "same_line": _same_line(pairs),
        "others": others,
        "pins_out": [(name(a), name(h), why) for a, h, why in kept["pins_out"]],
        "left_out": [(name(a), name(h), why) for a, h, why in kept.get("left_out", [])],
        "map": draw(
            [Drawn(p["asking"], p["host"], p["fit"], p["band"], p["pinned"]) for p in pairs],
            sorted(gone["asking"] for gone in unplaced),
            [(wish["asking"], wish["host"]) for wish in wishes],
            id="map",
            title=f"Pairs of the round {one.name}",
        ),
    }


def _worst_off(pairs: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """Return those placed worst, the worst first; nobody where all are placed about equally."""
    worst = [(pair["asking"], pair["fit"]) for pair in pairs if pair["worst_off"]]
    return [] if len(worst) == len(pairs) else sorted(worst, key=lambda one: one[1])


def _same_line(pairs: list[dict[str, Any]]) -> str | None:
    """Return what can be said to everybody alike, where it can."""
    lines = {pair["certificate"] for pair in pairs}
    return lines.pop() if len(lines) == 1 else None


def _rather(rows: list[dict[str, Any]], name: _Names) -> list[tuple[str, float, list[str]]]:
    return [(name(row["host"]), row["fit"], [name(code) for code in row["with"]]) for row in rows]


# ---- Running, stopping, sending


@bp.route("/pairing/rounds/<int:round_id>/run", methods=["POST"])
@requires(Permission.PAIRING_CURATE)
def run(round_id: int) -> ResponseReturnValue:
    """Let the worker work a round out."""
    one = rounds_service.found(db.session, round_id)
    form = RunForm()
    method = Method(form.method.data if form.validate() else one.method)
    try:
        rounds_service.start(db.session, actor=_actor(), round_id=round_id, method=method)
    except Conflict:
        return redirect(url_for("rounds.show", round_id=round_id, refused="running"))
    return redirect(url_for("rounds.show", round_id=round_id, done="running"))


@bp.route("/pairing/rounds/<int:round_id>/stop", methods=["POST"])
@requires(Permission.PAIRING_CURATE)
def stop(round_id: int) -> ResponseReturnValue:
    """Stop a round that is being worked out."""
    try:
        rounds_service.stop(db.session, actor=_actor(), round_id=round_id)
    except Conflict:
        return redirect(url_for("rounds.show", round_id=round_id, refused="over"))
    return redirect(url_for("rounds.show", round_id=round_id, done="stopped"))


@bp.route("/pairing/rounds/<int:round_id>/send", methods=["GET", "POST"])
@requires(Permission.PAIRING_CURATE)
def send(round_id: int) -> ResponseReturnValue:
    """Ask, then send the proposals of a preview."""
    one = rounds_service.found(db.session, round_id)
    form = SendForm(data={"seen": one.ran_at.isoformat() if one.ran_at else ""})
    problem = None
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                rounds_service.send(
                    db.session,
                    actor=_actor(),
                    editions=_editions(),
                    round_id=round_id,
                    seen=form.seen.data or "",
                )
        except Conflict as error:
            problem = str(error)
        else:
            return redirect(url_for("rounds.show", round_id=round_id, done="sent"))
    page = render_template(
        "pairing/curator/round_send.html",
        round=one,
        form=form,
        problem=problem,
        able=one.state == RoundState.PREVIEW,
        pairs=len((one.result or {}).get("pairs", [])),
    )
    return page, 422 if problem else 200
