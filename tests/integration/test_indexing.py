"""The index follows the library by itself, and nobody waits for it; commands check and mend it."""

import gc
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from flask import Flask, current_app, redirect, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug import Response
from werkzeug.test import TestResponse

from portal import create_app
from portal.core.database import db, reading, short_transaction
from portal.core.permissions import Permission, requires
from portal.library import service
from portal.library.catalogue import generation_of
from portal.library.indexing import record_of
from portal.library.models import Document
from portal.search.port import Engine, Record
from tests.client import Page, Reader, reader
from tests.integration.searching import (
    DESCRIBE,
    SOON,
    change,
    index,
    listed,
    reasons,
    rewrite,
    said,
    soon,
    total,
)
from tests.people import CURATOR, PRACTITIONER
from tests.starter import DOCUMENTS
from tests.work import work

CASE = "case-004"


def run(app: Flask, *arguments: object, status: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result.output


def engine_of(app: Flask) -> Engine:
    engine: Engine = app.extensions["library"].engine
    return engine


def generation(app: Flask) -> int:
    with app.app_context(), reading():
        return generation_of(db.session)


def id_of(app: Flask, reference: str = CASE) -> int:
    with app.app_context(), reading():
        return db.session.scalars(select(Document.id).where(Document.reference == reference)).one()


def find(client: Reader, q: str) -> list[str]:
    return listed(client.page(f"/library?q={q}"))


# ---- By itself


@requires(Permission.LIBRARY_READ)
def change_the_library() -> Response:
    """Withdraw a document or give it another title, as a curator's desk would."""
    if "reason" in request.form:
        service.withdraw(
            db.session,
            actor=current_user.actor,
            reference=CASE,
            reason=request.form["reason"],
            vocabularies=current_app.extensions["library"].vocabularies,
        )
    else:
        document = db.session.scalars(select(Document).where(Document.reference == CASE)).one()
        document.title = request.form["title"]
        service.record_changes(db.session, [document.id])
    if "fail" in request.form:
        raise RuntimeError("after all")
    return redirect(f"/library/{CASE}")


@pytest.fixture
def desk(portal: Flask) -> Flask:
    """A portal whose library can be changed by a request."""
    portal.config["SHOW_ERROR_PAGES"] = True
    portal.add_url_rule("/desk", view_func=change_the_library, methods=["POST"])
    return portal


def post(client: Reader, **form: str) -> TestResponse:
    token = client.page("/ask-for-an-example").fields["csrf_token"]
    return client.post("/desk", data={"csrf_token": token} | form)


def test_what_a_request_publishes_is_found_soon_after(desk: Flask) -> None:
    client = reader(desk, CURATOR)
    assert post(client, title="Quinquereme of Nineveh").status_code == 302
    assert soon(lambda: find(client, "quinquereme")) == [CASE]
    assert engine_of(desk).generation() == generation(desk)


def test_what_a_request_withdraws_is_gone_at_once_and_from_the_index_soon_after(
    desk: Flask,
) -> None:
    client = reader(desk, CURATOR)
    title = client.page(f"/library/{CASE}").heading
    assert post(client, reason="It was a mistake.").status_code == 302
    assert CASE not in find(client, title.replace(" ", "+"))
    soon(lambda: id_of(desk) not in engine_of(desk).contents())
    assert client.get(f"/library/{CASE}").status_code == 410


def test_a_request_does_not_wait_for_the_index(desk: Flask) -> None:
    client = reader(desk, CURATOR)
    with ThreadPoolExecutor(1) as pool, engine_of(desk).writing():  # another process indexes
        answer = pool.submit(post, client, title="Quinquereme").result(SOON)
        assert answer.status_code == 302
        assert find(client, "quinquereme") == []
        assert client.page(f"/library/{CASE}").heading  # and nobody else waits either
    assert soon(lambda: find(client, "quinquereme")) == [CASE]


def test_a_change_that_was_taken_back_is_never_found(desk: Flask) -> None:
    client = reader(desk, CURATOR)
    before = generation(desk), engine_of(desk).generation()
    assert post(client, title="Quinquereme", fail="yes").status_code == 500
    assert find(client, "quinquereme") == []
    assert (generation(desk), engine_of(desk).generation()) == before


def test_several_changes_one_after_the_other_are_all_found(desk: Flask) -> None:
    client = reader(desk, CURATOR)
    for number in range(5):
        post(client, title=f"Quinquereme zzyzx{number}")
    assert soon(lambda: find(client, "zzyzx4")) == [CASE]
    assert find(client, "title:zzyzx0+-quinquereme") == []
    soon(lambda: engine_of(desk).generation() == generation(desk))
    assert run(desk, "search", "check") == "The search index agrees with the database.\n"


@contextmanager
def another_process(app: Flask) -> Iterator[Flask]:
    """Give the same portal once more, over the same database and the same folder."""
    other = create_app(app.extensions["settings"])
    other.testing = True
    try:
        yield other
    finally:
        other.extensions["library"].indexer.stop()
        with other.app_context():
            db.engine.dispose()


def test_an_index_that_was_left_behind_is_mended_after_somebody_searches(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    assert find(client, "quinquereme") == []
    with another_process(portal) as other:  # which dies between its commit and the index
        rewrite(other, CASE, "Quinquereme", "of Nineveh")
    assert engine_of(portal).generation() != generation(portal)
    assert soon(lambda: find(client, "quinquereme")) == [CASE]
    assert engine_of(portal).generation() == generation(portal)


def test_what_one_process_indexes_all_find(desk: Flask) -> None:
    with another_process(desk) as other:
        there = reader(other, PRACTITIONER)
        assert find(there, "quinquereme") == []
        post(reader(desk, CURATOR), title="Quinquereme")
        assert soon(lambda: find(there, "quinquereme")) == [CASE]


def test_an_index_ahead_of_a_database_that_was_put_back_is_built_anew(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    with engine_of(portal).writing():
        extra = Record(id=id_of(portal), audience="readers", title="Quinquereme")
        engine_of(portal).apply([extra], [], generation(portal) + 7)
    # it may speak of other documents: it is not asked at all
    assert "Search is being prepared" in client.get("/library?q=quinquereme").text
    soon(lambda: engine_of(portal).generation() == generation(portal))
    assert find(client, "quinquereme") == []


def test_an_index_that_can_not_be_changed_for_a_while_is_changed_afterwards(
    portal: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = reader(portal, PRACTITIONER)
    lock = portal.extensions["settings"].instance / "search" / "lock"
    lock.unlink()
    lock.mkdir()  # stands in the way of every writer
    rewrite(portal, CASE, "Quinquereme", "of Nineveh")
    assert find(client, "quinquereme") == []
    soon(lambda: "the search index could not be changed" in caplog.text)
    assert find(client, "quinquereme") == []
    assert "Quinquereme" not in caplog.text
    lock.rmdir()
    assert soon(lambda: find(client, "quinquereme")) == [CASE]


def test_the_worker_makes_up_for_a_process_that_died_before_it_indexed(portal: Flask) -> None:
    with portal.app_context(), short_transaction() as session:
        service.record_changes(session, [id_of(portal)])  # and nobody is woken
    assert engine_of(portal).generation() != generation(portal)
    work(portal, scheduled=True)
    assert engine_of(portal).generation() == generation(portal)


# ---- No index


def lose_all(folder: Path) -> None:
    shutil.rmtree(folder)


def lose_the_name(folder: Path) -> None:
    (folder / "current").unlink()


def spoil_the_name(folder: Path) -> None:
    (folder / "current").write_bytes(b"\xff\0 nothing")


def lose_the_files(folder: Path) -> None:
    for index_folder in folder.glob("index-*"):
        shutil.rmtree(index_folder)


LOSSES = [lose_all, lose_the_name, spoil_the_name, lose_the_files]


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_without_an_index_a_page_says_so_and_lists_and_it_is_there_soon_after(
    portal: Flask, lose: object
) -> None:
    rewrite(portal, CASE, "Quinquereme", "of Nineveh")
    client = reader(portal, PRACTITIONER)
    lose(portal.extensions["settings"].instance / "search")  # type: ignore[operator]
    page = client.page("/library?q=quinquereme&type=case&asked=1")
    assert "Search is being prepared" in said(page)
    assert total(page) == 11, "the filter still holds"
    assert page.fields["q"] == "quinquereme"
    assert soon(lambda: "being prepared" not in said(client.page("/library?q=quinquereme")))
    assert find(client, "quinquereme") == [CASE]


def test_without_an_index_a_description_stays_on_its_page(portal: Flask) -> None:
    rewrite(portal, CASE, "Quinquereme", "A quinquereme of Nineveh.")
    client = reader(portal, PRACTITIONER)
    lose_all(portal.extensions["settings"].instance / "search")

    def describe() -> Page:
        answer = client.post(DESCRIBE, data={"situation": "A quinquereme of Nineveh"})
        assert answer.status_code == 200
        return Page(answer.text)

    page = describe()
    assert "Search is being prepared" in said(page)
    assert "your words are still below" in said(page)
    (field,) = page.all("textarea")
    assert page.text_of(field) == "A quinquereme of Nineveh"
    assert CASE in soon(lambda: reasons(describe()))


def test_without_an_index_titles_are_completed_and_everything_is_read(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    lose_all(portal.extensions["settings"].instance / "search")
    assert client.get("/library/complete?q=pass").json
    for address in ("/", "/library", "/library?type=case", f"/library/{CASE}", "/find-a-case"):
        assert "being prepared" not in said(client.page(address))


# ---- A damaged index


def damage(app: Flask, *, from_byte: int = 0, told: bool = False) -> None:
    """Overwrite what the index holds in its place; unless `told`, no clock tells.

    Whoosh leaves a file open that it stumbles over: hence the warnings that are ignored.
    """
    for path in (app.extensions["settings"].instance / "search").glob("index-*/*.seg"):
        state = path.stat()
        with path.open("r+b") as file:
            file.seek(from_byte)
            file.write(b"\xff" * (state.st_size - from_byte))
        if not told:
            os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_an_index_damaged_while_it_is_open_is_built_anew(
    portal: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    rewrite(portal, CASE, "Quinquereme", "of Nineveh")
    index(portal)
    client = reader(portal, PRACTITIONER)
    assert find(client, "quinquereme") == [CASE]
    damage(portal, told=True)
    assert "Search is being prepared" in said(client.page("/library?q=nineveh&asked=1"))
    assert soon(lambda: find(client, "nineveh") == [CASE])
    assert run(portal, "search", "check") == "The search index agrees with the database.\n"
    assert "the search index is damaged" in caplog.text
    assert "nineveh" not in caplog.text.casefold()
    gc.collect()


STUMBLING: dict[str, tuple[str, Callable[[Reader], TestResponse]]] = {
    "a search": ("search", lambda client: client.get("/library?q=quinquereme")),
    "a count": ("known_in", lambda client: client.get("/library?q=quinquereme&asked=1")),
    "nearest words": ("near_to", lambda client: client.get("/library?q=quinqueremely+-nineveh")),
    "a description": (
        "search",
        lambda client: client.post(DESCRIBE, data={"situation": "quinquereme"}),
    ),
    "its reasons": (
        "reasons_in",
        lambda client: client.post(DESCRIBE, data={"situation": "quinquereme"}),
    ),
}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.parametrize("asking", STUMBLING)
def test_damage_is_no_error_wherever_it_is_met(
    portal: Flask, monkeypatch: pytest.MonkeyPatch, asking: str
) -> None:
    rewrite(portal, CASE, "Quinquereme", "of Nineveh")
    index(portal)
    client = reader(portal, PRACTITIONER)
    assert find(client, "quinquereme") == [CASE]
    met = Event()

    def stumble(*_: object) -> None:
        met.set()
        damage(portal)
        raise ValueError("Quinquereme")

    place, ask = STUMBLING[asking]
    with monkeypatch.context() as patch:
        patch.setattr(f"portal.search.whoosh_engine.{place}", stumble)
        assert ask(client).status_code == 200
    assert met.is_set()
    assert soon(lambda: find(client, "quinquereme") == [CASE])
    engine_of(portal).verify()
    gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_check_finds_damage_and_repair_mends_it(portal: Flask) -> None:
    damage(portal, from_byte=2000)
    assert "run `flask search reindex`" in run(portal, "search", "check", status=1)
    assert f"{DOCUMENTS} documents indexed" in run(portal, "search", "check", "--repair")
    assert "agrees with the database" in run(portal, "search", "check")
    gc.collect()


# ---- Commands


def test_a_check_of_a_sound_index_says_so(library: Flask) -> None:
    assert run(library, "search", "check") == "The search index agrees with the database.\n"


def falsify(app: Flask, kind: str) -> str:
    """Make the index differ from the database; return what a check has to say."""
    engine, now = engine_of(app), generation(app)
    with app.app_context(), reading(), engine.writing():
        document = db.session.scalars(select(Document).where(Document.reference == CASE)).one()
        record = record_of(document, app.extensions["library"].vocabularies)
        match kind:
            case "missing":
                engine.apply([], [record.id], now)
                return f"missing from the index: {CASE}"
            case "outdated":
                engine.apply([replace(record, title="Another")], [], now)
                return f"outdated in the index: {CASE}"
            case "other audience":
                engine.apply([replace(record, audience="curators")], [], now)
                return f"outdated in the index: {CASE}"
            case "extra":
                engine.apply([replace(record, id=99_999)], [], now)
                return "in the index, but not published: document 99999"
            case _:
                engine.apply([], [], now - 1)
                return f"the index is of generation {now - 1}, the library of {now}"


KINDS = ["missing", "outdated", "other audience", "extra", "generation"]


def test_a_check_finds_what_differs_and_repair_mends_it(portal: Flask) -> None:
    for kind in KINDS:
        expected = falsify(portal, kind)
        output = run(portal, "search", "check", status=1)
        assert output.splitlines()[0] == expected, kind
        assert len(output.splitlines()) == 2, kind
        assert "run `flask search check --repair`" in output
        assert run(portal, "search", "check", status=1) == output, "a check changes nothing"
        assert run(portal, "search", "check", "--repair").splitlines() == [expected, "Mended."]
        assert "agrees with the database" in run(portal, "search", "check"), kind
    engine, vocabularies = engine_of(portal), portal.extensions["library"].vocabularies
    with portal.app_context(), reading():
        published = db.session.scalars(select(Document)).all()
        assert len(engine.contents()) == len(published) == DOCUMENTS
        assert record_of(published[0], vocabularies).id in engine.contents()
    assert CASE in find(reader(portal, PRACTITIONER), "web+search")


def test_a_check_names_everything_that_differs_at_once(portal: Flask) -> None:
    rewrite(portal, "case-001", "Quinquereme", "of Nineveh")
    run(portal, "search", "sync")
    rewrite(portal, "case-001", "Trireme", "of Nineveh")
    expected = {falsify(portal, kind) for kind in ("extra", "generation")}
    with engine_of(portal).writing():
        engine_of(portal).apply([], [id_of(portal, "case-002")], generation(portal) - 1)
    expected |= {"missing from the index: case-002", "outdated in the index: case-001"}
    assert set(run(portal, "search", "check", status=1).splitlines()[:-1]) == expected
    run(portal, "search", "check", "--repair")
    assert find(reader(portal, PRACTITIONER), "trireme") == ["case-001"]


def test_without_an_index_a_check_says_what_to_do_and_repair_does_it(portal: Flask) -> None:
    lose_all(portal.extensions["settings"].instance / "search")
    for command in (["check"], ["query", "travel"]):
        output = run(portal, "search", *command, status=1)
        assert "there is no search index yet: run `flask search reindex`" in output
        assert "Traceback" not in output
    assert f"{DOCUMENTS} documents indexed" in run(portal, "search", "check", "--repair")
    assert "agrees with the database" in run(portal, "search", "check")


def test_sync_indexes_what_has_changed_and_no_more(portal: Flask) -> None:
    assert run(portal, "search", "sync") == "0 changed documents indexed\n"
    rewrite(portal, CASE, "Quinquereme", "of Nineveh")
    change(portal, "case-001", state="withdrawn")
    assert run(portal, "search", "sync") == "2 changed documents indexed\n"
    assert run(portal, "search", "sync") == "0 changed documents indexed\n"
    assert find(reader(portal, PRACTITIONER), "quinquereme") == [CASE]
    assert id_of(portal, "case-001") not in engine_of(portal).contents()


def test_readers_search_on_while_the_index_is_built_anew(portal: Flask) -> None:
    clients = [reader(portal, PRACTITIONER) for _ in range(2)]
    before = find(clients[0], "passport")
    ended = Event()

    def read(client: Reader) -> int:
        times = 0
        while not ended.is_set():
            assert find(client, "passport") == before
            times += 1
        return times

    with ThreadPoolExecutor(len(clients)) as pool:
        reading_on = [pool.submit(read, client) for client in clients]
        try:
            for _ in range(4):
                assert run(portal, "search", "reindex") == f"{DOCUMENTS} documents indexed\n"
        finally:
            ended.set()
        assert all(future.result() for future in reading_on)
    folder = portal.extensions["settings"].instance / "search"
    assert len(list(folder.glob("index-*"))) == 1, "the old ones are gone"
    assert [path.name for path in folder.glob("current*")] == ["current"]


def test_two_who_bring_the_index_up_to_date_at_once_do_not_disturb_each_other(
    portal: Flask,
) -> None:
    def change_and_sync(number: int) -> None:
        rewrite(portal, f"case-{number:03}", f"Quinquereme {number}", f"zzyzx{number}")
        index(portal)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change_and_sync, range(1, 9)))
    assert "agrees with the database" in run(portal, "search", "check")
    page = reader(portal, PRACTITIONER).page("/library?q=title:quinquereme")
    assert set(listed(page)) == {f"case-{number:03}" for number in range(1, 9)}


# ---- Asking on the command line


@pytest.fixture(scope="module")
def shop(databases: object) -> Iterator[Flask]:
    """A portal with a word of its own; tests only read it."""
    app = databases.make("stocked")  # type: ignore[attr-defined]
    rewrite(app, CASE, "Quinquereme of Nineveh", "A quinquereme rowed home.")
    rewrite(app, "case-005", "A quinquereme", "It carried “ivory” & apes — and peacocks.")
    rewrite(app, "case-006", "Cargo", "A quinquereme again.", audience="leads")
    index(app)
    yield app
    databases.drop(app)  # type: ignore[attr-defined]


def test_a_query_prints_how_many_and_the_best_first(shop: Flask) -> None:
    first, *lines = run(shop, "search", "query", "quinquereme").splitlines()
    assert first == "2 documents"
    rows = [line.split(maxsplit=2) for line in lines]
    assert {(reference, title) for _, reference, title in rows} == {
        (CASE, "Quinquereme of Nineveh"),
        ("case-005", "A quinquereme"),
    }
    scores = [float(score) for score, _, _ in rows]
    assert scores == sorted(scores, reverse=True)
    assert len(run(shop, "search", "query", "quinquereme", "--limit", 1).splitlines()) == 2
    assert run(shop, "search", "query", "zzyzx") == "0 documents\n"
    as_lead = run(shop, "search", "query", "quinquereme", "--as", "strategic-lead")
    assert as_lead.startswith("3 documents\n")
    assert "case-006" in as_lead


def test_a_query_as_json_says_all_that_a_page_would(shop: Flask) -> None:
    said = json.loads(run(shop, "search", "query", "quinqureme ivory zzyzx", "--json"))
    assert set(said) == {"query", "total", "read_as", "unknown", "results"}
    assert said["query"] == "quinqureme ivory zzyzx"
    assert said["read_as"] == {"quinqureme": "quinquereme"}
    assert said["unknown"] == ["zzyzx"]
    assert said["total"] == len(said["results"])
    first = said["results"][0]
    assert set(first) == {"id", "type", "title", "score", "extract"}
    assert (first["id"], first["type"]) == ("case-005", "case")
    assert first["extract"] == "It carried “ivory” & apes — and peacocks."
    assert "\\u" not in run(shop, "search", "query", "ivory", "--json")
    assert json.loads(run(shop, "search", "query", "", "--json"))["results"] == []


def test_a_query_finds_what_the_same_person_finds_on_the_page(shop: Flask) -> None:
    client = reader(shop, PRACTITIONER)
    for q in ("quinquereme", "child travel police", "title:quinquereme", "travel -passport"):
        found = json.loads(run(shop, "search", "query", q, "--json", "--limit", 20))
        page = client.get("/library", query_string={"q": q})
        assert [result["id"] for result in found["results"]] == listed(Page(page.text)), q
        assert found["total"] == total(Page(page.text))


def test_a_query_on_the_command_line_is_not_counted_and_needs_a_role_there_is(
    shop: Flask,
) -> None:
    run(shop, "search", "query", "ivory")
    assert "ivory" not in run(shop, "search", "report")
    assert "'emperor' is not one of" in run(
        shop, "search", "query", "x", "--as", "emperor", status=2
    )
    run(shop, "search", "query", "x", "--limit", 0, status=2)


# ---- Measuring


@pytest.fixture
def collection(tmp_path: Path) -> dict[str, Path]:
    texts = {
        "documents": '{"id": "a", "title": "Lighthouse", "text": "A marzipan lighthouse keeper"}\n'
        '\n{"id": "b", "title": null, "text": "A boat in the harbour"}\n',
        "queries": "1\tlighthouse\n2\tharbour boat\n3\tnever judged\n",
        "qrels": "1 0 a 1\n2 0 b 2\n2 0 a 0\n",
    }
    paths = {name: tmp_path / name for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name], encoding="utf-8")
    return paths


def evaluate(app: Flask, files: dict[str, Path], *more: str, status: int = 0) -> str:
    given = [part for name, path in files.items() for part in (f"--{name}", path)]
    return run(app, "search", "evaluate", *given, *more, status=status)


def test_a_judged_collection_is_measured(library: Flask, collection: dict[str, Path]) -> None:
    lines = dict(line.split() for line in evaluate(library, collection).splitlines())
    assert lines == {"queries": "2", "ndcg@10": "1.0", "recall@100": "1.0", "mrr@10": "1.0"}
    collection["qrels"].write_text("1 0 a 1\n2 0 a 1\n")
    measured = json.loads(evaluate(library, collection, "--json"))
    assert measured == {"queries": 2, "ndcg@10": 0.5, "recall@100": 0.5, "mrr@10": 0.5}


def test_a_folder_of_markdown_is_a_collection_too(
    library: Flask, collection: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "markdown" / "deeper"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("# Lighthouse\n\nMarzipan.", encoding="utf-8")
    (folder.parent / "b.md").write_text("A boat in the harbour.", encoding="utf-8")
    files = collection | {"documents": folder.parent}
    assert json.loads(evaluate(library, files, "--json"))["mrr@10"] == 1.0


def test_measuring_leaves_the_portals_own_index_alone(
    library: Flask, collection: dict[str, Path]
) -> None:
    before = engine_of(library).contents(), engine_of(library).generation()
    evaluate(library, collection)
    assert (engine_of(library).contents(), engine_of(library).generation()) == before


WRONG = [
    ("documents", b"no json\n", "line 1"),
    ("documents", b'{"id": "a"}\n[1]\n', "line 2"),
    ("documents", b'{"title": "a"}\n', "line 1"),
    ("documents", b'{"id": "a", "title": ["x"], "text": 5}\n', "line 1"),
    ("documents", b"\xff\xfe\n", "documents"),
    ("queries", b"1 lighthouse\n", "line 1"),
    ("queries", b"1\tlighthouse\nharbour\n", "line 2"),
    ("queries", b"\xff\xfe\n", "queries"),
    ("qrels", b"", "no query has a judgement"),
    ("qrels", b"9 0 a 1\n", "no query has a judgement"),
    ("qrels", b"1 a 1\n", "qrels"),
    ("qrels", b"1 0 a much\n", "qrels"),
    ("qrels", b"\xff\xfe\n", "qrels"),
]


@pytest.mark.parametrize(("name", "content", "message"), WRONG)
def test_a_wrong_file_is_named_with_what_is_wrong_in_it(
    library: Flask, collection: dict[str, Path], name: str, content: bytes, message: str
) -> None:
    collection[name].write_bytes(content)
    output = evaluate(library, collection, status=1)
    assert output.startswith("Error: ")
    assert message in output
    assert "Traceback" not in output


def test_a_file_that_is_not_there_is_said(library: Flask, collection: dict[str, Path]) -> None:
    for name in ("documents", "queries", "qrels"):
        files = collection | {name: Path("nowhere.txt")}
        assert "nowhere.txt" in evaluate(library, files, status=2)
