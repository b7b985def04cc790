"""The list of laws that documents rest on: what is in force, and what must be read again."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import lookup
from portal.core import clock
from portal.core.database import db
from portal.core.errors import Conflict
from portal.core.permissions import Actor, Permission, requires
from portal.library import law, ownership
from portal.library.law import Standing
from portal.library.law_forms import NOTHING, InstrumentForm, SupersedeForm
from portal.library.models import Document, Instrument
from portal.ui import pagination

bp = Blueprint("law", __name__, url_prefix="/law", template_folder="templates")

SAID: Mapping[str, str] = {
    "saved": "The record is saved.",
    "superseded": "It is recorded as no longer in force. What rests on it is marked to be read "
    "again, and those who own it have been told.",
}
"""What has just been done, by the word for it in the address."""
MOST_TYPED = 100


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _said() -> str | None:
    return SAID.get(request.args.get("done", ""))


@bp.route("")
@requires(Permission.LIBRARY_CURATE)
def index() -> ResponseReturnValue:
    """List what is in force and what was superseded, with what rests on each."""
    name = request.args.get("name", "").strip()[:MOST_TYPED]
    found = [
        standing
        for standing in law.standings(db.session)
        if name.casefold() in standing.instrument.name.casefold()
    ]
    return render_template(
        "library/law/index.html",
        name=name,
        groups=[
            ("In force", [one for one in found if one.instrument.ended_on is None]),
            ("Superseded", [one for one in found if one.instrument.ended_on is not None]),
        ],
        total=len(found),
        said=_said(),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def new() -> ResponseReturnValue:
    """Add an instrument, before a document cites it."""
    return _saved(None, InstrumentForm())


@bp.route("/<int:instrument_id>/correct", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def correct(instrument_id: int) -> ResponseReturnValue:
    """Correct the record of an instrument; its name only while nothing cites it."""
    standing = law.get(db.session, instrument_id)
    form = InstrumentForm(obj=standing.instrument)
    if not form.is_submitted():
        form.instead_of.data = law.fingerprint(standing.instrument)
    return _saved(standing, form)


def _saved(standing: Standing | None, form: InstrumentForm) -> ResponseReturnValue:
    status = 422 if form.is_submitted() else 200
    now = None
    if form.validate_on_submit():
        try:
            saved = law.save(
                db.session,
                actor=_actor(),
                instrument_id=standing.instrument.id if standing else None,
                name=form.name.data or "",
                in_force_from=form.in_force_from.data,
                note=form.note.data or "",
                instead_of=(form.instead_of.data or "") if standing else None,
            )
            return redirect(url_for("law.show", instrument_id=saved.id, done="saved"))
        except law.ChangedMeanwhile as changed:
            assert standing  # noqa: S101 (only a record that is there can have changed)
            now = law.instrument(db.session, standing.instrument.id)
            form.instead_of.data = law.fingerprint(now)
            form.note.errors = [str(changed)]
            status = 409
        except Conflict as conflict:
            form.name.errors = [str(conflict)]
            status = 409
    page = render_template("library/law/edit.html", form=form, standing=standing, now=now)
    return page, status


@bp.route("/<int:instrument_id>")
@requires(Permission.LIBRARY_CURATE)
def show(instrument_id: int) -> ResponseReturnValue:
    """Show an instrument with the documents that rest on it and who sees to them."""
    standing = law.get(db.session, instrument_id)
    documents, page, pages = _paged(standing, f"/law/{instrument_id}")
    return render_template(
        "library/law/show.html",
        standing=standing,
        instrument=standing.instrument,
        documents=documents,
        page_number=page,
        pages=pages,
        successor=_named(standing.instrument.successor_id),
        marked=law.marked(db.session, instrument_id),
        **_owners(),
        said=_said(),
    )


def _paged(
    standing: Standing, address: str
) -> tuple[Sequence[Document], int, dict[str, Any] | None]:
    total = len(standing.documents)
    asked = pagination.page_number(request.args.get("page", ""))
    page = min(asked, pagination.last_page(total))
    first = (page - 1) * pagination.PER_PAGE
    shown = standing.documents[first : first + pagination.PER_PAGE]
    return shown, page, pagination.component(page, total, lambda n: f"{address}?page={n}")


def _named(instrument_id: int | None) -> Instrument | None:
    return law.instrument(db.session, instrument_id) if instrument_id else None


def _owners() -> dict[str, Any]:
    owners = ownership.owners(db.session)
    return {"owners": owners, "names": lookup.names(db.session, set(owners.values()))}


@bp.route("/<int:instrument_id>/supersede", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def supersede(instrument_id: int) -> ResponseReturnValue:
    """Say that an instrument is in force no more, after seeing exactly what will be marked."""
    standing = law.get(db.session, instrument_id)
    if standing.instrument.ended_on is not None:
        raise Conflict("This instrument has been superseded already")
    form = SupersedeForm(note=standing.instrument.note)  # else what it says would be lost unseen
    form.offer([(one.id, one.name) for one in law.in_force(db.session) if one.id != instrument_id])
    now = _fingerprint(standing)
    if form.validate_on_submit() and "change" not in request.form:
        if "confirm" not in request.form:
            return _confirm(standing, form, now), 200
        if form.seen.data == now:
            return _superseded(standing, form)
        return _confirm(standing, form, now, changed=True), 409
    status = 422 if form.is_submitted() and "change" not in request.form else 200
    return render_template("library/law/supersede.html", form=form, standing=standing), status


def _fingerprint(standing: Standing) -> str:
    """Return what the person agrees to: the documents that are listed, and the record as it is."""
    listed = " ".join(str(number) for number in sorted(one.id for one in standing.documents))
    listed += law.fingerprint(standing.instrument)
    return sha256(listed.encode()).hexdigest()


def _confirm(standing: Standing, form: SupersedeForm, now: str, *, changed: bool = False) -> str:
    form.seen.data = now
    return render_template(
        "library/law/supersede_confirm.html",
        form=form,
        standing=standing,
        successor=_named(form.successor.data),
        changed=changed,
        **_owners(),
    )


def _superseded(standing: Standing, form: SupersedeForm) -> ResponseReturnValue:
    chosen = form.successor.data
    law.supersede(
        db.session,
        actor=_actor(),
        instrument_id=standing.instrument.id,
        successor_id=None if chosen == NOTHING else chosen,
        ended_on=form.ended_on.data or clock.today(),
        note=form.note.data or "",
    )
    return redirect(url_for("law.show", instrument_id=standing.instrument.id, done="superseded"))
