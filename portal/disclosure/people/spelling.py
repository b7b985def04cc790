"""What the letters of a word tell: English, a name, a slip of the pen."""

import re

from portal.disclosure.bags import bag
from portal.disclosure.cues import NOT_NAMES, ROLES
from portal.disclosure.lists import slip
from portal.disclosure.people.page import PARTICLES, Page
from portal.disclosure.tokens import Token

_PREFIXES = bag(
    """
    pre post non multi co re anti self step half ex inter intra sub semi cyber bi tri neuro
    counter de un dis mid pro
    """
)
_ABSTRACT = (
    "tion",
    "tions",
    "ism",
    "isms",
    "ology",
    "ness",
    "ment",
    "ments",
    "tionist",
    "tionists",
    "ance",
    "ence",
    "ity",
    "ities",
    "ship",
    "hood",
    "phobia",
    "phobic",
    "logist",
    "logists",
    "logical",
)
_CONTRACTED = bag(
    """
    wouldnt couldnt shouldnt didnt doesnt dont isnt wasnt werent arent hasnt havent hadnt cant wont
    mustnt neednt aint youre theyre weve youve theyve ive hes shes thats whats heres theres whos
    theyd theyll youll itll
    """
)
_FIRST_WORDS = bag(
    """
    aster candida christian clement dale dell fletcher flor german genet garth gulper gunsel hong
    ibis jean jun kismet li lam lea luce mara margarita marlin marline martins mignon omer palmer
    perry rowan savannah spencer silva shad shalom shiva trine troy vi victoria yang chad al ana
    anas eta ghazi hafiz barbie brent robbin bola roble sabra sabin ria flora pearly agron kasha
    alba ami ante ava cam cal colin dag dan dev don eli eden fran gaia gen ira isa jun kai kama
    koi lei leo lev lin lux manga mana maria mina mira nada naga neo nix nor ola ora pax pia ras
    rex rio sabbat san sen siri sol sora tai tara tao tam taj tor uma uri van yin zen zion zing
    titi sana salam tariqa tali lex dom
    """
)
"""Given names that are words, or have other uses, as often."""
_CAMEL = re.compile(r"(?!Mc|Mac|De|Di|Fitz|La|Le|Van|O')[A-Z][a-z]+[A-Z]")


class Spelling:
    """Knows words by their letters."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def strange(self, token: Token) -> bool:
        """Say whether a capitalised word is neither English nor of the field."""
        if token.blocked or len(token.base) < 2 or not token.capital:
            return False
        if _CAMEL.match(token.text):  # PowerPoint
            return False
        if self._describes(token):
            return False
        if self.listed(token) and not self._page.lists.known(token.base):
            return True
        if self.first_a_name(token.base) and (len(token.base) > 3 or not token.upper):
            return True
        if (
            token.upper
            and (len(token.base) < (5 if token.shouted else 7))
            and not self._called(token)
        ):
            return False
        if self.known(token.base):
            return False
        if not token.text.isascii():  # Arbër is no slip of barber
            return True
        return not (token.opens and not self._whole_line(token) and self.slip(token.base))

    def first_a_name(self, base: str) -> bool:
        """Say whether a word that few use is first of all a given name: Graham, Amir."""
        lists = self._page.lists
        return (
            base in lists.given
            and base in lists.words
            and base not in lists.common
            and base not in _FIRST_WORDS
            and not lists.is_allowed(base)
        )

    def _describes(self, token: Token) -> bool:
        """Say whether a word with a hyphen describes: "Summer-born", "DPSI-qualified"."""
        first, _, rest = token.text.partition("-")
        known = self._page.lists
        return (
            len(rest) > 3
            and rest.islower()
            and rest in known.common
            and rest not in known.given
            and (first.isupper() or known.known(first.lower()))
        )

    def known(self, base: str) -> bool:
        known = self._page.lists.known
        if (
            base.endswith("n't")
            or base in _CONTRACTED
            or (len(base) > 6 and base.endswith(_ABSTRACT))
        ):
            return True
        if known(base):
            return True
        if "-" in base or "'" in base:
            return all(
                known(part)
                or len(part) < 2
                or part in _PREFIXES
                or part in {"ve", "ll", "re"}
                or part in self._page.lists.acronyms
                for part in re.split("['-]", base)
            )
        endings = (
            ("ies", "y"),
            ("es", ""),
            ("s", ""),
            ("ed", ""),
            ("ing", ""),
            ("isation", "ise"),
            ("ised", "ise"),
        )
        return any(
            base.endswith(ending)
            and len(base) > 5
            and base[: -len(ending)] + more in self._page.lists.common
            for ending, more in endings
        )

    def listed(self, token: Token) -> bool:
        base = token.base
        if base in self._page.lists.given or base in self._page.lists.surnames:
            return True
        parts = base.split("-")
        return len(parts) > 1 and all(
            p in self._page.lists.given or p in self._page.lists.surnames or p in PARTICLES
            for p in parts
        )

    def _whole_line(self, token: Token) -> bool:
        left, right = (
            self._page.text[max(0, token.start - 3) : token.start],
            self._page.text[token.end : token.end + 3],
        )
        return (not left or left.endswith("\n")) and (
            not right or right.startswith((",\n", "\n", ".\n"))
        )

    def _called(self, token: Token) -> bool:
        before = self._page.text[max(0, token.start - 12) : token.start]
        return bool(re.search(r"(?:called|named|known as|alias|aka) [\"']?$", before))

    def nicknamed(self, token: Token) -> bool:
        before = self._page.text[max(0, token.start - 24) : token.start]
        return (
            token.capital
            and not token.blocked
            and len(token.base) > 2
            and bool(
                re.search(
                    r"(?:known (?:only |locally |online |to us )?as|knows (?:him|her|them)? "
                    r"?(?:only )?as|"
                    r"knows only as|nicknamed|alias|aka|a\.k\.a\.|goes by(?: the name(?: of)?)?|"
                    r"nickname(?: is|:)?|answers to|call(?:s|ed)? (?:him|her|me|himself|herself)|"
                    r"(?:they|we|people|everyone|everybody) calls?|"
                    r"(?:lad|boy|girl|man|woman|friend|someone|somebody|person|one|guy|kid|mate|"
                    r"cousin|uncle) (?:he|she) calls|"
                    r"(?:prefers|likes|wants|asked) to be (?:called|known as)|"
                    r"(?:street|tag|pet|preferred) name(?: is|:)?) "
                    r"[\"']?$",
                    before,
                )
            )
            and token.base not in NOT_NAMES
            and token.base not in ROLES
        )

    def slip(self, base: str) -> bool:
        """Say whether one letter less, more, other or changed round makes a common word of it."""
        return slip(base, self._page.lists)

    def word_name(self, token: Token) -> bool:
        """Say whether a word is English and a given name too: Hope, Mark."""
        return (
            token.capital
            and (not token.blocked or self._month_name(token))
            and token.base in self._page.lists.given
            and self.known(token.base)
        )

    def _month_name(self, token: Token) -> bool:
        """Say whether a month may be a person here: no day stands beside it."""
        around = (
            self._page.text[max(0, token.start - 5) : token.start]
            + self._page.text[token.end :][:5]
        )
        return token.base in {"may", "june", "april", "august"} and not re.search(r"\d", around)
