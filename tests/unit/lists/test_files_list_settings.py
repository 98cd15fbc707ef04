"""Settings, keys, clocks and starts as people and accidents leave them: one sentence, no loss."""

import errno
import io
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from outcomes import VILLAGER, arrived, begun
from world import World, open_node

from server import lookup
from server import settings as settings_file
from server.card import VERSION as CARD_VERSION
from server.database import SCHEMA_VERSION
from server.desa.app import create_app
from server.desa.backup import sealed_file
from server.desa.backup.errors import FileNewer
from server.desa.parcel import making, taking
from server.domain.report import Trust
from server.process.running import AlreadyRunning, only_one
from server.web.serve import AddressRefused, serve
from sync import seal
from sync.parcel import form
from sync.parcel.errors import Newer

ONE, TWO = "kemalingan tadi malam di rumah pak Wayan", "tolong kebakaran di dusun Puncak"
Y2038_S = 2_147_483_648
# X25519 points whose product with every key is zero: 0, 1, p, and one of order 8.
SMALL = (
    "00" * 32,
    "01" + "00" * 31,
    "ed" + "ff" * 30 + "7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
)


@pytest.fixture
def settled(world: World) -> World:
    """Give a box that holds one report, and whose modem holds one more text."""
    world.text(VILLAGER, ONE)
    world.listen()
    world.speak()
    world.exchange()
    world.text(VILLAGER, TWO)
    return world


def settings_of(world: World) -> Path:
    """The box's settings file."""
    return world.directory / settings_file.FILE_NAME


def heals(world: World) -> None:
    """Put right again, the box runs, and no text of before or after is lost."""
    assert begun(world) == ""
    world.listen()
    assert arrived(world) == (ONE, TWO)


def with_line(text: str, section: str, line: str) -> str:
    """Settings with a key of a section set to something."""
    key = line.partition(" ")[0]
    rest = "\n".join(one for one in text.splitlines() if not one.startswith(f"{key} "))
    if f"[{section}]" not in rest:
        return f"{rest}\n[{section}]\n{line}\n"
    return rest.replace(f"[{section}]", f"[{section}]\n{line}")


@pytest.mark.parametrize(
    ("bend", "sentence"),
    [
        pytest.param(lambda _: b"", "Kode desa tidak ada di kentongan.toml", id="97 empty"),
        pytest.param(lambda t: t[:20], "perbaiki bagian akhirnya", id="97 cut in a key"),
        pytest.param(lambda t: t[: t.index(b"\n", 9)], "", id="97 cut after the desa's code"),
        pytest.param(lambda t: t.replace(b"\n", b"\r\n"), "", id="97 CRLF"),
        pytest.param(lambda t: b"\xef\xbb\xbf" + t, "", id="97 mark before the text"),
        pytest.param(lambda t: t.replace(b" = ", b"\t=\t"), "", id="97 tabs"),
        pytest.param(lambda t: t.decode().encode("utf-16"), "UTF-8", id="97 UTF-16"),
        pytest.param(lambda t: t + bytes(99), "perbaiki baris", id="97 NUL at the end"),
        pytest.param(lambda t: bytes(len(t)), "perbaiki baris 1", id="97 nothing but NUL"),
    ],
)
def test_settings_that_an_editor_or_a_cut_changed(
    settled: World, bend: Callable[[bytes], bytes], sentence: str
) -> None:
    path = settings_of(settled)
    whole = path.read_bytes()
    path.write_bytes(bend(whole))
    said = begun(settled)
    assert bool(said) == bool(sentence)
    assert sentence in said
    assert path.read_bytes() == bend(whole)
    path.write_bytes(whole)
    heals(settled)


@pytest.mark.parametrize(
    ("section", "line", "sentence"),
    [
        pytest.param("answers", "per_day = -5", "per_day harus antara", id="98 -5"),
        pytest.param("answers", "per_day = 1e9", "per_day harus berupa angka", id="98 1e9"),
        pytest.param("answers", "per_day = 1000000000", "per_day harus antara", id="98 10^9"),
        pytest.param("answers", 'per_day = "banyak"', "per_day harus berupa", id="98 banyak"),
        pytest.param("answers", "per_day = nan", "per_day harus berupa", id="98 no number"),
        pytest.param("answers", "per_day = true", "per_day harus berupa", id="98 true"),
        pytest.param("desa", 'zone = "Asia/Nowhere"', "WIB, WITA, WIT", id="99 unknown"),
        pytest.param("desa", 'zone = "../../etc/passwd"', "WIB, WITA, WIT", id="99 a path"),
        pytest.param("desa", 'zone = ""', "WIB, WITA, WIT", id="99 empty"),
        pytest.param("answers", "per_hoour = 5", "[answers] per_hoour tidak", id="100 in a part"),
        pytest.param("polre", "url = 1", "[polre] tidak dikenal", id="100 a part"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    settled: World, section: str, line: str, sentence: str
) -> None:
    path = settings_of(settled)
    whole = path.read_text(encoding="utf-8")
    path.write_text(with_line(whole, section, line), encoding="utf-8")
    assert sentence in begun(settled)
    path.write_text(whole, encoding="utf-8")
    heals(settled)


def test_a_box_without_a_time_zone_keeps_that_of_its_island(settled: World) -> None:
    """99: a zone that is not written is the middle one."""
    assert "zone" not in settings_of(settled).read_text(encoding="utf-8")
    assert begun(settled) == ""
    assert settled.node.settings.desa.zone == "WITA"
    heals(settled)


def test_a_box_that_runs_keeps_its_settings_while_the_file_is_wrong(settled: World) -> None:
    """100: what runs goes on with the settings that it started with."""
    path = settings_of(settled)
    whole = path.read_text(encoding="utf-8")
    before = settled.node.settings
    path.write_text(whole + "\n[answers2]\n", encoding="utf-8")
    settled.listen()
    assert settled.node.settings == before
    assert arrived(settled) == (ONE, TWO)
    assert "[answers2] tidak dikenal" in begun(settled)
    path.write_text(whole, encoding="utf-8")
    heals(settled)


@pytest.mark.parametrize("name", ["root", "exchange", "propam"])
@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(lambda key: key[:62], id="101 31 octets"),
        pytest.param(lambda key: key + "00", id="101 33 octets"),
        pytest.param(lambda _: "zz" * 32, id="101 no hex"),
        *(pytest.param(lambda _, point=point: point, id="101 small order") for point in SMALL),
    ],
)
def test_a_card_whose_key_is_no_key(settled: World, name: str, bend: Callable[[str], str]) -> None:
    path = settled.directory / "card.json"
    whole = path.read_text(encoding="utf-8")
    card = json.loads(whole)
    path.write_text(json.dumps(card | {name: bend(card[name])}), encoding="utf-8")
    said = begun(settled)
    assert "rusak atau terpotong" in said or "tidak cocok dengan tanda tangannya" in said
    path.write_text(whole, encoding="utf-8")
    heals(settled)


def test_a_point_of_small_order_is_told_from_a_key() -> None:
    """101: the detector knows both."""
    assert not any(seal.is_sound_key(bytes.fromhex(point)) for point in SMALL)
    assert seal.is_sound_key(seal.box_pair(bytes(32)).public)


def test_files_of_a_newer_version_are_refused_each_in_one_sentence(settled: World) -> None:
    """107: there is no updater; every file that may come from another version says which it is."""
    database, card = settled.directory / "kentongan.db", settled.directory / "card.json"
    with settled.node.database.write() as db:
        db.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    assert "versi Kentongan yang lebih baru" in begun(settled)
    before = database.read_bytes()
    assert "versi Kentongan yang lebih baru" in begun(settled)
    assert database.read_bytes() == before
    database.write_bytes(before[:60] + SCHEMA_VERSION.to_bytes(4, "big") + before[64:])
    whole = card.read_text(encoding="utf-8")
    newer = json.loads(whole) | {"kentongan_card": CARD_VERSION + 1}
    card.write_text(json.dumps(newer), encoding="utf-8")
    assert "versi Kentongan yang lebih baru" in begun(settled)
    card.write_text(whole, encoding="utf-8")
    assert begun(settled) == ""
    parcel = bytearray(making.make(settled.node, settled.mono_s).octets[: -form.SUM_OCTETS])
    parcel[len(form.MAGIC)] = 99
    with pytest.raises(Newer):
        taking.take(settled.node, bytes(parcel) + form._sum(bytes(parcel)), settled.mono_s)
    head = sealed_file.Head(settled.node.keys.card.node, 1, 1, bytes(31)).pack()
    with pytest.raises(FileNewer):
        sealed_file.read_head(io.BytesIO(head[:7] + b"\x63" + head[8:]))
    heals(settled)


@pytest.mark.parametrize(
    "system_s",
    [
        pytest.param(0.0, id="108 at 1970"),
        pytest.param(float(Y2038_S), id="108 at 2038-01-19"),
        pytest.param(-1.0, id="108 a day back"),
    ],
)
def test_a_clock_that_is_wrong_at_the_start(
    settled: World, system_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong_s = system_s if system_s >= 0 else settled.wall_s() - 86_400.0
    known_s = settled.wall_s()
    answered = len(settled.sent)
    monkeypatch.setattr(
        "world.open_node",
        lambda folder, **words: open_node(folder, **words | {"system_s": wrong_s}),
    )
    assert begun(settled) == ""
    stamp = settled.node.stamp(settled.mono_s)
    # Never before what was known, and never believed before somebody confirms it.
    assert stamp.wall_s >= max(known_s - 1, wrong_s)
    assert stamp.trust < Trust.SMSC
    assert not settled.desk().box().clock_sure
    settled.listen()
    settled.speak()
    settled.exchange()
    assert len(settled.sent) == answered + 1
    kept = [one.text for one in lookup.reports(settled.node.projection.db)]
    assert len(kept) == 2
    assert kept[0] == TWO
    assert settled.desk().box().clock_sure
    assert abs(settled.node.stamp(settled.mono_s).wall_s - settled.wall_s()) <= 1
    assert arrived(settled) == (ONE, TWO)


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("kotak-🏠.local", id="109 a label"),
        pytest.param("🏠" * 70, id="109 longer than a label"),
        pytest.param("", id="109 none"),
    ],
)
def test_a_host_name_with_an_emoji(settled: World, host: str) -> None:
    path = settings_of(settled)
    whole = path.read_text(encoding="utf-8")
    path.write_text(
        with_line(whole, "web", f'host = "{host}"').replace(
            "[web]", f'[web]\nhosts = ["{host or "desa"}"]'
        ),
        encoding="utf-8",
    )
    assert begun(settled) == ""
    stop = threading.Event()
    stop.set()
    said = ""
    try:
        serve(create_app(settled.desk()), settled.node.settings.web.host, 0, stop)
    except AddressRefused as error:
        said = error.sentence
    assert "tidak dapat dipakai" in said
    path.write_text(whole, encoding="utf-8")
    heals(settled)


def test_two_services_of_one_box(settled: World) -> None:
    """110: the second is told so in one sentence and changes nothing; the first goes on."""
    before = settled.node.database.connection.execute("pragma data_version").fetchone()
    with only_one(settled.directory):
        with pytest.raises(AlreadyRunning) as caught, only_one(settled.directory):
            pass
        assert "sudah berjalan" in caught.value.sentence
        settled.listen()
    after = settled.node.database.connection.execute("pragma data_version").fetchone()
    assert after == before
    assert arrived(settled) == (ONE, TWO)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        pytest.param(errno.ENOSPC, "Penyimpanan penuh", id="105 no room or no names"),
        pytest.param(errno.EDQUOT, "Penyimpanan penuh", id="105 quota"),
        pytest.param(errno.EROFS, "hanya dapat dibaca", id="104 read-only"),
        pytest.param(errno.EIO, "gagal membaca atau menyimpan", id="104 failing"),
    ],
)
def test_a_card_that_takes_no_file_refuses_the_start_in_one_sentence(
    settled: World, number: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled.node.database.close()
    opened = os.open

    def refuse(path: os.PathLike[str] | str, *words: int) -> int:
        if "running.lock" in str(path):
            raise OSError(number, os.strerror(number))
        return opened(path, *words)

    monkeypatch.setattr("server.process.running.os.open", refuse)
    assert sentence in begun(settled)
    monkeypatch.undo()
    assert begun(settled) == ""
    settled.listen()
    assert arrived(settled) == (ONE, TWO)
