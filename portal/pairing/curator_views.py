"""A curator's side: who carries and waits, one authority exactly, rules, proposals, weights."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import lookup
from portal.assessment.editions import Editions
from portal.core.database import db
from portal.core.errors import Conflict, DomainError
from portal.core.permissions import Actor, Permission, requires
from portal.pairing import curating, curator_forms, overview, suggestions, weighing, words
from portal.pairing.matching import Parts
from portal.pairing.models import PairingRule, RequestState, RuleKind
from portal.pairing.suggestions import weights_in_use
from portal.pairing.weights import DEFAULT
from portal.ui import pagination

bp = Blueprint("pairings", __name__, template_folder="templates")

LISTS: Mapping[str, str] = {
    "load": "Hosts and their load",
    "asking": "Who asks",
    "waiting": "What waits for an answer",
    "pairs": "Pairings",
}
"""What the first page can show, by the word in its address."""
DONE: Mapping[str, str] = {
    "proposed": "The pairing is proposed to both. It begins once both have said yes.",
    "ruled": "The rule is in force.",
    "lifted": "The rule is lifted. It stays on record.",
    "weighed": "The new weights are in use.",
}
STATES: Mapping[RequestState, tuple[str, str]] = {
    RequestState.OPEN: ("Open", "govuk-tag--blue"),
    RequestState.ACCEPTED: ("Accepted", "govuk-tag--green"),
    RequestState.DECLINED: ("Declined", "govuk-tag--red"),
    RequestState.NOT_NOW: ("Not now", "govuk-tag--orange"),
    RequestState.EXPIRED: ("Ran out", "govuk-tag--grey"),
    RequestState.WITHDRAWN: ("Withdrawn", "govuk-tag--grey"),
}
"""What can become of a request, as name and colour."""


def _actor() -> Actor:
    actor: Actor = current_user.actor
    return actor


def _editions() -> Editions:
    editions: Editions = current_app.extensions["assessment"]
    return editions


def _done() -> str | None:
    return DONE.get(request.args.get("done", ""))


# ---- Everybody


@bp.route("/pairing")
@requires(Permission.PAIRING_CURATE)
def index() -> ResponseReturnValue:
    """Show who carries how much, who asks, what waits and what runs."""
    shown = request.args.get("show", "")
    shown = shown if shown in LISTS else "load"
    name = request.args.get("name", "").strip()[:100]
    rows = _listed(shown)
    sums = _sums(rows) if shown == "load" else {}
    found = [row for row in rows if name.casefold() in _names_of(row).casefold()]
    page = min(
        pagination.page_number(request.args.get("page", "")), pagination.last_page(len(found))
    )
    first = (page - 1) * pagination.PER_PAGE

    def address(number: int) -> str:
        return f"/pairing?{urlencode({'show': shown, 'name': name, 'page': number})}"

    return render_template(
        "pairing/curator/index.html",
        lists=LISTS,
        shown=shown,
        name=name,
        rows=found[first : first + pagination.PER_PAGE],
        total=len(found),
        sums=sums,
        page_number=page,
        pages=pagination.component(page, len(found), address),
        standings=overview.STANDINGS,
        states=STATES,
        done=_done(),
    )


def _listed(shown: str) -> Sequence[Any]:
    if shown == "asking":
        return overview.asking(db.session, _editions())
    if shown == "waiting":
        return overview.waiting(db.session)
    if shown == "pairs":
        return overview.all_pairs(db.session)
    return overview.loads(db.session, _editions())


def _names_of(row: Any) -> str:
    """Return the names by which a row can be found."""
    if isinstance(row, overview.Waiting | overview.Pair):
        return f"{row.asking}\n{row.host or ''}"
    return str(row.name)


def _sums(rows: Sequence[overview.Load]) -> dict[str, int]:
    return {
        "hosts": sum(row.hosts for row in rows),
        "places": sum(row.capacity for row in rows),
        "taken": sum(row.active for row in rows),
        "held": sum(row.held for row in rows),
        "over": sum(row.over for row in rows),
        "never": sum(row.hosts and not row.shown for row in rows),
    }


@bp.route("/pairing/suggestions")
@requires(Permission.PAIRING_CURATE)
def fared() -> ResponseReturnValue:
    """Show what became of what was suggested."""
    return render_template(
        "pairing/curator/fared.html",
        cards=overview.fared(db.session),
        proposals=overview.proposals_fared(db.session),
        answers=overview.ANSWERS,
        states=STATES,
    )


# ---- One authority


@bp.route("/pairing/of/<int:authority_id>")
@requires(Permission.PAIRING_CURATE)
def of(authority_id: int) -> ResponseReturnValue:
    """Show whom an authority would be offered, exactly, and all that has been."""
    found = curating.authority(db.session, authority_id)
    account = curating.account(db.session, _editions(), authority_id)
    return render_template(
        "pairing/curator/of.html",
        authority=found,
        account=account,
        tables={one.id: part_rows(one.parts) for one in account.offered},
        looked=curating.looked(db.session, authority_id),
        requests=curating.requests_of(db.session, authority_id),
        pairs=overview.all_pairs(db.session, authority_id),
        rules=_rules(curating.rules_of(db.session, authority_id)),
        names=overview.names(db.session),
        nobody=words.NOBODY,
        states=STATES,
        done=_done(),
    )


BLOCKS: Mapping[str, str] = {
    "handling": "How cases are handled",
    "situation": "The situation",
    "help": "Help",
    "experience": "Experience",
}


def part_rows(exact: Parts) -> list[tuple[str, str, str, str]]:
    """Return the account of a fit as block, part, points and most; points add up to the fit.

    What could not be compared gives no points and could give none.
    """
    rows = words.account(suggestions.as_rows(exact), "fit")
    return [(BLOCKS[part.block], *row) for part, row in zip(exact.of_fit, rows, strict=True)]


def _rules(rows: Sequence[PairingRule]) -> list[dict[str, Any]]:
    called = overview.names(db.session)
    people = lookup.names(db.session, {row.by_id for row in rows if row.by_id is not None})
    return [
        {
            "row": row,
            "name": curator_forms.KINDS[row.kind][0],
            "does": curator_forms.KINDS[row.kind][1],
            "asking": called[row.asking_id],
            "host": called[row.host_id],
            "by": people.get(row.by_id or 0, "somebody who has left"),
        }
        for row in rows
    ]


def _others(authority_id: int) -> list[tuple[int, str]]:
    named = overview.names(db.session).items()
    return sorted(((id_, name) for id_, name in named if id_ != authority_id), key=lambda o: o[1])


def _wanted() -> dict[str, str]:
    """Return what a link has chosen beforehand."""
    hosts = {"direction": curator_forms.HOSTS} if request.args.get("hosts") else {}
    return {"other": request.args.get("other", "")} | hosts


@bp.route("/pairing/of/<int:authority_id>/propose", methods=["GET", "POST"])
@requires(Permission.PAIRING_CURATE)
def propose(authority_id: int) -> ResponseReturnValue:
    """Propose a pairing to an authority and another one."""
    own = curating.authority(db.session, authority_id)
    form = curator_forms.ProposeForm(data=_wanted())
    form.offer(own.name, _others(authority_id))
    if form.validate_on_submit() and (two := form.two(authority_id)):
        try:
            with db.session.begin_nested():
                curating.propose(
                    db.session,
                    actor=_actor(),
                    editions=_editions(),
                    asking_id=two[0],
                    host_id=two[1],
                    wish=form.wish.data or "",
                    reason=form.reason.data or "",
                )
        except DomainError as error:
            form.other.errors = [str(error)]
        else:
            return redirect(url_for("pairings.of", authority_id=authority_id, done="proposed"))
    page = render_template("pairing/curator/propose.html", form=form, authority=own)
    return page, 422 if form.is_submitted() else 200


# ---- Rules


@bp.route("/pairing/rules")
@requires(Permission.PAIRING_CURATE)
def rules() -> ResponseReturnValue:
    """Show every rule, in force or lifted."""
    rows = curating.rules_of(db.session)
    page = min(
        pagination.page_number(request.args.get("page", "")), pagination.last_page(len(rows))
    )
    first = (page - 1) * pagination.PER_PAGE
    return render_template(
        "pairing/curator/rules.html",
        rules=_rules(rows[first : first + pagination.PER_PAGE]),
        total=len(rows),
        pages=pagination.component(page, len(rows), lambda n: f"/pairing/rules?page={n}"),
        done=_done(),
    )


@bp.route("/pairing/of/<int:authority_id>/rule", methods=["GET", "POST"])
@requires(Permission.PAIRING_CURATE)
def rule(authority_id: int) -> ResponseReturnValue:
    """Lay down a rule about an authority and another one."""
    own = curating.authority(db.session, authority_id)
    form = curator_forms.RuleForm(data=_wanted() | {"kind": request.args.get("kind")})
    form.offer(own.name, _others(authority_id))
    if form.validate_on_submit() and (two := form.two(authority_id)):
        try:
            with db.session.begin_nested():
                curating.rule(
                    db.session,
                    actor=_actor(),
                    kind=RuleKind(form.kind.data),
                    asking_id=two[0],
                    host_id=two[1],
                    reason=form.reason.data or "",
                )
        except DomainError as error:
            form.kind.errors = [str(error)]
        else:
            return redirect(url_for("pairings.of", authority_id=authority_id, done="ruled"))
    page = render_template("pairing/curator/rule.html", form=form, authority=own)
    return page, 422 if form.is_submitted() else 200


@bp.route("/pairing/rules/<int:rule_id>/lift", methods=["GET", "POST"])
@requires(Permission.PAIRING_CURATE)
def lift(rule_id: int) -> ResponseReturnValue:
    """Lift a rule, with a reason."""
    (found,) = _rules([curating.rule_by_id(db.session, rule_id)])
    form = curator_forms.LiftForm()
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                curating.lift(
                    db.session, actor=_actor(), rule_id=rule_id, reason=form.reason.data or ""
                )
        except DomainError as error:
            form.reason.errors = [str(error)]
        else:
            return redirect(url_for("pairings.rules", done="lifted"))
    page = render_template("pairing/curator/lift.html", form=form, rule=found)
    return page, 422 if form.is_submitted() else 200


# ---- Weights


@bp.route("/pairing/weights", methods=["GET", "POST"])
@requires(Permission.PAIRING_CURATE)
def weights() -> ResponseReturnValue:
    """Show and change the weights: first what would change, then a new version."""
    now = weights_in_use(db.session)
    form = curator_forms.weights_form(now)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit() and (wanted := form.weights()):
        if "change" in request.form:
            status = 200
        elif "save" not in request.form:
            preview = weighing.preview(db.session, _editions(), wanted)
            page = render_template(
                "pairing/curator/weights_preview.html",
                form=form,
                preview=preview,
                changed=_changed(now.stored(), wanted.stored()),
                numbers=curator_forms.NUMBERS,
            )
            return page, 200
        else:
            try:
                with db.session.begin_nested():
                    weighing.save(
                        db.session,
                        actor=_actor(),
                        weights=wanted,
                        reason=form.reason.data or "",
                        instead_of=form.instead_of.data or "",
                    )
            except Conflict as error:
                form.reason.errors = [str(error)]
                form.instead_of.data = now.version
            except DomainError as error:
                form.reason.errors = [str(error)]
            else:
                return redirect(url_for("pairings.weights", done="weighed"))
    page = render_template(
        "pairing/curator/weights.html",
        form=form,
        now=now,
        groups=curator_forms.GROUPS,
        versions=_versions(),
        done=_done(),
    )
    return page, status


def _versions() -> list[tuple[weighing.Version, list[tuple[str, str, str]]]]:
    """Return the versions with what each changed against the one before it."""
    every = weighing.versions(db.session)
    before = [one.weights.stored() for one in every[1:]] + [DEFAULT.stored()]
    return [
        (one, _changed(earlier, one.weights.stored()))
        for one, earlier in zip(every, before, strict=False)
    ]


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what is different: name, before, after."""
    headings = {key: heading for heading, _, keys in curator_forms.GROUPS for key in keys}
    return [
        (f"{headings[key]}: {curator_forms.LABELS[key]}", f"{before[key]:g}", f"{after[key]:g}")
        for key in curator_forms.NUMBERS
        if before[key] != after[key]
    ]
