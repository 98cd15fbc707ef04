"""The backup on the Kotak page and on the district's page of a desa."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from backed_up import Village
from paper_desk import NOW_S, PaperDesk
from paper_phone import Phone

from server.desa.backup.errors import StickAbsent
from server.desa.backup.shown import Backups, StickLine
from server.polres.accounts import Role, add_user
from server.polres.app import create_app as create_polres

STICKS = (
    StickLine("A1B2", NOW_S - 7 * 3_600, 2.25, plugged=True, said="diuji, 1.204 laporan utuh"),
    StickLine("0C44", NOW_S - 12 * 86_400, 1.9, plugged=False, said="diuji, 1.120 laporan utuh"),
)


@pytest.fixture
def phone() -> Phone:
    phone = Phone(PaperDesk())
    assert phone.login().status_code == 303
    return phone


def card(phone: Phone, kept: Backups) -> str:
    phone.desk.kept_backups = kept
    found = re.search(
        r'<section class="card" id="cadangan".*?</section>', phone.get("/kotak"), re.DOTALL
    )
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_a_box_without_a_place_for_backups_says_what_to_do(phone: Phone) -> None:
    text = card(phone, Backups(wanted=False))
    assert "Belum ada cadangan" in text
    assert "Minta teknisi" in text
    assert "Cadangkan sekarang" not in text


def test_each_stick_is_shown_with_its_age_and_drill(phone: Phone) -> None:
    text = card(phone, Backups(wanted=True, sticks=STICKS))
    assert "Cadangan 7 jam lalu : diuji, 1.204 laporan utuh." in text
    assert "Flashdisk A1B2 terpasang, terakhir 7 jam lalu" in text
    assert "2,2 MB" in text
    assert "Flashdisk 0C44 tidak terpasang, terakhir 12 hari lalu" in text
    assert "Setiap malam pukul 02.00, 7 cadangan" in text


def test_what_hinders_the_next_backup_is_said(phone: Phone) -> None:
    hindered = (StickAbsent().sentence,)
    assert StickAbsent().sentence in card(phone, Backups(wanted=True, hindered=hindered))


def test_the_button_starts_a_backup_and_the_page_shows_how_far_it_is(phone: Phone) -> None:
    phone.desk.kept_backups = Backups(wanted=True, sticks=STICKS)
    answer = phone.post("/kotak", "/kotak/cadangkan")
    assert answer.status_code == 303
    assert answer.location.endswith("/kotak#cadangan")
    assert phone.desk.kept_backups.work
    text = card(phone, replace(phone.desk.kept_backups, work="menulis", percent=40))
    assert "Cadangan sedang dibuat: menulis 40%. Jangan cabut flashdisk." in text
    assert "Cadangkan sekarang" not in text


def test_nobody_without_a_login_starts_a_backup() -> None:
    phone = Phone(PaperDesk(kept_backups=Backups(wanted=True)))
    answer = phone.send("/kotak/cadangkan", {})
    assert answer.status_code == 401
    assert not phone.desk.kept_backups.work


def test_the_district_sees_how_a_box_is_backed_up_and_that_it_was_restored(tmp_path: Path) -> None:
    village = Village(tmp_path)
    village.back_up()
    village.night()
    village.world.exchange()
    district = village.world.district
    passphrase = add_user(district, "operator", Role.ADMIN, village.world.wall_s())
    client = create_polres(district).test_client()
    page = client.get("/masuk").text
    token = re.search(r'name="csrf_token" value="([^"]*)"', page)
    assert token
    hidden = dict(re.findall(r'<input[^>]*?type="hidden" name="(\w+)" value="([^"]*)"', page))
    fields = hidden | {"name": "operator", "passphrase": passphrase}
    assert client.post("/masuk", data=fields).status_code == 303
    shown = client.get("/desa/52.04.07.2004").text
    assert "Cadangan kotak" in shown
    assert "laporan teruji" in shown
    village.restore()
    village.move_in()
    village.world.exchange()
    shown = client.get("/desa/52.04.07.2004").text
    assert "Dipulihkan" in shown
