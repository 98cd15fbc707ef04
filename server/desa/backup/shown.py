"""The backup as the page of the box shows it."""

from dataclasses import dataclass
from pathlib import Path

from server.desa.backup import making, nightly, records
from server.desa.node import Node


@dataclass(frozen=True, slots=True)
class StickLine:
    """A stick with its newest good backup.

    Attributes:
        made_s: seconds since 1970 (UTC).
        plugged: it is in the box now.
        said: what the drill said.
    """

    mark: str
    made_s: int
    mebioctets: float
    plugged: bool
    said: str


@dataclass(frozen=True, slots=True)
class Backups:
    """How the backup stands.

    Attributes:
        wanted: whether the settings name a folder for it.
        work: what is being done now, "" for nothing; `percent` of it.
        sticks: newest backup first.
        hindered: why the last try failed, a sentence for each folder.
        keep: how many stay on each stick.
        at_h: hour of the night, in the desa's zone.
    """

    wanted: bool
    work: str = ""
    percent: int = 0
    sticks: tuple[StickLine, ...] = ()
    hindered: tuple[str, ...] = ()
    keep: int = 7
    at_h: int = 2


def backups(node: Node) -> Backups:
    """What is known of a running node's backups."""
    settings, board = node.settings.backup, node.backup
    with node.database.read() as db:
        rows = records.by_stick(db)
        troubles = [
            known.trouble
            for folder in settings.folders
            if (known := records.folder(db, Path(folder))) is not None
        ]
    lines = tuple(
        StickLine(
            row.stick,
            row.made_s,
            row.octets / 2**20,
            row.stick in board.plugged,
            nightly.counted(row),
        )
        for row in rows
    )
    waiting = "menunggu" if board.busy else ""
    return Backups(
        wanted=bool(settings.folders),
        work=board.work or waiting,
        percent=100 * board.done // board.of if board.work and board.of else 0,
        sticks=lines,
        hindered=tuple(dict.fromkeys(making.sentence_of(why) for why in troubles if why)),
        keep=settings.keep,
        at_h=settings.at_h,
    )
