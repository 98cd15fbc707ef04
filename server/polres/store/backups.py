"""Rows about the backups of desas' boxes, as their journals tell."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from server.polres.store.tables import projected

_BACKUPS = projected.backups


@dataclass(frozen=True, slots=True)
class BackupRow:
    """How a box is backed up; times in seconds since 1970 (UTC), 0 for never.

    Attributes:
        made_s: of the newest backup that passed its drill, with its `reports`.
        why: what hinders the next one, a word of `server.words.BACKUP_WHY`; "" for nothing.
        noted_s: when the box said so.
        restored_s: when the box was restored, None when it was not; `restored_from_s` is the
            time of that backup.
    """

    node: int
    made_s: int = 0
    reports: int = 0
    why: str = ""
    noted_s: int = 0
    restored_s: int | None = None
    restored_from_s: int | None = None


def get(connection: Connection, node: int) -> BackupRow | None:
    """What is known of a desa; None where its box said nothing."""
    row = connection.execute(select(_BACKUPS).where(_BACKUPS.c.node == node)).first()
    return None if row is None else BackupRow(*row)


def noted(
    connection: Connection, node: int, *, made_s: int, reports: int, why: str, noted_s: int
) -> None:
    """The box said how its backup stands."""
    values: dict[str, int | str] = {
        "made_s": made_s,
        "reports": reports,
        "why": why,
        "noted_s": noted_s,
    }
    _put(connection, node, values)


def restored(connection: Connection, node: int, *, at_s: int, from_s: int) -> None:
    """The box said that it was restored, and from how old a backup."""
    _put(connection, node, {"restored_s": at_s, "restored_from_s": from_s})


def _put(connection: Connection, node: int, values: dict[str, int | str]) -> None:
    fresh = {"made_s": 0, "reports": 0, "why": "", "noted_s": 0}
    statement = insert(_BACKUPS).values(node=node, **(fresh | values))
    connection.execute(statement.on_conflict_do_update(index_elements=["node"], set_=values))
