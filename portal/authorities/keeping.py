"""How long answers of a profile can be kept once others have taken their place."""

from portal.authorities.models import ProfileAnswer
from portal.core.retention import Rules, rows

IS_CONTACTS = ProfileAnswer.question == "contacts"


def register(rules: Rules) -> None:
    """Register the rules; an answer that stands is never too old."""
    rules.register(
        rows(
            "profiles.answers",
            ProfileAnswer,
            lambda before: ~IS_CONTACTS & (ProfileAnswer.replaced_at < before),
            label="Earlier answers of profiles",
            what="What an authority said of itself, who entered it and when",
            since="after another answer took its place",
        )
    )
    rules.register(
        rows(
            "profiles.contacts",
            ProfileAnswer,
            lambda before: IS_CONTACTS & (ProfileAnswer.replaced_at < before),
            label="Earlier contacts of authorities",
            what="Names, jobs, e-mail addresses and phone numbers",
            since="after the contacts were changed",
        )
    )
