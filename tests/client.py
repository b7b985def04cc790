"""A client that reads as a person does, and refuses every page that is not sound."""

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from portal.accounts import service as accounts
from portal.accounts.models import User
from portal.core import form_tokens
from portal.core.database import short_transaction
from tests.people import PASSWORD, Person

HTML = "{http://www.w3.org/1999/xhtml}"


@lru_cache(maxsize=16)
def parsed(html: str) -> Element:
    """Parse a page, strictly; one that was checked a moment ago is not read again."""
    parser = html5lib.HTMLParser(strict=True, tree=html5lib.getTreeBuilder("etree"))
    root: Element = parser.parse(html)
    return root


class Page:
    """A parsed page with the few questions that tests ask of it."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.root = parsed(html)

    def all(self, tag: str) -> list[Element]:
        return list(self.root.iter(f"{HTML}{tag}"))

    @staticmethod
    def text_of(element: Element) -> str:
        return " ".join("".join(element.itertext()).split())

    @property
    def heading(self) -> str:
        (heading,) = self.all("h1")
        return self.text_of(heading)

    @property
    def title(self) -> str:
        (title,) = (t for t in self.all("title"))
        return self.text_of(title)

    @property
    def text(self) -> str:
        (body,) = self.all("body")
        return self.text_of(body)

    @property
    def links(self) -> dict[str, str]:
        return {self.text_of(link): link.get("href", "") for link in self.all("a")}

    @property
    def fields(self) -> dict[str, str]:
        return {i.get("name", ""): i.get("value", "") for i in self.all("input") if i.get("name")}

    def check(self) -> None:
        """Fail where a page would be unsound for anyone."""
        ids = Counter(element.get("id") for element in self.root.iter() if element.get("id"))
        assert not [id_ for id_, times in ids.items() if times > 1], "an id stands twice"
        assert len(self.all("h1")) == 1, "a page has one main heading"
        assert self.all("html")[0].get("lang") == "en"
        assert not [e for e in self.root.iter() if e.get("style")], "inline style"
        for form in self.all("form"):
            assert form.get("method") in {"get", "post"}, "a form says its method"
        targets = {e.get("href", "") for e in self.all("a")}
        for target in targets:
            assert target, "a link leads somewhere"
            if target.startswith("#"):
                assert target[1:] in ids, f"{target} leads nowhere"
        levels = [int(e.tag[-1]) for e in self.root.iter() if re.fullmatch(HTML + r"h[1-6]", e.tag)]
        for before, after in pairwise(levels):
            assert after <= before + 1, "a heading level is left out"


class Reader(Client):
    """A browser of one person. Every HTML page it meets is checked."""

    application: Flask

    def open(self, *args: object, **kwargs: object) -> TestResponse:  # type: ignore[override]
        kwargs.setdefault("base_url", "https://localhost")
        response = super().open(*args, **kwargs)  # type: ignore[arg-type]
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 308}:
            attached = "attachment" in response.headers.get("Content-Disposition", "")
            if not attached:
                self.check_headers(response)
            Page(response.text).check()
        return response

    @staticmethod
    def check_headers(response: TestResponse) -> None:
        headers = response.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "http" not in policy, "no other host"
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Referrer-Policy"] == "no-referrer"

    def page(self, address: str, status: int = 200) -> Page:
        """Open an address and return its page."""
        response = self.get(address)
        assert response.status_code == status, f"{address}: {response.status_code}"
        return Page(response.text)

    def sign_in(self, person: Person, password: str = PASSWORD, after: str = "") -> TestResponse:
        """Sign in as `person` through the form."""
        form = self.page("/sign-in").fields
        data = {"csrf_token": form["csrf_token"], "email": person.email, "password": password}
        return self.post(f"/sign-in{after}", data=data)

    def let_in(self, person: Person) -> None:
        """Give the browser what the sign-in form gives it, without the form.

        That has tests of its own; in others it took a quarter of the time.
        """
        app = self.application
        with app.app_context(), short_transaction() as session:
            user = session.scalars(select(User).where(User.email == person.email)).one()
            assert user.active, f"{person.name} is not let in"
            begun = accounts.begin(session, user=user, browser=None)
            token = form_tokens.new(user.id)
        cookie = {"_user_id": begun.token, "_fresh": True, form_tokens.FIELD: token}
        signed = SecureCookieSessionInterface().get_signing_serializer(app).dumps(cookie)
        name = app.config["SESSION_COOKIE_NAME"]
        self.set_cookie(name, signed, domain="localhost", secure=True)


def reader(app: Flask, person: Person | None = None) -> Reader:
    """Return a new browser on `app`, signed in as `person`."""
    client = Reader(app, app.response_class, use_cookies=True)
    client.application = app
    if person is not None:
        client.let_in(person)
    return client
