"""Retention: what is older than the schedule allows goes, and nothing younger does."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import func, inspect, select

from portal import create_app
from portal.accounts.models import (
    Invitation,
    Notice,
    PasswordLink,
    SignInAttempt,
    User,
    UserSession,
)
from portal.assessment.models import NationalPicture, Position, Wave
from portal.audit.models import AuditEntry
from portal.audit.service import COMMAND_LINE, ERASED, WORKER
from portal.authorities.models import Authority, Capacity, Origin, ProfileAnswer
from portal.authorities.models import State as AnswerState
from portal.core import clock
from portal.core.config import ROOT
from portal.core.database import Base, commit, db, short_transaction
from portal.core.jobs import Job, Jobs, JobState, WorkFailed
from portal.core.mail import OutgoingMail
from portal.core.retention import Keeping, Rule
from portal.core.roles import Role
from portal.library.models import SearchCount, Wish
from portal.operations import retention
from portal.pairing.models import Pairing, Request, RequestState, Round, RoundState, Search
from portal.publishing.models import Manuscript
from portal.publishing.states import Stage
from tests.client import Page, reader
from tests.databases import Databases
from tests.people import ADMINISTRATOR

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG_AGO = NOW - timedelta(days=4000)
numbers = count(1)


def account(**more: Any) -> User:
    number = next(numbers)
    user = User(
        email=f"person.{number}@example.gov.uk",
        name=f"Person {number}",
        password_hash="none",
        created_at=LONG_AGO,
        **more,
    )
    db.session.add(user)
    db.session.flush()
    return user


def session(**more: Any) -> UserSession:
    token = f"{next(numbers):064}"
    moments = {"created_at": LONG_AGO, "last_seen_at": NOW} | more
    return UserSession(token_hash=token, user_id=somebody(), **moments)


def somebody() -> int:
    return db.session.scalars(select(User.id).where(User.closed_at.is_(None)).limit(1)).one()


def attempt(at: datetime) -> SignInAttempt:
    return SignInAttempt(account_hash="a", address_hash="b", at=at)


def link(**more: Any) -> PasswordLink:
    moments = {"created_at": LONG_AGO, "expires_at": NOW + HOUR} | more
    return PasswordLink(user_id=somebody(), nonce="n", **moments)


def invitation(**more: Any) -> Invitation:
    moments = {"created_at": LONG_AGO, "expires_at": NOW + HOUR} | more
    return Invitation(
        email="new@example.gov.uk", role=Role.CURATOR, authority_id=None, nonce="n", **moments
    )


def notice(**more: Any) -> Notice:
    moments = {"created_at": LONG_AGO} | more
    return Notice(user_id=somebody(), kind="x", context={}, **moments)


def letter(at: datetime, **more: Any) -> OutgoingMail:
    return OutgoingMail(
        reference=f"{next(numbers):032}",
        kind="x",
        to_email="somebody@example.gov.uk",
        context={},
        created_at=at,
        **more,
    )


def job(state: JobState, finished_at: datetime | None = None, key: str | None = None) -> Job:
    return Job(
        name="x",
        key=key,
        arguments={},
        state=state,
        created_at=LONG_AGO,
        due_at=LONG_AGO,
        claimed_until=LONG_AGO,
        finished_at=finished_at,
        attempts=1,
    )


def entry(at: datetime, action: str) -> AuditEntry:
    return AuditEntry(
        at=at,
        actor_name="Somebody",
        action=action,
        object_type="x",
        object_id="1",
        outcome="done",
        details={},
    )


def searched(day: date) -> SearchCount:
    return SearchCount(day=day, words=f"w{next(numbers)}", results=1, times=1)


def wished(day: date) -> Wish:
    return Wish(day=day, terms=f"t{next(numbers)}", times=1)


def place() -> int:
    """Return an authority that has nothing of the kind yet."""
    ids = db.session.scalars(select(Authority.id).order_by(Authority.id)).all()
    return ids[next(numbers) % len(ids)]


def answered(question: str, replaced_at: datetime | None) -> ProfileAnswer:
    return ProfileAnswer(
        authority_id=place(),
        question=question,
        origin=Origin.STATED,
        state=AnswerState.TAKEN_BACK,
        at=LONG_AGO,
        capacity=Capacity.LEAD,
        replaced_at=replaced_at,
    )


def closed_round(day: date) -> Wave:
    return Wave(
        authority_id=place(),
        number=next(numbers),
        edition="2026-1",
        opened_on=day,
        closes_on=day,
        closed_on=day,
        links_made=0,
    )


def position(replaced_at: datetime | None) -> Position:
    return Position(
        authority_id=place(),
        edition="2026-1",
        stated={},
        note="",
        signed_at=LONG_AGO,
        replaced_at=replaced_at,
    )


def pairing_request(state: RequestState, ended_at: datetime | None) -> Request:
    return Request(
        asking_id=1,
        host_id=2,
        preference=1,
        topics=[],
        wish="",
        state=state,
        made_at=LONG_AGO,
        expires_at=LONG_AGO,
        ended_at=ended_at,
        asking_sees={},
        host_sees={},
    )


def manuscript(stage: Stage, **more: Any) -> Manuscript:
    moments = {"made_at": NOW, "saved_at": NOW, "stage_since": NOW} | more
    return Manuscript(type="case", stage=stage, fields={}, text_hash="", **moments)


MADE: dict[str, Callable[[datetime], list[Base]]] = {
    "accounts.closed": lambda at: [account(active=False, closed_at=at)],
    "accounts.sessions": lambda at: [
        session(last_seen_at=at, ended_at=at),
        session(last_seen_at=at),
    ],
    "accounts.attempts": lambda at: [attempt(at)],
    "accounts.password-links": lambda at: [link(used_at=at), link(expires_at=at)],
    "accounts.invitations": lambda at: [
        invitation(accepted_at=at),
        invitation(withdrawn_at=at),
        invitation(expires_at=at),
    ],
    "accounts.notices": lambda at: [notice(read_at=at), notice(created_at=at)],
    "profiles.answers": lambda at: [answered("tier", at)],
    "profiles.contacts": lambda at: [answered("contacts", at)],
    "mail.letters": lambda at: [letter(at, sent_at=at), letter(at, dropped_at=at), letter(at)],
    "manuscripts.dropped": lambda at: [manuscript(Stage.DROPPED, stage_since=at)],
    "manuscripts.drafts": lambda at: [
        manuscript(Stage.DRAFT, saved_at=at),
        manuscript(Stage.CHANGES_ASKED, saved_at=at),
    ],
    "manuscripts.published": lambda at: [manuscript(Stage.PUBLISHED, stage_since=at)],
    "jobs.done": lambda at: [job(JobState.DONE, at), job(JobState.DONE, at, f"x:{at}")],
    "jobs.failed": lambda at: [job(JobState.FAILED, at)],
    "library.searches": lambda at: [searched(at.date())],
    "library.wishes": lambda at: [wished(at.date())],
    "assessment.rounds": lambda at: [closed_round(at.date())],
    "assessment.positions": lambda at: [position(at)],
    "assessment.national": lambda at: [
        NationalPicture(edition="2026-1", made_on=at.date(), waves=[], cells={})
    ],
    "pairing.searches": lambda at: [
        Search(asking_id=place(), at=at, handling=60, weights="x", data="x")
    ],
    "pairing.requests": lambda at: [
        pairing_request(state, at) for state in RequestState if state != RequestState.OPEN
    ],
    "pairing.pairings": lambda at: [
        Pairing(
            asking_id=1,
            host_id=2,
            purpose="",
            goals=[],
            began_on=at.date(),
            ends_on=at.date(),
            ended_on=at.date(),
        )
    ],
    "pairing.rounds": lambda at: [
        Round(
            name="x",
            method="epsilon",
            state=RoundState.DRAFT,
            made_at=at,
            weights="x",
            progress=0,
            stop=False,
        )
    ],
    "audit.sign-ins": lambda at: [
        entry(at, action)
        for action in ("session.started", "session.ended", "sessions.ended", "sign-in.failed")
    ],
    "audit.entries": lambda at: [entry(at, "document.downloaded")],
}
"""Records of each rule whose age is counted from a moment."""


def ageless() -> list[Base]:
    """Records that are old and in use."""
    weekly = Jobs.keys(db_jobs())["notices.weekly"]
    return [
        account(),
        account(active=False),  # suspended, not closed
        session(),
        link(),
        invitation(),
        notice(created_at=NOW),
        answered("tier", None),
        answered("contacts", None),
        position(None),
        pairing_request(RequestState.OPEN, None),
        job(JobState.WAITING),
        job(JobState.RUNNING),
        job(JobState.DONE, LONG_AGO, weekly),  # else it would be done again this week
    ]


def db_jobs() -> Jobs:
    known: Jobs = current_app.extensions["jobs"]
    return known


@pytest.fixture
def app(portal: Flask) -> Iterator[Flask]:
    with portal.app_context(), clock.frozen(NOW):
        yield portal


def schedule(app: Flask) -> dict[str, Keeping]:
    return {one.rule.name: one for one in app.extensions["retention"]}


def keep(rows: list[Base]) -> list[tuple[type, Any]]:
    """Save rows; return by what they are found again."""
    db.session.add_all(rows)
    db.session.flush()
    return [(type(row), inspect(row).identity) for row in rows]


def is_there(identity: tuple[type, Any]) -> bool:
    kind, key = identity
    db.session.expire_all()
    return db.session.get(kind, key) is not None


Stocked = dict[str, tuple[list[tuple[type, Any]], list[tuple[type, Any]]]]


@pytest.fixture
def stocked(app: Flask) -> Stocked:
    """For each rule records that are an hour, or a day, too old, and ones that are not yet."""
    made = {}
    for name, one in schedule(app).items():
        step = (
            timedelta(days=1) if name.startswith(("library.", "assessment.", "pairing.")) else HOUR
        )
        made[name] = (
            keep(MADE[name](one.before - step)),
            keep(MADE[name](one.before + (step if step == HOUR else timedelta(0)))),
        )
    made["ageless"] = ([], keep(ageless()))
    commit()
    return made


def test_every_rule_is_tested_here(app: Flask) -> None:
    assert MADE.keys() == schedule(app).keys()


def test_what_is_too_old_goes_and_nothing_younger_does(app: Flask, stocked: Stocked) -> None:
    removed = retention.apply(app.extensions["retention"], actor=WORKER)
    for name, (old, young) in stocked.items():
        assert [identity for identity in old if is_there(identity)] == [], name
        assert [identity for identity in young if not is_there(identity)] == [], name
        if old:
            assert removed[name] == len(old)


def test_a_dry_run_says_how_much_would_go_and_changes_nothing(app: Flask, stocked: Stocked) -> None:
    app.extensions["library"].indexer.stop()
    before = numbers_of_rows()
    result = app.test_cli_runner().invoke(args=["retention", "apply", "--dry-run"])
    assert result.exit_code == 0, result.output
    said = dict(line.split(" would go")[0].split(": ") for line in result.output.splitlines())
    assert said == {name: str(len(old)) for name, (old, _) in stocked.items() if old}
    assert numbers_of_rows() == before


def numbers_of_rows() -> dict[str, int]:
    db.session.rollback()
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def test_the_command_deletes_and_says_how_much(app: Flask, stocked: Stocked) -> None:
    result = app.test_cli_runner().invoke(args=["retention", "apply"])
    assert result.exit_code == 0, result.output
    assert "accounts.invitations: 3 deleted (kept for 90 days)" in result.output
    assert retention.too_old(db.session, app.extensions["retention"]) == dict.fromkeys(MADE, 0)


def test_more_than_one_transaction_takes_goes_too(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    at = schedule(app)["accounts.attempts"].before - HOUR
    keep([attempt(at) for _ in range(5)])
    keep([account(active=False, closed_at=LONG_AGO) for _ in range(5)])
    commit()
    removed = retention.apply(app.extensions["retention"], actor=WORKER)
    assert removed["accounts.attempts"] == removed["accounts.closed"] == 5


def test_what_was_deleted_is_on_record_as_numbers(app: Flask, stocked: Stocked) -> None:
    retention.apply(app.extensions["retention"], actor=WORKER)
    last = retention.last_applied(db.session)
    assert last is not None
    assert last.at == NOW
    assert last.removed == {name: len(old) for name, (old, _) in stocked.items() if old}


def test_the_worker_does_it(app: Flask, stocked: Stocked) -> None:
    db_jobs().kinds["operations.retention"].work()
    found = db.session.scalars(select(AuditEntry).where(AuditEntry.action == retention.APPLIED))
    assert [one.actor_name for one in found] == [WORKER.name]


def test_the_name_of_a_closed_account_goes_from_the_record_too(app: Flask) -> None:
    left = account(active=False, closed_at=LONG_AGO)
    done = entry(NOW, "document.downloaded")
    done.actor_id, done.actor_name = left.id, left.name
    ((kind, key),) = keep([done])
    commit()
    retention.apply(app.extensions["retention"], actor=WORKER)
    db.session.expire_all()
    assert db.session.get_one(kind, key).actor_name == ERASED


def test_a_rule_that_fails_keeps_no_other_from_being_applied(app: Flask, stocked: Stocked) -> None:
    def fail(*given: object) -> int:
        raise RuntimeError("broken")

    broken = Rule("broken", label="", what="", since="", count=fail, remove=fail)
    with pytest.raises(WorkFailed, match=r"could not be removed: broken$"):
        retention.apply([Keeping(broken, 1, "x"), *app.extensions["retention"]], actor=WORKER)
    assert not [one for old, _ in stocked.values() for one in old if is_there(one)]
    query = select(AuditEntry.outcome).where(AuditEntry.action == retention.APPLIED)
    assert db.session.scalars(query).all() == ["failed in part"]


def test_everybody_can_read_what_is_kept_for_how_long_and_why(library: Flask) -> None:
    page = reader(library).page("/retention")
    for one in library.extensions["retention"]:
        for words in (one.rule.label, one.rule.what, one.rule.since, one.span, one.why):
            assert words in page.text
    assert reader(library).page("/privacy").links["How long records are kept"] == "/retention"


def numbers_shown(page: Page, label: str) -> list[str]:
    """Return what would go and what went, from the row of a rule."""
    (row,) = (r for r in page.all("tr") if Page.text_of(r[0]) == label)
    return [Page.text_of(cell) for cell in row[1:3]]


def test_an_administrator_sees_what_would_go_and_when_it_was_done(portal: Flask) -> None:
    with portal.app_context(), short_transaction() as own:
        own.add_all([searched(LONG_AGO.date()) for _ in range(1234)])
    client = reader(portal, ADMINISTRATOR)
    page = client.page("/administration/retention")
    assert "No records have been deleted yet" in page.text
    assert numbers_shown(page, "Searches") == ["1,234", "–"]
    with portal.app_context(), clock.frozen(NOW):
        retention.apply(portal.extensions["retention"], actor=COMMAND_LINE)
    page = client.page("/administration/retention")
    assert "deleted last on 23 November 2026 at 12:00pm: 1,234 records" in page.text
    assert numbers_shown(page, "Searches") == ["0", "1,234"]


@pytest.mark.parametrize("wrong", ["", "accounts.sessions: {days: 1, why: x}\n"])
def test_a_schedule_that_is_wrong_stops_the_start_in_plain_words(
    tmp_path: Path, wrong: str
) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    (content / "retention.yaml").write_text(wrong, encoding="utf-8")
    settings = Databases(tmp_path).settings("x", tmp_path / "instance", content=content)
    with pytest.raises(SystemExit, match=r"The portal does not start: retention\.yaml"):
        create_app(settings)
