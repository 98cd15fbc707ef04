"""Quirks of power and SIM: restarts, renumbering, and a SIM that is slow, locked or another."""

from random import Random

from hardware.simulated.quirks.quirk import Episodes, Quirk, around
from hardware.simulated.terminal import PDU_LINE, Answer
from hardware.simulated.virtual import Handler, RefusedError, VirtualModem

_SIM_COMMANDS = ("+CPIN", "+CPMS", "+CMGL", "+CMGR", "+CMGD", "+CIMI", "+CCID")
_BUSY = ("+CME ERROR: 14", "+CME ERROR: 515", "+CMS ERROR: 314")
_SWAPPED_AFTER = 40


def _sim_busy(modem: VirtualModem, chance: Random) -> None:
    boots, left, mute = -1, 0, 0

    def look(line: str) -> bool:
        nonlocal boots, left, mute
        if boots != modem.boots:
            boots, left, mute = modem.boots, chance.randint(3, 8), 1
        if line == "AT+CPIN?" and mute:
            mute -= 1
            return True
        return False

    def change(told: Handler, rest: str) -> list[str] | None:
        nonlocal left
        if left > 0:
            left -= 1
            raise RefusedError(chance.choice(_BUSY))
        return told(rest)

    modem.before.append(look)
    for name in _SIM_COMMANDS:
        around(modem, name, change)


def _re_enumerates(modem: VirtualModem, chance: Random) -> None:
    episodes = Episodes(chance, 0.04, 3)

    def look(_: str) -> bool:
        if not episodes.strike():
            return False
        modem.unplug(absences=chance.randint(0, 3))
        return True

    modem.before.append(look)


def _brown_out(modem: VirtualModem, chance: Random) -> None:
    before, within = Episodes(chance, 0.03, 3), Episodes(chance, 0.1, 4)

    def look(_: str) -> bool:
        if not before.strike():
            return False
        modem.restart()
        return True

    def shape(answer: Answer) -> None:
        if not (answer.lines or answer.command == PDU_LINE) or not within.strike():
            return
        answer.lines, answer.final = answer.lines[: chance.randrange(len(answer.lines) + 1)], ""
        modem.restart()

    modem.before.append(look)
    modem.shaping.append(shape)


def _sim_pin(modem: VirtualModem, _: Random) -> None:
    modem.pin = "SIM PIN"


def _sim_puk(modem: VirtualModem, _: Random) -> None:
    modem.pin = "SIM PUK"


def _after(modem: VirtualModem, commands: int, act: str) -> None:
    """Let something happen to the SIM once, after so many commands."""
    left = commands

    def look(_: str) -> bool:
        nonlocal left
        left -= 1
        if left:
            return False
        if act == "removed":
            modem.pin = ""
            modem.say("+CPIN: SIM REMOVED")
            return False
        modem.imsi, modem.iccid = "510109876543210", "89620000000000000099"
        modem.restart()
        return True

    modem.before.append(look)


def _sim_removed(modem: VirtualModem, _: Random) -> None:
    _after(modem, _SWAPPED_AFTER, "removed")


def _sim_swapped(modem: VirtualModem, _: Random) -> None:
    _after(modem, _SWAPPED_AFTER, "swapped")


QUIRKS = (
    Quirk(15, "sim-busy", "SIM busy after a start, AT+CPIN? silent", _sim_busy),
    Quirk(23, "re-enumerates", "vanishes and comes back as another device", _re_enumerates),
    Quirk(24, "brown-out", "restarts in the middle of a command or an answer", _brown_out),
    Quirk(0, "sim-pin", "the SIM wants its PIN", _sim_pin),
    Quirk(0, "sim-puk", "the SIM is locked and wants its PUK", _sim_puk),
    Quirk(0, "sim-removed", "the SIM is taken out after a while", _sim_removed),
    Quirk(0, "sim-swapped", "another SIM is put in after a while", _sim_swapped),
)
