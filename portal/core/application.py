"""The Flask application with one lifecycle: load, check, do, commit, answer."""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar

from flask import Flask, Request, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import IntegerConverter, Map

from portal.core.database import changes, commit, db, reading

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])


def only_reads() -> bool:
    """Tell whether the present request can change nothing."""
    return request.method in SAFE_METHODS or posted_field() is not None


def posted_field() -> str | None:
    """Return the field whose text the present endpoint only reads, if it is such a one."""
    view = current_app.view_functions.get(request.endpoint or "")
    field: str | None = getattr(view, "reads_only", None)
    return field


class DirtyRead(RuntimeError):
    """A request that only reads has changed a record."""


def reads_only(field: str) -> Callable[[View], View]:
    """Declare that a view changes nothing even when something is posted to it.

    For text that must not stand in an address. Its form needs no token, since there is nothing to
    forge, and its `field` is given back when its sender has been signed out meanwhile.
    """

    def declare(view: View) -> View:
        view.reads_only = field  # type: ignore[attr-defined]  # read again by the application
        return view

    return declare


class InMemoryRequest(Request):
    """A request of which nothing touches the disk; `MAX_CONTENT_LENGTH` bounds it."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return BytesIO()


def asks_only(view: View) -> View:
    """Declare that a request for this view does not say that somebody uses the portal.

    For what a page asks by itself: a session would otherwise last as long as the page is open.
    """
    view.asks_only = True  # type: ignore[attr-defined]  # read again by whoever loads the session
    return view


def somebody_is_there() -> bool:
    """Tell whether a person makes the present request, and not a page that asks by itself."""
    view = current_app.view_functions.get(request.endpoint or "")
    return not getattr(view, "asks_only", False)


class RowNumber(IntegerConverter):
    """The number of a row in an address: no larger than databases count, else there is no page."""

    def __init__(self, map: Map, max: int | None = 2**31 - 1, **given: Any) -> None:
        super().__init__(map, max=max, **given)


class Portal(Flask):
    """A Flask application that commits in one place, before the response leaves."""

    request_class = InMemoryRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url_map.converters["int"] = RowNumber
        self.followers: dict[str, Callable[[], None]] = {}
        """What is called, by topic, after a request has committed a change; it must not wait."""

    def full_dispatch_request(self) -> Response:
        """Begin a reading request as a reader, so that it never waits for a writer."""
        if only_reads():
            with reading():
                return super().full_dispatch_request()
        return super().full_dispatch_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view, then commit a writing request; a reading one must leave nothing behind."""
        response = self.make_response(super().dispatch_request())
        if not only_reads():
            commit()
            for topic in changes(db.session):
                self.followers[topic]()
        elif db.session.new or db.session.dirty or db.session.deleted:
            raise DirtyRead(f"{request.method} {request.endpoint} changed a record")
        return response
