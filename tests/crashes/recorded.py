"""Days that were played under strace: their calls, what they left, and who judges that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import disk_calls
import older_tables
from disk_calls import Call
from going_on import PAIR, laid_out
from judged import Judge, judges_of
from power_cut import in_memory
from told import Told

MACHINES = (*PAIR, older_tables.DESA, older_tables.POLRES)
HERE = Path(__file__).parent
KEPT_APART = {"told", "told.before", "keys.json"}


@dataclass(slots=True)
class Day:
    """A day as its calls.

    Attributes:
        judges: who judges each machine.
        left: the files that it left. keys: every key that was in RAM, for the judges.
        found: the files that it began with. before: what had been told when it began.
    """

    calls: list[Call]
    judges: dict[str, Judge]
    left: dict[str, bytes]
    keys: str
    found: dict[str, bytes] = field(default_factory=dict)
    before: Sequence[str] = ()

    def found_on(self, machine: str) -> dict[str, bytes]:
        """The files that one machine began with."""
        return {name: one for name, one in self.found.items() if name.startswith(f"{machine}/")}

    def told_before(self) -> Told:
        """What had been told when it began."""
        told = Told()
        for line in self.before:
            told.hear(line)
        return told


def recorded_day(fault: str = "") -> Day:
    """Play the scripted day as a process of its own, with a fault from `faulty_ways` or none."""
    with in_memory() as home:
        folder = home / "day"
        folder.mkdir()
        calls = disk_calls.recorded(HERE / "scripted_day.py", folder, fault)
        return _day(folder, calls)


def recorded_life(found: dict[str, bytes], before: Sequence[str], keys: str) -> Day:
    """Let village and Polres go on from files as a cut left them, as a process of their own."""
    with in_memory() as home:
        folder = home / "day"
        laid_out(folder, found)
        (folder / "told.before").write_text("".join(before), encoding="ascii")
        (folder / "keys.json").write_text(keys, encoding="ascii")
        calls = disk_calls.recorded(HERE / "second_life.py", folder)
        made = _day(folder, calls)
    made.found, made.before = found, before
    return made


def machine_of(call: Call) -> str:
    """Whose disk a call is about."""
    return getattr(call, "path", "").split("/", 1)[0]


def _day(folder: Path, calls: list[Call]) -> Day:
    left = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in KEPT_APART
    }
    keys = (folder / "keys.json").read_text(encoding="ascii")
    return Day(calls, judges_of(folder), left, keys)
