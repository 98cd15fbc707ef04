"""A server that was set back, or that is not the only one: what proves it, and what is shown."""

from dataclasses import dataclass
from typing import Final

from server.polres.district import District
from server.polres.store import nodes, restores
from server.polres.store.engine import Connection
from server.polres.store.restores import EvidenceRow

RESTORED: Final = "restored"
TWIN: Final = "twin"
AHEAD_S_MAX: Final = 15 * 60
"""Times in receipts rise with each, so that many in a row run ahead of the clock."""
SHOWN_S: Final = 7 * 24 * 3_600


@dataclass(frozen=True, slots=True)
class Notice:
    """What every page says about the server itself; times in seconds since 1970.

    Attributes:
        restored_s: when it was found that this server was set back; None when not lately.
        silent: desas that have not called since then, out of `desas`.
        twin_s: when it was last found that another server signs with our keys.
    """

    restored_s: int | None
    silent: int
    desas: int
    twin_s: int | None


def found(node: int, signed_s: int, since_s: int | None, proof: bytes, now_s: int) -> EvidenceRow:
    """What a receipt proves that bears our signature and that we did not write.

    Signed before this process began to answer, it comes from the time that a restore took from
    us. Signed while this process answered, it comes from another server that has our keys.
    """
    twin = since_s is not None and signed_s > since_s + AHEAD_S_MAX
    return EvidenceRow(node, TWIN if twin else RESTORED, now_s, proof)


def note(connection: Connection, district: District, node: int, proof: bytes, now_s: int) -> None:
    """A desa holds orders of ours that we do not: raise the era, once in the life of a process."""
    since_s = district.opened_s or 0
    known = (restores.newest_evidence(connection, kind) for kind in (RESTORED, TWIN))
    if any(one is not None and one.at_s >= since_s for one in known):
        return
    nodes.set_counter(connection, "era", nodes.counter(connection, "era") + 1)
    restores.add_evidence(connection, EvidenceRow(node, RESTORED, now_s, proof))


def notice(district: District, now_s: int) -> Notice | None:
    """What the pages must say; None when nothing was found in the last seven days."""
    with district.read() as connection:
        times = {
            kind: row.at_s
            for kind in (RESTORED, TWIN)
            if (row := restores.newest_evidence(connection, kind)) is not None
            and now_s - row.at_s <= SHOWN_S
        }
        if not times:
            return None
        known = [one for one in nodes.every(connection) if one.public is not None]
    restored_s = times.get(RESTORED)
    silent = sum(
        1 for one in known if restored_s is not None and (one.last_contact_s or 0) < restored_s
    )
    return Notice(restored_s, silent, len(known), times.get(TWIN))
