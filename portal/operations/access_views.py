"""The administrator's page that explains who can see what, and why."""

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import lookup
from portal.audit import service as audit
from portal.core.application import reads_only
from portal.core.database import db, short_transaction
from portal.core.errors import NotFound
from portal.core.permissions import Permission, Policy, requires
from portal.operations import access as rules
from portal.operations.access import Explanation, Outcome
from portal.operations.forms import AccessForm
from portal.operations.views import bp


@bp.route("/administration/access", methods=["GET", "POST"])
@requires(Permission.ACCESS_EXPLAIN)
@reads_only("email")
def access() -> ResponseReturnValue:
    """Say whether a person can open a document and why, who can, and what the person may do.

    The question is posted, since an e-mail address must not stand in an address of the portal. It
    changes nothing but the record of who asked, which is kept even when the page then fails.
    """
    form = AccessForm(request.form if request.method == "POST" else None)
    if request.method == "GET":
        return _page(form, None), 200
    found = _explained(form) if form.validate() else None
    if found is None:
        return _page(form, None), 422
    _record(found)
    return _page(form, found), 200


def _explained(form: AccessForm) -> Explanation | None:
    """Ask the rules; `None` with the problem on its field."""
    email, reference = form.email.data or None, form.reference.data or None
    user_id = lookup.id_of(db.session, email) if email else None
    if email and user_id is None:
        form.email.errors = ["Nobody has an account with this e-mail address"]
        return None
    policy: Policy = current_app.extensions["policy"]
    try:
        return rules.explain(db.session, policy, user_id=user_id, reference=reference)
    except NotFound as error:
        form.reference.errors = [str(error)]
        return None


def _record(found: Explanation) -> None:
    about = ("account", str(found.person.id)) if found.person else ("library", "audiences")
    with short_transaction() as session:
        audit.record(
            session,
            actor=current_user.actor,
            action="access.explained",
            object_type=about[0],
            object_id=about[1],
            details={"document": found.document.reference if found.document else None},
        )


def _page(form: AccessForm, found: Explanation | None) -> str:
    return render_template("operations/access.html", form=form, found=found, Outcome=Outcome)
