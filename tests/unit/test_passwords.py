"""Passwords are kept as argon2id, and a stranger learns nothing from how long an answer takes."""

import pytest
from argon2 import PasswordHasher, extract_parameters

from portal.accounts import passwords

PASSWORD = "correct horse battery"


def test_a_password_matches_its_own_hash_only() -> None:
    kept = passwords.hash_password(PASSWORD)
    assert passwords.matches(PASSWORD, kept)
    assert not passwords.matches(PASSWORD + " ", kept)
    assert not passwords.matches("", kept)


def test_a_hash_tells_nothing_of_the_password_nor_of_who_has_the_same() -> None:
    kept = passwords.hash_password(PASSWORD)
    assert PASSWORD not in kept
    assert passwords.hash_password(PASSWORD) != kept


def test_a_hash_is_as_costly_as_owasp_asks() -> None:
    parameters = extract_parameters(passwords.hash_password(PASSWORD))
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2


def test_an_account_that_does_not_exist_costs_the_same_work() -> None:
    nobody = extract_parameters(passwords.nobody())
    assert nobody == extract_parameters(passwords.hash_password(PASSWORD))


@pytest.mark.parametrize("password", ["", PASSWORD, "nobody has this password"])
def test_nobody_signs_in_without_a_hash(password: str) -> None:
    assert not passwords.matches(password, None)


@pytest.mark.parametrize("kept", ["plain text", "$argon2id$broken", "!"])
def test_a_hash_that_is_none_matches_nothing(kept: str) -> None:
    assert not passwords.matches("plain text", kept)


def test_a_password_may_hold_anything_that_can_be_typed() -> None:
    password = "pässwörd 🗝️ \0 with more"
    assert passwords.matches(password, passwords.hash_password(password))


def test_a_hash_made_with_less_work_is_to_be_made_again() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    assert passwords.matches(PASSWORD, weak)
    assert passwords.needs_rehash(weak)
    assert not passwords.needs_rehash(passwords.hash_password(PASSWORD))
