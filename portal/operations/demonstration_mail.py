"""The letters of a demonstration, for whoever tries it out to read; nowhere else is this there."""

import re

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from portal.core.carriers import FolderCarrier
from portal.core.config import Settings
from portal.core.errors import NotFound
from portal.core.permissions import public

bp = Blueprint("demonstration", __name__, template_folder="templates")

Piece = tuple[str, str | None]
"""Text, and the address that it leads to."""


def _folder() -> FolderCarrier:
    carrier = current_app.extensions["postman"].carrier
    assert isinstance(carrier, FolderCarrier)  # noqa: S101 (the settings of a demonstration)
    return carrier


@bp.route("/demonstration/mail")
@public
def letters() -> ResponseReturnValue:
    """List the letters, the newest first."""
    return render_template("operations/letters.html", letters=_folder().letters())


@bp.route("/demonstration/mail/<reference>")
@public
def letter(reference: str) -> ResponseReturnValue:
    """Show one letter."""
    found = _folder().letter(reference)
    if found is None:
        raise NotFound
    settings: Settings = current_app.extensions["settings"]
    pieces = with_links(found.text, settings.address)
    return render_template("operations/letter.html", letter=found, pieces=pieces)


def with_links(text: str, address: str) -> list[Piece]:
    """Cut a text at the links to pages of the portal at `address`; other addresses stay text.

    They lead to the portal that shows them, whatever port it has been given.
    """
    pieces: list[Piece] = []
    own = re.compile(re.escape(address) + r"(?P<path>/[^\s<>\"]*)?(?=[\s<>\"]|$)")
    end = 0
    for found in own.finditer(text):
        pieces += [(text[end : found.start()], None), (found[0], found["path"] or "/")]
        end = found.end()
    pieces.append((text[end:], None))
    return [piece for piece in pieces if piece[0]]
