"""What an authority is asked about itself: five sections of questions, with the words they offer.

Keys are stable: they stand in the database, in the record of changes and in what compares
authorities. A label may be reworded at any time. docs/profile.md says what each question is for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique

NOTHING = "none"
"""The term of a list that goes with no other: none of these."""
NO_CHANGE = "no-change"
"""The term that says that an authority stays as it is."""


@unique
class Kind(StrEnum):
    """What an answer is."""

    ONE = "one"
    """The key of one term."""
    MANY = "many"
    """Keys of terms, in their order."""
    NUMBER = "number"
    """A whole number, at most `most`."""
    TEXT = "text"
    """A few lines of at most `most` characters."""
    PLACES = "places"
    """Ids of other authorities, in order."""
    CONTACTS = "contacts"
    """At most `most` people, each a mapping of `CONTACT_FIELDS`."""


@dataclass(frozen=True)
class Question:
    """One question, and what can be answered."""

    key: str
    label: str
    kind: Kind = Kind.ONE
    hint: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)
    may_be_open: bool = False
    """Whether "not settled" is an answer."""
    may_be_kept: bool = False
    """Whether "prefer not to say" is an answer."""
    optional: bool = False
    """Whether a profile is complete without it."""
    most: int = 0

    @property
    def bands(self) -> bool:
        """Whether the terms are bands, counted from 0."""
        return bool(self.terms) and all(key.isdigit() for key in self.terms)


@dataclass(frozen=True)
class Section:
    """Questions that are answered together, in a few minutes."""

    key: str
    title: str
    purpose: str
    minutes: int
    questions: Sequence[Question]
    read_by_staff: bool = False
    """Whether practitioners of the authority may read it; its leads and curators always may."""
    may_be_inferred: bool = False
    """Whether a curator may enter what a published source lets one infer."""


TIERS: Mapping[str, str] = {
    "child-protection": "Child protection",
    "early-help": "Early help",
    "community-safety": "Community safety",
    "universal-services": "Universal services",
    "police-led": "Police-led",
}
"""The response tiers, worded as documents of the library have them."""
HOLDS: Mapping[str, str] = {
    "spread": "They are spread among the usual teams",
    "named-lead": "A named lead holds or oversees them",
    "dedicated-team": "A dedicated team holds them",
}
ROUTES: Mapping[str, str] = {
    "front-door": "One front door for every worry about a child",
    "channel-panel": "The Channel panel or its chair",
    "prevent-police": "The Prevent team of the police",
    "several": "Several ways in",
}
YES_NO: Mapping[str, str] = {"yes": "Yes", "no": "No"}
TOPICS: Mapping[str, str] = {
    "agreement": "Agreement inside an authority",
    "families": "Families and communities",
    "partners": "Working with partners",
    "legitimacy": "Legitimacy of interventions",
    "thresholds": "Thresholds and assessment",
    "referral-process": "A single referral process",
    "training": "Training for staff",
    "schools": "Work with schools and colleges",
    "interventions": "Finding and choosing interventions",
    "online": "Online harm",
    "court": "Going to court",
    "case-review": "Reviewing past cases",
    NOTHING: "None of these",
}
"""What authorities can learn from each other: the themes of the research, then practical ones."""

CONTACT_FIELDS: Mapping[str, str] = {
    "name": "Name",
    "job": "Job title",
    "email": "Work e-mail address",
    "phone": "Work phone number",
}
MOST_CONTACTS = 3
CARE = "Nothing about a child, a family or a member of staff"

HANDLING = Section(
    "handling",
    "How cases are handled",
    "Where cases are held, by whom, and how they arrive",
    3,
    (
        Question(
            "tier",
            "Where are most cases held?",
            hint="The level at which a child’s case usually stays",
            terms=TIERS,
            may_be_open=True,
            may_be_kept=True,
        ),
        Question(
            "other_tiers",
            "Where else are cases held?",
            Kind.MANY,
            hint="Tick every other level that is used",
            terms={**TIERS, NOTHING: "Nowhere else"},
            may_be_open=True,
            may_be_kept=True,
        ),
        Question("holds", "Who holds the cases?", terms=HOLDS, may_be_open=True, may_be_kept=True),
        Question(
            "dedicated_team",
            "Is there a dedicated team?",
            hint="A team set up for this work, whether or not it holds the cases itself",
            terms={
                "none": "No",
                "social-work": "Yes, of social workers",
                "early-help": "Yes, in early help",
                "education": "Yes, in education safeguarding",
                "community-safety": "Yes, in community safety or cohesion",
                "police": "Yes, of the police",
                "several": "Yes, of several services together",
            },
            may_be_open=True,
            may_be_kept=True,
        ),
        Question(
            "mash",
            "Is there a multi-agency safeguarding hub (MASH)?",
            terms={"yes": "Yes", "no": "No", "planned": "Not yet, but one is planned"},
            may_be_kept=True,
        ),
        Question(
            "route",
            "How does a referral arrive?",
            terms=ROUTES,
            may_be_open=True,
            may_be_kept=True,
        ),
        Question(
            "handling_note",
            "Is there anything else to know about how you work?",
            Kind.TEXT,
            hint=CARE,
            optional=True,
            most=500,
        ),
    ),
    read_by_staff=True,
    may_be_inferred=True,
)

SITUATION = Section(
    "situation",
    "Your situation",
    "What shapes the cases that you see",
    4,
    (
        Question(
            "prevalence",
            "How common are cases, in your own judgement?",
            terms={"low": "Rare", "moderate": "Some, but not many", "high": "Common"},
            may_be_open=True,
            may_be_kept=True,
        ),
        Question("prevent", "Is yours a Prevent priority area?", terms=YES_NO, may_be_kept=True),
        Question(
            "two_tier",
            "Is yours a two-tier area?",
            hint="A county with district councils",
            terms=YES_NO,
            may_be_kept=True,
        ),
        Question(
            "circumstances",
            "Which local circumstances shape your cases?",
            Kind.MANY,
            hint="Tick all that do",
            terms={
                "asylum-seeking-children": "Many unaccompanied asylum-seeking children",
                "independent-faith-schools": "Many independent faith schools",
                "home-education": "Home education or unregistered settings",
                "travel-cases": "Travel, or plans to travel, to a conflict zone",
                "cross-border-schooling": "Children at school in another authority",
                "online": "Mostly online contact",
                "diverse": "A very diverse population",
                NOTHING: "None of these",
            },
            may_be_kept=True,
        ),
        Question(
            "extremism",
            "Which kinds of extremism have you seen?",
            Kind.MANY,
            hint="In the last three years. Tick all that you have seen",
            terms={
                "islamist": "Islamist",
                "far-right": "Far right",
                "far-left": "Far left or anarchist",
                "single-issue": "Animal rights, environmental or another single issue",
                "incel": "Incel",
                "mixed-unclear": "Mixed, or no clear ideology",
                "violence": "Fascination with mass violence",
                "other": "Another kind",
                NOTHING: "None seen",
            },
            may_be_kept=True,
        ),
        Question(
            "case_volume",
            "How often does such a case come up?",
            hint="One in which something was done for a child, at any level. An estimate is enough",
            terms={
                "0": "Never so far",
                "1": "Only now and then",
                "2": "Every few months",
                "3": "Every month",
                "4": "Every week, or more often",
            },
            may_be_kept=True,
        ),
        Question(
            "training",
            "How many of the staff who may meet such a case have been trained for it?",
            hint="In the last two years. An estimate is enough",
            terms={
                "0": "None, or hardly any",
                "1": "A few",
                "2": "About half",
                "3": "Most",
                "4": "Nearly all",
            },
            may_be_kept=True,
        ),
    ),
    read_by_staff=True,
    may_be_inferred=True,
)

MOVING = Section(
    "moving",
    "What you are moving towards",
    "Whether you are changing how cases are handled",
    2,
    (
        Question(
            "toward_tier",
            "Where should most cases be held in future?",
            terms={NO_CHANGE: "Where they are now", **TIERS},
            may_be_open=True,
            may_be_kept=True,
        ),
        Question(
            "toward_holds",
            "Who should hold them in future?",
            terms={NO_CHANGE: "Whoever does now", **HOLDS},
            may_be_open=True,
            may_be_kept=True,
        ),
        Question(
            "toward_mash",
            "Should there be a MASH in future?",
            terms={NO_CHANGE: "As it is now", **YES_NO},
            may_be_open=True,
            may_be_kept=True,
        ),
        Question(
            "toward_route",
            "How should a referral arrive in future?",
            terms={NO_CHANGE: "As it does now", **ROUTES},
            may_be_open=True,
            may_be_kept=True,
        ),
        Question(
            "moving_note",
            "Is there anything else to know about the change?",
            Kind.TEXT,
            hint=CARE,
            optional=True,
            most=500,
        ),
    ),
    read_by_staff=True,
    may_be_inferred=True,
)

HELPING = Section(
    "helping",
    "Helping and being helped",
    "What you can offer another authority, and what you would like help with",
    3,
    (
        Question(
            "hosting",
            "Could you support another authority?",
            hint="A few conversations over some months, with an agenda supplied",
            terms={"yes": "Yes", "not-now": "Not at the moment", "no": "No"},
            may_be_kept=True,
        ),
        Question(
            "capacity",
            "How many authorities could you support at the same time?",
            Kind.NUMBER,
            hint="From 0 to 5. Nobody is sent to you beyond that",
            most=5,
        ),
        Question(
            "offers",
            "What can you talk about from experience?",
            Kind.MANY,
            hint="Tick all that you can",
            terms=TOPICS,
            may_be_kept=True,
        ),
        Question(
            "asks_for_pairing",
            "Would you like to be paired with a more experienced authority?",
            terms={"yes": "Yes", "not-now": "Not at the moment", "no": "No"},
            may_be_kept=True,
        ),
        Question(
            "wants",
            "What would you like help with?",
            Kind.MANY,
            hint="Tick all that you would",
            terms=TOPICS,
            may_be_kept=True,
        ),
        Question(
            "conflicts",
            "Is there an authority that you should not be paired with?",
            Kind.PLACES,
            hint="For instance because of a shared case, a dispute or a move of staff. Nobody else "
            "is told, and you need not say why",
            optional=True,
            most=10,
        ),
    ),
)

CONTACTS = Section(
    "contacts",
    "Contacts",
    "Whom a paired authority can speak to",
    2,
    (
        Question(
            "contacts",
            "Who are your contacts?",
            Kind.CONTACTS,
            hint="Shown to an authority once you are paired with it, and to curators. To nobody "
            "else, not even to your own practitioners",
            most=MOST_CONTACTS,
        ),
    ),
)

SECTIONS: Mapping[str, Section] = {
    section.key: section for section in (HANDLING, SITUATION, MOVING, HELPING, CONTACTS)
}
QUESTIONS: Mapping[str, Question] = {
    question.key: question for section in SECTIONS.values() for question in section.questions
}
SECTION_OF: Mapping[str, Section] = {
    question.key: section for section in SECTIONS.values() for question in section.questions
}
MINUTES = sum(section.minutes for section in SECTIONS.values())
