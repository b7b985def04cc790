"""The register: loading it from a checked file, looking authorities up."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.authorities.models import Authority
from portal.core.permissions import Actor

HEADER = ["code", "name", "region", "type"]


@dataclass(frozen=True)
class Row:
    """One line of a register file."""

    code: str
    name: str
    region: str
    type: str


@dataclass(frozen=True)
class Tally:
    """What an import did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def read_file(path: Path) -> tuple[list[Row], list[tuple[int, str]]]:
    """Read a register file: its rows, and its problems as (line, what to write instead)."""
    rows: list[Row] = []
    problems: list[tuple[int, str]] = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return [], [(1, f"there is no such file: write one with the header {','.join(HEADER)}")]
    except UnicodeDecodeError:
        return [], [(1, "save the file as UTF-8 text")]
    with StringIO(text, newline="") as file:
        reader = csv.reader(file)
        if next(reader, None) != HEADER:
            return [], [(1, f"write the header as {','.join(HEADER)}")]
        seen: set[str] = set()
        for cells in reader:
            line = reader.line_num
            if len(cells) != len(HEADER) or not all(cell.strip() for cell in cells):
                problems.append((line, f"give all of {', '.join(HEADER)}, none of them empty"))
                continue
            row = Row(*(cell.strip() for cell in cells))
            if row.code in seen:
                problems.append((line, f"{row.code} stands above already; keep one of the two"))
            seen.add(row.code)
            rows.append(row)
    return rows, problems


def import_register(session: Session, *, actor: Actor, rows: Sequence[Row]) -> Tally:
    """Add and change authorities to agree with `rows`; none is ever removed.

    An authority that a curator's file of published figures has spoken of stays as that has it.
    """
    known = {authority.code: authority for authority in session.scalars(select(Authority))}
    added = changed = 0
    for row in rows:
        authority = known.get(row.code)
        if authority is None:
            session.add(Authority(code=row.code, name=row.name, region=row.region, type=row.type))
            added += 1
        elif authority.la_code is None and _differs(authority, row):
            authority.name, authority.region, authority.type = row.name, row.region, row.type
            changed += 1
    tally = Tally(added, changed, len(rows) - added - changed)
    if added or changed:
        audit.record(
            session,
            actor=actor,
            action="register.imported",
            object_type="register",
            object_id="authorities",
            details={"added": added, "changed": changed, "unchanged": tally.unchanged},
        )
    session.flush()
    return tally


def _differs(authority: Authority, row: Row) -> bool:
    return (authority.name, authority.region, authority.type) != (row.name, row.region, row.type)


def rows_of(session: Session, *, demonstration: bool) -> list[Row]:
    """Return the register in the order of its codes: the real one, or the demonstration's."""
    is_demonstration = Authority.type == "demonstration"
    condition = is_demonstration if demonstration else ~is_demonstration
    query = select(Authority).where(condition).order_by(Authority.code)
    return [Row(a.code, a.name, a.region, a.type) for a in session.scalars(query)]


def write_file(path: Path, rows: Sequence[Row]) -> None:
    """Write a register file: the inverse of reading it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows((row.code, row.name, row.region, row.type) for row in rows)


def ids_by_code(session: Session) -> dict[str, int]:
    """Return the id of every authority by its code."""
    return {code: id_ for code, id_ in session.execute(select(Authority.code, Authority.id))}
