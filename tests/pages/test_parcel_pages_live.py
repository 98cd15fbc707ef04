"""Bawa ke Polres in a real browser: a phone carries the file there and the return back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MakeVillager, MakeVisitor
from players import LAPTOP, faults_of, known, mark, origin
from playwright.sync_api import Page, expect

from server.demo.world import Village, World


@pytest.fixture
def village(stage: World) -> Iterator[Village]:
    """Give a village whose road is cut."""
    village = stage.villages[1]
    village.link.cut()
    yield village
    village.link.restore()


def download(page: Page, button: str, folder: Path) -> Path:
    """Press a button and keep the file that comes."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=button).click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def test_a_report_goes_to_the_polres_on_a_phone_and_the_answer_comes_back(
    stage: World,
    village: Village,
    villager: MakeVillager,
    visitor: MakeVisitor,
    tmp_path: Path,
) -> None:
    someone = villager(village)
    ticket = someone.report("Jembatan kayu di ujung desa roboh terbawa arus")
    officer = visitor().enters_village(village)
    officer.get_by_role("link", name="Kotak").click()
    card = officer.locator("#berkas")
    expect(card).to_contain_text(re.compile(r"[1-9]\d* catatan, tertua dari"))
    mark(officer)
    sent = download(officer, "Unduh berkas kiriman", tmp_path)
    assert sent.name == f"kiriman-{village.place.code}.kentongan"
    # The page stays, and the file can be taken once more.
    assert download(officer, "Unduh berkas kiriman", tmp_path) == sent
    assert faults_of(officer) == []

    duty = visitor(LAPTOP).enters_polres(stage.account)
    duty.goto(f"{known(stage.account).page}desa")
    duty.get_by_text("Masukkan berkas yang dibawa dari desa").click()
    duty.get_by_label("Berkas kiriman dari desa").set_input_files(sent)
    duty.get_by_role("button", name="Masukkan berkas desa").click()
    expect(duty.get_by_text(re.compile(r"masuk: [1-9]\d* laporan baru"))).to_be_visible()
    assert faults_of(duty) == []
    duty.goto(f"{known(stage.account).page}laporan/{village.place.code}/{ticket}")
    duty.get_by_text("Jawab pelapor dengan SMS").click()
    duty.get_by_label("Isi jawaban").fill("Dinas PU datang besok pagi.")
    duty.get_by_role("button", name="Kirim jawaban lewat desa (1 SMS)").click()
    expect(duty.get_by_text("Perintah dibuat.")).to_be_visible()
    duty.goto(f"{known(stage.account).page}desa/{village.place.code}")
    back = download(duty, "Unduh berkas balasan", tmp_path)

    officer.get_by_label("Berkas balasan dari Polres").set_input_files(back)
    officer.get_by_role("button", name="Masukkan balasan Polres").click()
    expect(officer.get_by_text("1 perintah baru")).to_be_visible()
    someone.hears(re.escape(f"No {ticket}: Dinas PU datang besok pagi."))

    # The road opens again: the same answer is not given twice.
    village.link.restore()
    journey = duty.locator("body")
    duty.goto(f"{known(stage.account).page}laporan/{village.place.code}/{ticket}")
    expect(journey.get_by_text("SMS diterima").first).to_be_visible()
    assert someone.heard("Dinas PU datang") == 1


def test_a_photo_in_place_of_a_file_is_explained_before_and_after_sending(
    village: Village, visitor: MakeVisitor, tmp_path: Path
) -> None:
    photo, huge = tmp_path / "foto.jpg", tmp_path / "video.mp4"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(2_000))
    huge.write_bytes(bytes(600_000))
    page = visitor().enters_village(village)
    page.goto(f"{origin(village)}/kotak")
    field = page.get_by_label("Berkas balasan dari Polres")
    field.set_input_files(huge)
    assert "terlalu besar" in field.evaluate("field => field.validationMessage")
    field.set_input_files(photo)
    assert field.evaluate("field => field.validationMessage") == ""
    page.get_by_role("button", name="Masukkan balasan Polres").click()
    expect(page.get_by_text("Ini bukan berkas Kentongan")).to_be_visible()
