"""The batch list, 81 to 93: frames that are broken, forged, foreign or far too large."""

import resource
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from batches import (
    Outcome,
    digest_at,
    frames,
    head,
    octets_of,
    of_octets,
    of_request,
    outcome,
    post,
    readdressed,
    request,
    row,
    say,
    signed_anew,
    with_frames,
    write,
)
from world import CODE, MemoryRoad, World

from server import lookup
from server.desa import steps
from server.polres import district, enrolment
from server.polres.app import create_app
from server.polres.down import orders
from server.polres.store import nodes
from server.vault import Bodies
from sync import frame, message, seal
from sync.chain import Head
from sync.codec import squeeze
from sync.enrol import enrolment_octets
from sync.entry import HEADER_OCTETS
from sync.errors import MalformedFrame
from sync.message import State
from sync.roads.http import CONTENT_TYPE, EXCHANGE_PATH, QUICK_PATH

TEXT = "kemalingan di pasar tadi malam"
OTHER = "kerbau hilang dari kandang"
WHOLE = Outcome("ok", 0, (TEXT,), ())
"""Refused alone: nothing is taken of it, and the next exchange brings everything."""


def test_a_bit_flipped_anywhere_on_the_road_is_refused_whole(world: World) -> None:
    """81: a bit flipped anywhere: 400, nothing changes, and it is brought again."""
    write(world, TEXT)
    octets, before = octets_of(world, request(world)), row(world)
    for at in range(5, len(octets)):
        bent = octets[:at] + bytes([octets[at] ^ 1 << at % 8]) + octets[at + 1 :]
        assert post(world, bent) == 400, at
    assert row(world) == before
    assert of_octets(world, octets) == replace(WHOLE, said="200", taken=1)


def test_a_bit_flipped_anywhere_in_a_frame_is_refused_though_the_request_is_signed(
    world: World,
) -> None:
    """81: a bit flipped in a frame: nothing of it is taken, and the frame is issued anew."""
    write(world, TEXT)
    (one,) = frames(world)
    packed, before = frame.pack(one), head(world)
    for at in range(len(packed)):
        bent = packed[:at] + bytes([packed[at] ^ 1 << at % 8]) + packed[at + 1 :]
        say(world, replace(request(world), frames=(bent,)))
        assert head(world) == before, at
    assert outcome(world, "ok", before) == WHOLE


def test_a_message_truncated_at_each_byte_is_refused_whole(world: World) -> None:
    """82: truncated at each byte, the request and the frame in it: 400, or not taken."""
    write(world, TEXT)
    octets, before = octets_of(world, request(world)), head(world)
    for length in range(len(octets)):
        assert post(world, octets[:length]) == 400, length
    packed = frame.pack(frames(world)[0])
    for length in range(len(packed)):
        say(world, replace(request(world), frames=(packed[:length],)))
        assert head(world) == before, length
    assert outcome(world, "ok", before) == WHOLE


def test_a_frame_that_ends_before_it_begins_is_not_taken(world: World) -> None:
    """83: from > to: a count of 0, and entries told backwards."""
    write(world, TEXT, OTHER)
    (one,) = frames(world)
    before, entries = head(world), frame.entries_of(one)
    assert len(entries) == 2
    backwards = frame.stored_body(entries[::-1])
    for bent in (replace(one, count=0), replace(one, body=backwards)):
        say(world, with_frames(world, bent))
        assert head(world) == before
    came = of_request(world, with_frames(world, replace(one, first=one.last, body=backwards)))
    assert came == Outcome("ok", 0, (TEXT, OTHER), ())


def test_a_frame_behind_a_gap_waits_for_what_is_missing(world: World) -> None:
    """84: a gap in the numbers: nothing is taken, and the receipt says from where to bring."""
    write(world, TEXT)
    first = frames(world)
    write(world, OTHER)
    late = [one for one in frames(world) if one not in first]
    before = head(world)
    answer = say(world, with_frames(world, *late))
    assert message.Receipt.unpack(answer.receipt[0]).head == before
    assert outcome(world, answer.state, before) == Outcome("ok", 0, (TEXT, OTHER), ())


def test_the_same_number_with_another_hash_is_a_fork_and_both_sides_are_kept(world: World) -> None:
    """85: the same number with another hash: fork; proven, shown, and nothing is taken."""
    write(world, TEXT)
    (one,) = frames(world)
    world.exchange()
    before, held = head(world), frame.entries_of(one)
    body = held[-1].body[:-1] + bytes([held[-1].body[-1] ^ 1])
    forged = [*held[:-1], replace(held[-1], body=body)]
    last = Head(one.first - 1, digest_at(world, one.first - 1))
    for entry in forged:
        last = Head(entry.header.seq, entry.hash_after(last.hash))
    bent = signed_anew(world, replace(one, body=frame.stored_body(forged)), last)
    assert say(world, with_frames(world, bent)).state == State.FORK
    assert head(world) == before
    with world.district.read() as connection:
        assert nodes.forks(connection, one.log_id.node, one.log_id.instance) == 1
    assert [line.report.text for line in world.at_polres()] == [TEXT]


def test_the_head_of_another_node_proves_a_fork_and_its_frames_are_refused(
    world: World, neighbour: World
) -> None:
    """86: the head hash of another node, its frames and its receipt."""
    write(world, TEXT)
    world.exchange()
    before, foreign = head(world), frames(neighbour)
    assert foreign
    assert of_request(world, with_frames(world, *foreign)) == WHOLE
    renamed = [
        replace(one, log_id=world.node.ledger.log_id, first=before.seq + 1) for one in foreign
    ]
    assert of_request(world, with_frames(world, *renamed)) == WHOLE
    neighbour.exchange()
    strange = replace(request(world), receipt=request(neighbour).receipt)
    assert of_request(world, strange) == WHOLE
    theirs = replace(request(world), head=Head(before.seq, head(neighbour).hash))
    assert say(world, theirs).state == State.FORK
    assert head(world) == before


def test_an_instance_lower_than_the_known_one_is_kept_apart(world: World) -> None:
    """87: an instance lower than the known one: a newer card ended it; kept apart, and said."""
    write(world, TEXT)
    node, now_s = world.node, world.wall_s()
    card = enrolment.enroll(world.district, CODE, "Tepal", "http://127.0.0.1:1", now_s=now_s)
    replacing = seal.signing_pair(b"n" * 32)
    body = enrolment_octets(
        card.node,
        replacing.public,
        b"d" * 32,
        code=card.code,
        exchange=card.exchange,
        seed=b"s" * 32,
    )
    assert enrolment.admit(world.district, body, now_s).status == 200
    came = world.exchange()
    assert (came.result, world.node.health.sync_state) == (steps.Result.DONE, State.REPLACED)
    assert "menunggu izin Polres" in came.trouble
    lower = replace(request(world), instance=0)
    assert post(world, octets_of(world, lower)) == 403
    assert [(one.report.text, one.flagged) for one in world.at_polres()] == [(TEXT, True)]
    assert [one.text for one in lookup.reports(node.projection.db)] == [TEXT]


def test_a_polres_whose_era_is_lower_than_the_one_shown_raises_it_above(world: World) -> None:
    """88: an era lower than the one shown: the server was restored; it takes everything again."""
    with world.district.write() as connection:
        nodes.set_counter(connection, "era", 7)
    world.restart()
    world.exchange()
    write(world, TEXT)
    with world.district.write() as connection:
        nodes.set_counter(connection, "era", 2)
    came = of_request(world, request(world))
    with world.district.read() as connection:
        assert nodes.counter(connection, "era") == 8
    assert (came.said, came.arrived, came.lost) == ("ok", (TEXT,), ())


def test_what_a_revoked_key_signs_is_kept_and_flagged_and_opens_nothing(world: World) -> None:
    """89: signed by a revoked key: told so; entries are kept and flagged, no keys, no orders."""
    write(world, TEXT)
    world.exchange()
    orders.revoke(world.district, CODE, world.wall_s())
    write(world, OTHER)
    answer = say(world, replace(request(world), wanted=(world.node.vault.running.id,)))
    assert (answer.state, answer.keys, answer.down) == (State.REVOKED, (), ())
    world.exchange()
    assert {one.report.text: one.flagged for one in world.at_polres()} == {TEXT: False, OTHER: True}


def test_a_valid_batch_at_the_wrong_polres_is_no_message_there(
    world: World, tmp_path: Path
) -> None:
    """90: a valid batch at the wrong Polres: 400, nothing is kept there, and it waits."""
    write(world, TEXT)
    district.init(tmp_path / "other", "Polres Dompu")
    other = district.open_district(tmp_path / "other")
    world.node.road = MemoryRoad(other, world)
    came = world.exchange()
    assert came.result is steps.Result.LATER
    assert came.trouble.endswith(".")
    with other.read() as connection:
        assert nodes.every(connection) == ()
    other.close()
    world.node.road = world.road
    world.exchange()
    assert [line.report.text for line in world.at_polres()] == [TEXT]


def bombs() -> dict[str, bytes]:
    """Compressed texts of at most a kilobyte or two that want to be gigabytes."""
    block = (0b011 | 128 * 1024 << 3).to_bytes(3, "little") + b"A"
    last = bytes([block[0]]) + block[1:]
    repeated = b"".join((0b010 | 128 * 1024 << 3).to_bytes(3, "little") + b"A" for _ in range(250))
    named = zstandard.ZstdCompressionParameters.from_level(
        19, format=zstandard.FORMAT_ZSTD1_MAGICLESS, window_log=27
    )
    return {
        "blocks": b"\0\x48" + repeated + last,
        "names 4 GiB": b"\xc0\x48" + (1 << 32).to_bytes(8, "little") + last,
        "names 1 TiB in one": b"\xe0" + (1 << 40).to_bytes(8, "little") + last,
        "names what it is": zstandard.ZstdCompressor(compression_params=named).compress(
            bytes(1 << 26)
        ),
    }


@pytest.mark.parametrize("name", bombs())
def test_a_bomb_opens_to_nothing(world: World, name: str) -> None:
    """91: a zstd bomb, also in a frame that the village's own key signed and hid."""
    write(world, TEXT)
    (one,) = frames(world)
    bomb = bombs()[name]
    body = len(bomb).to_bytes(2, "big") + bytes(2) + bomb
    key = Bodies(world.node.vault).frame_key(one.log_id, one.session) or b""
    hidden = seal.hide(key, one.signature, body)
    newest = squeeze.DICTIONARY_NUMBER
    bent = replace(one, codec=1, dictionary=newest, prefix=one.first, body=hidden)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(MalformedFrame):
        squeeze.expand(bomb, b"")
    assert of_request(world, with_frames(world, bent)) == WHOLE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"\x9a\xff\xff\xff\xff", id="92 array"),
        pytest.param(b"\x82\x5a\xff\xff\xff\xffabc", id="92 octets"),
        pytest.param(b"\x82\x7a\xff\xff\xff\xffabc", id="92 text"),
        pytest.param(b"\xba\xff\xff\xff\xff", id="92 map"),
        pytest.param(b"\x9b" + b"\xff" * 8, id="92 of 64 bits"),
        pytest.param(b"\x81" * 400_000, id="92 depth"),
        pytest.param(b"\xc2\x5a\x00\x05\x00\x00" + b"\xff" * 0x50000, id="92 number"),
    ],
)
def test_a_length_beyond_what_came_is_refused_before_it_is_allocated(
    world: World, packed: bytes
) -> None:
    write(world, TEXT)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert of_octets(world, readdressed(world, packed)) == replace(WHOLE, said="400")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


def test_a_content_length_of_four_gigabytes_is_refused_unread(world: World) -> None:
    """92: a length of 2^32-1 over HTTP, at both addresses."""
    client = create_app(world.district).test_client()
    length = str(2**32 - 1)
    for path in (EXCHANGE_PATH, QUICK_PATH):
        answer = client.post(
            path, data=b"x", content_type=CONTENT_TYPE, environ_overrides={"CONTENT_LENGTH": length}
        )
        assert answer.status_code == 400
    assert world.exchange().result is steps.Result.DONE


def test_a_million_empty_entries_are_too_large_or_do_not_add_up(world: World) -> None:
    """93: 10^6 empty entries: too large as a message; as many as fit do not count up."""
    write(world, TEXT)
    (one,) = frames(world)
    header = frame.entries_of(one)[0].header
    empty = header.pack() + bytes(2)
    assert len(empty) == HEADER_OCTETS + 2
    fits = message.OCTETS_MAX // len(empty) - 100
    client, before = create_app(world.district).test_client(), head(world)
    for count in (1_000_000, fits):
        bent = replace(one, count=min(count, 65_535), body=empty * count)
        octets = octets_of(world, with_frames(world, bent))
        answer = client.post(EXCHANGE_PATH, data=octets, content_type=CONTENT_TYPE)
        assert answer.status_code == (400 if len(octets) > message.OCTETS_MAX else 200)
        assert head(world) == before
    assert outcome(world, "ok", before) == WHOLE
