"""Loading content: all or nothing, twice the same, and back out again."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.audit.models import AuditEntry
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.config import ROOT
from portal.core.database import commit, db
from portal.library.models import Document, LibraryState, State
from portal.library.vocabularies import Vocabularies
from tests.client import reader
from tests.people import PRACTITIONER
from tests.starter import DOCUMENTS


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "content", tmp_path / "content")


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def run(app: Flask, *arguments: object, status: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result.output


def generation(app: Flask) -> int | None:
    with app.app_context():
        return db.session.scalar(select(LibraryState.generation))


def test_everything_is_loaded_into_an_empty_portal(empty_portal: Flask) -> None:
    output = run(empty_portal, "library", "import")
    assert "Authorities: 153 added, 0 changed, 0 unchanged" in output
    assert f"Documents: {DOCUMENTS} added, 0 changed, 0 unchanged" in output


def test_loading_again_changes_nothing(portal: Flask) -> None:
    before = generation(portal)
    output = run(portal, "library", "import")
    assert output.splitlines() == [
        "Authorities: 0 added, 0 changed, 153 unchanged",
        f"Documents: 0 added, 0 changed, {DOCUMENTS} unchanged",
    ]
    assert generation(portal) == before


def test_a_changed_file_changes_its_document_alone(portal: Flask, content: Path) -> None:
    change(content / "cases/case-004.md", "title: A web search", "title: One web search")
    output = run(portal, "library", "import", "--folder", content)
    assert "changed: case-004" in output
    assert f"Documents: 0 added, 1 changed, {DOCUMENTS - 1} unchanged" in output
    client = reader(portal, PRACTITIONER)
    assert client.page("/library/case-004").heading.startswith("One web search")
    assert "One web search" in client.page("/library?q=one+web+search").text


def test_nothing_is_loaded_unless_all_is_well(portal: Flask, content: Path) -> None:
    change(content / "cases/case-004.md", "title: A web search", "title: Changed")
    change(content / "cases/case-005.md", "audience: readers", "audience: everyone")
    change(content / "authorities.csv", "E06000001,Hartlepool", "E06000001,Elsewhere")
    output = run(portal, "library", "import", "--folder", content, status=1)
    assert "case-005.md:" in output
    assert "Write one of readers, staff, leads, curators" in output
    assert "nothing was loaded" in output
    client = reader(portal, PRACTITIONER)
    assert client.page("/library/case-004").heading.startswith("A web search")
    assert "Hartlepool" in client.page("/account").text


def test_a_wrong_register_names_its_line(portal: Flask, content: Path) -> None:
    with (content / "authorities.csv").open("a", encoding="utf-8") as file:
        file.write("E06000001,Twice,North East,unitary\nE0600,,x,y\n")
    output = run(portal, "library", "import", "--folder", content, status=1)
    assert "authorities.csv:155: E06000001 stands above already" in output
    assert "authorities.csv:156: give all of code, name, region, type" in output


def test_a_renamed_authority_is_changed_in_place(portal: Flask, content: Path) -> None:
    change(content / "authorities.csv", "E06000001,Hartlepool", "E06000001,New Hartlepool")
    output = run(portal, "library", "import", "--folder", content)
    assert "Authorities: 0 added, 1 changed, 152 unchanged" in output
    assert "New Hartlepool" in reader(portal, PRACTITIONER).page("/account").text


def test_a_changed_glossary_is_explained_anew_everywhere(portal: Flask, content: Path) -> None:
    path = content / "glossary/term-004.md"
    summary = next(line for line in path.read_text().splitlines() if line.startswith("summary: "))
    change(path, summary, "summary: A quite new meaning.")
    run(portal, "library", "import", "--folder", content)
    client = reader(portal, PRACTITIONER)
    assert "A quite new meaning." in client.page("/library/case-001").text


def test_the_export_writes_the_same_files_back(portal: Flask, tmp_path: Path) -> None:
    output = run(portal, "library", "export", tmp_path / "out")
    assert output.startswith(f"{DOCUMENTS} documents")
    originals = {p.relative_to(ROOT / "content"): p for p in (ROOT / "content").rglob("*.md")}
    written = {p.relative_to(tmp_path / "out"): p for p in (tmp_path / "out").rglob("*.md")}
    assert set(written) == set(originals)
    for name, path in written.items():
        assert path.read_bytes() == originals[name].read_bytes(), name


def test_an_export_can_be_imported_again_even_after_a_withdrawal(
    portal: Flask, tmp_path: Path
) -> None:
    run(portal, "library", "withdraw", "case-011", "--reason", "a test")
    run(portal, "library", "withdraw", "term-004", "--reason", "a test")
    run(portal, "library", "export", tmp_path / "out")
    output = run(portal, "library", "import", "--folder", tmp_path / "out")
    assert f"Documents: 0 added, 0 changed, {DOCUMENTS - 2} unchanged" in output
    assert (tmp_path / "out/authorities.csv").read_bytes() == (
        ROOT / "content/authorities.csv"
    ).read_bytes()


def test_the_check_measures_each_document_and_finds_nothing_to_mend(
    portal: Flask, content: Path
) -> None:
    with clock.frozen(datetime(2026, 12, 1, 9, tzinfo=UTC)):
        output = run(portal, "library", "check", content)
    assert output.endswith(f"{DOCUMENTS} documents: nothing to mend\n")
    measured = [line.split() for line in output.splitlines() if line.startswith("guidance-001 ")]
    assert len(measured) == 1
    assert 100 < int(measured[0][1]) < 2000


def test_the_check_says_what_is_to_be_mended_and_fails(portal: Flask, content: Path) -> None:
    path = content / "cases/case-011.md"
    long = "The worker went " + "and went " * 20 + "home."
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{long}\n", encoding="utf-8")
    with clock.frozen(datetime(2026, 12, 1, 9, tzinfo=UTC)):
        output = run(portal, "library", "check", content, status=1)
    assert "case-011: a sentence of 44 words" in output
    assert "mend the problem above" in output


def test_the_check_knows_nothing_outside_its_folder(portal: Flask, content: Path) -> None:
    (content / "cases/case-011.md").unlink()
    output = run(portal, "library", "check", content, status=1)
    assert "case-011 leads nowhere" in output, "although the library has it"
    assert "nothing was measured" in output


def test_a_withdrawn_term_is_explained_nowhere(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    assert "meaning-term-004" in client.get("/library/case-001").text
    run(portal, "library", "withdraw", "term-004", "--reason", "a test")
    assert "meaning-term-004" not in client.get("/library/case-001").text


def test_a_text_may_not_speak_of_what_not_all_its_readers_may_know(
    portal: Flask, content: Path
) -> None:
    change(content / "cases/case-011.md", "audience: readers", "audience: leads")
    output = run(portal, "library", "import", "--folder", content, status=1)
    assert "case-003.md:" in output
    assert "not everyone who reads this may know of case-011 (leads): take it out" in output


def test_a_renamed_vocabulary_is_renamed_on_every_page(portal: Flask) -> None:
    library = portal.extensions["library"]
    renamed = Vocabularies(
        replace(v, label="Kind of area") if v.key == "area_type" else v
        for v in library.vocabularies.values()
    )
    portal.extensions["library"] = replace(library, vocabularies=renamed)
    run(portal, "library", "import")
    assert "Kind of area" in reader(portal, PRACTITIONER).page("/library/case-001").text


def test_a_register_that_is_not_there_or_not_text_is_said_in_words(
    portal: Flask, content: Path
) -> None:
    (content / "authorities.csv").write_bytes(b"code,name,region,type\nX,\xff,X,X\n")
    output = run(portal, "library", "import", "--folder", content, status=1)
    assert "authorities.csv:1: save the file as UTF-8 text" in output
    (content / "authorities.csv").unlink()
    output = run(portal, "library", "import", "--folder", content, status=1)
    assert "authorities.csv:1: there is no such file" in output


def test_many_changes_at_once_and_a_database_put_back_reach_every_process(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reader(portal, PRACTITIONER)
    assert f"{DOCUMENTS} documents" in client.page("/library").text
    monkeypatch.setattr("portal.library.catalogue.MOST_CHANGES", 1)
    for number in (1, 2, 3):
        run(portal, "library", "withdraw", f"case-00{number}", "--reason", "a test")
    assert f"{DOCUMENTS - 3} documents" in client.page("/library").text
    with portal.app_context():
        db.session.execute(update(Document).values(state=State.PUBLISHED))
        db.session.execute(update(LibraryState).values(generation=1))
        commit()
    assert f"{DOCUMENTS} documents" in client.page("/library").text


def test_a_withdrawn_document_is_gone_everywhere_and_stays_so(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    title = client.page("/library/case-004").heading
    assert title in client.page("/library?q=web+search").text
    run(portal, "library", "withdraw", "case-004", "--reason", "Somebody could be recognised")
    page = client.page("/library/case-004", status=410)
    assert "Somebody could be recognised" in page.text
    assert title not in page.text
    for address in ("/library/case-004/download.html", "/library/case-004/download.md"):
        assert client.get(address).status_code == 410
    for address in (
        "/",
        "/library",
        "/library?q=web+search",
        "/library?sort=title",
        "/library/case-003",
        "/library/protocol-003",
    ):
        assert title not in client.get(address).text, address
    assert "withdrawn: case-004" in run(portal, "library", "import")
    assert client.get("/library/case-004").status_code == 410
    assert "already" in run(portal, "library", "withdraw", "case-004", "--reason", "x", status=1)
    assert "no document" in run(
        portal, "library", "withdraw", "case-999", "--reason", "x", status=1
    )


def test_an_import_is_on_record_without_its_text(portal: Flask) -> None:
    with portal.app_context():
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "library.imported")
        ).all()
        assert [entry.details for entry in entries] == [
            {"added": DOCUMENTS, "changed": 0, "unchanged": 0}
        ]


def test_the_demonstration_authorities_are_not_in_a_real_register(portal: Flask) -> None:
    with portal.app_context():
        types = db.session.scalars(select(Authority.type)).all()
    assert "demonstration" not in types
