"""The Flask application with one lifecycle: load, check, do, commit, answer."""

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue

from portal.core.database import commit, db, reading

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class DirtyRead(RuntimeError):
    """A request that only reads has changed a record."""


class Portal(Flask):
    """A Flask application that commits in one place, before the response leaves."""

    def full_dispatch_request(self) -> Response:
        """Begin a reading request as a reader, so that it never waits for a writer."""
        if request.method in SAFE_METHODS:
            with reading():
                return super().full_dispatch_request()
        return super().full_dispatch_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view, then commit a writing request; a reading one must leave nothing behind."""
        response = self.make_response(super().dispatch_request())
        if request.method not in SAFE_METHODS:
            commit()
        elif db.session.new or db.session.dirty or db.session.deleted:
            raise DirtyRead(f"{request.method} {request.endpoint} changed a record")
        return response
