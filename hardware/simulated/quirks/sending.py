"""Quirks of sending: prompts, references, refusals that are none."""

from random import Random

from hardware.simulated.quirks.quirk import Quirk, around, status
from hardware.simulated.terminal import PDU_LINE, Answer
from hardware.simulated.virtual import Handler, RefusedError, VirtualModem

_REFUSALS = ("38", "41", "42", "331")
_DOUBTFUL = ("500", "512")
_LATE_S = 135.0


def _send_errors(modem: VirtualModem, chance: Random) -> None:
    def look(_: bytes) -> None:
        if chance.random() < 0.3:
            raise RefusedError(f"+CMS ERROR: {chance.choice(_REFUSALS + _DOUBTFUL)}")

    def shape(answer: Answer) -> None:
        if answer.command != PDU_LINE or answer.final != "OK" or chance.random() < 0.6:
            return
        # It went out, and is told as if it had not.
        if chance.random() < 0.5:
            answer.lines, answer.final = [], f"+CMS ERROR: {chance.choice(_DOUBTFUL)}"
        else:
            answer.lines, answer.final = [], "+CMS ERROR: 350"
            modem.hold_up_s = _LATE_S

    modem.submitting.append(look)
    modem.shaping.append(shape)


def _odd_prompt(modem: VirtualModem, chance: Random) -> None:
    def prompt() -> bytes:
        return chance.choice(
            (b"", b"\r\n>\r\n", b"\r\n> ", f"\r\n{status(chance)}\r\n\r\n> ".encode())
        )

    modem.prompt = prompt


def _loose_send_answer(modem: VirtualModem, chance: Random) -> None:
    def shape(answer: Answer) -> None:
        if answer.command != PDU_LINE or not answer.lines:
            return
        match chance.randrange(4):
            case 0:
                answer.final = ""
            case 1:
                answer.lines = [status(chance), *answer.lines, '+CMTI: "SM",3']
            case 2:
                answer.lines = [line.replace(": ", ":") for line in answer.lines]
                answer.final = ""
            case _:
                answer.lines, answer.final = ["OK", *answer.lines], ""

    modem.shaping.append(shape)


def _ims_send(modem: VirtualModem, _: Random) -> None:
    ready = False

    def look(_: bytes) -> None:
        if not ready:
            raise RefusedError("+CMS ERROR: 331")

    def make_ready(told: Handler, rest: str) -> list[str] | None:
        nonlocal ready
        ready = True
        return told(rest)

    modem.commands.setdefault("+CGSMS", lambda _: [])
    around(modem, "+CGSMS", make_ready)
    around(modem, "&F", make_ready)
    modem.submitting.append(look)


QUIRKS = (
    Quirk(
        12,
        "send-errors",
        "refuses texts; some went out all the same, some say so late",
        _send_errors,
    ),
    Quirk(13, "odd-prompt", "> without a space, behind a line, or never", _odd_prompt),
    Quirk(
        14, "loose-send-answer", "+CMGS behind other lines, OK first or none", _loose_send_answer
    ),
    Quirk(31, "ims-send", "sends nothing over LTE until AT+CGSMS or AT&F", _ims_send),
)
