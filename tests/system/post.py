"""A village post as real processes on loopback: a Polres, a virtual modem and a desa."""

import contextlib
import json
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from server import settings as settings_file
from server.demo.figures import Figures, read_status
from server.demo.mast import Mast
from server.demo.processes import Process, Processes, until
from server.demo.world import free_port
from server.process import control
from server.sections import Answers, Credit, Login

CODE, NAME = "52.04.07.2004", "Tepal"
READY_S = 40.0
QUIET_S = 60.0
LOOPBACK = "127.0.0.1"


@dataclass
class Post:
    """The processes of one desa and its Polres, and what the desa's modem sent."""

    home: Path
    words: tuple[str, ...] = ()
    heard: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.logs = self.home / "logs"
        self.logs.mkdir(exist_ok=True)
        self.processes = Processes(self.logs)
        self.polres, self.desa = self.home / "polres", self.home / "desa"
        self.tty, self.card = self.home / "tty", self.home / "card.json"
        self.polres_port, self.desa_port = free_port(), free_port()

    def prepare(self) -> None:
        """Enrol a desa with a running Polres and modem; the desa itself does not run yet."""
        self.processes.run("polres", "init", str(self.polres), "--name", "Polres Sumbawa")
        self.start_polres()
        # As slow as a stick: the moments between keeping, forgetting and sending last longer.
        words = ("simulate", "--store", str(self.home / "sim.json"), "--latency", "usb")
        self.mast = Mast(
            self.processes.start("modem", "modem", *words, "--link", str(self.tty), piped=True),
            lambda number, text, _parts: self.heard.append((number, text)),
        )
        url = f"http://{LOOPBACK}:{self.polres_port}"
        enroll = ("polres", "enroll", str(self.polres), CODE, NAME)
        self.processes.run(*enroll, "--url", url, "--card", str(self.card))
        self.processes.run(*self.init_words(self.desa))
        tune(self.desa)

    def init_words(self, directory: Path) -> tuple[str, ...]:
        """The command that makes a desa's directory from the card."""
        words = ("desa", "init", str(directory), "--card", str(self.card))
        return (*words, "--modem", str(self.tty), "--port", str(self.desa_port))

    def start_polres(self) -> None:
        """Start the Polres and wait until it answers."""
        port = str(self.polres_port)
        words = ("polres", "run", str(self.polres), "--host", LOOPBACK, "--port", port)
        self.processes.start("polres", *words)
        self.wait("the Polres answers", lambda: _answers(self.polres, "reports"))

    def start(self) -> Process:
        """Start the desa."""
        return self.processes.start("desa", *self.words, "desa", "run", str(self.desa))

    def started(self) -> Process:
        """Start the desa and wait until it works with its modem."""
        process = self.start()
        self.wait("the desa works", lambda: self.figures().modem == "good")
        return process

    def kill(self) -> None:
        """As a power cut."""
        self.processes.kill("desa")

    def figures(self) -> Figures:
        """What the desa tells; all 0 while it does not answer."""
        return read_status(self.status())

    def status(self) -> dict[str, Any]:
        """All that `desa status` tells; empty while the desa does not answer."""
        try:
            told = control.ask(self.desa, "status")
        except (control.NotRunning, control.ControlRefused):
            return {}
        return told if isinstance(told, dict) else {}

    def calm(self) -> bool:
        """Whether everything was read, said and brought to the Polres."""
        load, figures = self.mast.load, self.figures()
        return figures.modem == "good" and figures.quiet and not (load.held or load.waiting)

    def settle(self, patience_s: float = QUIET_S) -> None:
        """Wait until it is calm twice in a row: a delivery report follows the text."""
        self.wait("all is quiet", lambda: self.calm() and self.calm(), patience_s)

    def reports(self) -> list[dict[str, Any]]:
        """The lines of `polres reports --json`."""
        told = self.processes.run("polres", "reports", str(self.polres), "--json")
        return [json.loads(line) for line in told.splitlines()]

    def report_counts(self) -> Counter[tuple[str, str]]:
        """How often the Polres has each sender with each text; a sealed one has neither."""
        return Counter((one["sender"] or "", one["text"] or "") for one in self.reports())

    def wait(self, what: str, met: Any, patience_s: float = READY_S) -> None:
        """Wait for a state, or fail with what the processes wrote."""
        assert until(met, patience_s), f"not: {what}\n{self.status()}\n{self.processes.tail()}"

    def stderr(self, name: str) -> str:
        """What a process wrote to its standard error."""
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def tune(directory: Path, **sections: object) -> None:
    """Settings of a test: quick exchanges and logins, brakes that do not end the play."""
    path = directory / settings_file.FILE_NAME
    settings = settings_file.load(path)
    brakes = Answers(
        per_sender_hour=40, per_sender_day=40, per_sender_unclear=40, per_hour=2_000, per_day=4_000,
        night_from_h=0, night_to_h=0,
    )  # fmt: skip
    polres = replace(settings.polres, exchange_every_s=2)
    chosen = {"polres": polres, "answers": brakes, "login": Login(memory_mib=8, passes=1)}
    chosen["credit"] = Credit(sms_price_rp=0)
    path.write_text(settings_file.dump(replace(settings, **(chosen | sections))), encoding="utf-8")


@contextlib.contextmanager
def open_post(home: Path, *words: str) -> Iterator[Post]:
    """Give a prepared post in `home`; `words` go before every `desa run`."""
    post = Post(home, words)
    try:
        post.prepare()
        yield post
    finally:
        post.processes.end_all()


def leave(process: Process, number: signal.Signals = signal.SIGTERM) -> int:
    """Signal a process and give its exit code; fails when it stays longer than 5 s."""
    process.send_signal(number)
    return process.wait(5.0)


def _answers(directory: Path, command: str) -> bool:
    try:
        control.ask(directory, command)
    except control.NotRunning:
        return False
    return True
