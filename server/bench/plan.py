"""What a bench of the gateway is asked to measure."""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """One kind of measure."""

    DRAIN = "drain"
    KILLS = "kills"
    LATENCY = "latency"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything.

    Attributes:
        parts: what is measured. seed: of all chances.
        peers: whether other programs run beside.
        rounds: drains of each kind; figures are medians.
        texts, long_texts: single texts and texts of three parts in a drain.
        io_texts: texts in the run that is watched for its writes.
        kills, peer_kills: SIGKILLs of ours and of each peer. at_once: modems side by side.
        ack_texts: texts, one a second, of which the answer is awaited.
        idle_s: how long the processor is watched at rest.
        surge, senders: texts and numbers of the surge.
    """

    parts: frozenset[Part] = frozenset(Part)
    seed: int = 1
    peers: bool = True
    rounds: int = 3
    texts: int = 500
    long_texts: int = 100
    io_texts: int = 100
    kills: int = 100
    peer_kills: int = 30
    at_once: int = 12
    ack_texts: int = 120
    idle_s: float = 60.0
    surge: int = 2_000
    senders: int = 200
