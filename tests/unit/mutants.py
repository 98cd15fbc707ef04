"""Messages and frames as somebody on the road, or a thief of a box, might change them."""

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sync.entry import Log
from sync.errors import SyncError
from sync.frame import Frame

EXTREMES = (0, 1, 127, 128, 255, 2**16 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)
SHARE = 10_000
IN_THE_SUITE = 5_000


def count_of(share: int) -> int:
    """How many mutants a test makes: its share, in 10,000, of as many as `KENTONGAN_MUTANTS`."""
    wanted = int(os.environ.get("KENTONGAN_MUTANTS", str(IN_THE_SUITE)))
    return max(1, wanted * share // SHARE)


@dataclass
class Tally:
    """What became of mutants.

    Attributes:
        accepted: those that changed what is held.
        crashed: those that raised what is not declared, by its name.
    """

    name: str
    made: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    accepted: list[bytes] = field(default_factory=list)
    crashed: Counter[str] = field(default_factory=Counter)

    def run(self, mutant: bytes, deliver: Callable[[bytes], str]) -> None:
        """Deliver one: `deliver` gives how it was refused, or an empty word for taken."""
        self.made += 1
        try:
            said = deliver(mutant)
        except SyncError as error:
            said = type(error).__name__
        except Exception as error:  # noqa: BLE001 -- whatever else is raised is what we look for
            self.crashed[f"{type(error).__name__}: {error}"[:120]] += 1
            return
        if said:
            self.refused[said] += 1
        else:
            self.accepted.append(mutant)

    def check(self) -> None:
        """Nothing was taken and nothing crashed."""
        told = ", ".join(f"{count} {word}" for word, count in self.refused.most_common())
        print(
            f"{self.name}: {self.made} mutants, accepted {len(self.accepted)}, "
            f"crashed {sum(self.crashed.values())}; {told}"
        )
        assert self.crashed == Counter()
        assert self.accepted == []
        assert self.made


def mutant_of(draw: random.Random, octets: bytes, others: Sequence[bytes]) -> bytes:
    """Octets that differ from all that were written."""
    while True:
        changed = _changed(draw, octets, draw.choice(others))
        if changed != octets and changed not in others:
            return changed


def _changed(draw: random.Random, octets: bytes, other: bytes) -> bytes:
    at = draw.randrange(len(octets)) if octets else 0
    to = at + draw.choice((1, 2, 4, 16, 64, 300))
    head, middle, tail = octets[:at], octets[at:to], octets[to:]
    size = draw.choice((1, 2, 4, 8))
    extreme = (draw.choice(EXTREMES) % (1 << 8 * size)).to_bytes(size, "big")
    return draw.choice(
        (
            head + bytes(octet ^ 1 << draw.randrange(8) for octet in middle[:1]) + octets[at + 1 :],
            head,
            head + tail,
            head + middle + middle + tail,
            head + draw.randbytes(to - at) + middle + tail,
            head + other[at:],
            head + other[at:to] + tail,
            middle + tail + head,
            head + extreme + octets[at + size :],
            octets + other[: draw.randrange(1, 200)],
            head + bytes(len(middle)) + tail,
        )
    )


def frame_mutant(draw: random.Random, one: Frame, others: Sequence[Frame]) -> Frame:
    """A frame of which one field is another's, or impossible."""
    while True:
        changed = _other_field(draw, one, draw.choice(others))
        if changed != one and changed not in others:
            return changed


def _other_field(draw: random.Random, one: Frame, other: Frame) -> Frame:
    log_id = one.log_id
    bent: dict[str, object] = draw.choice(
        (
            {"log_id": replace(log_id, node=log_id.node + draw.choice((1, -1)))},
            {"log_id": replace(log_id, instance=draw.randrange(65_536))},
            {"log_id": replace(log_id, log=Log(1 - log_id.log))},
            {"codec": draw.choice((0, 1, 2, 15, 255))},
            {"dictionary": draw.choice((0, 1, 2, 65_535))},
            {"prefix": draw.choice((0, 1, other.first, one.first, 2**32 - 1))},
            {"first": draw.choice((1, other.first, one.first + 1, 2**32 - 1))},
            {"count": draw.choice((1, one.count + 1, one.count - 1, 255, 65_535))},
            {"session": draw.choice((other.session, draw.randbytes(16)))},
            {"signature": draw.choice((other.signature, draw.randbytes(64)))},
            {"body": other.body},
            {"body": mutant_of(draw, one.body, [other.body])},
        )
    )
    return replace(one, **bent)  # type: ignore[arg-type]
