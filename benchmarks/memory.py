"""Memory of a process as Linux tells it. Imports little: it stands in what is measured."""

import re
from typing import NamedTuple


class Memory(NamedTuple):
    """In megabytes (10⁶ bytes): all that is mapped, and the fair share of what others map too."""

    rss: float
    pss: float


def memory(pid: int) -> Memory:
    """Return the memory of a process."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        found = dict(re.findall(r"^(\w+): +(\d+) kB", file.read(), re.MULTILINE))
    return Memory(*(int(found[name]) * 1024 / 1e6 for name in ("Rss", "Pss")))
