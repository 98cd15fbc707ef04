"""When a backup is due, making it, and telling people and the Polres how it stands."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from server import words
from server.desa.backup import making, records, stick
from server.desa.backup.board import Ended, Wish
from server.desa.backup.errors import BackupError, NoFolder, StickGone
from server.desa.backup.making import Box, Made, Watcher
from server.desa.node import Node
from server.desa.restores import asking
from server.domain import events as e
from server.domain.decide import Decision
from sync import peers
from sync.canonical import pack, row, unpack

DAY_S: Final = 86_400
AGAIN_S: Final = 3_600
LOOK_EVERY_S: Final = 30.0
NOTED_EVERY_S: Final = 7 * DAY_S
RESTORED: Final = "restored"
"""Name among the peers' values: what the restored box has yet to journal."""
_NOTED: Final = "backup noted"
_SAME_DISK: Final = "Perhatian: folder itu di kartu kotak sendiri; ia hilang bersama kartunya."


def box_of(node: Node) -> Box:
    """The running node as a backup needs it."""
    return Box(
        node.directory,
        node.database,
        node.ledger.log_id,
        node.keys.identity.duty,
        node.vault,
        node.settings.backup.keep,
        node.random,
    )


def tick(node: Node, now_s: float, stop: threading.Event) -> int:
    """Make the backups that are wished for or due; gives how many were tried."""
    now = node.stamp(now_s).wall_s
    tried = 0
    wish = node.backup.next_wish()
    if wish is not None:
        _answer(node, wish, now, stop)
        tried += 1
    folders = tuple(map(Path, node.settings.backup.folders))
    looked_s = node.backup.looked_s
    if not folders or (wish is None and looked_s is not None and now_s - looked_s < LOOK_EVERY_S):
        return tried
    for folder in folders:
        if _due(node, folder, now):
            _try(node, folder, now, stop)
            tried += 1
    node.backup.plugged = frozenset(stick.mark_of(folder) for folder in folders)
    node.backup.looked_s = now_s
    _note(node, now_s)
    return tried


def begin(node: Node, now_s: float) -> None:
    """The first start of a restored box says in its journal what it was restored from."""
    with node.database.read() as db:
        kept = peers.value(db, RESTORED)
    if kept is None:
        return
    instance, seq, digest, made_s = row(unpack(kept), int, int, bytes, int)[:4]
    end = int(str(instance)), int(str(seq)), digest if isinstance(digest, bytes) else b""
    # What the Polres lacks of the log before is carried over when it has told how far it came.
    events = e.Resumed(*end, end[1]), e.BoxRestored(*end, int(str(made_s)))

    def told() -> None:
        node.database.connection.execute("delete from peers where name = ?", (RESTORED,))
        asking.show_all(node.database.connection)

    node.ledger.record(node.stamp(now_s), Decision(events), cause="restored", also=told)


def restored_note(instance: int, seq: int, digest: bytes, made_s: int) -> bytes:
    """What `begin` reads."""
    return pack((instance, seq, digest, made_s))


def last_night_s(now_s: int, at_h: int, zone: str) -> int:
    """The latest moment at which a night's backup was to be made, seconds since 1970 (UTC)."""
    local = words.local(now_s, zone)
    night = local.replace(hour=at_h, minute=0, second=0, microsecond=0)
    night_s = int(night.timestamp())
    return night_s if night_s <= now_s else night_s - DAY_S


def _due(node: Node, folder: Path, now: int) -> bool:
    """Not since the last night's hour, and not tried in the last hour.

    A time that lies ahead was noted by a wrong clock, and hinders nothing.
    """
    settings = node.settings
    with node.database.read() as db:
        good = records.newest_good(db, folder)
        known = records.folder(db, folder)
    night_s = last_night_s(now, settings.backup.at_h, settings.desa.zone)
    if good is not None and night_s <= good.made_s <= now:
        return False
    return known is None or not now - AGAIN_S < known.tried_s <= now


def _answer(node: Node, wish: Wish, now: int, stop: threading.Event) -> None:
    folders = node.settings.backup.folders
    chosen = [wish.folder] if wish.folder is not None else list(map(Path, folders))
    told, good = [], bool(chosen)
    if not chosen:
        told.append(NoFolder().sentence)
    for folder in chosen:
        made = _try(node, folder, now, stop, by_hand=wish.folder is not None)
        good = good and isinstance(made, Made)
        told.append(sentence(made) if isinstance(made, Made) else made.sentence)
    node.backup.end(wish, Ended(tuple(told), good))


def _try(
    node: Node, folder: Path, now: int, stop: threading.Event, *, by_hand: bool = False
) -> Made | BackupError:
    watcher = Watcher(_telling(node), stop)
    result: Made | BackupError
    try:
        result = making.make(box_of(node), folder, now, watcher, by_hand=by_hand)
        why = ""
    except BackupError as error:
        result, why = error, error.why
    except OSError:
        result = StickGone()
        why = result.why
    finally:
        node.backup.end(None, Ended((), good=False))
    if str(folder) in node.settings.backup.folders:
        with node.database.write() as db:
            records.keep_folder(db, folder, now, why)
    node.projection.touch()
    return result


def _telling(node: Node) -> Callable[[str, int, int], None]:
    """Note how far a backup is; pages that are open follow it in tenths."""
    shown = ("", 0)

    def tell(work: str, done: int, of: int) -> None:
        nonlocal shown
        node.backup.tell(work, done, of)
        now = (work, 10 * done // of if of else 0)
        if now != shown:
            shown = now
            node.projection.touch()

    return tell


def sentence(made: Made) -> str:
    """A backup that was made, in Indonesian."""
    told = f"Cadangan ke flashdisk {made.row.stick} selesai: {counted(made.row)}."
    return f"{told} {_SAME_DISK}" if made.same_disk else told


def counted(row_: records.Row) -> str:
    """What a drill said: "diuji, 1.204 laporan utuh"."""
    if row_.drill == records.Drill.READ:
        return "dibaca ulang dan utuh; terlalu besar untuk dibuka di memori kotak ini"
    reports = f"{row_.reports:,}".replace(",", ".")
    return f"diuji, {reports} laporan utuh"


def lateness(node: Node, now: int) -> tuple[int, str] | None:
    """Whole days without a good backup and what hinders it; None while all is well."""
    settings = node.settings.backup
    if not settings.folders:
        return None
    with node.database.read() as db:
        good = records.newest_good(db)
        last = records.newest(db)
        known = [records.folder(db, Path(folder)) for folder in settings.folders]
    began_s = min((one.since_s for one in known if one is not None), default=now)
    days = max(0, now - (began_s if good is None else good.made_s)) // DAY_S
    why = next((one.trouble for one in known if one is not None and one.trouble), "")
    if last is not None and last.drill == records.Drill.FAILED:
        return days, "drill"
    return (days, why or "absent") if days >= settings.warn_days else None


def trouble(node: Node, now: int) -> str:
    """What people must do about the backup; "" for nothing."""
    late = lateness(node, now)
    if late is None:
        return ""
    days, why = late
    todo = making.sentence_of(why)
    return todo if not days else f"Sudah {days} hari tanpa cadangan. {todo}"


def _note(node: Node, now_s: float) -> None:
    """Journal for the Polres how the backup stands: when that changes, and once a week."""
    stamp = node.stamp(now_s)
    late = lateness(node, stamp.wall_s)
    why = "" if late is None else late[1]
    with node.database.read() as db:
        good, kept = records.newest_good(db), peers.value(db, _NOTED)
    if good is None and not why:
        return
    noted_s, noted_why = (0, "-") if kept is None else (int(kept[:8].hex(), 16), kept[8:].decode())
    if why == noted_why and 0 <= stamp.wall_s - noted_s < NOTED_EVERY_S:
        return
    event = e.BackupNoted(
        0 if good is None else good.made_s,
        0 if good is None else good.entries,
        0 if good is None else good.reports,
        why,
    )

    def told() -> None:
        octets = max(0, stamp.wall_s).to_bytes(8, "big") + why.encode()
        peers.remember(node.database.connection, _NOTED, octets)

    node.ledger.record(stamp, Decision((event,)), cause="backup", also=told)
