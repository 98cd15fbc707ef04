"""What a radio thread remembers from one round to the next."""

from dataclasses import dataclass, field

from hardware.answers import Notice


@dataclass(slots=True)
class Due:
    """When each of the recurring things is to be done next, monotonic seconds."""

    list_s: float = 0.0
    # 0 while nothing kept is unread.
    read_s: float = 0.0
    health_s: float = 0.0
    operator_s: float = 0.0
    speak_s: float = 0.0
    chore_s: float = 0.0
    sim_s: float = 0.0


@dataclass(slots=True)
class Seen:
    """What this thread knows of its modem beside what it has published."""

    network: bool = False
    card: str = ""
    memory: str = ""
    quiet_since_s: float = 0.0
    bell: int = -1
    turn: int = 0
    # Calls, and what came past the memories: they are nowhere else until they are kept.
    waiting: list[Notice] = field(default_factory=list)
    # From when on another listing is not too soon.
    list_from_s: float = 0.0
    told: str = ""
