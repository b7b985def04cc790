"""Weights and floors as curators change them: a preview of what would change, then a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import lookup
from portal.assessment.editions import Editions
from portal.audit import service as audit
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.errors import Conflict, DomainError
from portal.core.permissions import Actor
from portal.pairing import overview
from portal.pairing.gathering import gather
from portal.pairing.matching import Field, Suggestion, prepare, shortlist
from portal.pairing.models import WeightsVersion
from portal.pairing.suggestions import weights_in_use
from portal.pairing.weights import Weights


@dataclass(frozen=True)
class Version:
    """A version of the weights: what it changed against the one before it, by whom and why."""

    row: WeightsVersion
    weights: Weights
    by: str | None
    """`None` for somebody who has been erased."""


def versions(session: Session) -> list[Version]:
    """Return the versions that curators made, the newest first."""
    rows = session.scalars(select(WeightsVersion).order_by(WeightsVersion.id.desc())).all()
    called = lookup.names(session, {row.by_id for row in rows if row.by_id is not None})
    return [Version(row, Weights.restored(row.weights), called.get(row.by_id or 0)) for row in rows]


@dataclass(frozen=True)
class Changed:
    """What would change for an authority that asks."""

    id: int
    name: str
    comes: Sequence[str]
    """Names of hosts that it would be offered and is not now."""
    goes: Sequence[str]
    bands: int
    """How many hosts stay on its list in another band."""

    @property
    def anything(self) -> bool:
        """Whether anything would."""
        return bool(self.comes or self.goes or self.bands)


@dataclass(frozen=True)
class Preview:
    """What other weights would change."""

    authorities: Sequence[Changed]
    """Those for which anything would change, in the order of their names."""
    asking: int
    """How many ask."""

    @property
    def comes(self) -> int:
        """Hosts that would be offered anew, over all lists."""
        return sum(len(one.comes) for one in self.authorities)

    @property
    def goes(self) -> int:
        """Hosts that would be offered no more."""
        return sum(len(one.goes) for one in self.authorities)

    @property
    def bands(self) -> int:
        """Hosts that would stay in another band."""
        return sum(one.bands for one in self.authorities)


def preview(session: Session, editions: Editions, weights: Weights) -> Preview:
    """Work out what other weights would change in the lists of all that ask. Changes nothing."""
    data, called = gather(session, editions), overview.names(session)
    field = prepare(data.sides, data.history)
    now = weights_in_use(session)
    asking = [side.code for side in field.sides if side.asks]
    found = []
    for code in asking:
        before, after = _offered(field, code, now), _offered(field, code, weights)

        def names(codes: set[str]) -> list[str]:
            return sorted(called[data.ids[one]] for one in codes)

        found.append(
            Changed(
                data.ids[code],
                called[data.ids[code]],
                comes=names(after.keys() - before.keys()),
                goes=names(before.keys() - after.keys()),
                bands=sum(
                    before[one].band != after[one].band for one in before.keys() & after.keys()
                ),
            )
        )
    changed = sorted((one for one in found if one.anything), key=lambda one: one.name)
    return Preview(changed, len(asking))


def _offered(field: Field, code: str, weights: Weights) -> Mapping[str, Suggestion]:
    return {one.host: one for one in shortlist(field, code, weights=weights).suggestions}


def save(
    session: Session, *, actor: Actor, weights: Weights, reason: str, instead_of: str
) -> WeightsVersion:
    """Put other weights in use as a new version; what was suggested before keeps its own.

    `instead_of` is the version that the curator saw in use. Raises `DomainError` without a reason
    or a change, `Conflict` where somebody has changed them meanwhile.
    """
    if not reason.strip():
        raise DomainError("Say why. It is kept with the version")
    # a table that may be empty has no row to hold: whoever saves weights holds the first authority
    first = select(func.min(Authority.id)).scalar_subquery()
    session.execute(select(Authority.id).where(Authority.id == first).with_for_update()).all()
    now = weights_in_use(session)
    if now.version != instead_of:
        raise Conflict(
            "Somebody has changed the weights meanwhile. Look at them, then change them again"
        )
    if replace(weights, version=now.version) == now:
        raise DomainError("Nothing is different from the weights in use")
    number = (session.scalar(select(func.max(WeightsVersion.id))) or 0) + 1
    version = f"{clock.today():%Y}-c{number}"
    made = WeightsVersion(
        made_at=clock.now(),
        by_id=actor.id,
        reason=reason,
        weights=replace(weights, version=version).stored(),
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="pairing.weighed",
        object_type="pairing weights",
        object_id=str(made.id),
        details={"version": version},
    )
    return made
