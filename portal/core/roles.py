"""What a person may be, and the first questions that every room asks of it."""

from enum import StrEnum, unique

from portal.core.permissions import Actor


@unique
class Role(StrEnum):
    """What a person may be. A practitioner and a strategic lead belong to an authority."""

    ADMINISTRATOR = "administrator"
    CURATOR = "curator"
    PARTNER_READER = "partner-reader"
    PRACTITIONER = "practitioner"
    STRATEGIC_LEAD = "strategic-lead"

    @property
    def label(self) -> str:
        """The role in words a reader knows."""
        return self.value.replace("-", " ").capitalize()


OF_AN_AUTHORITY = frozenset({Role.PARTNER_READER, Role.PRACTITIONER, Role.STRATEGIC_LEAD})
STAFF_OF_AN_AUTHORITY = frozenset({Role.PRACTITIONER, Role.STRATEGIC_LEAD})


def leads(actor: Actor, authority_id: int) -> bool:
    """Tell whether the person is a strategic lead of an authority."""
    return (Role.STRATEGIC_LEAD, authority_id) in actor.memberships


def works_for(actor: Actor, authority_id: int) -> bool:
    """Tell whether the person is on the staff of an authority: a practitioner or a lead."""
    return any((role, authority_id) in actor.memberships for role in STAFF_OF_AN_AUTHORITY)


def is_national(actor: Actor) -> bool:
    """Tell whether the person is a curator or an administrator."""
    return not frozenset({Role.CURATOR, Role.ADMINISTRATOR}).isdisjoint(actor.roles)
