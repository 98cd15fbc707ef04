"""A checkup and a watch of a virtual modem behind a real tty, well, unwell, busy and missing."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hardware.port import SerialPort
from hardware.simulated.pty import PtyModem
from hardware.simulated.quirks.registry import install
from hardware.simulated.virtual import VirtualModem
from server.checkup import ports
from server.demo.processes import until
from sms import pdu

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "+6281234561234"
TEXT = "ada maling di rumah pak Budi RT 02"
PATIENCE_S = 30.0


@dataclass
class Stick:
    """A virtual modem behind a tty, what it sent and which commands it heard."""

    link: Path
    quirks: tuple[str, ...] = ()
    sent: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.virtual = VirtualModem(on_send=self._out, sm_slots=5, me_slots=5)
        install(self.virtual, self.quirks, 1)
        self.virtual.before.append(self._hear)
        self.pty = PtyModem(self.virtual, self.link)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.pty.run, args=(self._stop,))
        self._thread.start()

    def _out(self, hex_pdu: str) -> list[str]:
        self.sent.append(hex_pdu)
        return []

    def _hear(self, line: str) -> bool:
        self.heard.append(line)
        return False

    def text(self, words: str = TEXT, sender: str = NUMBER) -> None:
        """A text arrives."""
        hex_pdu = pdu.encode_deliver(sender, words, None)
        self.pty.call(lambda virtual: virtual.deliver(hex_pdu))

    def held(self) -> int:
        """How many texts the memories hold."""
        return sum(len(self.virtual.stored(memory)) for memory in ("SM", "ME"))

    def close(self) -> None:
        """Pull it out."""
        self._stop.set()
        self.pty.wake()
        self._thread.join()


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Stick]:
    """Give a modem that works."""
    with closing(Stick(tmp_path / "tty")) as made:
        yield made


def words_of(*words: str | Path) -> list[str]:
    """The command line of this program."""
    return [sys.executable, "-m", "server", "modem", *map(str, words)]


def check(*words: str | Path) -> tuple[int, dict[str, dict[str, object]]]:
    """Run `modem check --json`; gives the exit code and findings by key."""
    done = subprocess.run(
        words_of("check", "--json", *words),
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["exit"] == done.returncode
    return done.returncode, {one["key"]: one for one in told["findings"]}


def test_a_modem_that_works_is_well_and_nothing_is_sent_or_deleted(stick: Stick) -> None:
    stick.text()
    code, found = check(stick.link)
    assert (code, {one["mark"] for one in found.values()}) == (0, {"good"})
    assert found["storage"]["facts"] == {"listed": 1, "used": 1}
    assert found["memories"]["facts"] == {"memories": [["SM", 1, 5], ["ME", 0, 5]]}
    assert (stick.sent, stick.held()) == ([], 1)
    assert not [line for line in stick.heard if line.startswith(("AT+CMGD=1", "AT+CUSD=1"))]
    assert NUMBER[-8:] not in json.dumps(found)
    assert TEXT not in json.dumps(found)


def test_people_read_one_marked_line_a_step_and_a_conclusion(stick: Stick) -> None:
    stick.virtual.rssi = 3
    done = subprocess.run(
        words_of("check", stick.link),
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0].startswith("✓ Modem ada di")
    assert "✗ Sinyal lemah sekali (10 %)." in lines
    assert lines[lines.index("✗ Sinyal lemah sekali (10 %).") + 1].startswith("    → Pindahkan")
    assert lines[-1].startswith("Ada yang perlu dikerjakan")


def test_a_code_is_asked_and_a_text_sent_only_when_told_to(stick: Stick) -> None:
    code, found = check(stick.link, "--ussd", "*888#", "--send", "0812-3456-7890")
    assert code == 0
    assert "Rp25000" in str(found["ussd"]["seen"])
    (sent,) = stick.sent
    assert pdu.decode_submit(sent).recipient == "+6281234567890"


@pytest.mark.parametrize("wrong", [("--send", "888"), ("--ussd", "saldo")])
def test_a_number_or_code_that_is_none_is_refused_before_anything(
    stick: Stick, wrong: tuple[str, str]
) -> None:
    done = subprocess.run(
        words_of("check", stick.link, *wrong),
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, stick.heard) == (1, "", [])
    assert "tulis seperti" in done.stderr


def _weak(virtual: VirtualModem) -> None:
    virtual.rssi = 3


def _lost(virtual: VirtualModem) -> None:
    virtual.registration = 2


def _no_centre(virtual: VirtualModem) -> None:
    virtual.commands["+CSCA"] = lambda _: ['+CSCA: "",129']


def _pin(virtual: VirtualModem) -> None:
    virtual.pin = "SIM PIN"


def _no_sim(virtual: VirtualModem) -> None:
    virtual.pin = ""


def _full(virtual: VirtualModem) -> None:
    for number in range(5):
        virtual.deliver(pdu.encode_deliver(NUMBER, f"maling {number}", None))


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (_weak, "signal"),
        (_lost, "network"),
        (_no_centre, "smsc"),
        (_pin, "sim"),
        (_no_sim, "sim"),
        (_full, "memories"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    stick: Stick, spoil: Callable[[VirtualModem], None], key: str
) -> None:
    stick.pty.call(spoil)
    code, found = check(stick.link)
    wrong = {name for name, one in found.items() if one["mark"] in ("bad", "to do")}
    assert (code, wrong) == (1, {key})
    assert found[key]["todo"]


@pytest.mark.parametrize("name", ["status-chatter", "glued-lines", "cpms-three",
                                  "odd-finals", "dirty-line", "list-dialect", "flow-control",
                                  "cnmi-refuses-2", "index-base", "other-memory"])  # fmt: skip
def test_a_modem_with_ways_of_its_own_is_well_all_the_same(tmp_path: Path, name: str) -> None:
    with closing(Stick(tmp_path / "tty", (name,))) as stick:
        code, found = check(stick.link)
    bad = {key: one["seen"] for key, one in found.items() if one["mark"] == "bad"}
    assert (code, bad) == (0, {})


def test_without_a_modem_the_exit_code_is_two(tmp_path: Path) -> None:
    code, found = check(tmp_path / "none")
    assert (code, found["port"]["mark"]) == (2, "bad")
    master, slave = os.openpty()
    try:
        code, found = check(os.ttyname(slave))
    finally:
        os.close(master)
        os.close(slave)
    assert (code, "tidak menjawab" in str(found["port"]["seen"])) == (2, True)


def test_a_stick_without_a_port_and_one_that_is_a_cd_are_told_apart(tmp_path: Path) -> None:
    def plug(name: str, *interfaces: tuple[str, str]) -> Path:
        device = tmp_path / name / "1-1"
        device.mkdir(parents=True)
        (device / "idVendor").write_text("12d1\n")
        for number, (kind, sub) in enumerate(interfaces):
            folder = device / f"1-1:1.{number}"
            folder.mkdir()
            (folder / "bInterfaceClass").write_text(f"{kind}\n")
            (folder / "bInterfaceSubClass").write_text(f"{sub}\n")
        return tmp_path / name

    hilink = ports.search((), plug("hilink", ("02", "06"))).finding
    storage = ports.search((), plug("storage", ("08", "06"))).finding
    assert "HiLink" in hilink.seen
    assert "CD-ROM" in storage.seen
    assert hilink.todo
    assert storage.todo


def test_whoever_holds_the_port_is_named(stick: Stick) -> None:
    with closing(SerialPort(str(stick.link))):
        found = ports.search((str(stick.link),))
    assert (found.port, found.finding.facts["pid"]) == (None, os.getpid())
    assert str(os.getpid()) in found.finding.seen


def test_a_node_that_holds_the_port_is_known_by_its_directory(tmp_path: Path) -> None:
    device = tmp_path / "tty"
    device.touch()
    for pid, words in ((7, ["cat"]), (8, ["python", "-m", "server", "desa", "run", "box"])):
        folder = tmp_path / "proc" / str(pid)
        (folder / "fd").mkdir(parents=True)
        (folder / "cmdline").write_bytes(b"\0".join(word.encode() for word in words))
        (folder / "cwd").symlink_to("/home")
    (tmp_path / "proc" / "8" / "fd" / "5").symlink_to(device)
    (tmp_path / "proc" / "8" / "fd" / "6").symlink_to("socket:[1]")
    held = ports.holder(device, tmp_path / "proc")
    assert held == ports.Holder(8, "python", Path("/home/box"))
    assert ports.holder(tmp_path, tmp_path / "proc") is None


@contextmanager
def watching(*words: str | Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run `modem watch`; gives the process and its lines so far; it must end on SIGINT."""
    process = subprocess.Popen(
        words_of("watch", *words),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines: list[str] = []

    def take() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)  # noqa: PERF402 -- each as it comes

    reader = threading.Thread(target=take)
    reader.start()
    try:
        yield process, lines
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.wait()
        reader.join()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def has(lines: list[str], words: str) -> bool:
    """Whether a line with these words comes."""
    return until(lambda: any(words in line for line in lines), PATIENCE_S)


def test_a_watch_shows_signal_changes_and_texts_that_come_but_not_their_words(
    stick: Stick,
) -> None:
    stick.text("sudah ada sebelumnya")
    with watching(stick.link) as (_, lines):
        assert has(lines, "1 SMS sudah ada di memori modem")
        assert has(lines, "sinyal 68 % (sangat baik) · terdaftar di jaringan · memori SM 1/5")
        stick.text()
        assert has(lines, "SMS dari +62 8•• •••• 1234, 34 huruf")
        stick.pty.call(_weak)
        assert has(lines, "sinyal 10 % (lemah sekali)")
    assert stick.held() == 2
    assert "maling" not in "".join(lines)
    assert stick.sent == []


def test_a_watch_outlives_a_modem_that_comes_back(tmp_path: Path) -> None:
    with closing(Stick(tmp_path / "tty")) as first, watching(first.link) as (_, lines):
        assert has(lines, "terdaftar di jaringan")
        first.close()
        assert has(lines, "Modem tidak ditemukan")
        seen = len(lines)
        with closing(Stick(tmp_path / "tty")):
            assert until(
                lambda: any("terdaftar di jaringan" in line for line in lines[seen:]), PATIENCE_S
            )


def test_at_a_terminal_a_watch_redraws_its_line(stick: Stick) -> None:
    master, slave = os.openpty()
    process = subprocess.Popen(words_of("watch", stick.link), cwd=ROOT, stdout=slave, stderr=slave)
    os.close(slave)
    try:
        shown = b""
        while b"terdaftar" not in shown:
            shown += os.read(master, 4096)
        stick.text()
        while b"1234, 34 huruf" not in shown:
            shown += os.read(master, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)
    assert shown.startswith(b"\r\x1b[K")
