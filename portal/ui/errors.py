"""Pages for what went wrong: plain, with what to do next, never with what was typed."""

import traceback
from collections.abc import Callable
from pathlib import Path

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from portal.core.errors import DomainError, Gone, NotAllowed, NotFound, TooManyAttempts

RETRY_SECONDS = 300
_PAGES = {403, 404, 410, 413, 429, 500, 503}


def init_app(app: Flask, instance: Path) -> None:
    """Register a page for each error; `instance/maintenance` closes the portal for a while."""
    maintenance = instance / "maintenance"

    @app.before_request
    def closed_for_maintenance() -> ResponseReturnValue | None:
        if not maintenance.exists():
            return None
        page = render_template("ui/errors/503.html")
        return page, 503, {"Retry-After": str(RETRY_SECONDS)}

    handlers: list[tuple[type[Exception], Callable[..., ResponseReturnValue]]] = [
        (NotFound, lambda error: _page(404)),
        (NotAllowed, lambda error: _page(403)),
        (Gone, _gone),
        (TooManyAttempts, _too_many_attempts),
        (DomainError, lambda error: (_refused(error), 409)),
        (CSRFError, lambda error: (render_template("ui/errors/form_expired.html"), 400)),
        (HTTPException, _http),
        (Exception, _unexpected),
    ]
    for kind, handler in handlers:
        app.register_error_handler(kind, handler)


def _gone(error: Gone) -> ResponseReturnValue:
    return _page(410, reason=str(error), how=error.how, successor=error.successor)


def _refused(error: DomainError) -> str:
    return render_template("ui/errors/refused.html", reason=str(error))


def _page(status: int, **about: object) -> ResponseReturnValue:
    return render_template(f"ui/errors/{status}.html", **about), status


def _too_many_attempts(error: TooManyAttempts) -> ResponseReturnValue:
    page = render_template("ui/errors/429.html", minutes=-(-error.retry_after // 60))
    return page, 429, {"Retry-After": str(error.retry_after)}


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if code in _PAGES:
        return _page(code)
    return render_template("ui/errors/other.html", code=code), code


def _unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.testing and not current_app.config.get("SHOW_ERROR_PAGES"):
        raise error
    # where it happened and nothing else: a message, a query or a form may hold a case
    frames = "".join(traceback.format_tb(error.__traceback__))
    current_app.logger.error(
        "unexpected %s at %s %s\n%s", type(error).__name__, request.method, request.path, frames
    )
    return _page(500)
