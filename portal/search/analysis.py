"""From text to stems: how words are told apart and which of them count as the same.

The one analysis of records, queries and extracts, whatever the engine. British and American
spelling meet, an apostrophe parts a word, and a section of an Act is one word however it is
written: "Section 47", "s.47" and "s47".
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from Stemmer import Stemmer

_STOP_WORDS = """
a about above after again all also am an and any are aren as at be because been before being
below between both but by can cannot cant could couldn d did didn didnt do does doesn doesnt
doing don dont down during each few for from further had hadn has hasn have haven having he her
here hers herself him himself his how i if im in into is isn isnt it its itself just ive ll m me
more most mustn my myself no nor not now of off on once only or other ought our ours ourselves
out over own re s same shan she should shouldn shes so some such t than that thats the their
theirs them themselves then there theres these they theyre theyve this those through to too
under until up us ve very was wasn wasnt we were weren werent what whats when where which while
who whom whose why will with won wont would wouldn yet you your youre yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that tell no document from another, with what an apostrophe leaves of them."""

_TOKEN = re.compile(
    r"(?<![\w'’])s(?:ec(?:t(?:ions?)?)?)?[ .]{0,2}\d{1,3}[a-z]?\b"  # a section of an Act
    r"|\b(?:[a-z]\.){2,}(?:[a-z]\b)?"  # M.A.S.H.
    r"|[^\W_]+",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 16
"""Characters that a word of several parts may have before its last one."""
_SECTION = re.compile(r"s(?:ec(?:t(?:ions?)?)?)?[ .]{0,2}(\d{1,3}[a-z]?)")

# What Porter's rules (snowballstem.org/algorithms/english) put together, or apart, wrongly
_IRREGULAR = {
    word: forms.split()[0]
    for forms in (
        "authority authorities",  # not with author
        "university universities",  # not with universal services
        "refer referral referrals",
        "child children",
        "man men",
        "woman women",
        "begin began begun",
        "break broke broken",
        "bring brought",
        "build built",
        "buy bought",
        "choose chose chosen",
        "drive drove driven",
        "flee fled",
        "forbid forbade forbidden",
        "give gave given",
        "hear heard",
        "hide hid hidden",
        "hold held",
        "keep kept",
        "know knew known",
        "pay paid",
        "say said",
        "sell sold",
        "send sent",
        "speak spoke spoken",
        "spend spent",
        "steal stole stolen",
        "take took taken",
        "teach taught",
        "tell told",
        "think thought thoughts",
        "write wrote written",
        "withdraw withdrew withdrawn",
    )
    for word in forms.split()
}
_APART = frozenset({"authority", "university"})
# American endings, and the few words that change inside
_BRITISH_ENDINGS = (
    (re.compile(r"(?<=.{3})iz(e[ds]?|ers?|ing|ations?|ational)$"), r"is\1"),
    (re.compile(r"(?<=.{2})yz(e[ds]?|ers?|ing)$"), r"ys\1"),
    (re.compile(r"^(behavi|col|fav|harb|hon|lab|neighb|rum|vig)or(?!a)"), r"\1our"),
    (re.compile(r"^(counsel|travel|label|model|cancel)(ed|ing|ors?|ers?)$"), r"\1l\2"),
    (re.compile(r"^(cent|theat)er(s?)$"), r"\1re\2"),
    (re.compile(r"^(def|off|pret)ense"), r"\1ence"),
    (re.compile(r"^orthoped"), "orthopaed"),
    (re.compile(r"^ped(iatr|ophil)"), r"paed\1"),
    (re.compile(r"^gynec"), "gynaec"),
    (re.compile(r"^practis"), "practic"),
    (re.compile(r"^licens"), "licenc"),
    (re.compile(r"^program(s?)$"), r"programme\1"),
    (re.compile(r"^enrol(s|ment)"), r"enroll\1"),
    (re.compile(r"^judgement"), "judgment"),
    (re.compile(r"^moms?$"), "mum"),
)
_stemmer = Stemmer("english", 0)  # the cache is ours
_stemming = Lock()  # a stemmer is for one thread at a time


class Token(NamedTuple):
    """A word that counts: its stem and where it stands in the text."""

    stem: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Give the words of `text` that count, in their order; stop words are left out."""
    for match in _TOKEN.finditer(text):
        found = stem(match[0])
        if found:
            yield Token(found, match.start(), match.end())


def token_at(text: str, start: int) -> Token | None:
    """Return the word that begins at `start`, or nothing if none that counts does."""
    before = text[start - 1 : start]
    if before.isalnum():
        return None
    # a number or letter may be the end of "section 47" or "M.A.S.H."
    inside = before in ". " and (text[start].isdigit() or before == ".")
    matches = _TOKEN.finditer(text, max(0, start - _LONGEST_BEFORE) if inside else start)
    match = next((match for match in matches if match.end() > start), None)
    if match is None or match.start() != start:
        return None
    found = stem(match[0])
    return Token(found, match.start(), match.end()) if found else None


def forms(stem: str) -> Sequence[str]:
    """Return the words with a stem that do not begin as it does."""
    return _FORMS.get(stem, ())


def stems(text: str) -> list[str]:
    """Return the stems of the words of `text` that count, in their order."""
    return [found for word in _TOKEN.findall(text) if (found := stem(word))]


def words(text: str) -> list[tuple[str, str]]:
    """Return (stem, word in lower case) of the words of `text` that count, in their order."""
    return [(found, w.casefold()) for w in _TOKEN.findall(text) if (found := stem(w))]


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """Return the stem of one word, or nothing for a word that does not count."""
    word = word.casefold()
    section = _SECTION.fullmatch(word)
    if section:
        return f"s{section[1]}"
    word = word.replace(".", "")
    if word in STOP_WORDS or (len(word) == 1 and not word.isdigit()):
        return ""
    word = _IRREGULAR.get(word, word)
    if word in _APART:
        return word
    for ending, british in _BRITISH_ENDINGS:
        word, changed = ending.subn(british, word)
        if changed:
            break
    with _stemming:
        stemmed: str = _stemmer.stemWord(word)
    return stemmed


_FORMS: dict[str, list[str]] = {}
for _word in (*_IRREGULAR, "dying", "lying", "tying", "mom", "pediatric"):
    _FORMS.setdefault(stem(_word), []).append(_word)
