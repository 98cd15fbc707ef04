"""The vault: keys that live in RAM, and what they seal and open."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from sync import seal
from sync.chain import LogId
from sync.entry import Entry, Header, Log, Shape
from sync.errors import CannotOpen
from sync.seal import KeyPair
from sync.session import SessionKeys


class Lock(Enum):
    """Which key of a session closes a row; `DUTY` is the node's own key on the card."""

    SESSION = "session"
    INTAKE = "intake"
    UNIT = "unit"
    DUTY = "duty"


@dataclass(frozen=True, slots=True)
class Identity:
    """A node's long-lived keys: they lie on the card and open nothing that a villager wrote."""

    signing: KeyPair
    exchange: KeyPair
    duty: bytes

    @classmethod
    def from_seed(cls, seed: bytes, duty: bytes | None = None) -> "Identity":
        """All keys of a node from the 32 octets in its key file.

        A box that was restored from a backup keeps the `duty` key of the one before it: under
        it lie the phone book and what else must be readable while everything is locked.
        """
        return cls(
            signing=seal.signing_pair(seal.derive(seed, "signing")),
            exchange=seal.box_pair(seal.derive(seed, "exchange")),
            duty=seal.derive(seed, "duty") if duty is None else duty,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed row lies; all of it is bound to the row's key or its associated data."""

    session: bytes
    shape: Shape
    table: str
    row: int
    identity: bytes = b""


@dataclass(slots=True)
class Gone:
    """What was given up for good by the rules of retention; it stands in clear on the card.

    Attributes:
        sessions: of which no key is taken in any more.
        tickets: by its number where the last erased entry of a report stands (instance, number).
        remnants: what holds the keys of rows that stay in such sessions.
    """

    sessions: set[bytes] = field(default_factory=set)
    tickets: dict[int, tuple[int, int]] = field(default_factory=dict)
    remnants: set[bytes] = field(default_factory=set)

    def covers(self, header: Header) -> bool:
        """Whether an entry belongs to a report that was erased."""
        last = self.tickets.get(header.ticket)
        return last is not None and (header.instance, header.seq) <= last


Row = tuple[bytes, str, int]
"""Session, table and number of a sealed row."""


class Vault:
    """Holds the running session and every older one that was opened; forgets all at exit.

    Attributes:
        learnt: how often what can be opened or shown has changed: keys came, were forgotten, or
            something was given up for good.
    """

    def __init__(self, duty: bytes, running: SessionKeys, ram: KeyPair) -> None:
        self._duty = duty
        self.running = running
        self.ram = ram
        self.learnt = 0
        self.gone = Gone()
        self._opened: dict[bytes, SessionKeys] = {running.id: running}
        # Keys of single rows of sessions that are gone, with the remnant that they came from.
        self._rows: dict[Row, tuple[bytes, bytes]] = {}
        self._loaded: set[bytes] = set()

    def turn(self, running: SessionKeys, ram: KeyPair) -> None:
        """Begin to seal under a new session; the one before stays open."""
        self.running = running
        self.ram = ram
        self._opened[running.id] = running

    def learn(self, keys: SessionKeys) -> bool:
        """Take in keys of a session; True when they open something new."""
        if keys.id in self.gone.sessions:
            return False
        known = self._opened.get(keys.id)
        joined = keys if known is None else known.joined(keys)
        if joined == known:
            return False
        self._opened[keys.id] = joined
        self.learnt += 1
        return True

    def opened(self) -> frozenset[bytes]:
        """Sessions of which a key is known, the running one among them."""
        return frozenset(self._opened)

    def forget(self, sessions: Collection[bytes]) -> int:
        """Forget keys of older sessions; gives of how many. The running one stays."""
        gone = (self.opened() & frozenset(sessions)) - {self.running.id}
        for session_id in gone:
            del self._opened[session_id]
        if self._loaded & gone:
            self._rows = {row: kept for row, kept in self._rows.items() if kept[1] not in gone}
            self._loaded -= gone
        self.learnt += bool(gone)
        return len(gone)

    def give_up(self, gone: Gone) -> None:
        """Show nothing more of what was given up for good, and take in none of its keys."""
        self.gone = gone
        self.learnt += 1

    def keep_rows(self, remnant: bytes, rows: Mapping[Row, bytes]) -> None:
        """Take in the keys of single rows; an empty key says that the row stays, closed here."""
        self._rows.update({row: (key, remnant) for row, key in rows.items()})
        self._loaded.add(remnant)
        self.learnt += 1

    def has_row(self, row: Row) -> bool:
        """Whether a row of a session that is gone stays, as far as is known here."""
        return row in self._rows

    def rows(self) -> dict[Row, bytes]:
        """The keys of single rows that are known."""
        return {row: key for row, (key, _) in self._rows.items()}

    def remnants_of(self, sessions: Collection[bytes]) -> frozenset[bytes]:
        """Which remnants hold rows of these sessions."""
        return frozenset(kept[1] for row, kept in self._rows.items() if row[0] in sessions)

    def loaded(self) -> frozenset[bytes]:
        """The remnants of which every row is known."""
        return frozenset(self._loaded)

    @property
    def knows_remnants(self) -> bool:
        """Whether all is known of what stays in sessions that are gone."""
        return self._loaded >= self.gone.remnants

    def row_key(self, place: Place, sealed: bytes) -> bytes | None:
        """The key that opens one row, None when none is known that does."""
        kept = self._rows.get((place.session, place.table, place.row))
        keys = self._opened.get(place.session)
        known = () if keys is None else (keys.session, keys.intake)
        found = [seal.derive(one, place.table, place.row) for one in known if one is not None]
        named = _identity(place.table, place.row, place.identity)
        for key in [*found, *([kept[0]] if kept is not None and kept[0] else [])]:
            try:
                seal.open_row(key, named, sealed)
            except CannotOpen:
                continue
            return key
        return None

    def beside(self, more: Iterable[SessionKeys]) -> "Vault":
        """A vault that holds the same keys and more; what it learns stays its own."""
        made = Vault(self._duty, self.running, self.ram)
        made._opened = {**self._opened, **{keys.id: keys for keys in more}}
        made.gone, made._rows, made._loaded = self.gone, dict(self._rows), set(self._loaded)
        return made

    def knows(self, session_id: bytes) -> SessionKeys | None:
        """What is known of a session."""
        return self._opened.get(session_id)

    def shared_key(self, shape: Shape, session_id: bytes) -> bytes | None:
        """The key of a shape that the other side of the log holds as well, if it is known."""
        if shape is Shape.DUTY:
            return self._duty or None
        keys = self._opened.get(session_id)
        return None if keys is None else keys.session

    def seal(self, lock: Lock, table: str, row: int, body: bytes, identity: bytes = b"") -> bytes:
        """Seal a body for a row of a table under a key of the running session."""
        key = self._duty if lock is Lock.DUTY else _key(self.running, lock)
        if key is None:
            raise CannotOpen
        return seal.seal_row(seal.derive(key, table, row), _identity(table, row, identity), body)

    def open(self, place: Place, sealed: bytes, *, unit: bool = False) -> bytes:
        """Open a row, trying each key that is known of its session.

        Args:
            place: where the row lies.
            sealed: its body.
            unit: also try the key of complaints about officials; only for the run that wrote
                them, and never for anything that a person sees.

        Raises:
            CannotOpen: none of the known keys fits.
        """
        named = _identity(place.table, place.row, place.identity)
        if place.shape is Shape.DUTY:
            key = seal.derive(self._duty, place.table, place.row)
            return seal.open_row(key, named, sealed)
        kept = self._rows and self._rows.get((place.session, place.table, place.row))
        if kept and kept[0]:
            return seal.open_row(kept[0], named, sealed)
        keys = self._opened.get(place.session)
        if keys is None:
            raise CannotOpen
        for secret in (keys.session, keys.intake, keys.unit if unit else None):
            if secret is None:
                continue
            try:
                return seal.open_row(seal.derive(secret, place.table, place.row), named, sealed)
            except CannotOpen:
                continue
        raise CannotOpen

    def seal_entry(
        self, lock: Lock, header_octets: bytes, log: Log, seq: int, body: bytes
    ) -> bytes:
        """Seal the body of a journal entry; its header is the associated data."""
        return self.seal(lock, log.name, seq, body, header_octets)

    def open_entry(self, entry: Entry, *, unit: bool = False) -> bytes:
        """Open the body of a journal entry.

        Raises:
            CannotOpen: its session is locked, or it is sealed to a unit of the Polres.
        """
        header = entry.header
        place = Place(header.session, header.shape, header.log.name, header.seq, header.pack())
        return self.open(place, entry.body, unit=unit)


class Bodies:
    """What both sides of a log can open: `sync.codec.packed.Opener` over a vault.

    A complaint about an official stays closed here even while the run that sealed it lasts:
    the reader of a frame could not open it.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def opened(self, entry: Entry) -> bytes | None:
        """The body in clear, None when neither the session's nor the duty key opens it."""
        header = entry.header
        key = self._vault.shared_key(header.shape, header.session)
        if key is None:
            return None
        row_key = seal.derive(key, header.log.name, header.seq)
        identity = _identity(header.log.name, header.seq, header.pack())
        try:
            return seal.open_row(row_key, identity, entry.body)
        except CannotOpen:
            return None

    def sealed(self, header: Header, plain: bytes) -> bytes | None:
        """The sealed body, None when the key is not known."""
        key = self._vault.shared_key(header.shape, header.session)
        if key is None:
            return None
        row_key = seal.derive(key, header.log.name, header.seq)
        return seal.seal_row(row_key, _identity(header.log.name, header.seq, header.pack()), plain)

    def frame_key(self, log_id: LogId, session: bytes) -> bytes | None:
        """The key of a session's frames: whoever opens their entries opens them, nobody else."""
        key = self._vault.shared_key(Shape.SEALED, session)
        if key is None:
            return None
        return seal.derive(key, "frames", log_id.node, log_id.instance, log_id.log.name)


def _key(keys: SessionKeys, lock: Lock) -> bytes | None:
    return {Lock.SESSION: keys.session, Lock.INTAKE: keys.intake, Lock.UNIT: keys.unit}[lock]


def _identity(table: str, row: int, identity: bytes) -> bytes:
    return f"{table} {row} ".encode() + identity
