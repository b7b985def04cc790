"""A lead's side: whom to ask, what to answer, and the pairing itself."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from portal.assessment.editions import Editions
from portal.authorities.hub import Card
from portal.authorities.models import Authority
from portal.authorities.questions import TOPICS
from portal.core.database import db
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Actor, Permission, requires
from portal.core.roles import leads
from portal.pairing import forms, pairs, requests, suggestions, words
from portal.pairing.models import Request, RequestState, Shown

bp = Blueprint("pairing", __name__, template_folder="templates")

SAID = {
    "asked": "Your request is on its way. You hear when there is an answer, within two weeks.",
    "withdrawn": "The request is withdrawn.",
    "answered": "Your answer has been sent.",
    "agreed": "You have said yes. The pairing begins once the other side has too.",
    "planned": "The plan is saved. The other side is told.",
    "wanted": "The other side is asked whether it wants to go on too.",
    "renewed": "The pairing goes on for another six months.",
    "ended": "The pairing has ended. The other side is told.",
    "meanwhile": "Nothing was changed: something has happened meanwhile. See how it stands below.",
}
"""What has just been done, by the word for it in the address."""


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _editions() -> Editions:
    editions: Editions = current_app.extensions["assessment"]
    return editions


def _secret() -> bytes:
    key: str = current_app.config["SECRET_KEY"]
    return f"pairing cards:{key}".encode()


def _authority(authority_id: int) -> Authority:
    found = db.session.get(Authority, authority_id)
    if found is None or not leads(_actor(), authority_id):
        raise NotFound
    return found


def _said() -> str | None:
    return SAID.get(request.args.get("done", ""))


def _home(authority_id: int, done: str = "") -> ResponseReturnValue:
    return redirect(url_for("pairing.index", authority_id=authority_id, done=done or None))


@bp.route("/authorities/<int:authority_id>/pairing", methods=["GET", "POST"])
@requires(Permission.PAIRING_TAKE_PART)
def index(authority_id: int) -> ResponseReturnValue:
    """Show where an authority stands, and look for hosts."""
    authority = _authority(authority_id)
    form = forms.FindForm()
    if form.validate_on_submit():
        found = suggestions.find(
            db.session,
            actor=_actor(),
            asking_id=authority_id,
            editions=_editions(),
            handling=int(form.handling.data),
            secret=_secret(),
        )
        return redirect(url_for("pairing.suggested", authority_id=authority_id, search_id=found.id))
    every = pairs.of(db.session, authority_id)
    page = render_template(
        "pairing/index.html",
        authority=authority,
        form=form,
        pairs=[(pair, pairs.other_side(db.session, pair, authority_id)) for pair in every],
        is_running=pairs.is_running,
        to_answer=requests.to_answer(db.session, authority_id)
        + requests.proposed_to(db.session, authority_id),
        waiting=[one for one in requests.open_of(db.session, authority_id) if one.asking_agreed_at],
        agreed=requests.agreed_by_host(db.session, authority_id),
        closed=requests.closed_of(db.session, authority_id),
        over=_over,
        listed=words.listed,
        said=_said(),
    )
    return page, 422 if form.is_submitted() else 200


def _over(one: Request) -> str:
    return requests.OVER[one.state]


# ---- Asking


@bp.route("/authorities/<int:authority_id>/pairing/lists/<int:search_id>")
@requires(Permission.PAIRING_TAKE_PART)
def suggested(authority_id: int, search_id: int) -> ResponseReturnValue:
    """Show the cards of a list, or why there are none."""
    authority = _authority(authority_id)
    search = suggestions.seen(
        db.session, actor=_actor(), asking_id=authority_id, search_id=search_id
    )
    cards = suggestions.shown(db.session, search)
    return render_template(
        "pairing/suggested.html",
        authority=authority,
        search=search,
        cards=cards,
        one_group=len({card.group for card in cards}) == 1,
        form=forms.FindForm(handling=str(search.handling)),
        nobody=words.NOBODY.get(search.nobody or ""),
        slider=forms.SLIDER.get(str(search.handling), ""),
        listed=words.listed,
        rows=words.card_rows,
    )


def _name(card: Shown) -> str:
    return f"Host {card.place} ({card.card['band']})"


@bp.route(
    "/authorities/<int:authority_id>/pairing/lists/<int:search_id>/ask", methods=["GET", "POST"]
)
@requires(Permission.PAIRING_TAKE_PART)
def ask(authority_id: int, search_id: int) -> ResponseReturnValue:
    """Take up to three preferences and the wish, show them again, then send them."""
    authority = _authority(authority_id)
    search = suggestions.seen(
        db.session, actor=_actor(), asking_id=authority_id, search_id=search_id
    )
    cards = suggestions.shown(db.session, search)
    form = forms.AskForm()
    form.offer([(card.reference, _name(card)) for card in cards])
    if form.validate_on_submit() and "change" not in request.form:
        try:
            if form.checked.data == "yes":
                _send(form, search_id)
                return _home(authority_id, "asked")
            _check_wanted(form)
            requests.check_may_ask(db.session, search, form.wanted)
        except NotFound:
            raise
        except DomainError as error:
            form.first.errors = [str(error)]
        else:
            chosen = {card.reference: _name(card) for card in cards}
            return render_template(
                "pairing/ask_check.html",
                authority=authority,
                search=search,
                form=form,
                chosen=[chosen[one] for one in form.wanted if one in chosen],
                topics=[TOPICS[key] for key in form.topics.data or []],
            )
    page = render_template("pairing/ask.html", authority=authority, search=search, form=form)
    rejected = form.is_submitted() and "change" not in request.form
    return page, 422 if rejected else 200


def _check_wanted(form: forms.AskForm) -> None:
    if not form.wanted:
        raise DomainError("Choose at least one host")
    if len(set(form.wanted)) < len(form.wanted):
        raise DomainError("You have chosen the same host twice. Choose another one, or “None”")


def _send(form: forms.AskForm, search_id: int) -> None:
    requests.ask(
        db.session,
        actor=_actor(),
        search_id=search_id,
        views=suggestions.Views(db.session, _editions()),
        keys=form.wanted,
        topics=form.topics.data or [],
        wish=form.wish.data or "",
    )


# ---- One request, from either side


@bp.route(
    "/authorities/<int:authority_id>/pairing/requests/<int:request_id>", methods=["GET", "POST"]
)
@requires(Permission.PAIRING_TAKE_PART)
def answer(authority_id: int, request_id: int) -> ResponseReturnValue:
    """Show a request to a side that has to answer it, and take the answer."""
    authority = _authority(authority_id)
    found = requests.seen(
        db.session, actor=_actor(), authority_id=authority_id, request_id=request_id
    )
    hosting = found.host_id == authority_id
    if (found.host_agreed_at if hosting else found.asking_agreed_at) is not None:
        return _home(authority_id)
    form = forms.AnswerForm()
    form.word(both_to_agree=found.proposed_why is not None)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            return _answer(form, authority_id, request_id)
        except Conflict as conflict:
            form.answer.errors = [str(conflict)]
            status = 409
        except DomainError as error:
            form.reason.errors = [str(error)]
    page = render_template(
        "pairing/answer.html",
        authority=authority,
        request=found,
        is_open=requests.waits(found),
        over=requests.OVER.get(found.state, requests.OVER[RequestState.EXPIRED]),
        hosting=hosting,
        seen=found.host_sees if hosting else found.asking_sees,
        topics=[TOPICS[key] for key in found.topics if key in TOPICS],
        form=form,
        listed=words.listed,
        rows=words.card_rows,
    )
    return page, status


def _answer(form: forms.AnswerForm, authority_id: int, request_id: int) -> ResponseReturnValue:
    side: dict[str, Any] = {"authority_id": authority_id, "request_id": request_id}
    with db.session.begin_nested():
        if form.answer.data == "yes":
            pair = requests.agree(db.session, actor=_actor(), **side)
            if pair is None:
                return _home(authority_id, "agreed")
            return redirect(url_for("pairing.pair", authority_id=authority_id, pairing_id=pair.id))
        requests.refuse(
            db.session,
            actor=_actor(),
            now_only=form.answer.data == "not-now",
            reason=form.reason.data or "",
            **side,
        )
    return _home(authority_id, "answered")


@bp.route(
    "/authorities/<int:authority_id>/pairing/requests/<int:request_id>/withdraw", methods=["POST"]
)
@requires(Permission.PAIRING_TAKE_PART)
def withdraw(authority_id: int, request_id: int) -> ResponseReturnValue:
    """Take a request back, or a yes to a proposal."""
    _authority(authority_id)
    try:
        requests.withdraw(
            db.session, actor=_actor(), authority_id=authority_id, request_id=request_id
        )
    except Conflict:
        return _home(authority_id, "meanwhile")
    return _home(authority_id, "withdrawn")


# ---- The pairing


@bp.route("/authorities/<int:authority_id>/pairing/with/<int:pairing_id>")
@requires(Permission.PAIRING_TAKE_PART)
def pair(authority_id: int, pairing_id: int) -> ResponseReturnValue:
    """Show a pairing to one of its two sides: who the other is, the plan, until when."""
    authority = _authority(authority_id)
    found = pairs.seen(db.session, actor=_actor(), authority_id=authority_id, pairing_id=pairing_id)
    other = pairs.other_side(db.session, found, authority_id)
    asked = db.session.get(Request, found.request_id) if found.request_id else None
    return render_template(
        "pairing/pair.html",
        authority=authority,
        other=other,
        pair=found,
        side=pairs.side_of(found, authority_id),
        running=pairs.is_running(found),
        contacts=pairs.contacts_of(db.session, other.id) if pairs.is_running(found) else (),
        goals=[(TOPICS[goal["theme"]], goal["text"]) for goal in found.goals],
        fit=asked,
        accounts=[
            ("For the authority that asked", words.account(asked.parts, "fit")),
            ("For the host", words.account(asked.parts, "view")),
        ]
        if asked
        else [],
        said=_said(),
    )


@bp.route(
    "/authorities/<int:authority_id>/pairing/with/<int:pairing_id>/plan", methods=["GET", "POST"]
)
@requires(Permission.PAIRING_TAKE_PART)
def plan(authority_id: int, pairing_id: int) -> ResponseReturnValue:
    """Write down what the two want to do."""
    authority = _authority(authority_id)
    found = pairs.seen(db.session, actor=_actor(), authority_id=authority_id, pairing_id=pairing_id)
    form = forms.plan_form(found.purpose, found.goals)
    if form.validate_on_submit():
        goals = forms.goals_of(form)
        if not form.errors:
            try:
                pairs.plan(
                    db.session,
                    actor=_actor(),
                    authority_id=authority_id,
                    pairing_id=pairing_id,
                    purpose=form.purpose.data or "",
                    goals=goals,
                )
            except Conflict:
                return _to(authority_id, pairing_id, "meanwhile")
            return _to(authority_id, pairing_id, "planned")
    other = pairs.other_side(db.session, found, authority_id)
    page = render_template(
        "pairing/plan.html", authority=authority, other=other, pair=found, form=form
    )
    return page, 422 if form.is_submitted() else 200


def _to(authority_id: int, pairing_id: int, done: str) -> ResponseReturnValue:
    address = url_for("pairing.pair", authority_id=authority_id, pairing_id=pairing_id, done=done)
    return redirect(address)


@bp.route("/authorities/<int:authority_id>/pairing/with/<int:pairing_id>/renew", methods=["POST"])
@requires(Permission.PAIRING_TAKE_PART)
def renew(authority_id: int, pairing_id: int) -> ResponseReturnValue:
    """Ask to go on, or agree to it."""
    _authority(authority_id)
    try:
        both = pairs.renew(
            db.session, actor=_actor(), authority_id=authority_id, pairing_id=pairing_id
        )
    except Conflict:
        return _to(authority_id, pairing_id, "meanwhile")
    return _to(authority_id, pairing_id, "renewed" if both else "wanted")


@bp.route(
    "/authorities/<int:authority_id>/pairing/with/<int:pairing_id>/end", methods=["GET", "POST"]
)
@requires(Permission.PAIRING_TAKE_PART)
def end(authority_id: int, pairing_id: int) -> ResponseReturnValue:
    """Ask, then end a pairing."""
    authority = _authority(authority_id)
    found = pairs.seen(db.session, actor=_actor(), authority_id=authority_id, pairing_id=pairing_id)
    form = forms.EndForm()
    if form.validate_on_submit():
        try:
            pairs.end(
                db.session,
                actor=_actor(),
                authority_id=authority_id,
                pairing_id=pairing_id,
                reason=form.reason.data or "",
            )
        except Conflict:
            return _to(authority_id, pairing_id, "meanwhile")
        return _to(authority_id, pairing_id, "ended")
    page = render_template(
        "pairing/end.html",
        authority=authority,
        other=pairs.other_side(db.session, found, authority_id),
        pair=found,
        form=form,
    )
    return page, 422 if form.is_submitted() else 200


def card(session: Session, actor: Actor, authority: Authority) -> Card | None:
    """Make the card on an authority's page that leads here, for its leads."""
    if not leads(actor, authority.id):
        return None
    waits = requests.to_answer(session, authority.id) or requests.proposed_to(session, authority.id)
    return Card(
        "Pairing",
        url_for("pairing.index", authority_id=authority.id),
        "Learn from an authority that handles cases like yours, or host one.",
        "Waits for your answer" if waits else "",
        "orange",
    )
