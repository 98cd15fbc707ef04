"""What somebody who sees the program for the first time gets wrong, and what it tells him."""

import json
import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from world import CODE, World

from server import settings as settings_file
from server.cli.polres import polres
from server.cli.root import kentongan
from server.cli.wording import NeedsYes, NotAgreed
from server.desa import commands
from server.desa.console import figures
from server.desa.keys import CodeChanged, CodeMissing
from server.desa.node import open_node
from server.polres.errors import BadAddress, DesaClosed, EmptyName
from server.process import control
from server.process.running import AlreadyRunning, NoDirectory, only_one
from server.web.serve import page_address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a prepared Polres."""
    made = CliRunner().invoke(polres, ["init", str(tmp_path / "polres")])
    assert made.exit_code == 0
    return tmp_path


def run(*words: str | Path, answer: str | None = None) -> Result:
    """Run a command of the Polres."""
    return CliRunner().invoke(polres, [str(word) for word in words], input=answer)


def enroll(folder: Path, *words: str, answer: str | None = None, **changed: str) -> Result:
    """Make a card."""
    asked = {"name": "Tepal", "url": "http://10.0.0.1:8000", "card": "card.json", **changed}
    command = ("enroll", folder / "polres", CODE, asked["name"], "--url", asked["url"])
    return run(*command, "--card", folder / asked["card"], *words, answer=answer)


@pytest.mark.parametrize("url", ["10.0.0.1:8000", "polres.id", "ftp://polres.id", "http://", ""])
def test_an_address_that_no_box_can_reach_makes_no_card(folder: Path, url: str) -> None:
    refused = enroll(folder, url=url)
    assert isinstance(refused.exception, BadAddress)
    assert not (folder / "card.json").exists()


def test_a_desa_without_a_name_gets_no_card(folder: Path) -> None:
    assert isinstance(enroll(folder, name="  ").exception, EmptyName)
    assert not (folder / "card.json").exists()


def test_a_second_card_is_made_only_after_a_yes(folder: Path) -> None:
    assert enroll(folder).exit_code == 0
    first = (folder / "card.json").read_bytes()
    assert isinstance(enroll(folder).exception, NeedsYes)
    assert isinstance(enroll(folder, answer="tidak\n").exception, NotAgreed)
    assert (folder / "card.json").read_bytes() == first
    asked = enroll(folder, answer="ya\n", card="second.json")
    assert (asked.exit_code, "sudah punya kartu" in asked.output) == (0, True)
    assert enroll(folder, "--yes", card="third.json").exit_code == 0
    made = json.loads((folder / "third.json").read_text(encoding="utf-8"))
    assert made["code"] != json.loads(first)["code"]


def test_a_box_is_closed_only_after_a_yes_and_gets_no_keys_then(folder: Path) -> None:
    enroll(folder)
    district = folder / "polres"
    assert isinstance(run("revoke", district, CODE).exception, NeedsYes)
    assert run("keys", "grant", district, CODE).exit_code == 0
    closed = run("revoke", district, CODE, "--yes")
    assert (closed.exit_code, "ditutup" in closed.output) == (0, True)
    assert isinstance(run("keys", "grant", district, CODE).exception, DesaClosed)


def test_no_reports_are_said_and_reports_have_a_header(tmp_path: Path) -> None:
    world = World(tmp_path)
    directory = tmp_path / "polres"
    assert "Belum ada laporan" in run("reports", directory).output
    assert run("reports", directory, "--json").output == ""
    world.exchange()
    world.text("+6281234567890", "kemalingan tadi malam di rumah pak Budi RT 02")
    world.listen()
    world.exchange()
    lines = run("reports", directory).output.splitlines()
    assert lines[0].split() == ["desa", "nomor", "urgensi", "keadaan"]
    assert lines[1].split()[:2] == [CODE, world.report().ticket]
    world.node.database.close()
    world.district.close()


def test_a_code_of_another_desa_in_the_settings_does_not_start(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.node.database.close()
    world.district.close()
    path = world.directory / settings_file.FILE_NAME
    settings = settings_file.parse(tomllib.loads(path.read_text(encoding="utf-8")))
    for code, refused in (
        ("52.04.07.2005", CodeChanged), ("", CodeMissing), ("tepal", CodeChanged),
    ):  # fmt: skip
        changed = replace(settings, desa=replace(settings.desa, code=code))
        path.write_text(settings_file.dump(changed), encoding="utf-8")
        with pytest.raises(refused) as caught:
            open_node(
                world.directory, system_s=0.0, now_s=0.0, random=os.urandom,
                make_road=lambda _url, _timeout_s: world.road,
            )  # fmt: skip
        assert "kentongan.toml" in caught.value.sentence
        with pytest.raises(refused):
            commands.status_readonly(world.directory)


def test_the_status_speaks_sentences_and_keeps_its_keys_for_programs(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.exchange()
    world.text("+6281234567890", "tolong kebakaran rumah pak Amir, ada anak di dalam")
    world.listen()
    told = "\n".join(figures.sentences(commands.status(world.node), "WITA"))
    for words in ("Kotak sedang berjalan.", "SMS masuk: 1 tersimpan.", "Laporan: 1, 1 darurat"):
        assert words in told
    assert "Polres: terakhir terhubung" in told
    assert "{" not in told
    radio = {"name": "usb-A", "mood": "good", "signal_percent": 71, "may_send": False}
    figure = {**commands.status(world.node), "modems": [radio]}
    assert "  usb-A: modem baik, sinyal 71 %, tidak mengirim" in figures.sentences(figure, "WITA")
    world.node.database.close()
    world.district.close()
    shown = CliRunner().invoke(kentongan, ["desa", "status", str(world.directory)])
    assert (shown.exit_code, "Kotak tidak berjalan" in shown.output) == (0, True)
    plain = CliRunner().invoke(kentongan, ["desa", "status", str(world.directory), "--json"])
    assert json.loads(plain.output)["inbox"]["kept"] == 1


def test_an_address_of_every_interface_is_not_shown_as_a_page() -> None:
    assert page_address("127.0.0.1", 8080) == "http://127.0.0.1:8080/"
    assert "0.0.0.0" not in page_address("0.0.0.0", 8080)  # noqa: S104 -- read, not listened on


def test_an_export_needs_a_running_box_a_new_file_and_a_choice(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.node.database.close()
    world.district.close()
    secret, out = tmp_path / "secret", tmp_path / "out.csv"
    secret.write_text("kata sandi\n", encoding="utf-8")
    words = ["desa", "export", str(world.directory), "--name", "Made", "--out", str(out)]
    words += ["--passphrase-file", str(secret)]
    chosen = CliRunner().invoke(kentongan, words)
    assert "--inbox" in chosen.exception.sentence
    stopped = CliRunner().invoke(kentongan, [*words, "--inbox"])
    assert "belum berjalan" in stopped.exception.sentence
    assert not out.exists()
    out.write_text("milik orang", encoding="utf-8")
    there = CliRunner().invoke(kentongan, [*words, "--inbox"])
    assert "sudah ada" in there.exception.sentence
    assert out.read_text(encoding="utf-8") == "milik orang"
    secret.write_text("\n", encoding="utf-8")
    empty = CliRunner().invoke(kentongan, [*words, "--inbox"])
    assert "kata sandi" in empty.exception.sentence


def test_messages_that_both_servers_share_name_neither_box_nor_polres(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(AlreadyRunning) as caught, only_one(tmp_path):
        pytest.fail("two at once")
    for words in (caught.value.sentence, NoDirectory().sentence, control.NotRunning.__doc__):
        assert not {"kotak", "polres", "node"} & set(str(words).lower().split())
