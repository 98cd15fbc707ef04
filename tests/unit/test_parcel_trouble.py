"""The parcel road when things go otherwise: old files, restarts, thieves, forgers, lost keys."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from test_parcel_road import answered, back, brought, reported, returned, taken
from world import CODE, World

from server import lookup as village_lookup
from server.desa import keys as key_files
from server.desa import sessions
from server.desa.node import begin_session
from server.desa.parcel import making
from server.polres import enrolment, gate, lookup
from server.polres.district import open_district
from server.polres.down import orders
from server.polres.errors import PolresError
from server.polres.parcel import giving
from server.polres.parcel.taking import CardNotTaken, EarlierBox, NotEnrolledHere
from server.polres.store import nodes
from sync import seal
from sync.message import State
from sync.parcel import errors, form
from sync.parcel.form import Kind, Letter
from sync.parcel.letter import open_request, open_return, seal_request, seal_return


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.exchange()
    world.road.cut = True
    return world


def row(world: World) -> nodes.Node:
    """The desa's row at the Polres."""
    with world.district.read() as connection:
        found = nodes.get(connection, world.node.keys.card.node)
    assert found is not None
    return found


def test_files_and_returns_arrive_in_any_order_and_twice(world: World) -> None:
    files, returns = [], []
    for number in range(3):
        reported(world, 2, 2 * number)
        files.append(brought(world))
    assert taken(world, files[2]).reports == 6
    for octets in (files[0], files[2], files[1]):
        told = taken(world, octets)
        assert (told.reports, told.state) == (0, State.OK)
        returns.append(returned(world))
    assert taken(world, files[0]).older
    assert lookup.desa(world.district, CODE).states == ()
    ticket = world.at_polres()[0].report.ticket
    answered(world, ticket, "Kami segera datang")
    returns.append(returned(world))
    assert back(world, returns[3]).orders == 1
    for octets in (returns[0], returns[2], returns[1], returns[3]):
        told_back = back(world, octets)
        assert (told_back.older, told_back.orders) == (True, 0)
    world.speak()
    assert len([text for _, text in world.sent if "Kami segera datang" in text]) == 1


def test_a_polres_that_was_set_back_says_what_is_missing_and_the_next_file_brings_it(
    world: World,
) -> None:
    world.district.close()
    shutil.copytree(world.folder / "polres", world.folder / "backup")
    world.district = open_district(world.folder / "polres")
    reported(world, 2)
    taken(world, brought(world))
    back(world, returned(world))
    world.district.close()
    world.district = open_district(world.folder / "backup")
    reported(world, 2, 2)
    told = taken(world, brought(world))
    assert (told.reports, told.missing) == (0, True)
    assert not back(world, returned(world)).older
    assert taken(world, brought(world)).reports == 4
    assert not back(world, returned(world)).older
    assert len(world.at_polres()) == 4


def test_a_frame_that_the_polres_cannot_take_is_issued_anew_after_the_return(
    world: World,
) -> None:
    reported(world, 2)
    making.make(world.node, world.mono_s)
    with world.node.database.write() as db:
        ((last, packed),) = db.execute("select last, frame from frames order by last desc limit 1")
        spoilt = packed[:-1] + bytes([packed[-1] ^ 1])
        db.execute("update frames set frame = ? where last = ?", (spoilt, last))
    told = taken(world, brought(world))
    assert (told.reports, told.missing) == (0, False)
    assert told.refused > 0
    back(world, returned(world))
    assert taken(world, brought(world)).reports == 2


def test_after_a_restart_the_orders_wait_for_an_officer_who_opens_them(world: World) -> None:
    world.road.cut = False
    account = world.officer("Made")
    for _ in range(2):
        world.exchange()
    world.road.cut = True
    reported(world, 1)
    taken(world, brought(world))
    ticket = world.at_polres()[0].report.ticket
    answered(world, ticket, "Patroli lewat nanti malam")
    reply = returned(world)
    world.restart()
    told = back(world, reply)
    assert (told.orders, told.waiting >= 1, told.older) == (1, True, False)
    phone_key = bytes.fromhex(account["phone_path"].rsplit("/", 1)[1])
    world.desk().login("Made", account["passphrase"], phone_key)
    world.speak()
    assert [text for _, text in world.sent if "Patroli lewat" in text]
    assert back(world, reply).waiting == 0


def test_a_return_opens_for_the_run_that_asked_also_after_its_daily_session(world: World) -> None:
    reported(world, 1)
    taken(world, brought(world))
    ticket = world.at_polres()[0].report.ticket
    answered(world, ticket, "Kami catat")
    reply = returned(world)
    begin_session(world.node, world.mono_s)
    assert back(world, reply).waiting == 0


def test_an_order_for_a_desa_without_a_road_lasts_until_the_file_is_back(world: World) -> None:
    reported(world, 1)
    taken(world, brought(world))
    ticket = world.at_polres()[0].report.ticket
    answered(world, ticket, "Sudah kami tangani")
    reply = returned(world)
    world.mono_s += 12 * 86_400
    assert back(world, reply).orders == 1
    world.speak()
    assert [text for _, text in world.sent if "Sudah kami tangani" in text]


def test_who_carries_a_file_can_neither_post_it_nor_make_the_box_look_alive(world: World) -> None:
    reported(world, 1)
    octets = brought(world)
    before = row(world)
    world.mono_s += 86_400
    taken(world, octets)
    after = row(world)
    kept = ("last_contact_s", "trusted_run", "trusted_s", "trusted_network", "fresh_s")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    number = world.node.keys.card.node.to_bytes(5, "big")
    for letter in form.unpack(octets).letters:
        assert gate.exchange(world.district, number + letter.octets, "66.6", 1).status == 403


def test_a_contact_after_a_file_counts_and_its_replay_does_not(world: World) -> None:
    reported(world, 1)
    taken(world, brought(world))
    back(world, returned(world))
    world.road.cut = False
    world.mono_s += 600
    world.exchange()
    contact = row(world)
    assert contact.last_contact_s == world.wall_s()
    assert contact.state == State.OK


def lose_ram(world: World) -> bytes:
    """Restart with an open report whose session is locked; gives its id."""
    lost = world.node.vault.running.id
    reported(world, 1)
    world.restart()
    with world.node.database.read() as db:
        wanted = sessions.wanted(
            db,
            world.node.vault,
            village_lookup.open_locked(world.node.projection.db),
            world.node.ledger.lineage,
        )
    assert wanted == (lost,)
    return lost


def test_keys_go_by_file_only_when_a_person_allowed_it(world: World) -> None:
    lost = lose_ram(world)
    octets = brought(world)
    taken(world, octets)
    assert lookup.desa(world.district, CODE).keys_waiting
    assert back(world, returned(world)).opened == 0
    orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
    told = back(world, returned(world))
    assert told.opened == 1
    known = world.node.vault.knows(lost)
    assert known is not None
    assert known.session is not None
    assert not lookup.desa(world.district, CODE).keys_waiting
    assert row(world).grant_until_s is None


def test_an_older_file_neither_spends_a_leave_nor_takes_the_newest_one_s_place(
    world: World,
) -> None:
    old = brought(world)
    lose_ram(world)
    newest = brought(world)
    taken(world, newest)
    orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
    assert taken(world, old).older
    assert row(world).grant_until_s is not None
    assert back(world, returned(world)).opened == 1


def test_a_leave_is_not_spent_on_a_file_that_the_box_has_spoken_after(world: World) -> None:
    lose_ram(world)
    taken(world, brought(world))
    reported(world, 1, 5)
    world.road.cut = False
    world.exchange()
    orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
    assert back(world, returned(world)).opened == 0
    assert row(world).grant_until_s is not None


def test_a_box_that_was_reported_stolen_gets_neither_orders_nor_keys(world: World) -> None:
    reported(world, 1)
    taken(world, brought(world))
    answered(world, world.at_polres()[0].report.ticket, "Rahasia")
    orders.revoke(world.district, CODE, world.wall_s())
    reported(world, 1, 1)
    told = taken(world, brought(world))
    assert (told.state, told.reports) == (State.REVOKED, 1)
    told_back = back(world, returned(world))
    assert (told_back.orders, told_back.opened) == (0, 0)
    assert "dilaporkan hilang" in told_back.trouble


def test_a_box_without_any_other_road_is_enrolled_by_its_first_file(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.road.cut = True
    reported(world, 3)
    octets = brought(world)
    assert taken(world, octets).reports == 3
    reply = returned(world)
    assert back(world, reply).acked > 0
    assert world.node.keys.card.code == key_files.USED_CODE
    assert back(world, reply).acked == 0
    assert taken(world, octets).reports == 0
    reported(world, 1, 3)
    assert taken(world, brought(world)).reports == 1


def test_a_card_that_ran_out_on_the_way_is_named(tmp_path: Path) -> None:
    world = World(tmp_path)
    octets = brought(world)
    world.mono_s += 8 * 86_400
    with pytest.raises(CardNotTaken):
        taken(world, octets)


def test_a_file_of_a_box_whose_card_was_replaced_is_refused_by_name(world: World) -> None:
    octets = brought(world)
    enrolment.enroll(world.district, CODE, "Tepal", "http://127.0.0.1:1", now_s=world.wall_s())
    with world.district.write() as connection:
        nodes.change(connection, world.node.keys.card.node, instance=2)
    with pytest.raises(EarlierBox):
        taken(world, octets)
    with pytest.raises(giving.NothingBrought):
        returned(world)


def test_a_forged_file_is_told_from_a_torn_one(world: World) -> None:
    reported(world, 1)
    parcel = form.unpack(brought(world))
    letter = parcel.letters[0]
    swapped = bytes([letter.octets[60] ^ 1])
    other = Letter(Kind.REQUEST, letter.octets[:60] + swapped + letter.octets[61:])
    with pytest.raises(errors.Forged):
        taken(world, form.pack(replace(parcel, letters=(other,))))
    # Somebody who knows the Polres' public key but not the desa's signing key.
    asked = open_request(world.district.keys.exchange, letter.octets)
    thief = seal.signing_pair(bytes(32))
    fake = seal_request(asked.request, thief, world.district.keys.exchange.public, bytes(32))
    with pytest.raises(PolresError):
        taken(world, form.pack(replace(parcel, letters=(Letter(Kind.REQUEST, fake),))))
    assert world.at_polres() == ()
    with pytest.raises(NotEnrolledHere):
        taken(world, form.pack(replace(parcel, node=parcel.node + 1)))


def test_a_return_that_another_root_signed_changes_nothing(world: World) -> None:
    reported(world, 1)
    taken(world, brought(world))
    parcel = form.unpack(returned(world))
    identity, node = world.node.keys.identity, parcel.node
    (letter,) = [one for one in parcel.letters if one.kind is Kind.ANSWER]
    made = open_return(letter.octets, world.node.keys.pinned.root, identity.duty, node)
    fake = seal_return(made, seal.signing_pair(bytes(32)), identity.duty, node, bytes(16))
    before = world.desk().parcel()
    with pytest.raises(errors.Forged):
        back(world, form.pack(replace(parcel, letters=(Letter(Kind.ANSWER, fake),))))
    for at in range(0, len(letter.octets), 97):
        changed = bytes([letter.octets[at] ^ 1])
        cut = letter.octets[:at] + changed + letter.octets[at + 1 :]
        with pytest.raises(errors.Forged):
            back(world, form.pack(replace(parcel, letters=(Letter(Kind.ANSWER, cut),))))
    assert world.desk().parcel() == before


def test_nothing_on_the_stick_tells_who_wrote_or_what(world: World) -> None:
    world.text("+6281234500077", "Pak Lurah Sobirin memukul warga di pasar")
    world.listen()
    out = brought(world)
    taken(world, out)
    (ticket,) = [line.report.ticket for line in world.at_polres()]
    reply = returned(world)
    for octets in (out, reply):
        for planted in ("81234500077", "Sobirin", "pasar", ticket):
            for form_of in (
                planted.encode(),
                planted.encode("utf-16-le"),
                planted.encode("utf-16-be"),
            ):
                assert form_of not in octets
