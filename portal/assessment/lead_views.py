"""A lead's side: the position, rounds of asking, results and the kit for talking them over."""

from datetime import timedelta
from io import BytesIO

import segno
from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from portal.assessment import forms, positions, results, waves
from portal.assessment.editions import Editions
from portal.assessment.models import Wave
from portal.assessment.policy import check_staff
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.config import Settings
from portal.core.database import db
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Actor, Permission, requires
from portal.core.roles import leads

bp = Blueprint("assessment", __name__, template_folder="templates")
SAID = {
    "signed": "The position is signed. It stands from now on.",
    "opened": "Your staff can answer now. Make links to hand out.",
    "closed": "Nobody can answer any more. The results are below.",
}
"""What has just been done, by the word for it in the address."""


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _editions() -> Editions:
    editions: Editions = current_app.extensions["assessment"]
    return editions


def _address(path: str) -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.address + path


@bp.route("/authorities/<int:authority_id>/self-assessment")
@requires(Permission.ASSESSMENT_ANSWER)
def index(authority_id: int) -> ResponseReturnValue:
    """Show a lead where the self-assessment stands, and other staff what they are asked."""
    actor = _actor()
    check_staff(actor, authority_id)
    authority = db.session.get_one(Authority, authority_id)
    present = waves.open_one(db.session, authority_id)
    if not leads(actor, authority_id):
        return _for_staff(authority, present)
    every = waves.all_of(db.session, authority_id)
    return render_template(
        "assessment/index.html",
        authority=authority,
        position=positions.in_force(db.session, authority_id),
        present=present,
        closed=[wave for wave in reversed(every) if not wave.is_open],
        people=waves.answered(db.session, present) if present else 0,
        said=SAID.get(request.args.get("done", "")),
    )


def _for_staff(authority: Authority, present: Wave | None) -> ResponseReturnValue:
    if present is not None and not waves.takes_answers(present):
        present = None
    taken = present is not None and waves.has_taken(db.session, actor=_actor(), wave=present)
    return render_template(
        "assessment/staff.html", authority=authority, present=present, taken=taken
    )


@bp.route("/authorities/<int:authority_id>/self-assessment/take", methods=["POST"])
@requires(Permission.ASSESSMENT_ANSWER)
def take(authority_id: int) -> ResponseReturnValue:
    """Give somebody with an account their one link, and lead there."""
    check_staff(_actor(), authority_id)
    present = waves.open_one(db.session, authority_id)
    if present is None:
        raise NotFound
    try:
        code = waves.take_code(db.session, actor=_actor(), wave_id=present.id)
    except Conflict:
        return redirect(url_for("assessment.index", authority_id=authority_id))
    return redirect(url_for("answering.answer", t=code))


# ---- The position


@bp.route("/authorities/<int:authority_id>/self-assessment/position", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_LEAD)
def position(authority_id: int) -> ResponseReturnValue:
    """State and sign what the authority officially holds."""
    authority = positions.known(db.session, actor=_actor(), authority_id=authority_id)
    instrument = _editions().current
    present = positions.in_force(db.session, authority_id)
    form = forms.position_form(
        instrument,
        present.stated if present else None,
        instead_of=str(present.id if present else 0),
    )
    status, theirs = 422 if form.is_submitted() else 200, []
    if form.validate_on_submit():
        seen = form.instead_of.data or ""
        try:
            positions.sign(
                db.session,
                actor=_actor(),
                authority_id=authority_id,
                instrument=instrument,
                stated=form.stated(instrument),
                note=form.note.data or "",
                instead_of=int(seen) if seen.isascii() and seen.isdigit() else -1,
            )
        except Conflict as conflict:
            form.sign.errors = [
                f"{conflict}. Read theirs at the top, then sign again to replace it"
            ]
            present = positions.in_force(db.session, authority_id)
            form.instead_of.data = str(present.id if present else 0)
            theirs = results.signed(db.session, _editions(), [present] if present else [])
            status = 409
        except DomainError as error:
            form.sign.errors = [str(error)]
        else:
            return redirect(url_for("assessment.index", authority_id=authority_id, done="signed"))
    page = render_template(
        "assessment/position.html",
        authority=authority,
        instrument=instrument,
        form=form,
        present=present,
        theirs=theirs,
        cases={vignette.title: vignette.text for vignette in instrument.vignettes},
    )
    return page, status


@bp.route("/authorities/<int:authority_id>/self-assessment/positions")
@requires(Permission.ASSESSMENT_LEAD)
def position_history(authority_id: int) -> ResponseReturnValue:
    """Show every position that was signed, and what changed."""
    authority = positions.known(db.session, actor=_actor(), authority_id=authority_id)
    signed = results.signed(
        db.session,
        _editions(),
        positions.history(db.session, actor=_actor(), authority_id=authority_id),
    )
    return render_template("assessment/positions.html", authority=authority, signed=signed)


# ---- Asking


@bp.route("/authorities/<int:authority_id>/self-assessment/ask", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_LEAD)
def begin(authority_id: int) -> ResponseReturnValue:
    """Open a round."""
    authority = positions.known(db.session, actor=_actor(), authority_id=authority_id)
    if waves.open_one(db.session, authority_id):
        return redirect(url_for("assessment.index", authority_id=authority_id))
    form = forms.OpenForm()
    if form.validate_on_submit():
        ways = form.ways.data or []
        try:
            made = waves.begin(
                db.session,
                actor=_actor(),
                authority_id=authority_id,
                instrument=_editions().current,
                closes_on=clock.today() + timedelta(weeks=int(form.weeks.data)),
                shared="shared" in ways,
                tell_staff="tell" in ways,
            )
        except Conflict:  # another lead was quicker
            return redirect(url_for("assessment.index", authority_id=authority_id))
        except DomainError as error:
            form.weeks.errors = [str(error)]
        else:
            return redirect(
                url_for("assessment.wave", authority_id=authority_id, number=made.number)
            )
    page = render_template(
        "assessment/begin.html",
        authority=authority,
        form=form,
        position=positions.in_force(db.session, authority_id),
    )
    return page, 422 if form.is_submitted() else 200


def _wave(authority_id: int, number: int) -> tuple[Authority, Wave]:
    authority = positions.known(db.session, actor=_actor(), authority_id=authority_id)
    return authority, waves.wave(
        db.session, actor=_actor(), authority_id=authority_id, number=number
    )


@bp.route("/authorities/<int:authority_id>/self-assessment/<int:number>", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_LEAD)
def wave(authority_id: int, number: int) -> ResponseReturnValue:
    """Show a round that is open and hand out its links; lead from a closed one to its results."""
    authority, found = _wave(authority_id, number)
    if not found.is_open:
        return redirect(url_for("assessment.outcome", authority_id=authority_id, number=number))
    form = forms.LinksForm()
    if form.validate_on_submit():
        try:
            made = waves.make_codes(
                db.session, actor=_actor(), wave=found, number=form.number.data or 0
            )
        except DomainError as error:
            form.number.errors = [str(error)]
        else:
            return _slips(authority, found, made)
    shared = waves.shared_token(found)
    link = _address(url_for("answering.answer", t=shared)) if shared else None
    page = render_template(
        "assessment/wave.html",
        authority=authority,
        wave=found,
        form=form,
        shared=link,
        shared_qr=_qr(link) if link else None,
        people=waves.answered(db.session, found),
        most=waves.MOST_LINKS,
    )
    return page, 422 if form.is_submitted() else 200


def _slips(authority: Authority, found: Wave, made: list[str]) -> ResponseReturnValue:
    slips = []
    for code in made:
        link = _address(url_for("answering.answer", t=code))
        slips.append({"code": code, "link": link, "qr": _qr(link)})
    return render_template(
        "assessment/slips.html",
        authority=authority,
        wave=found,
        slips=slips,
        place=_address("/answer").split("://", 1)[-1],
    )


def _qr(link: str) -> Markup:
    """Draw a QR code: paths only, since pages allow no inline style."""
    drawn = BytesIO()
    segno.make(link, error="m", micro=False).save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        svgclass="app-qr",
        lineclass=None,
        border=4,
    )
    # from characters of a link that we have made
    return Markup(drawn.getvalue().decode())  # noqa: S704


@bp.route(
    "/authorities/<int:authority_id>/self-assessment/<int:number>/close", methods=["GET", "POST"]
)
@requires(Permission.ASSESSMENT_LEAD)
def close(authority_id: int, number: int) -> ResponseReturnValue:
    """Ask, then close a round."""
    authority, found = _wave(authority_id, number)
    there = url_for("assessment.outcome", authority_id=authority_id, number=number)
    if not found.is_open:
        return redirect(there)
    form = forms.SureForm()
    if form.validate_on_submit():
        try:
            waves.close(db.session, actor=_actor(), wave=found)
        except Conflict:
            return redirect(there)
        return redirect(f"{there}?done=closed")
    return render_template(
        "assessment/close.html",
        authority=authority,
        wave=found,
        form=form,
        position=positions.in_force(db.session, authority_id),
        people=waves.answered(db.session, found),
    )


# ---- What came of it


def _outcome(authority_id: int, number: int) -> tuple[Authority, results.Outcome]:
    authority, found = _wave(authority_id, number)
    if found.is_open:
        raise NotFound
    return authority, results.outcome(db.session, _editions(), found)


@bp.route("/authorities/<int:authority_id>/self-assessment/<int:number>/results")
@requires(Permission.ASSESSMENT_LEAD)
def outcome(authority_id: int, number: int) -> ResponseReturnValue:
    """Show what a round that is closed says: in words, in pictures, in tables."""
    authority, found = _outcome(authority_id, number)
    return render_template(
        "assessment/results.html",
        authority=authority,
        outcome=found,
        said=SAID.get(request.args.get("done", "")),
    )


@bp.route("/authorities/<int:authority_id>/self-assessment/<int:number>/print")
@requires(Permission.ASSESSMENT_LEAD)
def sheet(authority_id: int, number: int) -> ResponseReturnValue:
    """Show one sheet for a team meeting."""
    authority, found = _outcome(authority_id, number)
    return render_template("assessment/sheet.html", authority=authority, outcome=found)


@bp.route("/authorities/<int:authority_id>/self-assessment/<int:number>/kit")
@requires(Permission.ASSESSMENT_LEAD)
def kit(authority_id: int, number: int) -> ResponseReturnValue:
    """Show what somebody needs to lead the authority's own debate."""
    authority, found = _outcome(authority_id, number)
    return render_template("assessment/kit.html", authority=authority, outcome=found)


@bp.route("/authorities/<int:authority_id>/self-assessment/<int:number>/results.csv")
@requires(Permission.ASSESSMENT_LEAD)
def table(authority_id: int, number: int) -> Response:
    """Give the figures of the results page as a table: the same, and no others."""
    authority, found = _outcome(authority_id, number)
    name = f"self-assessment-{authority.code}-{number}.csv"
    return Response(
        results.as_csv(found),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
