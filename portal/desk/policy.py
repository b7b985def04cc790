"""Who sees what waits for curators."""

from portal.accounts.policy import holds
from portal.core.permissions import Permission, Policy
from portal.core.roles import Role


def register(policy: Policy) -> None:
    """Register what this room decides."""
    policy.register(Permission.DESK_READ, holds(frozenset({Role.CURATOR})))
