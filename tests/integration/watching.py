"""Looking for the traces that a text may leave: in tables, in files, in logs, in headers."""

import logging
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.client import Reader
from tests.integration.searching import everything

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_opened: list[list[str]] = []


def _hear(event: str, given: tuple[Any, ...]) -> None:
    """Note every file that Python opens to write, and every temporary one, while somebody listens.

    SQLite opens its own files without Python.
    """
    if not _opened:
        return
    if event == "open":
        path, mode, flags = given
        if set(str(mode or "")) & set("wax+") or int(flags or 0) & _WRITING:
            _opened[-1].append(str(path))
    elif event.startswith(("tempfile.", "os.rename", "os.mkdir", "subprocess.", "os.exec")):
        _opened[-1].append(f"{event} {given}")


sys.addaudithook(_hear)  # for good: Python takes none away again


@contextmanager
def files_opened_to_write() -> Iterator[list[str]]:
    """Give the files that are opened to write until the end of the block."""
    _opened.append([])
    try:
        yield _opened[-1]
    finally:
        _opened.pop()


def canary() -> str:
    """Return a word that stands nowhere and has no other form."""
    return "q" + "".join(secrets.choice("bcdfghjkmnpqrtvwxz") for _ in range(15))


@dataclass
class Watch:
    """Everything that was said and done around some requests, to look through for a word."""

    app: Flask
    caplog: pytest.LogCaptureFixture
    capfd: pytest.CaptureFixture[str]
    temporary: Path
    answers: list[TestResponse] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def traces(self, client: Reader, word: str) -> list[str]:
        """Return every place but the answers' own pages that has `word`, in any form."""
        found = [name for name, said in self._said(client) if _has(said, word)]
        found += [f"opened {path}" for path in self.opened]
        found += [f"temporary {path}" for path in self.temporary.rglob("*")]
        return found

    def _said(self, client: Reader) -> Iterator[tuple[str, str | bytes]]:
        yield "a table", everything(self.app)
        instance = self.app.extensions["settings"].instance
        files = [path for path in instance.rglob("*") if path.is_file()]
        assert any(path.parent.name.startswith("index-") for path in files), "the index is in it"
        for path in files:
            yield f"the file {path.name}", path.read_bytes()
        for record in self.caplog.records:
            yield f"the log {record.name}", f"{record.getMessage()} {record.__dict__!r}"
        captured = self.capfd.readouterr()
        yield "standard output", captured.out
        yield "standard error", captured.err
        for answer in self.answers:
            yield f"a header of {answer.status}", str(answer.headers)
        yield "the session", self._session(client)
        for address in ("/find-a-case/describe", "/", "/library", "/account"):
            yield f"the page {address}", client.get(address).text

    def _session(self, client: Reader) -> str:
        cookie = client.get_cookie(self.app.config["SESSION_COOKIE_NAME"], domain="localhost")
        if cookie is None:
            return ""
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return f"{cookie.value} {serializer.loads(cookie.value)!r}"


def _has(said: str | bytes, word: str) -> bool:
    text = said.decode("latin-1") if isinstance(said, bytes) else said
    # a stem would have lost its end
    return word[:12].casefold() in re.sub(r"[\0\s]", "", text).casefold()


@contextmanager
def watching(
    app: Flask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], folder: Path
) -> Iterator[Watch]:
    """Listen to all that goes on in `app` until the end of the block."""
    caplog.set_level(logging.DEBUG)
    for name in ("sqlalchemy", "werkzeug", "portal"):
        caplog.set_level(logging.DEBUG, logger=name)
    folder.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    watch = Watch(app, caplog, capfd, folder)
    try:
        with files_opened_to_write() as watch.opened:
            yield watch
    finally:
        tempfile.tempdir = before
