"""The curators' desk: what waits, what is late, what has no owner, what readers miss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import lookup
from portal.core.database import db
from portal.core.permissions import Actor, Permission, requires
from portal.desk import figures, lists, tables
from portal.desk.forms import OwnersForm
from portal.desk.lists import Gathered, Row
from portal.library import holdings, law, ownership, takedown
from portal.library.catalogue import Snapshot
from portal.library.policy import audiences_of
from portal.library.views import Library
from portal.library.vocabularies import TYPES
from portal.publishing import waiting
from portal.ui import pagination

bp = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")

SAID: Mapping[str, str] = {"owned": "The documents have their owner, who has been told."}
"""What has just been done, by the word for it in the address."""
MOST_AT_ONCE = 500
"""Documents that are given an owner at once: a form carries no more."""
MOST_SHOWN = 50
"""Rows of a table on the page; the file has all."""


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _library() -> Library:
    found: Library = current_app.extensions["library"]
    return found


def _snapshot() -> Snapshot:
    return _library().catalogue.current(db.session)


def _gathered() -> Gathered:
    there = ownership.curators(db.session)
    return Gathered(
        own=_actor().id or 0,
        holdings=_snapshot().remembered(("holdings",), lambda: holdings.holdings(db.session)),
        owners=ownership.owners(db.session, there),
        changed_law=law.all_marked(db.session),
        texts=waiting.texts(db.session, there),
        files=waiting.refused_files(db.session),
        receipts=takedown.receipts(db.session),
    )


# ---- What is looked at


@dataclass(frozen=True)
class Wanted:
    """What an address asks for: a list, narrowed."""

    show: str
    type: str
    kind: str
    owner: str
    """Number of an account, `me`, `none`, or nothing for everybody's."""

    @property
    def owner_id(self) -> int | None:
        """The account that is asked for, 0 for nobody, none for everybody's."""
        if self.owner == "me":
            return _actor().id
        if self.owner == "none":
            return 0
        return int(self.owner) if self.owner else None

    def address(self, path: str = "/desk", **more: Any) -> str:
        """Return an address that asks for the same, and more."""
        asked = {"show": self.show, "type": self.type, "kind": self.kind, "owner": self.owner}
        return f"{path}?{urlencode({k: v for k, v in {**asked, **more}.items() if v})}"

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.type or self.kind or self.owner)


def _wanted() -> Wanted:
    show = request.args.get("show", "")
    type_, kind = request.args.get("type", ""), request.args.get("kind", "")
    owner = request.args.get("owner", "")
    known = owner in {"me", "none"} or (owner.isascii() and owner.isdigit() and len(owner) < 10)
    return Wanted(
        show=show if show in lists.LISTS or show in figures.FIGURES else "mine",
        type=type_ if type_ in TYPES else "",
        kind=kind if kind in lists.KINDS else "",
        owner=owner if known else "",
    )


def _narrowed(rows: Sequence[Row], wanted: Wanted) -> list[Row]:
    return lists.narrowed(rows, type_=wanted.type, kind=wanted.kind, owner=wanted.owner_id)


def _names(rows: Sequence[Row]) -> dict[int, str]:
    people = {row.owner_id for row in rows if row.owner_id is not None}
    return lookup.names(db.session, people | ownership.curators(db.session))


@bp.route("")
@requires(Permission.DESK_READ)
def index() -> ResponseReturnValue:
    """Show one list or table of the desk, and how much there is in each list."""
    wanted, gathered = _wanted(), _gathered()
    made = {name: lists.make(name, gathered) for name in lists.LISTS}
    about: dict[str, Any] = {
        "wanted": wanted,
        "lists": lists.LISTS,
        "counts": {name: len(rows) for name, rows in made.items()},
        "figures": figures.FIGURES,
        "said": SAID.get(request.args.get("done", "")),
    }
    if wanted.show in figures.FIGURES:
        table = _table(wanted, gathered)
        return render_template(
            f"desk/{wanted.show}.html",
            found=_found(wanted, gathered),
            rows=table[1:],
            most_shown=MOST_SHOWN,
            **about,
        )
    return render_template("desk/list.html", **about, **_listed(made[wanted.show], wanted))


def _listed(rows: Sequence[Row], wanted: Wanted) -> dict[str, Any]:
    found = _narrowed(rows, wanted)
    asked = pagination.page_number(request.args.get("page", ""))
    page = min(asked, pagination.last_page(len(found)))
    first = (page - 1) * pagination.PER_PAGE
    shown = found[first : first + pagination.PER_PAGE]
    names = _names(rows)
    there = {row.owner_id for row in rows}
    return {
        "explained": lists.EXPLAINED[wanted.show],
        "rows": shown,
        "total": len(found),
        "everything": len(rows),
        "names": names,
        "owners": sorted(
            ((id_, name) for id_, name in names.items() if id_ in there),
            key=lambda one: one[1].casefold(),
        ),
        "unowned": None in there,
        "kinds": [kind for kind in lists.KINDS if any(kind in row.kinds for row in rows)],
        "kind_names": lists.KINDS,
        "types": [type_ for type_ in TYPES if any(row.type == type_ for row in rows)],
        "ownable": sum(row.document for row in found),
        "most_at_once": MOST_AT_ONCE,
        "page_number": page,
        "pages": pagination.component(page, len(found), lambda n: wanted.address(page=n)),
    }


def _found(wanted: Wanted, gathered: Gathered) -> Any:
    words = _library().vocabularies
    if wanted.show == "balance":
        return figures.balance(_snapshot(), words, audiences_of(_actor()))
    if wanted.show == "missed":
        return figures.missed(db.session, words)
    return figures.workload(gathered, ownership.curators(db.session))


def _table(wanted: Wanted, gathered: Gathered) -> tables.Table:
    if wanted.show in lists.LISTS:
        rows = _narrowed(lists.make(wanted.show, gathered), wanted)
        return tables.of_rows(rows, _names(rows))
    found = _found(wanted, gathered)
    if wanted.show == "balance":
        return tables.of_balance(found)
    if wanted.show == "missed":
        return tables.of_missed(found)
    return tables.of_loads(found, _names([]))


@bp.route("/export.csv")
@requires(Permission.DESK_READ)
def export() -> ResponseReturnValue:
    """Give the whole list that is looked at, as narrowed, as a table to keep."""
    wanted = _wanted()
    response = Response(tables.as_csv(_table(wanted, _gathered())), mimetype="text/csv")
    name = f"desk-{wanted.show}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# ---- Giving documents an owner


@bp.route("/owners", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def owners() -> ResponseReturnValue:
    """Give the documents that were chosen an owner, after showing which they are."""
    wanted = _wanted()
    documents = ownership.published(db.session, _chosen(wanted))
    before = ownership.owners(db.session)
    form = OwnersForm(data={"owner": _actor().id})
    names = lookup.names(db.session, ownership.curators(db.session))
    form.offer(sorted(names.items(), key=lambda one: one[1].casefold()))
    if documents and form.validate_on_submit():
        ownership.give(
            db.session,
            actor=_actor(),
            references=[document.reference for document in documents],
            account_id=form.owner.data,
        )
        return redirect(wanted.address(done="owned"))
    page = render_template(
        "desk/owners.html",
        form=form,
        wanted=wanted,
        documents=documents,
        before=before,
        names=names,
        back=wanted.address(),
    )
    return page, 422 if form.is_submitted() else 200


def _chosen(wanted: Wanted) -> list[str]:
    """Return the references that were ticked, or of every document in the list."""
    if request.method == "GET" and request.args.get("every"):
        rows = _narrowed(lists.make(wanted.show, _gathered()), wanted)
        chosen = [row.reference for row in rows if row.document]
    else:
        chosen = request.values.getlist("document")
    return chosen[:MOST_AT_ONCE]
