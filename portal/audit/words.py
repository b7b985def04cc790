"""The record in words for those whom it is about."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "access.explained": "Asked who can see what",
    "account.closed": "Closed an account",
    "account.created": "Opened an account",
    "account.erased": "Erased an account",
    "account.exported": "Took a copy of what is kept about a person",
    "account.resumed": "Let an account in again",
    "account.suspended": "Suspended an account",
    "assessment.closed": "Closed a round of the self-assessment",
    "assessment.links-made": "Made links to a self-assessment",
    "assessment.opened": "Opened a round of the self-assessment",
    "document.downloaded": "Downloaded a document",
    "document.withdrawn": "Withdrew a document",
    "domains.changed": "Changed the e-mail domains of an authority",
    "email.changed": "Changed an e-mail address",
    "invitation.accepted": "Accepted an invitation",
    "invitation.resent": "Sent an invitation again",
    "invitation.sent": "Sent an invitation",
    "invitation.withdrawn": "Withdrew an invitation",
    "job.retried": "Let failed work begin again",
    "library.imported": "Imported the library",
    "pairing.accepted": "Agreed to a pairing, which began",
    "pairing.agreed": "Agreed to a proposed pairing",
    "pairing.asked": "Asked for a pairing",
    "pairing.ended": "Ended a pairing",
    "pairing.expired": "Let a request for a pairing run out",
    "pairing.looked": "Looked for authorities to be paired with",
    "pairing.planned": "Changed the plan of a pairing",
    "pairing.refused": "Refused a pairing",
    "pairing.renewed": "Renewed a pairing",
    "pairing.ruled": "Laid down a rule about a pairing",
    "pairing.weighed": "Changed the weights of the pairing",
    "pairing.withdrawn": "Took a request for a pairing back",
    "password.changed": "Changed a password",
    "password.link-sent": "Asked for a link to choose a new password",
    "password.reset": "Chose a new password through a link",
    "people.confirmed": "Confirmed the list of an authority’s people",
    "profile.changed": "Changed answers in the profile of an authority",
    "profile.confirmed": "Confirmed the profile of an authority",
    "position.signed": "Signed an authority’s position",
    "register.imported": "Imported the register of authorities",
    "retention.applied": "Deleted records whose time was over",
    "role.ended": "Ended a role",
    "role.given": "Gave a role",
    "role.resumed": "Gave a suspended role back",
    "role.suspended": "Suspended a role",
    "session.ended": "Signed out",
    "session.started": "Signed in",
    "sessions.ended": "Ended sessions",
    "sign-in.failed": "Failed to sign in",
}
"""What somebody did, by action."""


def in_words(action: str) -> str:
    """Return what an action was; an action of another version of the portal by its name."""
    return WORDS.get(action, action.replace(".", " ").replace("-", " ").capitalize())
