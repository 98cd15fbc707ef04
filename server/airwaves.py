"""The airwaves around a virtual modem: JSON lines in, texts and calls; texts out, JSON lines."""

import json
import os
import select
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Final, TextIO

from hardware.simulated.held import SlotChange
from hardware.simulated.latency import Latency
from hardware.simulated.pty import PtyModem
from hardware.simulated.quirks.registry import install
from hardware.simulated.ussd_forms import FORMS, UssdForm
from hardware.simulated.virtual import VirtualModem
from sms.alphabet import Alphabet
from sms.errors import PduError, UnsendableError
from sms.pdu import decode_submit, encode_deliver, encode_status_report, split_deliver
from sms.tpdu import Submit
from sms.user_data import PORTS_16

RINGS: Final = 2
RING_S: Final = 0.4
_LOOK_S: Final = 0.25
_CHUNK: Final = 65536
_LINE_OCTETS_MAX: Final = 1 << 20
_DELIVERED: Final = 0
_PHONE: Final = frozenset("+0123456789*#")


class BadLine(Exception):
    """Baris ini tidak dikenal; tulis {"from","text"}, {"pdu"}, {"ring"} atau {"ussd"}."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence or (type(self).__doc__ or "").strip()


@dataclass(frozen=True, slots=True)
class Quirks:
    """Quirks by name, and the seed of their chances."""

    names: tuple[str, ...] = ()
    seed: int = 0


NO_QUIRKS: Final = Quirks()


@dataclass(frozen=True, slots=True)
class Text:
    """A text that a phone sends."""

    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Raw:
    """A PDU that the network delivers as it is, in hex."""

    pdu: str


@dataclass(frozen=True, slots=True)
class Ring:
    """A call that rings for a moment and is hung up."""

    number: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network shall answer to a USSD code from now on, in one of the known forms."""

    code: str
    text: str
    form: UssdForm


def parse_line(line: str) -> Text | Raw | Ring | Answer:
    """Read one JSON line.

    Raises:
        BadLine: it is none of the four.
    """
    try:
        told: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine("Baris ini bukan JSON yang sah.") from error
    match told:
        case {"from": str(sender), "text": str(text)}:
            return Text(sender, text)
        case {"pdu": str(pdu)}:
            return Raw(pdu)
        case {"ring": str(number)} if number and set(number) <= _PHONE:
            return Ring(number)
        case {"ussd": {"code": str(code), "text": str(text), **rest}}:
            return _answer(code, text, rest.get("form", "plain"))
        case _:
            raise BadLine


def _answer(code: str, text: str, form: object) -> Answer:
    for known in FORMS:
        if known == form:
            return Answer(code, text, known)
    raise BadLine(f"Bentuk USSD harus salah satu dari: {', '.join(FORMS)}.")


class Airwaves:
    """The network around one virtual modem.

    Args:
        link: path that programs open as the modem's tty.
        store: file that keeps what the modem holds; None keeps nothing.
        latency: as of `PtyModem`.
        tell: takes what happens, in order, as objects for JSON lines.
        now: an aware time in the zone in which the service centre writes.
        quirks: which ways of real modems this one has.
        clock: seconds; where there is one, every command line and every text that the modem
            takes is told as well, and each object says when ("at").

    Raises:
        UnknownQuirk: a name is none.
    """

    def __init__(
        self,
        link: Path,
        store: Path | None,
        latency: Latency,
        tell: Callable[[dict[str, object]], None],
        now: Callable[[], datetime],
        quirks: Quirks = NO_QUIRKS,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._tell, self._now = tell, now
        if clock is not None:
            self._tell = lambda happened: tell({**happened, "at": clock()})
        self._reference = 0
        self._parts: dict[tuple[str, int, int], dict[int, str]] = {}
        self._last: dict[str, datetime] = {}
        self._modem = VirtualModem(store=store, on_send=self._sent, on_slot=self._slot)
        self._modem.imei, self._modem.imsi = _numbers_of(link)
        install(self._modem, quirks.names, quirks.seed)
        if clock is not None:
            self._modem.before.insert(0, self._command)
            self._modem.arriving.append(self._taken)
        self.pty = PtyModem(self._modem, link, latency)

    def _command(self, line: str) -> bool:
        self._tell({"command": line})
        return False

    def _taken(self, pdu: str) -> list[str]:
        self._tell({"taken": pdu})
        return [pdu]

    def take(self, line: str, stop: threading.Event) -> None:
        """Do what one JSON line says; an error is told and changes nothing."""
        try:
            match parse_line(line):
                case Text(sender, text):
                    self._deliver(self._split(sender, text))
                case Raw(pdu):
                    self._deliver((pdu,))
                case Ring(number):
                    self._ring(number, stop)
                case Answer(code, text, form):
                    self.pty.call(lambda modem: modem.ussd.update({code: (text, form)}))
        except BadLine as error:
            told: dict[str, object] = {"error": error.sentence}
            self.pty.call(lambda _: self._tell(told))

    def _split(self, sender: str, text: str) -> tuple[str, ...]:
        self._reference += 1
        wide = self._reference % 2 == 0
        reference = self._reference % (65536 if wide else 256)
        try:
            return split_deliver(sender, text, self._time_of(sender), reference, wide)
        except UnsendableError as error:
            raise BadLine(f"SMS ini tidak dapat dikirim: {error}.") from error

    def _time_of(self, sender: str) -> datetime:
        """The service centre's time; no phone sends two texts within one second."""
        now = self._now()
        if sender in self._last:
            now = max(now, self._last[sender] + timedelta(seconds=1))
        self._last[sender] = now
        return now

    def _deliver(self, pdus: Iterable[str]) -> None:
        def act(modem: VirtualModem) -> None:
            waiting = modem.waiting()
            for pdu in pdus:
                try:
                    modem.deliver(pdu)
                except ValueError as error:
                    raise BadLine("PDU ini bukan PDU SMS.") from error
            if modem.waiting() > waiting:
                self._tell({"waiting": modem.waiting()})

        self.pty.call(act)

    def _ring(self, number: str, stop: threading.Event) -> None:
        for _ in range(RINGS):
            self.pty.call(lambda modem: modem.ring(number))
            stop.wait(RING_S)
        self.pty.call(lambda modem: modem.hang_up())

    def _slot(self, change: SlotChange) -> None:
        slot = {"memory": change.memory, "index": change.index, "change": change.action}
        self._tell({"slot": slot, "waiting": self._modem.waiting()})

    def _sent(self, pdu: str) -> tuple[str, ...]:
        try:
            text = decode_submit(pdu)
        except PduError as error:
            self._tell({"error": error.sentence, "pdu": pdu})
            return ()
        if text.alphabet is Alphabet.OCTETS:
            self._tell({"to": text.recipient, "pdu": pdu})
        else:
            self._gather(text)
        if not text.report_requested:
            return ()
        now = self._now()
        number = self._modem.reference
        return (encode_status_report(number, text.recipient, now, now, _DELIVERED),)

    def _gather(self, text: Submit) -> None:
        part = text.part
        if part is None:
            self._tell({"to": text.recipient, "text": text.text, "parts": 1})
            return
        key = (text.recipient, part.reference, part.total)
        held = self._parts.setdefault(key, {})
        held[part.number] = text.text
        if len(held) == part.total:
            del self._parts[key]
            whole = "".join(held[number] for number in sorted(held))
            self._tell({"to": text.recipient, "text": whole, "parts": part.total})


def carried(submit: str, sender: str, sent_at: datetime) -> str:
    """What the network delivers of a PDU that a modem has submitted, in one part.

    Raises:
        PduError, UnsendableError: it is no such PDU.
    """
    text = decode_submit(submit)
    body = text.data if text.alphabet is Alphabet.OCTETS else text.text
    ports = (int.from_bytes(data[:2], "big") for name, data in text.udh if name == PORTS_16)
    return encode_deliver(
        sender, body, sent_at, part=text.part, dcs=text.dcs, port=next(ports, None)
    )


def simulate(  # noqa: PLR0913 -- the process's own ends, each of its own kind
    link: Path,
    store: Path | None,
    latency: Latency,
    lines_in: TextIO,
    lines_out: TextIO,
    stop: threading.Event,
    now: Callable[[], datetime],
    *,
    quirks: Quirks = NO_QUIRKS,
    clock: Callable[[], float] | None = None,
) -> None:
    """Serve a virtual modem at `link` until `stop` is set; leaves within half a second.

    Takes from `lines_in` the lines `{"from", "text"}`, `{"pdu"}`, `{"ring"}` and
    `{"ussd": {"code", "text", "form"}}`; its end does not stop the modem. Writes to `lines_out`
    for each text that the modem sends `{"to", "text", "parts"}` (its parts joined), for octets
    `{"to", "pdu"}` as they were submitted, for each slot
    `{"slot": {"memory", "index", "change": "stored"|"freed"}, "waiting": n}`, `{"waiting": n}`
    when a text has to wait in the network, and `{"error"}` for a line that says nothing known.

    Args:
        link: path of the tty for programs.
        store: file that keeps what the modem holds, or None.
        latency: "none" or "usb".
        lines_in: must have a file descriptor.
        lines_out: flushed after each line; once its reader has gone, what happens is not told.
        stop: ends it.
        now: an aware time in the zone in which the service centre writes.
        quirks: as of `Airwaves`.
        clock: as of `Airwaves`; adds lines `{"command"}` and `{"taken"}`.

    Raises:
        UnknownQuirk: a name is none; no modem is made.
    """

    def tell(happened: dict[str, object]) -> None:
        with suppress(BrokenPipeError):
            lines_out.write(json.dumps(happened) + "\n")
            lines_out.flush()

    air = Airwaves(link, store, latency, tell, now, quirks, clock)
    hear = (lines_in.fileno(), air, stop)
    hearing = threading.Thread(target=_hear, args=hear, name="airwaves", daemon=True)
    hearing.start()
    try:
        air.pty.run(stop)
    finally:
        stop.set()
        hearing.join()


def _numbers_of(link: Path) -> tuple[str, str]:
    """IMEI and IMSI of the modem at a path: no two modems or SIMs have the same."""
    digest = int.from_bytes(blake2b(str(link.absolute()).encode(), digest_size=8).digest(), "big")
    return f"86612304{digest % 10**7:07}", f"51010{digest % 10**10:010}"


def _hear(descriptor: int, air: Airwaves, stop: threading.Event) -> None:
    # The descriptor itself is read: a thread that waits inside a text stream holds its lock
    # when the interpreter ends.
    held = b""
    while not stop.is_set():
        ready, _, _ = select.select([descriptor], [], [], _LOOK_S)
        if not ready:
            continue
        chunk = os.read(descriptor, _CHUNK)
        *lines, held = (held + chunk).split(b"\n")
        if not chunk and held:
            lines, held = [held], b""
        for line in filter(bytes.strip, lines):
            air.take(line.decode("utf-8", "replace"), stop)
        held = held[:_LINE_OCTETS_MAX]
        if not chunk:
            return
