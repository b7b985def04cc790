"""Who may read what: each audience, role by role."""

import pytest

from portal.core.permissions import ANONYMOUS, Actor, Permission, Policy
from portal.core.roles import Role
from portal.library import policy
from portal.library.policy import audiences_of
from portal.library.vocabularies import AUDIENCES


def somebody(*roles: str) -> Actor:
    return Actor(id=1, roles=frozenset(roles))


@pytest.mark.parametrize(
    ("role", "audiences"),
    [
        (Role.PRACTITIONER, {"readers", "staff"}),
        (Role.STRATEGIC_LEAD, {"readers", "staff", "leads"}),
        (Role.CURATOR, {"readers", "staff", "leads", "curators"}),
    ],
)
def test_a_role_reads_its_audiences_and_no_other(role: Role, audiences: set[str]) -> None:
    assert audiences_of(somebody(role)) == audiences


def test_everyone_else_reads_only_what_is_for_all_readers() -> None:
    others = set(Role) - {Role.PRACTITIONER, Role.STRATEGIC_LEAD, Role.CURATOR}
    for role in others:
        assert audiences_of(somebody(role)) == {"readers"}, role


@pytest.mark.parametrize("actor", [ANONYMOUS, somebody(), somebody("unheard-of")])
def test_who_holds_no_role_reads_nothing(actor: Actor) -> None:
    assert audiences_of(actor) == frozenset()
    rules = Policy()
    policy.register(rules)
    assert not rules.allows(actor, Permission.LIBRARY_READ)
    assert not rules.allows(actor, Permission.LIBRARY_EXPORT)


def test_every_audience_has_somebody_who_reads_it() -> None:
    assert audiences_of(somebody(*Role)) == set(AUDIENCES)
