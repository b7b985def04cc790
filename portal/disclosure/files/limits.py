"""How much of time, memory and content one file may take."""

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits for one file; sizes in bytes, times in seconds."""

    file_bytes: int = 20 * _MIB
    unpacked_bytes: int = 200 * _MIB
    """Of everything packed inside, files within files included."""
    part_bytes: int = 50 * _MIB
    """Of one part, unpacked."""
    ratio: int = 100
    """How many times larger than packed the parts may be, once they pass 10 MiB together."""
    parts: int = 2000
    depth: int = 3
    """Files within files within files."""
    pages: int = 300
    objects: int = 200_000
    """Objects of a PDF."""
    characters: int = 5_000_000
    """Of all text found."""
    pieces: int = 20_000
    pictures: int = 60
    pixels: int = 40_000_000
    """Of one picture."""
    picture_bytes: int = 40 * _MIB
    """Of all pictures as they are handed back."""
    memory_bytes: int = 1024 * _MIB
    cpu_seconds: int = 40
    wall_seconds: float = 90
