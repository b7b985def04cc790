"""Who may do what: named permissions, the predicates behind them, and the guard at the door.

A view declares its permission as an attribute (`@requires(...)` or `@public`); the guard reads that
attribute from the function that is registered, so a decorator in the wrong place refuses the view.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from flask.typing import ResponseReturnValue

View = TypeVar("View", bound=Callable[..., Any])


@unique
class Permission(StrEnum):
    """`resource:action`, in alphabetical order, each with what it allows in words."""

    label: str

    def __new__(cls, value: str, label: str) -> "Permission":
        """Keep the words beside the value, so that a page can explain what somebody may do."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    ACCESS_EXPLAIN = "access:explain", "Ask who can see what, and why"
    ACCOUNT_CHANGE_OWN = (
        "account:change-own",
        "Change their own password and e-mail choice, end their own sessions, leave",
    )
    ACCOUNT_READ_OWN = (
        "account:read-own",
        "See their own name, e-mail address, roles, sessions and notices",
    )
    ASSESSMENT_ANSWER = (
        "assessment:answer",
        "Take their own link when their authority asks what its staff think",
    )
    ASSESSMENT_COMPARE = (
        "assessment:compare",
        "See in how many authorities staff answer alike, never in which",
    )
    ASSESSMENT_LEAD = (
        "assessment:lead",
        "Sign their authority’s position, ask its staff and see the results",
    )
    AUTHORITY_READ_OWN = "authority:read-own", "Go straight to the pages of their own authority"
    AUTHORITY_SET_DOMAINS = (
        "authority:set-domains",
        "Say at which e-mail domains an authority’s people may be invited",
    )
    DESK_READ = "desk:read", "See what waits for curators"
    JOBS_MANAGE = (
        "jobs:manage",
        "See what the worker has to do and what failed, and let it try again",
    )
    LIBRARY_ASK = "library:ask", "Ask for an example that the library lacks"
    LIBRARY_CURATE = (
        "library:curate",
        "See every version of a document, withdraw, replace or remove it, keep the list of laws",
    )
    LIBRARY_EXPORT = "library:export", "Download a published document; each download is on record"
    LIBRARY_READ = "library:read", "Browse, search and read what is published for their audience"
    PAIRING_CURATE = (
        "pairing:curate",
        "See every request and pairing with exact figures, set weights and rules, run rounds",
    )
    PAIRING_TAKE_PART = (
        "pairing:take-part",
        "Look for a host, ask, answer and plan for their own authority",
    )
    PEOPLE_MANAGE = (
        "people:manage",
        "See and manage people of an authority: a strategic lead those of their own alone",
    )
    PROFILE_CHANGE = (
        "profile:change",
        "Describe how an authority handles cases: a strategic lead states it of their own, a "
        "curator adds what a source lets one infer",
    )
    PROFILE_CONFIRM = "profile:confirm", "Confirm that the profile of their own authority is right"
    PROFILE_READ = (
        "profile:read",
        "Read how an authority handles cases: their own, a curator those of all",
    )
    REGISTER_IMPORT = (
        "register:import",
        "Bring the register, published figures and statistical neighbours up to date",
    )
    REGISTER_READ = "register:read", "Search the register of authorities"
    REVIEW = "review:decide", "Read what was sent in, ask for changes, sign off and publish"
    STAFF_MANAGE = "staff:manage", "Manage curators and administrators, and close any account"
    WRITING_WRITE = "writing:write", "Write a case example and follow what becomes of it"


@dataclass(frozen=True)
class Actor:
    """The person behind a request, as far as rules need to know."""

    id: int | None = None
    name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    memberships: frozenset[tuple[str, int]] = field(default_factory=frozenset)
    """(role, id of the authority) of the roles that belong to one."""

    @property
    def signed_in(self) -> bool:
        """Tell whether anybody is signed in."""
        return self.id is not None


ANONYMOUS = Actor()
Predicate = Callable[[Actor], bool]


class Policy:
    """The predicates that the rooms registered; what nobody registered is denied."""

    def __init__(self) -> None:
        self._predicates: dict[Permission, Predicate] = {}

    def register(self, permission: Permission, predicate: Predicate) -> None:
        """Let `predicate` decide on `permission`; each permission has one owner."""
        if permission in self._predicates:
            raise ValueError(f"{permission} is decided elsewhere already")
        self._predicates[permission] = predicate

    def allows(self, actor: Actor, permission: Permission) -> bool:
        """Tell whether `actor` holds `permission`."""
        predicate = self._predicates.get(permission)
        return predicate is not None and predicate(actor)

    def held_by(self, actor: Actor) -> list[Permission]:
        """Return the permissions that `actor` holds, in their order."""
        return [permission for permission in Permission if self.allows(actor, permission)]


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare the permission that a view needs."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]  # read again by the guard
        return view

    return declare


def public(view: View) -> View:
    """Declare that a view is open to everyone, signed in or not."""
    view.permission = None  # type: ignore[attr-defined]  # read again by the guard
    return view


def init_app(
    app: Flask,
    policy: Policy,
    current_actor: Callable[[], Actor],
    ask_to_sign_in: Callable[[], ResponseReturnValue],
) -> None:
    """Put the guard before every view of `app`: closed unless declared."""
    app.extensions["policy"] = policy

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None  # no such address: Flask answers 404
        view = current_app.view_functions[request.endpoint]
        if not hasattr(view, "permission"):
            current_app.logger.error("endpoint %s declares no permission", request.endpoint)
            abort(403)
        if view.permission is None:
            return None
        actor = current_actor()
        if not actor.signed_in:
            return ask_to_sign_in()
        if not policy.allows(actor, view.permission):
            abort(403)
        return None
