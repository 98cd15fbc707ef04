"""Bringing a box back from a backup: on a new card, under a new number, never over anything."""

import os
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from server import settings as settings_file
from server.card import Card, node_code
from server.database import FILE_NAME as DATABASE_FILE
from server.database import open_database
from server.desa import keys as key_files
from server.desa.backup import drill, nightly, sealed_file, stick
from server.desa.backup.drill import Proven
from server.desa.backup.errors import (
    BackupError,
    CardTooOld,
    DirectoryThere,
    DrillFailed,
    FileBroken,
    KeyMissing,
    NothingThere,
    NotPlaced,
)
from server.desa.backup.sealed_file import Head, Opened
from server.desa.console.card import COUNTER as CARD_FAILED
from server.process.files import write_private
from server.sections import Desa, Settings
from server.settings import SettingsError
from sync import peers

# What the Polres said to the earlier box; the time of its last answer stays, for the clock.
_FORGET = "delete from peers where name != 'heard'"


@dataclass(frozen=True, slots=True)
class Restored:
    """A box that was brought back, and the backups that could not be used."""

    name: str
    head: Head
    proven: Proven
    instance: int
    refused: tuple[str, ...]


def zone_of(directory: Path) -> str:
    """The time zone of a restored box."""
    return settings_file.load(directory / settings_file.FILE_NAME).desa.zone


def candidates(source: Path, node: int | None) -> tuple[Path, ...]:
    """A file, or the backups in a folder, newest first; of one desa or of any.

    Raises:
        NothingThere: no backup is there.
    """
    if source.is_file():
        return (source,)
    try:
        nodes = {node} if node is not None else set(_nodes(source))
        found = [one.path for code in nodes for one in stick.generations(source, code)]
    except OSError as error:
        raise NothingThere from error
    if not found:
        raise NothingThere
    return tuple(found)


def _nodes(folder: Path) -> Iterator[int]:
    for path in folder.iterdir():
        name = sealed_file.named(path.name)
        if name is not None:
            yield name[0]


def key_from(card: Card) -> Callable[[Head], bytes | None]:
    """The keys that a card brings for backups of its desa's earlier boxes."""
    duties = dict(card.duties)

    def key_of(head: Head) -> bytes | None:
        duty = duties.get(head.instance) if head.node == card.node else None
        return None if duty is None else sealed_file.backup_key(duty)

    return key_of


def restore(
    source: Path,
    directory: Path,
    card: Card,
    modems: tuple[str, ...],
    random: Callable[[int], bytes],
) -> Restored:
    """Make a box from the newest sound backup; it is there whole, or not at all.

    Args:
        source: a backup, or a folder with backups.
        directory: of the new box; must not exist.
        card: new, made with --restore.
        modems: ports that take the place of those in the settings; none for the same.
        random: for the box's new identity.

    Raises:
        BackupError: nothing was made.
    """
    if os.path.lexists(directory):
        raise DirectoryThere
    refused: list[str] = []
    fault: BackupError = NothingThere()
    for path in candidates(source, card.node):
        try:
            done = _from_file(path, directory, card, modems, random)
        except (FileBroken, DrillFailed, KeyMissing) as error:
            refused.append(path.name)
            fault = error
            continue
        return replace(done, refused=tuple(refused))
    raise fault


def _from_file(
    path: Path,
    directory: Path,
    card: Card,
    modems: tuple[str, ...],
    random: Callable[[int], bytes],
) -> Restored:
    with stick.faults_told():
        opened = sealed_file.read(path, key_from(card))
    if opened.head.node != card.node or card.instance <= opened.head.instance:
        raise CardTooOld
    staging = directory.with_name(f".{directory.name}.memulihkan")
    try:
        # Left there by a stop in the middle; nothing starts from it.
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True, mode=0o700)
        _write_database(staging / DATABASE_FILE, opened)
        proven = _prepare(staging, opened, card, modems, random)
        for made in staging.iterdir():
            _sync(made)
        stick.sync_folder(staging)
        if os.path.lexists(directory):
            raise DirectoryThere
        staging.rename(directory)
        stick.sync_folder(directory.parent)
    except OSError as error:
        raise NotPlaced from error
    finally:
        with suppress(OSError):
            shutil.rmtree(staging, ignore_errors=True)
    return Restored(card.name, opened.head, proven, card.instance, ())


def _write_database(target: Path, opened: Opened) -> None:
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in opened.database:
            file.write(piece)


def _prepare(
    staging: Path,
    opened: Opened,
    card: Card,
    modems: tuple[str, ...],
    random: Callable[[int], bytes],
) -> Proven:
    """Prove the database, and make a box of it that is another than the one it came from."""
    head, meta = opened.head, opened.meta
    duty = dict(card.duties)[head.instance]
    note = nightly.restored_note(meta.instance, meta.seq, meta.hash, meta.made_s)
    try:
        with closing(sqlite3.connect(staging / DATABASE_FILE, isolation_level=None)) as db:
            proven = drill.examine(db, head, meta, drill.closed_vault(duty))
            db.execute("begin")
            db.execute(_FORGET)
            peers.remember(db, nightly.RESTORED, note)
            db.execute("commit")
        database = open_database(staging)
        with database.write() as db:
            db.execute("delete from backups")
            db.execute("delete from backup_folders")
            # What befell the earlier box's card says nothing of this one.
            db.execute("delete from counters where name = ?", (CARD_FAILED,))
        database.close()
    except sqlite3.Error as error:
        raise DrillFailed from error
    key_files.create(staging, card, random, duty)
    write_private(
        staging / settings_file.FILE_NAME,
        settings_file.dump(_settings(meta.settings, card, modems)),
    )
    return proven


def _settings(text: str, card: Card, modems: tuple[str, ...]) -> Settings:
    """The settings of the earlier box with what the new card says; plain ones if they broke."""
    try:
        settings = settings_file.parse(tomllib.loads(text))
    except (SettingsError, tomllib.TOMLDecodeError):
        settings = Settings()
    zone = settings.desa.zone
    return replace(
        settings,
        desa=Desa(code=node_code(card.node), name=card.name, zone=zone),
        polres=replace(settings.polres, url=card.url),
        modem=replace(settings.modem, ports=modems) if modems else settings.modem,
    )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
