"""What nobody allowed is denied."""

import pytest

from portal.core.permissions import ANONYMOUS, Actor, Permission, Policy, public, requires

SOMEONE = Actor(id=1, name="Sam", roles=frozenset({"curator"}))


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_that_no_room_registered_is_denied(permission: Permission) -> None:
    assert not Policy().allows(SOMEONE, permission)


def test_a_permission_does_not_open_another() -> None:
    policy = Policy()
    policy.register(Permission.LIBRARY_READ, lambda actor: True)
    assert policy.allows(SOMEONE, Permission.LIBRARY_READ)
    assert not policy.allows(SOMEONE, Permission.LIBRARY_EXPORT)


def test_the_predicate_decides_for_each_person() -> None:
    policy = Policy()
    policy.register(Permission.LIBRARY_READ, lambda actor: "curator" in actor.roles)
    assert policy.allows(SOMEONE, Permission.LIBRARY_READ)
    assert not policy.allows(ANONYMOUS, Permission.LIBRARY_READ)


def test_a_permission_has_one_owner() -> None:
    policy = Policy()
    policy.register(Permission.LIBRARY_READ, lambda actor: False)
    with pytest.raises(ValueError, match="library:read is decided elsewhere"):
        policy.register(Permission.LIBRARY_READ, lambda actor: True)
    assert not policy.allows(SOMEONE, Permission.LIBRARY_READ)


def test_a_stranger_is_not_signed_in_and_holds_nothing() -> None:
    assert not ANONYMOUS.signed_in
    assert ANONYMOUS.roles == frozenset()


def test_the_first_person_of_the_database_is_signed_in_whatever_the_number() -> None:
    assert Actor(id=0).signed_in


def test_a_view_says_what_it_needs() -> None:
    assert requires(Permission.LIBRARY_READ)(lambda: "").permission == Permission.LIBRARY_READ  # type: ignore[attr-defined]
    assert public(lambda: "").permission is None  # type: ignore[attr-defined]


def test_permissions_stand_in_alphabetical_order() -> None:
    assert list(Permission) == sorted(Permission)
