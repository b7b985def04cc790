"""The portal with work for tests, which writes down what it does: `flask --app tests.working`."""

import os
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path

from portal import create_app
from portal.core.config import Settings
from portal.core.jobs import Jobs, Kind

NOTES = "notes.txt"
LEASE = timedelta(seconds=2)

app = create_app()
_settings: Settings = app.extensions["settings"]


def notes(instance: Path) -> list[str]:
    """Return what was written down so far."""
    path = instance / NOTES
    return path.read_text(encoding="ascii").splitlines() if path.exists() else []


def _note(word: str) -> None:
    # one write of a few bytes: lines of two processes do not mix
    with (_settings.instance / NOTES).open("ab", buffering=0) as file:
        file.write(f"{word}\n".encode())


def _note_slowly(word: str, seconds: float = 0.05) -> None:
    _note(f"begun {word}")
    time.sleep(seconds)
    _note(f"done {word}")


def _die_at_first(word: str, when: str) -> None:
    first = f"begun {word}" not in notes(_settings.instance)
    _note(f"begun {word}")
    if first and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    _note(f"done {word}")
    if first and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)


def _every_second(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"


_jobs: Jobs = app.extensions["jobs"]
_jobs.register(Kind("test.note", "Write something down", _note_slowly))
_jobs.register(Kind("test.die", "Die at the first try", _die_at_first, lease=LEASE))
_jobs.register(Kind("test.second", "Tick", lambda: _note("tick")), _every_second)
