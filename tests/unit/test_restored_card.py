"""A card that was set back or copied: found, said on both sides, and nothing lost or doubled."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from boxes import Boxes
from polres_copies import PolresCopies
from world import CODE, World

from server.desa import steps
from server.desa.restores import asking
from server.domain import requests as r
from server.polres import commands as polres_commands
from server.polres import lookup
from server.polres.errors import UnknownClaim
from sync.message import State

BUDI, SARI = "+6281234567890", "+6281298765432"


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[Boxes]:
    """Give an enrolled desa whose one report is at the Polres."""
    world = World(tmp_path)
    world.text(BUDI, "ada maling di RT 2")
    world.listen()
    world.exchange()
    made = Boxes(world)
    yield made
    made.close()


def texts(world: World) -> Counter[str]:
    """How often each text is at the Polres, as reports that stand."""
    return Counter(
        line.report.text
        for line in world.at_polres()
        if not (line.report.result or "").startswith("SMS yang sama")
    )


def say(world: World, sender: str, words: str) -> None:
    """A text comes and is read."""
    world.mono_s += 30
    world.text(sender, words)
    world.listen()


def test_an_old_card_with_an_offline_tail_goes_on_and_its_tail_is_written_again(
    boxes: Boxes,
) -> None:
    world = boxes.world
    boxes.copy("old")
    say(world, SARI, "rumah kebakaran di RT 3")
    say(world, BUDI, "ada orang mabuk")
    world.exchange()
    boxes.put_back("old")
    say(world, SARI, "motor hilang dekat pasar")
    say(world, BUDI, "banjir di RT 1")
    world.exchange()
    (waits,) = boxes.waiting()
    assert waits.words in world.desk().box().trouble[0]
    assert world.node.health.sync_state in asking.LOST
    boxes.allow(waits.words)
    assert world.exchange().result is steps.Result.DONE
    assert world.desk().box().polres_state == State.OK
    assert world.node.ledger.log_id.instance == 2
    told = ["ada maling di RT 2", "rumah kebakaran di RT 3", "ada orang mabuk"]
    told += ["motor hilang dekat pasar", "banjir di RT 1"]
    assert texts(world) == Counter(told)
    assert boxes.waiting() == ()
    assert lookup.desa(world.district, CODE).states == ()


def test_what_the_tail_says_of_older_reports_is_carried_too(boxes: Boxes) -> None:
    world = boxes.world
    ticket = world.report().ticket
    made = world.officer()
    world.exchange()
    key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
    world.restart()
    say(world, SARI, "rumah kebakaran di RT 3")
    ticket = world.report().ticket
    world.exchange()
    boxes.copy("old")
    world.desk().act(r.Answer(ticket, "Made", "Kami ke sana"))
    world.exchange()
    boxes.put_back("old")
    world.desk().login("Made", made["passphrase"], key)
    assert world.desk().act(r.Take(ticket, "Made")) is None
    world.exchange()
    boxes.allow(boxes.waiting()[0].words)
    world.exchange()
    found = lookup.report(world.district, CODE, ticket)
    assert found is not None
    assert found.report.officer == "Made"
    kinds = [step.kind for step in lookup.history(world.district, CODE, ticket)]
    assert kinds.count("taken") == 1


def test_a_tail_of_locked_sessions_is_carried_as_it_was_sealed(boxes: Boxes) -> None:
    world = boxes.world
    boxes.copy("old")
    say(world, SARI, "rumah kebakaran di RT 3")
    world.exchange()
    boxes.put_back("old")
    world.road.cut = True
    say(world, SARI, "motor hilang dekat pasar")
    say(world, BUDI, "oknum polisi minta uang kepada saya")
    world.restart()
    world.restart()
    world.road.cut = False
    world.exchange()
    boxes.allow(boxes.waiting()[0].words)
    world.exchange()
    world.exchange()
    assert texts(world)["motor hilang dekat pasar"] == 1
    assert sum(line.report.sealed for line in world.at_polres()) == 1


def test_a_copy_with_more_than_a_batch_unacknowledged_is_found_and_both_are_kept(
    boxes: Boxes,
) -> None:
    world = boxes.world
    world.road.cut = True
    for number in range(70):
        say(world, f"+62812000{number:05d}", f"pencurian nomor {number} di RT 4")
    boxes.copy("b")
    say(world, BUDI, "ditulis kotak asli")
    boxes.switch_on("b")
    say(world, SARI, "ditulis salinan")
    world.road.cut = False
    boxes.play("a")
    world.exchange()
    boxes.play("b")
    world.exchange()
    assert world.node.health.sync_state in asking.LOST
    assert "kartu disalin" in lookup.desa(world.district, CODE).states
    (waits,) = boxes.waiting()
    boxes.allow(waits.words)
    world.exchange()
    found = texts(world)
    assert found["ditulis kotak asli"] == found["ditulis salinan"] == 1
    assert set(found.values()) == {1}
    assert len(found) == 73
    # The other one is told, and what it still writes is kept apart.
    boxes.play("a")
    say(world, BUDI, "ditulis sesudah diganti")
    world.exchange()
    world.exchange()
    assert world.node.health.sync_state == State.REPLACED
    apart = [line for line in world.at_polres() if line.flagged]
    assert [line.report.text for line in apart] == ["ditulis sesudah diganti"]


def test_a_text_that_both_copies_read_is_one_report(boxes: Boxes) -> None:
    world = boxes.world
    world.text(SARI, "rumah kebakaran di RT 3", world.wall_s())
    steps.listen(world.node, world.modem, world.mono_s)
    boxes.copy("old")
    steps.read(world.node, world.mono_s)
    world.exchange()
    boxes.put_back("old")
    world.exchange()
    boxes.allow(boxes.waiting()[0].words)
    world.exchange()
    world.officer()
    steps.read(world.node, world.mono_s)
    world.exchange()
    assert texts(world)["rumah kebakaran di RT 3"] == 1


def test_a_polres_set_back_to_before_a_box_went_on_gets_everything_again(boxes: Boxes) -> None:
    world = boxes.world
    polres = PolresCopies(world)
    say(world, SARI, "sampai sesudah cadangan Polres")
    world.exchange()
    boxes.copy("old")
    say(world, SARI, "rumah kebakaran di RT 3")
    world.exchange()
    boxes.put_back("old")
    say(world, BUDI, "ekor kartu lama")
    world.exchange()
    boxes.allow(boxes.waiting()[0].words)
    world.exchange()
    polres.put_back()
    world.road.lose_answers = 2
    for _ in range(4):
        world.exchange()
    assert world.node.ledger.log_id.instance == 2
    assert world.desk().box().polres_state == State.OK
    found = texts(world)
    told = ["ada maling di RT 2", "sampai sesudah cadangan Polres", "ekor kartu lama"]
    # What the lost card alone had written is lost with both.
    assert found == Counter(told)
    assert boxes.waiting() == ()


def test_a_claim_whose_answer_was_lost_is_answered_the_same_again(boxes: Boxes) -> None:
    world = boxes.world
    boxes.copy("old")
    say(world, SARI, "rumah kebakaran di RT 3")
    world.exchange()
    boxes.put_back("old")
    world.exchange()
    boxes.allow(boxes.waiting()[0].words)
    for _ in range(3):
        world.road.lose_answers = 2
        world.exchange()
        world.road.lose_answers = 0
    world.exchange()
    world.exchange()
    assert world.node.ledger.log_id.instance == 2
    assert world.desk().box().polres_state == State.OK


def test_a_cut_between_the_new_log_and_its_key_leaves_a_box_that_starts(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = boxes.world
    boxes.copy("old")
    say(world, SARI, "rumah kebakaran di RT 3")
    world.exchange()
    boxes.put_back("old")
    world.exchange()
    boxes.allow(boxes.waiting()[0].words)
    with monkeypatch.context() as cut:
        cut.setattr(Path, "replace", _no_power)
        with pytest.raises(KeyboardInterrupt):
            world.exchange()
    world.restart()
    world.exchange()
    assert world.node.ledger.log_id.instance == 2
    assert world.desk().box().polres_state == State.OK


def _no_power(path: Path, target: Path) -> None:
    raise KeyboardInterrupt


def test_the_commands_name_the_waiting_box_by_its_four_words_and_decide_about_it(
    boxes: Boxes,
) -> None:
    world = boxes.world
    boxes.copy("old")
    say(world, SARI, "rumah kebakaran di RT 3")
    world.exchange()
    boxes.put_back("old")
    world.exchange()
    commands = polres_commands.answers(world.district)
    (asked,) = cast("list[dict[str, str]]", commands["box list"]({"code": CODE}))
    assert asked["words"] == world.node.health.claim_words
    decision = {"code": CODE, "words": asked["words"].replace(" ", "-"), "by": "spkt"}
    commands["box decide"](decision | {"go_on": ""})
    world.exchange()
    assert "menolak" in world.desk().box().trouble[0]
    assert world.node.ledger.log_id.instance == 1
    with pytest.raises(UnknownClaim):
        commands["box decide"](decision | {"words": "empat kata yang salah", "go_on": "yes"})
    commands["box decide"](decision | {"go_on": "yes"})
    world.exchange()
    assert world.node.ledger.log_id.instance == 2
    assert commands["box list"]({"code": CODE}) == []
