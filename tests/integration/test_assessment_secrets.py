"""Attacks on the self-assessment: tracing an answer, and working one out from what is shown."""

import csv
import hashlib
import re
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Table, select, text

from portal.assessment import codes as codes_module
from portal.assessment import confidence, national
from portal.assessment.models import AnswerCount, Wave
from portal.assessment.results import BANDS
from portal.core import clock
from portal.core.config import Settings
from portal.core.database import Base, db, reading, short_transaction
from tests.client import Reader, reader
from tests.databases import Databases
from tests.integration.assessing import (
    Given,
    alike,
    ask_all,
    begin,
    close,
    codes,
    editions,
    keep,
    lead,
    place,
    sign,
)
from tests.integration.inviting import authority
from tests.people import CURATOR, PRACTITIONER

# ---- Tracing


def rows(app: Flask) -> dict[str, set[str]]:
    """Return every row of every table, as whoever has a copy of the database reads it."""
    found = {}
    with app.app_context(), reading():
        for table in Base.metadata.tables.values():
            found[table.name] = {repr(tuple(row)) for row in db.session.execute(select(table))}
    return found


def test_an_answer_leaves_nothing_but_counts_that_are_one_higher(portal: Flask) -> None:
    wave_id = begin(portal)
    code, _ = codes(portal, wave_id, 2)
    client = reader(portal, PRACTITIONER)
    client.page(place(portal))
    before = rows(portal)
    said = alike(portal)
    client.page(f"/answer?t={code}")
    client.post(f"/answer?t={code}", data=said | {"at": "8", "go": "next"})
    sent = client.post(f"/answer?t={code}", data=said | {"at": "8", "go": "send"})
    assert sent.status_code == 302
    after = rows(portal)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"assessment_count", "assessment_link"}
    gone, new = (
        before["assessment_count"] - after["assessment_count"],
        after["assessment_count"] - before["assessment_count"],
    )
    assert len(gone) == len(new) == len(said)
    assert {row.removesuffix(" 0)") for row in gone} == {row.removesuffix(" 1)") for row in new}
    assert after["assessment_link"] < before["assessment_link"]
    assert len(before["assessment_link"] - after["assessment_link"]) == 1


def test_nothing_in_the_tables_could_hold_a_person_a_moment_or_an_order() -> None:
    """All that is kept of an answer: which round, which question, which answer, how often."""
    table = Base.metadata.tables["assessment_count"]
    assert {column.name for column in table.columns} == {"wave_id", "subject", "answer", "n"}
    assert {key.column.table.name for key in table.foreign_keys} == {"assessment_wave"}


def test_counts_tell_no_order(portal: Flask) -> None:
    """Two databases in which the same people answered in another order are the same."""
    dumps = []
    for order in ((0, 1, 2), (2, 0, 1)):
        wave_id = begin(portal)
        people = [alike(portal, item) for item in "135"]
        for link, at in zip(codes(portal, wave_id, 3), order, strict=True):
            keep(portal, link, people[at])
        with portal.app_context(), reading():
            query = select(AnswerCount.subject, AnswerCount.answer, AnswerCount.n)
            kept = db.session.execute(query.where(AnswerCount.wave_id == wave_id)).all()
        dumps.append([tuple(row) for row in kept])
        close(portal, wave_id)
    assert sorted(dumps[0]) == sorted(dumps[1])


def test_a_copy_of_the_database_does_not_tell_who_used_which_link(
    portal: Flask, databases: Databases, tmp_path: Path
) -> None:
    wave_id = begin(portal)
    made = codes(portal, wave_id, 6)
    for number, link in enumerate(made):
        keep(portal, link, alike(portal, "1" if number == 3 else "5"))
    close(portal, wave_id)
    copy = backup(portal, databases, tmp_path)
    for link in made:
        for trace in (link, link.replace("-", ""), codes_module.digest(link) or ""):
            assert trace.encode() not in copy
            assert hashlib.sha256(trace.encode()).hexdigest().encode() not in copy


def backup(app: Flask, databases: Databases, folder: Path) -> bytes:
    """Return a copy of the database as its operators make it: the file, or all rows in full."""
    settings: Settings = app.extensions["settings"]
    if not databases.server:
        target = folder / "backup.sqlite"
        with (
            sqlite3.connect(settings.instance / "portal.sqlite") as source,
            sqlite3.connect(target) as copy,
        ):
            source.backup(copy)
        return target.read_bytes()
    lines = []
    with app.app_context(), reading():
        for table in Base.metadata.tables.values():
            lines += [repr(tuple(row)) for row in db.session.execute(system_columns(table))]
    return "\n".join(lines).encode()


def system_columns(table: Table) -> object:
    """Select a table with what PostgreSQL knows of each row besides: place and transaction."""
    return text(f'SELECT ctid, xmin, xmax, * FROM "{table.name}"')


def test_the_rows_do_not_tell_what_the_last_person_answered(
    portal: Flask, databases: Databases
) -> None:
    """PostgreSQL notes with each row which transaction wrote it last."""
    wave_id = begin(portal)
    for link, item in zip(codes(portal, wave_id, 3), "135", strict=True):
        keep(portal, link, alike(portal, item))
    by = "xmin" if databases.server else "wave_id"
    with portal.app_context(), reading():
        writers = db.session.execute(text(f"SELECT DISTINCT {by} FROM assessment_count")).all()
    assert len(writers) == 1


def test_a_signed_in_person_answers_as_nobody(portal: Flask) -> None:
    """The page neither asks for a session nor sets a cookie, whoever opens it."""
    wave_id = begin(portal)
    code, other = codes(portal, wave_id, 2)
    stranger, client = reader(portal), reader(portal, PRACTITIONER)
    pages = []
    for browser, link in ((stranger, code), (client, other)):
        answer = browser.get(f"/answer?t={link}")
        assert "Set-Cookie" not in answer.headers
        sent = browser.post(f"/answer?t={link}", data=alike(portal) | {"at": "8", "go": "send"})
        assert "Set-Cookie" not in sent.headers
        pages.append(plain(answer.text))
    assert pages[0] == pages[1]
    assert PRACTITIONER.name not in pages[1]


# ---- Working it out from what is shown


def plain(html: str) -> str:
    """Return a page without what is new each time it is opened."""
    html = re.sub(r'nonce="[^"]*"', "", html)
    return re.sub(r'name="csrf_token"[^>]*', "", html)


def everything(app: Flask, rounds: int) -> str:
    """Return all that leads and curators can see, on every page and in every file."""
    client: Reader = lead(app)
    addresses = [place(app), f"{place(app)}/positions", f"{place(app)}/{rounds + 1}"]
    for number in range(1, rounds + 1):
        addresses += [
            f"{place(app)}/{number}/{name}" for name in ("results", "print", "kit", "results.csv")
        ]
    seen = [plain(client.get(address).text) for address in addresses]
    with app.app_context():
        national.refresh(editions(app))
    curator = reader(app, CURATOR)
    seen.append(plain(curator.get("/self-assessment").text))
    return "\n".join(seen)


Rounds = Sequence[Sequence[Given]]


def worlds(databases: Databases, one: Rounds, other: Rounds, still_open: int = 0) -> list[str]:
    """Return what can be seen in two portals in which other things were answered.

    The last round is closed, unless `still_open` people are to answer another that stays open.
    """
    seen = []
    for rounds in (one, other):
        app = databases.make("stocked")
        try:
            sign(lead(app), app)
            closed = rounds[:-1] if still_open else rounds
            for people in closed:
                ask_all(app, people)
            if still_open:
                wave_id = begin(app)
                for link, said in zip(codes(app, wave_id, still_open), rounds[-1], strict=True):
                    keep(app, link, said)
            seen.append(everything(app, len(closed)))
        finally:
            databases.drop(app)
    return seen


@pytest.fixture(scope="module")
def said(databases: Databases) -> dict[str, Given]:
    """One person's answers, all of one kind, by a letter."""
    app = databases.make("stocked")
    found = {
        "low": alike(app, "1", "police-led"),
        "high": alike(app, "5", "early-help"),
        "middle": alike(app, "3", "child-protection"),
        "unknown": alike(app, "dont-know", "dont-know"),
    }
    databases.drop(app)
    return found


def test_the_attack_sees_a_difference_where_there_may_be_one(
    databases: Databases, said: dict[str, Given]
) -> None:
    one, other = worlds(databases, [[said["low"]] * 12], [[said["high"]] * 12])
    assert one != other


def test_four_people_tell_nothing(databases: Databases, said: dict[str, Given]) -> None:
    one, other = worlds(databases, [[said["low"]] * 4], [[said["high"]] * 4])
    assert one == other


def test_five_who_are_all_of_one_mind_do_not_show_which(
    databases: Databases, said: dict[str, Given]
) -> None:
    """Neither by the distance to the position nor by an interval: only that they answered alike."""
    one, other = worlds(databases, [[said["low"]] * 5], [[said["high"]] * 5])
    assert one == other


def test_an_open_round_tells_nothing(databases: Databases, said: dict[str, Given]) -> None:
    one, other = worlds(databases, [[said["low"]] * 12], [[said["high"]] * 12], still_open=12)
    assert one == other


def test_a_newcomer_to_a_second_round_is_not_found_by_difference(
    databases: Databases, said: dict[str, Given]
) -> None:
    before = [said["low"]] * 6 + [said["high"]] * 6
    one, other = worlds(
        databases, [before, [*before, said["low"]]], [before, [*before, said["middle"]]]
    )
    assert one == other


def test_four_who_changed_their_mind_are_not_found_by_difference(
    databases: Databases, said: dict[str, Given]
) -> None:
    before = [said["low"]] * 6 + [said["high"]] * 6
    stayed = before[4:]
    one, other = worlds(
        databases,
        [before, [said["high"]] * 4 + stayed],
        [before, [said["middle"]] * 4 + stayed],
    )
    assert one == other


def test_rooms_that_compare_authorities_get_no_exact_mean_of_a_few(
    portal: Flask,
) -> None:
    here = authority(portal)
    one, other = alike(portal) | {"who-holds": "5"}, alike(portal)
    means = []
    for people in (7, 12):
        ask_all(portal, [one, one, *[other] * (people - 2)])
        with portal.app_context(), reading():
            themes = confidence.latest(db.session, editions(portal))[here].themes
        means.append({mean * 2 % 1 for mean, _ in themes.values()})
    few, more = means
    assert few == {0}
    assert more != {0}


def test_deleting_an_old_round_does_not_uncover_a_later_one(
    portal: Flask, said: dict[str, Given]
) -> None:
    """The lead has kept the first on paper; in the second one person came."""
    before = [said["low"]] * 6 + [said["high"]] * 6
    first = ask_all(portal, before)
    second = ask_all(portal, [*before, said["middle"]])
    address = f"{place(portal)}/2/results.csv"
    assert figures(lead(portal).get(address).text) == set()
    (kept,) = [k for k in portal.extensions["retention"] if k.rule.name == "assessment.rounds"]
    with portal.app_context(), short_transaction() as session:
        long_ago = clock.today() - timedelta(days=kept.days + 1)
        session.get_one(Wave, first).closed_on = long_ago
        session.flush()
        assert kept.rule.remove(session, kept.before, 10) == 1
    assert figures(lead(portal).get(address).text) == set()
    assert "At least 10 people" in lead(portal).page(f"{place(portal)}/2/results").text
    with portal.app_context(), reading():
        assert db.session.get(Wave, first) is None
        assert db.session.get(Wave, second) is not None


def figures(table: str) -> set[str]:
    return {row["staff_answered"] for row in csv.DictReader(StringIO(table))} & set(BANDS)


def test_a_third_round_does_not_uncover_the_first(
    databases: Databases, said: dict[str, Given]
) -> None:
    first, second = [said["low"]] * 12, [said["high"]] * 12
    one, other = worlds(
        databases,
        [first, second, [*first, said["high"]]],
        [first, second, [*first, said["middle"]]],
    )
    assert one == other


def test_the_few_who_knew_are_not_found_among_those_who_did_not(
    databases: Databases, said: dict[str, Given]
) -> None:
    crowd = [said["unknown"]] * 10
    one, other = worlds(databases, [[*crowd, *[said["low"]] * 4]], [[*crowd, *[said["high"]] * 4]])
    assert one == other


def test_one_question_that_few_answered_is_not_the_rest_of_its_theme(
    databases: Databases, said: dict[str, Given]
) -> None:
    item = "who-to-call"
    assert item in said["high"] or pytest.fail("the instrument has another item now")
    crowd = [dict(said["high"]) | {item: "dont-know"}] * 10
    few = [dict(said["high"]) | {item: point} for point in ("1", "2", "1", "2")]
    others = [dict(said["high"]) | {item: point} for point in ("5", "4", "4", "5")]
    one, other = worlds(databases, [[*crowd, *few]], [[*crowd, *others]])
    assert one == other
