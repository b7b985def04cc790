"""What the roles may do, on one screen."""

from portal.accounts.models import Role
from portal.core.permissions import Actor, Permission, Policy, Predicate

EVERY_ROLE = frozenset(Role)


def holds(roles: frozenset[Role]) -> Predicate:
    """Return a predicate: the person holds at least one of `roles`."""

    def predicate(actor: Actor) -> bool:
        return not roles.isdisjoint(actor.roles)

    return predicate


def register(policy: Policy) -> None:
    """Register what this room decides."""
    policy.register(Permission.ACCOUNT_READ_OWN, lambda actor: actor.signed_in)
