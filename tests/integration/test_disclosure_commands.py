"""The disclosure check on the command line."""

import json
from pathlib import Path

from flask import Flask

from tests.made_files import docx, p, planted_docx


def test_a_file_is_checked_hidden_text_included(library: Flask, tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    path.write_bytes(planted_docx())
    result = library.test_cli_runner().invoke(args=["disclosure", "check", str(path)])
    assert result.exit_code == 3
    assert "hidden from readers" in result.output
    assert "(certain)" in result.output


def test_findings_and_refusals_are_told_as_json(library: Flask, tmp_path: Path) -> None:
    told, refused = tmp_path / "note.md", tmp_path / "old.doc"
    told.write_text("Her NHS number is 943 476 5919.", encoding="utf-8")
    refused.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    result = library.test_cli_runner().invoke(
        args=["disclosure", "check", str(told), str(refused), "--json"]
    )
    assert result.exit_code == 3
    first, second = (json.loads(line) for line in result.output.splitlines())
    assert [one["kind"] for one in first["findings"]] == ["nhs-number"]
    assert second["findings"] == []
    assert second["refused"]


def test_a_file_in_which_nothing_is_found_ends_well_and_is_not_called_safe(
    library: Flask, tmp_path: Path
) -> None:
    path = tmp_path / "advice.docx"
    path.write_bytes(docx(p("Ask the family first. Write down what they say.")))
    result = library.test_cli_runner().invoke(args=["disclosure", "check", str(path)])
    assert result.exit_code == 0, result.output
    assert "0 findings" in result.output
    assert "does not mean that nobody can be recognised" in result.output
    assert "safe" not in result.output
    assert "anonymised" not in result.output


def test_judged_texts_measure_the_check(library: Flask, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    text = "Her NHS number is 943 476 5919. quokkaburra said so."
    judged = [
        {
            "id": "a",
            "kind": "seeded",
            "text": text,
            "entities": [
                {"type": "NHS", "start": 18, "end": 30, "text": text[18:30]},
                {"type": "RARE", "start": 46, "end": 50, "text": text[46:50]},
            ],
        },
        {"id": "b", "kind": "clean", "text": "Ask the family first.", "entities": []},
    ]
    path.write_text("\n".join(json.dumps(one) for one in judged), encoding="utf-8")
    result = library.test_cli_runner().invoke(args=["disclosure", "evaluate", str(path), "--json"])
    assert result.exit_code == 0, result.output
    measured = json.loads(result.output)
    assert measured["recall"]["hits"] == 1, "a judge may know better"
    assert measured["recall"]["of"] == 2
    path.write_text("{", encoding="utf-8")
    result = library.test_cli_runner().invoke(args=["disclosure", "evaluate", str(path)])
    assert result.exit_code == 1
    assert "line 1" in result.output
