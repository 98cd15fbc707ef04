"""Chores: small jobs that want a modem while it has nothing better to do."""

from collections.abc import Callable
from typing import Final

from hardware.filling import Erasing
from hardware.modem import Modem
from server.desa.gateway.simlife import credit, deafness
from server.desa.node import Node
from server.desa.state.radio import RadioState

Chore = Callable[[Node, RadioState, Modem, float], bool]
"""One small piece of work, run in the thread that owns the modem; True when it did something.

It comes only while no text waits to be read or sent, and must soon be done: a text that comes
meanwhile waits for it. A modem's own error may pass through. The last argument is the monotonic
clock; `RadioState.quiet_since_s` tells since when no text came or went.
"""

QUIET_S: Final = 60.0
ERASING: Final = {
    Erasing.UNKNOWN: "",
    Erasing.FILLS: "SMS yang sudah dihapus dari kartu SIM ditimpa saat modem sepi.",
    Erasing.ELSEWHERE: (
        "Modem ini tidak dapat menimpa kartu SIM; SMS diterima di memori modem, bukan di kartu."
    ),
    Erasing.NEITHER: (
        "Modem ini tidak dapat menimpa SMS yang sudah dihapus; bekasnya dapat tinggal di kartu SIM."
    ),
}


def overwrite_freed(node: Node, radio: RadioState, modem: Modem, now_s: float) -> bool:
    """Write fillers over freed slots of the SIM, one a call, or delete them again."""
    del node
    return now_s - radio.quiet_since_s >= QUIET_S and modem.fill()


CHORES: tuple[Chore, ...] = (credit.tend, deafness.tend, overwrite_freed)
