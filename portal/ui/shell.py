"""The page around the content. It follows from little, so each variety is made once.

`ui/_shell.html` is the design system's own page template with a mark wherever a page puts something
of its own; it is rendered, cut at the marks and kept. `ui/base.html` puts a page's parts between.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from flask import Flask
from markupsafe import Markup

from portal.core.permissions import Permission

SERVICE_NAME = "Shared safeguarding practice"


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the service navigation: a section, its words, its address."""

    section: str
    text: str
    href: str
    needs: Permission | None = None
    """Shown to those who hold it; without one to everybody who is signed in."""
    behind: frozenset[str] = frozenset()
    """Other sections that are reached through it."""

    def leads_to(self, section: str) -> bool:
        """Tell whether a page of `section` lies behind this entry."""
        return section == self.section or section in self.behind


# one line at a desk, for everybody: the name of the service leads home, the desk to the rest
NAVIGATION = (
    NavigationItem(
        "desk", "Desk", "/desk", Permission.DESK_READ, frozenset({"authorities", "pairing"})
    ),
    NavigationItem("find", "Find a case", "/find-a-case"),
    NavigationItem("library", "Library", "/library"),
    NavigationItem("glossary", "Glossary", "/glossary"),
    NavigationItem("writing", "Writing", "/writing", Permission.WRITING_WRITE),
    NavigationItem("review", "Review", "/review", Permission.REVIEW),
    NavigationItem("authority", "Your authority", "/authority", Permission.AUTHORITY_READ_OWN),
    NavigationItem("people", "People", "/people", Permission.PEOPLE_MANAGE),
    NavigationItem("administration", "Administration", "/administration", Permission.JOBS_MANAGE),
    NavigationItem("account", "Your account", "/account"),
)
GATES = frozenset(item.needs for item in NAVIGATION if item.needs)
"""What the navigation asks of a person."""


class Shell(NamedTuple):
    """The pieces of a page between its own parts, in the order of the page."""

    before_title: Markup
    before_head: Markup
    before_nonce: Markup
    before_way_back: Markup
    before_content: Markup
    after_content: Markup


def init_app(app: Flask, *, education_gov_uk: bool, demonstration: bool) -> None:
    """Give the templates `shell(signed_in, section, held)`; `held` are those of `GATES`."""
    mark = "<!-- mark -->"

    @cache
    def shell(signed_in: bool, section: str, held: frozenset[Permission]) -> Shell:
        shown = [item for item in NAVIGATION if item.needs is None or item.needs in held]
        html = app.jinja_env.get_template("ui/_shell.html").render(
            mark=Markup(mark),  # noqa: S704 (our own)
            navigation=shown if signed_in else (),
            section=section,
            service_name=SERVICE_NAME,
            signed_in=signed_in,
            education_gov_uk=education_gov_uk,
            demonstration=demonstration,
        )
        return Shell(*(Markup(piece) for piece in html.split(mark)))  # noqa: S704 (escaped there)

    app.add_template_global(shell, "shell")
    app.jinja_env.globals |= {"SERVICE_NAME": SERVICE_NAME, "no_gates": frozenset()}
