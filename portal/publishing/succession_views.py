"""The page on what a text is to become in the library, and on what stands against that."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.core.database import db
from portal.core.permissions import Actor, Permission, requires
from portal.library import service
from portal.library.models import State
from portal.library.vocabularies import Vocabularies
from portal.publishing import comparing, helping, succession, writing
from portal.publishing.forms import FollowForm, PlainForm
from portal.publishing.models import Manuscript

bp = Blueprint(
    "writing_place",
    __name__,
    url_prefix="/writing/<int:manuscript_id>/place",
    template_folder="templates",
)

SAID = {
    "alone": "It is to be a new document now. Nothing else in the library changes.",
    "followed": "It follows what is published now. Look through it once more.",
}
"""What has just been done, by the word for it in the address."""


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _vocabularies() -> Vocabularies:
    found: Vocabularies = current_app.extensions["library"].vocabularies
    return found


def _back(manuscript_id: int, done: str) -> ResponseReturnValue:
    return redirect(url_for("writing_place.show", manuscript_id=manuscript_id, done=done))


@bp.route("")
@requires(Permission.WRITING_WRITE)
def show(manuscript_id: int) -> ResponseReturnValue:
    """Show what the text is to become, what was published meanwhile, and the ways on."""
    manuscript = writing.seen(db.session, actor=_actor(), manuscript_id=manuscript_id)
    reference = manuscript.edits or manuscript.replaces
    document = service.any_document(db.session, reference) if reference else None
    found = succession.meanwhile(db.session, manuscript, _vocabularies())
    wrong = succession.problems(db.session, manuscript, _vocabularies())
    page = render_template(
        "publishing/place.html",
        manuscript=manuscript,
        document=document,
        ended=document is not None and document.state != State.PUBLISHED,
        wrong=[message for _, message in wrong],
        meanwhile=found,
        changes=comparing.of_versions(found.base, found.latest, _vocabularies()) if found else [],
        both=_both(manuscript, found),
        form=FollowForm(data={"seen": found.latest.number if found else 0}),
        alone=PlainForm(),
        may_write=writing.may_write(db.session, _actor(), manuscript),
        said=SAID.get(request.args.get("done", "")),
    )
    return page, 200


def _both(manuscript: Manuscript, found: succession.Meanwhile | None) -> list[tuple[str, str]]:
    """Return address and title of what the text and what is published have both changed."""
    return [helping.where(manuscript, name) for name in found.both] if found else []


@bp.route("/follow", methods=["POST"])
@requires(Permission.WRITING_WRITE)
def follow(manuscript_id: int) -> ResponseReturnValue:
    """Take in what was published meanwhile."""
    form = FollowForm()
    succession.take_in(
        db.session,
        actor=_actor(),
        manuscript_id=manuscript_id,
        seen=form.version,
        vocabularies=_vocabularies(),
    )
    return _back(manuscript_id, "followed")


@bp.route("/alone", methods=["POST"])
@requires(Permission.WRITING_WRITE)
def alone(manuscript_id: int) -> ResponseReturnValue:
    """Let the text become a document of its own."""
    succession.stand_alone(db.session, actor=_actor(), manuscript_id=manuscript_id)
    return _back(manuscript_id, "alone")
