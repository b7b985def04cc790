"""The curators' side: what was sent in, asking for changes, signing off, publishing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import lookup
from portal.accounts.confirming import is_them
from portal.authorities import figures
from portal.core import clock
from portal.core.database import db
from portal.core.errors import Conflict, NotAllowed, NotFound
from portal.core.permissions import Actor, Permission, requires
from portal.core.roles import Role
from portal.library import preview
from portal.library.vocabularies import TYPES, Vocabularies
from portal.publishing import (
    checking,
    comparing,
    ending,
    forms,
    helping,
    publication,
    review_forms,
    reviewing,
    sections,
    succession,
    uploads,
    writing,
)
from portal.publishing.models import Manuscript, SignOffKind, Upload
from portal.publishing.states import Stage

bp = Blueprint("review", __name__, url_prefix="/review", template_folder="templates")

SAID: Mapping[str, str] = {
    "taken": "You hold this text now.",
    "handed": "The text is handed over. The other curator has been told.",
    "noted": "The change is written down. The author sees it once you send the changes.",
    "removed": "The change is taken out.",
    "settled": "The change counts as settled.",
    "asked": "The changes have been sent to the author, who can write again.",
    "signed": "Your sign-off is on record.",
    "approved": "Your sign-off is on record. It was the last one: the text is approved.",
    "published": "It is published. Those who wrote it have been told.",
    "scheduled": "It is scheduled.",
    "unscheduled": "It is not scheduled any more. It stays approved.",
    "given-up": "The text is given up. It is deleted after 30 days.",
    "reopened": "It is in review again. Earlier sign-offs count no more.",
}
"""What has just been done, by the word for it in the address."""
SIGN_OFFS: Mapping[SignOffKind, str] = {
    SignOffKind.CONTENT: "Content",
    SignOffKind.DISCLOSURE: "Disclosure",
}


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _vocabularies() -> Vocabularies:
    found: Vocabularies = current_app.extensions["library"].vocabularies
    return found


def _seen(manuscript_id: int) -> Manuscript:
    """Return a text that was sent in. A draft is nobody's to review, its author's neither."""
    manuscript = writing.seen(db.session, actor=_actor(), manuscript_id=manuscript_id)
    if manuscript.stage in {Stage.DRAFT, Stage.DROPPED}:
        raise NotFound
    return manuscript


def _back(manuscript_id: int, done: str, anchor: str | None = None) -> ResponseReturnValue:
    address = url_for("review.show", manuscript_id=manuscript_id, done=done, _anchor=anchor)
    return redirect(address)


def _names(*ids: int | None) -> dict[int, str]:
    return lookup.names(db.session, {id_ for id_ in ids if id_ is not None})


def _act(
    manuscript_id: int,
    done: str,
    act: Callable[..., object],
    anchor: str | None = None,
    **more: object,
) -> ResponseReturnValue:
    """Do something that a button asks for; say what stands against it, and how things are now."""
    try:
        act(db.session, actor=_actor(), manuscript_id=manuscript_id, **more)
    except (Conflict, NotAllowed) as error:
        return _refused(manuscript_id, error)
    return _back(manuscript_id, done, anchor)


def _refused(
    manuscript_id: int, error: Conflict | NotAllowed, typed: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    db.session.rollback()  # this answer is no error to Flask, which would commit
    manuscript = _seen(manuscript_id)
    steps = writing.steps_of(db.session, manuscript_id)
    page = render_template(
        "publishing/review/conflict.html",
        manuscript=manuscript,
        reason=str(error),
        last=steps[-1],
        names=_names(steps[-1].by_id, manuscript.owner_id),
        typed=typed or {},
    )
    return page, 403 if isinstance(error, NotAllowed) else 409


# ---- What waits


@bp.route("")
@requires(Permission.REVIEW)
def index() -> ResponseReturnValue:
    """Show what was sent in, by who has to do with it now."""
    every = reviewing.queue(db.session)
    curators = lookup.with_role(db.session, Role.CURATOR)
    wanted = reviewing.wanted(db.session, every, curators)
    return render_template(
        "publishing/review/index.html",
        groups=_grouped(every, _actor().id, curators, wanted),
        curators=curators,
        total=len(every),
        signed=reviewing.signed_kinds(db.session, every),
        needed=publication.needed,
        sign_offs=SIGN_OFFS,
        names=_names(*(id_ for one in every for id_ in (one.owner_id, one.author_id))),
        authorities=figures.names(db.session),
        type_names=TYPES,
        today=clock.today(),
        said=SAID.get(request.args.get("done", "")),
    )


_WAITS = frozenset({Stage.SUBMITTED, Stage.IN_REVIEW})


def _grouped(
    every: Sequence[Manuscript],
    own: int | None,
    curators: Collection[int],
    wanted: Mapping[int, Collection[int]],
) -> list[tuple[str, str, list[Manuscript]]]:
    """Return (key, heading, texts) of each group, empty ones too.

    What is asked of an author who can't go on waits for curators too: `reviewing.wanted` says so.
    """

    def those(holds: Callable[[Manuscript], bool], *stages: Stage) -> list[Manuscript]:
        return [one for one in every if one.stage in stages and holds(one)]

    def waits(one: Manuscript) -> bool:
        return one.stage in _WAITS or bool(wanted[one.id])

    def mine(one: Manuscript) -> bool:
        return waits(one) and (one.owner_id == own or (held(one) and own in wanted[one.id]))

    def held(one: Manuscript) -> bool:
        return one.owner_id in curators

    asked = Stage.CHANGES_ASKED
    return [
        ("mine", "Waiting for you", those(mine, *_WAITS, asked)),
        (
            "anybody",
            "Waiting for anybody",
            those(lambda one: waits(one) and not held(one), *_WAITS, asked),
        ),
        (
            "others",
            "Held by others",
            those(lambda one: waits(one) and held(one) and not mine(one), *_WAITS, asked),
        ),
        (
            "asked",
            "With the author, changes asked for",
            those(lambda one: not waits(one), asked),
        ),
        ("approved", "Approved, not published yet", those(lambda one: True, Stage.APPROVED)),
        ("scheduled", "Scheduled", those(lambda one: True, Stage.SCHEDULED)),
    ]


# ---- One text


@dataclass(frozen=True)
class Place:
    """A section or field as a reviewer reads it."""

    name: str
    title: str
    look: helping.Look
    given: bool


@bp.route("/<int:manuscript_id>")
@requires(Permission.REVIEW)
def show(manuscript_id: int) -> ResponseReturnValue:
    """Show a text as readers would see it, with all that is known about it."""
    return _page(_seen(manuscript_id), review_forms.RemarkForm(formdata=None))


def _page(
    manuscript: Manuscript, remark_form: review_forms.RemarkForm, status: int = 200
) -> ResponseReturnValue:
    words = _vocabularies()
    item, wrong = publication.item_of(db.session, manuscript, words)
    shown = item or publication.as_it_is(db.session, manuscript, words)
    wrong = [*succession.problems(db.session, manuscript, words), *wrong]
    author = writing.is_author(db.session, _actor(), manuscript)
    remarks = reviewing.remarks_of(db.session, manuscript.id, sent=author)
    answers = checking.answers_of(db.session, manuscript.id)
    steps = writing.steps_of(db.session, manuscript.id)
    signed = writing.sign_offs_of(db.session, manuscript)
    files = uploads.of(db.session, manuscript.id)
    people = [one.by_id for one in remarks]
    people += [one.by_id for one in steps]
    people += [one.by_id for one in signed]
    people += [one.by_id for one in answers.values()]
    hand_over = review_forms.HandOverForm(formdata=None)
    hand_over.offer(_other_curators(manuscript))
    page = render_template(
        "publishing/review/show.html",
        manuscript=manuscript,
        ended=ending.ended(db.session, [manuscript]).get(manuscript.became or ""),
        document=preview.of(
            db.session, shown, words, publication.attachment_links(db.session, manuscript)
        ),
        wrong=[(helping.where(manuscript, name), message) for name, message in wrong],
        places=_places(manuscript),
        groups=sections.groups(manuscript.type, words),
        words_of=lambda name: helping.in_words(manuscript, name, words),
        label_of=lambda name: helping.label_of(name, words),
        where_of=lambda name: helping.named(manuscript, name, files)[1],
        files=[
            (one, checking.find_in(checking.place_of_file(one), answers), _traces(one))
            for one in files
        ],
        changes=comparing.with_published(db.session, manuscript, words),
        uniqueness=helping.uniqueness_of(db.session, manuscript, words),
        remarks=remarks,
        unsent=[one for one in remarks if one.sent_at is None],
        steps=steps,
        signed=signed,
        sign_offs=SIGN_OFFS,
        rights=_rights(manuscript),
        has_written=_actor().id in writing.writers(db.session, manuscript.id),
        is_author=author,
        author_left=reviewing.author_left(db.session, manuscript),
        held=manuscript.owner_id in lookup.with_role(db.session, Role.CURATOR),
        intruder=reviewing.INTRUDER,
        answers=checking.ANSWERS,
        names=_names(manuscript.author_id, manuscript.owner_id, *people),
        authority=figures.names(db.session).get(manuscript.authority_id or 0),
        type_name=TYPES[manuscript.type],
        form=remark_form,
        hand_over=hand_over,
        own=_actor().id,
        today=clock.today(),
        said=SAID.get(request.args.get("done", "")),
    )
    return page, status


def _places(manuscript: Manuscript) -> list[Place]:
    """Return fields with text and sections, each with what is found in it and how it reads."""
    texts = writing.texts_of(db.session, manuscript.id)
    named = {one.name: one.title for one in sections.of_type(manuscript.type)}
    made = [
        (place.name, place.label, place.text)
        for place in checking.places(manuscript, {}, [])
        if place.name not in named
    ]
    made += [(name, title, texts.get(name, "")) for name, title in named.items()]
    looks = helping.looks(db.session, manuscript, [(name, text) for name, _, text in made])
    return [
        Place(name, title, look, bool(text))
        for (name, title, text), look in zip(made, looks, strict=True)
    ]


def _traces(upload: Upload) -> list[dict[str, Any]]:
    """Return what stood in a file, what its readers did not see first."""
    return sorted(upload.traces, key=lambda trace: bool(trace.get("seen")))


def _rights(manuscript: Manuscript) -> list[tuple[SignOffKind, str]]:
    """Return each sign-off that is needed, with why this person can't give it, if so."""
    return [
        (kind, reviewing.may_sign_off(db.session, _actor(), manuscript, kind))
        for kind in SignOffKind
        if kind in publication.needed(manuscript.type)
    ]


def _other_curators(manuscript: Manuscript) -> list[tuple[int, str]]:
    """Return who else can hold a text: nobody who has written in it."""
    ids = lookup.with_role(db.session, Role.CURATOR) - {manuscript.owner_id or 0}
    ids -= writing.writers(db.session, manuscript.id)
    return sorted(lookup.names(db.session, ids).items(), key=lambda one: one[1].casefold())


@bp.route("/<int:manuscript_id>/take-on", methods=["POST"])
@requires(Permission.REVIEW)
def take_on(manuscript_id: int) -> ResponseReturnValue:
    """Begin to review a text."""
    return _act(manuscript_id, "taken", reviewing.take_on)


@bp.route("/<int:manuscript_id>/hand-over", methods=["POST"])
@requires(Permission.REVIEW)
def hand_over(manuscript_id: int) -> ResponseReturnValue:
    """Let another curator hold a text."""
    manuscript = _seen(manuscript_id)
    form = review_forms.HandOverForm()
    form.offer(_other_curators(manuscript))
    to = form.to.data if form.validate_on_submit() else 0
    return _act(manuscript_id, "handed", reviewing.hand_over, to=to or 0)


@bp.route("/<int:manuscript_id>/give-up", methods=["POST"])
@requires(Permission.REVIEW)
def give_up(manuscript_id: int) -> ResponseReturnValue:
    """Give a text up whose author can't go on with it, with the reason."""
    why = request.form.get("why", "")
    try:
        reviewing.give_up(db.session, actor=_actor(), manuscript_id=manuscript_id, why=why)
    except (Conflict, NotAllowed) as error:
        return _refused(manuscript_id, error, {"Why": why} if why else {})
    return redirect(url_for("review.index", done="given-up"))


# ---- Asking for changes


@bp.route("/<int:manuscript_id>/remarks", methods=["POST"])
@requires(Permission.REVIEW)
def remark(manuscript_id: int) -> ResponseReturnValue:
    """Write down a change to ask for."""
    manuscript = _seen(manuscript_id)
    form = review_forms.RemarkForm()
    if not form.validate():
        return _page(manuscript, form, 422)
    try:
        made = reviewing.remark(
            db.session,
            actor=_actor(),
            manuscript_id=manuscript_id,
            part=form.part.data or "",
            passage=form.passage.data or "",
            reason=form.reason.data or "",
        )
    except (Conflict, NotAllowed) as error:
        if manuscript.stage == Stage.IN_REVIEW and isinstance(error, Conflict):
            form.passage.errors = [str(error)]
            return _page(manuscript, form, 422)
        return _refused(manuscript_id, error, _typed(form))
    return _back(manuscript_id, "noted", f"review-part-{made.part}")


def _typed(form: review_forms.RemarkForm) -> dict[str, str]:
    given = {"The words": form.passage.data, "What should change": form.reason.data}
    return {name: value for name, value in given.items() if value}


@bp.route("/<int:manuscript_id>/remarks/<int:remark_id>/take-back", methods=["POST"])
@requires(Permission.REVIEW)
def take_back(manuscript_id: int, remark_id: int) -> ResponseReturnValue:
    """Take a change out that was not sent, or settle one that was."""
    _seen(manuscript_id)
    every = reviewing.remarks_of(db.session, manuscript_id)
    sent = any(one.id == remark_id and one.sent_at for one in every)
    return _act(
        manuscript_id,
        "settled" if sent else "removed",
        reviewing.take_remark_back,
        "review-asked",
        remark_id=remark_id,
    )


@bp.route("/<int:manuscript_id>/ask", methods=["POST"])
@requires(Permission.REVIEW)
def ask(manuscript_id: int) -> ResponseReturnValue:
    """Send the changes that were written down."""
    return _act(manuscript_id, "asked", reviewing.ask_changes)


# ---- Signing off


@bp.route("/<int:manuscript_id>/sign-off", methods=["POST"])
@requires(Permission.REVIEW)
def sign_off(manuscript_id: int) -> ResponseReturnValue:
    """Vouch for the content of the text that was read."""
    _seen(manuscript_id)
    try:
        signed = _sign(manuscript_id, SignOffKind.CONTENT, request.form.get("text_hash", ""), {})
    except (Conflict, NotAllowed) as error:
        return _refused(manuscript_id, error)
    return _back(manuscript_id, "approved" if signed.stage == Stage.APPROVED else "signed")


def _sign(
    manuscript_id: int, kind: SignOffKind, text_hash: str, checklist: Mapping[str, str]
) -> Manuscript:
    return reviewing.sign_off(
        db.session,
        actor=_actor(),
        manuscript_id=manuscript_id,
        kind=kind,
        text_hash=text_hash,
        checklist=checklist,
        vocabularies=_vocabularies(),
    )


@bp.route("/<int:manuscript_id>/disclosure", methods=["GET", "POST"])
@requires(Permission.REVIEW)
def disclosure(manuscript_id: int) -> ResponseReturnValue:
    """Take the motivated-intruder checklist, with the password; all is kept when refused."""
    manuscript = _seen(manuscript_id)
    # of the text that was read on the page before, not of the one that may stand there by now
    form = review_forms.disclosure_form(request.args.get("text", ""))
    why_not = reviewing.may_sign_off(db.session, _actor(), manuscript, SignOffKind.DISCLOSURE)
    stale = (form.text_hash.data or "") != manuscript.text_hash
    problem = None
    if form.validate_on_submit() and not (why_not or stale) and _holds(form):
        db.session.rollback()  # nothing must be open to write while the password is checked
        if is_them(form.password):
            try:
                checklist, read = form.answers, form.text_hash.data or ""
                signed = _sign(manuscript_id, SignOffKind.DISCLOSURE, read, checklist)
                done = "approved" if signed.stage == Stage.APPROVED else "signed"
                return _back(manuscript_id, done)
            except (Conflict, NotAllowed) as error:
                db.session.rollback()
                problem = str(error)
    manuscript = _seen(manuscript_id)
    page = render_template(
        "publishing/review/disclosure.html",
        manuscript=manuscript,
        form=form,
        points=reviewing.INTRUDER,
        why_not=why_not,
        stale=stale,
        problem=problem,
    )
    if not form.is_submitted():
        return page, 409 if stale else 200
    return page, 409 if stale or why_not or problem else 422


def _holds(form: review_forms.DisclosureForm) -> bool:
    """Tell whether every point holds; say at each that does not what to do."""
    for key, answer in form.answers.items():
        if answer != review_forms.YES:
            form[key].errors = ["If this does not hold, ask for changes instead"]
    return all(answer == review_forms.YES for answer in form.answers.values())


# ---- Publishing


def _approved(manuscript_id: int, *stages: Stage) -> Manuscript:
    manuscript = _seen(manuscript_id)
    if manuscript.stage not in stages:
        raise Conflict(f"This is “{manuscript.stage.label.lower()}” now")
    return manuscript


@bp.route("/<int:manuscript_id>/publish", methods=["GET", "POST"])
@requires(Permission.REVIEW)
def publish(manuscript_id: int) -> ResponseReturnValue:
    """Ask once more, then publish an approved text."""
    form = forms.PlainForm()
    try:
        manuscript = _approved(manuscript_id, Stage.APPROVED, Stage.SCHEDULED)
        if form.validate_on_submit():
            publication.publish(
                db.session,
                actor=_actor(),
                manuscript_id=manuscript_id,
                vocabularies=_vocabularies(),
            )
            return _back(manuscript_id, "published")
    except (Conflict, NotAllowed) as error:
        return _refused(manuscript_id, error)
    page = render_template("publishing/review/publish.html", manuscript=manuscript, form=form)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:manuscript_id>/schedule", methods=["GET", "POST"])
@requires(Permission.REVIEW)
def schedule(manuscript_id: int) -> ResponseReturnValue:
    """Choose a day on which an approved text is published."""
    form = review_forms.ScheduleForm()
    try:
        manuscript = _approved(manuscript_id, Stage.APPROVED)
    except Conflict as error:
        return _refused(manuscript_id, error)
    if form.validate_on_submit() and form.day.data:
        try:
            reviewing.schedule(
                db.session, actor=_actor(), manuscript_id=manuscript_id, day=form.day.data
            )
            return _back(manuscript_id, "scheduled")
        except Conflict as error:
            form.day.errors = [str(error)]
    page = render_template("publishing/review/schedule.html", manuscript=manuscript, form=form)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:manuscript_id>/unschedule", methods=["POST"])
@requires(Permission.REVIEW)
def unschedule(manuscript_id: int) -> ResponseReturnValue:
    """Let a scheduled text wait again."""
    return _act(manuscript_id, "unscheduled", reviewing.unschedule)


@bp.route("/<int:manuscript_id>/reopen", methods=["GET", "POST"])
@requires(Permission.REVIEW)
def reopen(manuscript_id: int) -> ResponseReturnValue:
    """Put an approved text back into review, with the reason."""
    form = review_forms.ReopenForm()
    try:
        manuscript = _approved(manuscript_id, Stage.APPROVED, Stage.SCHEDULED)
        if form.validate_on_submit():
            why = form.reason.data or ""
            reviewing.reopen(db.session, actor=_actor(), manuscript_id=manuscript_id, why=why)
            return _back(manuscript_id, "reopened")
    except Conflict as error:
        typed = {"Why": form.reason.data} if form.reason.data else {}
        return _refused(manuscript_id, error, typed)
    page = render_template("publishing/review/reopen.html", manuscript=manuscript, form=form)
    return page, 422 if form.is_submitted() else 200
