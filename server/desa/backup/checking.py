"""Backups looked at from outside: with a box's key, with a card's, or by their checksum alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from server import settings as settings_file
from server.card import Card
from server.database import Database, open_readonly
from server.desa import keys as key_files
from server.desa.backup import drill, restoring, room, sealed_file
from server.desa.backup.drill import Proven
from server.desa.backup.errors import BackupError, StickGone
from server.vault import Vault

_UNOPENED = "berkas utuh; isinya hanya dapat diuji dengan kunci kotak"


@dataclass(frozen=True, slots=True)
class Result:
    """What was found out of a backup; `proven` is None where only its checksum was tested."""

    file: str
    sound: bool
    sentence: str
    proven: Proven | None = None

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        told: dict[str, object] = {
            "file": self.file,
            "sound": self.sound,
            "sentence": self.sentence,
        }
        if self.proven is not None:
            meta = self.proven.meta
            told |= {
                "made_s": meta.made_s,
                "instance": meta.instance,
                "head": meta.seq,
                "entries": self.proven.entries,
                "reports": self.proven.reports,
                "opened": self.proven.whole,
            }
        return told


def check_for_box(source: Path, directory: Path) -> Iterator[Result]:
    """With the key of a box on this card, and against its journal.

    Raises:
        KeyFileError, CardError, DatabaseError, NothingThere: nothing can be tested.
    """
    keys = key_files.read(directory)
    key_files.check_code(keys, settings_file.load(directory / settings_file.FILE_NAME).desa.code)
    duty, node = keys.identity.duty, keys.card.node

    def key_of(head: sealed_file.Head) -> bytes | None:
        return sealed_file.backup_key(duty) if head.node == node else None

    database = open_readonly(directory)
    try:
        for path in restoring.candidates(source, node):
            yield _opened(path, key_of, drill.closed_vault(duty), database)
    finally:
        database.close()


def check_for_card(source: Path, card: Card) -> Iterator[Result]:
    """With the keys on a card that was made to restore a box.

    Raises:
        NothingThere: nothing can be tested.
    """
    duty = card.duties[0][1] if card.duties else b""
    for path in restoring.candidates(source, card.node):
        yield _opened(path, restoring.key_from(card), drill.closed_vault(duty), None)


def check_sums(source: Path) -> Iterator[Result]:
    """Without any key.

    Raises:
        NothingThere: nothing can be tested.
    """
    for path in restoring.candidates(source, None):
        try:
            sealed_file.check_sum(path)
        except BackupError as error:
            yield Result(path.name, sound=False, sentence=error.sentence)
        except OSError:
            yield Result(path.name, sound=False, sentence=StickGone().sentence)
        else:
            yield Result(path.name, sound=True, sentence=_UNOPENED)


def _opened(
    path: Path,
    key_of: Callable[[sealed_file.Head], bytes | None],
    vault: Vault,
    live: Database | None,
) -> Result:
    try:
        proven = drill.rehearse(path, key_of, vault, room.free_memory_octets, live)
    except BackupError as error:
        return Result(path.name, sound=False, sentence=error.sentence)
    except OSError:
        return Result(path.name, sound=False, sentence=StickGone().sentence)
    reports = f"{proven.reports:,}".replace(",", ".")
    said = f"{reports} laporan utuh, {proven.entries} catatan"
    if not proven.whole:
        said = "berkas utuh, tetapi terlalu besar untuk dibuka di memori komputer ini"
    return Result(path.name, sound=True, sentence=said, proven=proven)
