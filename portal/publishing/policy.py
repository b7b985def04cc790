"""Who writes, who reviews. Whose text it is, and who may sign it off, the services ask."""

from portal.accounts.policy import holds
from portal.core.permissions import Permission, Policy
from portal.core.roles import Role


def register(policy: Policy) -> None:
    """Register what this room decides."""
    policy.register(Permission.REVIEW, holds(frozenset({Role.CURATOR})))
    writers = frozenset({Role.PRACTITIONER, Role.STRATEGIC_LEAD, Role.CURATOR})
    policy.register(Permission.WRITING_WRITE, holds(writers))
