"""`flask pairing`: whom an authority would be offered, and what a round would give."""

import json

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.core.database import db, reading
from portal.core.errors import NotFound
from portal.pairing import suggestions
from portal.pairing.round_cli import round_


@click.group("pairing")
def pairing() -> None:
    """Who fits whom. Shows names and exact figures: for curators alone."""


@pairing.command("suggest")
@click.argument("code")
@click.option("--handling", type=click.IntRange(0, 100), help="Percent that lies on handling.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
@with_appcontext
def suggest(code: str, handling: int | None, as_json: bool) -> None:
    """List the hosts for the authority CODE, best first. Changes nothing."""
    share = None if handling is None else handling / 100
    with reading():
        try:
            editions = current_app.extensions["assessment"]
            found = suggestions.exact(db.session, editions, code, handling=share)
        except NotFound as error:
            raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    if not found:
        click.echo("Nobody is offered.")
    for one in found:
        click.echo(f"{one['code']}: {one['fit']:.1f} ({one['band']}, {one['known']:.0%} known)")


pairing.add_command(round_)
