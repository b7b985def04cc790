"""Pages of one authority: where to go, its profile, the history, confirming."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.authorities import describing, figures, policy, profiles
from portal.authorities.forms import ConfirmForm
from portal.authorities.hub import Card, Hub
from portal.authorities.models import Authority
from portal.authorities.presenting import area_of, shown, state_of, told, who
from portal.authorities.profiles import Change
from portal.authorities.questions import MINUTES, QUESTIONS, SECTIONS
from portal.core.database import db
from portal.core.errors import Conflict, NotAllowed
from portal.core.permissions import Actor, Permission, requires
from portal.core.roles import STAFF_OF_AN_AUTHORITY, leads
from portal.ui import pagination

bp = Blueprint("authorities", __name__, template_folder="templates")


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _hub() -> Hub:
    found: Hub = current_app.extensions["hub"]
    return found


@bp.route("/authority")
@requires(Permission.PROFILE_READ)
def own() -> ResponseReturnValue:
    """Lead a person to their authority, or let them choose; lead a curator to the register."""
    roles = _actor().memberships
    places = {place for role, place in roles if role in STAFF_OF_AN_AUTHORITY}
    if not places:
        return redirect(url_for("register.index"))
    if len(places) == 1:
        return redirect(url_for("authorities.page", authority_id=places.pop()))
    names = figures.names(db.session)
    own_places = [(id_, name) for id_, name in names.items() if id_ in places]
    return render_template("authorities/own.html", places=own_places)


@bp.route("/authorities/<int:authority_id>")
@requires(Permission.PROFILE_READ)
def page(authority_id: int) -> ResponseReturnValue:
    """Show what there is of an authority: its profile, what rooms above add, published figures."""
    actor = _actor()
    authority = profiles.opened(db.session, actor=actor, authority_id=authority_id)
    published = figures.figures_of(db.session, authority_id)
    names = figures.names(db.session)
    return render_template(
        "authorities/page.html",
        authority=authority,
        area=area_of(actor, authority_id),
        cards=list(_hub().cards(db.session, actor, authority)),
        profile=profiles.visible(db.session, actor=actor, authority_id=authority_id),
        leads=leads(actor, authority_id),
        published=published,
        percentages=list(figures.shown(published)) if published else [],
        neighbours=[
            (names[one.authority_id], one.band, one.year)
            for one in figures.neighbours_of(db.session, authority_id)
        ],
    )


def profile_card(session: Any, actor: Actor, authority: Authority) -> Card:
    """Make the card that leads to the profile."""
    profile = profiles.visible(session, actor=actor, authority_id=authority.id)
    states = [state_of(one, profile) for one in policy.readable(actor, authority.id)]
    answered, asked = sum(one.answered for one in states), sum(one.asked for one in states)
    tag, colour = "In progress", "light-blue"
    if profile.due:
        tag, colour = "To be confirmed", "orange"
    elif not answered:
        tag, colour = "Not started", "grey"
    elif answered == asked:
        tag, colour = "Complete", "green"
    return Card(
        title="Profile",
        href=url_for("authorities.profile", authority_id=authority.id),
        text="How cases are handled here, what shapes them, and where things are going."
        if not leads(actor, authority.id)
        else "Describe how your authority handles cases, so that another one can learn from it, "
        f"or you from another. {answered} of {asked} questions are answered.",
        tag=tag,
        colour=colour,
    )


@bp.route("/authorities/<int:authority_id>/profile")
@requires(Permission.PROFILE_READ)
def profile(authority_id: int) -> ResponseReturnValue:
    """Show a lead what there is to do, and everybody else what is known."""
    actor = _actor()
    authority = profiles.opened(db.session, actor=actor, authority_id=authority_id)
    found = profiles.visible(db.session, actor=actor, authority_id=authority_id)
    sections = policy.readable(actor, authority_id)
    kept = [QUESTIONS[key].label for key in request.args.getlist("kept") if key in QUESTIONS]
    common = {
        "authority": authority,
        "area": area_of(actor, authority_id),
        "profile": found,
        "saved": SECTIONS.get(request.args.get("saved", "")),
        "confirmed": "confirmed" in request.args,
        "kept": kept,
    }
    if leads(actor, authority_id):
        states = [state_of(section, found) for section in sections]
        return render_template("authorities/tasks.html", states=states, minutes=MINUTES, **common)
    return render_template(
        "authorities/profile.html",
        told=told(sections, found, figures.names(db.session)),
        may_infer=policy.is_curator(actor),
        **common,
    )


@bp.route("/authorities/<int:authority_id>/profile/history")
@requires(Permission.PROFILE_READ)
def history(authority_id: int) -> ResponseReturnValue:
    """Show who changed what, from what to what, the newest first."""
    actor = _actor()
    authority = profiles.opened(db.session, actor=actor, authority_id=authority_id)
    number = pagination.page_number(request.args.get("page", ""))
    steps, total = _steps(actor, authority_id, number)
    if number > pagination.last_page(total):
        number = pagination.last_page(total)
        steps, total = _steps(actor, authority_id, number)
    people = _hub().names(db.session, {one.after.by_id for one in steps if one.after.by_id})
    places = figures.names(db.session)
    return render_template(
        "authorities/history.html",
        authority=authority,
        area=area_of(actor, authority_id),
        steps=[
            {
                "question": QUESTIONS[one.after.question],
                "who": who(one.after, people),
                "after": shown(one.after, places),
                "before": shown(one.before, places) if one.before else None,
            }
            for one in steps
        ],
        total=total,
        page_number=number,
        pages=pagination.component(number, total, lambda n: f"{request.path}?page={n}"),
    )


def _steps(actor: Actor, authority_id: int, number: int) -> tuple[list[Change], int]:
    most = pagination.PER_PAGE
    first = (number - 1) * most
    return profiles.history(
        db.session, actor=actor, authority_id=authority_id, first=first, most=most
    )


@bp.route("/authorities/<int:authority_id>/profile/confirm", methods=["GET", "POST"])
@requires(Permission.PROFILE_CONFIRM)
def confirm(authority_id: int) -> ResponseReturnValue:
    """Show a lead every answer, and keep their word that all is right."""
    actor = _actor()
    authority = profiles.opened(db.session, actor=actor, authority_id=authority_id)
    if not leads(actor, authority_id):
        raise NotAllowed
    found = profiles.profile_of(db.session, authority_id)
    form = ConfirmForm(data={"seen": found.version})
    refused = ""
    if form.validate_on_submit():
        try:
            describing.confirm(
                db.session, actor=actor, authority_id=authority_id, seen=form.seen.data or 0
            )
        except Conflict as error:
            refused = f"{error}. Nothing was confirmed."
            form.seen.data = found.version
            form.seen.raw_data = None
        else:
            address = url_for("authorities.profile", authority_id=authority_id, confirmed="yes")
            return redirect(address)
    page = render_template(
        "authorities/confirm.html",
        authority=authority,
        area=area_of(actor, authority_id),
        profile=found,
        told=told(policy.readable(actor, authority_id), found, figures.names(db.session)),
        form=form,
        refused=refused,
    )
    return page, 409 if refused else 200
