"""What is published about authorities: comparable figures and statistical neighbours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.authorities.models import Authority, AuthorityFigures, AuthorityNeighbour, Band

PERCENTAGES: Mapping[str, str] = {
    "child_poverty_pct": "Children in poverty",
    "fsm_primary_pct": "Free school meals, primary",
    "fsm_secondary_pct": "Free school meals, secondary",
    "eal_primary_pct": "English as an additional language, primary",
    "eal_secondary_pct": "English as an additional language, secondary",
}
"""The figures, all in per cent of children or pupils, with their names for readers."""


@dataclass(frozen=True)
class Figures:
    """Published figures of an authority in per cent; `None` where nothing is published."""

    authority_id: int
    year: int
    source: str
    percentages: Mapping[str, float | None]
    """By the keys of `PERCENTAGES`."""


@dataclass(frozen=True)
class Neighbour:
    """A statistical neighbour; rank 1 is the closest."""

    authority_id: int
    """Of the neighbour."""
    rank: int
    band: Band
    year: int


def figures_of(session: Session, authority_id: int) -> Figures | None:
    """Return what is published about an authority, if anything has been loaded."""
    return all_figures(session, authority_id).get(authority_id)


def all_figures(session: Session, only: int | None = None) -> dict[int, Figures]:
    """Return what is published about authorities by their id, all of them or one."""
    query = select(AuthorityFigures)
    if only is not None:
        query = query.where(AuthorityFigures.authority_id == only)
    return {
        row.authority_id: Figures(
            row.authority_id,
            row.year,
            row.source,
            {key: getattr(row, key) for key in PERCENTAGES},
        )
        for row in session.scalars(query)
    }


def neighbours_of(session: Session, authority_id: int) -> list[Neighbour]:
    """Return the statistical neighbours of an authority, the closest first."""
    return all_neighbours(session, authority_id).get(authority_id, [])


def all_neighbours(session: Session, only: int | None = None) -> dict[int, list[Neighbour]]:
    """Return statistical neighbours by the id of the authority whose they are, closest first."""
    query = select(AuthorityNeighbour).order_by(
        AuthorityNeighbour.authority_id, AuthorityNeighbour.rank
    )
    if only is not None:
        query = query.where(AuthorityNeighbour.authority_id == only)
    found: dict[int, list[Neighbour]] = {}
    for row in session.scalars(query):
        neighbour = Neighbour(row.neighbour_id, row.rank, row.band, row.year)
        found.setdefault(row.authority_id, []).append(neighbour)
    return found


def shown(figures: Figures) -> Iterator[tuple[str, str]]:
    """Return the name and the figure of each percentage, for a page."""
    for key, label in PERCENTAGES.items():
        value = figures.percentages[key]
        yield label, "Not published" if value is None else f"{value:g}%"


def names(session: Session) -> dict[int, str]:
    """Return the names of all authorities by their id, in the order of the names."""
    query = select(Authority.id, Authority.name).order_by(Authority.name, Authority.id)
    return {id_: name for id_, name in session.execute(query)}
