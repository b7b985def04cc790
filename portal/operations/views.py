"""The administrator's pages of running the portal."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.core.permissions import Permission, requires

bp = Blueprint("operations", __name__, template_folder="templates")


@dataclass(frozen=True)
class Place:
    """A page of the administrator's: its endpoint, what it is called, what it is for."""

    endpoint: str
    text: str
    purpose: str


PLACES = (
    Place(
        "people.staff",
        "Curators and administrators",
        "Invite them, see who they are, and close accounts.",
    ),
    Place(
        "person.find",
        "Find a person",
        "See all roles of anybody, and suspend, close or erase their account.",
    ),
    Place(
        "operations.access",
        "Who can see what",
        "Ask for a person and a document whether they can open it, and why.",
    ),
    Place(
        "operations.jobs",
        "Work in the background",
        "What waits, what failed and why; try it again.",
    ),
    Place(
        "operations.retention_state",
        "What is deleted, and when",
        "How long records are kept, what would be deleted now, and when that was last done.",
    ),
)


@bp.route("/administration")
@requires(Permission.JOBS_MANAGE)
def administration() -> ResponseReturnValue:
    """List what an administrator can do."""
    return render_template("operations/administration.html", places=PLACES)
