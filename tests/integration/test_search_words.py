"""Words for the search, kept by hand: of each document, and of the library as a whole."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.core.config import ROOT, Settings
from tests.client import Reader, reader
from tests.databases import SECRET, Databases
from tests.integration.searching import index, listed, own_words, rewrite, said
from tests.people import CURATOR, PRACTITIONER
from tests.starter import DOCUMENTS

CASE = "case-004"
WORD = "quinquereme"


def run(app: Flask, *arguments: object, status: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result.output


def find(client: Reader, q: str) -> list[str]:
    return listed(client.page(f"/library?q={q}"))


# ---- Of a document


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "content", tmp_path / "content")


def give(content: Path, words: str) -> Path:
    """Give the case a word for the search, the first of its list."""
    path = content / "cases" / f"{CASE}.md"
    text = path.read_text(encoding="utf-8")
    assert text.count("\nsearch_words:\n") == 1
    path.write_text(text.replace("\nsearch_words:\n", f"\nsearch_words:\n- {words}\n"), "utf-8")
    return path


def test_a_word_for_the_search_finds_its_document_and_stands_nowhere(
    portal: Flask, content: Path
) -> None:
    client = reader(portal, CURATOR)
    assert find(client, WORD) == []
    give(content, f"a {WORD} hoisted sails")
    output = run(portal, "library", "import", "--folder", content)
    assert f"changed: {CASE}" in output
    assert f"0 added, 1 changed, {DOCUMENTS - 1} unchanged" in output
    assert find(client, WORD) == [CASE]
    assert find(client, "hoisted+sails")[0] == CASE
    for address in (
        f"/library/{CASE}",
        f"/library/{CASE}/download.html",
        f"/library/{CASE}/download.md",
        "/library?type=case",
        "/library?q=web+search",
    ):
        text = client.get(address).text
        assert WORD not in text, address
        assert "search_words" not in text, address
    assert client.get(f"/library/complete?q={WORD[:4]}").json == []


def test_words_for_the_search_come_out_of_an_export_as_they_went_in(
    portal: Flask, content: Path, tmp_path: Path
) -> None:
    path = give(content, f"a {WORD}’s “oar”, rowed")
    run(portal, "library", "import", "--folder", content)
    run(portal, "library", "export", tmp_path / "out")
    written = tmp_path / "out" / "cases" / f"{CASE}.md"
    assert written.read_bytes() == path.read_bytes()
    (tmp_path / "out" / "vocabularies.yaml").unlink(missing_ok=True)
    output = run(portal, "library", "import", "--folder", tmp_path / "out")
    assert f"0 added, 0 changed, {DOCUMENTS} unchanged" in output


def test_a_document_may_do_without_words_for_the_search(portal: Flask, content: Path) -> None:
    path = content / "cases" / f"{CASE}.md"
    before, _, rest = path.read_text(encoding="utf-8").partition("\nsearch_words:\n")
    path.write_text(before + "\naudience:" + rest.split("\naudience:", 1)[1], encoding="utf-8")
    assert "1 changed" in run(portal, "library", "import", "--folder", content)
    assert CASE in find(reader(portal, PRACTITIONER), "web+search")
    run(portal, "library", "export", content.parent / "out")
    written = (content.parent / "out" / "cases" / f"{CASE}.md").read_text(encoding="utf-8")
    assert "search_words" not in written


def test_a_phrase_is_looked_for_where_readers_can_see_it(portal: Flask) -> None:
    details = {"sources": [], "search_words": ["a quinquereme rowed home"]}
    rewrite(portal, CASE, "Trireme", "A trireme.", details=details)
    index(portal)
    page = reader(portal, PRACTITIONER).page(f"/library?q=%22{WORD}+rowed%22")
    assert "exactly as you wrote it" in said(page), "nobody could find it on the page"
    assert listed(page)[0] == CASE


# ---- Of the library


def start(tmp_path: Path, search_words: str | bytes) -> str:
    """Start a portal with other words for the search; return what it says when it stops."""
    content = own_words(tmp_path / "content", "")
    given = search_words if isinstance(search_words, bytes) else search_words.encode()
    (content / "search-words.yaml").write_bytes(given)
    settings = Settings(secret_key=SECRET, instance=tmp_path / "instance", content=content)  # type: ignore[arg-type]
    with pytest.raises((SystemExit, ValueError)) as stopped:
        create_app(settings)
    return str(stopped.value)


def test_an_unknown_term_among_the_signs_stops_the_start_and_is_named(tmp_path: Path) -> None:
    message = start(
        tmp_path,
        "signs: {source_of_harm: {online: [forum], telephone: [rang]}, colour: {red: [red]}}",
    )
    assert "search-words.yaml speaks of terms" in message
    assert "source_of_harm: telephone" in message
    assert "colour: red" in message
    assert "online" not in message


MALFORMED = {
    "no yaml": "same: [",
    "no mapping": "- same",
    "a word": "same",
    "another key": "same: []\nsynonyms: []",
    "same is no list": "same: 3",
    "same is flat": "same: [mum, mother]",
    "a number in a group": "same: [[s47, 47]]",
    "also is no list": "also: 3",
    "also without to": "also: [{from: [mum]}]",
    "also with a word": "also: [{from: mum, to: [mother]}]",
    "also is one": "also: {from: [mum], to: [mother]}",
    "signs is a list": "signs: [online]",
    "signs of a list": "signs: {source_of_harm: [online]}",
    "signs of nothing": "signs: {source_of_harm: }",
    "signs of a word": "signs: {source_of_harm: {online: forum}}",
    "control": "same: [[\x01]]",
    "a tag": "same: !!python/object/apply:os.system [echo]",
    "a date that is none": "same: [[2026-13-99]]",
    "bytes": b"same: [[\xff]]",
}


@pytest.mark.parametrize("given", MALFORMED.values(), ids=MALFORMED)
def test_words_that_can_not_be_read_stop_the_start_and_the_file_is_named(
    tmp_path: Path, given: str | bytes
) -> None:
    assert "search-words.yaml" in start(tmp_path, given)


def test_an_operator_is_told_in_words_why_the_portal_does_not_start(tmp_path: Path) -> None:
    content = own_words(tmp_path / "content", "signs: {colour: {red: [red]}}")
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_INSTANCE": str(tmp_path / "instance"),
        "PORTAL_CONTENT": str(content),
    }
    result = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "search", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode != 0
    assert "search-words.yaml speaks of terms that vocabularies.yaml does not have" in result.stderr
    assert "colour: red" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_portal_may_do_without_any_words_of_its_own(databases: Databases, tmp_path: Path) -> None:
    content = own_words(tmp_path / "content", "")
    for prepare in (lambda: None, (content / "search-words.yaml").unlink):
        prepare()
        app = databases.make("stocked", content=content)
        client = reader(app, PRACTITIONER)
        assert find(client, "passport")
        assert reader(app, PRACTITIONER).page("/library?q=passport")
        databases.drop(app)


def test_words_for_the_same_and_implied_words_are_found_one_way_or_both(
    databases: Databases, tmp_path: Path
) -> None:
    content = own_words(
        tmp_path / "content",
        "same: [[quinquereme, rowing galley]]\nalso: [{from: [nineveh], to: [quinquereme]}]",
    )
    app = databases.make("stocked", content=content)
    rewrite(app, "case-001", "Ship", "A quinquereme.")
    rewrite(app, "case-002", "Boat", "A rowing galley.")
    rewrite(app, "case-003", "Town", "The town of Nineveh.")
    index(app)
    client = reader(app, PRACTITIONER)
    assert find(client, "quinquereme") == ["case-001", "case-002"]
    assert set(find(client, "rowing+galley")) >= {"case-001", "case-002"}
    assert set(find(client, "nineveh")) == {"case-001", "case-003"}
    assert "case-003" not in find(client, "quinquereme"), "implied words lead one way"
    databases.drop(app)
