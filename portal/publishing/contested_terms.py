"""Words that people in the field read differently, with why, and what a writer could think about.

Staff whom the Department's research asked in 2016 called such terms contested, and watched their
words for fear of being misread (DFE-RR555, Terminology). No word is forbidden here.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Contested:
    """A term, how it is found, and what is said of it."""

    term: str
    pattern: re.Pattern[str]
    why: str
    hint: str


_LABEL = "It names a person by a judgement, and people differ on when it applies."
_DESCRIBE = "Could you say instead what was seen, heard or done, and by whom it was judged so?"


def _contested(term: str, pattern: str, why: str, hint: str = _DESCRIBE) -> Contested:
    return Contested(term, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), why, hint)


CONTESTED = (
    _contested(
        "radicalised",
        r"(?:self[- ]|de-?)?radicali[sz](?:ed?|es|ing)",
        "Staff asked how to tell this from a young person who tries out ideas, and found no one "
        "agreed answer.",
    ),
    _contested(
        "extremist",
        r"extremists?",
        "Official definitions have changed, and staff differ on where a strong opinion ends and "
        "extremism begins.",
        "Could you say what was said or shared, or whose definition you use and of which year?",
    ),
    _contested(
        "terrorist",
        # an offence, a group or a publication is so called in law; a person by a court
        r"terrorists?(?! (?:act|attack|content|financing|fund|group|incident|investigation|"
        r"material|offen[cs]e|organi[sz]ation|propaganda|publication|threat|violence)(?:s|ing)?\b)",
        "It says that a person has done or wants a crime, which only a court can settle.",
    ),
    _contested(
        "jihadi",
        r"jihad(?:is?|ists?|ism)?(?: brides?)?",
        "To many Muslims the word it comes from means something good, and readers hear the faith "
        "itself judged.",
    ),
    _contested(
        "Islamist",
        r"islamists|an islamist(?=[.,;:!?)]|$)",
        "As a name for people it is often heard as Muslim.",
        "Could you name the group, or say what was said or shared?",
    ),
    _contested(
        "moderate Muslim",
        r"moderate (?:muslims?|islam)|(?:normal|ordinary) muslims",
        "It makes other Muslims sound less than ordinary.",
        "Could you say what the person believes or does, if it matters at all?",
    ),
    _contested(
        "British values",
        r"british values",
        "Staff mostly shared the values and doubted the name: some found it vague, or aimed at "
        "minorities.",
        "If you use it as a term of others, put it in quotation marks and say whose it is.",
    ),
    _contested(
        "at risk of radicalisation",
        r"at risk of (?:radicali[sz]ation|(?:being|becoming) (?:radicali[sz]ed|drawn into "
        r"(?:terrorism|extremism)))",
        "It sounds like a finding, but readers can’t tell who assessed the risk, or from what.",
        "Could you say what was seen, who thought it a risk, and a risk of what?",
    ),
    _contested(
        "vulnerable",
        r"vulnerable|vulnerabilit(?:y|ies)",
        "It puts the cause in the person, and services mean different things by it.",
        "Could you say what made harm more likely: an age, a loss, an illness, an older friend?",
    ),
    _contested(
        "hard to reach",
        r"hard[- ]to[- ]reach",
        "It puts the cause in the people, where the service may be what is hard to reach.",
        "Could you say what was tried and what kept people away?",
    ),
    _contested(
        "would not engage",
        r"(?:fail(?:s|ed|ure|ing)? to engage|non-engagement|non-engaging|non-complian(?:t|ce)|"
        r"disguised compliance)",
        "It says that a family was at fault and leaves out what was offered and why they refused.",
        "Could you say what was offered, when, and what the family answered?",
    ),
    _contested(
        "toxic",
        r"toxic",
        "It is a strong word that staff quoted for how Prevent is seen; others feel judged by it.",
        "Could you say who thinks so and what they object to?",
    ),
    _contested(
        "brainwashed",
        r"brainwash(?:ed|ing)?|indoctrinat(?:ed?|ing|ion)",
        "It leaves no room for what the young person thinks or chooses.",
        "Could you say who influenced them, how, and what changed?",
    ),
    _contested(
        "lone wolf",
        r"lone wol(?:f|ves)",
        "It can make violence sound bold.",
        "Could you say that the person acted alone?",
    ),
    _contested("hate preacher", r"hate preachers?", _LABEL),
)
"""Where two of them overlap, the one that starts first is meant, or else the longer one."""
