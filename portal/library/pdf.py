"""Tagged PDF (PDF/UA-1, ISO 14289-1) from an HTML copy, in a process of its own.

WeasyPrint sets the pages with the system's Pango. Neither is loaded where pages are served: the
work is done by `pdf_child.py`, which limits itself and ends.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

CHILD = Path(__file__).with_name("pdf_child.py")
PANGO_IS_MISSING = 3
"""What the child ends with where a library of the system is not there."""
WALL_SECONDS = 45
AT_A_TIME = 2
"""Copies that one process of the web server makes at the same time."""
PATIENCE_SECONDS = 15
_making = BoundedSemaphore(AT_A_TIME)


class NotMade(Exception):
    """This copy can't be had now; the message says why in one plain sentence."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.status = status
        """What the answer to the request is: 501 for never here, 503 for not now."""


MISSING = (
    "This server can’t make PDF files: the software that lays out their pages (Pango) is not "
    "installed on it."
)
BUSY = "The server is making other PDF files just now: try again in a minute."
FAILED = "The PDF of this document could not be made."


def from_html(
    html: str, command: tuple[str, ...] = (sys.executable, "-I", "-B", str(CHILD))
) -> bytes:
    """Return a page as a tagged PDF with its title and language.

    `command` reads the page and writes the PDF. Takes up to `WALL_SECONDS`, and waits up to
    `PATIENCE_SECONDS` while others are made. Raises `NotMade`.
    """
    if not _making.acquire(timeout=PATIENCE_SECONDS):
        raise NotMade(BUSY, 503)
    try:
        return _run(html, command)
    finally:
        _making.release()


def _run(html: str, command: tuple[str, ...]) -> bytes:
    child = subprocess.Popen(  # noqa: S603 (our own program, no shell)
        command,
        env={"LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        start_new_session=True,
    )
    try:
        made, _ = child.communicate(html.encode(), timeout=WALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise NotMade(FAILED, 503) from None
    finally:
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
    if child.returncode == PANGO_IS_MISSING:
        raise NotMade(MISSING, 501)
    if child.returncode or not made.startswith(b"%PDF-"):
        raise NotMade(FAILED, 503)
    return made
