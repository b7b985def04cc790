"""The disclosure check on the command line: of files, and of itself against judged texts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from portal import disclosure
from portal.disclosure import evaluation, files
from portal.library.public_words import lists
from portal.publishing import uploads

disclosure_commands = AppGroup("disclosure", help="What in a text could identify somebody.")


FOUND = 3
"""Ends the check of files in which something was found; 1 and 2 are errors of the command."""


@disclosure_commands.command("check")
@click.argument(
    "paths",
    metavar="FILE …",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each file.")
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Show what each FILE holds that could identify somebody, hidden text included.

    Ends with 3 when anything was found or a file was refused. That nothing was found does not mean
    that nobody can be recognised: a person decides that.
    """
    clean = True
    for path in paths:
        told = _checked(path)
        clean = clean and not told["refused"] and not told["findings"]
        if as_json:
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            for line in _lines(told):
                click.echo(line)
    context.exit(0 if clean else FOUND)


def _checked(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = {"file": str(path), "refused": "", "warnings": [], "findings": []}
    try:
        reading = files.read(path, name=path.name)
    except files.Refused as refused:
        told["refused"] = str(refused)
        return told
    told["warnings"] = list(reading.warnings)
    for piece in reading.pieces:
        for finding in disclosure.find(piece.text, lists=lists()):
            told["findings"].append(
                {
                    "where": uploads.place_of(piece),
                    "seen": piece.seen,
                    "words": piece.text[finding.start : finding.end],
                    "kind": finding.kind.value,
                    "tier": finding.tier.label,
                    "why": finding.why,
                    "instead": finding.instead,
                }
            )
    return told


def _lines(told: dict[str, Any]) -> Iterator[str]:
    if told["refused"]:
        yield f"{told['file']}: refused. {told['refused']}"
        return
    count = len(told["findings"])
    sure = "" if count else ". That does not mean that nobody can be recognised: read it"
    yield f"{told['file']}: {count} finding{'' if count == 1 else 's'}{sure}"
    for found in told["findings"]:
        hidden = "" if found["seen"] else ", hidden from readers"
        instead = f" Instead: {found['instead']}." if found["instead"] else ""
        where = f"{found['where']}{hidden}"
        words = " ".join(found["words"].split())
        yield f"  {where}: {words} ({found['tier']}). {found['why']}{instead}"
    for warning in told["warnings"]:
        yield f"  Note: {warning}"


@disclosure_commands.command("evaluate")
@click.argument("path", metavar="SET.jsonl", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def evaluate(path: Path, as_json: bool) -> None:
    """Measure the check against judged texts: recall, precision, flags in clean texts, speed."""
    try:
        measured = evaluation.evaluate(evaluation.judged(path), lists())
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(measured.as_json()))
    else:
        click.echo(measured.table())
