"""What the desk shows, as tables to keep (RFC 4180)."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from portal.desk.figures import Balance, Load, Missed
from portal.desk.lists import KINDS, Row
from portal.library.vocabularies import TYPES

Table = list[Sequence[str | int]]
"""A heading and its rows."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(table: Table) -> str:
    """Return a table as CSV; a cell that a spreadsheet would calculate gets an apostrophe first."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([_harmless(cell) for cell in row] for row in table)
    return out.getvalue()


def _harmless(cell: str | int) -> str | int:
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return cell


def of_rows(rows: Iterable[Row], names: Mapping[int, str]) -> Table:
    """Return a list of the desk; `names` are those of owners."""
    table: Table = [("Title", "Reference", "Type", "Kind", "What there is to do", "Due", "Owner")]
    table += [
        (
            row.title,
            row.reference,
            TYPES.get(row.type, ""),
            ", ".join(KINDS[kind] for kind in row.kinds),
            row.why,
            row.due.isoformat() if row.due else "",
            names.get(row.owner_id or 0, ""),
        )
        for row in rows
    ]
    return table


def of_loads(loads: Iterable[Load], names: Mapping[int, str]) -> Table:
    """Return who carries how much."""
    table: Table = [("Curator", "Texts held", "Texts late", "Documents owned", "Documents overdue")]
    table += [
        (
            names.get(one.account_id, "Nobody"),
            one.held,
            one.held_late,
            one.owned,
            one.owned_late,
        )
        for one in loads
    ]
    return table


def of_balance(found: Balance) -> Table:
    """Return how the published cases ended."""
    table: Table = [("Outcome", "Cases", "Share of all cases")]
    table.append(("All cases", found.cases, found.share(found.cases)))
    table.append(("No concern or did not work", found.unwelcome, found.share(found.unwelcome)))
    table += [(label, number, found.share(number)) for label, number in found.outcomes]
    return table


def of_missed(found: Missed) -> Table:
    """Return what readers looked for in vain and what they asked for."""
    table: Table = [("What", "In words", "Documents found at most", "Times")]
    table += [("Search", words, most, times) for words, most, times in found.searches]
    table.append(("Search", "words that the library does not have", "", found.unknown))
    table += [("Example asked for", words, "", times) for words, times in found.wishes]
    return table
