"""The register for curators: searching it, and bringing it up to date with a file."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.authorities import publishing, register
from portal.authorities.edition import COLUMNS, MOST_CHARACTERS
from portal.authorities.forms import RegisterForm
from portal.authorities.publishing import Difference
from portal.core.database import db
from portal.core.errors import DomainError
from portal.core.permissions import Actor, Permission, requires
from portal.ui import pagination
from portal.ui.filters import legible

bp = Blueprint("register", __name__, template_folder="templates")
MOST_PROBLEMS = 100
"""Problems that one page lists."""


@bp.route("/authorities")
@requires(Permission.REGISTER_READ)
def index() -> ResponseReturnValue:
    """Let a curator find an authority, with the state of its profile."""
    name = request.args.get("name", "").strip()[:100]
    which = request.args.get("profile", "")
    which = which if which in register.WHICH else ""
    found = register.places(db.session, name=name, which=which)
    page = min(
        pagination.page_number(request.args.get("page", "")), pagination.last_page(len(found))
    )
    first = (page - 1) * pagination.PER_PAGE
    return render_template(
        "authorities/index.html",
        places=found[first : first + pagination.PER_PAGE],
        total=len(found),
        name=name,
        which=which,
        choices=register.WHICH,
        loaded=_loaded(),
        pages=pagination.component(
            page,
            len(found),
            lambda n: f"/authorities?{urlencode({'page': n, 'name': name, 'profile': which})}",
        ),
    )


def _loaded() -> str:
    """Return what has just been loaded, in words; nothing for an address that says no numbers."""
    added, changed = (request.args.get(name, "") for name in ("added", "changed"))
    if not (added.isascii() and added.isdigit() and changed.isascii() and changed.isdigit()):
        return ""
    return f"The file is loaded. Authorities added: {int(added[:6])}, changed: {int(changed[:6])}."


@bp.route("/authorities/import", methods=["GET", "POST"])
@requires(Permission.REGISTER_IMPORT)
def import_() -> ResponseReturnValue:
    """Check a curator's file, show the difference, load it at a second press."""
    actor: Actor = current_user.actor
    form = RegisterForm()
    difference: Difference | None = None
    changed_meanwhile = False
    if form.validate_on_submit() and _take_file(form):
        text = form.text.data or ""
        if "load" in request.form:
            try:
                tally = publishing.load(
                    db.session, actor=actor, text=text, shown=form.shown.data or ""
                )
            except DomainError:  # the page says the same of the file as it is now
                changed_meanwhile = True
            else:
                address = url_for("register.index", added=tally.added, changed=tally.changed)
                return redirect(address)
        difference = publishing.compare(db.session, text)
        form.shown.data = difference.fingerprint
    problems = difference.edition.problems if difference else []
    if problems:
        form.file.errors = ["Mend the lines below and choose the file again"]
    status = 200
    if form.is_submitted() and (difference is None or problems):
        status = 422
    page = render_template(
        "authorities/import.html",
        form=form,
        difference=difference,
        problems=problems[:MOST_PROBLEMS],
        more_problems=len(problems) - MOST_PROBLEMS,
        shown=_page_of(difference),
        changed_meanwhile=changed_meanwhile,
        columns=COLUMNS,
    )
    return page, 409 if changed_meanwhile and status == 200 else status


@dataclass(frozen=True)
class ShownPart:
    """The part of a difference that one page shows."""

    number: int
    last: int
    changes: list[publishing.Changes]


def _page_of(difference: Difference | None) -> ShownPart | None:
    if difference is None:
        return None
    last = pagination.last_page(len(difference.changes))
    number = min(pagination.page_number(request.form.get("page", "")), last)
    first = (number - 1) * pagination.PER_PAGE
    part = list(difference.changes[first : first + pagination.PER_PAGE])
    return ShownPart(number, last, part)


def _take_file(form: RegisterForm) -> bool:
    """Put the text of a chosen file into the form; false with a problem on the field."""
    if not form.file.data:
        if form.text.data and len(form.text.data) <= MOST_CHARACTERS:
            return True
        form.file.errors = ["Choose a CSV file"]
        return False
    content = form.file.data.read(MOST_CHARACTERS * 4 + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        form.file.errors = ["Choose a CSV file that is saved as UTF-8 text"]
        return False
    if len(text) > MOST_CHARACTERS or "\0" in text:
        form.file.errors = [f"Choose a CSV file of {MOST_CHARACTERS:,} characters or fewer"]
        return False
    form.text.data = legible(text)
    return True
