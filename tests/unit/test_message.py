"""What two servers say: read back as it was said, and refused when it is not theirs to hear."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from drawn import ANSWERS, RECEIPTS, REQUESTS, VALUES, flipped
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import enrol, exchange, message, peers, seal
from sync.canonical import Value, pack
from sync.chain import Head, LogId
from sync.entry import Log
from sync.errors import BadSignature, CannotOpen, MalformedFrame, SyncError
from sync.exchange import Speaker
from sync.message import Answer, Certificate, Enrolment, Receipt, Request
from sync.peers import Pinned

NODE = 5_204_072_001
ROOT = seal.signing_pair(b"R" * 32)
POLRES = seal.box_pair(b"P" * 32)
PINNED = Pinned(NODE, ROOT.public, POLRES.public)
SPEAKER = Speaker(
    LogId(NODE, Log.UP, 1), seal.signing_pair(b"N" * 32), seal.box_pair(b"M" * 32), PINNED
)
REQUEST = Request(
    NODE, 1, SPEAKER.ram.public, 1, 4, (b"", b""), Head(0, b"h" * 32), b"", 0,
    Head(0, b"d" * 32), (), (), (),
)  # fmt: skip
READERS: dict[str, Callable[[bytes], object]] = {
    "request": Request.unpack,
    "answer": Answer.unpack,
    "receipt": Receipt.unpack,
    "certificate": Certificate.unpack,
    "enrolment": Enrolment.unpack,
    "envelope": message.open_envelope,
}


def answer_to(request: Request) -> Answer:
    """The plainest answer."""
    return Answer("ok", exchange.request_hash(request), 1, (b"", b""), (), 0, (), (), ())


def sealed(answer: Answer, signer: seal.KeyPair = ROOT, domain: str = "answer") -> bytes:
    """An answer as it travels."""
    packed = answer.pack()
    signed = message.envelope(packed, seal.sign(signer, domain, packed))
    return seal.seal_box(SPEAKER.ram.public, signed, b"0" * 32)


@given(REQUESTS)
def test_a_request_comes_back_from_its_octets(request: Request) -> None:
    assert Request.unpack(request.pack()) == request


@given(ANSWERS)
def test_an_answer_comes_back_from_its_octets(answer: Answer) -> None:
    assert Answer.unpack(answer.pack()) == answer


@given(RECEIPTS)
def test_a_receipt_comes_back_from_its_octets(receipt: Receipt) -> None:
    assert Receipt.unpack(receipt.pack()) == receipt


def test_an_enrolment_and_a_certificate_come_back_from_their_octets() -> None:
    asked = Enrolment(NODE, b"p" * 32, b"d" * 32, b"proof")
    given_ = Certificate(NODE, 3, b"p" * 32, 1)
    assert Enrolment.unpack(asked.pack()) == asked
    assert Certificate.unpack(given_.pack()) == given_


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=50)
@given(value=VALUES | st.lists(VALUES, min_size=5, max_size=15).map(lambda v: (1, *v)))
def test_any_value_is_read_or_refused_as_malformed(name: str, value: Value) -> None:
    try:
        READERS[name](pack(value))
    except MalformedFrame:
        return
    assert isinstance(value, tuple)
    assert name == "envelope" or value[0] == 1


@settings(max_examples=60)
@given(REQUESTS, st.data())
def test_a_request_that_was_cut_is_malformed(request: Request, data: st.DataObject) -> None:
    octets = request.pack()
    with pytest.raises(MalformedFrame):
        Request.unpack(octets[: data.draw(st.integers(0, len(octets) - 1))])


@given(st.data())
def test_a_sealed_request_with_any_changed_bit_stays_shut(data: st.DataObject) -> None:
    octets = exchange.seal_request(REQUEST, SPEAKER, b"0" * 32)
    number, opened = enrol.open_addressed(POLRES, octets)
    body, signature = message.open_envelope(opened)
    assert (number, Request.unpack(body)) == (NODE, REQUEST)
    seal.verify(SPEAKER.signing.public, message.REQUEST_DOMAIN, body, signature)
    with pytest.raises(CannotOpen):
        enrol.open_addressed(POLRES, octets[:5] + data.draw(flipped(octets[5:])))


@given(st.data())
def test_an_answer_with_any_changed_bit_is_refused(data: st.DataObject) -> None:
    octets = sealed(answer_to(REQUEST))
    assert exchange.open_answer(octets, REQUEST, SPEAKER) == answer_to(REQUEST)
    with pytest.raises(SyncError):
        exchange.open_answer(data.draw(flipped(octets)), REQUEST, SPEAKER)
    with pytest.raises(SyncError):
        exchange.open_answer(octets[: data.draw(st.integers(0, len(octets) - 1))], REQUEST, SPEAKER)


def test_an_answer_of_another_signer_or_to_another_request_is_refused() -> None:
    other = replace(REQUEST, time_s=2)
    for octets, request in (
        (sealed(answer_to(REQUEST), seal.signing_pair(b"X" * 32)), REQUEST),
        (sealed(answer_to(REQUEST), domain="request"), REQUEST),
        (sealed(answer_to(REQUEST)), other),
    ):
        with pytest.raises(BadSignature):
            exchange.open_answer(octets, request, SPEAKER)


def test_a_receipt_for_another_desa_or_of_another_signer_is_refused() -> None:
    mine = Receipt(SPEAKER.log_id, 0, Head(3, b"h" * 32), 1)
    theirs = replace(mine, log_id=LogId(NODE + 1, Log.UP, 1))
    signed = seal.sign(ROOT, message.RECEIPT_DOMAIN, mine.pack())
    assert peers.check_receipt((mine.pack(), signed), PINNED) == mine
    for receipt, signer in ((theirs, ROOT), (mine, SPEAKER.signing)):
        packed = receipt.pack()
        with pytest.raises(BadSignature):
            peers.check_receipt((packed, seal.sign(signer, message.RECEIPT_DOMAIN, packed)), PINNED)


def test_a_certificate_is_good_for_the_node_and_the_key_that_it_names() -> None:
    public = SPEAKER.signing.public
    octets = enrol.certificate_octets(Certificate(NODE, 1, public, 0), ROOT)
    assert enrol.read_certificate(octets, ROOT.public, NODE, public).instance == 1
    assert peers.check_certificate(octets, PINNED).public == public
    for node, key in ((NODE + 1, public), (NODE, b"x" * 32)):
        with pytest.raises(BadSignature):
            enrol.read_certificate(octets, ROOT.public, node, key)
    with pytest.raises(BadSignature):
        peers.check_certificate(octets, replace(PINNED, node=NODE + 1))
    with pytest.raises(MalformedFrame):
        enrol.read_certificate(
            enrol.certificate_octets(Certificate(NODE, 0, public, 0), ROOT),
            ROOT.public, NODE, public,
        )  # fmt: skip
