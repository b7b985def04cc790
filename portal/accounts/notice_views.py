"""A person's notices, and how often e-mail repeats them."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import notices
from portal.accounts.models import MailFrequency
from portal.accounts.notice_forms import MailChoiceForm
from portal.core.database import db
from portal.core.permissions import Actor, Permission, requires
from portal.ui import pagination

bp = Blueprint("notices", __name__, template_folder="templates")


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


@bp.route("/notices")
@requires(Permission.ACCOUNT_READ_OWN)
def index() -> ResponseReturnValue:
    """Show a person what they were told, the newest first."""
    found = notices.of(db.session, _actor())
    page = min(
        pagination.page_number(request.args.get("page", "")), pagination.last_page(len(found))
    )
    start = (page - 1) * pagination.PER_PAGE
    return render_template(
        "accounts/notices/index.html",
        notices=found[start : start + pagination.PER_PAGE],
        unread=sum(not notice.read for notice in found),
        newest=max((notice.id for notice in found), default=0),
        page=page,
        pages=pagination.component(
            page, len(found), lambda number: url_for("notices.index", page=number)
        ),
    )


@bp.route("/notices/read", methods=["POST"])
@requires(Permission.ACCOUNT_READ_OWN)
def read() -> ResponseReturnValue:
    """Mark one notice as read, or all up to the newest that was shown."""
    one, up_to = _number("notice"), _number("up_to")
    if one is not None:
        notices.read(db.session, reader=_actor(), notice_id=one)
    elif up_to is not None:
        notices.read_all(db.session, reader=_actor(), up_to=up_to)
    else:
        abort(400)
    page = pagination.page_number(request.form.get("page", ""))
    return redirect(url_for("notices.index", page=page if page > 1 else None))


def _number(field: str) -> int | None:
    given = request.form.get(field, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


@bp.route("/account/mail", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_CHANGE_OWN)
def mail() -> ResponseReturnValue:
    """Let a person choose how often e-mail repeats their notices."""
    actor = _actor()
    form = MailChoiceForm()
    if not form.is_submitted():
        form.frequency.data = notices.frequency_of(db.session, actor.id or 0).value
    if form.validate_on_submit():
        frequency = MailFrequency(form.frequency.data)
        notices.choose_frequency(db.session, actor=actor, frequency=frequency)
        return redirect(url_for("notices.mail", saved="yes"))
    page = render_template(
        "accounts/notices/mail.html",
        form=form,
        email=current_user.email,
        saved=request.args.get("saved") == "yes",
    )
    return page, 422 if form.is_submitted() else 200
