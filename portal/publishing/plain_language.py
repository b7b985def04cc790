"""Passages that could be plainer, for the writer to look at. Marks, never changes. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from portal.library import readability
from portal.publishing.blocks import LINK, Block, passages
from portal.publishing.contested_terms import CONTESTED, Contested
from portal.publishing.jargon import EMPHASIS, EVERYDAY, JARGON
from portal.publishing.marks import Kind, Mark

MOST_WORDS = 25
"""Words of a sentence that GOV.UK asks writers not to exceed."""
ENOUGH_WORDS = 100
"""Words from which a reading age is worth telling."""

_WORD = re.compile(r"[^\W_]+(?:[-'’.,/&][^\W_]+)*")
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$)")
_NEXT = re.compile(r"\s*(\S?)")
_SHORT_FORM = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|cf|vs|approx|no|nos|st|mr|mrs|ms|dr|prof|rev|para|paras|pp?|ss?|ch|art)"
    r"|(?<![\w.])[A-Z])$",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"(?<![\w.@/&’'#])[A-Z](?:[a-z]{0,2}[A-Z0-9&])+[a-z]{0,2}(?![\w@/&])")
_INSIDE_NAME = re.compile(r"-\w*\d|\.\w")
_ROMAN = re.compile(r"[IVX]{2,}$")
_QUOTED = re.compile(r"“[^”]{1,300}”|\"[^\"]{1,300}\"|(?<!\w)‘[^’]{1,300}’(?!\w)")
_OF_OTHERS = re.compile(
    r"\b(?:call(?:ed|s|ing)?|labell(?:ed|ing)|marked|branded|terms?|words?)(?: as)?"
    r"(?: an?| the)?\s*$"
)
_NAME_OF_ACT = re.compile(
    r"(?:\s+(?:[A-Z][\w’'-]*|and|of|the))*\s+(?:Act|Bill|Order|Regulations)\b"
)
_ENTRY = re.compile(r"doc:term-")
_NOBODY = re.compile(
    r"\b(?:it|this) (?:was|is|has been|had been) (?:then |also |later |therefore )?"
    r"(?:agreed|assumed|believed|concluded|considered|decided|deemed|felt|found|noted|"
    r"recommended|suggested|thought)(?= (?:that|to|not)\b| (?:by the [\w ]{3,30})? that\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Passage:
    """A paragraph, entry or cell: its words without Markdown, and where they start."""

    block: Block
    start: int
    words: str


@dataclass(frozen=True)
class ReadingAge:
    """How old a reader should be, in years, with what it was worked out from."""

    age: int
    words: int
    sentences: int


def mark(text: str, *, glossary: Collection[str]) -> list[Mark]:
    """Return what could be plainer in a Markdown text, in its order, with places in that text.

    `glossary` has the names of terms that the portal explains where they stand. An abbreviation, a
    word of the trade and a contested word is marked at its first use. A contested word is let pass
    where it is told as a word of others (within quotation marks, after "called"), in the name of an
    Act, or as a link to its entry in the glossary.
    """
    parts = [Passage(*part) for part in passages(text)]
    known = {name.casefold() for name in glossary}
    explained = [link.span() for link in LINK.finditer(text) if _ENTRY.match(link["address"])]
    found = [
        *_long_sentences(parts),
        *_abbreviations(parts, known),
        *_jargon(parts, known),
        *_contested(parts, explained),
        *_nobody_named(parts),
    ]
    return sorted(found)


def reading_age(text: str) -> ReadingAge | None:
    """Return the age at which a Markdown text can be read, `None` for fewer than 100 words.

    An estimate: see `portal.library.readability.reading_age`.
    """
    words, characters, sentences = 0, 0, 0
    for part in [Passage(*part) for part in passages(text)]:
        if part.block.sort in {"heading", "table"}:
            continue
        for start, end in _sentences(part.words):
            found = _WORD.findall(part.words[start:end])
            words += len(found)
            characters += sum(character.isalnum() for word in found for character in word)
            sentences += bool(found)
    if words < ENOUGH_WORDS:
        return None
    return ReadingAge(readability.reading_age(characters, words, sentences), words, sentences)


# ---- Sentences


def _sentences(words: str) -> Iterator[tuple[int, int]]:
    """Give where each sentence starts and ends, without the spaces around it."""
    start = 0
    for end in _END.finditer(words):
        after = _NEXT.match(words, end.end())
        following = after[1] if after else ""
        if following.islower() or (following and _is_short_form(words, end)):
            continue
        yield _trimmed(words, start, end.end())
        start = end.end()
    if words[start:].strip():
        yield _trimmed(words, start, len(words))


def _is_short_form(words: str, end: re.Match[str]) -> bool:
    """Whether a full stop ends a short form such as "e.g." or an initial."""
    return end[0] == "." and bool(_SHORT_FORM.search(words[max(0, end.start() - 12) : end.start()]))


def _trimmed(words: str, start: int, end: int) -> tuple[int, int]:
    found = words[start:end]
    return start + len(found) - len(found.lstrip()), start + len(found.rstrip())


def _long_sentences(parts: Sequence[Passage]) -> Iterator[Mark]:
    for part in parts:
        if part.block.sort == "heading":
            continue
        for start, end in _sentences(part.words):
            count = len(_WORD.findall(part.words, start, end))
            if count > MOST_WORDS:
                yield Mark(
                    part.start + start,
                    part.start + end,
                    Kind.LONG_SENTENCE,
                    f"This sentence has {count} words.",
                    f"GOV.UK asks for {MOST_WORDS} at most. Could it be two sentences, or a list?",
                )


# ---- Words


def _abbreviations(parts: Sequence[Passage], known: set[str]) -> Iterator[Mark]:
    seen: set[str] = set()
    for part in parts:
        shouted = _in_capitals(part.words)
        for match in _ABBREVIATION.finditer(part.words):
            short = _singular(match[0])
            if _within(match.start(), shouted) or short in seen:
                continue
            if not _is_abbreviation(short, part.words, match.end()):
                continue
            seen.add(short)
            if known.isdisjoint({short.casefold(), match[0].casefold()}) and not _explained(
                short, part.words, match
            ):
                yield Mark(
                    part.start + match.start(),
                    part.start + match.end(),
                    Kind.ABBREVIATION,
                    f"{short} is in no entry of the glossary and not explained here.",
                    f"Write it out where it is used first, with {short} in brackets behind it.",
                )


def _in_capitals(words: str) -> list[tuple[int, int]]:
    """Return the places of a line, or of words told, that are in capitals as a whole."""
    if words.isupper() and " " in words.strip():
        return [(0, len(words))]
    return [match.span() for match in _QUOTED.finditer(words) if match[0].isupper()]


def _within(place: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and word[:-1].isupper() else word


def _is_abbreviation(short: str, words: str, end: int) -> bool:
    """Whether capitals are neither stress, nor everyday, nor part of a number or an address."""
    if short in EVERYDAY or short in EMPHASIS or _ROMAN.match(short):
        return False
    if any(character.isdigit() for character in short) or _INSIDE_NAME.match(words, end):
        return False
    return sum(character.isupper() for character in short) * 2 >= len(short)


def _explained(short: str, words: str, match: re.Match[str]) -> bool:
    """Whether the words that an abbreviation stands for are beside it, one of them in brackets."""
    wanted = [character for character in short if character.isupper()]
    before, after = words[: match.start()], words[match.end() :]
    if before.rstrip().endswith(("(", "(the", "[")) or before.rstrip().endswith((" or", ",")):
        nearby = _initials(before)[-2 * len(wanted) - 2 :]
    elif after.lstrip().startswith("("):
        nearby = _initials(after.lstrip()[1:].partition(")")[0])
    else:
        return False
    return _holds(nearby, wanted)


def _initials(words: str) -> list[str]:
    return [word[0].upper() for word in re.findall(r"[^\W_]+", words)]


def _holds(letters: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether letters hold others in their order."""
    left = iter(letters)
    return all(letter in left for letter in wanted)


def _jargon(parts: Sequence[Passage], known: set[str]) -> Iterator[Mark]:
    seen: set[str] = set()
    for part in parts:
        for match in _JARGON.finditer(part.words):
            term = _as_listed(match[0])
            if term in seen or any(term in name for name in known):
                continue
            seen.add(term)
            yield Mark(
                part.start + match.start(),
                part.start + match.end(),
                Kind.JARGON,
                f"“{term.capitalize()}” is a word of the trade without an entry in the glossary.",
                f"Partner readers may not know it. In plain words, perhaps: {JARGON[term]}.",
            )


_JARGON = re.compile(
    rf"\b(?:{'|'.join(re.escape(term).replace(chr(92) + ' ', chr(92) + 's+') for term in JARGON)})"
    r"s?\b",
    re.IGNORECASE,
)


def _as_listed(found: str) -> str:
    word = " ".join(found.casefold().split())
    return word if word in JARGON else word.removesuffix("s")


def _contested(parts: Sequence[Passage], explained: Sequence[tuple[int, int]]) -> Iterator[Mark]:
    uses: dict[str, list[tuple[int, int]]] = {}
    for part in parts:
        words = _QUOTED.sub(lambda match: " " * len(match[0]), part.words)
        taken = 0
        for start, end, contested in sorted(_uses(words), key=lambda use: (use[0], -use[1])):
            if start < taken or _within(part.start + start, explained):
                continue
            if _is_of_others(part.words, start, end):
                continue
            taken = end
            uses.setdefault(contested.term, []).append((part.start + start, part.start + end))
    for contested in CONTESTED:
        places = uses.get(contested.term)
        if places:
            often = f" It stands here {len(places)} times." if len(places) > 1 else ""
            yield Mark(*places[0], Kind.CONTESTED, contested.why + often, contested.hint)


def _is_of_others(words: str, start: int, end: int) -> bool:
    """Whether a word is told as one that others use, or is part of the name of an Act."""
    if words[start].isupper() and _NAME_OF_ACT.match(words, end):
        return True
    return bool(_OF_OTHERS.search(words[max(0, start - 30) : start]))


def _uses(words: str) -> Iterator[tuple[int, int, Contested]]:
    for contested in CONTESTED:
        for match in contested.pattern.finditer(words):
            yield match.start(), match.end(), contested


def _nobody_named(parts: Sequence[Passage]) -> Iterator[Mark]:
    for part in parts:
        for match in _NOBODY.finditer(part.words):
            yield Mark(
                part.start + match.start(),
                part.start + match.end(),
                Kind.NOBODY_NAMED,
                f"“{match[0]}” does not say who.",
                "Could you say whose decision or view it was, by role?",
            )
