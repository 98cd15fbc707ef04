"""Quirks of the settings: forms that are refused, and settings that are forgotten."""

import re
from random import Random

from hardware.simulated.quirks.quirk import Episodes, Quirk, around
from hardware.simulated.virtual import Handler, RefusedError, VirtualModem


def _cpms_three(modem: VirtualModem, _: Random) -> None:
    def change(told: Handler, rest: str) -> list[str] | None:
        if rest.startswith("=") and rest != "=?" and rest.count(",") != 2:
            raise RefusedError
        return told(rest)

    around(modem, "+CPMS", change)


def _narrow_ranges(modem: VirtualModem, _: Random) -> None:
    def cpms(told: Handler, rest: str) -> list[str] | None:
        if rest == "=?":
            return ['+CPMS: ("SM","ME"),("SM"),("SM")']
        if any("ME" in memory.upper() for memory in rest.split(",")[1:]):
            raise RefusedError("+CMS ERROR: 302")
        return told(rest)

    def cnmi(told: Handler, rest: str) -> list[str] | None:
        if rest == "=?":
            return ["+CNMI: (0-3),(0,1),(0,2,3),(0-2),(1)"]
        if rest.count(",") == 4 and not rest.endswith(",1"):
            raise RefusedError("+CMS ERROR: 303")
        return told(rest)

    around(modem, "+CPMS", cpms)
    around(modem, "+CNMI", cnmi)


def _cnmi_refuses_2(modem: VirtualModem, _: Random) -> None:
    def change(told: Handler, rest: str) -> list[str] | None:
        if rest.startswith("=2"):
            raise RefusedError("+CMS ERROR: 303")
        return told(rest)

    around(modem, "+CNMI", change)


def _forgets_settings(modem: VirtualModem, chance: Random) -> None:
    episodes = Episodes(chance, 0.06, 5)

    def look(_: str) -> bool:
        if not episodes.strike():
            return False
        echo, lines = modem.echo, modem.boot_lines
        modem.boot_lines = ()
        modem.restart()
        modem.boot_lines = lines
        modem.echo = echo or chance.random() < 0.5
        return True

    modem.before.append(look)


def _empty_is_error(modem: VirtualModem, chance: Random) -> None:
    def cmgl(told: Handler, rest: str) -> list[str] | None:
        lines = told(rest)
        if not lines:
            raise RefusedError(chance.choice(("+CMS ERROR: 321", "+CMS ERROR: 303")))
        return lines

    def cmgr(told: Handler, rest: str) -> list[str] | None:
        try:
            return told(rest)
        except RefusedError as refused:
            if refused.final != "+CMS ERROR: 321":
                raise
            return []

    around(modem, "+CMGL", cmgl)
    around(modem, "+CMGR", cmgr)


def _list_dialect(modem: VirtualModem, chance: Random) -> None:
    cmgl = (
        '+CMGL: {i},{s},"",{n}',
        "+CMGL: {i},{s},{n}",
        '+CMGL:{i} , {s} ,"Pak, RT" , {n} ',
        "+CMGL: {i},,,{n}",
    )
    cmgr = ("+CMGR: ,,{n}", '+CMGR: {s},"",{n}', "+CMGR: {s},{n}")

    def speak(line: str) -> str:
        if found := re.fullmatch(r"\+CMGL: (\d+),(\d),,(\d+)", line):
            return chance.choice(cmgl).format(i=found[1], s=found[2], n=found[3])
        if found := re.fullmatch(r"\+CMGR: (\d),,(\d+)", line):
            return chance.choice(cmgr).format(s=found[1], n=found[2])
        return line

    def change(told: Handler, rest: str) -> list[str] | None:
        lines = told(rest)
        return None if lines is None else [speak(line) for line in lines]

    around(modem, "+CMGL", change)
    around(modem, "+CMGR", change)


QUIRKS = (
    Quirk(7, "cpms-three", "takes AT+CPMS with three memories only", _cpms_three),
    Quirk(8, "narrow-ranges", "no ME as third memory, CNMI buffer 1 only", _narrow_ranges),
    Quirk(9, "cnmi-refuses-2", "advertises CNMI mode 2 and refuses it", _cnmi_refuses_2),
    Quirk(10, "forgets-settings", "restarts without a word and is in text mode", _forgets_settings),
    Quirk(17, "empty-is-error", "answers 321 or 303 where nothing is stored", _empty_is_error),
    Quirk(28, "list-dialect", "writes list headers in four dialects", _list_dialect),
)
