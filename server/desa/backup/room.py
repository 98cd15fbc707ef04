"""How much memory a drill may take."""

from pathlib import Path
from typing import Final

_MEMINFO: Final = Path("/proc/meminfo")


def free_memory_octets() -> int | None:
    """What the kernel says is available to a new program; None where it does not tell."""
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        kib = next(line for line in lines if line.startswith("MemAvailable:")).split()[1]
        return int(kib) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return None
