"""The history of the tables, for the command line: `flask db upgrade` and its like.

Alembic is loaded when it is asked for; a web process never does, and is 12 MB smaller.
"""

from typing import TYPE_CHECKING

import click
from flask import Flask
from flask.cli import ScriptInfo

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

    def _loaded(self, context: click.Context) -> click.Group:
        from flask_alembic.cli import cli

        history_of(context.ensure_object(ScriptInfo).load_app())
        return cli

    def list_commands(self, ctx: click.Context) -> list[str]:
        return self._loaded(ctx).list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._loaded(ctx).get_command(ctx, cmd_name)


commands = _Commands("db", help="The tables of the database and their history.")
