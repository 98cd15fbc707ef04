"""Quirks of calls and USSD: how rings, callers, ends and answers are told."""

import re
from random import Random

from hardware.simulated.quirks.quirk import Quirk, around
from hardware.simulated.ussd_forms import UssdForm, cusd_line
from hardware.simulated.virtual import Handler, VirtualModem

_ENDS = ("NO CARRIER", "VOICE NO CARRIER", "^CEND:1,0,16,0", "BUSY")
_CLIP = re.compile(r'\+CLIP: "([^"]*)",')


def _call_dialect(modem: VirtualModem, chance: Random) -> None:
    way = chance.choice(("late", "national", "hidden", "missed", "missed after the end"))
    end = chance.choice(_ENDS)
    rings, caller = 0, ""

    def change(line: str) -> list[str]:
        nonlocal rings, caller
        if line == "RING":
            rings += 1
            return [chance.choice(("RING", "+CRING: VOICE"))]
        if found := _CLIP.match(line):
            caller = found[1]
            return _told(line, way, rings)
        if line == "NO CARRIER":
            rings = 0
            missed = f"MISSED_CALL: 08:15AM {caller}"
            return {"missed": [missed], "missed after the end": [end, missed]}.get(way, [end])
        return [line]

    modem.unasked.append(change)


def _told(line: str, way: str, rings: int) -> list[str]:
    match way:
        case "late":
            return [line] if rings == 2 else []
        case "national":
            return [line.replace('"+62', '"0').replace(",145,", ",129,")]
        case "hidden":
            return ['+CLIP: "",128,,,,2']
        case _:
            return []


def _ussd_dialect(modem: VirtualModem, chance: Random) -> None:
    forms: tuple[UssdForm, ...] = ("bare", "ucs2", "ucs2 without dcs", "packed", "plain")
    form = chance.choice(forms)

    def change(told: Handler, rest: str) -> list[str] | None:
        if not rest.startswith("=1,"):
            return told(rest)
        said: list[str] = []

        def hold(line: str) -> list[str]:
            said.append(line)
            return []

        modem.unasked.append(hold)
        try:
            told(rest)
        finally:
            modem.unasked.pop()
        text = said[0].split('"')[1] if said else ""
        line = cusd_line(text, form)
        if form == "plain":
            return [line]
        modem.say(line)
        return []

    around(modem, "+CUSD", change)


QUIRKS = (
    Quirk(32, "call-dialect", "late, national, hidden or no +CLIP; MISSED_CALL", _call_dialect),
    Quirk(34, "ussd-dialect", "USSD in UCS2 or packed hex, without dcs, before OK", _ussd_dialect),
)
