"""A world whose Polres renews its exchange key: what a test of that needs at hand."""

import secrets
import shutil
from dataclasses import dataclass, field

from world import MemoryRoad, World

from server.card import Card
from server.desa import keys as key_files
from server.desa.steps import Result
from server.domain import codec
from server.domain import events as e
from server.polres.district import open_district
from server.polres.keys import POLRES_FILE
from server.polres.restores.backup import back_up
from server.polres.rotation import renewing
from server.polres.rotation.standing import Standing, standing_now
from sync.store import SqliteStore


@dataclass
class HeardRoad(MemoryRoad):
    """A road that remembers what was posted where, and what came back."""

    posted: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message."""
        self.posted.append((path, octets))
        answer = super().post(path, octets)
        self.answers.append(answer)
        return answer

    def paths(self) -> list[str]:
        """Where was posted since this was last asked."""
        paths = [path for path, _ in self.posted]
        self.posted.clear()
        return paths


class RenewedWorld(World):
    """A world with a road that remembers, and a Polres that may be set back."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.listen_in()

    def listen_in(self) -> None:
        """Put the remembering road in; the node opens it at its next exchange."""
        self.road = HeardRoad(self.district, self)
        self.node.road = None

    @property
    def heard(self) -> HeardRoad:
        """The road as it is."""
        assert isinstance(self.road, HeardRoad)
        return self.road

    def renew(self) -> int:
        """The Polres makes a new exchange key."""
        self.mono_s += 1
        return renewing.renew(self.district, self.wall_s())

    def settle(self) -> None:
        """The desa takes the key, says so, and a backup covers its word."""
        for _ in range(2):
            assert self.exchange().result is Result.DONE
        back_up(self.district, self.folder / "polres.bak", self.wall_s())

    def standing(self) -> Standing:
        """How far the newest key has come."""
        return standing_now(self.district)

    def keep_key_file(self) -> None:
        """Copy the key file aside, as an operator does."""
        shutil.copy(self.folder / "polres" / POLRES_FILE, self.folder / "kept.key")

    def put_key_file_back(self) -> None:
        """Set the server back to the key file that was kept."""
        self.district.close()
        shutil.copy(self.folder / "kept.key", self.folder / "polres" / POLRES_FILE)
        self.reopen()

    def reopen(self) -> None:
        """Start the server anew."""
        self.district = open_district(self.folder / "polres")
        self.road.district = self.district

    def tell(self, words: str, sender: str = "+6281234567890") -> None:
        """A villager writes."""
        self.text(sender, words)
        self.listen()

    def move_to(self, card: Card) -> None:
        """From now on the world's box is a new one with this card."""
        self.node.database.connection.close()
        settings = (self.directory / "kentongan.toml").read_text(encoding="utf-8")
        self.directory = self.folder / "fresh"
        self.directory.mkdir()
        key_files.create(self.directory, card, secrets.token_bytes)
        (self.directory / "kentongan.toml").write_text(settings, encoding="utf-8")
        self.start()

    def said(self) -> list[int]:
        """Numbers of the keys that the node's journal says it took, in order."""
        log_id = self.node.ledger.log_id
        with self.node.database.read() as db:
            store = SqliteStore(db)
            entries = store.entries(log_id, 1, store.head(log_id).seq)
        events = [
            codec.decode(self.node.vault.open_entry(one))[1]
            for one in entries
            if one.header.shape.name == "DUTY"
        ]
        return [one.number for one in events if isinstance(one, e.ExchangeKeyTaken)]

    def texts(self) -> set[str]:
        """What the Polres can read of the villagers' words."""
        return {line.report.text for line in self.at_polres()}
