"""Preparing a node's directory from an enrolment card."""

import shutil
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from server import settings as settings_file
from server.card import node_code, read_card
from server.database import FILE_NAME as DATABASE_FILE
from server.database import open_database
from server.desa import keys as key_files
from server.desa import steps
from server.desa.node import open_node
from server.desa.run import open_road
from server.domain.errors import Told
from server.passphrase import aloud
from server.process.files import write_private
from server.sections import Desa, Modem, Polres, Settings, Web
from sync.errors import NoRoad, SyncError
from sync.roads.http import Road

ENROL_TIMEOUT_S = 10.0


class DirectoryTaken(Told):
    """Folder itu sudah berisi sebuah kotak; pilih folder lain."""


def init(
    directory: Path,
    card_file: Path,
    modems: tuple[str, ...],
    port: int | None,
    random: Callable[[int], bytes],
) -> str:
    """Prepare a directory, and enrol at once when the Polres can be reached.

    Returns:
        What was done, in Indonesian.

    Raises:
        DirectoryTaken: a node lives there; nothing was changed.
        CardError: the card cannot be read.
        SyncError: the Polres does not take the card, or answers with another Polres' keys;
            nothing is left behind.
    """
    if (directory / settings_file.FILE_NAME).exists() or (directory / DATABASE_FILE).exists():
        raise DirectoryTaken
    card = read_card(card_file)
    settings = replace(
        Settings(),
        desa=Desa(code=node_code(card.node), name=card.name),
        polres=Polres(url=card.url),
        modem=Modem(ports=modems),
        web=Web() if port is None else Web(port=port),
    )
    written = settings_file.dump(settings)
    # What the node would refuse to start with is refused here, before anything is made.
    settings_file.parse(tomllib.loads(written))
    fresh = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_files.create(directory, card, random)
    write_private(directory / settings_file.FILE_NAME, written)
    open_database(directory).close()
    try:
        _enrol(directory, random)
    except (NoRoad, KeyboardInterrupt):
        # Also when somebody lost patience: the box is whole, and enrols by itself.
        return (
            f"Kotak {card.name} siap. Polres belum terjangkau; "
            "pendaftaran selesai sendiri saat ada jalan."
        )
    except SyncError:
        _undo(directory, fresh=fresh)
        raise
    return f"Kotak {card.name} siap dan sudah terdaftar di Polres.\n{_words(directory)}"


def _words(directory: Path) -> str:
    words = aloud(key_files.read(directory).identity.signing.public)
    return f"Telepon Polres; halaman desa di sana harus menampilkan empat kata ini: {words}."


def _enrol(directory: Path, random: Callable[[int], bytes]) -> None:
    def road(url: str, _: float) -> Road:
        return open_road(url, ENROL_TIMEOUT_S)

    node = open_node(
        directory,
        system_s=time.time(),
        now_s=time.monotonic(),
        random=random,
        make_road=road,
    )
    try:
        steps.enrol(node)
    finally:
        node.database.close()


def _undo(directory: Path, *, fresh: bool) -> None:
    """Take back what was made; a folder that was there before stays."""
    if fresh:
        shutil.rmtree(directory)
        return
    for name in (key_files.KEY_FILE, key_files.CARD_FILE, settings_file.FILE_NAME, DATABASE_FILE):
        for path in directory.glob(f"{name}*"):
            path.unlink()
