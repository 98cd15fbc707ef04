"""A Polres server as a whole: its directory, settings, keys and tables."""

import dataclasses
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server import settings as settings_file
from server.polres.door.key import Door
from server.polres.errors import AlreadyPrepared, NotPrepared
from server.polres.keys import (
    PROPAM_FILE,
    PolresKeys,
    Random,
    finish_change,
    make_keys,
    read_keys,
)
from server.polres.rules.strangers import Strangers
from server.polres.store import exchange_keys
from server.polres.store.engine import Connection, Tables, open_tables
from server.polres.store.exchange_keys import KeyRow
from server.sections import Settings
from sync.codec.coder import Decoder
from sync.session import SessionKeys, from_seeds


@dataclass(slots=True)
class District:
    """An open Polres server; its functions stand in the modules beside this one.

    Attributes:
        random: gives that many fresh random octets.
        down_keys: this run's session of our log to each desa, by number; the same keys lie
            hidden in the tables.
        door: the key that boxes see when they call by TLS.
        opened_s: since when this process answers, seconds since 1970; None before the first answer.
        strangers: tries at names that are nobody's.
        decoder: what was learnt from earlier frames of codec 1; used inside `write` alone.
    """

    directory: Path
    settings: Settings
    keys: PolresKeys
    tables: Tables
    random: Random
    down_keys: dict[int, SessionKeys] = field(default_factory=dict, repr=False)
    decoder: Decoder = field(default_factory=Decoder, repr=False)
    opened_s: int | None = None
    strangers: Strangers = field(default_factory=Strangers, repr=False)
    door: Door = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """The door has its own file beside the keys."""
        self.door = Door(self.directory, self.keys)

    @property
    def name(self) -> str:
        """The name of the Polres as people read it."""
        return self.settings.polres.name

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; see `Tables.write`."""
        with self.tables.write() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent state; see `Tables.read`."""
        with self.tables.read() as connection:
            yield connection

    def running_session(self, node: int) -> SessionKeys:
        """This run's session of our log to a desa, made when first asked for."""
        if node not in self.down_keys:
            self.down_keys[node] = from_seeds(self.random(32), self.random(32), self.random(32))
        return self.down_keys[node]

    def close(self) -> None:
        """Close the tables and forget the keys."""
        self.down_keys.clear()
        self.tables.close()


def init(directory: Path, name: str, random: Random = secrets.token_bytes) -> str:
    """Prepare a directory for a Polres server.

    Returns:
        What the operator must do now, in Indonesian.

    Raises:
        AlreadyPrepared: there is one; nothing was changed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / settings_file.FILE_NAME
    if path.exists():
        raise AlreadyPrepared
    make_keys(directory, random)
    chosen = dataclasses.replace(
        Settings(), polres=dataclasses.replace(Settings().polres, name=name)
    )
    path.write_text(settings_file.dump(chosen), encoding="utf-8")
    open_tables(directory).close()
    Door(directory, read_keys(directory)).ensure(random, int(time.time()))
    return (
        f"Server {name} siap. Pindahkan {PROPAM_FILE} ke komputer Propam lalu hapus dari sini: "
        "hanya kunci itu yang membuka aduan tentang aparat."
    )


def open_district(directory: Path, random: Random = secrets.token_bytes) -> District:
    """Open a prepared directory.

    Raises:
        NotPrepared: it is not one, or its key file is broken.
        SettingsError: `kentongan.toml` needs repair.
        NewerTables: a newer version has written the tables.
    """
    path = directory / settings_file.FILE_NAME
    if not path.exists():
        raise NotPrepared
    finish_change(directory)
    keys = read_keys(directory)
    tables = open_tables(directory)
    _note_newest(tables, keys)
    return District(directory, settings_file.load(path), keys, tables, random)


def _note_newest(tables: Tables, keys: PolresKeys) -> None:
    """After a power cut the tables may not know yet which exchange key the file holds."""
    if not keys.number:
        return
    with tables.read() as connection:
        known = {row.number for row in exchange_keys.every(connection)}
    if keys.number not in known:
        with tables.write() as connection:
            row = KeyRow(keys.number, keys.announcement(), keys.number)
            exchange_keys.add(connection, row)
