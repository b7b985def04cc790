"""Who writes, who reviews. Whose text it is, and who may sign it off, the services ask."""

from portal.accounts.policy import holds
from portal.core.permissions import Permission, Policy
from portal.core.roles import Role

WRITERS = frozenset({Role.PRACTITIONER, Role.STRATEGIC_LEAD, Role.CURATOR})
"""Who may write a text; what is published already, and anything but a case, curators alone."""


def register(policy: Policy) -> None:
    """Register what this room decides."""
    policy.register(Permission.REVIEW, holds(frozenset({Role.CURATOR})))
    policy.register(Permission.WRITING_WRITE, holds(WRITERS))
