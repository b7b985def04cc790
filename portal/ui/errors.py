"""Pages for what went wrong: plain, with what to do next.

What somebody had typed is given back on each of them, where the token of its form names the account
on whose page it stood (`form_tokens.writer`): only that person's own pages can have sent it.
"""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException

from portal.core import form_tokens
from portal.core.errors import DomainError, Gone, NotAllowed, NotFound, TooManyAttempts
from portal.ui import typed

RETRY_SECONDS = 300
_PAGES = {403, 404, 410, 413, 429, 500, 503}


def init_app(app: Flask, instance: Path) -> None:
    """Register a page for each error; `instance/maintenance` closes the portal for a while."""
    maintenance = instance / "maintenance"

    @app.before_request
    def closed_for_maintenance() -> ResponseReturnValue | None:
        if not maintenance.exists():
            return None
        page = render_template("ui/errors/503.html", **_to_send_again())
        return page, 503, {"Retry-After": str(RETRY_SECONDS)}

    handlers: list[tuple[type[Exception], Callable[..., ResponseReturnValue]]] = [
        (NotFound, lambda error: _page(404)),
        (NotAllowed, lambda error: _page(403)),
        (Gone, _gone),
        (TooManyAttempts, _too_many_attempts),
        (DomainError, lambda error: (_refused(error), 409)),
        (CSRFError, lambda error: (_expired(), 400)),
        (HTTPException, _http),
        (Exception, _unexpected),
    ]
    for kind, handler in handlers:
        app.register_error_handler(kind, handler)


def _expired() -> str:
    """Give a form back whose session has ended: to its writer alone to be sent, with a new token.

    Others who are signed in by now, and nobody, get it with the old one, which is worth nothing.
    """
    given = _to_send_again()
    if not given:
        return render_template("ui/errors/form_expired.html")
    who = int(current_user.actor.id) if current_user.is_authenticated else None
    if who == form_tokens.writer():
        given["token"] = generate_csrf()
        return render_template("ui/errors/form_again.html", **given)
    if who is None:
        return render_template("ui/errors/form_signed_out.html", **given)
    return render_template("ui/errors/form_of_another.html", **given | {"words": []})


def _to_send_again() -> dict[str, Any]:
    """Return what a page needs to give a form back, nothing where none of a person's own came."""
    kept = typed.fields()
    if not kept or form_tokens.writer() is None:
        return {}
    return {
        "fields": kept,
        "words": typed.words(kept),
        "has_more": typed.has_more(),
        "address": request.full_path.rstrip("?"),
        "token": form_tokens.posted(),
    }


def _gone(error: Gone) -> ResponseReturnValue:
    return _page(410, reason=str(error), how=error.how, successor=error.successor)


def _refused(error: DomainError) -> str:
    return render_template("ui/errors/refused.html", reason=str(error), **_to_copy())


def _page(status: int, **about: object) -> ResponseReturnValue:
    given = _to_send_again() if status >= 500 else _to_copy()
    return render_template(f"ui/errors/{status}.html", **about, **given), status


def _to_copy() -> dict[str, Any]:
    """Return the words to read and copy of a form that it is no use to send again."""
    return {"words": _to_send_again().get("words", [])}


def _too_many_attempts(error: TooManyAttempts) -> ResponseReturnValue:
    minutes = -(-error.retry_after // 60)
    page = render_template("ui/errors/429.html", minutes=minutes, **_to_send_again())
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
