"""The announcement of an exchange key on every road: forged, mutated, replayed, carried, by SMS."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from air_world import AirWorld
from renewed import RenewedWorld
from world import CODE, NAME

from server.desa.exchange import rotation
from server.desa.parcel import making
from server.desa.parcel import taking as desa_taking
from server.desa.parcel.told import TakenIn, taken_sentences
from server.desa.steps import Result
from server.polres import gate, quick
from server.polres.parcel import giving, taking
from server.polres.parcel.told import taken_sentences as polres_sentences
from server.polres.restores.backup import back_up
from server.polres.rotation import answering, renewing
from server.polres.rotation.standing import standing_now
from sync import announcement, message, peers, seal
from sync.canonical import pack
from sync.errors import BadSignature, KeyReplaced, MalformedFrame, StrangePage, SyncError
from sync.message import Answer
from sync.parcel.errors import OtherPolres
from sync.quick import words
from sync.roads.answer import Answer as HttpAnswer
from sync.roads.answer import expect_ours
from sync.roads.http import CONTENT_TYPE

THIEF, FLOOD, FIRE = "maling di RT 3", "banjir di RT 4", "kebakaran di RT 5"
KINDS = frozenset({CONTENT_TYPE})


class PowerCut(Exception):
    """The machine stops here."""


@pytest.fixture
def world(tmp_path: Path) -> RenewedWorld:
    made = RenewedWorld(tmp_path)
    assert made.exchange().result is Result.DONE
    return made


def brought(world: RenewedWorld) -> bytes:
    """A file from the desa."""
    world.mono_s += 1
    return making.make(world.node, world.mono_s).octets


def taken(world: RenewedWorld, octets: bytes) -> taking.TakenIn:
    """A file taken in at the Polres."""
    return taking.take(world.district, octets, "spkt", world.wall_s())


def back(world: RenewedWorld, octets: bytes) -> TakenIn:
    """A return taken in at the desa."""
    world.mono_s += 1
    return desa_taking.take(world.node, octets, world.mono_s)


def test_no_flipped_bit_and_no_cut_of_an_announcement_is_taken(world: RenewedWorld) -> None:
    world.renew()
    octets = world.district.keys.announcement()
    before = world.node.keys
    assert len(octets) <= announcement.OCTETS_MAX
    broken = [octets[:length] for length in range(len(octets))]
    for at in range(len(octets) * 8):
        mutated = bytearray(octets)
        mutated[at // 8] ^= 1 << at % 8
        broken.append(bytes(mutated))
    for one in broken:
        with pytest.raises(SyncError):
            rotation.take(world.node, one, world.mono_s)
        rotation.heard(world.node, one, world.mono_s)
    assert world.node.keys is before
    assert rotation.take(world.node, octets, world.mono_s)


def test_what_the_root_signed_for_something_else_is_no_announcement(world: RenewedWorld) -> None:
    root, box = world.district.keys.root, seal.box_pair(b"b" * 32).public
    packed = pack((1, 5, box))
    for domain in (message.RECEIPT_DOMAIN, message.CERTIFICATE_DOMAIN, "recipients", "door"):
        octets = message.envelope(packed, seal.sign(root, domain, packed))
        with pytest.raises(BadSignature):
            announcement.read(octets, root.public)
    low = bytes(32)
    for bad in (
        (2, 5, box),
        (1, 0, box),
        (1, -1, box),
        (1, 2**53, box),
        (1, 5, low),
        (1, 5, box[:31]),
        (1, "5", box),
        (1, True, box),
        (1, 5),
    ):
        told = pack(bad)
        octets = message.envelope(told, seal.sign(root, announcement.DOMAIN, told))
        with pytest.raises(MalformedFrame):
            announcement.read(octets, root.public)
    assert announcement.read(announcement.announce(root, 5, box), root.public).number == 5


def test_an_announcement_that_was_written_once_is_read_for_ever() -> None:
    root, box = seal.signing_pair(b"r" * 32), seal.box_pair(b"x" * 32)
    golden = (
        "82582983011a6ab13b8058209c25f8abddf96bd88491cc211528f3429f2e8886712f01f89324c47c5643"
        "ac20584030cf7770878904feab5d1fbe33286933246f2b3a6c93cd4a20beab20a691d238e8980f276034"
        "1fca5cf9f230fdf533c4c5cafda88983ad186f0510c27d51af09"
    )
    assert announcement.announce(root, 1_790_000_000, box.public).hex() == golden
    made = announcement.read(bytes.fromhex(golden), root.public)
    assert (made.number, made.public) == (1_790_000_000, box.public)


def test_answers_without_an_announcement_are_the_octets_that_they_were() -> None:
    mark = words.Mark(7, bytes(8))
    short = words.Answer(words.State.OK, 5, mark)
    assert short.pack() == pack((0, 5, 7, bytes(8)))
    for full in (
        replace(short, announced=b"k"),
        replace(
            short,
            era=2,
            signature=b"s" * 64,
            down=(b"f",),
            down_wraps=((b"s", b"b"),),
            announced=b"k",
        ),
    ):
        assert words.Answer.unpack(full.pack()) == full
    whole = Answer("ok", b"r", 5, (b"r", b"s"), (), 1, (), (), ())
    for durable, announced in ((0, b""), (3, b""), (0, b"k"), (3, b"k")):
        told = replace(whole, durable=durable, announced=announced)
        assert Answer.unpack(told.pack()) == told
    assert len(whole.pack()) == len(replace(whole, durable=3).pack()) - 1


def test_a_forged_announcement_in_clear_is_no_answer(world: RenewedWorld) -> None:
    world.renew()
    thief = seal.signing_pair(b"t" * 32)
    forged = announcement.announce(thief, 2**40, seal.box_pair(b"b" * 32).public)
    true = world.road.post
    posted: list[str] = []

    def post(path: str, octets: bytes) -> bytes:
        posted.append(path)
        raise KeyReplaced(forged)

    world.restart()
    world.road.post = post  # type: ignore[method-assign]
    assert world.exchange().result is Result.LATER
    assert world.node.keys.exchange_number == 0
    assert len(posted) == 1
    world.road.post = true  # type: ignore[method-assign]
    world.node.road = None
    assert world.exchange().result is Result.DONE
    assert world.node.keys.exchange_number


def test_only_our_own_refusal_carries_an_announcement() -> None:
    told = HttpAnswer(400, CONTENT_TYPE, b"announcement", closes=False)
    with pytest.raises(KeyReplaced) as found:
        expect_ours(told, KINDS)
    assert found.value.announced == b"announcement"
    with pytest.raises(MalformedFrame) as plain:
        expect_ours(replace(told, body=b""), KINDS)
    assert not isinstance(plain.value, KeyReplaced)
    with pytest.raises(StrangePage):
        expect_ours(replace(told, kind="text/html"), KINDS)


def test_a_polres_takes_only_what_its_own_root_announced(world: RenewedWorld) -> None:
    other = announcement.announce(
        seal.signing_pair(b"t" * 32), 2**40, seal.box_pair(b"b" * 32).public
    )
    for octets in (b"", b"x" * 400, other):
        assert answering.show(world.district, octets, world.wall_s()).status == 400
    assert world.standing().lacking == ()
    number = world.renew()
    own = world.district.keys.announcement()
    reply = answering.show(world.district, own, world.wall_s())
    assert (reply.status, reply.octets) == (200, own)
    assert world.standing().lacking == ()
    lost = announcement.announce(
        world.district.keys.root, number + 1, seal.box_pair(b"b" * 32).public
    )
    assert answering.show(world.district, lost, world.wall_s()).octets == own
    assert world.standing().lacking == (number + 1,)


def test_rubbish_is_answered_with_the_newest_key_and_changes_nothing(world: RenewedWorld) -> None:
    assert gate.exchange(world.district, b"x" * 300, None, 1).octets == b""
    number = world.renew()
    reply = gate.exchange(world.district, b"x" * 300, None, 1)
    assert announcement.read(reply.octets, world.node.keys.card.root).number == number
    assert quick.ask(world.district, b"x" * 60, 1).octets == b""


CUTS: list[tuple[object, str]] = [
    (rotation, "_rewrap"),
    (rotation, "_tell"),
    (rotation, "_owe_remnants"),
    (peers, "remember"),
]


@pytest.mark.parametrize(("owner", "name"), CUTS)
def test_a_cut_while_a_desa_takes_a_key_leaves_the_old_or_the_new_whole(
    world: RenewedWorld, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    number = world.renew()
    octets = world.district.keys.announcement()
    true: Callable[..., object] = getattr(owner, name)

    def cut(*args: object, **named: object) -> object:
        if args[1:2] != (rotation._TOLD,) and owner is peers:
            return true(*args, **named)
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, cut)
        with pytest.raises(PowerCut):
            rotation.take(world.node, octets, world.mono_s)
    assert world.node.keys.exchange_number == 0
    world.restart()
    assert world.node.keys.exchange_number == 0
    assert world.said() == []
    world.tell(THIEF)
    for _ in range(2):
        assert world.exchange().result is Result.DONE
    assert world.node.keys.exchange_number == number
    assert world.said() == [number]
    assert world.texts() == {THIEF}


def test_a_key_that_was_kept_is_used_and_told_after_a_cut(world: RenewedWorld) -> None:
    number = world.renew()
    rotation.take(world.node, world.district.keys.announcement(), world.mono_s)
    world.restart()
    assert world.node.keys.exchange_number == number
    world.exchange()
    world.exchange()
    assert world.said() == [number]
    assert world.standing().missing == ()


def test_an_answer_that_was_lost_is_given_again(world: RenewedWorld) -> None:
    number = world.renew()
    world.road.lose_answers = 1
    world.exchange()
    assert world.node.keys.exchange_number == 0
    world.exchange()
    assert world.node.keys.exchange_number == number


def test_a_desa_without_a_link_takes_the_key_from_a_file(world: RenewedWorld) -> None:
    world.road.cut = True
    world.tell(THIEF)
    number = world.renew()
    assert taken(world, brought(world)).reports == 1
    told = back(world, giving.give(world.district, CODE, world.wall_s()))
    assert told.key
    assert any("Kunci baru" in one for one in taken_sentences(told))
    assert world.node.keys.exchange_number == number
    world.tell(FLOOD, "+6281234567891")
    assert taken(world, brought(world)).reports == 1
    assert world.standing().missing == ()
    again = back(world, giving.give(world.district, CODE, world.wall_s()))
    assert not again.key
    assert again.acked
    back_up(world.district, world.folder / "polres.bak", world.wall_s())
    assert renewing.forget_old(world.district) == 1
    assert world.texts() == {THIEF, FLOOD}


def test_a_file_for_a_destroyed_key_is_answered_with_the_newest(world: RenewedWorld) -> None:
    old = brought(world)
    world.renew()
    world.settle()
    renewing.forget_old(world.district)
    told = taken(world, old)
    assert told.stale
    assert told.name == NAME
    (sentence,) = polres_sentences(told)
    assert "balasannya" in sentence
    # A box that was put back to before the change gets the key alone.
    with world.district.write() as connection:
        connection.exec_driver_sql("delete from exchange_uses")
    octets = giving.give(world.district, CODE, world.wall_s())
    world.node.keys = replace(world.node.keys, announced=None, earlier=())
    with world.node.database.write() as db:
        db.execute("delete from exchange_keys")
    assert back(world, octets).key
    assert taken(world, brought(world)).stale is False


def test_a_box_that_only_files_reach_enrols_with_a_card_of_a_destroyed_key(
    tmp_path: Path,
) -> None:
    world = RenewedWorld(tmp_path)
    world.road.cut = True
    world.renew()
    renewing.forget_old(world.district)
    world.tell(THIEF)
    assert taken(world, brought(world)).stale
    assert back(world, giving.give(world.district, CODE, world.wall_s())).key
    assert taken(world, brought(world)).reports == 1
    assert world.texts() == {THIEF}
    assert world.standing().missing == ()
    assert back(world, giving.give(world.district, CODE, world.wall_s())).acked


def test_a_file_shows_a_polres_that_was_set_back_which_key_it_lacks(world: RenewedWorld) -> None:
    world.keep_key_file()
    lost = world.renew()
    world.settle()
    world.tell(THIEF)
    octets = brought(world)
    world.put_key_file_back()
    with world.district.write() as connection:
        connection.exec_driver_sql("delete from exchange_keys")
    with pytest.raises(taking.KeyMissing):
        taken(world, octets)
    assert world.standing().lacking == (lost,)
    found = world.renew()
    assert taken(world, octets).stale
    assert back(world, giving.give(world.district, CODE, world.wall_s())).key
    assert world.node.keys.exchange_number == found
    assert taken(world, brought(world)).reports == 1
    assert world.texts() == {THIEF}


def test_a_file_of_another_polres_stays_one_and_a_forged_key_in_it_too(
    world: RenewedWorld, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = RenewedWorld(tmp_path / "other")
    other.renew()
    other.exchange()
    with pytest.raises(OtherPolres):
        taken(world, brought(other))
    assert world.standing().lacking == ()
    taken(other, brought(other))
    other.renew()
    returned = giving.give(other.district, CODE, other.wall_s())
    with pytest.raises(OtherPolres):
        back(world, returned)
    assert world.node.keys.exchange_number == 0


def test_urgent_reports_by_sms_go_on_through_a_change(tmp_path: Path) -> None:
    world = AirWorld(tmp_path)
    world.exchange()
    world.cut()
    world.text("+6281234567891", "tolong ada rampok bawa parang di RT 2")
    world.live(200)
    assert len(world.at_polres()) == 1
    renewing.renew(world.district, world.wall_s())
    world.text("+6281234567892", "tolong rumah kebakaran di RT 5")
    world.live(200)
    # Sealed to the key before, and answered under it.
    assert len(world.at_polres()) == 2
    assert world.node.air.owed == {}
    rotation.take(world.node, world.district.keys.announcement(), world.mono_s)
    world.text("+6281234567893", "tolong ada orang tenggelam di sungai RT 1")
    world.live(200)
    assert len(world.at_polres()) == 3
    assert world.node.air.owed == {}
    world.road.cut = False
    world.exchange()
    world.exchange()
    assert standing_now(world.district).missing == ()
    assert len(world.at_polres()) == 3
