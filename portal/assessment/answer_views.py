"""Answering, through a link alone: no account, no cookie, nothing kept on the way."""

from collections.abc import Mapping

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.assessment import answers, subjects
from portal.assessment.answer_forms import Part, choices, form_of, parts, question
from portal.assessment.answers import Asked, NoSuchLink
from portal.assessment.editions import Editions
from portal.assessment.instrument import DONT_KNOW, Instrument
from portal.core.database import db, reading
from portal.core.permissions import public

bp = Blueprint("answering", __name__, template_folder="templates")


def _editions() -> Editions:
    editions: Editions = current_app.extensions["assessment"]
    return editions


@bp.route("/answer", methods=["GET", "POST"])
@public
def answer() -> ResponseReturnValue:
    """Ask for a code, then the questions page by page; the answers travel in the form."""
    # somebody may paste the whole link where the code is asked for
    given = request.args.get("t", "").rpartition("?t=")[2].strip()[:100]
    if not given:
        return render_template("assessment/answer/code.html")
    try:
        # a page on the way waits for no writer and writes nothing
        with reading():
            asked = answers.asked(db.session, given)
            db.session.rollback()
        instrument = _editions().of(asked.edition)
        if request.method == "GET":
            return _page("start", asked, pages=len(parts(instrument)))
        return _next(given, asked, instrument)
    except NoSuchLink as gone:
        page = render_template("assessment/answer/no_such_link.html", reason=str(gone), given=given)
        return page, 410


def _next(given: str, asked: Asked, instrument: Instrument) -> ResponseReturnValue:
    """Answer a press of a button: `at` says on which page it was, `go` where it leads."""
    pages = parts(instrument)
    known = {name: request.form.get(name, "") for name in _names(pages)}
    go = request.form.get("go", "")
    at = _number(request.form.get("at", ""), pages)
    if go.isdigit():
        return _part(asked, instrument, pages[_number(go, pages) - 1], known)
    if at == 0:
        return _part(asked, instrument, pages[0], known)
    if go == "send":
        unfinished = next((p for p in pages if not form_of(p, instrument, known).validate()), None)
        if unfinished is not None:
            return _refused(asked, instrument, unfinished, known)
        answers.keep(db.session, given=given, editions=_editions(), answers=known)
        return redirect(url_for("answering.thanks"))
    if not form_of(pages[at - 1], instrument, known).validate():
        return _refused(asked, instrument, pages[at - 1], known)
    if all(form_of(part, instrument, known).validate() for part in pages):
        return _check(asked, instrument, pages, known)
    return _part(asked, instrument, pages[min(at, len(pages) - 1)], known)


def _names(pages: list[Part]) -> list[str]:
    return [subject.name for part in pages for subject in part.subjects]


def _number(text: str, pages: list[Part]) -> int:
    """Return the number of a page that the form names: 0 for none."""
    return min(int(text), len(pages)) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def _part(
    asked: Asked, instrument: Instrument, part: Part, known: Mapping[str, str], status: int = 200
) -> ResponseReturnValue:
    pages = parts(instrument)
    form = form_of(part, instrument, known)
    if status != 200:
        form.validate()
    here = {subject.name for subject in part.subjects}
    page = _page(
        "part",
        asked,
        instrument=instrument,
        part=part,
        pages=len(pages),
        form=form,
        carried={name: value for name, value in known.items() if value and name not in here},
    )
    return page, status


def _refused(
    asked: Asked, instrument: Instrument, part: Part, known: Mapping[str, str]
) -> ResponseReturnValue:
    return _part(asked, instrument, part, known, 422)


def _check(
    asked: Asked, instrument: Instrument, pages: list[Part], known: Mapping[str, str]
) -> ResponseReturnValue:
    rows = []
    for part in pages:
        for subject in part.subjects:
            if subject.kind == subjects.Kind.SURE and not _asked_how_sure(subject, known):
                continue
            words = dict(choices(subject)).get(known[subject.name], "")
            rows.append((part, question(instrument, subject), words))
    return _page("check", asked, rows=rows, pages=len(pages), carried=known)


def _asked_how_sure(subject: subjects.Subject, known: Mapping[str, str]) -> bool:
    return known[subjects.tier_of(subject.key)] != DONT_KNOW


def _page(name: str, asked: Asked, **more: object) -> str:
    return render_template(f"assessment/answer/{name}.html", asked=asked, **more)


@bp.route("/answer/thank-you")
@public
def thanks() -> ResponseReturnValue:
    """Say that the answers have been counted."""
    return render_template("assessment/answer/thanks.html")
