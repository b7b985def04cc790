"""Names in small letters, and places where a place stands."""

import re
from collections.abc import Iterator

from portal.disclosure.bags import bag
from portal.disclosure.cues import BELONGINGS, HARD_TITLES, KIN, NOT_NAMES, ROLES, VERBS, WEAK_VERBS
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.people.page import WHY, Page
from portal.disclosure.people.spelling import Spelling
from portal.disclosure.tokens import Token

_THANKS = bag("thx thanks regards cheers ta wishes tnx x xx")
_POSTED = re.compile(
    r" (?:the|our|his|her|my) (?:[a-z]{2,10} )?(?:worker|teacher|nurse|neighbour|landlord|coach|"
    r"tutor|"
    r"driver|caretaker|headteacher|mentor|carer|imam|pastor|midwife|receptionist|ta|dsl|senco)\b"
)
_IDIOMS = bag("billy jimmy jerry terry sal josh brad dom del col dotty sparky levis barbie")
_ARTICLES = bag("the a an this that these those some any no his her their my our your")
_POST = re.compile(
    r",?\s(?:duty\s|senior\s)?(?:sw|ssw|dsl|edt|tm|asw|fsw|iro|gp|hv|lsw|tutor|head)\W*$"
)


class Small:
    """Looks for what is typed without capitals."""

    def __init__(self, page: Page, spelling: Spelling) -> None:
        self._page = page
        self._spelling = spelling

    def find(self) -> Iterator[Candidate]:
        for at, token in enumerate(self._page.words):
            if (
                token.capital
                or self._page.within[at]
                or token.blocked
                or token.place
                or len(token.base) < 2
            ):
                continue
            if self._is_small_place(at, token):
                self._page.within[at] = True
                yield Candidate(
                    token.start,
                    token.stop,
                    Kind.PLACE,
                    Tier.LIKELY,
                    WHY["where"],
                    "a town or district",
                )
            elif self._is_small_name(at, token):
                last = at
                while last + 1 < len(self._page.words) and self._small_goes_on(last + 1):
                    last += 1
                for number in range(at, last + 1):
                    self._page.within[number] = True
                self._page.parts |= {
                    t.base
                    for t in self._page.words[at : last + 1]
                    if not self._spelling.known(t.base) and len(t.base) > 2
                }
                yield Candidate(
                    token.start,
                    self._page.words[last].stop,
                    Kind.NAME,
                    Tier.LIKELY,
                    WHY["small"],
                    self._page.instead(at, last),
                )

    def _small_goes_on(self, at: int) -> bool:
        token = self._page.words[at]
        before = self._page.words[at - 1]
        if (
            token.gap != " "
            or before.owns
            or token.blocked
            or token.base in VERBS
            or token.base in NOT_NAMES
        ):
            return False
        if token.capital:
            return self._spelling.strange(token)
        return not self._spelling.known(token.base) and self._spelling.listed(token)

    def _is_small_place(self, at: int, token: Token) -> bool:
        """Say whether a word in small letters that is not English stands where a place does."""
        before = self._page.words[at - 1] if at else None
        if (
            not before
            or before.base not in {"in", "at", "from", "frm", "to", "near", "nr"}
            or token.gap != " "
            or before.capital
        ):
            return False
        base = token.base
        return (
            len(base) > 4
            and base not in self._page.lists.given
            and not self._spelling.known(base)
            and not self._spelling.slip(base)
            and not token.owns
        )

    def _is_small_name(self, at: int, token: Token) -> bool:
        base = token.base
        if base in VERBS or base in NOT_NAMES or base in KIN or base in ROLES:
            return False
        known = base in self._page.lists.common or (
            self._spelling.known(base) and base not in self._page.lists.given
        )
        cue = self._small_cue(at, token, known)
        if (
            base.endswith("s")
            and at
            and self._page.words[at - 1].base == "the"
            and not self._spelling.known(base)
        ):
            return (
                base[:-1] in self._page.lists.surnames and base[:-1] not in self._page.lists.common
            )
        if base in self._page.lists.given and self._signs(at, token):
            return True
        if self._told_by_what_is_beside(at, base):
            return True
        if len(base) > 2 and self._spelling.first_a_name(base) and self._page.careless(token):
            return base not in _IDIOMS and at > 0 and self._page.words[at - 1].base not in _ARTICLES
        if not known and self._spelling.known(base):
            return cue
        if known:
            return (
                cue
                and base in self._page.lists.given
                and token.owns
                and base not in {"will", "may", "art"}
            )
        if base in self._page.lists.given and (len(base) > 3 or cue or self._listed_before(at)):
            return cue or not self._spelling.slip(base) or len(base) > 4
        return cue and (len(base) > 2) and not self._spelling.slip(base)

    def _owns_without_a_sign(self, at: int, base: str) -> bool:
        """Say whether a given name has an s at its end and something that is its own after it."""
        stem = base[:-1]
        if not (base.endswith("s") and len(stem) > 2 and stem in self._page.lists.given):
            return False
        before, after = self._page.words[at - 1] if at else None, self._page.next(at)
        if before is not None and before.base in _ARTICLES:
            return False
        if after is not None and after.base in KIN and stem not in {"may", "will", "mile", "mate"}:
            return True
        if self._page.lists.known(base) or stem in self._page.lists.common:
            return False
        owned = after is not None and (after.base in BELONGINGS or after.base in ROLES)
        return owned or len(stem) > 3

    def _told_by_what_is_beside(self, at: int, base: str) -> bool:
        end = self._page.words[at].end
        return (
            self._owns_without_a_sign(at, base)
            or self._sized(at, base)
            or self._of_a_family(at, base)
            or (base in self._page.lists.given and bool(_POSTED.match(self._page.text, end)))
        )

    def _of_a_family(self, at: int, base: str) -> bool:
        """Say whether somebody is told by a surname: "the mcallister boy"."""
        before, after = self._page.words[at - 1] if at else None, self._page.next(at)
        return (
            before is not None
            and before.base in {"the", "that", "both", "them"}
            and after is not None
            and after.base in {"boy", "girl", "lad", "lads", "boys", "girls", "family", "brothers",
                               "sisters", "twins", "kids", "lot"}
            and not self._spelling.known(base)
            and (base in self._page.lists.surnames or base in self._page.lists.given)
        )  # fmt: skip

    def _sized(self, at: int, base: str) -> bool:
        """Say whether a word like "big" stands before a given name: "big phil"."""
        before = self._page.words[at - 1] if at else None
        return (
            before is not None
            and before.base in {"big", "lil", "little", "young", "old", "our", "fat"}
            and self._page.words[at].gap == " "
            and (self._spelling.first_a_name(base) or base in self._page.lists.given)
            and base not in self._page.lists.common
        )

    def _signs(self, at: int, token: Token) -> bool:
        """Say whether a note ends with the name: "thx, kelly duty sw"."""
        before = self._page.words[at - 1] if at else None
        rest = self._page.text[token.end : token.end + 40]
        closes = "\n" not in rest.strip() and len(rest.strip()) < 30
        if not closes:
            return False
        if before is not None and before.base in _THANKS:
            return True
        alone = re.match(r"\s*$", rest) and "\n" in token.gap
        return bool(alone or (token.opens and _POST.match(rest)))

    def _listed_before(self, at: int) -> bool:
        return at > 0 and self._page.within[at - 1]

    def _small_cue(self, at: int, token: Token, known: bool) -> bool:
        """Say whether the words beside a word in small letters are those beside a person."""
        before = self._page.words[at - 1] if at else None
        after = self._page.words[at + 1] if at + 1 < len(self._page.words) else None
        if token.owns and after and after.base in BELONGINGS:
            return True
        if not known and self._acts(at, token, after):
            return True
        if not before or before.owns or known:
            return False
        if before.base in KIN | {"girl", "boy"} and self._spelling.known(token.base):
            return token.gap == " " and before.base in KIN
        if (before.base in KIN or before.base in {"fella", "lad", "bloke", "guy"}) and (
            token.gap in {" ", " (", ": ", ", "}
        ):
            return True
        if before.base in HARD_TITLES and token.gap in {" ", ". "}:
            return True
        return self._small_object(at, token, before) or bool(
            after
            and after.gap == " "
            and after.base in VERBS - WEAK_VERBS
            and token.base in self._page.lists.given
            and not self._spelling.known(token.base)
        )

    def _acts(self, at: int, token: Token, after: Token | None) -> bool:
        """Say whether a word that nobody knows begins a line and does something: "rayyan will"."""
        return (
            after is not None
            and (at == 0 or "\n" in token.gap or token.opens)
            and after.gap == " "
            and after.base in VERBS | {"will", "must", "should", "can", "from", "and"}
            and len(token.base) > 2
            and (
                (len(token.base) > 3 and not self._spelling.known(token.base))
                or self._spelling.first_a_name(token.base)
            )
            and (after.base not in {"from", "and"} or not self._spelling.slip(token.base))
        )

    def _small_object(self, at: int, token: Token, before: Token) -> bool:
        """Say whether the word before is one like "named" or "with"."""
        if (
            before.base
            in {
                "called",
                "named",
                "nicknamed",
                "alias",
                "aka",
                "poss",
                "by",
                "to",
                "told",
                "asked",
            }
            and token.gap == " "
        ):
            return token.base in self._page.lists.given or before.base in {
                "called",
                "named",
                "nicknamed",
                "alias",
                "aka",
            }
        if before.base in {"him", "her", "me", "himself", "herself"} and token.gap == " ":
            verb = self._page.words[at - 2].base if at > 1 else ""
            return verb in {"calls", "called", "call", "calling", "nicknamed", "named"} and (
                not self._spelling.known(token.base) and not self._spelling.slip(token.base)
            )
        if token.gap == ": " and before.base == "by":
            return len(token.base) > 2
        if (token.gap == "/ " and before.base == "w") or (
            before.base == "with" and token.gap == " "
        ):
            return not self._spelling.known(token.base) and len(token.base) > 3
        if before.base == "and" and at > 1 and self._page.within[at - 2]:
            return not self._spelling.known(token.base) and token.gap == " "
        return before.base == "name" or (
            before.base == "is" and at > 1 and self._page.words[at - 2].base == "name"
        )
