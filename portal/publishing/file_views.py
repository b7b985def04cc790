"""Files of a text: sent in, read by the worker, shown with everything that was in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from portal import disclosure
from portal.core.database import db
from portal.core.errors import Conflict
from portal.core.permissions import Actor, Permission, requires
from portal.disclosure.files import Where
from portal.disclosure.findings import Tier
from portal.library.public_words import lists
from portal.library.rendering import render_attachment
from portal.publishing import checking, forms, reviewing, uploads, writing
from portal.publishing.models import FindingAnswer, Manuscript, Upload, UploadState

bp = Blueprint(
    "writing_files",
    __name__,
    url_prefix="/writing/<int:manuscript_id>/files",
    template_folder="templates",
)

MOST_BYTES_SENT = uploads.MOST_BYTES + 2 * 1024 * 1024
"""Of a request that brings a file; a little more, so that the form itself can say what is wrong."""
MOST_TRACES = 200
MOST_CHARACTERS = 600
"""Of one trace that a page shows."""
SAID = {
    "sent": "The file has been sent. The portal reads it now, which may take a minute.",
    "out": "The file has been taken out, with everything that was read in it.",
    "over": "The text of the file stands in the sections now. The file is gone.",
}
"""What has just been done, by the word for it in the address."""
STATES: Mapping[UploadState, tuple[str, str]] = {
    UploadState.WAITING: ("Being read", "blue"),
    UploadState.REFUSED: ("Not taken", "red"),
    UploadState.CHECKED: ("Read", "green"),
}
"""What readers call a state, and the colour of its tag."""


def accept_files(app: Flask) -> None:
    """Let those who may write send larger requests to the page that takes files, and nobody else.

    It stands before every other hook: the token of a form is read from the whole request.
    """
    policy = app.extensions["policy"]

    def allow() -> None:
        if request.endpoint != "writing_files.index" or not current_user.is_authenticated:
            return
        if policy.allows(current_user.actor, Permission.WRITING_WRITE):
            request.max_content_length = MOST_BYTES_SENT

    app.before_request_funcs.setdefault(None, []).insert(0, allow)


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


@dataclass(frozen=True)
class Trace:
    """Something that a file held besides the text that would be published."""

    where: str
    text: str
    telling: bool
    """Whether the check finds in it what leads to somebody."""


@dataclass(frozen=True)
class Shown:
    """A file with what was found in it."""

    upload: Upload
    found: Sequence[checking.Found]
    hidden: Sequence[Mapping[str, Any]]
    beside: Sequence[Mapping[str, Any]]
    """What a reader of the file saw beside its running text, such as page headers."""

    @property
    def blocking(self) -> int:
        """How many findings must be answered before the text can be sent in."""
        return len(checking.blocking(self.found))

    @property
    def size(self) -> str:
        """The size of the file in words."""
        kilobytes = -(-self.upload.size // 1024)
        return f"{kilobytes:,} kB" if kilobytes < 1024 else f"{kilobytes / 1024:.1f} MB"

    @property
    def can_take_over(self) -> bool:
        """Whether its text can be taken over into the sections."""
        upload = self.upload
        return upload.purpose == uploads.IMPORT and upload.state == UploadState.CHECKED


def _shown(upload: Upload, answers: Mapping[tuple[str, str], FindingAnswer]) -> Shown:
    checked = upload.state == UploadState.CHECKED
    return Shown(
        upload=upload,
        found=checking.find_in(checking.place_of_file(upload), answers) if checked else [],
        hidden=[trace for trace in upload.traces if _kind_of(trace) == "hidden"],
        beside=[trace for trace in upload.traces if _kind_of(trace) == "beside"],
    )


def _kind_of(trace: Mapping[str, Any]) -> str:
    """Tell whether something was `hidden` from a reader of the file, or stood `beside` its text.

    The name of the file is hidden from nobody; `text` is what the rendering is made of.
    """
    where: str = trace["where"]
    if where == Where.FILE_NAME:
        return "beside"
    if not trace["seen"]:
        return "hidden"
    return "text" if where.split(", ")[0] == Where.BODY else "beside"


def _traces(traces: Sequence[Mapping[str, Any]]) -> list[Trace]:
    known = lists()
    return [
        Trace(
            trace["where"][:1].upper() + trace["where"][1:],
            _cut(trace["text"]),
            any(
                finding.tier == Tier.CERTAIN
                for finding in disclosure.find(_cut(trace["text"]), lists=known)
            ),
        )
        for trace in traces[:MOST_TRACES]
    ]


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]} …"


@bp.route("", methods=["GET", "POST"])
@requires(Permission.WRITING_WRITE)
def index(manuscript_id: int) -> ResponseReturnValue:
    """List the files of a text with how far each is, and take another."""
    manuscript = writing.seen(db.session, actor=_actor(), manuscript_id=manuscript_id)
    form = forms.UploadForm()
    # both, so that every problem is said at once
    sound = form.is_submitted() and bool(form.validate() & form.fits())
    if sound and _added(manuscript_id, form):
        return redirect(url_for("writing_files.index", manuscript_id=manuscript_id, done="sent"))
    answers = checking.answers_of(db.session, manuscript_id)
    page = render_template(
        "publishing/files.html",
        manuscript=manuscript,
        files=[_shown(one, answers) for one in uploads.of(db.session, manuscript_id)],
        states=STATES,
        form=form,
        may_write=writing.may_write(db.session, _actor(), manuscript),
        most=uploads.MOST_FILES,
        said=SAID.get(request.args.get("done", "")),
    )
    return page, 422 if form.is_submitted() else 200


def _added(manuscript_id: int, form: forms.UploadForm) -> bool:
    """Take the file in; false with a problem on its field."""
    name = form.file.data.filename or ""
    try:
        uploads.add(
            db.session,
            actor=_actor(),
            manuscript_id=manuscript_id,
            name=name,
            content=form.file.data.read(),
            title=" ".join((form.title.data or "").split()) or name,
            purpose=form.purpose.data,
        )
    except Conflict as error:
        form.file.errors = [str(error)]
        return False
    return True


@bp.route("/<int:upload_id>")
@requires(Permission.WRITING_WRITE)
def show(manuscript_id: int, upload_id: int) -> ResponseReturnValue:
    """Show a file as it would be published, and everything else that was in it."""
    return _page(manuscript_id, upload_id)


def _page(manuscript_id: int, upload_id: int, problem: str = "") -> str:
    manuscript, upload = _found(manuscript_id, upload_id)
    file = _shown(upload, checking.answers_of(db.session, manuscript_id))
    asked = reviewing.remarks_of(db.session, manuscript_id, sent=True)
    here = checking.place_of_file(upload).name
    return render_template(
        "publishing/file.html",
        problem=problem,
        manuscript=manuscript,
        file=file,
        state=STATES[upload.state],
        hidden=_traces(file.hidden),
        beside=_traces(file.beside),
        rendering=Markup(render_attachment(upload.body)),  # noqa: S704 (cleaned by the renderer)
        purpose=forms.PURPOSES[upload.purpose],
        answers=checking.ANSWERS,
        remarks=[one for one in asked if one.part == here and not one.settled_at],
        may_write=writing.may_write(db.session, _actor(), manuscript),
        may_answer=lambda one: checking.may_answer(db.session, _actor(), manuscript, one),
    )


def _found(manuscript_id: int, upload_id: int) -> tuple[Manuscript, Upload]:
    manuscript = writing.seen(db.session, actor=_actor(), manuscript_id=manuscript_id)
    upload = uploads.get(
        db.session, actor=_actor(), manuscript_id=manuscript_id, upload_id=upload_id
    )
    return manuscript, upload


@bp.route("/<int:upload_id>/remove", methods=["GET", "POST"])
@requires(Permission.WRITING_WRITE)
def remove(manuscript_id: int, upload_id: int) -> ResponseReturnValue:
    """Ask once more, then take a file out."""
    manuscript, upload = _found(manuscript_id, upload_id)
    form = forms.PlainForm()
    if form.validate_on_submit():
        uploads.remove(db.session, actor=_actor(), manuscript_id=manuscript_id, upload_id=upload_id)
        return redirect(url_for("writing_files.index", manuscript_id=manuscript_id, done="out"))
    return render_template(
        "publishing/file_remove.html", manuscript=manuscript, upload=upload, form=form
    )


@bp.route("/<int:upload_id>/take-over", methods=["POST"])
@requires(Permission.WRITING_WRITE)
def take_over(manuscript_id: int, upload_id: int) -> ResponseReturnValue:
    """Let the text of a file become that of the sections, behind what stands there; or none."""
    about = {"manuscript_id": manuscript_id, "upload_id": upload_id}
    try:
        uploads.take_over(db.session, actor=_actor(), **about)
    except Conflict as error:
        db.session.rollback()  # the sections that were filled before the one that could not be
        problem = (
            f"{error}. Nothing was taken over. If the text is too long, divide it in the file "
            "under the headings of the sections, or shorten it, and send the file again"
        )
        return _page(**about, problem=problem), 409
    return redirect(url_for("writing_files.index", manuscript_id=manuscript_id, done="over"))
