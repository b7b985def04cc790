"""What stands beside a word and says that it is a person."""

import re

from portal.disclosure.bags import bag
from portal.disclosure.cues import (
    AFTER_WEAK,
    BELONGINGS,
    KIN,
    NOT_NAMES,
    ROLES,
    TITLES,
    VERBS,
    WEAK_VERBS,
)
from portal.disclosure.people.apart import VIRTUES, Apart
from portal.disclosure.people.page import Page
from portal.disclosure.people.spelling import Spelling
from portal.disclosure.tokens import Token

_PEOPLE_LISTED = re.compile(
    r"(?i)[\s*>#-]{0,6}(?:present|attend\w{2,4}|in attendance|apologies|staff|cc|siblings|"
    r"children|linked|invited|"
    r"circulation|distribution|household|members|also present|copied to|to|family|brothers|"
    r"sisters|friends|peers|"
    r"associates|other children)\b[^:\n]{0,24}:"
)
_LITTLE = bag(
    """
    a an in on at not very being now late an
    """
)
SEASONED = bag(
    """
    in each this last next by of the since until during every
    """
)
_SELDOM = bag(
    """
    may june april august march will art justice summer autumn spring winter christian angel
    star harmony patience destiny glory dignity honour liberty unity charity serenity justice
    prudence temperance blessing peace love trinity influence
    """
)


_KIN_FOLLOWS = re.compile(
    r", (?:his|her|their|the|my) (?:[\w-]{1,12} )?(?:" + "|".join(sorted(KIN)) + r")\b"
)
_ARTICLES = bag(
    """
    a an any each every no our your its the
    """
)
_RELATIONS = bag(
    """
    cousin brother sister uncle aunt auntie aunty nephew niece stepbrother stepsister stepdad
    stepmum step-brother step-sister step-dad step-mum half-brother half-sister husband wife
    boyfriend girlfriend ex-partner grandad grandson granddaughter son daughter mate nan gran
    granny nana nanna grandma grandpa mum mam dad stepfather stepmother grandmother grandfather
    """
)
_FIELDS = bag(
    """
    adult interpreter keyworker caseworker chair author witness informant referrer caller
    complainant investigator assessor reviewer by present attending allocated to for with seen
    """
)
_SIGN_OFF = re.compile(
    r"(?i)(?:^|[\n.!?]\s{0,2})(?:many |kind |best |warm |with |much )?(?:ta|thanks|thank you|thx|"
    r"tnx|cheers|regards|wishes|best|love|yours(?: sincerely| faithfully| truly)?|bw|kr|diolch|"
    r"speak soon|all the best|in haste|take care)(?: again| so much)?[ ,.!x]{0,3}\n{1,2}[ ]{0,3}$"
)
_IS_SOMEBODY = re.compile(
    r" (?:is|was) (?:the|a|an|his|her|my|our|their)(?: [\w-]{2,14}){0,2} (?:one|brother|sister|lad|"
    r"boy|girl|kid|friend|cousin|pupil|student|mum|dad|mother|father|twin|youngest|eldest|oldest|"
    r"mate|"
    r"teacher|worker|nurse|neighbour|driver|landlord|carer|uncle|aunt|nephew|niece|son|daughter)\b"
)
_AT_WORK = re.compile(
    r" (?:in|from|at) (?:legal|hr|finance|admin|reception|education|health|housing|transport|"
    r"custody|the (?:office|team|school)|school|[A-Z]{3,5}\b)"
)
_OURS = re.compile(r" (?:our|my|his|her|their) (?P<words>[\w-]{2,14}(?: [\w-]{2,14}){0,2})")
_TOGETHER = bag("with and by to from told met saw is")
_QUOTED = bag(
    """
    and than with by from to called is as via of or meet met see saw told named
    """
)
_TRAFFIC_LIGHTS = re.compile(r"\bRAG\b|\b(?:Red|Green)\b")
_GREETINGS = bag("morning afternoon evening hello hey hiya thanks thx cheers ta")
_SHORT = 6
"""Letters from which a word in capitals may be a slip of the pen and no place."""


class Cues:
    """Knows a person by the words around."""

    def __init__(self, page: Page, spelling: Spelling, apart: Apart) -> None:
        self._page = page
        self._spelling = spelling
        self._apart = apart
        self._traffic_lights = bool(_TRAFFIC_LIGHTS.search(page.text))

    def tells(self, at: int) -> bool:
        """Say whether what stands beside a capitalised word makes a name of it."""
        return (
            self._plural(at)
            or self._apposed(at)
            or self._shouted(at)
            or self._related(at)
            or self._signs(at)
            or self._preferred(at)
            or self._family(at)
            or self._unmarked(at)
            or self._in_capitals(at)
            or self._sized(at)
            or self._posted(at)
        )

    def _bare(self, token: Token) -> bool:
        """Say whether a capital within a sentence is all that is odd of a word."""
        return (
            token.capital
            and token.plain_line
            and not (token.upper or token.blocked or token.place or token.opens or token.shouted)
            and len(token.base) > 1
            and token.base not in NOT_NAMES
            and token.base not in VERBS
            and token.base not in ROLES
        )

    def _related(self, at: int) -> bool:
        """Say whether a word follows kin or "named": "his cousin Long's phone"."""
        token = self._page.words[at]
        before = self._page.words[at - 1] if at else None
        if before is None or token.gap != " " or before.owns or not self._bare(token):
            return False
        if before.base in {"named", "nicknamed"} and not before.capital:
            return token.base not in self._page.lists.common
        after = self._page.next(at)
        return (
            before.base in _RELATIONS
            and not before.capital
            and not (after is not None and after.capital and self._spelling.known(after.base))
        )

    def _family(self, at: int) -> bool:
        """Say whether a surname that few use as a word names a family: "the Mirza brothers"."""
        token, after = self._page.words[at], self._page.next(at)
        lists = self._page.lists
        return (
            after is not None
            and after.base in {"family", "brothers", "sisters", "household", "children", "boys",
                               "girls", "twins", "siblings", "kids", "lads"}
            and not after.capital
            and token.capital
            and not (token.upper or token.blocked or token.place or token.owns)
            and token.base in lists.surnames
            and token.base not in lists.common
        )  # fmt: skip

    def _sized(self, at: int) -> bool:
        """Say whether it is somebody like "Old Tam" or "Big Phil"."""
        token = self._page.words[at]
        before = self._page.words[at - 1] if at else None
        return (
            before is not None
            and before.base in {"old", "young", "big", "little", "lil", "mad", "fat", "wee"}
            and before.capital
            and token.gap == " "
            and token.plain_line
            and token.capital
            and not (token.upper or token.blocked or token.place or token.shouted)
            and (token.base in self._page.lists.given or not self._spelling.known(token.base))
        )

    def _posted(self, at: int) -> bool:
        """Say whether what somebody is to us follows: "with Debs our FGC coordinator"."""
        token = self._page.words[at]
        before = self._page.words[at - 1] if at else None
        if before is None or before.base not in _TOGETHER or token.gap != " ":
            return False
        if not (token.capital and len(token.base) > 2) or token.base in NOT_NAMES | VERBS:
            return False
        if token.upper or token.blocked or token.place or token.base in ROLES:
            return False
        match = _OURS.match(self._page.text, token.end)
        return match is not None and any(word in ROLES for word in match["words"].split())

    def _in_capitals(self, at: int) -> bool:
        """Say whether a name and surname follow a word for a person: "ADULT MALE DEAN SKINNER"."""
        token, after = self._page.words[at], self._page.next(at)
        before = self._page.words[at - 1] if at else None
        return (
            token.shouted
            and before is not None
            and after is not None
            and (
                before.base in KIN or before.base in {"male", "female", "adult", "named", "called"}
            )
            and token.base in self._page.lists.given
            and after.base in self._page.lists.surnames
            and not (token.blocked or after.blocked)
            and after.base not in NOT_NAMES
            and after.base not in VERBS
        )

    def _unmarked(self, at: int) -> bool:
        """Say whether kin follows a name with an s and no sign: "Jades mum"."""
        token, after = self._page.words[at], self._page.next(at)
        return (
            after is not None
            and after.base in KIN
            and not after.capital
            and token.capital
            and not (token.upper or token.blocked or token.owns)
            and token.base.endswith("s")
            and len(token.base) > 3
            and token.base[:-1] in self._page.lists.given
            and token.base not in NOT_NAMES
        )

    def _signs(self, at: int) -> bool:
        """Say whether a word alone on its line ends a letter: "ta\nCol"."""
        token = self._page.words[at]
        if "\n" not in token.gap or not token.capital or token.upper or token.blocked:
            return False
        text = self._page.text
        if not re.match(r"[ ,.x\u2764]{0,5}(?:\n|$)", text[token.stop : token.stop + 8]):
            return False
        return bool(_SIGN_OFF.search(text[max(0, token.start - 40) : token.start]))

    def _preferred(self, at: int) -> bool:
        """Say whether somebody "prefers Kia", a name that has other uses."""
        token = self._page.words[at]
        before = self._page.words[at - 1] if at else None
        return (
            before is not None
            and before.base in {"prefers", "called", "named", "nicknamed"}
            and token.gap in {" ", ' "', " '"}
            and token.capital
            and not token.upper
            and token.base in self._page.lists.given
        )

    def _apposed(self, at: int) -> bool:
        """Say whether a word is set off after kin: "her aunt, Titi, and"."""
        token = self._page.words[at]
        before = self._page.words[at - 1] if at else None
        return (
            before is not None
            and (before.base in KIN or before.base in {"friend", "mate", "neighbour"})
            and not before.capital
            and token.gap in {", ", " ("}
            and token.capital
            and (
                self._bare(token)
                or (
                    not (token.upper or token.blocked or token.place or token.opens)
                    and token.base not in self._page.lists.common
                )
            )
            and self._page.text.startswith((",", ")"), token.end)
        )

    def on_a_list(self, token: Token) -> bool:
        """Say whether a word is an entry of a line that lists people."""
        line = self._page.text.rfind("\n", 0, token.start) + 1
        if not _PEOPLE_LISTED.match(self._page.text, line, token.start):
            return False
        return bool(
            re.search(
                r"(?:[:,;&\u2013-]|\band)\s$",
                self._page.text[max(0, token.start - 5) : token.start],
            )
            and re.match(
                r"\s?(?:[,;&(.\n\u2013-]|and\b|from\b|$)", self._page.text[token.end :][:6]
            )
        )

    def stands_alone(self, at: int) -> bool:
        """Say whether a word within a sentence has no other capital to explain its own."""
        token = self._page.words[at]
        if token.base in _SELDOM or self._apart.among_values(at):
            return self.person_follows(at) or self.introduced(at)
        before = self._page.words[at - 1] if at else None
        after = self._page.next(at)
        if before and token.gap == " " and before.base in _ARTICLES:
            return False
        if after and after.base == "and" and self._joined_to_a_word(at + 2):
            return False
        if token.base == "amber" and self._traffic_lights:
            return False
        if (
            before
            and token.gap == " "
            and before.capital
            and not before.opens
            and self._spelling.known(before.base)
        ):
            return before.base in ROLES or before.base in TITLES
        return not (
            after
            and after.capital
            and self._page.lists.known(after.base)
            and after.base not in self._page.lists.surnames
        )

    def _joined_to_a_word(self, at: int) -> bool:
        """Say whether a capitalised word that is no name stands there: "Faith and Safety"."""
        other = self._page.words[at] if at < len(self._page.words) else None
        lists = self._page.lists
        return (
            other is not None
            and other.gap == " "
            and other.capital
            and lists.known(other.base)
            and other.base not in lists.given
            and other.base not in ROLES
        )

    def person_follows(self, at: int) -> bool:
        """Say whether what comes after a word is what comes after a person."""
        token, after = self._page.words[at], self._page.next(at)
        rest = self._page.text[token.end : token.end + 36]
        if token.owns:
            follows = self._page.words[at + 1] if at + 1 < len(self._page.words) else None
            return bool(follows and (follows.base in BELONGINGS or not token.opens))
        if re.match(
            r"\s\(\s?(?:\d{1,2}\)|\d{1,2}\s?(?:yrs?|years|yo)|d\.?o\.?b|he/|she/|they/|surname|"
            r"not |[A-Z][a-z]+ )",
            rest,
        ):
            return True
        if _KIN_FOLLOWS.match(rest):
            return True
        if (
            not token.opens
            and rest.startswith(" (")
            and self._page.words[at - 1].base not in SEASONED
        ):
            return True
        if after is None:
            return (
                bool(
                    re.match(
                        r",? (?:aged? )?\d{1,2}\b(?! (?:of|per|children|pupils))|,? (?:who|whose) ",
                        rest,
                    )
                )
                and not token.opens
            )
        if len(after.text) == 1 and after.text.isupper() and after.text not in "AI":
            return True
        if after.capital and not after.blocked and token.capital:
            return self._surname_follows(at, token, after)
        return self._verb_follows(at, token, after) or bool(
            re.match(r"(?: and (?:her|his|their|him|me|he|she) )| x{1,3}\s*(?:\n|$)", rest)
            or _IS_SOMEBODY.match(self._page.text, token.end)
        )

    def _surname_follows(self, at: int, token: Token, after: Token) -> bool:
        beyond = self._page.text[after.end : after.end + 2]
        if self._apart.among_terms(at):
            return False
        listed = after.base not in ROLES and after.base not in NOT_NAMES and after.base not in VERBS
        if listed and not token.shouted and re.match(r",|\n| \(| [-\u2013]|$", beyond):
            return True
        if token.shouted:
            return not self._spelling.known(after.base)
        return not self._spelling.known(after.base) or (
            after.base in self._page.lists.surnames
            and after.base not in NOT_NAMES
            and token.base not in NOT_NAMES
            and after.base not in VERBS
            and (token.base in self._page.lists.given)
            and self._pair(at)
        )

    def _verb_follows(self, at: int, token: Token, after: Token) -> bool:
        if after.base in VERBS and (token.shouted or not after.capital):
            if after.base not in WEAK_VERBS:
                return token.base not in {"will", "may", "hope", "mark"} or after.base not in {
                    "call",
                    "work",
                }
            beyond = self._page.next(at + 1)
            return bool(
                beyond
                and not (token.base in _SELDOM and beyond.base in _LITTLE)
                and not (token.base in VIRTUES and token.opens and beyond.base in _LITTLE)
                and (
                    beyond.base in AFTER_WEAK
                    or beyond.base in VERBS - WEAK_VERBS
                    or beyond.base in ROLES
                )
            )
        return False

    def _pair(self, at: int) -> bool:
        """Say whether a given name and a surname, both words, stand as a name does."""
        token = self._page.words[at]
        after = self._page.words[at + 1]
        beyond = self._page.words[at + 2] if at + 2 < len(self._page.words) else None
        if beyond and beyond.gap == " " and beyond.capital and self._spelling.known(beyond.base):
            return False
        return not after.owns or token.plain_line

    def introduced(self, at: int) -> bool:
        """Say whether what comes before a word is what comes before a person."""
        token = self._page.words[at]
        if self._apart.among_values(at):
            return False
        if at == 0 or "\n" in token.gap:
            line = self._page.text[max(0, token.start - 40) : token.start]
            return bool(
                re.search(
                    r"(?i)(?:regards|thanks|thx|sincerely|faithfully|wishes|diolch|cheers|hi|"
                    r"dear),?\s{1,4}$",
                    line,
                )
            )
        before = self._page.words[at - 1]
        gap = token.gap
        if before.owns:
            return False
        if (
            gap in {" ", ", "}
            and before.base in _GREETINGS
            and re.match(r"[,!.]?\s{0,3}\n|,|$", self._page.text[token.end : token.end + 5])
        ):
            return before.opens or at > 1
        if (
            gap == " "
            and not token.opens
            and before.base
            in {
                "told",
                "asked",
                "rang",
                "met",
                "phoned",
                "saw",
                "with",
                "contacted",
                "thanked",
                "named",
                "called",
                "nicknamed",
                "by",
                "ask",
                "tell",
                "ring",
                "phone",
                "contact",
                "email",
                "message",
                "thank",
                "fao",
                "attn",
            }
        ):
            return (
                token.base not in {"may", "june", "april", "august", "march"}
                or before.base in {"told", "asked", "rang"}
                or bool(_AT_WORK.match(self._page.text, token.end))
            )
        if (
            gap == " "
            and before.base == "as"
            and at > 1
            and re.search(
                r"(?i)kn(?:own|ows?)\b.{0,20} as $",
                self._page.text[max(0, token.start - 34) : token.start],
            )
        ):
            return True
        if (
            gap in {' "', " '"}
            and before.base in _QUOTED
            and self._page.text.startswith(('"', "'"), token.end)
        ):
            return True
        if gap in {" ", " (", ", ", ": ", " - "} and (
            before.base in KIN or before.base in {"called", "named", "worker", "dear", "hi"}
        ):
            return (
                token.base not in NOT_NAMES
                and (gap != ", " or token.capital)
                and not (token.opens and gap == " ")
            )
        if gap == ": " and (before.base in ROLES or before.base in _FIELDS):
            return True
        return bool(gap in {" & ", ", "} and self._page.within[at - 1]) or (
            before.base == "and" and at > 1 and self._page.within[at - 2]
        )

    def _shouted(self, at: int) -> bool:
        """Say whether capitals hide a name or a place: "HAMZA HAS", "CAME FROM HOMS"."""
        token, after = self._page.words[at], self._page.next(at)
        before = self._page.words[at - 1] if at and token.gap == " " else None
        if not token.shouted or token.blocked or token.base in self._page.lists.common:
            return False
        near = (after is not None and after.base in VERBS) or (
            before is not None and before.base in VERBS | {"with", "and", "by", "to", "mum", "dad"}
        )
        if token.base in self._page.lists.given and near:
            return True
        return (
            before is not None
            and before.base in {"from", "in", "to", "near"}
            and len(token.base) > 3
            and not self._spelling.known(token.base)
            and (len(token.base) < _SHORT or not self._spelling.slip(token.base))
        )

    def _plural(self, at: int) -> bool:
        """Say whether a word is a family: "the Khans"."""
        token = self._page.words[at]
        if not at or not token.capital or token.blocked or token.opens or token.upper:
            return False
        stem = token.base[:-1]
        return (
            token.base.endswith("s")
            and self._page.words[at - 1].base in {"the", "both"}
            and token.gap == " "
            and stem in self._page.lists.surnames
            and stem not in self._page.lists.common
            and not self._page.lists.is_allowed(stem)
            and not self._page.lists.known(token.base)
        )
