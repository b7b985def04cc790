"""How long records of the self-assessment can be kept."""

from dataclasses import replace
from datetime import date, datetime

from flask import current_app
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.assessment import withheld
from portal.assessment.models import NationalPicture, Position, Wave
from portal.core.clock import LONDON
from portal.core.retention import Rule, Rules, rows


def register(rules: Rules) -> None:
    """Register the rules."""
    rounds = rows(
        "assessment.rounds",
        Wave,
        _closed,
        label="Rounds of a self-assessment",
        what="How often each answer was given by the staff of an authority, without any person",
        since="after the round was closed",
    )
    rules.register(_keeping_withheld(rounds))
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


def _keeping_withheld(rule: Rule) -> Rule:
    """Let rounds go without letting what was held back beside them be seen."""

    def remove(session: Session, before: datetime, most: int) -> int:
        places = select(Wave.authority_id).where(_closed(before)).distinct()
        for authority_id in session.scalars(places).all():
            withheld.for_good(session, current_app.extensions["assessment"], authority_id)
        return rule.remove(session, before, most)

    return replace(rule, remove=remove)


def _closed(before: datetime) -> ColumnElement[bool]:
    return Wave.closed_on < _day(before)


def _replaced(before: datetime) -> ColumnElement[bool]:
    return Position.replaced_at < before


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()
