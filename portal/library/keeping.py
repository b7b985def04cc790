"""How long counts of what readers look for can be kept.

The log of changed documents is no record of people, and catalogue and index need it to follow.
"""

from datetime import date, datetime

from portal.core.clock import LONDON
from portal.core.retention import Rules, rows
from portal.library.models import SearchCount, Wish


def register(rules: Rules) -> None:
    """Register the rules."""
    rules.register(
        rows(
            "library.searches",
            SearchCount,
            lambda before: SearchCount.day < _day(before),
            label="Searches",
            what="How often words of the library were searched for on a day, not by whom",
            since="after that day",
        )
    )
    rules.register(
        rows(
            "library.wishes",
            Wish,
            lambda before: Wish.day < _day(before),
            label="Wishes for an example",
            what="How often an example was asked for on a day, not by whom",
            since="after that day",
        )
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()
