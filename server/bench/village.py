"""Our own program as a driver: whole village nodes, and a Polres that hands out their cards."""

import json
import secrets
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Final

from hardware.simulated.held import is_report
from server import radio
from server import settings as settings_file
from server.bench.driver import Tally
from server.bench.texts import Text
from server.card import node_number, parse_card, write_card
from server.database import open_readonly
from server.demo.processes import Processes, until
from server.demo.world import free_port
from server.desa import keys as key_files
from server.desa import setup
from server.domain import codec
from server.domain.events import Event, ReportReceived
from server.polres.keys import read_keys
from server.process import control
from server.sections import Answers, Settings
from server.vault import Vault
from sms import inbox
from sync import seal, session
from sync.chain import LogId
from sync.entry import Log
from sync.errors import CannotOpen
from sync.store import SqliteStore

_NODE, _CARD, _CODE = "desa", "card.json", "code"
_READY_S: Final = 40.0
# Nobody listens on the port that is kept for discarding what comes.
_NO_ROAD: Final = "http://127.0.0.1:9"
# Modems with quirks are waited for most of the time: minutes for each, with the usual patience.
_PATIENCE_PERCENT: Final = 10
SILENT: Final = Answers(per_day=0, per_hour=0, reserved=0, reserved_alarms=0)

Tune = Callable[[Settings], Settings]


def silenced(settings: Settings) -> Settings:
    """No answer leaves the node."""
    return replace(settings, answers=SILENT)


def hurried(settings: Settings) -> Settings:
    """Silent, impatient, and quick to ask the Polres for the keys of the run that was killed."""
    quick = replace(settings.polres, exchange_every_s=1)
    modem = replace(settings.modem, patience_percent=_PATIENCE_PERCENT, list_every_s=2)
    return replace(silenced(settings), polres=quick, modem=modem)


@dataclass(slots=True)
class District:
    """A running Polres, in whose books every village of a measure stands."""

    directory: Path
    processes: Processes
    port: int = field(default_factory=free_port)
    _numbers: Iterator[int] = field(default_factory=lambda: count(2001))

    def start(self) -> None:
        """Prepare it and let it run."""
        self.processes.run("polres", "init", str(self.directory), "--name", "Polres Sumbawa")
        words = ("polres", "run", str(self.directory), "--port", str(self.port))
        self.processes.start("polres", *words)
        until(self._answers, _READY_S)

    def card(self, folder: Path, *, road: bool) -> tuple[str, Path]:
        """Write the card of one more village; gives its code too."""
        number = next(self._numbers)
        code = f"52.04.{number // 8000 + 1:02}.{number % 8000:04}"
        url = f"http://127.0.0.1:{self.port}" if road else _NO_ROAD
        asked = {"code": code, "name": "Tepal", "url": url, "again": ""}
        made = control.ask(self.directory, "enroll", **asked)
        write_card(folder / _CARD, parse_card(json.dumps(made)))
        return code, folder / _CARD

    def grant(self, code: str) -> None:
        """Let a village have its session keys back."""
        control.ask(self.directory, "keys grant", code=code, by="bench")

    def _answers(self) -> bool:
        try:
            control.ask(self.directory, "reports")
        except control.NotRunning:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Village:
    """`kentongan desa run` in a directory of its own.

    Attributes:
        district: who knows it.
        tune: changes its settings.
        road: whether it reaches the Polres; without, as most of the time in the hills.
    """

    district: District
    tune: Tune = silenced
    road: bool = False
    name: str = "kentongan"
    missing: str = ""

    def prepare(self, folder: Path, tty: Path) -> tuple[str, ...]:
        """As of `Driver`."""
        code, card = self.district.card(folder, road=self.road)
        (folder / _CODE).write_text(code, encoding="ascii")
        directory = folder / _NODE
        setup.init(directory, card, (str(tty),), free_port(), secrets.token_bytes)
        path = directory / settings_file.FILE_NAME
        path.write_text(settings_file.dump(self.tune(settings_file.load(path))), encoding="utf-8")
        return sys.executable, "-m", "server", "desa", "run", str(directory)

    def status(self, folder: Path) -> dict[str, object]:
        """What `desa status` tells; empty while the node does not answer."""
        try:
            told = control.ask(folder / _NODE, "status")
        except (control.NotRunning, control.ControlRefused):
            return {}
        return told if isinstance(told, dict) else {}

    def settled(self, folder: Path) -> bool:
        """As of `Driver`."""
        rows = self.status(folder).get("inbox")
        return isinstance(rows, dict) and not (rows["unread"] or rows["part"])

    def revive(self, folder: Path) -> None:
        """As of `Driver`: somebody at the Polres allows the return of the keys."""
        self.district.grant((folder / _CODE).read_text(encoding="ascii"))

    def tally(self, folder: Path, _: Sequence[Text], taken: Sequence[str]) -> Tally:
        """As of `Driver`: by PDU, with the keys that lie wrapped for the Polres."""
        return counted(folder / _NODE, self.district.directory, taken)


def counted(directory: Path, polres: Path, taken: Iterable[str]) -> Tally:
    """What a node's directory has kept of PDUs that its modem took, delivery reports left out."""
    wanted = {pdu for pdu in taken if not is_report(pdu)}
    with opened(directory, polres) as found:
        rows, reports = found.rows(), found.reports()
    kept = sum(count for pdu, count in rows.items() if pdu in wanted)
    return Tally(kept, len(wanted - set(rows)), sum(n - 1 for n in reports.values() if n > 1))


@contextmanager
def opened(directory: Path, polres: Path) -> Iterator["Opened"]:
    """A node's directory, read with all keys of the Polres."""
    found = Opened(directory, polres)
    try:
        yield found
    finally:
        found.close()


class Opened:
    """A node's directory, read with all keys of the Polres."""

    def __init__(self, directory: Path, polres: Path) -> None:
        self._database = open_readonly(directory)
        self._keys = key_files.read(directory)
        settings = settings_file.load(directory / settings_file.FILE_NAME)
        self._node = node_number(settings.desa.code)
        nothing = session.from_seeds(bytes(32), bytes(32), bytes(32))
        self._vault = Vault(self._keys.identity.duty, nothing, seal.box_pair(bytes(32)))
        exchange = read_keys(polres).exchange
        with self._database.read() as db:
            boxes = db.execute("select box from wraps where role = 'polres'").fetchall()
        for (box,) in boxes:
            self._vault.learn(session.read_wrap(seal.open_box(exchange, bytes(box)))[0])

    def close(self) -> None:
        """Let the database go."""
        self._database.close()

    def rows(self) -> Counter[str]:
        """How many rows each PDU has; a text listed once more after a restart has one."""
        found: Counter[str] = Counter()
        with self._database.read() as db:
            numbers = [row for (row,) in db.execute("select id from inbox")]
            kept = [row for number in numbers if (row := inbox.row_of(db, number))]
        for row in kept:
            pdu = radio.open_pdu(self._vault, row)
            if pdu is None:
                raise CannotOpen
            found[pdu] += row.state is not inbox.State.COPY
        return found

    def events(self) -> list[Event]:
        """The whole journal; what is sealed to a unit of the Polres is left out."""
        with self._database.read() as db:
            store = SqliteStore(db)
            log_id = store.newest(self._node, Log.UP) or LogId(self._node, Log.UP, 1)
            entries = store.entries(log_id, 1, store.head(log_id).seq)
        found: list[Event] = []
        for entry in entries:
            with suppress(CannotOpen):
                found.append(codec.decode(self._vault.open_entry(entry))[1])
        return found

    def reports(self) -> Counter[str]:
        """How many reports began with each PDU."""
        found: Counter[str] = Counter()
        with self._database.read() as db:
            for event in self.events():
                if isinstance(event, ReportReceived):
                    row = inbox.row_of(db, event.inbox_id)
                    found[(row and radio.open_pdu(self._vault, row)) or ""] += 1
        return found
