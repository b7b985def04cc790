"""What curators type that readers will see beside a document: it must lead to nobody.

Texts have the disclosure check and a review; a reason or a note is shown as soon as it is saved.
"""

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import Field, ValidationError

from portal import disclosure
from portal.core.config import Settings
from portal.disclosure.findings import Tier
from portal.disclosure.lists import Lists


def lists() -> Lists:
    """Return the names, places and words that the check knows here."""
    settings: Settings = current_app.extensions["settings"]
    return Lists.load(settings.word_lists)


class Public:
    """Refuses words that readers will see and that could themselves lead to somebody."""

    def __init__(self, tier: Tier, what: str) -> None:
        self.tier = tier
        """The least sure finding that refuses it."""
        self.what = what
        """What is typed, for instance `reason`."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Raise `ValidationError` with the words that should not stand there."""
        for found in disclosure.find(field.data or "", lists=lists()):
            if found.tier <= self.tier:
                words = field.data[found.start : found.end]
                raise ValidationError(
                    f"Readers will see this {self.what}, and “{words}” could lead to somebody. "
                    "Say it without that"
                )
