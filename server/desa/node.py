"""The running village node: what every step works on, and how it is put together."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from server import settings as settings_file
from server.card import node_number
from server.database import FILE_NAME as DATABASE_FILE
from server.database import Database, DatabaseError, open_database, open_memory
from server.desa import keys as key_files
from server.desa import sessions
from server.desa.air.state import AirState
from server.desa.backlog.waiting import Memory as BacklogMemory
from server.desa.backup.board import Board
from server.desa.keys import NodeKeys
from server.desa.officers import delegation
from server.desa.restores import successor
from server.desa.state.choosing import Offers
from server.desa.state.hearing import Ear
from server.desa.state.lamp import LampState
from server.desa.state.purse import Asking
from server.desa.state.radio import Bell, ModemMood, RadioState
from server.desa.state.samples import HOUR_S, Kind, Samples
from server.domain import events as e
from server.domain.clock import Clock, at_boot
from server.domain.decide import Decision
from server.domain.report import Stamp
from server.ledger import Ledger
from server.projection import Projection
from server.sections import Settings
from server.vault import Vault
from sms import outbox
from sms.gateway import Traffic
from sync import peers
from sync.chain import LogId
from sync.codec.coder import Encoder
from sync.entry import Log
from sync.errors import SyncError
from sync.message import Certificate
from sync.quick.carry import Acquaintance
from sync.roads.http import Road
from sync.roads.tls import Trust
from sync.seal import KeyPair
from sync.session import RecipientList, Role, SessionKeys

Random = Callable[[int], bytes]
# Opens a road to an address, with its time-out in seconds.
RoadMaker = Callable[[str, float], Road]
_TIMES_REMEMBERED = 1_000
_COUNTED: dict[outbox.State, Kind] = {
    outbox.State.SENT: "sent",
    outbox.State.WITHHELD: "withheld",
}


class DatabaseLost(DatabaseError):
    """Basis data kotak ini hilang atau kosong; kembalikan kentongan.db, atau pulihkan cadangan."""

    hint = "kentongan desa restore SOURCE DIR --card FILE"


class ForeignDatabase(DatabaseError):
    """Basis data di folder ini milik kotak lain; kembalikan yang asli, atau pulihkan cadangan."""

    hint = "Yang tertukar: kentongan.db atau kentongan.db-wal. Tidak ada yang diubah."


@dataclass(slots=True)
class Health:
    """What the steps last saw of modems and road; in RAM only.

    Attributes:
        radios: every modem by its name.
        modem, signal_percent, modem_trouble: all modems as one, see `state.radio.summary`.
        claim: what the Polres said when the box asked to go on in a new log, "" when it need not.
        claim_words: four words that are read out to the Polres then.
    """

    radios: dict[str, RadioState] = field(default_factory=dict)
    modem: ModemMood = ModemMood.ABSENT
    signal_percent: int | None = None
    modem_trouble: str = ""
    road_trouble: str = ""
    sync_state: str = ""
    claim: str = ""
    claim_words: str = ""


@dataclass(slots=True)
class Node:
    """Everything a step needs. Whoever changes it holds `database.lock`."""

    directory: Path
    settings: Settings
    keys: NodeKeys
    database: Database
    ledger: Ledger
    clock: Clock
    random: Random
    make_road: RoadMaker
    traffic: Traffic = field(default_factory=Traffic)
    health: Health = field(default_factory=Health)
    road: Road | None = None
    started_s: float = 0.0
    session_began_s: float = 0.0
    # When an officer last did something at the pages.
    present_s: float = 0.0
    # Whether the list on the card is not the one that the Polres signed.
    list_tampered: bool = False
    # With how many keys sessions were last wrapped to the Polres' newest exchange key.
    rewrapped_at: int = -1
    # With how many keys and on which day it was last looked for what may be erased.
    erasure_looked: tuple[int, int] = (-1, -1)
    # Outbox row -> when a text that was tried may be tried again; lost at a stop, so that the
    # waiting begins anew at the start.
    retry_at_s: dict[int, float] = field(default_factory=dict)
    # Outbox row -> when it was first seen waiting in this run.
    waits_since_s: dict[int, float] = field(default_factory=dict)
    # The newest outbox row that was there when a purpose's backlog was last merged.
    merged_to: dict[outbox.Purpose, int] = field(default_factory=dict)
    # PDUs that were read in the last days: hash -> inbox row that they first stood in.
    seen: dict[bytes, int] = field(default_factory=dict)
    # Sessions whose PDUs were compared with all others that lay open.
    compared: frozenset[bytes] = frozenset()
    # When each part that waits for its siblings was first read in this run.
    parts_since: dict[int, float] = field(default_factory=dict)
    # RAM keys of this process whose files may still be answered, by their public half.
    parcel_runs: dict[bytes, KeyPair] = field(default_factory=dict, repr=False)
    # Whom this node speaks with over TLS; keeps the session between connections.
    trust: Trust | None = None
    known: Acquaintance = field(default_factory=Acquaintance)
    coder: Encoder | None = None
    # First row of a text that waits to be read -> whether it seems to be a cry for help.
    in_need: dict[int, bool] = field(default_factory=dict)
    # Numbers that rang and cannot be answered -> when that was last noted.
    calls_noted: dict[str, float] = field(default_factory=dict)
    # By the SIM's mark: what its credit is and when it was asked; whether it still hears.
    askings: dict[str, Asking] = field(default_factory=dict)
    ears: dict[str, Ear] = field(default_factory=dict)
    # (outbox row, state) -> when this run saw it come there, seconds since 1970 (UTC).
    backlog: BacklogMemory = field(default_factory=BacklogMemory)
    came_s: dict[tuple[int, outbox.State], int] = field(default_factory=dict)
    samples: Samples = field(default_factory=Samples)
    air: AirState = field(default_factory=AirState)
    # Which modem takes which text.
    offers: Offers = field(default_factory=Offers)
    backup: Board = field(default_factory=Board)
    lamp: LampState = field(default_factory=LampState)
    speak_soon: Bell = field(default_factory=Bell)
    exchange_soon: threading.Event = field(default_factory=threading.Event)

    @property
    def vault(self) -> Vault:
        """Keys in RAM."""
        return self.ledger.vault

    @property
    def projection(self) -> Projection:
        """The folded journal."""
        return self.ledger.projection

    def saw(self, row_id: int, state: outbox.State, wall_s: int) -> None:
        """A text came to a state: it is counted, and the newest thousand times are remembered."""
        self.came_s[row_id, state] = wall_s
        kind = _COUNTED.get(state)
        if kind is not None:
            self.samples.count(kind, wall_s // HOUR_S, 0.0)
        if len(self.came_s) > _TIMES_REMEMBERED:
            del self.came_s[next(iter(self.came_s))]

    def stamp(self, now_s: float) -> Stamp:
        """The stamp of a moment of the monotonic clock."""
        return self.clock.stamp(now_s)


def open_node(
    directory: Path,
    *,
    system_s: float,
    now_s: float,
    random: Random,
    make_road: RoadMaker,
) -> Node:
    """Open a node's directory and begin a session.

    Args:
        directory: made by `kentongan desa init`.
        system_s: the system's wall clock, seconds since 1970.
        now_s: the monotonic clock.
        random: gives that many random octets.
        make_road: opens a road to an address.

    Raises:
        SettingsError, KeyFileError, CardError, DatabaseError: what must be mended.
    """
    settings = settings_file.load(directory / settings_file.FILE_NAME)
    keys = key_files.read(directory)
    key_files.check_code(keys, settings.desa.code)
    database = open_database(directory, _check_owner(directory, keys))
    with _closed_by_a_fault(database):
        keys = key_files.with_announced(database.connection, keys)
        earlier = _earlier_runs(database, keys)
        keys = successor.settle(directory, keys, earlier.certificate)
        keys, instance = _enrolled(directory, keys, earlier.certificate)
        log_id = LogId(node_number(settings.desa.code), Log.UP, instance)
        session_keys, ram = sessions.fresh_keys(random)
        vault = Vault(keys.identity.duty, session_keys, ram)
        vault.gone = sessions.gone(database.connection)
        node = Node(
            directory=directory,
            settings=settings,
            keys=keys,
            database=database,
            ledger=Ledger(database, vault, Projection(open_memory().connection), log_id),
            clock=at_boot(system_s, now_s, earlier.last_s, earlier.boot),
            random=random,
            make_road=make_road,
            started_s=now_s,
            present_s=now_s,
        )
        node.traffic.expect(earlier.acks, now_s)
        _announce(node, session_keys, ram, now_s)
        return node


@contextmanager
def _closed_by_a_fault(database: Database) -> Iterator[None]:
    """A database that nobody will use is closed, and not left to the interpreter's end."""
    try:
        yield
    except BaseException:
        database.close()
        raise


def _check_owner(directory: Path, keys: NodeKeys) -> Callable[[sqlite3.Connection], None]:
    """What sees that a database is this box's own.

    Raises:
        DatabaseLost: there is none, although the box was enrolled with one.
    """
    path = directory / DATABASE_FILE
    if keys.card.code == key_files.USED_CODE and not (path.is_file() and path.stat().st_size):
        raise DatabaseLost

    def check(db: sqlite3.Connection) -> None:
        if not db.execute("select 1 from sqlite_schema where name = 'peers'").fetchone():
            return
        try:
            peers.certificate(db, keys.pinned)
        except SyncError as error:
            raise ForeignDatabase from error

    return check


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What earlier runs left in the database.

    Attributes:
        boot: number of the run that begins now.
        certificate: of the enrolled box.
        last_s: when the Polres was last heard, seconds since 1970; 0 for never.
        acks: acknowledgements that still want to be sent.
    """

    boot: int
    certificate: Certificate | None
    last_s: int
    acks: int


def _earlier_runs(database: Database, keys: NodeKeys) -> _Earlier:
    """Count this run, and take up what the last one left half done."""
    with database.write() as db:
        boot = _count(db, "boot", 1)
        certificate = peers.certificate(db, keys.pinned)
        last_s = peers.heard(db)[0] or 0
        outbox.recover(db)
        owed = outbox.waiting_by_purpose(db)
    return _Earlier(boot, certificate, last_s, owed.get(outbox.Purpose.ACK, 0))


def _enrolled(
    directory: Path, keys: NodeKeys, certificate: Certificate | None
) -> tuple[NodeKeys, int]:
    """The keys without a used code, and the instance of the node's log."""
    if certificate is None or certificate.public != keys.identity.signing.public:
        return keys, keys.card.instance
    used = certificate.instance == keys.card.instance
    if used and keys.card.code != key_files.USED_CODE:
        keys = key_files.forget_code(directory, keys)
    return keys, certificate.instance


def begin_session(node: Node, now_s: float) -> None:
    """Start a new session: fresh keys, wrapped to the newest signed list, then used."""
    session_keys, ram = sessions.fresh_keys(node.random)
    with node.database.lock:
        _announce(node, session_keys, ram, now_s)


def people_of(node: Node) -> RecipientList:
    """The list of recipients in force: the newest signed one, at first that of the card.

    Where somebody has changed the list on the card, nothing more is sealed to any officer: the
    Polres and Propam alone get the keys, until the Polres sends a list that it has signed.
    """
    try:
        with node.database.read() as db:
            listed = peers.people(db, node.keys.pinned) or node.keys.card.recipients()
    except SyncError:
        node.list_tampered = True
        card = node.keys.card.recipients()
        known = tuple(one for one in card.recipients if one.role is not Role.OFFICER)
        return _to_newest(node, RecipientList(card.node, card.version, known))
    node.list_tampered = False
    return _to_newest(node, listed)


def _to_newest(node: Node, people: RecipientList) -> RecipientList:
    """The list with the Polres' exchange key in use: that of the list may be an older one."""
    recipients = tuple(
        replace(one, key=node.keys.exchange) if one.role is Role.POLRES else one
        for one in people.recipients
    )
    return replace(people, recipients=recipients)


def _announce(node: Node, keys: SessionKeys, ram: KeyPair, now_s: float) -> None:
    """Commit a session's wraps, then seal under it: what lies under no wrap is lost at a stop."""
    stamp = node.stamp(now_s)
    people = people_of(node)
    with node.database.write() as db:
        wrapped = delegation.addressed(db, people)
        people = wrapped.people
        sessions.keep_wraps(db, keys, people, stamp, node.random)
    node.vault.turn(keys, ram)
    names = dict.fromkeys(f"{r.role}:{r.name}" for r in people.recipients)
    opened = e.SessionOpened(people.version, tuple(names), stamp.boot)
    node.session_began_s = now_s
    told: tuple[e.DesaEvent, ...] = (opened,)
    if node.list_tampered or wrapped.tampered:
        told = (opened, e.KeysTampered(() if node.list_tampered else wrapped.tampered))
    node.ledger.record(stamp, Decision(told), cause="session")


def _count(db: sqlite3.Connection, name: str, step: int) -> int:
    db.execute(
        "insert into counters (name, value) values (?, ?)"
        " on conflict (name) do update set value = value + excluded.value",
        (name, step),
    )
    return int(db.execute("select value from counters where name = ?", (name,)).fetchone()[0])
