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
            what="The record of sign-ins, failed sign-ins and the end of sessions",
            since="after it happened",
        )
    )
    rules.register(
        rows(
            "audit.entries",
            AuditEntry,
            lambda before: ~of_signing_in & (AuditEntry.at < before),
            what="The record of everything else that people did: downloads of documents, "
            "invitations, changes of roles and passwords",
            since="after it happened",
        )
    )
