"""What the roles may do, on one screen."""

from portal.core.permissions import Actor, Permission, Policy, Predicate
from portal.core.roles import OF_AN_AUTHORITY, Role, is_national, leads

EVERY_ROLE = frozenset(Role)
MANAGERS = frozenset({Role.STRATEGIC_LEAD, Role.CURATOR, Role.ADMINISTRATOR})

_INVITED_BY = {
    Role.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
    Role.CURATOR: frozenset({Role.ADMINISTRATOR}),
    Role.STRATEGIC_LEAD: frozenset({Role.CURATOR}),
    Role.PRACTITIONER: frozenset({Role.STRATEGIC_LEAD}),
    Role.PARTNER_READER: frozenset({Role.STRATEGIC_LEAD}),
}
"""Who invites whom: nobody signs up unasked, and each is invited by the one who knows them."""


def holds(roles: frozenset[Role]) -> Predicate:
    """Return a predicate: the person holds at least one of `roles`."""

    def predicate(actor: Actor) -> bool:
        return not roles.isdisjoint(actor.roles)

    return predicate


def may_invite(actor: Actor, role: Role, authority_id: int | None) -> bool:
    """Tell whether the person may invite somebody to a role: a lead to their own authority only."""
    if (role in OF_AN_AUTHORITY) != (authority_id is not None):
        return False
    if authority_id is not None and leads(actor, authority_id):
        return Role.STRATEGIC_LEAD in _INVITED_BY[role]
    inviters = _INVITED_BY[role] - {Role.STRATEGIC_LEAD}
    return not inviters.isdisjoint(actor.roles)


def may_withdraw(actor: Actor, role: Role, authority_id: int | None) -> bool:
    """Tell whether the person may take an invitation back: who manages those it would let in."""
    if authority_id is None:
        return may_invite(actor, role, authority_id)
    return may_manage_people(actor, authority_id)


def may_manage_people(actor: Actor, authority_id: int) -> bool:
    """Tell whether the person may see, suspend and remove the people of an authority.

    Its leads may; curators and administrators may too, since an authority can lose its last lead.
    """
    return leads(actor, authority_id) or is_national(actor)


def register(policy: Policy) -> None:
    """Register what this room decides."""
    policy.register(Permission.ACCESS_EXPLAIN, holds(frozenset({Role.ADMINISTRATOR})))
    policy.register(Permission.ACCOUNT_CHANGE_OWN, lambda actor: actor.signed_in)
    policy.register(Permission.ACCOUNT_READ_OWN, lambda actor: actor.signed_in)
    policy.register(
        Permission.AUTHORITY_SET_DOMAINS, holds(frozenset({Role.CURATOR, Role.ADMINISTRATOR}))
    )
    policy.register(Permission.JOBS_MANAGE, holds(frozenset({Role.ADMINISTRATOR})))
    policy.register(Permission.PEOPLE_MANAGE, holds(MANAGERS))
    policy.register(Permission.STAFF_MANAGE, holds(frozenset({Role.ADMINISTRATOR})))
