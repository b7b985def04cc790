"""Commands of the search: the index, a query, what was looked for, how good the ranking is."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from portal.core import clock
from portal.core.database import db, reading
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.library import demand, indexing, service
from portal.library.policy import audiences_of
from portal.library.views import Library
from portal.search import evaluation, extracts
from portal.search.port import NotReady, Query

search = AppGroup("search", help="The search: its index, its results, how good they are.")

SHOWN = 10
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _library() -> Library:
    found: Library = current_app.extensions["library"]
    return found


def _no_index() -> click.ClickException:
    return click.ClickException("there is no search index yet: run `flask search reindex`")


@search.command("reindex")
def reindex() -> None:
    """Build the search index anew from the database, beside the present one."""
    with reading():
        count = indexing.rebuild_index(db.session, _library().engine, _library().vocabularies)
    click.echo(f"{count} documents indexed")


@search.command("sync")
def sync() -> None:
    """Bring the search index up to date with what has changed."""
    with reading():
        count = indexing.sync_index(db.session, _library().engine, _library().vocabularies)
    click.echo(f"{count} changed documents indexed")


@search.command("check")
@click.option("--repair", is_flag=True, help="Mend what differs.")
@click.pass_context
def check(context: click.Context, repair: bool) -> None:
    """Compare the search index with the database, document by document."""
    library = _library()
    try:
        with reading():
            found = indexing.check_index(
                db.session, library.engine, library.vocabularies, repair=repair
            )
    except NotReady:
        if not repair:
            raise _no_index() from None
        context.invoke(reindex)
        return
    for reference in found.missing:
        click.echo(f"missing from the index: {reference}")
    for reference in found.outdated:
        click.echo(f"outdated in the index: {reference}")
    for id_ in found.extra:
        click.echo(f"in the index, but not published: document {id_}")
    if found.held != found.generation:
        click.echo(f"the index is of generation {found.held}, the library of {found.generation}")
    if found.sound:
        click.echo("The search index agrees with the database.")
    elif repair:
        click.echo("Mended.")
    else:
        raise click.ClickException("the index differs: run `flask search check --repair`")


@search.command("query")
@click.argument("text")
@click.option(
    "--as",
    "role",
    type=click.Choice([role.value for role in Role]),
    default=Role.PRACTITIONER.value,
    show_default=True,
    help="Whose view of the library is searched.",
)
@click.option("--limit", default=SHOWN, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def query(text: str, role: str, limit: int, as_json: bool) -> None:
    """Search for TEXT as a person with a role would."""
    actor = Actor(name="command line", roles=frozenset({role}))
    asked = Query(text, audiences_of(actor), clock.today().toordinal())
    try:
        found = _library().engine.search(asked)
    except NotReady:
        raise _no_index() from None
    with reading():
        # of an index that is behind, what has been withdrawn meanwhile does not count
        visible = service.listed(db.session, actor=actor, ids=found.ids.tolist())
        ids = [row.id for row in visible[:limit]]
        rows = service.listed(db.session, actor=actor, ids=ids, texts=True)
    scores = dict(zip(found.ids.tolist(), found.scores.tolist(), strict=True))
    results = [
        {
            "id": row.reference,
            "type": row.type,
            "title": row.title,
            "score": round(scores[row.id], 4),
            "extract": "".join(words for words, _ in extracts.extract(row.plain, found.stems)),
        }
        for row in rows
    ]
    if as_json:
        answer: dict[str, Any] = {
            "query": text,
            "total": len(visible),
            "read_as": dict(found.read_as),
            "unknown": list(found.unknown),
            "results": results,
        }
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    click.echo(f"{len(visible)} documents")
    for result in results:
        click.echo(f"{result['score']:9.3f}  {result['id']}  {result['title']}")


@search.command("report")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3660))
def report(days: int) -> None:
    """Show what was searched for and wished for, by nobody in particular."""
    since = clock.today() - timedelta(days=days)
    with reading():
        searches = demand.searches(db.session, since)
        wishes = demand.wishes(db.session, since)
    click.echo(f"Searches since {since}: times, most documents found, words")
    for words, results, times in searches:
        if words:
            click.echo(f"{times:6}  {results:6}  {words}")
        else:
            click.echo(f"{times:6}       -  (words that are not kept)")
    click.echo(f"Wishes for an example since {since}: times, terms")
    for terms, times in wishes:
        click.echo(f"{times:6}  {terms}")


@search.command("evaluate")
@click.option(
    "--documents",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="JSON lines with id, title and text, or a folder of Markdown files.",
)
@click.option("--queries", required=True, type=_FILE, help="Lines with an id, a tab and a query.")
@click.option("--qrels", required=True, type=_FILE, help="Judgements in the form of TREC.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def evaluate(documents: Path, queries: Path, qrels: Path, as_json: bool) -> None:
    """Measure the ranking on a judged collection, with the portal's own settings."""
    try:
        measured = evaluation.evaluate(
            evaluation.documents(documents),
            evaluation.queries(queries),
            qrels,
            _library().thesaurus,
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(measured))
    else:
        for name, value in measured.items():
            click.echo(f"{name:12} {value}")
