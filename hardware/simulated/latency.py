"""How long a modem thinks about a command."""

from dataclasses import dataclass
from typing import Literal

Latency = Literal["none", "usb"]


@dataclass(frozen=True, slots=True)
class Executed:
    """A command that ran, how many messages it listed, and seconds that a quirk held it up."""

    name: str
    messages: int
    held_up_s: float = 0.0


def latency_s(model: Latency, command: Executed) -> float:
    """Seconds that a command takes; "usb" is estimated from USB sticks, "none" adds nothing."""
    return command.held_up_s + (_usb_s(command) if model == "usb" else 0.0)


def _usb_s(command: Executed) -> float:
    match command.name:
        case "+CMGR":
            return 0.015
        case "+CMGD":
            return 0.040
        case "+CMGL":
            return 0.010 + 0.006 * command.messages
        case _:
            return 0.004
