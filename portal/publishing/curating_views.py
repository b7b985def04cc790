"""A published document's history and what curators do with it: edit, restore, take away."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import lookup
from portal.accounts.confirming import is_them
from portal.core import clock
from portal.core.database import db
from portal.core.errors import Conflict, NotFound
from portal.core.permissions import Actor, Permission, requires
from portal.core.roles import Role
from portal.library import law, ownership, rereading, service, takedown, versions
from portal.library.models import Document, State, Version
from portal.library.vocabularies import TYPES, Vocabularies
from portal.publishing import comparing, curating_forms, making_room, writing
from portal.publishing.models import Manuscript
from portal.publishing.publication import REVIEW_AFTER_DAYS
from portal.publishing.states import WITH_AUTHOR
from portal.ui.filters import legible

bp = Blueprint("curating", __name__, template_folder="templates")

SAID: Mapping[str, str] = {
    "withdrawn": "It is withdrawn. Its address says so, with your reason.",
    "replaced": "It is replaced. Its address leads to the other document.",
    "owned": "The owner is set.",
    "made-room": "Their edit is given up, and they are told. You can begin yours now.",
    "read": "It is on record that this still holds.",
}
"""What has just been done, by the word for it in the address."""
STATES: Mapping[State, tuple[str, str]] = {
    State.PUBLISHED: ("Published", "green"),
    State.SUPERSEDED: ("Replaced", "grey"),
    State.WITHDRAWN: ("Withdrawn", "orange"),
    State.REMOVED: ("Removed", "red"),
}
MOST_TYPED = 100


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _vocabularies() -> Vocabularies:
    found: Vocabularies = current_app.extensions["library"].vocabularies
    return found


def _back(reference: str, done: str) -> ResponseReturnValue:
    return redirect(url_for("curating.history", reference=reference, done=done))


def _page(name: str, document: Document, **more: Any) -> str:
    return render_template(
        f"publishing/curating/{name}.html",
        document=document,
        type_name=TYPES[document.type],
        states=STATES,
        **more,
    )


def _status(form: Any, error: Conflict | None = None) -> int:
    """Return the status of a page whose form was not taken, if it was sent."""
    if error is not None:
        return 409
    return 422 if form.is_submitted() else 200


def _published(reference: str) -> Document:
    """Return a document that is published, to do something with it. Raises `Conflict`."""
    document = service.any_document(db.session, reference)
    if document.state != State.PUBLISHED:
        raise Conflict(f"This document is {STATES[document.state][0].lower()} already")
    return document


# ---- History


@bp.route("/library/<reference:reference>/history")
@requires(Permission.LIBRARY_CURATE)
def history(reference: str) -> ResponseReturnValue:
    """Show every version with who published it and why, and what can be done."""
    document = service.any_document(db.session, reference)
    every = versions.of(db.session, document.id)
    owner = ownership.owner_of(db.session, document.id)
    people = {one.by_id for one in every if one.by_id} | ({owner} if owner else set())
    names = lookup.names(db.session, people)
    waiting = writing.edit_waiting(db.session, reference)
    return _page(
        "history",
        document,
        versions=[(one, _who(one, names)) for one in every],
        owner=names.get(owner or 0),
        waiting=waiting,
        holder=_holder(waiting),
        attachments=service.attachments_of(db.session, document.id),
        changed_law=law.changes_of(db.session, document.id),
        overdue=document.state == State.PUBLISHED and document.review_by < clock.today(),
        own=_actor().id,
        said=SAID.get(request.args.get("done", "")),
    ), 200


def _who(version: Version, names: Mapping[int, str]) -> str:
    """Return who published a version, in words."""
    if version.by_id is not None:
        return f"By {names.get(version.by_id, 'somebody who has left')}"
    if version.why in {service.IMPORTED, service.AS_IT_STOOD}:
        return ""  # the reason says it
    return "By the portal, on the day that was set, or by somebody who has left"


@bp.route("/library/<reference:reference>/history/<int:number>")
@requires(Permission.LIBRARY_CURATE)
def version(reference: str, number: int) -> ResponseReturnValue:
    """Show what a version changed, word by word, against the one before it or another one."""
    document = service.any_document(db.session, reference)
    every = versions.of(db.session, document.id)
    by_number = {one.number: one for one in every}
    if number not in by_number:
        raise NotFound
    shown = by_number[number]
    earlier = [other for other in by_number if other < number]
    wanted = request.args.get("with", "")
    other = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else max(earlier, default=0)
    if other and (other not in by_number or other == number):
        raise NotFound
    changes = comparing.of_versions(by_number[other], shown, _vocabularies()) if other else None
    names = lookup.names(db.session, {shown.by_id} if shown.by_id else set())
    return _page(
        "version",
        document,
        shown=shown,
        published_by=_who(shown, names),
        other=other,
        others=sorted((one for one in by_number if one != number), reverse=True),
        changes=changes,
        unknown=[one for one in (other, number) if one and by_number[one].attachments is None],
        latest=max(by_number),
    ), 200


# ---- The next version


@bp.route("/library/<reference:reference>/edit", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def edit(reference: str) -> ResponseReturnValue:
    """Begin the next version, from the present text or from an earlier version."""
    document = _published(reference)
    number = _number(request.args.get("version", ""))
    if number is not None:
        versions.get(db.session, document.id, number)
    waiting = writing.edit_waiting(db.session, reference)
    form = curating_forms.EditForm()
    error = None
    if form.validate_on_submit():
        why = form.why.data or ""
        try:
            begun = writing.begin_edit(
                db.session,
                actor=_actor(),
                reference=reference,
                why=(f"Restores version {number}. {why}" if number else why)[:500],
                vocabularies=_vocabularies(),
                version=number,
            )
            return redirect(url_for("writing.tasks", manuscript_id=begun.id))
        except Conflict as conflict:
            error = conflict
            form.why.errors = [str(conflict)]
            waiting = writing.edit_waiting(db.session, reference)
    page = _page(
        "edit",
        document,
        form=form,
        number=number,
        waiting=waiting,
        holder=_holder(waiting),
        own=_actor().id,
        said=SAID.get(request.args.get("done", "")),
    )
    return page, _status(form, error)


def _holder(waiting: Manuscript | None) -> str:
    """Return who writes an edit, in words that can begin a sentence."""
    author = waiting.author_id if waiting else None
    return lookup.names(db.session, {author or 0}).get(author or 0, "Somebody who has left")


@bp.route("/library/<reference:reference>/edit/give-up", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def give_up_edit(reference: str) -> ResponseReturnValue:
    """Give up the edit of a colleague that was not sent in, with the reason."""
    document = _published(reference)
    waiting = writing.edit_waiting(db.session, reference)
    form = curating_forms.GiveUpForm(data={"edit": str(waiting.id if waiting else "")})
    error = None
    if form.validate_on_submit():
        try:
            making_room.give_up(
                db.session,
                actor=_actor(),
                reference=reference,
                manuscript_id=_number(form.edit.data or "", most=10) or 0,
                why=form.why.data or "",
            )
            return redirect(url_for("curating.edit", reference=reference, done="made-room"))
        except Conflict as conflict:
            error = conflict
            form.why.errors = [str(conflict)]
    elif waiting is None or waiting.stage not in WITH_AUTHOR or waiting.author_id == _actor().id:
        return redirect(url_for("curating.edit", reference=reference))
    page = _page("give_up_edit", document, form=form, waiting=waiting, holder=_holder(waiting))
    return page, _status(form, error)


def _number(text: str, most: int = 5) -> int | None:
    return int(text) if text.isdecimal() and 0 < len(text) <= most else None


# ---- Its end


@bp.route("/library/<reference:reference>/withdraw", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def withdraw(reference: str) -> ResponseReturnValue:
    """Take a document away from readers, with a public reason."""
    document = _published(reference)
    form = curating_forms.WithdrawForm()
    error = None
    if form.validate_on_submit():
        try:
            service.withdraw(
                db.session,
                actor=_actor(),
                reference=reference,
                reason=form.reason.data or "",
                vocabularies=_vocabularies(),
            )
            return _back(reference, "withdrawn")
        except Conflict as conflict:
            error = conflict
            form.reason.errors = [str(conflict)]
    return _page("withdraw", document, form=form), _status(form, error)


@bp.route("/library/<reference:reference>/supersede", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def supersede(reference: str) -> ResponseReturnValue:
    """Choose the document that takes the place of one."""
    document = _published(reference)
    words = legible(request.args.get("q", "")).strip()[:MOST_TYPED]
    found = _could_succeed(document, words)
    form = curating_forms.SupersedeForm()
    form.offer(found)
    error = None
    if form.validate_on_submit():
        try:
            service.supersede(
                db.session,
                actor=_actor(),
                reference=reference,
                successor=form.successor.data,
                reason=form.reason.data or "",
                vocabularies=_vocabularies(),
            )
            return _back(reference, "replaced")
        except Conflict as conflict:
            error = conflict
            form.successor.errors = [str(conflict)]
    waiting = writing.successor_waiting(db.session, reference)
    page = _page(
        "supersede",
        document,
        form=form,
        words=words,
        found=found,
        waiting=waiting if waiting and writing.is_in_the_way(db.session, waiting) else None,
        own=_actor().id,
    )
    return page, _status(form, error)


@bp.route("/library/<reference:reference>/successor", methods=["POST"])
@requires(Permission.LIBRARY_CURATE)
def successor(reference: str) -> ResponseReturnValue:
    """Begin the document that takes the place of one; until then that one stays up."""
    begun = writing.begin_successor(
        db.session, actor=_actor(), reference=reference, vocabularies=_vocabularies()
    )
    return redirect(url_for("writing.tasks", manuscript_id=begun.id))


def _could_succeed(document: Document, words: str) -> Sequence[Any]:
    if not words:
        return []
    return service.published_like(db.session, words, wide_enough_for=document)


@bp.route("/library/<reference:reference>/take-down", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def take_down(reference: str) -> ResponseReturnValue:
    """Remove a document and every word of it, after the password; answer with the receipt."""
    document = service.any_document(db.session, reference)
    if document.state == State.REMOVED:
        return redirect(url_for("curating.receipt", reference=reference))
    form = curating_forms.TakeDownForm()
    if form.validate_on_submit():
        db.session.rollback()  # nothing must be open to write while the password is checked
        if is_them(form.password):
            takedown.take_down(
                db.session,
                actor=_actor(),
                reference=reference,
                reason=form.reason.data or "",
                vocabularies=_vocabularies(),
                purges=current_app.extensions["purges"],
            )
            return redirect(url_for("curating.receipt", reference=reference))
        document = service.any_document(db.session, reference)
    return _page("take_down", document, form=form), _status(form)


@bp.route("/library/<reference:reference>/receipt")
@requires(Permission.LIBRARY_CURATE)
def receipt(reference: str) -> ResponseReturnValue:
    """Show what was purged of a document and when."""
    found = takedown.receipt_of(db.session, reference)
    names = lookup.names(db.session, {found.by_id} if found.by_id else set())
    return render_template(
        "publishing/curating/receipt.html",
        receipt=found,
        by=names.get(found.by_id or 0, "somebody who has left"),
        steps=[
            (step, datetime.fromisoformat(step["at"]))
            for step in found.steps
            if not step.get("left")
        ],
        left=[step for step in found.steps if step.get("left")],
    )


@bp.route("/receipts")
@requires(Permission.LIBRARY_CURATE)
def receipts() -> ResponseReturnValue:
    """List what was taken down."""
    found = takedown.receipts(db.session)
    names = lookup.names(db.session, {one.by_id for one in found if one.by_id})
    return render_template("publishing/curating/receipts.html", receipts=found, names=names)


# ---- Who sees to it, and by when


@bp.route("/library/<reference:reference>/owner", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def owner(reference: str) -> ResponseReturnValue:
    """Let a curator see to it that a document is read again in time."""
    document = _published(reference)
    now = ownership.owner_of(db.session, document.id)
    form = curating_forms.OwnerForm(data={"owner": now or _actor().id})
    names = lookup.names(db.session, lookup.with_role(db.session, Role.CURATOR))
    form.offer(sorted(names.items(), key=lambda one: one[1].casefold()))
    if form.validate_on_submit():
        ownership.give(
            db.session,
            actor=_actor(),
            references=[reference],
            account_id=form.owner.data,
        )
        return _back(reference, "owned")
    return _page("owner", document, form=form), _status(form)


@bp.route("/library/<reference:reference>/read-again", methods=["GET", "POST"])
@requires(Permission.LIBRARY_CURATE)
def read_again(reference: str) -> ResponseReturnValue:
    """Put on record that a document was read again and still holds."""
    document = _published(reference)
    following = clock.today() + timedelta(days=REVIEW_AFTER_DAYS[document.type])
    seen = {"review_by": following, "instead_of": document.review_by.isoformat()}
    form = curating_forms.ReadAgainForm(data=seen)
    error = None
    if form.validate_on_submit() and form.review_by.data:
        try:
            rereading.read_again(
                db.session,
                actor=_actor(),
                reference=reference,
                review_by=form.review_by.data,
                vocabularies=_vocabularies(),
                instead_of=_day(form.instead_of.data),
                marks_seen=_numbers(form.marks.data),
            )
            return _back(reference, "read")
        except Conflict as conflict:
            error = conflict
            law_changed = isinstance(conflict, rereading.LawHasChanged)
            (form.sure if law_changed else form.review_by).errors = [str(conflict)]
    changed = law.changes_of(db.session, document.id)
    if not {one.id for one in changed} <= _numbers(form.marks.data):
        form.sure.data = False  # what is shown now was not on the page that was ticked
    form.marks.data = " ".join(str(one.id) for one in changed)
    form.instead_of.data = document.review_by.isoformat()
    return _page("read_again", document, form=form, changed_law=changed), _status(form, error)


def _numbers(text: str | None) -> set[int]:
    return {int(one) for one in (text or "").split() if one.isdecimal() and len(one) < 10}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
