"""One GSM modem: its stored texts, sending, signal, and what it says unasked (3GPP TS 27.005)."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from hardware import answers
from hardware.answers import (
    Call,
    Network,
    NotForgotten,
    Notice,
    Rebooted,
    ReportArrived,
    Signal,
    SimSwapped,
    StoreFull,
    TextArrived,
    Usage,
)
from hardware.at import Event
from hardware.dialogue import DEFAULT_TIMEOUTS, Dialogue, Timeouts
from hardware.errors import CommandFailed, SimMissing, SimNotAccepted, Timeout
from hardware.filling import Erasing, Filling
from hardware.forgetting import Forgetting
from hardware.port import Port
from hardware.sending import Sending
from hardware.sim import Identity, SimState, SimWatch, fingerprint, sim_state, sim_trouble
from hardware.storage import Slot, Storage
from hardware.ussd import pack_ascii, parse_cusd, unpack_ascii, ussd_text

__all__ = [
    "Call",
    "Identity",
    "Modem",
    "Network",
    "NotForgotten",
    "Notice",
    "Rebooted",
    "ReportArrived",
    "Signal",
    "SimState",
    "SimSwapped",
    "Slot",
    "StoreFull",
    "TextArrived",
    "Timeouts",
    "Usage",
]

T = TypeVar("T")

# Stored with +CMTI and reports told; some modems advertise mode 2 and refuse it.
_CNMI_FORMS = ("2,1,0,1", "2,1,0,2", "2,1", "1,1,0,1", "1,1,0,2", "1,1", "3,1")
_TRIES = 3
_USSD_CODE = re.compile(r"[0-9*#+]{1,160}")
_NETWORK_DIGITS = 5
_ICCID_COMMANDS = ("AT+CCID", "AT^ICCID?")


class Modem:
    """A modem behind a port, used by exactly one thread.

    Every method may raise `PortGone` (then `reopen`), `Timeout` (the line is in step again),
    `NotAModem`, `SimMissing`, `PinWanted`, `PukWanted` or `CommandFailed`. A modem that restarted
    is set up again before the next question.

    Args:
        open_port: opens the port; called by `start` and `reopen`.
        monotonic: seconds of a clock that never goes back.
        timeouts: how long to wait for what.
        septets: turns packed GSM septets of a USSD answer into text.
        init: commands for this kind of modem, run before all others and after each restart, such
            as AT+CGSMS=3 for texts over LTE; one that the modem refuses is passed over.
        known_sim: the SIM that may send, as `Identity.sim`; "" takes the first one.
        open_deaf: opens the port for a reset where `open_port` finds nobody who answers.
    """

    def __init__(
        self,
        open_port: Callable[[], Port],
        monotonic: Callable[[], float],
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        septets: Callable[[bytes], str] = unpack_ascii,
        init: Sequence[str] = (),
        known_sim: str = "",
        open_deaf: Callable[[], Port] | None = None,
    ) -> None:
        self._open_deaf = open_deaf
        self._line = Dialogue(open_port, monotonic, timeouts)
        self._storage = Storage(self._line, monotonic, timeouts.list_s)
        self._sending = Sending(self._line, monotonic, timeouts)
        self._filling = Filling(self._storage, self._sending)
        self._forgetting = Forgetting(self._storage, self._filling.freed)
        self._monotonic = monotonic
        self._timeouts = timeouts
        self._septets = septets
        self._init = tuple(init)
        self._watch = SimWatch(known_sim)
        self._configured = False
        self._home = ""
        self._identity: Identity | None = None

    @property
    def identity(self) -> Identity | None:
        """Who the modem said it is when it was last started."""
        return self._identity

    @property
    def sim_accepted(self) -> bool:
        """Whether the SIM in the modem may send."""
        return self._watch.accepted

    @property
    def erasing(self) -> Erasing:
        """What becomes of the text in a freed slot of the SIM."""
        return self._filling.erasing

    @property
    def fillers(self) -> int:
        """How many fillers were written."""
        return self._filling.written

    @property
    def memories(self) -> dict[str, Usage]:
        """How full each memory was when it was last looked at; nothing is asked."""
        return dict(self._storage.told)

    @property
    def sim_id(self) -> str:
        """The SIM in the modem, as `Identity.sim`; "" while it is not known."""
        return self._watch.present

    @property
    def home_network(self) -> str:
        """MCC and MNC of the SIM, five digits of its IMSI; "" while it is not known."""
        return self._home

    def start(self) -> Identity:
        """Open the port, bring the modem into step, set it up and say who it is."""
        self._line.open()
        self._configured = False
        return self._patiently(self._identify)

    def resync(self) -> None:
        """Bring questions and answers into step and set the modem up again."""
        self._configured = False
        self._patiently(lambda: None)

    def reset(self) -> None:
        """Have the modem start anew; its port may go, so `reopen` afterwards."""
        self._configured = False
        self._line.open(self._open_deaf)
        self._line.reset()

    def accept_sim(self) -> None:
        """Let the SIM that is in the modem send: people have said that it may."""
        self._watch.accept()

    def know_sim(self, known: str) -> None:
        """Judge the SIM that is there by the one that may send, as `Identity.sim`; "" takes it."""
        self._watch.know(known)

    def reopen(self) -> Identity:
        """Close the port, open it and start again; notices not yet taken stay."""
        self.close()
        return self.start()

    def close(self) -> None:
        """Let the port go."""
        self._configured = False
        self._line.close()

    def list(self) -> tuple[Slot, ...]:
        """All messages in all memories, in the order of memory and slot.

        Fillers that are still wanted are left out: deleted too early they would be written again.
        In a SIM that is full none is wanted, for texts may wait for its slots.
        """
        listed = self._patiently(self._storage.list)
        self._filling.make_room()
        slots = tuple(slot for slot in listed if not self._filling.owns(slot))
        self._forgetting.note_listed(slots)
        return slots

    def forget(self, slot: Slot) -> None:
        """Delete a message; one that is gone already is no error."""
        for _ in range(_TRIES):
            self._refresh()
            if self._forgetting.one(slot):
                return
        raise CommandFailed("+CPMS")

    def forget_all(self, slots: Sequence[Slot]) -> None:
        """Delete messages as they were listed last, all of which the caller has committed.

        In bulk (AT+CMGD=1,1) where as many are stored as were committed and the modem has proved
        to delete those and no others; else one by one. After an error, list again.
        """
        self._refresh()
        self._forgetting.all(slots)

    def send(self, tpdu_length: int, pdu: str) -> int:
        """Send a SUBMIT and return its message reference (0..255).

        Args:
            tpdu_length: octets of the TPDU, the SMSC field not counted.
            pdu: hex, with the SMSC field ("00" for the one on the SIM).

        Raises:
            SendRefused: the modem or network said no; see its `uncertain`.
            SendUnknown: no answer after the PDU was handed over; it may have gone out.
            SimNotAccepted: another SIM is in the modem; nothing went out.
            HardwareError: any other kind: nothing went out.
        """
        self._refresh()
        if not self._watch.accepted:
            raise SimNotAccepted
        return self._sending.send(tpdu_length, pdu)

    def signal(self) -> Signal:
        """Signal quality (AT+CSQ)."""
        told = self._patiently(lambda: self._line.query("AT+CSQ", "+CSQ:"))
        return answers.parse_csq(told) or Signal(99, None)

    def network(self) -> Network:
        """Registration: circuit switched (AT+CREG?), else LTE (AT+CEREG?)."""
        told = self._patiently(lambda: self._line.query("AT+CREG?", "+CREG:"))
        network = answers.parse_creg(told) or Network(registered=False, roaming=False, stat=4)
        if network.registered:
            return network
        for event in self._line.attempt("AT+CEREG?") or ():
            lte = answers.parse_creg(event.line)
            if lte is not None and lte.registered:
                return lte
        return network

    def service_centre(self) -> str:
        """Number of the SMSC that the SIM sends through (AT+CSCA?); "" where it is not told."""
        told = self._patiently(lambda: self._line.attempt("AT+CSCA?"))
        return next(filter(None, (answers.parse_csca(one.line) for one in told or ())), "")

    def operator(self) -> str:
        """Name or number of the network (AT+COPS?); "" while there is none."""
        lines = self._patiently(lambda: self._line.attempt("AT+COPS?")) or ()
        return next(filter(None, (answers.parse_cops(event.line) for event in lines)), "")

    def fill(self) -> bool:
        """Write or delete one filler in freed slots of the SIM; False when all is done.

        A message that is listed meanwhile may be a filler; see `hardware.filling.is_filler`.
        """
        self._refresh()
        return self._filling.step()

    def sim(self) -> str:
        """What the SIM waits for, e.g. READY or SIM PIN (AT+CPIN?)."""
        return self._patiently(self._sim)

    def sim_state(self) -> SimState:
        """What the SIM waits for; asked also of a modem that could not be set up."""
        self._line.open()
        try:
            return sim_state(self._sim())
        except SimMissing:
            return SimState.MISSING

    def usage(self) -> dict[str, Usage]:
        """Slots used and there are, by memory; a memory that does not tell is left out."""
        return self._patiently(self._storage.usage)

    def ussd(self, code: str) -> str:
        """Ask the network by a code such as *888# and return its text.

        Raises:
            ValueError: the code has other signs than 0-9 * # +.
            Timeout: the network did not answer.
        """
        if not _USSD_CODE.fullmatch(code):
            raise ValueError("not a USSD code")
        self._refresh()
        try:
            line = self._ussd_line(code)
        except CommandFailed:
            line = self._ussd_line(pack_ascii(code).hex().upper())
        told = parse_cusd(line)
        if told is None or told.status == 1:
            self._line.attempt("AT+CUSD=2")
        return ussd_text(told, self._septets) if told else ""

    def wait(self, timeout_s: float) -> tuple[Notice, ...]:
        """Wait for the modem to say something by itself; () when it does not."""
        self._refresh()
        deadline = self._monotonic() + timeout_s
        while not self._line.has_notices():
            left_s = deadline - self._monotonic()
            if left_s <= 0:
                break
            ring_s = self._line.ring_left_s()
            self._line.listen(left_s if ring_s is None else min(left_s, ring_s))
        self._line.drain()
        notices = self._line.take_notices()
        for notice in notices:
            if isinstance(notice, ReportArrived) and notice.memory:
                self._storage.also(notice.memory)
        return notices

    def _refresh(self) -> None:
        if not self._configured or self._line.restarted:
            self._configure()

    def _patiently(self, act: Callable[[], T]) -> T:
        """Do what may be done twice, again after a restart in the middle of it."""
        for _ in range(_TRIES - 1):
            try:
                self._refresh()
                done = act()
            except (CommandFailed, Timeout):
                if not self._line.restarted:
                    raise
                continue
            if not self._line.restarted:
                return done
        self._refresh()
        return act()

    def _configure(self) -> None:
        self._configured = False
        self._line.resync()
        for command in self._init:
            self._line.attempt(command)
        self._line.ask("ATE0")
        self._line.take_as_started()
        self._line.attempt("AT+CMEE=1")
        self._line.settle_echo()
        self._need_sim()
        self._line.ask("AT+CMGF=0")
        # Phase 2+ would want every direct delivery acknowledged with AT+CNMA.
        self._line.attempt("AT+CSMS=0")
        self._storage.find()
        for form in _CNMI_FORMS:
            if self._line.attempt(f"AT+CNMI={form}") is not None:
                break
        self._line.attempt("AT+CLIP=1")
        self._watch_sim()
        self._line.take_as_set_up()
        self._configured = True

    def _need_sim(self) -> None:
        try:
            told = self._sim()
        except Timeout:
            # Some modems never answer this; whether the SIM works shows in what follows.
            told = ""
        trouble = sim_trouble(sim_state(told), told)
        if trouble is not None:
            raise trouble

    def _watch_sim(self) -> None:
        imsi = self._plain("AT+CIMI")
        self._home = imsi[:_NETWORK_DIGITS] if fingerprint(imsi) else ""
        swap = self._watch.see(imsi, self._iccid())
        if swap is not None:
            self._line.notify(swap)

    def _identify(self) -> Identity:
        manufacturer, model = self._plain("AT+CGMI"), self._plain("AT+CGMM")
        told = Identity(
            manufacturer, model, self._plain("AT+CGSN"), self._plain("AT+CIMI"), self._iccid()
        )
        before, self._identity = self._identity, told
        if before is not None and (before.imei, before.sim) != (told.imei, told.sim):
            self._storage.told.clear()
            self._filling.forget_modem()
        return told

    def _iccid(self) -> str:
        return next(filter(None, map(self._plain, _ICCID_COMMANDS)), "")

    def _ussd_line(self, code: str) -> str:
        lines = self._line.ask(f'AT+CUSD=1,"{code}",15', self._timeouts.ussd_s)
        told = next((e.line for e in lines if e.line.upper().startswith("+CUSD:")), None)
        line = told or self._line.await_line("+CUSD:", self._timeouts.ussd_s)
        if line is None:
            self._line.attempt("AT+CUSD=2")
            raise Timeout("+CUSD")
        return line

    def _sim(self) -> str:
        return self._line.query("AT+CPIN?", "+CPIN:").partition(":")[2].strip()

    def _plain(self, command: str) -> str:
        lines: Sequence[Event] = ()
        with suppress(CommandFailed):
            lines = self._line.ask(command)
        text = next((event.line for event in lines), "")
        return text.rpartition(":")[2].strip().strip('"') if text.startswith(("+", "^")) else text
