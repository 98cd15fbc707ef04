"""Whatever a network may send, decoding it raises PduError or nothing; 20,000 inputs, or more."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from sms.decode import decode_line
from sms.errors import PduError
from sms.pdu import (
    Deliver,
    Part,
    StatusReport,
    decode,
    decode_submit,
    encode_deliver,
    encode_status_report,
    encode_submit,
    is_submit,
    join_text,
)
from sms.phone import SenderKind, mask, parse_phone, sender_kind
from sms.segments import Fragment, Partial, assemble, render_with_gaps
from sms.tpdu import Use

INPUTS: Final = int(os.environ.get("KENTONGAN_FUZZ_INPUTS", "20000"))
INPUTS_A_DRAW: Final = 40
AT: Final = datetime(2026, 11, 22, 0, 46, 12, tzinfo=UTC)
SOUND: Final = tuple(
    map(
        bytes.fromhex,
        (
            encode_deliver("+6281234567890", "kemalingan di pasar tadi malam", AT),
            encode_deliver("TELKOMSEL", "Pulsa Anda habis", AT, smsc="+6281100000"),
            encode_deliver("0812345", "\u2713 \U0001f44b\U0001f3fd", AT, part=Part(7, False, 3, 2)),
            encode_deliver("+628123", "bagian", AT, part=Part(40_000, True, 255, 9)),
            encode_deliver("3636", b"\x01\x06\x04", AT, pid=0x40, dcs=0xF5),
            encode_status_report(7, "+6281234567890", AT, AT, 0x41),
            encode_submit("+6281234567890", "diterima", request_report=True)[1],
        ),
    )
)


def mutated(chance: Random) -> bytes:
    """Octets that are nearly a PDU, or are none at all."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(180))
    octets = bytearray(chance.choice(SOUND))
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(octets) + 1)
        match chance.randrange(5):
            case 0:
                octets[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                octets[place:place] = chance.randbytes(chance.randrange(1, 9))
            case 2:
                del octets[place : place + chance.randrange(1, 9)]
            case 3:
                octets[place:] = chance.choice(SOUND)[place:]
            case _:
                octets[place : place + 1] = chance.choice((b"\x00", b"\xff", b"\x40", b"\x08"))
    return bytes(octets)


def read(octets: bytes) -> Deliver | None:
    """Decode a PDU by everything that decodes; only PduError may come of it."""
    written = octets.hex()
    told = json.loads(decode_line(json.dumps({"pdu": written})))
    assert "error" in told or told["kind"] in ("deliver", "submit", "status_report")
    for one in (is_submit, decode_submit):
        with suppress(PduError):
            one(written)
    try:
        message = decode(written)
    except PduError:
        return None
    if isinstance(message, StatusReport):
        assert message.state
        return None
    check(message)
    return message


def check(message: Deliver) -> None:
    """What the node does with a text: it can be stored, shown, and its sender is of some kind."""
    join_text([message]).encode()
    message.text.encode()
    message.sender.encode()
    assert message.use in Use
    assert sender_kind(message.sender) in SenderKind
    assert (parse_phone(message.sender) or "+62").startswith("+62")
    assert len(mask(message.sender)) <= max(10, len(message.sender))
    assert message.sent_at is None or message.sent_at.tzinfo is UTC
    assert message.part is None or message.part.sound


@settings(max_examples=max(1, INPUTS // INPUTS_A_DRAW), deadline=None)
@given(seed=st.integers(0, 2**64), raw=st.binary(max_size=180))
def test_no_pdu_breaks_the_decoder_or_what_puts_texts_together(seed: int, raw: bytes) -> None:
    chances = (Random(one) for one in range(seed, seed + INPUTS_A_DRAW))
    octets = [raw, *(mutated(chance) for chance in islice(chances, INPUTS_A_DRAW - 1))]
    texts = [text for text in map(read, octets) if text is not None]
    rows = [Fragment(number, AT, text) for number, text in enumerate(texts)]
    used: list[int] = []
    for each in assemble(rows):
        used += [*each.row_ids, *each.copy_ids]
        (render_with_gaps(each) if isinstance(each, Partial) else each.text).encode()
    assert sorted(used) == list(range(len(rows)))
