"""How long a modem thinks about a command."""

from dataclasses import dataclass
from typing import Literal

Latency = Literal["none", "usb"]


@dataclass(frozen=True, slots=True)
class Executed:
    """A command that ran, and how many messages it listed."""

    name: str
    messages: int


def latency_s(model: Latency, command: Executed) -> float:
    """Seconds that a command takes; "usb" is estimated from USB sticks, "none" is 0."""
    if model == "none":
        return 0.0
    match command.name:
        case "+CMGR":
            return 0.015
        case "+CMGD":
            return 0.040
        case "+CMGL":
            return 0.010 + 0.006 * command.messages
        case _:
            return 0.004
