"""Commands for running the portal: the worker, a demonstration, closing for maintenance."""

import contextlib
import os
import socket
import subprocess
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from portal.audit.service import COMMAND_LINE
from portal.core import config
from portal.core.config import Settings
from portal.core.database import commit, db, reading
from portal.core.jobs import WorkFailed
from portal.core.migrations import history_of
from portal.library.cli import import_folder
from portal.operations import retention as rules
from portal.operations.demonstration import add_people, add_profiles, add_rounds, take_part
from portal.publishing import starter

demonstration = AppGroup("demonstration", help="A demonstration on this machine.")
retention = AppGroup("retention", help="How long records are kept.")
maintenance = AppGroup("maintenance", help="Close the portal for a while, and open it again.")

HOST = "127.0.0.1"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _only_in_a_demonstration() -> None:
    if not _settings().demonstration:
        raise click.ClickException(
            "this opens accounts with published passwords: set PORTAL_DEMONSTRATION=1 for it, "
            "never on a real service"
        )


@demonstration.command("prepare")
def prepare() -> None:
    """Create the database, load the content and the accounts to try."""
    _only_in_a_demonstration()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
    with app.app_context():  # its end gives back the connection that else keeps SQLite locked
        history_of(app).upgrade()
    import_folder(_settings().content)
    try:
        answers = add_profiles(db.session, _settings().content)
        rounds = add_rounds(db.session, _settings().content, app.extensions["assessment"].current)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    made = add_people(db.session)
    take_part(db.session)
    words = app.extensions["library"].vocabularies
    texts = starter.load(db.session, _settings().content, words)
    commit()
    click.echo(f"Answers in profiles: {answers} added")
    click.echo(f"Rounds of the self-assessment: {rounds} added")
    click.echo(f"Accounts: {made} added")
    click.echo(f"Texts in progress: {texts} added")


@demonstration.command("serve")
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535)
)
def serve(port: int) -> None:
    """Serve the demonstration on this machine alone."""
    _only_in_a_demonstration()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} is taken: choose another, for instance PORT={port + 1} make run"
            ) from error
    os.environ.setdefault("PORTAL_ORIGIN", f"http://localhost:{port}")
    os.chdir(config.ROOT)
    db.engine.dispose()
    # the server takes this process's place, and the worker ends with it, however that ends
    worker = ["-m", "flask", "--app", "app", "worker", "--parent", str(os.getpid())]
    subprocess.Popen([sys.executable, *worker])  # noqa: S603 (our own worker, no shell)
    click.echo(f"The demonstration is at http://localhost:{port} (Ctrl+C stops it)")
    sys.stdout.flush()
    gunicorn = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"{HOST}:{port}",
        "--log-level",
        "warning",
    ]
    os.execv(sys.executable, [*gunicorn, "app:app"])  # noqa: S606 (our own server, no shell)


@click.command("worker")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 32))
@click.option("--parent", type=int, hidden=True, help="End with this process.")
@with_appcontext
def worker(threads: int, parent: int | None) -> None:
    """Do what requests leave for later: e-mails, reminders, the index, retention.

    Start as many as you like, on any machine that has the settings. Ctrl+C or SIGTERM ends it when
    the work in hand is done.
    """
    from portal.operations.worker import work  # loads huey, which nobody else needs

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
    if parent is None:
        click.echo(f"The worker begins (threads: {threads}); Ctrl+C ends it")
    with contextlib.suppress(KeyboardInterrupt):
        work(app, threads=threads, parent=parent)


@retention.command("apply")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
def apply_retention(dry_run: bool) -> None:
    """Delete the records that are older than content/retention.yaml allows."""
    schedule = current_app.extensions["retention"]
    if dry_run:
        with reading():
            numbers = rules.too_old(db.session, schedule)
    else:
        try:
            numbers = rules.apply(schedule, actor=COMMAND_LINE)
        except WorkFailed as error:
            raise click.ClickException(str(error)) from error
    for one in schedule:
        verb = "would go" if dry_run else "deleted"
        click.echo(f"{one.rule.name}: {numbers[one.rule.name]:,} {verb} (kept for {one.span})")


@maintenance.command("on")
def close() -> None:
    """Answer every request with the maintenance page."""
    (_settings().instance / "maintenance").touch()
    click.echo("The portal is closed for maintenance.")


@maintenance.command("off")
def reopen() -> None:
    """Open the portal again."""
    (_settings().instance / "maintenance").unlink(missing_ok=True)
    click.echo("The portal is open.")
