"""The author's side: a list of sections in any order, the check, sending in, what became of it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import lookup
from portal.core.database import db
from portal.core.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.core.permissions import Actor, Permission, requires
from portal.library import preview
from portal.library.vocabularies import TYPES, Vocabularies
from portal.publishing import (
    checking,
    ending,
    forms,
    helping,
    pathway_forms,
    publication,
    reviewing,
    sections,
    succession,
    uploads,
    writing,
)
from portal.publishing.curating_views import STATES
from portal.publishing.models import FILE, FindingAnswer, Manuscript
from portal.publishing.states import WITH_AUTHOR, Stage

bp = Blueprint("writing", __name__, url_prefix="/writing", template_folder="templates")

SAID = {
    "saved": "Saved.",
    "sent": "Your text has been sent in. You are told here when there is something to do.",
    "back": "You have taken your text back. Change it and send it in again.",
    "dropped": "You have given this text up. It is deleted after 30 days.",
    "replaced": "The more general words stand in its place.",
    "coarsened": "The answers say less now. Look through them once more.",
    "answered": "Your reason is kept with the passage.",
}
"""What has just been done, by the word for it in the address."""


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _vocabularies() -> Vocabularies:
    found: Vocabularies = current_app.extensions["library"].vocabularies
    return found


def _seen(manuscript_id: int) -> Manuscript:
    return writing.seen(db.session, actor=_actor(), manuscript_id=manuscript_id)


def _said() -> str | None:
    return SAID.get(request.args.get("done", ""))


def _to(endpoint: str, manuscript_id: int, **more: Any) -> ResponseReturnValue:
    return redirect(url_for(f"writing.{endpoint}", manuscript_id=manuscript_id, **more))


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"title_of": writing.title_of, "stage_colours": STAGE_COLOURS, "ends": STATES}


STAGE_COLOURS = {
    Stage.DRAFT: "grey",
    Stage.SUBMITTED: "light-blue",
    Stage.IN_REVIEW: "blue",
    Stage.CHANGES_ASKED: "orange",
    Stage.APPROVED: "turquoise",
    Stage.SCHEDULED: "turquoise",
    Stage.PUBLISHED: "green",
    Stage.DROPPED: "grey",
}


@bp.route("")
@requires(Permission.WRITING_WRITE)
def index() -> ResponseReturnValue:
    """List what a person has written, with what waits for them first."""
    mine = writing.of_author(db.session, _actor())
    waiting = [one for one in mine if one.stage in WITH_AUTHOR]
    others = [one for one in mine if one not in waiting and one.stage != Stage.DROPPED]
    return render_template(
        "publishing/index.html",
        waiting=waiting,
        others=others,
        ended=ending.ended(db.session, others),
        said=_said(),
        type_names=TYPES,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.WRITING_WRITE)
def new() -> ResponseReturnValue:
    """Say what to have at hand, and begin."""
    form = forms.BeginForm()
    types = writing.types_for(_actor())
    form.offer(types)
    if form.validate_on_submit():
        begun = writing.begin(
            db.session, actor=_actor(), type_=form.type.data, vocabularies=_vocabularies()
        )
        return _to("tasks", begun.id)
    page = render_template("publishing/new.html", form=form, types=types)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:manuscript_id>")
@requires(Permission.WRITING_WRITE)
def tasks(manuscript_id: int) -> ResponseReturnValue:
    """Show the sections with how far each is, and the way that the text has come."""
    try:
        manuscript = _seen(manuscript_id)
    except NotFound:
        ending.explain(db.session, _actor(), manuscript_id)
        raise
    texts = writing.texts_of(db.session, manuscript_id)
    remarks = reviewing.remarks_of(db.session, manuscript_id, sent=True)
    files = uploads.of(db.session, manuscript_id)
    may_write = writing.may_write(db.session, _actor(), manuscript)
    found = checking.check(db.session, manuscript)
    return render_template(
        "publishing/tasks.html",
        manuscript=manuscript,
        sections=sections.of_type(manuscript.type),
        texts=texts,
        groups=_groups(manuscript),
        begun=_begun(manuscript),
        remarks=remarks,
        places={one.part: helping.named(manuscript, one.part, files) for one in remarks},
        remarked={one.part for one in remarks if not one.answer and not one.settled_at},
        found=found,
        blocking=checking.blocking(found),
        files=files,
        files_asked={one.part for one in remarks if one.part.startswith(FILE)},
        steps=writing.steps_of(db.session, manuscript_id),
        may_write=may_write,
        is_author=writing.is_author(db.session, _actor(), manuscript),
        place=succession.problems(db.session, manuscript, _vocabularies()),
        said=_said(),
        type_name=TYPES[manuscript.type],
        ended=ending.ended(db.session, [manuscript]).get(manuscript.became or ""),
    )


def _groups(manuscript: Manuscript) -> list[sections.Group]:
    curator = writing.is_curator(_actor())
    every = sections.groups(manuscript.type, _vocabularies())
    return [group for group in every if curator or not group.for_curators]


def _begun(manuscript: Manuscript) -> set[str]:
    """Return the groups in which something is said."""
    empty = sections.start(manuscript.type, _vocabularies())
    return {
        group.name
        for group in _groups(manuscript)
        if any(manuscript.fields.get(name) != empty.get(name) for name in group.fields)
    }


# ---- A section


@bp.route("/<int:manuscript_id>/sections/<name>", methods=["GET", "POST"])
@requires(Permission.WRITING_WRITE)
def section(manuscript_id: int, name: str) -> ResponseReturnValue:
    """Write a section; it is checked as it is saved."""
    manuscript = _seen(manuscript_id)
    shown = sections.named(manuscript.type, name)
    if shown is None:
        raise NotFound
    part = writing.parts_of(db.session, manuscript_id).get(name)
    revision = str(part.revision) if part else "0"
    form = forms.SectionForm(data={"text": part.text if part else "", "revision": revision})
    stale = None
    if form.validate_on_submit():
        try:
            return _saved(manuscript, name, form)
        except writing.Stale as error:
            stale = error
            form.text.errors = [str(error)]
            form.revision.data = str(error.revision)
        except Conflict as error:
            db.session.rollback()  # what was saved before the rest was refused
            manuscript = _seen(manuscript_id)
            form.text.errors = [str(error)]
    page = render_template(
        "publishing/section.html",
        manuscript=manuscript,
        shown=shown,
        form=form,
        stale=stale,
        remarks=_remarks(manuscript, name),
        may_write=writing.may_write(db.session, _actor(), manuscript),
        following=_following(manuscript, name),
        look=helping.look(db.session, manuscript, name, form.text.data or ""),
        said=_said(),
    )
    return page, (409 if stale else 422) if form.is_submitted() else 200


def _remarks(manuscript: Manuscript, part: str) -> list[Any]:
    every = reviewing.remarks_of(db.session, manuscript.id, sent=True)
    return [one for one in every if one.part == part and not one.settled_at]


def _following(manuscript: Manuscript, name: str) -> str | None:
    names = [one.name for one in sections.of_type(manuscript.type)]
    place = names.index(name) + 1
    return names[place] if place < len(names) else None


def _saved(manuscript: Manuscript, name: str, form: forms.SectionForm) -> ResponseReturnValue:
    """Save what was written and do what the button says."""
    actor, id_ = _actor(), manuscript.id
    writing.save_part(
        db.session,
        actor=actor,
        manuscript_id=id_,
        name=name,
        text=form.text.data or "",
        revision=form.made_from,
    )
    if passage := request.form.get("instead"):
        try:
            checking.put_instead(
                db.session, actor=actor, manuscript_id=id_, part=name, passage=passage
            )
        except NotFound as error:
            raise Conflict(
                "This passage has changed meanwhile, so nothing was put in its place. What you "
                "typed is not saved yet: save it, then look at what is found"
            ) from error
        return _to("section", id_, name=name, done="replaced")
    if "stay" in request.form:
        return _to("section", id_, name=name, done="saved")
    following = _following(manuscript, name)
    if "next" in request.form and following:
        return _to("section", id_, name=following)
    return _to("tasks", id_, done="saved")


@bp.route("/<int:manuscript_id>/sections/<name>/save", methods=["POST"])
@requires(Permission.WRITING_WRITE)
def save(manuscript_id: int, name: str) -> ResponseReturnValue:
    """Save a section as writing pauses, and answer with what is found in it."""
    form = forms.SectionForm()
    checking.prepare(form.text.data or "")
    manuscript = _seen(manuscript_id)
    if not form.validate_on_submit():
        return jsonify(problem=" ".join(form.text.errors) or "This page has expired"), 422
    try:
        part = writing.save_part(
            db.session,
            actor=_actor(),
            manuscript_id=manuscript_id,
            name=name,
            text=form.text.data or "",
            revision=form.made_from,
        )
    except DomainError as error:
        return jsonify(problem=str(error)), 409
    look = helping.look(db.session, manuscript, name, part.text)
    html = render_template(
        "publishing/_look.html", look=look, manuscript=manuscript, may_write=True
    )
    return jsonify(revision=part.revision, html=html)


# ---- A group of fields


@bp.route("/<int:manuscript_id>/facts/<name>", methods=["GET", "POST"])
@requires(Permission.WRITING_WRITE)
def facts(manuscript_id: int, name: str) -> ResponseReturnValue:
    """Describe the text in the terms that readers search by."""
    manuscript = _seen(manuscript_id)
    group = next((one for one in _groups(manuscript) if one.name == name), None)
    if group is None:
        raise NotFound
    if name == "pathway":
        return _pathway(manuscript)
    words = _vocabularies()
    form = forms.form_of(group.fields, manuscript.fields, manuscript.revision, words)
    meanwhile: list[tuple[str, str]] = []
    if form.validate_on_submit():
        try:
            values = forms.values_of(form, group.fields, words)
            writing.save_fields(
                db.session,
                actor=_actor(),
                manuscript_id=manuscript_id,
                values=values,
                revision=form.made_from,
            )
            return _to("tasks", manuscript_id, done="saved")
        except forms.Unreadable as error:
            form[error.field].errors = [str(error)]
        except writing.Stale as error:
            differing = [n for n in group.fields if values[n] != manuscript.fields.get(n)]
            form[differing[0]].errors = [
                "This was changed somewhere else meanwhile, perhaps in another tab. What was saved "
                "stands first on this page, yours below: put them together and save again"
            ]
            form.revision.data = str(error.revision)
            meanwhile = [helping.as_saved(manuscript, name, words) for name in differing]
        except Conflict as error:
            form[group.fields[0]].errors = [str(error)]
    page = render_template(
        "publishing/facts.html",
        manuscript=manuscript,
        group=group,
        form=form,
        meanwhile=meanwhile,
        remarks=[one for field in group.fields for one in _remarks(manuscript, field)],
        may_write=writing.may_write(db.session, _actor(), manuscript),
    )
    return page, 422 if form.is_submitted() else 200


def _pathway(manuscript: Manuscript) -> ResponseReturnValue:
    """Describe the steps of a protocol; other buttons than “save” only change what is shown."""
    form = pathway_forms.form_of(manuscript.fields.get("pathway"), revision=manuscript.revision)
    status = 422 if form.is_submitted() else 200
    meanwhile: list[tuple[str, str]] = []
    if form.is_submitted() and not form.saves:
        form, status = pathway_forms.after_button(form), 200
    elif form.validate_on_submit():
        try:
            writing.save_fields(
                db.session,
                actor=_actor(),
                manuscript_id=manuscript.id,
                values={"pathway": pathway_forms.data_of(form)},
                revision=form.made_from,
            )
            return _to("facts", manuscript.id, name="pathway", done="saved")
        except Conflict as error:
            form.revision.errors = [str(error)]
            if isinstance(error, writing.Stale):
                form.revision.data = str(error.revision)
                meanwhile = [helping.as_saved(manuscript, "pathway", _vocabularies())]
    page = render_template(
        "publishing/pathway.html",
        manuscript=manuscript,
        form=form,
        meanwhile=meanwhile,
        remarks=_remarks(manuscript, "pathway"),
        may_write=writing.may_write(db.session, _actor(), manuscript),
        said=_said(),
    )
    return page, status


# ---- The check


@bp.route("/<int:manuscript_id>/check", methods=["GET", "POST"])
@requires(Permission.WRITING_WRITE)
def check(manuscript_id: int) -> ResponseReturnValue:
    """Show everything that was found, each with why and what to put instead; take an answer."""
    manuscript = _seen(manuscript_id)
    form = forms.AnswerForm()
    problem = None
    if form.is_submitted():
        try:
            done = _act_on_finding(manuscript, form)
            if done:
                return _to("check", manuscript_id, done=done, _anchor="findings")
        except DomainError as error:
            problem = str(error)
    found = checking.check(db.session, manuscript)
    page = render_template(
        "publishing/check.html",
        manuscript=manuscript,
        found=found,
        blocking=checking.blocking(found),
        answering=form,
        open_passage=form.passage.data if form.is_submitted() else None,
        problem=problem or _first_error(form),
        answers=checking.ANSWERS,
        uniqueness=helping.uniqueness_of(db.session, manuscript, _vocabularies()),
        may_write=writing.may_write(db.session, _actor(), manuscript),
        is_author=writing.is_author(db.session, _actor(), manuscript),
        may_answer=lambda one: checking.may_answer(db.session, _actor(), manuscript, one),
        answered_by=_answered_by(found),
        said=_said(),
    )
    return page, 422 if form.is_submitted() else 200


def _answered_by(found: Sequence[checking.Found]) -> Callable[[FindingAnswer], str]:
    """Return who gave an answer, in words: curators are named to curators alone."""
    actor = _actor()
    ids = {one.answer.by_id for one in found if one.answer and one.answer.by_id}
    names = lookup.names(db.session, ids) if writing.is_curator(actor) else {}
    others = "somebody who has left" if writing.is_curator(actor) else "a curator"

    def words(answer: FindingAnswer) -> str:
        return "you" if answer.by_id == actor.id else names.get(answer.by_id or 0, others)

    return words


def _first_error(form: forms.AnswerForm) -> str | None:
    return next((str(error) for field in form for error in field.errors), None)


def _act_on_finding(manuscript: Manuscript, form: forms.AnswerForm) -> str | None:
    about: dict[str, Any] = {
        "actor": _actor(),
        "manuscript_id": manuscript.id,
        "part": form.part.data or "",
        "passage": form.passage.data or "",
    }
    if "instead" in request.form:
        checking.put_instead(db.session, **about)
        return "replaced"
    if "coarsen" in request.form:
        helping.coarsen(
            db.session,
            actor=_actor(),
            manuscript_id=manuscript.id,
            vocabularies=_vocabularies(),
        )
        return "coarsened"
    if not form.validate():
        return None
    checking.answer(db.session, **about, answer=form.answer.data, reason=form.reason.data or "")
    return "answered"


@bp.route("/<int:manuscript_id>/preview")
@requires(Permission.WRITING_WRITE)
def previewed(manuscript_id: int) -> ResponseReturnValue:
    """Show the text as readers would see it: the real rendering."""
    manuscript = _seen(manuscript_id)
    item, wrong = publication.item_of(db.session, manuscript, _vocabularies())
    shown = preview.of(
        db.session,
        item or publication.as_it_is(db.session, manuscript, _vocabularies()),
        _vocabularies(),
        publication.attachment_links(db.session, manuscript),
    )
    return render_template(
        "publishing/preview.html",
        manuscript=manuscript,
        document=shown,
        wrong=[(helping.where(manuscript, name), message) for name, message in wrong],
        is_author=writing.is_author(db.session, _actor(), manuscript),
    )


# ---- Sending in


@bp.route("/<int:manuscript_id>/send", methods=["GET", "POST"])
@requires(Permission.WRITING_WRITE)
def send(manuscript_id: int) -> ResponseReturnValue:
    """Show everything once more, then send it in."""
    manuscript = _seen(manuscript_id)
    if not writing.is_author(db.session, _actor(), manuscript):
        raise NotFound
    form = forms.PlainForm()
    wrong = publication.problems(db.session, manuscript, _vocabularies())
    if form.validate_on_submit() and not wrong:
        writing.submit(db.session, actor=_actor(), manuscript_id=manuscript_id)
        return _to("tasks", manuscript_id, done="sent")
    page = render_template(
        "publishing/send.html",
        manuscript=manuscript,
        form=form,
        wrong=[(helping.where(manuscript, name), message) for name, message in wrong],
        sections=sections.of_type(manuscript.type),
        texts=writing.texts_of(db.session, manuscript_id),
        groups=_groups(manuscript),
        words_of=lambda name: helping.in_words(manuscript, name, _vocabularies()),
        label_of=lambda name: helping.label_of(name, _vocabularies()),
        may_send=manuscript.stage in WITH_AUTHOR,
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:manuscript_id>/take-back", methods=["POST"])
@requires(Permission.WRITING_WRITE)
def take_back(manuscript_id: int) -> ResponseReturnValue:
    """Take a text back that nobody has begun to review."""
    writing.take_back(db.session, actor=_actor(), manuscript_id=manuscript_id)
    return _to("tasks", manuscript_id, done="back")


@bp.route("/<int:manuscript_id>/give-up", methods=["GET", "POST"])
@requires(Permission.WRITING_WRITE)
def give_up(manuscript_id: int) -> ResponseReturnValue:
    """Ask once more, then give a text up."""
    manuscript = _seen(manuscript_id)
    form = forms.PlainForm()
    if form.validate_on_submit():
        writing.drop(db.session, actor=_actor(), manuscript_id=manuscript_id)
        return redirect(url_for("writing.index", done="dropped"))
    return render_template("publishing/give_up.html", manuscript=manuscript, form=form)


@bp.route("/<int:manuscript_id>/remarks/<int:remark_id>", methods=["GET", "POST"])
@requires(Permission.WRITING_WRITE)
def remark(manuscript_id: int, remark_id: int) -> ResponseReturnValue:
    """Show a change that was asked for, and take the author's answer."""
    manuscript = _seen(manuscript_id)
    every = reviewing.remarks_of(db.session, manuscript_id, sent=True)
    shown = next((one for one in every if one.id == remark_id), None)
    if shown is None:
        raise NotFound
    form = forms.ReplyForm(data={"answer": shown.answer})
    if form.validate_on_submit():
        try:
            reviewing.answer_remark(
                db.session,
                actor=_actor(),
                manuscript_id=manuscript_id,
                remark_id=remark_id,
                answer=form.answer.data or "",
            )
            return _to("tasks", manuscript_id, done="saved")
        except (Conflict, NotAllowed) as error:
            form.answer.errors = [f"{error}. Your answer is not saved: copy it before you leave"]
    page = render_template(
        "publishing/remark.html",
        manuscript=manuscript,
        remark=shown,
        form=form,
        link=helping.named(manuscript, shown.part, uploads.of(db.session, manuscript_id)),
        may_write=writing.may_write(db.session, _actor(), manuscript),
    )
    return page, 422 if form.is_submitted() else 200
