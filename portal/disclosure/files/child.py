"""The process that reads one file: it limits itself, reads, writes what it found, and ends.

Started by `process` in an empty folder, where `request.json` says what to read. It answers with
`answer.json` and the pictures beside it. It may open no connection and start no other program.
"""

import json
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

_FORBIDDEN = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.spawn",
    "ctypes.", "webbrowser.", "urllib.", "ftplib.", "http.", "smtplib.", "shutil.",
)  # fmt: skip
_FILES_OPEN = 64
_ANSWER = 256 * 1024 * 1024
"""Bytes of one file that the child may write."""


def main() -> None:
    """Read the file of the request."""
    request = json.loads(Path("request.json").read_text("utf-8"))
    limits = request["limits"]
    _limit(limits)
    from portal.disclosure.files.extracting import extract
    from portal.disclosure.files.limits import Limits
    from portal.disclosure.files.refusals import TOO_COMPLEX, Refused

    sys.addaudithook(_forbid)  # after the libraries are loaded: they may look around
    try:
        data = Path(request["path"]).read_bytes()
        reading = extract(data, request["name"], Limits(**limits))
        answer: dict[str, Any] = asdict(reading)
        for picture in answer["pictures"]:
            Path(f"picture-{picture['number']}").write_bytes(picture.pop("data"))
        text = json.dumps(answer)
    except Refused as refused:
        text = json.dumps({"refused": refused.reason})
    except MemoryError:
        text = json.dumps({"refused": TOO_COMPLEX})
    Path("answer.json").write_text(text, "utf-8")


def _limit(limits: dict[str, Any]) -> None:
    """Bind this process: the system ends it where it takes more."""
    seconds = int(limits["cpu_seconds"])
    for what, most in (
        (resource.RLIMIT_AS, int(limits["memory_bytes"])),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, _ANSWER),
        (resource.RLIMIT_NOFILE, _FILES_OPEN),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.alarm(int(limits["wall_seconds"]) + 1)  # should the parent be gone


def _forbid(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
