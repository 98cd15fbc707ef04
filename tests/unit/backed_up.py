"""A village with a stick: backups of a real node, and boxes made from them."""

import secrets
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

from server.card import Card
from server.desa.backup import making, nightly, restoring, sealed_file
from server.desa.backup.making import Made, Watcher
from server.desa.backup.restoring import Restored
from server.polres import enrolment
from server.sections import Backup
from tests.world import CODE, NAME, World


@dataclass
class Village:
    """A world whose box has a folder for backups."""

    folder: Path
    keep: int = 7
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.world = World(self.folder)
        self.stick = self.folder / "stick"
        self.stick.mkdir()
        self.stop = threading.Event()
        self.set_folders(self.stick)

    def set_folders(self, *folders: Path) -> None:
        """Name these in the settings."""
        node = self.world.node
        backup = Backup(folders=tuple(map(str, folders)), keep=self.keep)
        node.settings = replace(node.settings, backup=backup)

    def back_up(self, watcher: Watcher | None = None, *, folder: Path | None = None) -> Made:
        """Back up by hand."""
        self.world.mono_s += 1
        looking = watcher or Watcher(lambda *_: None, self.stop)
        place = self.stick if folder is None else folder
        box = nightly.box_of(self.world.node)
        return making.make(box, place, self.world.wall_s(), looking, by_hand=True)

    def night(self, hours: float = 24) -> int:
        """Let time pass, then look whether a backup is due."""
        self.world.mono_s += hours * 3_600
        return nightly.tick(self.world.node, self.world.mono_s, self.stop)

    def key(self) -> bytes:
        """The key of the box's backups."""
        return sealed_file.backup_key(self.world.node.keys.identity.duty)

    def card(self, *, restore: bool = True) -> Card:
        """A new card for the desa."""
        return enrolment.enroll(
            self.world.district,
            CODE,
            NAME,
            "http://127.0.0.1:1",
            now_s=self.world.wall_s(),
            restore=restore,
        )

    def restore(self, source: Path | None = None, card: Card | None = None) -> Restored:
        """Make a new box from the stick, in the folder `new`."""
        return restoring.restore(
            source or self.stick,
            self.folder / "new",
            card or self.card(),
            (),
            secrets.token_bytes,
        )

    def move_in(self) -> None:
        """From now on the world's box is the restored one."""
        self.world.node.database.connection.close()
        self.world.directory = self.folder / "new"
        self.world.mono_s += 60
        self.world.start()
        nightly.begin(self.world.node, self.world.mono_s)
