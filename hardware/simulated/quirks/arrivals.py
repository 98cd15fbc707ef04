"""Quirks of what arrives: notices that are lost or wrong, odd senders, broken PDUs, reports."""

import re
from random import Random

from hardware.simulated.held import is_report
from hardware.simulated.quirks.quirk import Quirk, around
from hardware.simulated.virtual import Handler, VirtualModem
from hardware.ussd import pack_ascii

_SCTS_OCTETS = 7
_ODD_NUMBERS = ("*123#", "123", "4444#")
_DIGITS = "0123456789*#abc"


def _two_ports(modem: VirtualModem, _: Random) -> None:
    modem.unasked.append(lambda _: [])


def _cmti_unreliable(modem: VirtualModem, chance: Random) -> None:
    kept: list[str] = []

    def change(line: str) -> list[str]:
        if not line.startswith("+CMTI"):
            return [line]
        told = chance.choice(
            ("", '+CMTI: "SM",0', "+CMTI: ,-1", re.sub('"..",', '"MT",', line), line, line)
        )
        kept.append(told)
        if len(kept) < chance.randint(1, 3):
            return []
        burst = [one for one in reversed(kept) if one]
        kept.clear()
        return burst

    modem.unasked.append(change)


def _odd_senders(modem: VirtualModem, chance: Random) -> None:
    modem.text_sender = lambda sender: sender.encode("utf-16-be").hex().upper()

    def change(pdu: str) -> list[str]:
        if is_report(pdu) or chance.random() < 0.3:
            return [pdu]
        start = 2 * (int(pdu[:2], 16) + 2)
        end = start + 4 + 2 * ((int(pdu[start : start + 2], 16) + 1) // 2)
        return [pdu[:start] + _odd_address(chance) + pdu[end:]]

    modem.arriving.append(change)


def _odd_address(chance: Random) -> str:
    if chance.random() < 0.5:
        name = "".join(chance.choices("ABCDEFGHIKLMNOPRSTU", k=chance.randint(2, 11)))
        packed = pack_ascii(name)
        return f"{(7 * len(name) + 3) // 4:02X}D0{packed.hex().upper()}"
    number = chance.choice(_ODD_NUMBERS)
    halves = [_DIGITS.index(digit) for digit in number] + [0xF] * (len(number) % 2)
    pairs = zip(halves[::2], halves[1::2], strict=True)
    return f"{len(number):02X}81" + "".join(f"{high:X}{low:X}" for low, high in pairs)


def _report_dialect(modem: VirtualModem, chance: Random) -> None:
    if chance.random() < 0.5:
        modem.unasked.append(lambda line: [re.sub(r"^\+CDS: (?=\d)", "+CDS: ,", line)])
        return

    def change(told: Handler, rest: str) -> list[str] | None:
        return told(re.sub(r"^(=\d,\d,\d),1", r"\1,2", rest))

    around(modem, "+CNMI", change)


def _direct_delivery(modem: VirtualModem, _: Random) -> None:
    unanswered = False

    def change(line: str) -> list[str]:
        nonlocal unanswered
        if not line.startswith("+CMT:"):
            return [line]
        if not unanswered:
            unanswered = True
            return [line]
        # The network hears no acknowledgement, keeps the text, and the modem routes no more.
        modem.commands["+CNMI"]("=1,0")
        modem.held.wait(line.rpartition("\n")[2])
        modem.retry()
        return []

    def acknowledge(told: Handler, rest: str) -> list[str] | None:
        nonlocal unanswered
        unanswered = False
        return told(rest)

    modem.unasked.append(change)
    around(modem, "+CNMA", acknowledge)


def _bad_pdus(modem: VirtualModem, chance: Random) -> None:
    def change(pdu: str) -> list[str]:
        if is_report(pdu) or chance.random() < 0.2:
            return [pdu]
        octets = bytearray.fromhex(pdu)
        address = octets[0] + 2
        coding = address + 3 + (octets[address] + 1) // 2
        time, length = coding + 1, coding + 1 + _SCTS_OCTETS
        match chance.randrange(5):
            case 0:
                octets[time:length] = bytes(_SCTS_OCTETS)
            case 1:
                octets[time:length] = b"\xff" * _SCTS_OCTETS
            case 2:
                octets[length] = max(0, octets[length] - 3)
            case 3:
                octets[length] += 5
            case _:
                octets[coding] = 0x08
                octets.append(0xD8)
        return [octets.hex().upper()]

    modem.arriving.append(change)


QUIRKS = (
    Quirk(4, "two-ports", "tells of arrivals on another of its ports", _two_ports),
    Quirk(5, "cmti-unreliable", "+CMTI lost, late, in bursts, wrong slot", _cmti_unreliable),
    Quirk(27, "odd-senders", "names, * and #, short codes, UCS2 senders", _odd_senders),
    Quirk(29, "report-dialect", "+CDS with a comma, or reports stored in SM", _report_dialect),
    Quirk(30, "direct-delivery", "stops +CMT that nobody acknowledges", _direct_delivery),
    Quirk(35, "bad-pdus", "impossible times, wrong lengths, half characters", _bad_pdus),
)
