"""`flask pairing round`: what a round would give now."""

import json
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.core.database import db, reading
from portal.pairing import rounds_service
from portal.pairing.rounds import Method


@click.command("round")
@click.option(
    "--method",
    type=click.Choice([method.value for method in Method]),
    default=Method.EPSILON.value,
    show_default=True,
    help="How the round decides.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def round_(method: str, as_json: bool) -> None:
    """Work out a round now and show what it gives. Changes nothing."""
    with reading():
        given = rounds_service.going(db.session, current_app.extensions["assessment"])
        db.session.rollback()
    found = rounds_service.work_out(given, Method(method), compare=False)
    if as_json:
        click.echo(json.dumps(_as_json(found), ensure_ascii=False))
        return
    for pair in found["pairs"]:
        pinned = " (pinned)" if pair["pinned"] else ""
        click.echo(
            f"{pair['asking']} -> {pair['host']}: fit {pair['fit']:.1f}, "
            f"the host's view {pair['view']:.1f}{pinned}"
        )
    for one in found["unplaced"]:
        click.echo(f"{one['asking']} -> nobody: {one['why']}")
    click.echo(
        f"{found['placed']} of {found['asking']} placed in {found['seconds']:.2f} s; "
        f"{found['both_gain']} pairs would both gain {found['epsilon']:g} points"
    )


def _as_json(found: dict[str, Any]) -> dict[str, Any]:
    pairs = found["pairs"]
    keys = ("asking", "host", "fit", "view", "pinned", "certificate")
    return {
        "method": found["method"],
        "epsilon": found["epsilon"],
        "weights": found["weights"],
        "data": found["data"],
        "placed": [{key: pair[key] for key in keys} for pair in pairs],
        "worst_off": [{key: pair[key] for key in keys[:4]} for pair in pairs if pair["worst_off"]],
        "lowest_fit": found["lowest"],
        "unplaced": [{"asking": one["asking"], "why": one["why"]} for one in found["unplaced"]],
        "would_gain": found["would_gain"],
        "total_joint_fit": found["total"],
        "share_of_best": found["share_of_best"],
        "proved": found["proved"],
        "pins_left_out": found["pins_out"],
        "seconds": found["seconds"],
    }
