"""The stages of a manuscript and who may move it from one to the next. Pure.

What becomes of a document after it was published is `portal.library.models.State`; a published
document whose manuscript is open is "published with an edit waiting".
"""

from enum import StrEnum, unique

from portal.core.errors import InvalidTransition


@unique
class Stage(StrEnum):
    """Where a manuscript stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in-review"
    CHANGES_ASKED = "changes-asked"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The stage in words that a contributor reads."""
        return _LABELS[self]


_LABELS = {
    Stage.DRAFT: "Draft",
    Stage.SUBMITTED: "Sent in",
    Stage.IN_REVIEW: "In review",
    Stage.CHANGES_ASKED: "Changes asked for",
    Stage.APPROVED: "Approved",
    Stage.SCHEDULED: "Scheduled",
    Stage.PUBLISHED: "Published",
    Stage.DROPPED: "Given up",
}


@unique
class Side(StrEnum):
    """In what part somebody moves a manuscript."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    PORTAL = "portal"
    """The worker, or the last sign-off."""


OPEN = frozenset(Stage) - {Stage.PUBLISHED, Stage.DROPPED}
"""Not over yet."""
WITH_AUTHOR = frozenset({Stage.DRAFT, Stage.CHANGES_ASKED})
"""The author can write."""
WITH_REVIEWERS = frozenset({Stage.SUBMITTED, Stage.IN_REVIEW, Stage.APPROVED, Stage.SCHEDULED})
"""Curators can read it, and change it: an edit of what is approved puts it back into review."""


def check(before: Stage, after: Stage, side: Side) -> None:
    """Raise `InvalidTransition` unless that side may move a manuscript from one to the other."""
    allowed: frozenset[Side]
    match (before, after):
        case (Stage.DRAFT | Stage.CHANGES_ASKED, Stage.SUBMITTED) | (Stage.SUBMITTED, Stage.DRAFT):
            allowed = frozenset({Side.AUTHOR})
        case (Stage.DRAFT | Stage.CHANGES_ASKED, Stage.DROPPED):
            allowed = frozenset({Side.AUTHOR, Side.PORTAL})  # the portal, for one who has left
        case (Stage.CHANGES_ASKED, Stage.IN_REVIEW) | (Stage.IN_REVIEW, Stage.DROPPED):
            allowed = frozenset({Side.PORTAL})  # for an author who can't go on with it
        case (
            (Stage.SUBMITTED, Stage.IN_REVIEW)
            | (Stage.IN_REVIEW, Stage.CHANGES_ASKED)
            | (Stage.APPROVED, Stage.SCHEDULED | Stage.IN_REVIEW)
            | (Stage.SCHEDULED, Stage.APPROVED | Stage.IN_REVIEW)
        ):
            allowed = frozenset({Side.REVIEWER})
        case (Stage.IN_REVIEW, Stage.APPROVED):
            allowed = frozenset({Side.PORTAL})
        case (Stage.APPROVED | Stage.SCHEDULED, Stage.PUBLISHED):
            allowed = frozenset({Side.REVIEWER, Side.PORTAL})
        case _:
            allowed = frozenset()
    if side not in allowed:
        raise InvalidTransition(
            f"This is “{before.label.lower()}” now and cannot become “{after.label.lower()}”. "
            "Somebody may have changed it meanwhile: look again"
        )
