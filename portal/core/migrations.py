"""The history of the tables, for the command line: `flask db upgrade` and its like.

Alembic is loaded when it is asked for; a web process never does, and is 12 MB smaller.
"""

from typing import TYPE_CHECKING

import click
from flask import Flask, current_app

from portal.core.config import ROOT
from portal.core.database import Base

if TYPE_CHECKING:
    from flask_alembic import Alembic


def history_of(app: Flask) -> "Alembic":
    """Return the migrations of `app`'s database."""
    if "alembic" not in app.extensions:
        from flask_alembic import Alembic

        app.config["ALEMBIC"] = {"script_location": str(ROOT / "migrations")}
        Alembic(app, run_mkdir=False, command_name="", metadatas=Base.metadata)
    alembic: Alembic = app.extensions["alembic"]
    return alembic


class _Commands(click.Group):
    """Flask-Alembic's own commands, loaded with it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return _loaded().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _loaded().get_command(ctx, cmd_name)


def _loaded() -> click.Group:
    from flask_alembic.cli import cli

    return cli


@click.group("db", cls=_Commands)
@click.pass_context
def commands(context: click.Context) -> None:
    """The tables of the database and their history."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
    context.obj = history_of(app)
