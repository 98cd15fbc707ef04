"""Quirks of the memories: where texts lie, under which number, and whether they go."""

from random import Random

from hardware.simulated.held import UNREAD, Stored, is_report
from hardware.simulated.quirks.quirk import Quirk, around
from hardware.simulated.terminal import Answer
from hardware.simulated.virtual import Handler, RefusedError, VirtualModem

_FULL = ('^SMMEMFULL:"SM"', "+SMS FULL", '+CIEV: "SMSFULL",1')
_SM_SMALL, _ME_SMALL = 7, 5
_LIST_HANGS_BEYOND = 8
_HIGH_INDEX = 27585
_RESET = "AT+CFUN=1,1"


def _other_memory(modem: VirtualModem, chance: Random) -> None:
    def change(pdu: str) -> list[str]:
        modem.held.order = ["ME", "SM"] if chance.random() < 0.7 else ["SM", "ME"]
        return [pdu]

    modem.arriving.append(change)


def _full_memory(modem: VirtualModem, chance: Random) -> None:
    held = modem.held
    held.capacity = {"SM": _SM_SMALL, "ME": _ME_SMALL}
    held.numbers = {memory: held.numbers[memory][:n] for memory, n in held.capacity.items()}
    modem.full_line = chance.choice(_FULL)
    sleeps = 0
    silent = False

    def look(line: str) -> bool:
        nonlocal sleeps, silent
        silent = silent and not line.startswith("AT+CMGL")
        if held.asleep:
            sleeps -= 1
            if sleeps <= 0:
                modem.retry()
        elif held.network:
            held.asleep, silent, sleeps = True, True, chance.randint(6, 15)
        return False

    modem.before.append(look)
    modem.unasked.append(lambda line: [] if silent and line.startswith("+CMTI") else [line])


def _list_blind(modem: VirtualModem, chance: Random) -> None:
    refuses = chance.random() < 0.3

    def change(told: Handler, rest: str) -> list[str] | None:
        if rest == "=?":
            return told(rest)
        if refuses:
            raise RefusedError("+CMS ERROR: 302")
        return []

    around(modem, "+CMGL", change)


def _list_hangs(modem: VirtualModem, chance: Random) -> None:
    deaf = False

    def look(line: str) -> bool:
        nonlocal deaf
        deaf = deaf and line != _RESET
        return deaf

    def shape(answer: Answer) -> None:
        nonlocal deaf
        if sum(line.startswith("+CMGL:") for line in answer.lines) <= _LIST_HANGS_BEYOND:
            return
        answer.lines = answer.lines[: 2 * _LIST_HANGS_BEYOND - 1]
        answer.final = ""
        deaf = chance.random() < 0.5

    modem.before.append(look)
    modem.shaping.append(shape)


def _index_base(modem: VirtualModem, chance: Random) -> None:
    held = modem.held
    sim, own = len(held.numbers["SM"]), len(held.numbers["ME"])
    first = 0 if chance.random() < 0.5 else 2
    held.numbers = {
        "SM": tuple(range(first, 2 * sim + first, 2)),
        "ME": tuple(range(_HIGH_INDEX, _HIGH_INDEX + own)),
    }


def _stored_twice(modem: VirtualModem, _: Random) -> None:
    modem.arriving.append(lambda pdu: [pdu] if is_report(pdu) else [pdu, pdu])


def _stubborn_delete(modem: VirtualModem, chance: Random) -> None:
    asked: dict[tuple[str, int, str], int] = {}
    refuses_bulk = chance.random() < 0.5

    def cmgd(told: Handler, rest: str) -> list[str] | None:
        if rest == "=?":
            return told(rest)
        first, comma, _ = rest.removeprefix("=").partition(",")
        if comma and refuses_bulk:
            raise RefusedError("+CMS ERROR: 304")
        if not first.strip().isdigit():
            return told(rest)
        one = modem.held.memories[modem.chosen].get(int(first))
        if one is not None:
            key = (modem.chosen, int(first), one.pdu)
            asked[key] = asked.get(key, 0) + 1
            if asked[key] <= chance.randint(0, 2):
                return []
            del asked[key]
        return told(f"={first}")

    def cmgl(told: Handler, rest: str) -> list[str] | None:
        slots = modem.held.memories[modem.chosen]
        unread = [index for index, one in slots.items() if one.stat == UNREAD]
        lines = told(rest)
        for index in unread:
            slots[index] = Stored(UNREAD, slots[index].pdu)
        return lines

    around(modem, "+CMGD", cmgd)
    around(modem, "+CMGL", cmgl)


QUIRKS = (
    Quirk(6, "other-memory", "puts texts into ME though SM was chosen", _other_memory),
    Quirk(11, "full-memory", "is full, says so oddly, and is deaf for a while after", _full_memory),
    Quirk(18, "list-blind", "AT+CMGL lists nothing of what is stored", _list_blind),
    Quirk(19, "list-hangs", "breaks off a long list and may be deaf until a reset", _list_hangs),
    Quirk(20, "index-base", "numbers slots from 0, with holes, or from 27585", _index_base),
    Quirk(21, "stored-twice", "stores every text in two slots", _stored_twice),
    Quirk(22, "stubborn-delete", "says OK and keeps the text; knows no bulk", _stubborn_delete),
)
