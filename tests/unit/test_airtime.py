"""Messages on the air: AES-SIV by its own vectors, layouts, the text form, what never opens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import seal
from sync.airtime import reports, seven, siv
from sync.airtime.head import BODY_OCTETS_MAX, OCTETS_MAX, Head, Kind, read_head
from sync.airtime.reports import AirReport
from sync.airtime.sealed import open_air, pair_keys, proof, run_key, seal_air
from sync.airtime.words import Ack, Beat, Heard, Keys, KeysAsked, WrapPiece, split_wrap
from sync.errors import BadSignature, CannotOpen, MalformedFrame

NODE = 5204072004
SIGNING = seal.signing_pair(b"n" * 32)
POLRES = seal.box_pair(b"p" * 32)
KEYS = pair_keys(seal.agreeing(SIGNING), POLRES.public, NODE, 1)
heads = st.builds(Head, st.sampled_from(Kind), st.integers(0, 2**40 - 1), st.integers(1, 2**32 - 1))
bodies = st.binary(min_size=1, max_size=BODY_OCTETS_MAX)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=700)
said = st.builds(
    AirReport,
    seq=st.integers(1, 2**32 - 1),
    ticket=st.integers(1, 1_000_000),
    received_s=st.integers(0, 2**32 - 1),
    trust=st.integers(0, 4),
    category=st.integers(0, 255),
    confidence_percent=st.integers(0, 100),
    rt=st.integers(0, 255),
    rw=st.integers(0, 255),
    confidential=st.booleans(),
    sender=st.from_regex(r"\+62[0-9]{8,12}|[A-Za-z]{3,11}|[0-9]{3,6}", fullmatch=True),
    text=texts,
)


def _octets(words: str) -> bytes:
    return bytes.fromhex(words)


def test_the_vectors_of_rfc_5297_come_out() -> None:
    key = _octets("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    named = _octets("101112131415161718191a1b1c1d1e1f2021222324252627")
    plain = _octets("112233445566778899aabbccddee")
    told = _octets("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c")
    assert siv.seal(key, (named,), plain) == told
    assert siv.open_sealed(key, (named,), told) == plain
    key = _octets("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f")
    fields = (
        _octets("00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100"),
        _octets("102030405060708090a0"),
        _octets("09f911029d74e35bd84156c5635688c0"),
    )
    plain = b"this is some plaintext to encrypt using SIV-AES"
    told = _octets(
        "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17"
        "dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d"
    )
    assert siv.seal(key, fields, plain) == told
    assert siv.open_sealed(key, fields, told) == plain


def test_both_sides_come_to_the_same_keys_and_each_direction_has_its_own() -> None:
    theirs = pair_keys(POLRES, seal.agreeing_public(SIGNING.public), NODE, 1)
    assert (KEYS.up, KEYS.down) == (theirs.up, theirs.down)
    other_instance = pair_keys(POLRES, seal.agreeing_public(SIGNING.public), NODE, 2)
    other_node = pair_keys(POLRES, seal.agreeing_public(SIGNING.public), NODE + 1, 1)
    run = run_key(POLRES, seal.box_pair(b"r" * 32).public, NODE, 1)
    every = [KEYS, other_instance, other_node]
    assert len({key for pair in every for key in (pair.up, pair.down)} | {run}) == 7
    assert {len(key) for key in (KEYS.up, KEYS.down, run)} == {siv.KEY_OCTETS}


def test_no_key_agrees_with_octets_that_are_no_point_of_the_curve() -> None:
    with pytest.raises(BadSignature):
        seal.agreeing_public(b"\x02" + bytes(31))


@given(heads, bodies)
def test_a_message_comes_back_and_fits_an_sms_in_both_forms(head: Head, body: bytes) -> None:
    octets = seal_air(KEYS.up, head, body)
    assert len(octets) <= OCTETS_MAX <= 140 - 7
    assert read_head(octets) == head
    assert open_air(KEYS.up, octets) == body
    text = seven.write(octets)
    assert len(text) <= 159
    assert seven.read(f" {text}\n") == octets


@given(heads, bodies, st.data())
def test_no_changed_octet_and_no_other_direction_opens(
    head: Head, body: bytes, data: st.DataObject
) -> None:
    octets = bytearray(seal_air(KEYS.up, head, body))
    with pytest.raises(CannotOpen):
        open_air(KEYS.down, bytes(octets))
    at = data.draw(st.integers(0, len(octets) * 8 - 1))
    octets[at // 8] ^= 1 << at % 8
    with pytest.raises(CannotOpen):
        open_air(KEYS.up, bytes(octets))


@given(st.binary(max_size=200))
def test_octets_of_anybody_are_read_without_a_fault(octets: bytes) -> None:
    try:
        read_head(octets)
    except MalformedFrame:
        return
    with pytest.raises(CannotOpen):
        open_air(KEYS.up, octets)


@given(st.text(max_size=200))
def test_a_text_of_anybody_is_no_message(text: str) -> None:
    read = seven.read(text)
    assert read is None or seven.write(read) == text.strip()


@pytest.mark.parametrize("body", [b"", bytes(BODY_OCTETS_MAX + 1)])
def test_a_body_that_does_not_fit_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedFrame):
        seal_air(KEYS.up, Head(Kind.ACK, NODE, 1), body)


@given(said)
def test_a_report_comes_back_whole_or_as_its_marked_beginning(report: AirReport) -> None:
    bodies = reports.split(report)
    assert 1 <= len(bodies) <= reports.PARTS_MAX
    assert all(len(body) <= BODY_OCTETS_MAX for body in bodies)
    pieces = [reports.read_piece(body) for body in bodies]
    assert [(piece.seq, piece.number) for piece in pieces] == [
        (report.seq, number) for number in range(1, len(bodies) + 1)
    ]
    read = reports.join(report.seq, [piece.octets for piece in pieces])
    assert report.text.startswith(read.text)
    assert read.cut == (read.text != report.text)
    assert (read.sender, read.ticket, read.received_s) == (
        report.sender, report.ticket, report.received_s,
    )  # fmt: skip
    assert (read.category, read.rt, read.rw) == (report.category, report.rt, report.rw)
    assert (read.trust, read.confidential) == (report.trust, report.confidential)


def test_a_usual_cry_for_help_goes_in_one_message() -> None:
    text = "tolong pak ada perampokan di rumah bu siti dekat masjid dusun krajan rt 03 rw 01"
    report = AirReport(812, 41276, 1_790_000_000, 2, 2, 90, 3, 1, True, "+6281234567890", text)
    assert len(reports.split(report)) == 1


def test_a_long_text_takes_three_messages_and_says_that_it_goes_on() -> None:
    text = " ".join(f"kata{number * 7919:x}" for number in range(200))
    report = AirReport(812, 41276, 1_790_000_000, 2, 2, 90, 3, 1, True, "+6281234567890", text)
    bodies = reports.split(report)
    read = reports.join(812, [reports.read_piece(body).octets for body in bodies])
    assert len(bodies) == 3
    assert read.cut
    assert len(read.text) > 150


@given(st.binary(max_size=BODY_OCTETS_MAX), st.binary(max_size=250))
def test_pieces_of_nonsense_are_refused_and_nothing_else(body: bytes, octets: bytes) -> None:
    for read in (lambda: reports.read_piece(body), lambda: reports.join(1, [octets])):
        try:
            read()
        except MalformedFrame:
            continue


def test_the_other_messages_come_back() -> None:
    run = seal.box_pair(b"r" * 32)
    key = run_key(run, POLRES.public, NODE, 1)
    head = Head(Kind.HEARTBEAT, NODE, 9)
    shown = proof(key, head)
    beat = Beat(9, b"8 octets", 7, 3, 25_000, 61, 4, 2, True, False, 55, run.public, shown)
    assert Beat.unpack(beat.pack()) == beat
    assert len(beat.pack()) <= BODY_OCTETS_MAX
    asked = KeysAsked(run.public, shown, 7, (b"a" * 8, b"b" * 8))
    assert KeysAsked.unpack(asked.pack()) == asked
    many = KeysAsked(run.public, shown, 7, tuple(bytes([n]) * 16 for n in range(9)))
    assert len(many.pack()) <= BODY_OCTETS_MAX
    keys = Keys(b"s" * 32, b"i" * 32)
    assert Keys.unpack(keys.pack()) == keys
    ack = Ack(9, 812, Heard.NEED_PERSON, 7)
    assert Ack.unpack(ack.pack()) == ack
    pieces = split_wrap(b"0123456789abcdef", bytes(range(141)))
    assert [WrapPiece.unpack(piece.pack()) for piece in pieces] == list(pieces)
    assert b"".join(piece.octets for piece in pieces) == bytes(range(141))
    assert len(pieces) == 2
    assert max(len(piece.pack()) for piece in pieces) == BODY_OCTETS_MAX
    with pytest.raises(MalformedFrame):
        split_wrap(b"0123456789abcdef", bytes(400))
    for layout in (Beat, KeysAsked, Keys, Ack, WrapPiece):
        with pytest.raises(MalformedFrame):
            layout.unpack(b"short")


def test_only_who_holds_the_ram_key_or_is_the_polres_can_prove_a_run() -> None:
    run = seal.box_pair(b"r" * 32)
    head = Head(Kind.HEARTBEAT, NODE, 9)
    mine = proof(run_key(run, POLRES.public, NODE, 1), head)
    theirs = proof(run_key(POLRES, run.public, NODE, 1), head)
    thief = proof(run_key(seal.agreeing(SIGNING), POLRES.public, NODE, 1), head)
    assert mine == theirs != thief
    assert mine != proof(run_key(run, POLRES.public, NODE, 1), Head(Kind.HEARTBEAT, NODE, 10))
