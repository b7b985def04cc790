"""Who asks and answers for an authority, and who sees both sides."""

from portal.accounts.policy import holds
from portal.core.permissions import Permission, Policy
from portal.core.roles import Role


def register(policy: Policy) -> None:
    """Register what this room decides."""
    policy.register(Permission.PAIRING_CURATE, holds(frozenset({Role.CURATOR})))
    policy.register(Permission.PAIRING_TAKE_PART, holds(frozenset({Role.STRATEGIC_LEAD})))
