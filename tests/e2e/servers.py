"""Real servers for the browser: gunicorn over a fresh database, always stopped again."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from portal.accounts import notices
from portal.accounts import service as accounts
from portal.accounts.models import Invitation, Notice, PasswordLink, User
from portal.assessment import national
from portal.assessment.codes import digest
from portal.assessment.models import AnswerLink
from portal.assessment.subjects import TIER_KEYS
from portal.audit.service import COMMAND_LINE
from portal.authorities import describing, profiles, publishing
from portal.authorities.answers import Said
from portal.authorities.models import State
from portal.authorities.questions import CONTACTS, HANDLING, TIERS, Section
from portal.core import clock, links
from portal.core.carriers import FolderCarrier, Sender
from portal.core.config import ROOT, Settings
from portal.core.database import commit, db, short_transaction
from portal.core.jobs import UNKNOWN, Job, JobState
from portal.core.mail import Message
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.library.models import Document
from tests import editions
from tests.databases import SECRET, Databases
from tests.e2e.desk_there import with_desk
from tests.e2e.files_there import with_files
from tests.e2e.pair_states import pair_up
from tests.e2e.pairing_there import with_pairing
from tests.e2e.reviewing_there import with_reviews
from tests.e2e.writing_there import with_writing
from tests.integration.assessing import alike, ask_all, begin, lead, sign
from tests.integration.assessing import editions as editions_of
from tests.people import CURATOR, LEAD, PARTNER, PASSWORD, Person

WITHDRAWN = "case-002"
NONCE = "n" * 43
REVIEW_DUE = "guidance-002"
LETTER = "0123456789abcdef0123456789abcdef"
"""Reference of a letter of the demonstration."""
CONTACT = "portal@example.gov.uk"
PATIENCE = 30
"""Seconds for a server to start or stop; far more than it needs."""


@dataclass(frozen=True)
class Server:
    """A portal that answers at `address`."""

    address: str
    instance: Path
    log: Path
    demonstration: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    """The settings that it runs with."""


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with no settings of the portal but those `given`."""
    foreign = ("PORTAL_", "DATABASE_URL", "FLASK_", "WEB_CONCURRENCY", "GUNICORN_", "PORT")
    return {k: v for k, v in os.environ.items() if not k.startswith(foreign)} | dict(given)


def flask(*command: str, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command of the portal as an operator would."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *command],
        cwd=ROOT,
        env=environment(given),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def gunicorn(
    given: Mapping[str, str], instance: Path, log_level: str = "warning"
) -> Iterator[Server]:
    """Serve the portal with the settings `given` until the end of the block."""
    log = instance / "server.log"
    # the socket is ours before the server starts: no port can be taken, and early requests wait
    with socket.create_server(("127.0.0.1", 0)) as listening, log.open("wb") as output:
        port = listening.getsockname()[1]
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}"),
                *("--workers", "1", "--log-level", log_level, "app:app"),
            ],
            cwd=ROOT,
            env=environment(given),
            pass_fds=[listening.fileno()],
            stdout=output,
            stderr=output,
        )
    server = Server(
        f"http://localhost:{port}",
        instance,
        log,
        demonstration="PORTAL_DEMONSTRATION" in given,
        given=given,
    )
    try:
        _wait_for(server)
        yield server
    finally:
        _stop(process)


def _wait_for(server: Server) -> None:
    try:
        with urllib.request.urlopen(f"{server.address}/robots.txt", timeout=PATIENCE):
            pass
    except OSError as error:
        raise RuntimeError(f"The server did not start:\n{server.log.read_text()}") from error


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(2 * PATIENCE)  # gunicorn itself ends a worker that has not after 30 seconds
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


@contextmanager
def working_for(server: Server) -> Iterator[Path]:
    """Let a worker do what a server leaves for later; give the folder of the letters it sends."""
    given = {**server.given, "PORTAL_ORIGIN": server.address}
    with (server.instance / "worker.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "worker"],
            cwd=ROOT,
            env=environment(given),
            stdout=output,
            stderr=output,
        )
    try:
        yield server.instance / "mail"
    finally:
        _stop(process)


@contextmanager
def production(
    databases: Databases,
    make: Callable[[Databases], Flask],
    *,
    log_level: str = "warning",
    **more: str,
) -> Iterator[Server]:
    """Serve the database that `make` makes with production settings, then throw it away."""
    app = make(databases)
    try:
        settings: Settings = app.extensions["settings"]
        given = {
            "PORTAL_SECRET_KEY": SECRET,
            "PORTAL_INSTANCE": str(settings.instance),
            "PORTAL_CONTACT_EMAIL": CONTACT,
        } | more
        if settings.database_url:
            given["DATABASE_URL"] = settings.database_url
        with gunicorn(given, settings.instance, log_level) as server:
            yield server
    finally:
        databases.drop(app)


def demonstration_settings(instance: Path) -> dict[str, str]:
    return {"PORTAL_DEMONSTRATION": "1", "PORTAL_INSTANCE": str(instance)}


def put_a_letter_into(folder: Path) -> None:
    """Put a letter where the worker would."""
    text = "Hello,\n\nto go on, open http://localhost:8000/invitation?t=17-abc\n\n– the service"
    sender = Sender("Shared safeguarding practice", "no-reply@localhost", "localhost")
    to = "somebody.with.a.long.name@children-and-families.authority-a.example"
    message = Message(LETTER, to, "You are invited", text, clock.now())
    FolderCarrier(folder, sender).send(message)


@contextmanager
def demonstration(instance: Path) -> Iterator[Server]:
    """Prepare and serve the demonstration, as `make run` does."""
    given = demonstration_settings(instance)
    prepared = flask("demonstration", "prepare", given=given)
    assert prepared.returncode == 0, prepared.stderr
    put_a_letter_into(instance / "demonstration" / "mail")
    with gunicorn(given, instance) as server:
        yield server


def stocked(databases: Databases) -> Flask:
    """Make a database with the starter library and people."""
    app = databases.make("stocked")
    with app.app_context():
        db.engine.dispose()
    return app


def work_in_every_state() -> list[Job]:
    """Return work that waits, waits for another try, runs, failed, and was done often."""
    now = clock.now()
    asked = {"created_at": now, "due_at": now, "arguments": {}, "attempts": 0}
    tried = asked | {"attempts": 3, "error": "The mail server didn’t answer."}
    failed = tried | {"state": JobState.FAILED, "finished_at": now}
    long = "Unexpected OperationalError at portal/core/" + "a" * 200 + "/carriers.py:101 "
    return [
        Job(name="mail.send", state=JobState.WAITING, **asked),
        Job(name="mail.send", state=JobState.WAITING, **tried),
        Job(name="mail.send", state=JobState.RUNNING, **asked | {"claimed_until": now}),
        Job(name="mail.send", **failed),
        Job(name="notices.daily", **failed | {"error": long}),
        Job(name="rounds.begin", **failed | {"error": UNKNOWN, "attempts": 1}),
        *(
            Job(name="library.index", **asked | {"state": JobState.DONE, "finished_at": now})
            for _ in range(45)
        ),
    ]


def tell_the_lead() -> None:
    """Give a lead more notices than one page holds, a few of them read."""
    lead = db.session.scalars(select(User).where(User.email == LEAD.email)).one()
    own = {"authority_id": lead.roles[0].authority_id}
    for number in range(10):
        notices.notify(db.session, user_ids=[lead.id], kind="password.changed")
        notices.notify(db.session, user_ids=[lead.id], kind="role.changed")
        if number == 8:
            newest = db.session.scalar(select(func.max(Notice.id))) or 0
            notices.read_all(db.session, reader=Actor(id=lead.id), up_to=newest)
    notices.notify(db.session, user_ids=[lead.id], kind="people.confirm", context=own)


def link_to_choose_a_password() -> str:
    """Return the token of the link in `with_every_state`."""
    app = Flask("links")
    app.config["SECRET_KEY"] = SECRET
    with app.app_context():
        return links.token("password", 1, f"{NONCE}:{CURATOR.email}")


INVITED = ("nell.newcomer@sub.example.gov.uk", PARTNER.email)
"""Whom `with_every_state` has invited to lead authority 1: invitations 1 and 2."""


def invite_some() -> None:
    """Invite a newcomer and somebody who has an account."""
    for email in INVITED:
        db.session.add(
            Invitation(
                email=email,
                role=Role.STRATEGIC_LEAD,
                authority_id=1,
                nonce=NONCE,
                created_at=clock.now(),
                expires_at=clock.now() + timedelta(days=7),
            )
        )


def link_to_accept(number: int) -> str:
    """Return the token of an invitation in `with_every_state`."""
    app = Flask("links")
    app.config["SECRET_KEY"] = SECRET
    with app.app_context():
        return links.token("invitation", number, NONCE)


TIA = Person("Tia Two", Role.STRATEGIC_LEAD)
"""Leads authorities 3 and 4, of which nothing is known, in `with_every_state`."""


def describe_authorities() -> None:
    """Let authority 1 have a long history that is more than a year old; nothing be said of 3."""
    accounts.create(
        db.session,
        actor=COMMAND_LINE,
        email=TIA.email,
        name=TIA.name,
        password=PASSWORD,
        roles=[(Role.STRATEGIC_LEAD, 3), (Role.STRATEGIC_LEAD, 4)],
    )
    people = {user.email: user.id for user in db.session.scalars(select(User))}
    lead = Actor(
        id=people[LEAD.email],
        name=LEAD.name,
        roles=frozenset({Role.STRATEGIC_LEAD}),
        memberships=frozenset({(Role.STRATEGIC_LEAD, 1)}),
    )
    curator = Actor(id=people[CURATOR.email], name=CURATOR.name, roles=frozenset({Role.CURATOR}))
    with clock.frozen(clock.now() - timedelta(days=400)):
        seen = 0
        for tier in (*TIERS, *TIERS, *TIERS, *TIERS):
            say(lead, HANDLING, {"tier": Said(State.GIVEN, tier)}, seen)
            seen = profiles.profile_of(db.session, 1).version
        note = "They ask first, and listen. " * 8
        said = {
            "holds": Said(State.NOT_SETTLED),
            "mash": Said(State.PREFER_NOT_TO_SAY),
            "other_tiers": Said(State.NOT_SETTLED),
            "handling_note": Said(State.GIVEN, note),
        }
        say(lead, HANDLING, said, seen)
        person = {
            "name": "Ann Example",
            "job": "Head of service",
            "email": "",
            "phone": "01632 960001",
        }
        say(lead, CONTACTS, {"contacts": Said(State.GIVEN, [person])}, seen)
        seen = profiles.profile_of(db.session, 1).version
        inferred = {
            "tier": Said(State.GIVEN, "early-help"),
            "route": Said(State.GIVEN, "several"),
        }
        say(curator, HANDLING, inferred, seen, "A published review, 2024")


def say(
    actor: Actor, section: Section, said: Mapping[str, Said], seen: int, source: str = ""
) -> None:
    """Answer questions about authority 1."""
    describing.save(
        db.session,
        actor=actor,
        authority_id=1,
        section=section,
        said=said,
        seen=seen,
        source=source,
    )


CODE = "2345-6789-ABCD-EFGH"
"""A link of the open round, which no page uses up."""


def assess(app: Flask) -> None:
    """Let staff answer in rounds that are shown, held back, and open, and others for a picture."""
    sign(lead(app), app)
    every = [alike(app, point, tier) for point, tier in zip("1234455", TIER_KEYS * 2, strict=False)]
    ask_all(app, every[:3])
    ask_all(app, every * 2)
    ask_all(app, [*every * 2, every[0]])
    ask_all(app, [every[0]] * 12 + [every[-1]] * 3)
    for code in ("E06000002", "E06000004", "E06000005"):
        ask_all(app, every * 2, code)
    wave_id = begin(app, shared=True)
    with app.app_context(), short_transaction() as session:
        session.add(AnswerLink(digest=digest(CODE) or "", wave_id=wave_id))
        national.make(session, editions_of(app))


def with_every_state(databases: Databases) -> Flask:
    """Let one document be withdrawn, another be overdue for review, and work stand as it can."""
    app = databases.make("stocked")
    with app.app_context():
        document = db.session.scalars(
            select(Document).where(Document.reference == REVIEW_DUE)
        ).one()
        document.review_by = date(2026, 1, 31)
        curator = db.session.scalars(select(User).where(User.email == CURATOR.email)).one()
        now = clock.now()
        link = PasswordLink(
            user_id=curator.id, nonce=NONCE, created_at=now, expires_at=now + timedelta(days=1)
        )
        db.session.add(link)
        db.session.add_all(work_in_every_state())
        tell_the_lead()
        invite_some()
        describe_authorities()
        file = editions.text(editions.rows(40))
        shown = publishing.compare(db.session, file).fingerprint
        publishing.load(db.session, actor=COMMAND_LINE, text=file, shown=shown)
        pair_up()
        commit()
    assess(app)
    with app.app_context():
        db.engine.dispose()
    command = ["library", "withdraw", WITHDRAWN, "--reason", "The authority asked for it."]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output
    return app


def with_one_curator(databases: Databases) -> Flask:
    """Let somebody in who may read all that is not there yet."""
    assert CURATOR.role
    app = databases.make("empty")
    with app.app_context():
        accounts.create(
            db.session,
            actor=COMMAND_LINE,
            email=CURATOR.email,
            name=CURATOR.name,
            password=PASSWORD,
            roles=[(CURATOR.role, None)],
        )
        commit()
        db.engine.dispose()
    return app


def without_an_index(databases: Databases) -> Flask:
    """Take the index away, and let nobody build another."""
    app = stocked(databases)
    folder = app.extensions["settings"].instance / "search"
    shutil.rmtree(folder)
    (folder / "lock").mkdir(parents=True)  # where whoever changes the index opens a file
    return app


MAKERS = {
    "open": with_every_state,
    "empty": with_one_curator,
    "desk": with_desk,
    "files": with_files,
    "pairing": with_pairing,
    "preparing": without_an_index,
    "reviewing": with_reviews,
    "writing": with_writing,
}
MORE = {"education": {"PORTAL_EDUCATION_GOV_UK": "1"}}


@dataclass
class Portals:
    """Portals in every state that a page may show; each starts when it is first asked for."""

    databases: Databases
    """On SQLite: pages look the same on every engine."""
    running: dict[str, Server] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Portals":
        return self

    def __exit__(self, *why: object) -> None:
        self.stack.close()

    def of(self, kind: str) -> Server:
        """Return the portal of a kind.

        It is `open`, `empty`, with a full `desk`, `files`, `pairing`, `reviewing` or `writing`,
        `preparing` its index, `broken`, `closed`, on an `education` address of GOV.UK, or a
        `demonstration`.
        """
        if kind not in self.running:
            self.running[kind] = self.stack.enter_context(self._start(kind))
        return self.running[kind]

    @contextmanager
    def _start(self, kind: str) -> Iterator[Server]:
        if kind == "demonstration":
            instance = self.databases.folder / "demonstration"
            instance.mkdir(parents=True)
            with demonstration(instance) as server:
                yield server
            return
        make, more = MAKERS.get(kind, stocked), MORE.get(kind, {})
        with production(self.databases, make, **more) as server:
            if kind == "broken":
                with closing(sqlite3.connect(server.instance / "portal.sqlite")) as connection:
                    connection.execute("ALTER TABLE document RENAME TO document_that_is_gone")
            if kind == "closed":
                (server.instance / "maintenance").touch()
            yield server
