"""Who may see and describe an authority."""

from portal.authorities.models import Origin
from portal.authorities.questions import SECTIONS, Section
from portal.core.permissions import Actor, Permission, Policy
from portal.core.roles import STAFF_OF_AN_AUTHORITY, Role, leads, works_for

WRITERS = frozenset({Role.CURATOR, Role.STRATEGIC_LEAD})
READERS = STAFF_OF_AN_AUTHORITY | {Role.CURATOR}


def is_curator(actor: Actor) -> bool:
    """Tell whether the person is a curator."""
    return Role.CURATOR in actor.roles


def may_open(actor: Actor, authority_id: int) -> bool:
    """Tell whether the person may know anything of an authority's profile."""
    return works_for(actor, authority_id) or is_curator(actor)


def may_read(actor: Actor, authority_id: int, section: Section) -> bool:
    """Tell whether the person may read a section: practitioners not who helps, nor contacts."""
    if leads(actor, authority_id) or is_curator(actor):
        return True
    return section.read_by_staff and works_for(actor, authority_id)


def writes(actor: Actor, authority_id: int, section: Section) -> Origin | None:
    """Return what kind of answers the person may enter there, if any.

    A lead states, for their own authority alone; a curator infers, where a source can tell.
    """
    if leads(actor, authority_id):
        return Origin.STATED
    return Origin.INFERRED if is_curator(actor) and section.may_be_inferred else None


def readable(actor: Actor, authority_id: int) -> list[Section]:
    """Return the sections that the person may read, in order."""
    return [one for one in SECTIONS.values() if may_read(actor, authority_id, one)]


def register(policy: Policy) -> None:
    """Register what this room decides."""

    def holds_one_of(roles: frozenset[Role], actor: Actor) -> bool:
        return not roles.isdisjoint(actor.roles)

    policy.register(
        Permission.AUTHORITY_READ_OWN, lambda actor: holds_one_of(STAFF_OF_AN_AUTHORITY, actor)
    )
    policy.register(Permission.PROFILE_CHANGE, lambda actor: holds_one_of(WRITERS, actor))
    policy.register(Permission.PROFILE_CONFIRM, lambda actor: Role.STRATEGIC_LEAD in actor.roles)
    policy.register(Permission.PROFILE_READ, lambda actor: holds_one_of(READERS, actor))
    policy.register(Permission.REGISTER_IMPORT, is_curator)
    policy.register(Permission.REGISTER_READ, is_curator)
