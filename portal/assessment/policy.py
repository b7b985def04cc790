"""Who asks, who answers, who sees what came of it."""

from portal.accounts.policy import holds
from portal.core.errors import NotFound
from portal.core.permissions import Actor, Permission, Policy
from portal.core.roles import STAFF_OF_AN_AUTHORITY, Role, leads, works_for

_LEADS = frozenset({Role.STRATEGIC_LEAD})
_CURATORS = frozenset({Role.CURATOR})


def check_leads(actor: Actor, authority_id: int) -> None:
    """Raise `NotFound` for whoever is not a strategic lead of the authority.

    Nobody else sees an authority's results, curators neither: they see the national picture.
    """
    if not leads(actor, authority_id):
        raise NotFound


def check_staff(actor: Actor, authority_id: int) -> None:
    """Raise `NotFound` for whoever is not on the staff of the authority."""
    if not works_for(actor, authority_id):
        raise NotFound


def register(policy: Policy) -> None:
    """Register what this room decides."""
    policy.register(Permission.ASSESSMENT_ANSWER, holds(frozenset(STAFF_OF_AN_AUTHORITY)))
    policy.register(Permission.ASSESSMENT_COMPARE, holds(_CURATORS))
    policy.register(Permission.ASSESSMENT_LEAD, holds(_LEADS))
