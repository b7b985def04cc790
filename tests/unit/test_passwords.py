"""Passwords are kept as argon2id, and a stranger learns nothing from how long an answer takes."""

import subprocess
import sys

import pytest
import zxcvbn
from argon2 import PasswordHasher, extract_parameters
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn import zxcvbn as judge
from zxcvbn.matching import (
    L33T_TABLE,
    RANKED_DICTIONARIES,
    enumerate_l33t_subs,
    relevant_l33t_subtable,
)

from portal.accounts import passwords
from portal.core.config import ROOT
from portal.core.errors import DomainError

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


FULL_WIDTH = "".join(chr(ord(sign) + 0xFEE0) for sign in "password1234")
NAME, EMAIL = "Petra Practitioner", "petra.practitioner@hartlepool.gov.uk"


def problem_with(password: str, name: str = NAME, email: str = EMAIL) -> str:
    try:
        passwords.check(password, email=email, name=name)
    except DomainError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "walrus teapot on Thursday",
        "violet harbour lantern",
        "for trying this out",
        "one petra and two walruses",
        "safeguarding walrus teapot",
        "x7$kQ9!mZ2@p",
        "rT5%b7(k<9{m|1+",
        "пароль из трёх слов",
        "     walrus   teapot   ",
        "🗝️🚲🐘 harbour lantern",
        "w" + "alrus teapot " * 15,
    ],
)
def test_whatever_is_long_and_not_soon_tried_is_taken(password: str) -> None:
    assert problem_with(password) == ""


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("password1234", "very common"),
        ("Password123!", "like a very common"),
        ("PASSWORDPASSWORD", "Repeating"),
        ("P@55w0rdP@55w0rd", "Repeating"),
        ("123456789012", "very common"),
        ("qwertyuiopasdfgh", "like a very common"),
        ("aaaaaaaaaaaaaa", "Repeated characters"),
        ("abcdefghijklmnop", "Sequences"),
        ("Sunshine2024!!", "one word"),
        ("$unshine2024!!", "one word"),
        ("!!!Winter2026", "one word"),
        ("drowssap4321drowssap", "lists"),
        (FULL_WIDTH, "very common"),
        ("correct horse battery staple", "don’t belong together"),
        ("CorrectHorseBatteryStaple1", "don’t belong together"),
        ("coffeetrainfish!", "don’t belong together"),
        ("password" * 12, "Repeating"),
    ],
)
def test_what_attackers_try_first_is_refused_with_a_hint(password: str, why: str) -> None:
    said = problem_with(password)
    assert said.startswith("Choose another password: this one is on lists that attackers try.")
    assert why in said


@pytest.mark.parametrize(
    "password",
    [
        "Petra Practitioner",
        "practitionerpetra1",
        "P3tra-Pr4ctit10ner!",
        "petra.practitioner@hartlepool.gov.uk",
        "hartlepool.gov.uk",
        "Hartlepool2026!!",
    ],
)
def test_ones_own_name_and_address_are_no_password(password: str) -> None:
    assert "your own name or e-mail address" in problem_with(password)


@pytest.mark.parametrize(
    "password",
    ["safeguarding1", "SharedSafeguardingPractice", "Pr3vent-Pr3vent", "ilovesafeguarding"],
)
def test_the_words_of_the_service_are_no_password(password: str) -> None:
    assert "words that belong to this service" in problem_with(password)


def test_a_name_and_a_word_of_the_service_together_are_no_password() -> None:
    assert "little more than" in problem_with("petra safeguarding practice")


def test_a_name_of_two_letters_says_nothing() -> None:
    assert problem_with("violet harbour lantern", name="Li Vi", email="l@v.uk") == ""
    assert "your own name" in problem_with("LiViLiViLiVi", name="Li Vi", email="l@v.uk")


@pytest.mark.parametrize(
    ("password", "seen"),
    [
        ("walrus", 6),
        ("café", 4),
        ("cafe\u0301", 4),
        ("👍🏽", 1),
        ("👨\u200d👩\u200d👧\u200d👦", 1),
        ("\u200b\u200b\ufeff", 0),
        ("a b", 3),
    ],
)
def test_characters_are_counted_as_a_person_sees_them(password: str, seen: int) -> None:
    assert passwords.length(password) == seen


def test_too_short_and_too_long_are_said_in_characters() -> None:
    assert problem_with("kx7$kQ9!mZ2") == "Use a password of at least 12 characters"
    assert problem_with("kx7$kQ9!mZ2p") == ""
    assert problem_with("🐘" * 11) == "Use a password of at least 12 characters"
    long = "walrus teapot harbour lantern " * 10
    assert problem_with(long[:200]) == ""
    assert problem_with(long[:201]) == "Use a password of at most 200 characters"
    assert problem_with("e" + "\u0301" * 1000) == "Use a password of at least 12 characters"
    assert problem_with(("e" + "\u0301" * 99) * 20) == "Use a password of at most 200 characters"


@pytest.mark.parametrize(
    ("set_as", "typed_as"),
    [
        ("café with a view", "cafe\u0301 with a view"),
        ("walrus\u00a0teapot harbour", "walrus teapot harbour"),
    ],
)
def test_the_same_password_from_another_keyboard_is_the_same(set_as: str, typed_as: str) -> None:
    assert passwords.matches(typed_as, passwords.hash_password(set_as))


@pytest.mark.parametrize(
    "changed", ["Walrus teapot", "walrus teapo", "walrus teapot ", "\uff57alrus teapot"]
)
def test_nothing_else_of_a_password_is_changed(changed: str) -> None:
    assert not passwords.matches(changed, passwords.hash_password("walrus teapot"))


def test_a_sign_that_is_half_of_one_is_no_error() -> None:
    assert not passwords.matches("\ud800" * 12, passwords.nobody())
    assert problem_with("\ud800walrus teapot hat") == ""


@given(st.text(max_size=220))
def test_the_answer_is_a_sentence_whatever_is_typed(password: str) -> None:
    said = problem_with(password)
    assert said == "" or said.startswith(("Use a password of", "Choose another password"))


def test_a_password_made_to_keep_the_library_busy_is_asked_about_in_short_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As it stands this one would keep the library busy for a minute."""
    asked: list[str] = []

    def watched(text: str) -> object:
        asked.append(text)
        return judge(text)

    monkeypatch.setattr(zxcvbn, "zxcvbn", watched)
    problem_with("@4({[<36!1|05$+7%2" * 11)
    assert asked
    for text in asked:
        table = relevant_l33t_subtable(text, L33T_TABLE)
        assert len(text) <= 32
        assert len(enumerate_l33t_subs(table)) <= 64


def test_the_library_keeps_nothing_of_a_person() -> None:
    problem_with("Petra Practitioner likes tea")
    assert not RANKED_DICTIONARIES["user_inputs"]


def test_a_web_process_does_not_load_the_lists_before_it_needs_them() -> None:
    command = "import portal, sys; sys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=False).returncode == 0
