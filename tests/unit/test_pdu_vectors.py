"""Public PDUs decode to the text and sender that independent decoders agree on."""

import json
from pathlib import Path
from typing import TypedDict, cast

import pytest

from sms.pdu import Deliver, decode

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "pdu_vectors.jsonl"


if not VECTORS.exists():
    pytest.skip("the public PDU vectors of the shared data are not here", allow_module_level=True)


class Vector(TypedDict):
    pdu: str
    text: str
    sender: str
    source: str
    udh: list[list[object]]
    dcs: int
    pid: int
    scts: str
    agree: list[str]


def vectors() -> list[Vector]:
    return [cast("Vector", json.loads(line)) for line in VECTORS.read_text("utf-8").splitlines()]


def read(vector: Vector) -> Deliver:
    message = decode(vector["pdu"])
    assert isinstance(message, Deliver)
    return message


def test_every_vector_that_two_decoders_agree_on_has_its_text_and_sender() -> None:
    agreed = [vector for vector in vectors() if len(vector["agree"]) >= 2]
    assert len(agreed) >= 60
    for vector in agreed:
        message = read(vector)
        expected = (vector["text"], vector["sender"])
        assert (message.text, message.sender) == expected, vector["source"]


def test_the_vectors_that_decoders_disagree_on_read_as_3gpp_says() -> None:
    disputed = [vector for vector in vectors() if len(vector["agree"]) < 2]
    for vector in disputed:
        message = read(vector)
        expected = (vector["text"], vector["sender"])
        assert (message.text, message.sender) == expected, vector["source"]
    print(f"disputed vectors read as the reference does: {len(disputed)} of {len(disputed)}")


def test_header_coding_and_time_of_every_vector_are_as_they_stand() -> None:
    for vector in vectors():
        message = read(vector)
        header = [[identifier, data.hex()] for identifier, data in message.udh]
        assert header == vector["udh"], vector["source"]
        assert (message.dcs, message.pid) == (vector["dcs"], vector["pid"])
        assert message.sent_at is not None
        swapped = "".join(vector["scts"][at + 1] + vector["scts"][at] for at in range(0, 12, 2))
        local = message.sent_at.timestamp() + 900 * (message.tz_quarter_hours or 0)
        stamp = message.sent_at.fromtimestamp(local, tz=message.sent_at.tzinfo)
        assert stamp.strftime("%y%m%d%H%M%S") == swapped, vector["source"]
