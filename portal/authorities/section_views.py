"""The form of one section of a profile: a lead states, a curator infers."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.authorities import components, describing, figures, forms, policy, profiles
from portal.authorities.answers import UNANSWERED, Said
from portal.authorities.describing import ChangedMeanwhile, WrongAnswers
from portal.authorities.hub import Hub
from portal.authorities.models import Origin, State
from portal.authorities.presenting import area_of, shown, who
from portal.authorities.profiles import Answer
from portal.authorities.questions import CONTACT_FIELDS, QUESTIONS, SECTIONS, Kind, Section
from portal.core.database import db
from portal.core.errors import NotAllowed
from portal.core.permissions import Actor, Permission, requires

bp = Blueprint("profile", __name__, template_folder="templates")


@bp.route(
    "/authorities/<int:authority_id>/profile/<any(handling, situation, moving, helping, contacts)"
    ":key>",
    methods=["GET", "POST"],
)
@requires(Permission.PROFILE_CHANGE)
def section(authority_id: int, key: str) -> ResponseReturnValue:
    """Let a lead state answers of one section, or a curator infer them."""
    actor: Actor = current_user.actor
    chosen = SECTIONS[key]
    authority = profiles.opened(db.session, actor=actor, authority_id=authority_id)
    origin = policy.writes(actor, authority_id, chosen)
    if origin is None:
        raise NotAllowed
    found = profiles.profile_of(db.session, authority_id)
    names = figures.names(db.session)
    mine, beside = found.stated, found.inferred
    if origin == Origin.INFERRED:
        mine, beside = beside, mine
    now = {q.key: _with_names(mine.get(q.key), names) for q in chosen.questions}
    form = forms.form_for(chosen, origin, now, found.version)
    status, taken_over = 200, []
    if form.validate_on_submit():
        try:
            saved = _save(form, actor, authority_id, chosen, names)
        except ChangedMeanwhile as meanwhile:
            status, taken_over = 409, [QUESTIONS[key].label for key in meanwhile.kept]
            form = _with_theirs(form, chosen, origin, meanwhile, names)
        except WrongAnswers as wrong:
            for field, problem in wrong.problems.items():
                forms.put_error(form, field, problem)
        else:
            if saved is not None:
                address = url_for(
                    "authorities.profile",
                    authority_id=authority_id,
                    saved=key,
                    kept=list(saved.kept),
                )
                return redirect(address)
    if form.errors and status == 200:
        status = 422
    page = render_template(
        "authorities/section.html",
        authority=authority,
        area=area_of(actor, authority_id),
        section=chosen,
        form=form,
        now=now,
        beside={q.key: shown(beside[q.key], names) for q in chosen.questions if q.key in beside},
        infers=origin == Origin.INFERRED,
        taken_over=taken_over,
        clash=status == 409,
        places=[name for id_, name in names.items() if id_ != authority_id],
        components=components,
        contact_field=forms.contact_field,
        contact_parts=list(CONTACT_FIELDS),
    )
    return page, status


def _with_names(answer: Answer | None, names: Mapping[int, str]) -> Said:
    """Return an answer as forms have it, in which authorities stand by their names."""
    if answer is None:
        return UNANSWERED
    return _named(answer.question, answer.said, names)


def _named(question: str, said: Said, names: Mapping[int, str]) -> Said:
    if QUESTIONS[question].kind == Kind.PLACES and said.state == State.GIVEN:
        return Said(State.GIVEN, [names[id_] for id_ in said.value if id_ in names])
    return said


def _save(
    form: Any, actor: Actor, authority_id: int, chosen: Section, names: Mapping[int, str]
) -> describing.Saved | None:
    """Save what the form says; `None` where that can't be read, which stands on its fields."""
    said, sound = forms.read(form, chosen, {name: id_ for id_, name in names.items()})
    if not sound:
        return None
    return describing.save(
        db.session,
        actor=actor,
        authority_id=authority_id,
        section=chosen,
        said=said,
        seen=form.seen.data or 0,
        source=form.source.data or "" if "source" in form else "",
    )


def _with_theirs(
    form: Any,
    chosen: Section,
    origin: Origin,
    meanwhile: ChangedMeanwhile,
    names: Mapping[int, str],
) -> Any:
    """Return the form as it was sent, with what others have changed and this person has not.

    Where both changed the same, theirs is said beside it; sending the form again replaces it.
    """
    said, _ = forms.read(form, chosen, {name: id_ for id_, name in names.items()})
    fresh = {key: _named(key, meanwhile.kept.get(key, one), names) for key, one in said.items()}
    again = forms.form_for(chosen, origin, fresh, meanwhile.version, from_data=True)
    if "source" in form:
        again.source.data = form.source.data
    hub: Hub = current_app.extensions["hub"]
    by = {clash.theirs.by_id for clash in meanwhile.clashes if clash.theirs.by_id}
    people = hub.names(db.session, by)
    for clash in meanwhile.clashes:
        theirs = ", ".join(shown(clash.theirs, names).lines)
        forms.put_error(
            again,
            clash.question.key,
            f"{who(clash.theirs, people)} has answered meanwhile: {theirs}. Save again to put "
            "your answer in its place",
        )
    return again
