"""A curator's file of published figures, made small or whole for tests."""

import csv
from collections.abc import Sequence
from io import StringIO
from itertools import islice

from portal.authorities.edition import COLUMNS
from portal.core.config import ROOT

YEAR = 2025
HEADER = (*COLUMNS, "sn2021", f"sn{YEAR}", f"sn{YEAR}_band", "colour")
"""Columns of the tests' file, two of which the register has no use for."""
Row = dict[str, str]


def rows(number: int = 4) -> list[Row]:
    """Return sound rows for the first authorities of the register, with invented figures."""
    with (ROOT / "content" / "authorities.csv").open(encoding="utf-8", newline="") as file:
        known = list(islice(csv.DictReader(file), number))
    codes = [f"{800 + at:03}" for at in range(number)]
    return [
        {
            "ons_code": one["code"],
            "name": one["name"],
            "region": one["region"],
            "type": one["type"],
            "two_tier": "1" if one["type"] == "county" else "0",
            "la_code": codes[at],
            "child_poverty_pct": f"{10 + at % 30}.5",
            "fsm_primary_pct": "20",
            "fsm_secondary_pct": "" if at == 0 else "19.25",
            "eal_primary_pct": "0",
            "eal_secondary_pct": "100",
            "source": "figures of a test",
            "sn2021": codes[at - 1],
            f"sn{YEAR}": ";".join((codes[at - 1], codes[at - 2])),
            f"sn{YEAR}_band": "very close;somewhat close",
            "colour": "blue",
        }
        for at, one in enumerate(known)
    ]


def text(given: Sequence[Row], header: Sequence[str] = HEADER) -> str:
    """Return rows as a file."""
    file = StringIO(newline="")
    writer = csv.DictWriter(file, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(given)
    return file.getvalue()
