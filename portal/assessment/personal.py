"""What this room keeps about a person: positions that they signed, a link that they took."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.own_data import Parts, Section, Value
from portal.assessment.models import LinkTaken, Position, Wave
from portal.authorities.models import Authority


def signed(session: Session, user_id: int) -> Section:
    """Return the positions that a person signed for an authority."""
    query = (
        select(Authority.name, Position.signed_at, Position.replaced_at)
        .join(Authority, Authority.id == Position.authority_id)
        .where(Position.by_id == user_id)
        .order_by(Position.id)
    )
    rows: list[Mapping[str, Value]] = [
        {"authority": name, "signed": at, "replaced": replaced}
        for name, at, replaced in session.execute(query)
    ]
    columns = {"authority": "Authority", "signed": "Signed", "replaced": "Replaced"}
    return Section("positions", "Positions of an authority that you signed", columns, rows)


def taken(session: Session, user_id: int) -> Section:
    """Return the open rounds to which a person took a link; of answers nothing is kept."""
    query = (
        select(Authority.name, Wave.number)
        .join(Wave, Wave.authority_id == Authority.id)
        .join(LinkTaken, LinkTaken.wave_id == Wave.id)
        .where(LinkTaken.account_id == user_id)
        .order_by(Wave.id)
    )
    rows: list[Mapping[str, Value]] = [
        {"authority": name, "round": number} for name, number in session.execute(query)
    ]
    columns = {"authority": "Authority", "round": "Round"}
    return Section("links_taken", "Links that you took to a self-assessment", columns, rows)


def register(parts: Parts) -> None:
    """Let a copy of one's own data hold it too."""
    parts.register("positions of an authority that you signed", signed)
    parts.register(
        "that you took a link to your authority’s self-assessment, while it is open (what you "
        "answered is not kept)",
        taken,
    )
