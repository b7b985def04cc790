"""Bringing the register up to date with a curator's file: first the difference, then all of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.authorities import figures
from portal.authorities.edition import Edition, InRegister, Published, read
from portal.authorities.figures import PERCENTAGES, Neighbour
from portal.authorities.models import Authority, AuthorityFigures, AuthorityNeighbour
from portal.authorities.service import Tally
from portal.core.errors import Conflict, DomainError
from portal.core.permissions import Actor

UNKNOWN = "not stated"


@dataclass(frozen=True)
class Change:
    """One thing that would be another."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Changes:
    """What would be another about one authority."""

    code: str
    name: str
    new: bool
    """Whether the register does not have it yet."""
    changes: Sequence[Change]


@dataclass(frozen=True)
class Difference:
    """What loading a file would change."""

    edition: Edition
    changes: Sequence[Changes]
    """Of the authorities that would change, in the order of their names."""
    missing: Sequence[str]
    """Authorities of the register that the file does not have: they stay as they are."""

    @property
    def fingerprint(self) -> str:
        """Tells whether another difference is the same, word for word."""
        return hashlib.sha256(repr((self.edition.year, self.changes)).encode()).hexdigest()

    @property
    def unchanged(self) -> int:
        """How many authorities of the file are as the register has them."""
        return len(self.edition.rows) - len(self.changes)


@dataclass(frozen=True)
class _There:
    """What is there now."""

    authorities: Mapping[str, Authority]
    figures: Mapping[int, figures.Figures]
    neighbours: Mapping[int, Sequence[Neighbour]]

    def codes(self) -> dict[int, str]:
        return {one.id: one.code for one in self.authorities.values()}


def _there(session: Session) -> _There:
    query = select(Authority).order_by(Authority.id).execution_options(populate_existing=True)
    return _There(
        {one.code: one for one in session.scalars(query)},
        figures.all_figures(session),
        figures.all_neighbours(session),
    )


def compare(session: Session, text: str) -> Difference:
    """Check a file and return what loading it would change.

    With problems in the edition the difference is empty: nothing of such a file may be loaded.
    """
    return _compared(_there(session), text)


def _compared(there: _There, text: str) -> Difference:
    register = [InRegister(a.code, a.name, a.la_code) for a in there.authorities.values()]
    edition = read(text, register)
    if edition.problems:
        return Difference(edition, [], [])
    found = [_changes(row, edition, there) for row in edition.rows]
    in_file = {row.code for row in edition.rows}
    missing = [
        one.name
        for one in there.authorities.values()
        if one.code not in in_file and one.type != "demonstration"
    ]
    changed = [one for one in found if one.new or one.changes]
    return Difference(edition, sorted(changed, key=lambda one: one.name), sorted(missing))


def _changes(row: Published, edition: Edition, there: _There) -> Changes:
    authority = there.authorities.get(row.code)
    old = there.figures.get(authority.id) if authority else None
    now = _of_register(authority, old)
    then = {
        "Name": row.name,
        "Region": row.region,
        "Type": row.type,
        "Two-tier area": _yes_no(row.two_tier),
        "Three-digit code": row.la_code,
        **{label: _percent(row.percentages[key]) for key, label in PERCENTAGES.items()},
        "Edition": str(edition.year),
        "Source": row.source,
    }
    changes = [
        Change(what, now.get(what) or UNKNOWN, after or UNKNOWN)
        for what, after in then.items()
        if now.get(what) != after
    ]
    changes += _neighbour_changes(row, authority, edition, there)
    return Changes(row.code, row.name, authority is None, changes)


def _of_register(authority: Authority | None, old: figures.Figures | None) -> dict[str, str | None]:
    """Return what the register has, in words; nothing of an authority that it has not."""
    found: dict[str, str | None] = {}
    if authority is not None:
        found = {
            "Name": authority.name,
            "Region": authority.region,
            "Type": authority.type,
            "Two-tier area": _yes_no(authority.two_tier),
            "Three-digit code": authority.la_code,
        }
    if old is not None:
        found |= {label: _percent(old.percentages[key]) for key, label in PERCENTAGES.items()}
        found |= {"Edition": str(old.year), "Source": old.source}
    return found


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else ("yes" if value else "no")


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:g}%"


def _neighbour_changes(
    row: Published, authority: Authority | None, edition: Edition, there: _There
) -> list[Change]:
    """Say how the neighbours differ: who is new, who is gone, whether order or bands differ."""
    names = {one.la_code: one.name for one in there.authorities.values() if one.la_code}
    names |= {one.la_code: one.name for one in edition.rows}
    in_file = {one.code: one.la_code for one in edition.rows}
    by_id = {one.id: in_file.get(one.code, one.la_code) for one in there.authorities.values()}
    old = there.neighbours.get(authority.id, []) if authority else []
    before = [(by_id[one.authority_id] or "", one.band) for one in old]
    if before == list(row.neighbours):
        return []
    now, then = {code for code, _ in row.neighbours}, {code for code, _ in before}
    parts = [f"{len(now)} of {edition.year}"]
    if then:
        for word, codes in (("new", now - then), ("gone", then - now)):
            if codes:
                parts.append(f"{word}: {', '.join(sorted(names.get(c, c) for c in codes))}")
        if now == then:
            parts.append("in another order or other bands")
    number = f"{len(then)} of {old[0].year}" if old else UNKNOWN
    return [Change("Statistical neighbours", number, "; ".join(parts))]


def load(session: Session, *, actor: Actor, text: str, shown: str) -> Tally:
    """Load a file whose difference somebody has seen, all of it, checked once more.

    `shown` is the fingerprint of that difference. Raises `DomainError` for a file with problems,
    `Conflict` when the difference has become another.
    """
    session.execute(select(Authority.id).order_by(Authority.id).with_for_update()).all()
    there = _there(session)
    difference = _compared(there, text)
    if difference.edition.problems:
        raise DomainError(f"Nothing was loaded: {difference.edition.problems[0]}")
    if difference.fingerprint != shown:
        raise Conflict("The register has changed meanwhile, so the difference is another")
    changed = {one.code for one in difference.changes}
    rows = [row for row in difference.edition.rows if row.code in changed]
    ids = _keep_authorities(session, rows, there)
    _keep_figures(session, rows, ids, difference.edition.year)
    _keep_neighbours(session, rows, ids, difference.edition.year)
    added = sum(one.new for one in difference.changes)
    tally = Tally(added, len(rows) - added, difference.unchanged)
    if rows:
        audit.record(
            session,
            actor=actor,
            action="register.imported",
            object_type="register",
            object_id="published figures",
            details={
                "added": tally.added,
                "changed": tally.changed,
                "unchanged": tally.unchanged,
            },
        )
    session.flush()
    return tally


def _keep_authorities(session: Session, rows: Sequence[Published], there: _There) -> dict[str, int]:
    """Change and add authorities; return the id of each by its three-digit code."""
    codes = [row.code for row in rows]
    # two authorities may have exchanged their codes, which one after the other can't be kept
    session.execute(update(Authority).where(Authority.code.in_(codes)).values(la_code=None))
    for row in rows:
        authority = there.authorities.get(row.code)
        if authority is None:
            authority = Authority(code=row.code)
            session.add(authority)
        authority.name, authority.region, authority.type = row.name, row.region, row.type
        authority.two_tier, authority.la_code = row.two_tier, row.la_code
    session.flush()
    query = select(Authority.la_code, Authority.id).where(Authority.la_code.is_not(None))
    return {la_code: id_ for la_code, id_ in session.execute(query) if la_code}


def _keep_figures(
    session: Session, rows: Sequence[Published], ids: Mapping[str, int], year: int
) -> None:
    own = [ids[row.la_code] for row in rows]
    session.execute(delete(AuthorityFigures).where(AuthorityFigures.authority_id.in_(own)))
    session.add_all(
        AuthorityFigures(
            authority_id=ids[row.la_code], year=year, source=row.source, **row.percentages
        )
        for row in rows
    )


def _keep_neighbours(
    session: Session, rows: Sequence[Published], ids: Mapping[str, int], year: int
) -> None:
    own = [ids[row.la_code] for row in rows]
    session.execute(delete(AuthorityNeighbour).where(AuthorityNeighbour.authority_id.in_(own)))
    session.add_all(
        AuthorityNeighbour(
            authority_id=ids[row.la_code],
            rank=rank,
            neighbour_id=ids[la_code],
            band=band,
            year=year,
        )
        for row in rows
        for rank, (la_code, band) in enumerate(row.neighbours, 1)
    )
