"""The lamp on the box: which one thing it tells, the files it writes, and who hears of it."""

import itertools
import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from world import World

from hardware.errors import LampGone, PortGone
from hardware.lamp import BLINKS, Lamp, Sign, lamp_of
from server.desa import commands, steps
from server.desa.console.figures import sentences
from server.desa.frontdesk import box_of
from server.desa.lamp import showing
from server.desa.officers.listed import LIST_TROUBLE
from server.desa.state.radio import ModemMood, RadioState
from server.domain.lamp.telling import Signs, Told, told
from server.domain.requests import Take
from server.process import disk
from server.sections import Lamp as LampSection
from server.settings import SettingsError, parse
from server.words import LAMP
from sync import peers

KERNEL = "[none] rc-feedback kbd-scrolllock mmc0 timer heartbeat default-on"


class Usage(NamedTuple):
    """As `shutil.disk_usage` gives it."""

    total: int
    used: int
    free: int


@pytest.fixture
def leds(tmp_path: Path) -> Path:
    """A folder as the kernel shows a lamp whose timer was used before."""
    folder = tmp_path / "leds" / "ACT"
    folder.mkdir(parents=True)
    for name, text in (
        ("trigger", KERNEL), ("brightness", "0"), ("max_brightness", "255"),
        ("delay_on", "500"), ("delay_off", "500"),
    ):  # fmt: skip
        (folder / name).write_text(text + "\n", encoding="ascii")
    return folder.parent


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "world").mkdir()
    made = World(tmp_path / "world")
    made.exchange()
    made.node.settings = replace(made.node.settings, lamp=LampSection("ACT"))
    return made


def read(leds: Path, name: str) -> str:
    return (leds / "ACT" / name).read_text(encoding="ascii").strip()


@pytest.mark.parametrize("found", list(itertools.product((False, True), repeat=5)))
def test_the_worst_thing_is_what_the_lamp_tells(found: tuple[bool, ...]) -> None:
    disk, keys, modem, reports, unread = found
    signs = Signs(disk, keys, modem, int(reports), int(unread))
    order = (
        (disk, Told.DISK), (keys, Told.KEYS), (modem, Told.MODEM), (reports, Told.WAITING),
        (unread, Told.WAITING), (True, Told.WELL),
    )  # fmt: skip
    assert told(signs) == next(word for is_so, word in order if is_so)


def test_everything_that_can_be_told_has_a_blink_and_words_of_its_own() -> None:
    words = {one.value for one in Told}
    assert words == {one.value for one in Sign} == LAMP.keys()
    assert set(Sign) == BLINKS.keys()
    assert len(set(BLINKS.values())) == len(BLINKS)
    periods = sorted(one.on_ms + one.off_ms for one in BLINKS.values() if one.off_ms)
    # The flash differs by how long it is dark; the others by how often they change.
    assert len(set(periods)) == len(periods)


@pytest.mark.parametrize("sign", [one for one in Sign if BLINKS[one].off_ms])
def test_a_blink_is_made_by_the_timer_of_the_kernel(leds: Path, sign: Sign) -> None:
    lamp = lamp_of("ACT", leds)
    assert lamp.show(sign)
    found = (read(leds, "trigger"), int(read(leds, "delay_on")), int(read(leds, "delay_off")))
    assert found == ("timer", BLINKS[sign].on_ms, BLINKS[sign].off_ms)
    assert not lamp.show(sign)
    # As the kernel lists it, with the one in use in brackets.
    (leds / "ACT" / "trigger").write_text("none [timer] heartbeat\n", encoding="ascii")
    assert not lamp.show(sign)


def test_a_steady_lamp_and_a_dark_one_need_no_trigger(leds: Path) -> None:
    lamp = lamp_of("ACT", leds)
    lamp.show(Sign.MODEM)
    assert lamp.show(Sign.WELL)
    assert (read(leds, "trigger"), read(leds, "brightness")) == ("none", "255")
    assert not lamp.show(Sign.WELL)
    assert lamp.show(None)
    assert (read(leds, "trigger"), read(leds, "brightness")) == ("none", "0")
    assert not lamp.show(None)


def test_whoever_changed_the_lamp_meanwhile_is_overruled(leds: Path) -> None:
    lamp = lamp_of("ACT", leds)
    lamp.show(Sign.DISK)
    for name, text in (("delay_on", "500"), ("trigger", "[heartbeat] none timer")):
        (leds / "ACT" / name).write_text(text, encoding="ascii")
        assert lamp.show(Sign.DISK)
        assert read(leds, "delay_on") == "80"


@pytest.mark.parametrize("name", ["", ".", "..", "../ACT", "a/b", "ACT\0"])
def test_what_is_no_name_of_a_lamp_opens_no_file(leds: Path, name: str) -> None:
    with pytest.raises(LampGone):
        lamp_of(name, leds / "ACT")


def test_a_lamp_that_is_not_there_is_told_and_no_file_is_made(leds: Path) -> None:
    with pytest.raises(LampGone):
        lamp_of("PWR", leds).show(Sign.WELL)
    assert not (leds / "PWR").exists()
    (leds / "ACT" / "delay_on").unlink()
    with pytest.raises(LampGone):
        Lamp(leds / "ACT").show(Sign.MODEM)
    assert not (leds / "ACT" / "delay_on").exists()
    (leds / "ACT" / "max_brightness").write_text("bright", encoding="ascii")
    with pytest.raises(LampGone):
        Lamp(leds / "ACT").show(Sign.WELL)


def test_the_lamp_follows_the_village(world: World, leds: Path) -> None:
    assert showing.show(world.node, leds) is Told.WELL
    world.text("+6281234567890", "ada maling di RT 3")
    world.listen()
    assert showing.show(world.node, leds) is Told.WAITING
    assert read(leds, "delay_on") == "1500"
    world.desk().act(Take(world.report().ticket, "Made"))
    assert showing.show(world.node, leds) is Told.WELL
    world.node.health.radios["stick"] = RadioState("stick", ModemMood.ABSENT, PortGone.sentence)
    assert showing.show(world.node, leds) is Told.MODEM
    with world.node.database.write() as db:
        peers.keep_people(db, b"somebody else's")
    assert showing.show(world.node, leds) is Told.KEYS
    assert read(leds, "delay_off") == "1900"
    assert LIST_TROUBLE in box_of(world.node, world.mono_s).trouble
    showing.darken(world.node, leds)
    assert (read(leds, "trigger"), read(leds, "brightness")) == ("none", "0")


def test_texts_that_wait_for_an_officers_keys_are_waiting_too(world: World, leds: Path) -> None:
    world.text("+6281234567890", "ada maling di RT 3")
    while steps.listen(world.node, world.modem, world.mono_s).result is steps.Result.DONE:
        pass
    assert showing.show(world.node, leds) is Told.WAITING


def test_a_complaint_that_no_officer_may_read_waits_for_none(world: World, leds: Path) -> None:
    world.text("+6281234567890", "kepala desa minta uang pungli")
    world.listen()
    assert world.report().sealed
    assert showing.show(world.node, leds) is Told.WELL


def test_a_card_that_is_full_is_told_until_something_can_be_written(
    world: World, leds: Path
) -> None:
    db = world.node.database.connection
    (pages,) = db.execute("pragma page_count").fetchone()
    db.execute(f"pragma max_page_count = {pages}")
    for number in range(200):
        world.text("+6281234567890", f"ada maling di RT 3 nomor {number} dekat masjid")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        world.listen()
    assert showing.show(world.node, leds) is Told.DISK
    assert read(leds, "delay_on") == "80"
    assert showing.DISK_TROUBLE in box_of(world.node, world.mono_s).trouble
    db.execute("pragma max_page_count = 1073741823")
    world.listen()
    assert showing.show(world.node, leds) is Told.WAITING
    assert showing.DISK_TROUBLE not in box_of(world.node, world.mono_s).trouble


def test_a_wrong_question_is_no_trouble_of_the_disk(world: World) -> None:
    with pytest.raises(sqlite3.OperationalError) as wrong, world.node.database.write() as db:
        db.execute("select nothing from nowhere")
    assert disk.trouble_of(wrong.value) is None
    assert not world.node.database.failing
    assert not world.node.database.refused
    assert disk.trouble_of(ValueError()) is None


def test_a_card_without_room_is_told_before_it_is_full(
    world: World, leds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = showing.ROOM_OCTETS_LEAST
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, free))
    assert showing.show(world.node, leds) is Told.WELL
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, free - 1))
    assert showing.show(world.node, leds) is Told.DISK

    def gone(_: Path) -> Usage:
        raise OSError

    monkeypatch.setattr(shutil, "disk_usage", gone)
    assert showing.show(world.node, leds) is Told.DISK


def test_the_tend_step_sets_the_lamp_also_when_it_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.tend(world.node, world.mono_s)
    assert world.node.lamp.told == "well"
    # There is no such lamp here, so people hear of that.
    assert world.node.lamp.trouble == LampGone.sentence
    assert LampGone.sentence in box_of(world.node, world.mono_s).trouble
    world.text("+6281234567890", "ada maling di RT 3")
    world.listen()

    def fail(*_: object) -> int:
        raise ValueError

    monkeypatch.setattr(steps.speaking, "sweep", fail)
    with pytest.raises(ValueError, match=r"^$"):
        steps.tend(world.node, world.mono_s)
    assert world.node.lamp.told == "waiting"


def test_status_tells_the_lamp_in_words_and_nothing_without_one(world: World, leds: Path) -> None:
    showing.show(world.node, leds)
    figures = commands.status(world.node)
    assert json.loads(json.dumps(figures))["lamp"] == "well"
    assert "Lampu: menyala tetap, semuanya baik." in sentences(figures, "WITA")
    world.node.settings = replace(world.node.settings, lamp=LampSection())
    showing.show(world.node, leds / "nowhere")
    assert world.node.lamp.trouble == ""
    assert not any("Lampu" in one for one in sentences(commands.status(world.node), "WITA"))


def test_the_lamp_is_off_until_the_settings_name_one() -> None:
    assert parse({}).lamp.led == ""
    assert parse({"lamp": {"led": "ACT"}}).lamp.led == "ACT"
    with pytest.raises(SettingsError):
        parse({"lamp": {"led": 7}})
