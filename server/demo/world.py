"""The demo's world: a Polres, its desa with their modems, and the roads between them."""

import contextlib
import secrets
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from server import settings as settings_file
from server.demo.figures import Figures, PolresReport, read_reports, read_status
from server.demo.link import LOOPBACK, Link
from server.demo.mast import Mast
from server.demo.people import DESK, PLACES, POLRES, Place
from server.demo.processes import DemoFailed, Processes, until
from server.process import control
from server.sections import Answers, Credit, Login

READY_S: Final = 40.0
EXCHANGE_EVERY_S: Final = 2
# Below the range from which the kernel takes ports for connections: a port of ours must stay
# free while its process is down.
_PORTS: Final = range(20_000, 32_000)
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
_CHEAP_LOGIN: Final = Login(memory_mib=16, passes=1)
_PLAYFUL_ANSWERS: Final = Answers(
    per_sender_hour=30,
    per_sender_day=30,
    per_sender_unclear=30,
    per_hour=2_000,
    per_day=4_000,
    night_from_h=0,
    night_to_h=0,
)
# The virtual operator never takes anything off the balance that it tells.
_FREE: Final = Credit(sms_price_rp=0)
_POLRES_PROCESS: Final = "polres"

HeardAt = Callable[[int, str, str, int], None]
"""Takes the desa's index, and the number, text and parts of an SMS that its modem sent."""


@dataclass(frozen=True, slots=True)
class Account:
    """How somebody logs in, shown to the person who plays; "" for no phone link."""

    name: str
    passphrase: str
    page: str
    phone_link: str = ""


@dataclass(slots=True)
class Village:
    """One desa of the demo."""

    index: int
    place: Place
    directory: Path
    port: int
    link: Link
    mast: Mast
    account: Account | None = None

    @property
    def process(self) -> str:
        """Name of its node's process."""
        return f"desa-{self.index}"


@dataclass(slots=True)
class World:
    """All that runs. Use `open_world`; its methods belong to one thread, the main one."""

    home: Path
    heard: HeardAt
    processes: Processes
    port: int = 0
    villages: list[Village] = field(default_factory=list)
    account: Account | None = None

    @property
    def polres(self) -> Path:
        """The directory of the Polres."""
        return self.home / "polres"

    def start(self) -> None:
        """Build and start everything.

        Raises:
            DemoFailed: something did not start.
        """
        masts = [self._start_mast(index) for index in range(len(PLACES))]
        self.port = free_port()
        self.processes.run("polres", "init", str(self.polres), "--name", POLRES)
        _tune(self.polres)
        self.start_polres()
        self.villages = [
            Village(index, place, self.home / f"desa-{index}", free_port(), Link(self.port), mast)
            for index, (place, mast) in enumerate(zip(PLACES, masts, strict=True))
        ]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._prepare, self.villages))
        for village in self.villages:
            self.start_village(village)
        for village in self.villages:
            self.await_village(village)

    def make_accounts(self) -> None:
        """One account at the Polres and one officer in each desa, whom emergencies ring."""
        made = _strings(control.ask(self.polres, "user add", name=DESK, role="spkt"))
        self.account = Account(made["name"], made["passphrase"], f"http://{LOOPBACK}:{self.port}/")
        for village in self.villages:
            name = village.place.officer
            new = _strings(control.ask(village.directory, "officer add", name=name))
            book = {"name": name, "role": "Bhabinkamtibmas", "number": village.place.number}
            control.ask(village.directory, "contact set", **book)
            page = f"http://{LOOPBACK}:{village.port}"
            link = page + new["phone_path"]
            village.account = Account(name, new["passphrase"], f"{page}/", link)

    def stop(self) -> None:
        """End every process and road."""
        self.processes.end_all()
        for village in self.villages:
            village.link.close()

    def start_polres(self) -> None:
        """Start the Polres and wait until it answers."""
        words = ("polres", "run", str(self.polres), "--host", LOOPBACK, "--port", str(self.port))
        self.processes.start(_POLRES_PROCESS, *words)
        self._await(_POLRES_PROCESS, self.polres, self.port)

    def restart_polres(self) -> None:
        """Let the Polres leave in order, and start it again."""
        self.processes.end(_POLRES_PROCESS)
        self.start_polres()

    def start_village(self, village: Village) -> None:
        """Start a desa's node."""
        self.processes.start(village.process, "desa", "run", str(village.directory))

    def await_village(self, village: Village) -> None:
        """Wait until a desa's node answers."""
        self._await(village.process, village.directory, village.port)

    def kill_village(self, village: Village) -> None:
        """End a desa's node as a power cut does."""
        self.processes.kill(village.process)

    def _start_mast(self, index: int) -> Mast:
        link = self._tty(index)
        name = f"modem-{index}"
        store = str(self.home / f"{name}.json")
        words = ("modem", "simulate", "--link", str(link), "--store", store)
        process = self.processes.start(name, *words, piped=True)
        return Mast(process, lambda number, text, parts: self.heard(index, number, text, parts))

    def _tty(self, index: int) -> Path:
        return self.home / f"tty-{index}"

    def _prepare(self, village: Village) -> None:
        card = str(self.home / f"card-{village.index}.json")
        place, directory = village.place, str(village.directory)
        url = f"http://{LOOPBACK}:{village.link.port}"
        polres = ("polres", "enroll", str(self.polres), place.code, place.name)
        self.processes.run(*polres, "--url", url, "--card", card)
        tty = str(self._tty(village.index))
        port = str(village.port)
        self.processes.run(
            "desa", "init", directory, "--card", card, "--modem", tty, "--port", port
        )
        _tune(village.directory)

    def _await(self, process: str, directory: Path, port: int) -> None:
        def answers() -> bool:
            return not self.processes.alive(process) or _listens(directory, port)

        if not until(answers, READY_S) or not self.processes.alive(process):
            raise DemoFailed(f"Proses {process} tidak mau berjalan.", self.processes.tail())


@contextlib.contextmanager
def open_world(heard: HeardAt) -> Iterator[World]:
    """A running world in a folder of its own, in memory where the machine has room there.

    Nothing of it is left afterwards, also after SIGTERM and SIGINT; a second signal does not
    disturb the clearing up.

    Raises:
        DemoFailed: something did not start.
    """
    before = signal.signal(signal.SIGTERM, _leave), signal.getsignal(signal.SIGINT)
    home = Path(
        tempfile.mkdtemp(prefix="kentongan-demo-", dir=_MEMORY if _roomy(_MEMORY) else None)
    )
    logs = home / "logs"
    logs.mkdir()
    world = World(home, heard, Processes(logs))
    try:
        world.start()
        yield world
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        world.stop()
        shutil.rmtree(home, ignore_errors=True)
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)


def figures_of(village: Village) -> Figures | None:
    """What a desa tells about itself; None while it does not run."""
    try:
        return read_status(control.ask(village.directory, "status"))
    except (control.NotRunning, control.ControlRefused):
        return None


def reports_of(world: World) -> tuple[PolresReport, ...] | None:
    """The reports that the Polres has; None while it does not run."""
    try:
        return read_reports(control.ask(world.polres, "reports"))
    except (control.NotRunning, control.ControlRefused):
        return None


def free_port() -> int:
    """A TCP port on loopback on which nobody listens.

    Raises:
        DemoFailed: none was found.
    """
    for _ in range(100):
        port = _PORTS[secrets.randbelow(len(_PORTS))]
        with contextlib.suppress(OSError), socket.create_server((LOOPBACK, port)):
            return port
    raise DemoFailed("Tidak ada port bebas di komputer ini; tutup program lain, lalu coba lagi.")


def _leave(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _tune(directory: Path) -> None:
    """Settings for play: quick exchanges and logins, brakes that do not end the game."""
    path = directory / settings_file.FILE_NAME
    settings = settings_file.load(path)
    polres = replace(settings.polres, exchange_every_s=EXCHANGE_EVERY_S)
    tuned = replace(
        settings, polres=polres, answers=_PLAYFUL_ANSWERS, credit=_FREE, login=_CHEAP_LOGIN
    )
    path.write_text(settings_file.dump(tuned), encoding="utf-8")


def _listens(directory: Path, port: int) -> bool:
    if not (directory / control.SOCKET_FILE).exists():
        return False
    try:
        socket.create_connection((LOOPBACK, port), 1.0).close()
    except OSError:
        return False
    return True


def _roomy(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free > 64 << 20
    except OSError:
        return False


def _strings(told: object) -> dict[str, str]:
    if not isinstance(told, dict):
        raise DemoFailed("Proses menjawab dengan cara yang tidak dikenal.")
    return {str(name): str(value) for name, value in told.items()}
