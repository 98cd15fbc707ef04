"""Ten thousand incoming PDUs read as an independent decoder reads them, its known faults apart.

Each known difference is a predicate with a name. A difference that none of them explains fails
the test, and so does a predicate that never explained one.
"""

import importlib
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol, cast

import pytest

from sms.alphabet import GSM7_CHARACTERS, Alphabet
from sms.pdu import Deliver, Part, decode, encode_deliver, split_deliver

CASES = 10_000
SEED = 20261122
NAMES = ("TELKOMSEL", "MyDesa7", "DESAKITA-01", "M-KIOS", "BMKG", "XL", "KENTONGAN8")
LETTERS = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 .,?!/-:"
EMOJI = "😀🙏🔥🌊"
BEYOND_GSM7 = "中文✓ñ漢ж…“”"


class PeerElement(Protocol):
    id: int
    data: list[int]


Decoder = Callable[[str], Mapping[str, object]]
Reading = dict[str, object]


@dataclass(frozen=True, slots=True)
class Case:
    """One PDU with what our decoder says of it."""

    pdu: str
    ours: Deliver
    damage: str


def peer() -> Decoder:
    module = pytest.importorskip("gsmmodem.pdu", reason="no second PDU decoder is installed")
    assert module is importlib.import_module("gsmmodem.pdu")
    return cast("Decoder", module.decodeSmsPdu)


def a_text(rng: random.Random) -> str:
    length = rng.choice((0, 1, 7, 8, 15, 16, 40, 70, 152, 153, 159, 160, 161, 200, 320))
    pools = (LETTERS, LETTERS + BEYOND_GSM7, GSM7_CHARACTERS, LETTERS + EMOJI)
    (pool,) = rng.choices(pools, weights=(80, 12, 5, 3))
    return "".join(rng.choices(pool, k=length)) + rng.choice(("", "", "", "", "@", "€"))


def a_sender(rng: random.Random) -> str:
    digits = "".join(rng.choices("0123456789", k=rng.randint(7, 11)))
    senders = (f"+628{digits}", f"08{digits}", digits[:3], rng.choice(NAMES), f"*{digits[:3]}#", "")
    return rng.choices(senders, weights=(60, 15, 10, 12, 2, 1))[0]


def a_time(rng: random.Random) -> datetime | None:
    zone = timezone(timedelta(minutes=15 * rng.randint(-48, 56)))
    at = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(10**9))
    return None if rng.random() < 0.02 else at.astimezone(zone)


def a_pdu(rng: random.Random) -> str:
    sender, sent_at = a_sender(rng), a_time(rng)
    if rng.random() < 0.9:
        wide = rng.random() < 0.1
        reference = rng.randrange(65536 if wide else 256)
        return rng.choice(split_deliver(sender, a_text(rng), sent_at, reference, wide))
    dcs = rng.randrange(256)
    part = Part(rng.randrange(256), False, 3, 2) if rng.random() < 0.3 else None
    body = bytes(rng.choices(range(128), k=2 * rng.randint(1, 60)))
    return encode_deliver(sender, body, sent_at, part=part, dcs=dcs)


def a_case(rng: random.Random) -> Case:
    pdu, damage = a_pdu(rng), ""
    if len(pdu) > 80 and rng.random() < 0.03:
        damage = rng.choice(("cut", "longer"))
        pdu = pdu[: -2 * rng.randint(1, 3)] if damage == "cut" else pdu + "41" * rng.randint(1, 3)
    message = decode(pdu)
    assert isinstance(message, Deliver)
    return Case(pdu, message, damage)


def ours_of(case: Case) -> Reading:
    message = case.ours
    header = [(identifier, list(data)) for identifier, data in message.udh]
    time = message.sent_at
    return {"sender": message.sender, "text": message.text, "time": time, "header": header}


def theirs_of(case: Case, read: Decoder) -> Reading:
    try:
        fields = read(case.pdu)
    except (Exception, StopIteration) as error:  # noqa: BLE001
        return {"error": type(error).__name__}
    elements = cast("Sequence[PeerElement]", fields.get("udh", []))
    header = [(element.id, list(element.data)) for element in elements]
    at = fields["time"]
    assert isinstance(at, datetime)
    time = at.astimezone(UTC)
    return {"sender": fields["number"], "text": fields["text"], "time": time, "header": header}


def differing(ours: Reading, theirs: Reading) -> set[str]:
    if "error" in theirs:
        return {"error"}
    return {name for name in ours if ours[name] != theirs[name]}


# The peer's faults: what each may spoil, and when.


def sender_is_empty(case: Case) -> bool:
    """It takes the type of an empty address for the next field, so all that follows shifts."""
    return case.ours.sender == ""


def time_makes_no_sense(case: Case) -> bool:
    """It raises."""
    return case.ours.sent_at is None


def sender_has_star_or_hash(case: Case) -> bool:
    """It shows the bare hexadecimal digits."""
    return bool(set(case.ours.sender) & set("*#"))


def text_has_surrogate_pairs(case: Case) -> bool:
    """It leaves two lone surrogates, which no database can store."""
    return any(ord(char) > 0xFFFF for char in case.ours.text)


def wide_reference_before_gsm7(case: Case) -> bool:
    """It drops the first character, since there are no fill bits."""
    part = case.ours.part
    return part is not None and part.wide and case.ours.alphabet is Alphabet.GSM7


def gsm7_ends_in_at_sign(case: Case) -> bool:
    """It takes a last septet of zero for fill."""
    return case.ours.alphabet is Alphabet.GSM7 and case.ours.data.endswith(b"\0")


def gsm7_has_section_sign(case: Case) -> bool:
    """Its table has a grave accent there."""
    return case.ours.alphabet is Alphabet.GSM7 and b"\x5f" in case.ours.data


def gsm7_has_escape_of_its_own_reading(case: Case) -> bool:
    """It drops form feeds and escapes that the extension table lacks, and raises at the end."""
    data, escaped = case.ours.data, False
    for code in data:
        if escaped and code not in b"\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65":
            return True
        escaped = code == 0x1B
    return escaped


def coding_beyond_the_first_group(case: Case) -> bool:
    """It reads all groups but the first as GSM 7-bit, and knows neither compressed nor reserved."""
    dcs = case.ours.dcs
    return dcs >= 0x40 or bool(dcs & 0x20) or dcs & 0x0C == 0x0C


def length_does_not_fit(case: Case) -> bool:
    """It reads beyond the announced length, or makes up a last character."""
    return case.damage != ""


ANYTHING = {"sender", "text", "time", "header", "error"}
KNOWN: tuple[tuple[Callable[[Case], bool], set[str]], ...] = (
    (sender_is_empty, ANYTHING),
    (time_makes_no_sense, {"error"}),
    (sender_has_star_or_hash, {"sender"}),
    (text_has_surrogate_pairs, {"text"}),
    (wide_reference_before_gsm7, {"text"}),
    (gsm7_ends_in_at_sign, {"text"}),
    (gsm7_has_section_sign, {"text"}),
    (gsm7_has_escape_of_its_own_reading, {"text", "error"}),
    (coding_beyond_the_first_group, {"text", "error"}),
    (length_does_not_fit, {"text", "error"}),
)


def test_ten_thousand_pdus_read_as_the_peer_reads_them_its_faults_apart() -> None:
    read, rng = peer(), random.Random(SEED)
    explained: Counter[str] = Counter()
    same = 0
    for _ in range(CASES):
        case = a_case(rng)
        ours, theirs = ours_of(case), theirs_of(case, read)
        fields = differing(ours, theirs)
        same += not fields
        for field in fields:
            faults = [fault.__name__ for fault, spoils in KNOWN if field in spoils and fault(case)]
            assert faults, (field, case.pdu, ours, theirs)
            # A difference with one cause alone proves that the cause is real.
            explained.update(faults if len(faults) == 1 else [])
    print(f"\nsame: {same} of {CASES}")
    for fault, _ in KNOWN:
        print(f"  {fault.__name__}: {explained[fault.__name__]}")
    assert same > CASES * 6 // 10
    assert set(explained) == {fault.__name__ for fault, _ in KNOWN}
