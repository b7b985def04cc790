"""How long the record of who did what can be kept."""

from portal.audit.models import AuditEntry
from portal.core.retention import Rules, rows

SIGN_INS = frozenset({"session.started", "session.ended", "sessions.ended", "sign-in.failed"})


def register(rules: Rules) -> None:
    """Register the rules."""
    of_signing_in = AuditEntry.action.in_(SIGN_INS)
    rules.register(
        rows(
            "audit.sign-ins",
            AuditEntry,
            lambda before: of_signing_in & (AuditEntry.at < before),
            label="Record of sign-ins",
            what="Who signed in and out and when, and sign-ins that failed",
            since="after it happened",
        )
    )
    rules.register(
        rows(
            "audit.entries",
            AuditEntry,
            lambda before: ~of_signing_in & (AuditEntry.at < before),
            label="Record of what people did",
            what="Who downloaded a document, invited somebody, changed a role or a password and "
            "so on, and when",
            since="after it happened",
        )
    )
