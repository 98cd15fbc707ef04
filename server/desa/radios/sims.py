"""Which SIM card each modem may send with: the first one, and those that people accepted."""

import sqlite3
from collections.abc import Mapping


def judge(known: Mapping[str, str], modem: str, sim: str) -> str:
    """The SIM that may send from a modem: the one there, or the one that it takes the place of.

    A modem that never had one takes the first; a SIM that was accepted in one modem may move to
    another. A SIM that does not tell who it is changes nothing.

    Args:
        known: the accepted SIM of each modem.
        modem: the modem's mark.
        sim: the mark of the SIM in it, "" when unknown.
    """
    before = known.get(modem, "")
    return sim if sim and (not before or sim in known.values()) else before


def known(db: sqlite3.Connection) -> dict[str, str]:
    """The accepted SIM of each modem."""
    return {str(modem): str(sim) for modem, sim in db.execute("select modem, sim from sims")}


def accept(db: sqlite3.Connection, modem: str, sim: str) -> None:
    """Let a SIM send from a modem, and no other one that was there before.

    Cards that changed places between two modems may both send.
    """
    before = known(db).get(modem)
    if before:
        db.execute("update sims set sim = ? where sim = ? and modem <> ?", (before, sim, modem))
    db.execute("insert or replace into sims (modem, sim) values (?, ?)", (modem, sim))
