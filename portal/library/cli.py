"""Commands of the room: import, export, withdraw."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from portal.audit.service import COMMAND_LINE
from portal.authorities import service as authorities
from portal.core import clock
from portal.core.config import Settings
from portal.core.database import commit, db, reading
from portal.core.errors import DomainError
from portal.library import content, indexing, readability, service
from portal.library import vocabularies as vocabulary_files
from portal.library.views import Library

library = AppGroup("library", help="The published library.")

VOCABULARIES = "vocabularies.yaml"
REGISTER = "authorities.csv"
DEMONSTRATION_REGISTER = "demonstration-authorities.csv"


def _library() -> Library:
    found: Library = current_app.extensions["library"]
    return found


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@library.command("import")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another folder than PORTAL_CONTENT.",
)
def import_(folder: Path | None) -> None:
    """Load the register of authorities and the content files; nothing unless all is well."""
    import_folder(folder or _settings().content)


def import_folder(folder: Path) -> None:
    """Load `folder` and say what was added and changed, or what to mend."""
    names = [REGISTER, *([DEMONSTRATION_REGISTER] if _settings().demonstration else [])]
    rows, problems = _registers(folder, names)
    vocabularies = _library().vocabularies
    with reading():
        known = {row.code for row in rows} | set(authorities.ids_by_code(db.session))
        there = service.audiences_by_reference(db.session)
        db.session.rollback()
    items, wrong_items = content.read_folder(folder, vocabularies, known, there)
    problems += wrong_items
    _stop_at(problems, "nothing was loaded")
    register = authorities.import_register(db.session, actor=COMMAND_LINE, rows=rows)
    tally = service.import_items(
        db.session,
        actor=COMMAND_LINE,
        items=items,
        vocabularies=vocabularies,
        progress=lambda reference, what: click.echo(f"{what}: {reference}"),
    )
    commit()
    for name, counted in (("Authorities", register), ("Documents", tally)):
        click.echo(
            f"{name}: {counted.added} added, {counted.changed} changed, "
            f"{counted.unchanged} unchanged"
        )
    _follow()


def _registers(
    folder: Path, names: Sequence[str]
) -> tuple[list[authorities.Row], list[content.Problem]]:
    rows: list[authorities.Row] = []
    problems: list[content.Problem] = []
    for name in names:
        read, wrong = authorities.read_file(folder / name)
        rows += read
        problems += [content.Problem(folder / name, line, text) for line, text in wrong]
    return rows, problems


def _stop_at(problems: Sequence[content.Problem | readability.Fault], so: str) -> None:
    """Print what is to be mended and end the command with an error; nothing if all is well."""
    if problems:
        for problem in sorted(problems):
            click.echo(str(problem), err=True)
        count = len(problems)
        raise click.ClickException(
            f"{so}: mend the {f'{count} problems' if count > 1 else 'problem'} above"
        )


@library.command("check")
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def check(folder: Path | None) -> None:
    """Measure how the content files in FOLDER read, and find what is to be mended in them.

    A document has to stand by itself there: links may lead to what is in FOLDER and nowhere else.
    """
    folder = folder or _settings().content
    own = folder / VOCABULARIES
    vocabularies = vocabulary_files.read(own) if own.exists() else _library().vocabularies
    names = [name for name in (REGISTER, DEMONSTRATION_REGISTER) if (folder / name).exists()]
    rows, problems = _registers(folder, names)
    items, wrong = content.read_folder(folder, vocabularies, {row.code for row in rows})
    _stop_at([*problems, *wrong], "nothing was measured")
    click.echo("document        words  sentences  middle  longest  reading age")
    for item in items:
        one = readability.measure(item)
        click.echo(
            f"{one.id:14} {one.words:6} {one.sentences:10} {one.median:7g} "
            f"{one.longest:8} {one.age:12}"
        )
    found = readability.faults(
        items, vocabularies, today=clock.today(), allowed=readability.read_allowed(folder)
    )
    _stop_at(found, f"{len(items)} documents are measured")
    click.echo(f"{len(items)} documents: nothing to mend")


@library.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the register and the published documents as content files into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, demonstration in ((REGISTER, False), (DEMONSTRATION_REGISTER, True)):
        rows = authorities.rows_of(db.session, demonstration=demonstration)
        if rows:
            authorities.write_file(folder / name, rows)
    count = 0
    for place, name, text in service.export_items(db.session, _library().vocabularies):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / name).write_text(text, encoding="utf-8")
        count += 1
    click.echo(f"{count} documents written to {folder}")


@library.command("withdraw")
@click.argument("reference")
@click.option("--reason", required=True, help="At most 500 characters, which readers will see.")
def withdraw(reference: str, reason: str) -> None:
    """Take a document away from readers at once; its address says that it is gone."""
    if len(reason) > 500:
        raise click.ClickException("give a reason of at most 500 characters")
    try:
        service.withdraw(
            db.session,
            actor=COMMAND_LINE,
            reference=reference,
            reason=reason,
            vocabularies=_library().vocabularies,
        )
        commit()
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{reference} is withdrawn.")
    _follow()


def _follow() -> None:
    """Bring the search index up to date with what has just been committed."""
    try:
        with reading():
            indexing.sync_index(db.session, _library().engine, _library().vocabularies)
            db.session.rollback()
    except Exception as error:  # whatever it is, the change itself is done
        raise click.ClickException(
            f"that is done, but the search index could not be changed ({type(error).__name__}): "
            "run `flask search reindex`"
        ) from error
