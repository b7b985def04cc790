"""Who may read what: an audience is a filter inside each query, never a test in a template."""

from collections.abc import Mapping

from portal.accounts.policy import EVERY_ROLE, holds
from portal.core.permissions import Actor, Permission, Policy
from portal.core.roles import Role

_ROLES_OF_AUDIENCE: Mapping[str, frozenset[Role]] = {
    "readers": EVERY_ROLE,
    "staff": frozenset({Role.PRACTITIONER, Role.STRATEGIC_LEAD, Role.CURATOR}),
    "leads": frozenset({Role.STRATEGIC_LEAD, Role.CURATOR}),
    "curators": frozenset({Role.CURATOR}),
}


def roles_of(audience: str) -> frozenset[Role]:
    """Return the roles that belong to an audience; to one that nobody knows belongs none."""
    return _ROLES_OF_AUDIENCE.get(audience, frozenset())


def audiences_of(actor: Actor) -> frozenset[str]:
    """Return the audiences that a person belongs to; a stranger belongs to none."""
    return frozenset(
        audience
        for audience in _ROLES_OF_AUDIENCE
        if not roles_of(audience).isdisjoint(actor.roles)
    )


def register(policy: Policy) -> None:
    """Register what this room decides."""
    policy.register(Permission.LIBRARY_CURATE, holds(frozenset({Role.CURATOR})))
    policy.register(Permission.LIBRARY_READ, holds(EVERY_ROLE))
    policy.register(Permission.LIBRARY_ASK, holds(EVERY_ROLE))
    policy.register(Permission.LIBRARY_EXPORT, holds(EVERY_ROLE))
