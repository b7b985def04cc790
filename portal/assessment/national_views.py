"""What curators see of the self-assessments: bands over all authorities, and nothing of one."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from portal.assessment import national, results
from portal.assessment.editions import Editions
from portal.core.database import db
from portal.core.permissions import Permission, requires

bp = Blueprint("national", __name__, template_folder="templates")


@bp.route("/self-assessment")
@requires(Permission.ASSESSMENT_COMPARE)
def index() -> ResponseReturnValue:
    """Show the national picture."""
    editions: Editions = current_app.extensions["assessment"]
    picture = national.latest(db.session)
    return render_template(
        "assessment/national.html",
        picture=picture,
        instrument=editions.of(picture.edition) if picture else editions.current,
        bands=results.BANDS,
        least=national.LEAST,
        few=national.FEW,
    )
