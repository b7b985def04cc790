"""How long texts that came to nothing are kept, and those that were published."""

from portal.core.retention import Rules, rows
from portal.publishing.models import Manuscript
from portal.publishing.states import Stage


def register(rules: Rules) -> None:
    """Register the rules."""
    rules.register(
        rows(
            "manuscripts.dropped",
            Manuscript,
            lambda before: (Manuscript.stage == Stage.DROPPED) & (Manuscript.stage_since < before),
            label="Texts that were given up",
            what="Their words, files, and what was asked of them",
            since="after they were given up",
        )
    )
    rules.register(
        rows(
            "manuscripts.drafts",
            Manuscript,
            lambda before: (
                Manuscript.stage.in_([Stage.DRAFT, Stage.CHANGES_ASKED])
                & (Manuscript.saved_at < before)
            ),
            label="Drafts that nobody goes on with",
            what="Their words, files, and what was asked of them",
            since="after they were last saved",
            least=90,
        )
    )
    rules.register(
        rows(
            "manuscripts.published",
            Manuscript,
            lambda before: (
                (Manuscript.stage == Stage.PUBLISHED) & (Manuscript.stage_since < before)
            ),
            label="Who wrote and signed off what was published",
            what="The text as it was sent in, what was asked of it, its checklist and sign-offs; "
            "what was hidden in its files is deleted when it is published",
            since="after it was published",
            least=365,
        )
    )
