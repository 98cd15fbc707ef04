"""One backup: copy, seal onto the stick, test, note, and only then let the oldest go."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server import settings as settings_file
from server.database import Database
from server.desa.backup import copying, drill, records, room, sealed_file, stick
from server.desa.backup.errors import (
    BackupError,
    CardFull,
    DrillFailed,
    FileBroken,
    KeyMissing,
    StickFull,
    Stopped,
)
from server.desa.backup.records import Drill
from server.desa.backup.sealed_file import Head, Meta
from server.desa.backup.stick import Stick
from server.vault import Vault
from sync.chain import LogId
from sync.store import SqliteStore

log = logging.getLogger(__name__)
# Between two steps the gateway and the pages have the database for themselves.
_PAUSE_S: Final = 0.004
_WORK: Final = ("menyalin", "menulis", "menguji")


@dataclass(frozen=True, slots=True)
class Box:
    """The box that is backed up.

    Attributes:
        log_id: its own log.
        duty: the key on its card; the backup's key comes from it.
        vault: opens entries for the drill's fold.
        keep: how many backups stay on a stick.
    """

    directory: Path
    database: Database
    log_id: LogId
    duty: bytes
    vault: Vault
    keep: int
    random: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who looks on: told the work, how much is done and of how much; may end it."""

    say: Callable[[str, int, int], object] = lambda _work, _done, _of: None
    stop: threading.Event = threading.Event()  # noqa: RUF009 -- one that nobody sets

    def goes_on(self, work: str, done: int, of: int) -> None:
        """Tell, and end here when the process ends.

        Raises:
            Stopped: it does.
        """
        if self.stop.is_set():
            raise Stopped
        self.say(work, done, of)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that lies on a stick and passed its drill."""

    row: records.Row
    path: Path
    same_disk: bool


def make(box: Box, folder: Path, now_s: int, watcher: Watcher, *, by_hand: bool = False) -> Made:
    """Back the box up into a folder; see docs/adr/0017.

    Args:
        box: the box.
        folder: where a stick is mounted.
        now_s: seconds since 1970 by the box's clock.
        watcher: looks on.
        by_hand: a person named the folder; see `stick.find`.

    Raises:
        BackupError: what hinders it; every earlier backup on the stick stays as it was.
    """
    found = stick.find(folder, box.directory, box.random, by_hand=by_hand)
    copied = box.directory / copying.COPY_FILE
    try:
        row, path = _write(box, found, copied, now_s, watcher)
    finally:
        with contextlib.suppress(OSError):
            copied.unlink()
    row = _tested(box, row, path, watcher)
    with stick.faults_told():
        if row.drill == Drill.FAILED:
            stick.set_aside(path, box.log_id.node)
        else:
            stick.rotate(folder, box.log_id.node, box.log_id.instance, box.keep)
    with box.database.write() as db:
        records.add(db, row)
        records.forget(db, row.stick, row.number, box.keep)
    if row.drill == Drill.FAILED:
        log.error("backup failed its drill", extra={"number": row.number})
        raise DrillFailed
    log.info("backup made", extra={"number": row.number, "octets": row.octets})
    return Made(row, path, not stick.other_disk(folder, box.directory))


def _write(
    box: Box, found: Stick, copied: Path, now_s: int, watcher: Watcher
) -> tuple[records.Row, Path]:
    def between(done: int, of: int) -> None:
        watcher.goes_on(_WORK[0], done, of)
        watcher.stop.wait(_PAUSE_S)

    with box.database.write() as db:
        number = records.next_number(db)
    try:
        copying.copy(box.database, copied, between)
        meta = _meta(box, copied, now_s)
    except OSError as error:
        raise CardFull from error
    head = Head(box.log_id.node, box.log_id.instance, number, box.random(sealed_file.SALT_OCTETS))
    octets, written = meta.database_octets, 0

    def pages() -> Iterator[bytes]:
        nonlocal written
        for piece in copying.pieces(copied):
            watcher.goes_on(_WORK[1], written, octets)
            written += len(piece)
            yield piece

    with stick.faults_told():
        stick.clear_parts(found.folder, head.node)
        if stick.free_octets(found.folder) < octets:
            raise StickFull
        stick.place(
            found.folder,
            head.file_name,
            lambda file: sealed_file.write(
                file, head, sealed_file.backup_key(box.duty), meta, pages()
            ),
        )
        path = found.folder / head.file_name
        size = path.stat().st_size
    folder = str(found.folder)
    return records.Row(
        number, head.instance, found.mark, folder, now_s, size, 0, 0, Drill.FAILED
    ), path


def _meta(box: Box, copied: Path, now_s: int) -> Meta:
    """What the copy holds, asked of the copy: the box has gone on meanwhile."""
    with copying.opened(copied) as db:
        head = SqliteStore(db).head(box.log_id)
    try:
        settings = (box.directory / settings_file.FILE_NAME).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        settings = ""
    return Meta(now_s, box.log_id.instance, head.seq, head.hash, settings, copied.stat().st_size)


def _tested(box: Box, row: records.Row, path: Path, watcher: Watcher) -> records.Row:
    """The row with what the drill said."""

    def breathe() -> None:
        watcher.goes_on(_WORK[2], 0, 0)
        watcher.stop.wait(_PAUSE_S)

    breathe()
    try:
        with stick.faults_told():
            proven = drill.rehearse(
                path,
                lambda _: sealed_file.backup_key(box.duty),
                box.vault,
                room.free_memory_octets,
                box.database,
                breathe,
            )
    except (DrillFailed, FileBroken, KeyMissing):
        return row
    said = Drill.WHOLE if proven.whole else Drill.READ
    return records.Row(
        row.number, row.instance, row.stick, row.folder, row.made_s, row.octets,
        proven.entries, proven.reports, said,
    )  # fmt: skip


def sentence_of(why: str) -> str:
    """What to do about the word for a hindrance; "" for none."""
    kinds = {kind.why: kind for kind in BackupError.__subclasses__() if "why" in vars(kind)}
    kind = kinds.get(why)
    return "" if kind is None else kind().sentence
