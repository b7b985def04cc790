"""How long records of the self-assessment can be kept."""

from datetime import date, datetime

from sqlalchemy import ColumnElement

from portal.assessment.models import NationalPicture, Position, Wave
from portal.core.clock import LONDON
from portal.core.retention import Rules, rows


def register(rules: Rules) -> None:
    """Register the rules."""
    rules.register(
        rows(
            "assessment.rounds",
            Wave,
            lambda before: Wave.closed_on < _day(before),
            label="Rounds of a self-assessment",
            what="How often each answer was given by the staff of an authority, without any person",
            since="after the round was closed",
        )
    )
    rules.register(
        rows(
            "assessment.positions",
            Position,
            _replaced,
            label="Positions that an authority has replaced",
            what="What an authority officially held, and who signed it",
            since="after a newer one was signed",
        )
    )
    rules.register(
        rows(
            "assessment.national",
            NationalPicture,
            lambda before: NationalPicture.made_on < _day(before),
            label="National pictures of the self-assessments",
            what="In how many authorities staff answer alike, in bands",
            since="after it was made",
        )
    )


def _replaced(before: datetime) -> ColumnElement[bool]:
    return Position.replaced_at < before


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()
