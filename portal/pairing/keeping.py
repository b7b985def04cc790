"""How long records of the pairing can be kept."""

from portal.core.clock import LONDON
from portal.core.retention import Rules, rows
from portal.pairing.models import Pairing, Request, RequestState, Round, Search


def register(rules: Rules) -> None:
    """Register the rules."""
    rules.register(
        rows(
            "pairing.searches",
            Search,
            lambda before: Search.at < before,
            label="Lists of hosts for a pairing",
            what="Which cards an authority was shown, and the figures behind them",
            since="after the list was made",
        )
    )
    rules.register(
        rows(
            "pairing.requests",
            Request,
            lambda before: (Request.ended_at < before) & (Request.state != RequestState.OPEN),
            label="Requests for a pairing",
            what="Who asked whom, for what, and what became of it",
            since="after it was answered, withdrawn or ran out",
            least=365,
        )
    )
    rules.register(
        rows(
            "pairing.pairings",
            Pairing,
            lambda before: Pairing.ended_on < before.astimezone(LONDON).date(),
            label="Pairings",
            what="Which two authorities worked together, what for, and how it ended",
            since="after it ended",
            least=365,
        )
    )
    rules.register(
        rows(
            "pairing.rounds",
            Round,
            lambda before: Round.made_at < before,
            label="Rounds of the pairing",
            what="Who was placed with whom, and how well they fit",
            since="after the round was opened",
            least=90,
        )
    )
