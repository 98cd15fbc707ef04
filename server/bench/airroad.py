"""The air road measured: from a villager's SMS to the Polres' page, with no data link at all."""

import re
import statistics
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, Final

from server import settings as settings_file
from server.airwaves import carried
from server.bench.sync.figures import Figure
from server.demo.figures import Figures, read_status
from server.demo.mast import Mast
from server.demo.processes import Processes, until
from server.demo.world import free_port
from server.process import control
from server.sections import Air, Credit, Login, Settings

CODE, NAME = "52.04.07.2004", "Tepal"
POLRES_NUMBER, DESA_NUMBER = "+6281100000001", "+6281200000002"
TARGET_S: Final = 15.0
_LOOPBACK, _NOWHERE = "127.0.0.1", "http://127.0.0.1:9"
_READY_S: Final = 60.0
_ARRIVE_S: Final = 120.0
_TEXTS: Final = (
    "tolong pak ada perampokan di rumah bu siti rt 03 rw 01 mereka bawa parang nomor {}",
    "kebakaran pak di dusun krajan rumah pak budi api besar tolong cepat nomor {}",
    "kecelakaan truk masuk jurang di tikungan dekat masjid ada korban tolong nomor {}",
)


class NotArrived(Exception):
    """Laporan tidak sampai lewat SMS udara; lihat catatan proses di bawah ini."""


@dataclass
class AirScene:
    """A Polres and a desa as processes, a modem for each, and the network between the modems.

    Attributes:
        home: a folder of its own.
        network_s: how long the network keeps an SMS between the modems.
        said: numbers and PDUs of octets that went from modem to modem.
    """

    home: Path
    network_s: float = 0.0
    said: list[tuple[str, str]] = field(default_factory=list)
    masts: dict[str, Mast] = field(default_factory=dict)

    def __post_init__(self) -> None:
        logs = self.home / "logs"
        logs.mkdir(exist_ok=True)
        self.processes = Processes(logs)
        self.polres, self.desa = self.home / "polres", self.home / "desa"
        self.port = free_port()

    def begin(self) -> None:
        """Enrol the desa over loopback, then leave it without any data link."""
        self._modem(POLRES_NUMBER, "modem-polres", self.home / "tty-polres")
        self._modem(DESA_NUMBER, "modem-desa", self.home / "tty-desa")
        self.processes.run("polres", "init", str(self.polres), "--name", "Polres Sumbawa")
        self._tune(self.polres, modem=(str(self.home / "tty-polres"),))
        self.start_polres()
        card, url = self.home / "card.json", f"http://{_LOOPBACK}:{self.port}"
        self.processes.run(
            "polres", "enroll", str(self.polres), CODE, NAME, "--url", url, "--card", str(card)
        )
        made = ("desa", "init", str(self.desa), "--card", str(card), "--port", str(free_port()))
        self.processes.run(*made, "--modem", str(self.home / "tty-desa"))
        self._tune(self.desa, number=POLRES_NUMBER)
        self.start_desa()
        self._wait(lambda: self._figures().acked > 0)
        self.cut()

    def cut(self) -> None:
        """The desa starts anew and reaches no server."""
        self.end_desa()
        self._tune(self.desa, url=_NOWHERE)
        self.start_desa()

    def mend(self) -> None:
        """The desa starts anew and reaches its server."""
        if self.processes.alive("desa"):
            self.end_desa()
        self._tune(self.desa, url=f"http://{_LOOPBACK}:{self.port}")
        self.start_desa()

    def start_polres(self) -> None:
        """Start the Polres and wait until it answers."""
        words = ("polres", "run", str(self.polres), "--port", str(self.port))
        self.processes.start("polres", *words)
        self._wait(lambda: self._answers(self.polres, "reports"))

    def start_desa(self) -> None:
        """Start the desa and wait until it works with its modem."""
        self.processes.start("desa", "desa", "run", str(self.desa))
        self._wait(lambda: self._figures().modem == "good")

    def end_desa(self) -> None:
        """Ask the desa to leave."""
        self.processes.end("desa")

    def text(self, sender: str, words: str) -> None:
        """A villager writes to the desa."""
        self.masts[DESA_NUMBER].text(sender, words)

    def reports(self) -> list[dict[str, object]]:
        """What the Polres holds."""
        told = control.ask(self.polres, "reports")
        return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []

    def status(self) -> dict[str, Any]:
        """All that `desa status` tells; empty while the desa does not answer."""
        try:
            told = control.ask(self.desa, "status")
        except (control.NotRunning, control.ControlRefused):
            return {}
        return told if isinstance(told, dict) else {}

    def close(self) -> None:
        """End every process."""
        self.processes.end_all()

    def _modem(self, number: str, name: str, link: Path) -> None:
        words = ("simulate", "--link", str(link), "--store", f"{link}.json", "--latency", "usb")
        process = self.processes.start(name, "modem", *words, piped=True)

        def text(to: str, words: str, _parts: int) -> None:
            if to in self.masts:
                self.masts[to].text(number, words)

        def octets(to: str, submit: str) -> None:
            if to in self.masts:
                self.said.append((to, submit))
                pdu = carried(submit, number, datetime.now(UTC))
                threading.Timer(self.network_s, self.masts[to].deliver, (pdu,)).start()

        self.masts[number] = Mast(process, text, octets)
        self._wait(link.exists)

    def _tune(
        self, directory: Path, *, url: str = "", number: str = "", modem: tuple[str, ...] = ()
    ) -> None:
        path = directory / settings_file.FILE_NAME
        said: Settings = settings_file.load(path)
        if url:
            said = replace(said, polres=replace(said.polres, url=url))
        if number:
            said = replace(said, air=Air(number=number), credit=Credit(sms_price_rp=0))
        if modem:
            said = replace(said, modem=replace(said.modem, ports=modem))
        said = replace(
            said,
            polres=replace(said.polres, exchange_every_s=2, timeout_s=5),
            login=Login(memory_mib=8, passes=1),
        )
        path.write_text(settings_file.dump(said), encoding="utf-8")

    def _figures(self) -> Figures:
        return read_status(self.status())

    def _answers(self, directory: Path, command: str) -> bool:
        try:
            control.ask(directory, command)
        except (control.NotRunning, control.ControlRefused):
            return False
        return True

    def _wait(self, met: Callable[[], bool]) -> None:
        if not until(met, _READY_S):
            raise NotArrived(self.processes.tail())


class Page:
    """The Polres' queue as a browser of an officer of the SPKT gets it.

    Args:
        scene: whose Polres.
        name: of the account that is made there.
    """

    def __init__(self, scene: AirScene, name: str = "bench") -> None:
        self._address = f"http://{_LOOPBACK}:{scene.port}"
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._browser = urllib.request.build_opener(jar)
        made = control.ask(scene.polres, "user add", name=name, role="spkt")
        if not isinstance(made, dict):
            raise NotArrived(scene.processes.tail())
        hidden = dict(
            re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self._get("/masuk"))
        )
        fields = {"name": name, "passphrase": made["passphrase"], **hidden}
        self._browser.open(
            f"{self._address}/masuk", urllib.parse.urlencode(fields).encode()
        ).close()

    def shows(self, words: str) -> bool:
        """Whether the queue shows these words."""
        return words in self._get("/")

    def _get(self, path: str) -> str:
        with self._browser.open(self._address + path) as answer:
            return str(answer.read().decode())


@contextmanager
def air_scene(network_s: float = 0.0) -> Iterator[AirScene]:
    """A scene that is ready, in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="kentongan-air-") as folder:
        scene = AirScene(Path(folder), network_s)
        try:
            scene.begin()
            yield scene
        finally:
            scene.close()


def figures(rounds: int, network_s: float) -> Iterator[Figure]:
    """Seconds from the villager's SMS to the Polres' page, and SMS of the air road for each.

    Raises:
        NotArrived: a report did not come.
    """
    with air_scene(network_s) as scene:
        page = Page(scene)
        taken: list[float] = []
        for number in range(rounds):
            words = _TEXTS[number % len(_TEXTS)].format(1000 + number)
            began_s = time.monotonic()
            scene.text(f"+62813000{number:05}", words)
            if not until(partial(page.shows, words), _ARRIVE_S):
                raise NotArrived(scene.processes.tail())
            taken.append(time.monotonic() - began_s)
        until(lambda: len(scene.said) >= 2 * rounds, _READY_S)
        up = sum(to == POLRES_NUMBER for to, _ in scene.said)
        note = f"{rounds} reports, no data link; the network keeps an SMS {network_s:g} s"
        yield Figure("an urgent report by air, median", statistics.median(taken), "s", None, note)
        yield Figure("the slowest of them", max(taken), "s", TARGET_S)
        yield Figure("SMS of the box for each report", up / rounds, "SMS")
        yield Figure("SMS of the Polres for each report", (len(scene.said) - up) / rounds, "SMS")
