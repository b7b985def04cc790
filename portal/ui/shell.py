"""The parts of the page around the content. They depend on little, so each is made once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from flask import Flask
from markupsafe import Markup

SERVICE_NAME = "Shared safeguarding practice"


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the service navigation: a section, its words, its address."""

    section: str
    text: str
    href: str


NAVIGATION = (
    NavigationItem("home", "Home", "/"),
    NavigationItem("find", "Find a case", "/find-a-case"),
    NavigationItem("library", "Library", "/library"),
    NavigationItem("glossary", "Glossary", "/glossary"),
    NavigationItem("account", "Your account", "/account"),
)


def init_app(app: Flask, *, education_gov_uk: bool, demonstration: bool) -> None:
    """Give the templates `shell_header(signed_in, section)` and `shell_footer()`."""

    def made_from(template: str) -> Callable[..., Markup]:
        @cache
        def made(**parts: object) -> Markup:
            navigation = NAVIGATION if parts.get("signed_in") else ()
            loaded = app.jinja_env.get_template(template)
            return Markup(  # noqa: S704 (the output of an escaping template)
                loaded.render(
                    navigation=navigation,
                    service_name=SERVICE_NAME,
                    education_gov_uk=education_gov_uk,
                    demonstration=demonstration,
                    **parts,
                )
            )

        return made

    app.add_template_global(made_from("ui/_header.html"), "shell_header")
    app.add_template_global(made_from("ui/_footer.html"), "shell_footer")
    app.jinja_env.globals["SERVICE_NAME"] = SERVICE_NAME
