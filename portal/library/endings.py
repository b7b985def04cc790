"""That a document is published no more: other rooms know whom that concerns, and tell them."""

from collections.abc import Callable

from flask import current_app
from sqlalchemy.orm import Session

from portal.core.permissions import Actor
from portal.library.models import Document

Ended = Callable[[Session, Actor, Document], None]
"""Tells those concerned, in the transaction that ends it; the state of the document says how."""


class Endings:
    """What is done when a document is withdrawn, superseded or removed."""

    def __init__(self) -> None:
        self._registered: list[Ended] = []

    def register(self, ended: Ended) -> None:
        """Let `ended` be called, before anything of the document is purged."""
        self._registered.append(ended)

    def run(self, session: Session, actor: Actor, document: Document) -> None:
        """Call each."""
        for ended in self._registered:
            ended(session, actor, document)


def tell(session: Session, actor: Actor, document: Document) -> None:
    """Tell everybody concerned, but for `actor` who ended it."""
    endings: Endings = current_app.extensions["endings"]
    endings.run(session, actor, document)
