"""A backup that a person asks for: from the running box over its socket, or beside none."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

from server import settings as settings_file
from server.card import node_number
from server.database import open_database
from server.desa import keys as key_files
from server.desa.backup import drill, making, nightly
from server.desa.backup.board import Ended
from server.desa.backup.errors import NoFolder
from server.desa.backup.making import Box, Watcher
from server.desa.node import Node
from server.process.running import only_one
from sync import peers
from sync.chain import LogId
from sync.entry import Log

COMMAND: Final = "backup"
_NEWS_EVERY_S: Final = 1.0
Item = dict[str, object]


def back_up(node: Node, folder: str) -> Iterator[Item]:
    """Ask the running box for a backup; gives how far it is, and last how it ended."""
    number = node.backup.wish(Path(folder) if folder else None)
    while (ended := node.backup.wait(number, _NEWS_EVERY_S)) is None:
        yield {"work": node.backup.work, "done": node.backup.done, "of": node.backup.of}
    yield {"ended": asdict(ended)}


def back_up_alone(directory: Path, folder: str, say: Callable[[str, int, int], object]) -> Ended:
    """Back up a box that does not run.

    Raises:
        AlreadyRunning: it does run, but its socket does not answer.
        BackupError, SettingsError, KeyFileError, CardError, DatabaseError: what hinders it.
    """
    with only_one(directory):
        settings = settings_file.load(directory / settings_file.FILE_NAME)
        keys = key_files.read(directory)
        key_files.check_code(keys, settings.desa.code)
        folders = (folder,) if folder else settings.backup.folders
        if not folders:
            raise NoFolder
        database = open_database(directory)
        try:
            with database.read() as db:
                certificate = peers.certificate(db, keys.pinned)
            instance = keys.card.instance if certificate is None else certificate.instance
            box = Box(
                directory,
                database,
                LogId(node_number(settings.desa.code), Log.UP, instance),
                keys.identity.duty,
                drill.closed_vault(keys.identity.duty),
                settings.backup.keep,
                secrets.token_bytes,
            )
            watcher = Watcher(say, threading.Event())
            made = [
                making.make(box, Path(one), int(time.time()), watcher, by_hand=bool(folder))
                for one in folders
            ]
        finally:
            database.close()
    return Ended(tuple(nightly.sentence(one) for one in made), good=True)
