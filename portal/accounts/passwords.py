"""Passwords: which are taken, argon2id, the same work whether an account exists or not.

The rules are those of the NCSC's password guidance and of OWASP ASVS 5.0, V6.2: length, no rule of
composition, no expiry, and a refusal of what attackers try first (docs/decisions/0012).
"""

import hmac
import re
import unicodedata
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.core.errors import DomainError
from portal.ui.shell import SERVICE_NAME

# 19 MiB, 2 passes, 1 lane: OWASP Password Storage Cheat Sheet's first choice for argon2id
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

MINIMUM_LENGTH, MAXIMUM_LENGTH = 12, 200  # characters as a person counts them
MOST_TYPED = 1000  # code points; a character may be made of several
ENOUGH_GUESSES = 10**8
"""zxcvbn calls a password that it would try later than this "safely unguessable" online."""

SERVICE_WORDS = (*SERVICE_NAME.split(), "portal", "prevent", "channel", "council", "radicalisation")
"""What a guesser who knows the service would try (ASVS 5.0 V6.1.2)."""
PUBLISHED = (
    "correct horse battery staple",
    "coffee train fish",
    "wall tin shirt",
    "cabbage piano bucket",
    "apple nemo biro",
)
"""Examples of good passwords, which are none since they were printed everywhere."""

_PIECE = 32  # characters that zxcvbn is asked about at once: its work grows with the square
_MOST_AT_THE_ENDS = 8  # digits and signs around one word that add little
_MANY_SIGNS = 8  # different ones that may stand for letters; zxcvbn tries every combination
_RARE_SIGNS = str.maketrans("({[<|+%", "#######")

_COMMON = "Choose another password: this one is on lists that attackers try."
_PLAIN = {
    "This is a top-10 common password.": "It is one of the ten most common",
    "This is a top-100 common password.": "It is one of the hundred most common",
    "This is a very common password.": "It is a very common one",
    "This is similar to a commonly used password.": "It is much like a very common one",
    "A word by itself is easy to guess.": "One word by itself is easy to guess",
    "Names and surnames by themselves are easy to guess.": "A name by itself is easy to guess",
    "Common names and surnames are easy to guess.": "Names are easy to guess",
    "Straight rows of keys are easy to guess.": "Rows of keys are easy to guess",
    "Short keyboard patterns are easy to guess.": "Patterns on the keyboard are easy to guess",
    'Repeats like "aaa" are easy to guess.': "Repeated characters are easy to guess",
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': (
        "Repeating something hardly makes it harder to guess"
    ),
    'Sequences like "abc" or "6543" are easy to guess.': (
        "Sequences like “abc” or “6543” are easy to guess"
    ),
    "Recent years are easy to guess.": "Years are easy to guess",
    "Dates are often easy to guess.": "Dates are easy to guess",
}
"""The library's hints, in the words of this service."""
_MORE_WORDS = "Add another word or two that don’t belong together"


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password`, with its salt and parameters."""
    return _hasher.hash(_kept(password))


@cache
def nobody() -> str:
    """Return the hash that stands in where there is no account; made once, at the start."""
    return hash_password("nobody has this password")


def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether `password` gives `password_hash`; no hash costs the same and never matches."""
    try:
        _hasher.verify(password_hash or nobody(), _kept(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with older parameters."""
    return _hasher.check_needs_rehash(password_hash)


def _kept(password: str) -> bytes:
    """Return what is hashed: RFC 8265's form of a password, and nothing cut or changed besides.

    One keyboard sends é as one sign and another as two, and some send a space of another kind.
    """
    composed = unicodedata.normalize("NFC", password)
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in composed)
    return spaced.encode("utf-8", "surrogatepass")


def same(one: str, other: str) -> bool:
    """Tell whether two passwords are kept as the same."""
    return hmac.compare_digest(_kept(one), _kept(other))


def length(password: str) -> int:
    """Return how many characters a person sees: an accent or a skin tone is part of its sign."""
    count, joined = 0, False
    for sign in unicodedata.normalize("NFC", password):
        unseen = unicodedata.category(sign) in {"Cc", "Cf", "Me", "Mn"}
        if not unseen and not joined and not "\U0001f3fb" <= sign <= "\U0001f3ff":
            count += 1
        joined = sign == "\u200d"
    return count


def check(password: str, *, email: str, name: str) -> None:
    """Raise `DomainError`, which says what to do, for a password that a person should not choose.

    It takes some tens of milliseconds, and loads the library the first time: call it before the
    request's transaction has begun to write.
    """
    seen = length(password)
    if seen < MINIMUM_LENGTH:
        raise DomainError(f"Use a password of at least {MINIMUM_LENGTH} characters")
    if seen > MAXIMUM_LENGTH or len(password) > MOST_TYPED:
        raise DomainError(f"Use a password of at most {MAXIMUM_LENGTH} characters")
    plain = _plain(password)
    for words, problem in (
        (_own_words(email, name), "your own name or e-mail address"),
        (SERVICE_WORDS, "words that belong to this service"),
        ((*SERVICE_WORDS, *_own_words(email, name)), "your own name and words of this service"),
    ):
        rest = _without(plain, words)
        if len(rest) < len(plain) and _hint(rest) is not None:
            said = f"Choose another password: this one is little more than {problem}."
            raise DomainError(f"{said} {_MORE_WORDS}")
    if _hint(_without(plain, PUBLISHED)) is not None:
        raise DomainError(f"{_COMMON} {_hint(plain) or _MORE_WORDS}")


def _plain(text: str) -> str:
    """Return `text` as a guesser would compare it: one kind of each letter, no accents, no case."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in letters if unicodedata.category(sign) != "Mn")


def _own_words(email: str, name: str) -> tuple[str, ...]:
    local, _, domain = email.partition("@")
    parts = [part for text in (name, local, domain) for part in re.findall(r"[^\W\d_]+", text)]
    return (name, local, domain, email, *parts)


def _without(plain: str, words: tuple[str, ...]) -> str:
    """Return what is left of a password without `words`, however they are disguised in it."""
    letters = {re.sub(r"[\W_]", "", _plain(word)) for word in words}
    for word in sorted(letters, key=lambda word: (-len(word), word)):
        if len(word) > 2:
            plain = re.sub(r"[\W_]?".join(_sign(letter) for letter in word), "", plain)
    return plain


def _sign(letter: str) -> str:
    """Return a pattern for a letter and for the signs that stand for it in disguise."""
    from zxcvbn.matching import L33T_TABLE

    return f"[{re.escape(letter + ''.join(L33T_TABLE.get(letter, ())))}]"


def _hint(plain: str) -> str | None:
    """Return why attackers would soon try a password, or `None` when they would not.

    Of a long one the beginning or the end is enough to make it safe.
    """
    hints = [_hint_for(piece) for piece in {plain[:_PIECE], plain[-_PIECE:]}]
    return None if None in hints else hints[0]


def _hint_for(piece: str) -> str | None:
    if not piece:
        return _MORE_WORDS
    judged = _judge(piece)
    if judged["guesses"] < ENOUGH_GUESSES:
        return _PLAIN.get(judged["feedback"]["warning"], _MORE_WORDS)
    for core in (piece.strip(_NO_LETTERS), piece.rstrip(_NO_LETTERS), piece.lstrip(_NO_LETTERS)):
        if core and len(piece) - len(core) <= _MOST_AT_THE_ENDS and _is_one_word(core):
            return "Digits or signs around one word don’t make it hard to guess"
    return None


_NO_LETTERS = "".join(chr(code) for code in range(32, 127) if not chr(code).isalpha())


def _is_one_word(text: str) -> bool:
    (first, *others) = _judge(text)["sequence"]
    return not others and first["pattern"] != "bruteforce"


def _judge(text: str) -> dict[str, Any]:
    """Ask the library; what belongs to the person is not told to it, since it would keep that."""
    from zxcvbn import zxcvbn
    from zxcvbn.matching import L33T_TABLE

    if len(set(text) & {sign for signs in L33T_TABLE.values() for sign in signs}) > _MANY_SIGNS:
        text = text.translate(_RARE_SIGNS)
    judged: dict[str, Any] = zxcvbn(text)
    return judged
