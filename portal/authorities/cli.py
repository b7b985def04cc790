"""Commands of the room: bringing the register up to date with a curator's file."""

from pathlib import Path

import click
from flask.cli import AppGroup

from portal.audit.service import COMMAND_LINE
from portal.authorities import publishing
from portal.authorities.edition import MOST_CHARACTERS
from portal.authorities.publishing import Difference
from portal.core.database import commit, db, reading
from portal.core.errors import DomainError

authorities = AppGroup("authorities", help="The register of authorities.")


@authorities.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only check the file and show the difference.")
@click.option("--yes", is_flag=True, help="Load without asking once the difference is shown.")
def import_(file: Path, dry_run: bool, yes: bool) -> None:
    """Load published figures and statistical neighbours from FILE; nothing unless all is well."""
    text = _text(file)
    with reading():
        difference = publishing.compare(db.session, text)
        db.session.rollback()
    _show(difference)
    if not difference.changes:
        click.echo("Nothing differs.")
        return
    if dry_run:
        return
    if not yes:
        click.confirm("Load this?", abort=True)
    try:
        tally = publishing.load(
            db.session, actor=COMMAND_LINE, text=text, shown=difference.fingerprint
        )
        commit()
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"Authorities: {tally.added} added, {tally.changed} changed, {tally.unchanged} unchanged"
    )


def _text(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"save {file.name} as UTF-8 text") from error
    if len(text) > MOST_CHARACTERS:
        raise click.ClickException(f"{file.name} is longer than {MOST_CHARACTERS:,} characters")
    return text


def _show(difference: Difference) -> None:
    """Write the difference, or the problems and end."""
    problems = difference.edition.problems
    if problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        count = len(problems)
        raise click.ClickException(
            f"nothing was loaded: mend the {f'{count} problems' if count > 1 else 'problem'} above"
        )
    if difference.edition.passed_over:
        click.echo(f"Columns passed over: {', '.join(difference.edition.passed_over)}")
    for name in difference.missing:
        click.echo(f"Not in the file, and left as it is: {name}")
    for one in difference.changes:
        click.echo(f"{one.code} {one.name}{' (new)' if one.new else ''}")
        for change in one.changes:
            click.echo(f"  {change.what}: {change.before} -> {change.after}")
