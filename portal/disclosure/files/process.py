"""Reads a file in a process of its own, so that no file can harm the one that asks."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from portal.disclosure.files.limits import Limits
from portal.disclosure.files.reading import Kind, Picture, Piece, Reading, Where
from portal.disclosure.files.refusals import (
    DAMAGED,
    EMPTY,
    TOO_COMPLEX,
    TOO_SLOW,
    Refused,
    too_large,
)

_ROOT = Path(__file__).resolve().parents[3]
# The rooms' own __init__ would load Flask and word lists, so the child sees the packages bare.
_START = """
import sys, types
root = sys.argv[1]
for name in ("portal", "portal.disclosure"):
    module = types.ModuleType(name)
    module.__path__ = [root + "/" + name.replace(".", "/")]
    sys.modules[name] = module
sys.path.insert(0, root)
from portal.disclosure.files.child import main
main()
"""
_PREFIX = "reading-"
_OURS = re.compile(re.escape(_PREFIX) + r"[a-z0-9_]{8}")
"""As `mkdtemp` names them."""
_LEFT_BEHIND = 3600.0
"""Seconds."""
_ANSWER = 256 * 1024 * 1024
_OUT_OF_TIME = {-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL}


def read(path: Path | str, *, name: str, limits: Limits | None = None) -> Reading:
    """Return all that the file at `path`, called `name` by its owner, holds.

    Takes up to `limits.wall_seconds`; safe in any thread. Raises Refused, with a reason for the
    owner, for whatever cannot be checked; OSError where the file is not there.
    """
    limits = limits or Limits()
    size = os.stat(path).st_size
    if size == 0:
        raise Refused(EMPTY)
    if size > limits.file_bytes:
        raise too_large(limits.file_bytes)
    _tidy(max(_LEFT_BEHIND, 2 * limits.wall_seconds))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        request = {"path": str(Path(path).resolve()), "name": name, "limits": asdict(limits)}
        (folder / "request.json").write_text(json.dumps(request), "utf-8")
        _run(folder, limits)
        return _answer(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tidy(age: float) -> None:
    """Remove our own folders older than `age` seconds, left by a parent that was killed."""
    oldest = time.time() - age
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if not _OURS.fullmatch(entry.name) or not entry.is_dir(follow_symlinks=False):
                    continue
                seen = entry.stat(follow_symlinks=False)
                if seen.st_uid == os.getuid() and seen.st_mtime < oldest:
                    shutil.rmtree(entry.path, ignore_errors=True)


def _run(folder: Path, limits: Limits) -> None:
    """Run the child to its end; raise Refused where it is out of time or breaks down."""
    child = subprocess.Popen(  # noqa: S603 (our own program, no shell)
        [sys.executable, "-I", "-B", "-c", _START, str(_ROOT)],
        cwd=folder,
        env={"LC_ALL": "C.UTF-8", "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        start_new_session=True,
    )
    try:
        code = child.wait(limits.wall_seconds)
    except subprocess.TimeoutExpired as error:
        raise Refused(TOO_SLOW) from error
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    if code in _OUT_OF_TIME:
        raise Refused(TOO_SLOW)
    if code:
        raise Refused(DAMAGED)


def _answer(folder: Path) -> Reading:
    """Return what the child wrote; raise Refused where that is what it says, or is no answer."""
    answer = folder / "answer.json"
    try:
        if answer.stat().st_size > _ANSWER:
            raise Refused(TOO_COMPLEX)
        said: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(DAMAGED) from error
    if "refused" in said:
        raise Refused(said["refused"])
    return Reading(
        Kind(said["kind"]),
        tuple(Piece(**{**one, "where": Where(one["where"])}) for one in said["pieces"]),
        said["markdown"],
        tuple(_picture(folder, one) for one in said["pictures"]),
        tuple(said["warnings"]),
    )


def _picture(folder: Path, said: dict[str, Any]) -> Picture:
    return Picture(**said, data=(folder / f"picture-{int(said['number'])}").read_bytes())
