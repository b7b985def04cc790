"""Home, lists, documents, downloads, glossary."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from werkzeug.routing import BaseConverter

from portal.audit import service as audit
from portal.core import clock
from portal.core.database import db, short_transaction
from portal.core.permissions import Actor, Permission, requires
from portal.library import downloads, listing, presentation, service
from portal.library.catalogue import BEST, Catalogue, Listing, Snapshot
from portal.library.policy import audiences_of
from portal.library.vocabularies import TYPES, Vocabularies
from portal.search.port import Engine, NotReady, Query
from portal.ui import pagination

bp = Blueprint("library", __name__, template_folder="templates")

ON_HOME = 3
READ_FOR_PRACTICE = ("case", "guidance", "protocol")
QUESTIONS_ON_HOME = 6
FIND_BY = {
    "source_of_harm": "Where does the worry come from?",
    "referred_by": "Who raised it?",
    "area_type": "What kind of area are you in?",
}


class ReferenceConverter(BaseConverter):
    """A document's reference in an address; anything else is no page."""

    regex = r"[a-z]+-[0-9]{3,}"


@dataclass(frozen=True)
class Library:
    """What the views of this room share for the life of the application."""

    vocabularies: Vocabularies
    catalogue: Catalogue
    engine: Engine


@dataclass(frozen=True)
class WayOut:
    """What an empty list would show without one of its filters."""

    label: str
    href: str
    total: int


def _library() -> Library:
    library: Library = current_app.extensions["library"]
    return library


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _snapshot() -> Snapshot:
    return _library().catalogue.current(db.session)


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "practice": presentation.practice,
        "review_due": _review_due,
        "type_labels": TYPES,
        "filter_options": _filter_options,
    }


@cache
def _option_pieces(name: str, term: str, label: str) -> tuple[str, ...]:
    """Return a filter's check box around its two changing parts: the tick and the count."""
    mark = Markup("<!-- mark -->")
    about = {"name": name, "term": term, "label": label, "mark": mark}
    return tuple(render_template("library/_filter_option.html", **about).split(mark))


def _filter_options(facet: listing.Facet) -> Markup:
    made = []
    for option in facet.options:
        before, between, after = _option_pieces(facet.name, option.term, option.label)
        made.append(
            f"{before}{' checked' if option.chosen else ''}{between}{option.count:,}{after}"
        )
    return Markup("".join(made))  # noqa: S704 (pieces of an escaping template, and numbers)


def _review_due(document: Any) -> bool:
    return presentation.review_due(document, clock.today())


@bp.route("/")
@requires(Permission.LIBRARY_READ)
def home() -> ResponseReturnValue:
    """Lead a reader to the task they came for."""
    audiences = audiences_of(_actor())
    snapshot = _snapshot()

    def first(order: str, limit: int, **filters: tuple[str, ...]) -> list[int]:
        found = snapshot.listing(audiences=audiences, filters=filters, order=order, limit=limit)
        return found.ids

    groups = {
        "new": first("newest", ON_HOME, type=READ_FOR_PRACTICE),
        "reviewed": first("reviewed", ON_HOME, type=READ_FOR_PRACTICE, reviewed=("yes",)),
        "questions": first("title", QUESTIONS_ON_HOME, question=("yes",)),
    }
    wanted = sorted({id_ for ids in groups.values() for id_ in ids})
    found = {d.id: d for d in service.listed(db.session, actor=_actor(), ids=wanted)}
    shown = {name: [found[i] for i in ids if i in found] for name, ids in groups.items()}
    return render_template("library/home.html", **shown)


@bp.route("/concern")
@requires(Permission.LIBRARY_READ)
def concern() -> ResponseReturnValue:
    """Say first that concerns are not reported here, then who to call, then what to read."""
    references = ["guidance-001", "guidance-004", "protocol-002"]
    documents = service.listed_by_reference(db.session, actor=_actor(), references=references)
    return render_template("library/concern.html", documents=documents)


@bp.route("/find-a-case")
@requires(Permission.LIBRARY_READ)
def find_a_case() -> ResponseReturnValue:
    """Ask three questions that lead to a list of cases."""
    found = _snapshot().listing(
        audiences=audiences_of(_actor()), filters={"type": ("case",)}, limit=0
    )
    wanted = listing.Wanted(filters={"type": ("case",)})
    panel = listing.facets(wanted, found.counts, _library().vocabularies)
    questions = [facet for name in FIND_BY for facet in panel if facet.name == name]
    return render_template(
        "library/find_a_case.html", questions=questions, wording=FIND_BY, total=found.total
    )


@bp.route("/library")
@requires(Permission.LIBRARY_READ)
def browse() -> ResponseReturnValue:
    """List, filter and search what is published."""
    library, actor = _library(), _actor()
    wanted = listing.parse(request.args, library.vocabularies)
    ranked, searching, too_common = None, True, False
    if wanted.q:
        try:
            results = library.engine.search(Query(wanted.q, audiences_of(actor)))
            ranked, too_common = results.ids, results.too_common
        except NotReady:
            searching = False
    found = _page_of(wanted, ranked)
    last = pagination.last_page(found.total)
    if wanted.page > last:
        return redirect(wanted.address(page=last))
    documents = service.listed(db.session, actor=actor, ids=found.ids, texts=ranked is not None)
    extracts = {}
    if ranked is not None:
        extracts = {d.id: library.engine.extract(d.plain, wanted.q) for d in documents}
    return render_template(
        "library/browse.html",
        wanted=wanted,
        total=found.total,
        documents=documents,
        extracts=extracts,
        searching=searching,
        too_common=too_common,
        facets=listing.facets(wanted, found.counts, library.vocabularies),
        chips=listing.chips(wanted, library.vocabularies),
        ways_out=_ways_out(wanted, ranked) if not found.total else [],
        sorts=({BEST: "Best match"} if wanted.q else {}) | dict(listing.SORTS),
        pages=pagination.component(wanted.page, found.total, wanted.address),
    )


def _page_of(wanted: listing.Wanted, ranked: Sequence[int] | None) -> Listing:
    return _snapshot().listing(
        audiences=audiences_of(_actor()),
        filters=wanted.filters,
        order=wanted.sort if ranked is not None or wanted.sort != BEST else "newest",
        ranked=ranked,
        offset=(wanted.page - 1) * pagination.PER_PAGE,
        limit=pagination.PER_PAGE,
    )


def _ways_out(wanted: listing.Wanted, ranked: Sequence[int] | None) -> list[WayOut]:
    """Return, for an empty list, what leaving out each filter would show."""
    ways = []
    for chip in listing.chips(wanted, _library().vocabularies):
        left = _page_of(chip.left, ranked)
        if left.total:
            ways.append(WayOut(f"{chip.vocabulary}: {chip.label}", chip.href, left.total))
    return ways


@bp.route("/library/<reference:reference>")
@requires(Permission.LIBRARY_READ)
def document(reference: str) -> ResponseReturnValue:
    """Show a document, summary first."""
    library, actor = _library(), _actor()
    shown = service.page_of(db.session, actor=actor, reference=reference)
    audiences = audiences_of(actor)
    snapshot = library.catalogue.current(db.session, shown.generation)
    related = snapshot.remembered(
        ("related", reference, audiences),
        lambda: presentation.related(
            shown, audiences=audiences, snapshot=snapshot, vocabularies=library.vocabularies
        ),
    )
    return render_template("library/document.html", document=shown, related=related)


@bp.route("/library/<reference:reference>/download.<any(html, md):form>")
@requires(Permission.LIBRARY_EXPORT)
def download(reference: str, form: str) -> ResponseReturnValue:
    """Give a copy of a document to keep; who took it is on record."""
    library, actor = _library(), _actor()
    shown = service.get(db.session, actor=actor, reference=reference)
    related = [entry["id"] for entry in shown.related]
    readable = _snapshot().named(related, audiences=audiences_of(actor))
    body = downloads.MAKERS[form](
        shown,
        vocabularies=library.vocabularies,
        origin=_origin(),
        readable=frozenset(entry.reference for entry in readable),
    )
    with short_transaction() as session:
        audit.record(
            session,
            actor=actor,
            action="document.downloaded",
            object_type="document",
            object_id=reference,
            details={"format": form},
        )
    response = Response(body, mimetype="text/html" if form == "html" else "text/markdown")
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.{form}"'
    return response


def _origin() -> str:
    """Return the portal's own address for a copy, or nothing where no host name is vouched for."""
    return request.host_url.rstrip("/") if current_app.config["TRUSTED_HOSTS"] else ""


@bp.route("/glossary")
@requires(Permission.LIBRARY_READ)
def glossary() -> ResponseReturnValue:
    """Show every term with its competing definitions side by side."""
    entries = service.glossary_entries(db.session, actor=_actor())
    return render_template("library/glossary.html", entries=entries)
