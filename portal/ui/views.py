"""Public information: accessibility, cookies, privacy, contact; the files that machines ask for."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from portal.core import clock
from portal.core.config import Settings
from portal.core.permissions import public

bp = Blueprint("ui", __name__, template_folder="templates")

STATEMENT_PREPARED = datetime(2026, 11, 23, tzinfo=UTC).date()


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@bp.route("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """Show the accessibility statement."""
    return render_template(
        "ui/accessibility.html", settings=_settings(), prepared=STATEMENT_PREPARED
    )


@bp.route("/cookies")
@public
def cookies() -> ResponseReturnValue:
    """Say which cookies are set, and that none is more than necessary."""
    return render_template(
        "ui/cookies.html", settings=_settings(), name=current_app.config["SESSION_COOKIE_NAME"]
    )


@bp.route("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """Say what is kept about a person who uses the portal."""
    return render_template("ui/privacy.html", settings=_settings())


@bp.route("/contact")
@public
def contact() -> ResponseReturnValue:
    """Say whom to ask, and where concerns about a child go instead."""
    return render_template("ui/contact.html", settings=_settings())


@bp.route("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """Ask every crawler to stay away."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@bp.route("/.well-known/security.txt")
@public
def security_txt() -> ResponseReturnValue:
    """Say where to report a weakness (RFC 9116), once an address is set."""
    settings = _settings()
    if not settings.contact_email:
        abort(404)
    expires = clock.now() + timedelta(days=180)
    contact = f"mailto:{settings.contact_email}"
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
