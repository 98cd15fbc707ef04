"""Quirks of the line: what is said between, before and into the answers."""

from random import Random

from hardware.simulated.quirks.quirk import Episodes, Quirk, status
from hardware.simulated.terminal import Answer
from hardware.simulated.virtual import VirtualModem

_BOOT = ("PB DONE", "SMS DONE", "*ATREADY: 1", "+QIND: SMS DONE", "^SIMST:1", "+CPIN: SIM REMOVED")
_UNANSWERED_OK = "AT+CPIN?"
_OK_FIRST = "AT+CREG?"
_ERROR_BEHIND = "AT+CSQ"
_ENDLESS_OCTETS = 1_000_000


def _is_hex(line: str) -> bool:
    return len(line) > 16 and not set(line) - set("0123456789ABCDEF")


def _status_chatter(modem: VirtualModem, chance: Random) -> None:
    def shape(answer: Answer) -> None:
        mixed: list[str] = []
        for line in answer.lines:
            if chance.random() < 0.4:
                mixed.append(status(chance))
            mixed.append(line)
        answer.lines = mixed

    def look(_: str) -> bool:
        if chance.random() < 0.2:
            modem.say(status(chance))
        return False

    modem.shaping.append(shape)
    modem.before.append(look)


def _glued_lines(modem: VirtualModem, chance: Random) -> None:
    def shape(answer: Answer) -> None:
        answer.lines = [
            line + status(chance) if _is_hex(line) and chance.random() < 0.3 else line
            for line in answer.lines
        ]

    def spoil(said: bytes) -> bytes:
        if chance.random() < 0.6:
            return said
        return status(chance).encode() + said.removeprefix(b"\r\n")

    modem.shaping.append(shape)
    modem.spoiling.append(spoil)


def _echo_returns(modem: VirtualModem, chance: Random) -> None:
    def look(_: str) -> bool:
        modem.echo = modem.echo or chance.random() < 0.1
        return False

    modem.before.append(look)


def _odd_finals(modem: VirtualModem, chance: Random) -> None:
    def shape(answer: Answer) -> None:
        if answer.final == "ERROR":
            answer.final = chance.choice(("COMMAND NOT SUPPORT", "TOO MANY PARAMETERS", "ERROR"))
        elif not answer.lines:
            return
        elif answer.command == _UNANSWERED_OK:
            answer.final = ""
        elif answer.command == _OK_FIRST:
            answer.lines, answer.final = ["OK", *answer.lines], ""
        elif answer.command == _ERROR_BEHIND:
            answer.final = "ERROR"

    modem.shaping.append(shape)


def _boot_lines(modem: VirtualModem, chance: Random) -> None:
    between, within = Episodes(chance, 0.1, 4), Episodes(chance, 0.3, 4)

    def look(_: str) -> bool:
        if between.strike():
            modem.say(chance.choice(_BOOT))
        return False

    def shape(answer: Answer) -> None:
        if len(answer.lines) > 1 and within.strike():
            answer.lines.insert(chance.randrange(len(answer.lines)), chance.choice(_BOOT))

    modem.before.append(look)
    modem.shaping.append(shape)


def _dirty_line(modem: VirtualModem, chance: Random) -> None:
    def spoil(said: bytes) -> bytes:
        match chance.randrange(5):
            case 0:
                return b"\x00\xff\x00" + said.replace(b"\r\n", b"\x00\r\n\xff")
            case 1:
                return said.removeprefix(b"\r\n")
            case 2:
                return said.replace(b"\r", b"")
            case 3:
                return b"\xea\xd0\xfe" + said.removeprefix(b"\r\n")
            case _:
                return b"\xea\xd0\r\n" + said

    modem.spoiling.append(spoil)


def _flow_control(modem: VirtualModem, _: Random) -> None:
    modem.spoiling.append(lambda said: b"\x11" + said.replace(b"\r\n", b"\x13\x11\r\n"))


def _endless_line(modem: VirtualModem, chance: Random) -> None:
    episodes = Episodes(chance, 0.1, 2)

    def spoil(said: bytes) -> bytes:
        if not episodes.strike():
            return said
        return b"U" * _ENDLESS_OCTETS + said.removeprefix(b"\r\n")

    modem.spoiling.append(spoil)


QUIRKS = (
    Quirk(1, "status-chatter", "says ^RSSI, ^BOOT, ^MODE within answers", _status_chatter),
    Quirk(2, "glued-lines", "says lines without an end before echo or answer", _glued_lines),
    Quirk(3, "echo-returns", "echoes again though echo was switched off", _echo_returns),
    Quirk(16, "odd-finals", "COMMAND NOT SUPPORT, no OK, OK first, ERROR behind", _odd_finals),
    Quirk(25, "boot-lines", "says PB DONE, SMS DONE, SIM REMOVED in between", _boot_lines),
    Quirk(26, "dirty-line", "LF only, no line end, NUL, 0xFF, bytes that are no text", _dirty_line),
    Quirk(33, "flow-control", "sends XON and XOFF between the bytes", _flow_control),
    Quirk(0, "endless-line", "sends a million bytes without a line end", _endless_line),
)
