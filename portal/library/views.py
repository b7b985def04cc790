"""Home, lists, documents, downloads, glossary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.routing import BaseConverter

from portal.accounts import notices
from portal.audit import service as audit
from portal.core import clock
from portal.core.application import reads_only
from portal.core.database import db, short_transaction
from portal.core.permissions import Actor, Permission, requires
from portal.library import (
    demand,
    downloads,
    indexing,
    law,
    listing,
    presentation,
    service,
    similar,
)
from portal.library.catalogue import BEST, Catalogue, Listing, Snapshot
from portal.library.forms import SituationForm, WishForm
from portal.library.indexing import Indexer
from portal.library.policy import audiences_of
from portal.library.vocabularies import TYPES, Vocabularies
from portal.search import analysis, extracts, syntax
from portal.search.port import Engine, Ids, NotReady, Query, Results
from portal.search.thesaurus import Thesaurus
from portal.ui import pagination

bp = Blueprint("library", __name__, template_folder="templates")

ON_HOME = 3
READ_FOR_PRACTICE = ("case", "guidance", "protocol")
QUESTIONS_ON_HOME = 6
PATHS_ON_HOME = 4
COUNTING_SECONDS = 0.2
FEWEST_TYPED, MOST_TYPED = 2, 80  # characters that are completed
MOST_TITLES, MOST_TERMS = 6, 3
MOST_NEAREST = 6
MOST_CLAUSES = 6
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
    thesaurus: Thesaurus
    indexer: Indexer


@dataclass(frozen=True)
class SimilarCase:
    """A case that is like a situation, with the reasons in words."""

    document: Any
    reasons: Sequence[str]


@dataclass(frozen=True)
class FoundAttachment:
    """An attachment through which a document was found, with the piece that shows why."""

    number: int
    title: str
    extract: list[extracts.Run]

    @property
    def hits(self) -> int:
        """How many words of the extract were looked for."""
        return sum(hit for _, hit in self.extract)


@dataclass(frozen=True)
class WayOut:
    """What an empty list would show without one of its filters or a part of its words."""

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
        "kind_of": _kind_of,
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


def _kind_of(document: Any) -> str:
    return presentation.kind(document, _library().vocabularies)


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
        "questions": first("title", QUESTIONS_ON_HOME, question=("yes",), kind=("subject",)),
        "paths": first("title", PATHS_ON_HOME, kind=("reading-path",)),
    }
    wanted = sorted({id_ for ids in groups.values() for id_ in ids})
    found = {d.id: d for d in service.listed(db.session, actor=_actor(), ids=wanted)}
    shown = {name: [found[i] for i in ids if i in found] for name, ids in groups.items()}
    unread = notices.unread(db.session, _actor())
    return render_template("library/home.html", unread=unread, **shown)


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
    results, searching = _results(wanted.q) if wanted.q else (None, True)
    ranked = results.ids if results is not None else None
    found = _page_of(wanted, ranked)
    last = pagination.last_page(found.total)
    if wanted.page > last:
        return redirect(wanted.address(page=last))
    documents = service.listed(db.session, actor=actor, ids=found.ids, texts=ranked is not None)
    shown: dict[int, list[extracts.Run]] = {}
    attached: dict[int, FoundAttachment] = {}
    if results is not None:
        shown = {d.id: extracts.extract(d.plain, results.stems) for d in documents}
        attached = _found_attached(documents, shown, results.stems)
        if wanted.asked and request.method == "GET":
            _count_search(wanted, results)
    return render_template(
        "library/browse.html",
        wanted=wanted,
        total=found.total,
        documents=documents,
        extracts=shown,
        attached=attached,
        results=results,
        searching=searching,
        facets=listing.facets(wanted, found.counts, library.vocabularies),
        chips=listing.chips(wanted, library.vocabularies),
        ways_out=_ways_out(wanted, ranked) if not found.total else [],
        nearest=_nearest(wanted.q) if wanted.q and searching and not found.total else [],
        wish=_wish_address(wanted),
        sorts=({BEST: "Best match"} if wanted.q else {}) | dict(listing.SORTS),
        pages=pagination.component(wanted.page, found.total, wanted.address),
    )


def _found_attached(
    documents: Sequence[Any], shown: Mapping[int, list[extracts.Run]], stems: Mapping[str, float]
) -> dict[int, FoundAttachment]:
    """Return, for documents whose own text has none of the words, the attachment that has most."""

    def says(text: str) -> bool:
        return any(hit for _, hit in extracts.extract(text, stems))

    without = [
        document.id
        for document in documents
        if not any(hit for _, hit in shown[document.id])
        and not says(f"{document.title}\n{document.question or ''}\n{document.summary}")
    ]
    if not without:
        return {}
    found: dict[int, FoundAttachment] = {}
    for row in service.attachments_listed(db.session, actor=_actor(), ids=without):
        made = FoundAttachment(row.number, row.title, extracts.extract(row.plain, stems))
        if not made.hits:  # or in its title alone
            runs = extracts.extract(f"{row.title}. {row.plain}", stems)
            made = FoundAttachment(row.number, row.title, runs)
        best = found.get(row.id)
        if made.hits and (best is None or made.hits > best.hits):
            found[row.id] = made
    return found


def _results(text: str, literal: bool = False) -> tuple[Results | None, bool]:
    """Search the index; `None` and false while there is none. One that is behind is mended."""
    try:
        return _library().engine.search(_query(text, literal)), True
    except NotReady:
        _library().indexer.wake()
        return None, False


def _query(text: str, literal: bool = False) -> Query:
    """Return what the present reader asks of the index.

    Of an index that is behind the library, what has changed since is left out. Raises `NotReady`
    for one that is ahead of it.
    """
    library = _library()
    generation = library.catalogue.current(db.session).generation
    held = library.engine.generation()
    if held is None or held > generation:
        raise NotReady("the index is not of this library")
    hidden = frozenset[int]()
    if held < generation:
        library.indexer.wake()
        hidden = indexing.changed_since(db.session, held)
    today = clock.today().toordinal()
    return Query(text, audiences_of(_actor()), today, literal, hidden)


def _count_search(wanted: listing.Wanted, results: Results) -> None:
    """Count a search if that is possible at once; nobody waits for it."""
    try:
        query = _query(wanted.q)
        words = demand.words_kept(_library().engine, query)
        found = _found_by_everybody(wanted, query, results) if words else 0
        with short_transaction(patience=COUNTING_SECONDS) as session:
            demand.count_search(session, words=words, results=found)
    except SQLAlchemyError:
        current_app.logger.warning("a search was not counted")
    except NotReady:
        _library().indexer.wake()


def _found_by_everybody(wanted: listing.Wanted, query: Query, results: Results) -> int:
    """Return how many documents any reader finds by words that are known to all.

    Those are the ones among `results` that everybody may read, unless a phrase or a field was
    asked for: whether somebody meets it anywhere decides whether it is passed over.
    """
    if syntax.parse(wanted.q).required and query.audiences != demand.EVERYBODY:
        results = _library().engine.search(replace(query, audiences=demand.EVERYBODY))
    filters = wanted.filters
    return (
        _snapshot()
        .listing(audiences=demand.EVERYBODY, filters=filters, ranked=results.ids, limit=0)
        .total
    )


def _nearest(text: str) -> list[str]:
    """Return words of the library that are spelled nearly like those that were looked for."""
    try:
        return _library().engine.near(_query(text), most=MOST_NEAREST)
    except NotReady:
        _library().indexer.wake()
        return []


def _wish_address(wanted: listing.Wanted) -> str:
    """Return the page that asks for an example, with what was chosen already."""
    chosen = [(name, term) for name in demand.WISHED_FOR for term in wanted.filters.get(name, ())]
    return f"/ask-for-an-example?{urlencode(chosen)}" if chosen else "/ask-for-an-example"


@bp.route("/library/complete")
@requires(Permission.LIBRARY_READ)
def complete() -> ResponseReturnValue:
    """Complete what someone types with titles and terms that they may see, as JSON."""
    typed = listing.plain(request.args.get("q", ""), MOST_TYPED)
    found: list[str] = []
    if len(typed) >= FEWEST_TYPED:
        audiences = audiences_of(_actor())
        snapshot, labels = _snapshot(), _library().vocabularies.labels
        found = snapshot.completions(typed, audiences=audiences, limit=MOST_TITLES)
        found += snapshot.terms_beginning(typed, labels, audiences=audiences, limit=MOST_TERMS)
    return jsonify(list(dict.fromkeys(found)))


@bp.route("/find-a-case/describe", methods=["GET", "POST"])
@requires(Permission.LIBRARY_READ)
@reads_only("situation")
def describe() -> ResponseReturnValue:
    """Find cases like a situation that is posted, shown again, and kept nowhere."""
    # a file would be no text
    form = SituationForm(request.form if request.method == "POST" else None)
    if not form.is_submitted():
        return render_template("library/describe.html", form=form, cases=None, searching=True)
    if not form.validate():
        return render_template("library/describe.html", form=form, cases=None, searching=True), 422
    text = form.situation.data or ""
    results, searching = _results(text, literal=True)
    cases = _similar(results, text) if results is not None else None
    return render_template("library/describe.html", form=form, cases=cases, searching=searching)


def _similar(results: Results, text: str) -> list[SimilarCase]:
    library, actor = _library(), _actor()
    audiences = audiences_of(actor)
    found = similar.similar(
        results,
        snapshot=_snapshot(),
        audiences=audiences,
        signs=library.thesaurus.signs_in(analysis.stems(text)),
    )
    ids = [case.id for case in found]
    try:
        words = library.engine.reasons(
            _query(text, literal=True), ids, most=similar.MOST_WORDS_WEIGHED
        )
    except NotReady:  # just now; the cases have been found already
        library.indexer.wake()
        words = {}
    documents = service.listed(db.session, actor=actor, ids=ids, texts=True)
    by_id = {case.id: case for case in found}
    return [
        SimilarCase(
            document,
            similar.reasons(
                by_id[document.id].shared,
                similar.legible(words.get(document.id, []), document),
                library.vocabularies,
            ),
        )
        for document in documents
    ]


@bp.route("/ask-for-an-example", methods=["GET", "POST"])
@requires(Permission.LIBRARY_ASK)
def ask() -> ResponseReturnValue:
    """Take a wish for an example, in terms of the vocabularies, by nobody in particular."""
    vocabularies = _library().vocabularies
    given = {} if request.method == "POST" else request.args
    form = WishForm(request.form if request.method == "POST" else None, data=given)
    form.fill(vocabularies)
    status = 200
    if form.validate_on_submit():
        if form.chosen:
            demand.add_wish(db.session, terms=form.chosen, vocabularies=vocabularies)
            return redirect(url_for("library.asked"))
        form.source_of_harm.errors = ["Choose at least one answer, here or below"]
    if form.is_submitted():
        status = 422
    return render_template("library/ask.html", form=form), status


@bp.route("/ask-for-an-example/thank-you")
@requires(Permission.LIBRARY_ASK)
def asked() -> ResponseReturnValue:
    """Say what happens with a wish."""
    return render_template("library/asked.html")


def _page_of(wanted: listing.Wanted, ranked: Ids | None) -> Listing:
    return _snapshot().listing(
        audiences=audiences_of(_actor()),
        filters=wanted.filters,
        order=wanted.sort if ranked is not None or wanted.sort != BEST else "newest",
        ranked=ranked,
        offset=(wanted.page - 1) * pagination.PER_PAGE,
        limit=pagination.PER_PAGE,
    )


def _ways_out(wanted: listing.Wanted, ranked: Ids | None) -> list[WayOut]:
    """Return, for an empty list, what leaving out each filter or each part of the words shows."""
    ways = []
    for chip in listing.chips(wanted, _library().vocabularies):
        left = _page_of(chip.left, ranked)
        if left.total:
            label = f"“{chip.vocabulary}: {chip.label}”"
            ways.append(WayOut(label, chip.href, left.total))
    for source, text in syntax.without_each_clause(wanted.q)[:MOST_CLAUSES]:
        results, _ = _results(text) if text else (None, True)
        left = _page_of(replace(wanted, q=text), results.ids if results is not None else None)
        if left.total:
            ways.append(WayOut(source, replace(wanted, q=text, page=1).address(), left.total))
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
    curates = current_app.extensions["policy"].allows(actor, Permission.LIBRARY_CURATE)
    return render_template(
        "library/document.html",
        document=shown,
        related=related,
        law_changes=_law_changes(reference) if shown.law_changed else (),
        curates=curates,
    )


def _law_changes(reference: str) -> list[str]:
    ended = law.why_checked(db.session, reference)
    return [presentation.law_change(*one) for one in ended]


@bp.route("/library/<reference:reference>/attachments/<int:number>")
@requires(Permission.LIBRARY_READ)
def attachment(reference: str, number: int) -> ResponseReturnValue:
    """Show the text of a file that is published with a document, as the portal renders it."""
    shown, found = service.attachment(
        db.session, actor=_actor(), reference=reference, number=number
    )
    body = Markup(found.html)  # noqa: S704 (cleaned by the renderer)
    return render_template("library/attachment.html", document=shown, attachment=found, body=body)


@bp.route("/library/<reference:reference>/download.<any(html, md, odt, pdf):form>")
@requires(Permission.LIBRARY_EXPORT)
def download(reference: str, form: str) -> ResponseReturnValue:
    """Give a copy of a document to keep; who took it is on record."""
    library, actor = _library(), _actor()
    shown = service.get(db.session, actor=actor, reference=reference)
    related = [entry["id"] for entry in shown.related]
    readable = _snapshot().named(related, audiences=audiences_of(actor))
    try:
        body = downloads.MAKERS[form](
            shown,
            vocabularies=library.vocabularies,
            origin=_origin(),
            readable=frozenset(entry.reference for entry in readable),
            attachments=service.attachments_of(db.session, shown.id),
            law_changes=_law_changes(reference),
        )
    except downloads.NotMade as error:
        page = render_template("library/not_made.html", document=shown, why=str(error))
        return page, error.status
    with short_transaction() as session:
        audit.record(
            session,
            actor=actor,
            action="document.downloaded",
            object_type="document",
            object_id=reference,
            details={"format": form},
        )
    response = Response(body, mimetype=downloads.MEDIA_TYPES[form])
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
