"""A GSM modem in software: its terminal is bytes in, bytes out, without a thread or a clock."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from hardware.simulated.held import UNSENT, Held, SlotChange, is_report, tpdu_length
from hardware.simulated.terminal import Handler, RefusedError, Terminal
from hardware.simulated.textmode import text_entry
from hardware.simulated.ussd_forms import UssdForm, asked_code, cusd_line

__all__ = ["BOOT_LINES", "Handler", "RefusedError", "VirtualModem"]

BOOT_LINES = ("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready")
_CALLER = re.compile(r"\+?[0-9*#]{0,20}")
_PDU_OCTETS = 176
_CNMI_CEILINGS = (3, 3, 3, 2, 1)


class VirtualModem(Terminal):
    """A modem with memories SM and ME, a network that waits when both are full, and a SIM.

    Not safe for threads. A text that does not fit waits in the network, in order, and is stored
    when a slot becomes free.

    Args:
        sm_slots: slots on the SIM. me_slots: slots in the modem.
        store: file that keeps memories, network queue and reference; None keeps nothing.
        on_send: takes the PDU of every accepted SUBMIT, returns PDUs to deliver back.
        on_slot: is told of every slot filled or freed.
        on_ussd: answers a USSD code that is not in `ussd`.

    Attributes:
        rssi, registration, pin: what +CSQ, +CREG and +CPIN tell; pin "" means no SIM.
        imei: which modem it is. imsi, iccid: who the SIM is. smsc: its service centre.
        ussd: what the network answers to a USSD code, and in which form.
        full_line: unsolicited line for a text that has to wait in the network; "" for none.
        boot_lines: what a modem that restarts says.
        arriving: turn one PDU from the network into those that the modem takes.
        submitting: see a SUBMIT before the network; one that raises RefusedError keeps it here.
        text_sender: how text mode shows a sender.
        boots: how often it has started anew.
        plugged: how often its port has gone and come back; who opened it earlier has lost it.
        absences: how often the port will still be missing when somebody opens it.
    """

    def __init__(
        self,
        *,
        sm_slots: int = 20,
        me_slots: int = 30,
        store: Path | None = None,
        on_send: Callable[[str], Iterable[str]] = lambda _: (),
        on_slot: Callable[[SlotChange], None] = lambda _: None,
        on_ussd: Callable[[str], str] = lambda _: "Pulsa Rp25000 s.d. 31/12/2030",
    ) -> None:
        super().__init__()
        self.held = Held({"SM": sm_slots, "ME": me_slots}, store, on_slot)
        self._on_send, self._on_ussd = on_send, on_ussd
        self.rssi, self.registration, self.pin, self.full_line = 21, 1, "READY", ""
        self.imsi, self.iccid = "510100123456789", "89620000000000000012"
        self.smsc = "+6281100000"
        self.ussd: dict[str, tuple[str, UssdForm]] = {}
        self.imei = "866123040506078"
        self._written_stat: int | None = None
        self.boot_lines: tuple[str, ...] = BOOT_LINES
        self.arriving: list[Callable[[str], Iterable[str]]] = []
        self.submitting: list[Callable[[bytes], None]] = []
        self.text_sender: Callable[[str], str] = str
        self.boots = self.plugged = self.absences = 0
        self.commands |= self._table()
        self._power_on()

    def _table(self) -> dict[str, Handler]:
        return {
            "": lambda _: [],
            "E": self._echo_set,
            "Z": self._reset,
            "&F": self._reset,
            "I": lambda _: ["Kentongan", "Virtual", "Revision: 1"],
            "+CGMI": lambda _: ["Kentongan"],
            "+CGMM": lambda _: ["Virtual"],
            "+CGSN": lambda _: [self.imei],
            "+CIMI": self._cimi,
            "+CCID": self._ccid,
            "+CMEE": self._cmee,
            "+CMGF": self._cmgf,
            "+CSMS": lambda _: ["+CSMS: 1,1,1"],
            "+CPMS": self._cpms,
            "+CNMI": self._cnmi,
            "+CMGL": self._cmgl,
            "+CMGR": self._cmgr,
            "+CMGD": self._cmgd,
            "+CMGS": self._cmgs,
            "+CMGW": self._cmgw,
            "+CSQ": lambda _: [f"+CSQ: {self.rssi},99"],
            "+CREG": lambda rest: [f"+CREG: 0,{self.registration}"] if rest == "?" else [],
            "+COPS": lambda rest: ['+COPS: 0,0,"VIRTUAL",2'] if rest == "?" else [],
            "+CPIN": self._cpin,
            "+CLIP": self._clip,
            "+CUSD": self._cusd,
            "+CSCA": lambda rest: [f'+CSCA: "{self.smsc}",145'] if rest == "?" else [],
            "+CFUN": self._cfun,
            "+CNMA": lambda _: [],
        }

    # The network

    def deliver(self, pdu_hex: str) -> None:
        """Take a DELIVER or STATUS-REPORT from the network, hex with its SMSC field.

        Raises:
            ValueError: not hex, or not 2 to 176 octets.
        """
        octets = bytes.fromhex(pdu_hex)
        if not 2 <= len(octets) <= _PDU_OCTETS or octets[0] + 2 > len(octets):
            raise ValueError("not a PDU")
        self._arrive(octets.hex().upper())
        self.keep()

    def keep(self) -> None:
        """Write memories, network and reference to the file."""
        self.held.keep()

    def retry(self) -> None:
        """Let the network try again to deliver what waits there."""
        self.held.asleep = False
        self._admit()
        self.keep()

    def waiting(self) -> int:
        """How many messages wait in the network for a free slot."""
        return len(self.held.network)

    def stored(self, memory: str) -> dict[int, str]:
        """PDUs by slot in "SM" or "ME"."""
        return {index: one.pdu for index, one in sorted(self.held.memories[memory].items())}

    @property
    def reference(self) -> int:
        """The reference of the text that was accepted last, as +CMGS told it."""
        return self.held.reference

    @property
    def chosen(self) -> str:
        """The memory that is listed and deleted from."""
        return self._chosen[0]

    @property
    def receiving(self) -> str:
        """The memory that was chosen for texts that come."""
        return self._chosen[2]

    def restart(self) -> None:
        """Start anew, as after a brown-out: settings are lost, memories stay."""
        self.quit()
        self._power_on()
        self.boots += 1
        for line in self.boot_lines:
            self.say(line)

    def unplug(self, absences: int = 0) -> None:
        """Restart and come back as a new device; the first `absences` openings find none."""
        self.restart()
        self.quit()
        self.plugged += 1
        self.absences = absences

    def ring(self, number: str) -> None:
        """Ring once; call again for each ring. "" hides the number."""
        if not _CALLER.fullmatch(number):
            raise ValueError("not a number")
        self.say("RING")
        if self._clip_on:
            self.say(f'+CLIP: "{number}",{145 if number.startswith("+") else 129},,,,0')

    def hang_up(self) -> None:
        """End the call."""
        self.say("NO CARRIER")

    # Inside

    def _power_on(self) -> None:
        self.echo, self._cmee_on, self._text_mode, self._clip_on = True, False, True, False
        self._chosen = ["SM", "SM", "SM"]
        self._route = [0, 0, 0, 0, 0]

    def _arrive(self, pdu: str) -> None:
        taken: Iterable[str] = (pdu,)
        for change in self.arriving:
            taken = [came for one in taken for came in change(one)]
        for one in taken:
            self._take(one)

    def _take(self, pdu: str) -> None:
        report = is_report(pdu)
        if self._route[3 if report else 1] == (1 if report else 2):
            self.say(f"{'+CDS: ' if report else '+CMT: ,'}{tpdu_length(pdu)}\r\n{pdu}")
            return
        self.held.wait(pdu)
        self._admit()
        if self.held.network and self.full_line:
            self.say(self.full_line)

    def submit(self, octets: bytes) -> list[str]:
        """Take a SUBMIT with its SMSC field; return the line with its reference or slot."""
        if self._written_stat is not None:
            return self._write(octets, self._written_stat)
        for look in self.submitting:
            look(octets)
        reference = self.held.next_reference()
        for pdu in self._on_send(octets.hex().upper()):
            self._arrive(bytes.fromhex(pdu).hex().upper())
        return [f"+CMGS: {reference}"]

    def _admit(self) -> None:
        for change in self.held.admit():
            report = is_report(self.held.memories[change.memory][change.index].pdu)
            if self._route[3 if report else 1]:
                told_as = "+CDSI" if report else "+CMTI"
                self.say(f'{told_as}: "{change.memory}",{change.index}')

    # The commands

    def _echo_set(self, rest: str) -> list[str]:
        self.echo = rest != "0"
        return []

    def _reset(self, _: str) -> list[str]:
        self._power_on()
        return []

    def _cfun(self, rest: str) -> list[str]:
        if rest == "?":
            return ["+CFUN: 1"]
        if rest == "=1,1":
            self.restart()
        return []

    def _cimi(self, _: str) -> list[str]:
        self._need_sim()
        return [self.imsi]

    def _ccid(self, _: str) -> list[str]:
        self._need_sim()
        return [f"+CCID: {self.iccid}"]

    def _cpin(self, rest: str) -> list[str]:
        self._need_sim()
        if rest != "?":
            raise RefusedError
        return [f"+CPIN: {self.pin}"]

    def _need_sim(self) -> None:
        if not self.pin:
            raise RefusedError("+CME ERROR: 10" if self._cmee_on else "ERROR")

    def _cmee(self, rest: str) -> list[str]:
        self._cmee_on = self._choice(rest, 2) > 0
        return []

    def _cmgf(self, rest: str) -> list[str]:
        if rest == "?":
            return [f"+CMGF: {int(self._text_mode)}"]
        self._text_mode = self._choice(rest, 1) == 1
        return []

    def _clip(self, rest: str) -> list[str]:
        if rest == "?":
            return [f"+CLIP: {int(self._clip_on)},1"]
        self._clip_on = self._choice(rest, 1) == 1
        return []

    def _choice(self, rest: str, ceiling: int) -> int:
        if not re.fullmatch(rf"=[0-{ceiling}]", rest):
            raise RefusedError
        return int(rest[1])

    def _cnmi(self, rest: str) -> list[str]:
        if rest == "?":
            return ["+CNMI: " + ",".join(str(n) for n in self._route)]
        if rest == "=?":
            return ["+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)"]
        if not re.fullmatch(r"=\d(,\d){0,4}", rest):
            raise RefusedError("+CMS ERROR: 304")
        wanted = [int(n) for n in rest[1:].split(",")]
        if any(n > top for n, top in zip(wanted, _CNMI_CEILINGS, strict=False)):
            raise RefusedError("+CMS ERROR: 303")
        self._route[: len(wanted)] = wanted
        return []

    def _cpms(self, rest: str) -> list[str]:
        if rest == "=?":
            names = ",".join(f'"{memory}"' for memory in self.held.capacity)
            return [f"+CPMS: ({names}),({names}),({names})"]
        if rest != "?":
            wanted = [name.strip(' "').upper() for name in rest.removeprefix("=").split(",")]
            if len(wanted) > 3 or not set(wanted) <= set(self.held.capacity):
                raise RefusedError("+CMS ERROR: 302")
            self._chosen[: len(wanted)] = wanted
        shown = [
            (f'"{memory}",' if rest == "?" else "")
            + f"{len(self.held.memories[memory])},{self.held.capacity[memory]}"
            for memory in self._chosen
        ]
        return ["+CPMS: " + ",".join(shown)]

    def _need_pdu_mode(self) -> None:
        self._need_sim()
        if self._text_mode:
            raise RefusedError("+CMS ERROR: 303")

    def _cmgl(self, rest: str) -> list[str]:
        if rest == "=?":
            return ["+CMGL: (0-4)"]
        if self._text_mode and '"' in rest:
            return self._text_list()
        self._need_pdu_mode()
        wanted = self._choice(rest or "=0", 4)
        memory = self._chosen[0]
        lines: list[str] = []
        for index, one in sorted(self.held.memories[memory].items()):
            if wanted in (one.stat, 4):
                lines += [f"+CMGL: {index},{one.stat},,{tpdu_length(one.pdu)}", one.pdu]
                self.held.mark_read(memory, index)
        return lines

    def _text_list(self) -> list[str]:
        self._need_sim()
        memory = self._chosen[0]
        lines: list[str] = []
        for index, one in sorted(self.held.memories[memory].items()):
            lines += text_entry(index, one, self.text_sender)
            self.held.mark_read(memory, index)
        return lines

    def _cmgr(self, rest: str) -> list[str]:
        self._need_pdu_mode()
        index = self._index(rest.removeprefix("="))
        one = self.held.memories[self._chosen[0]].get(index)
        if one is None:
            raise RefusedError("+CMS ERROR: 321")
        self.held.mark_read(self._chosen[0], index)
        return [f"+CMGR: {one.stat},,{tpdu_length(one.pdu)}", one.pdu]

    def _cmgd(self, rest: str) -> list[str]:
        memory = self._chosen[0]
        held = self.held.memories[memory]
        if rest == "=?":
            return [f"+CMGD: ({','.join(str(index) for index in sorted(held))}),(0-4)"]
        first, _, flag = rest.removeprefix("=").partition(",")
        if not re.fullmatch(r"[0-4]?", flag.strip()):
            raise RefusedError("+CMS ERROR: 304")
        index = self._index(first)
        # Flags 1 to 4 spare ever less: read; and sent; and unsent; and unread (27.005, 3.5.4).
        going = {"1": {1}, "2": {1, 3}, "3": {1, 2, 3}, "4": {0, 1, 2, 3}}.get(flag.strip())
        chosen = [index] if going is None else [i for i, one in held.items() if one.stat in going]
        for one in chosen:
            self.held.free(memory, one)
        self._admit()
        return []

    def _index(self, text: str) -> int:
        index = int(text) if re.fullmatch(r"\d{1,5}", text.strip()) else -1
        known = self.held.numbers[self._chosen[0]]
        if not min(0, *known) <= index <= max(known):
            raise RefusedError("+CMS ERROR: 321")
        return index

    def _cmgs(self, rest: str) -> None:
        self._need_pdu_mode()
        if not re.fullmatch(r"=\d{1,3}", rest):
            raise RefusedError("+CMS ERROR: 304")
        self._written_stat = None
        self.await_pdu(int(rest[1:]))

    def _cmgw(self, rest: str) -> None:
        self._need_pdu_mode()
        found = re.fullmatch(r"=(\d{1,3})(?:,([23]))?", rest)
        if not found:
            raise RefusedError("+CMS ERROR: 304")
        self.await_pdu(int(found[1]))
        self._written_stat = int(found[2] or UNSENT)

    def _write(self, octets: bytes, stat: int) -> list[str]:
        index = self.held.write(self._chosen[1], stat, octets.hex().upper())
        if index is None:
            raise RefusedError("+CMS ERROR: 322")
        return [f"+CMGW: {index}"]

    def _cusd(self, rest: str) -> list[str]:
        found = re.match(r'=1,"([^"]+)"', rest)
        if found:
            code = asked_code(found[1])
            text, form = self.ussd.get(code) or (self._on_ussd(code), "plain")
            if form == "refused":
                raise RefusedError
            if form != "silent":
                self.say(cusd_line(text, form))
        return []
