"""The parcel road on both sites' pages, without JavaScript, over a real village and district."""

import io
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse
from world import CODE, World

from server.desa.app import create_app as village_app
from server.desa.desk import Desk
from server.polres import accounts
from server.polres.accounts import Role
from server.polres.app import create_app as district_app
from server.sections import Login
from sync.parcel import form

OFFICER = "Brigadir Hasan"


class Browser:
    """Fills in forms as they stand on a page, files too."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.status
        return unescape(answer.text)

    def hidden(self, page: str, action: str) -> dict[str, str]:
        form = re.search(rf'<form[^>]*action="{action}".*?</form>', self.get(page), re.DOTALL)
        assert form, f"{page} has no form for {action}"
        return dict(re.findall(r'<input[^>]*?type="hidden" name="(\w+)" value="([^"]*)"', form[0]))

    def post(self, page: str, action: str, **fields: str) -> TestResponse:
        return self.client.post(action, data=self.hidden(page, action) | fields)

    def upload(self, page: str, action: str, octets: bytes | None) -> TestResponse:
        fields: dict[str, object] = dict(self.hidden(page, action))
        if octets is not None:
            fields["berkas"] = (io.BytesIO(octets), "x.kentongan")
        return self.client.post(action, data=fields, content_type="multipart/form-data")

    def told(self, page: str, action: str, octets: bytes | None) -> str:
        answer = self.upload(page, action, octets)
        assert answer.status_code == 303, answer.status
        return self.get(answer.headers["Location"])


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.exchange()
    return world


@pytest.fixture
def officer(world: World) -> Browser:
    return logged_in(world, world.officer(OFFICER))


def logged_in(world: World, account: dict[str, str]) -> Browser:
    """An officer's phone that carries his key."""
    desk: Desk = world.desk()
    browser = Browser(village_app(desk).test_client())
    assert browser.post(account["phone_path"], account["phone_path"]).status_code == 303
    words = account["passphrase"]
    answer = browser.post("/masuk", "/masuk", name=OFFICER, passphrase=words)
    assert answer.status_code == 303
    return browser


@pytest.fixture
def duty(world: World) -> Browser:
    return entered(world, Role.SPKT)


def entered(world: World, role: Role) -> Browser:
    cheap = Login(memory_mib=8, passes=1)
    world.district.settings = replace(world.district.settings, login=cheap)
    passphrase = accounts.add_user(world.district, role.value, role, world.wall_s())
    app = district_app(world.district, now=lambda: float(world.wall_s()))
    browser = Browser(app.test_client())
    answer = browser.post("/masuk", "/masuk", name=role.value, passphrase=passphrase)
    assert answer.status_code == 303
    return browser


def test_a_report_goes_to_the_polres_and_its_receipt_comes_back_by_two_downloads(
    world: World, officer: Browser, duty: Browser
) -> None:
    world.road.cut = True
    world.text("+628123450001", "Maling masuk rumah di RT 02 dekat masjid")
    world.listen()
    page = officer.get("/kotak")
    assert re.search(r"Menunggu dibawa</dt><dd>\d+ catatan, tertua dari \d+ \w{3}<", page)
    sent = officer.post("/kotak", "/kotak/berkas/kiriman")
    assert sent.headers["Content-Disposition"].endswith(f'"kiriman-{CODE}.kentongan"')
    assert "1 laporan baru" in duty.told("/desa", "/berkas", sent.data)
    page = duty.get(f"/desa/{CODE}")
    assert "oleh spkt, 1 laporan baru" in page
    assert "belum diunduh" in page
    back = duty.post(f"/desa/{CODE}", f"/berkas/{CODE}/balasan")
    assert back.headers["Content-Disposition"].endswith(f'"balasan-{CODE}.kentongan"')
    assert "terakhir diunduh" in duty.get(f"/desa/{CODE}")
    told = officer.told("/kotak", "/kotak/berkas/balasan", back.data)
    assert re.search(r"Balasan Polres masuk: [1-9]\d* catatan diterima Polres", told)
    assert "ditulis Polres" in told
    assert "sudah pernah masuk" in officer.told("/kotak", "/kotak/berkas/balasan", back.data)
    assert "tidak ada catatan baru" in duty.told("/desa", "/berkas", sent.data)


def test_orders_of_a_return_that_came_after_a_restart_open_with_passphrase_and_phone(
    world: World, duty: Browser
) -> None:
    account = world.officer(OFFICER)
    world.exchange()
    world.road.cut = True
    world.text("+628123450001", "Maling masuk rumah di RT 02 dekat masjid")
    world.listen()
    duty.told("/desa", "/berkas", world.desk().make_parcel().octets)
    ticket = world.at_polres()[0].report.ticket
    duty.post(
        f"/laporan/{CODE}/{ticket}", f"/laporan/{CODE}/{ticket}/jawab", text="Patroli berangkat"
    )
    back = duty.post(f"/desa/{CODE}", f"/berkas/{CODE}/balasan").data
    world.restart()
    phone = logged_in(world, account)
    assert "menunggu kunci" not in phone.get("/kotak")
    told = phone.told("/kotak", "/kotak/berkas/balasan", back)
    assert "1 perintah menunggu kunci" in told
    assert "1 perintah Polres menunggu kunci" in told
    opened = phone.post("/kotak", "/kotak/buka", passphrase=account["passphrase"])
    assert opened.status_code == 303
    assert "menunggu kunci" not in phone.get("/kotak")
    world.speak()
    assert [text for _, text in world.sent if "Patroli berangkat" in text]


WRONG = [
    (None, "yang dipilih kosong"),
    (b"", "yang dipilih kosong"),
    (b"Halo, ini surat biasa.", "bukan berkas Kentongan"),
    (b"PK\x03\x04" + bytes(40), "terbungkus ZIP"),
    (form.MAGIC + bytes(80), "terpotong atau rusak"),
]


@pytest.mark.parametrize(
    ("octets", "sentence"), WRONG, ids=["none", "empty", "letter", "zip", "torn"]
)
def test_a_wrong_file_is_explained_in_one_sentence_on_both_pages(
    officer: Browser, duty: Browser, octets: bytes | None, sentence: str
) -> None:
    assert sentence in officer.told("/kotak", "/kotak/berkas/balasan", octets)
    assert sentence in duty.told("/desa", "/berkas", octets)


def test_a_file_on_the_wrong_page_says_where_it_belongs(
    world: World, officer: Browser, duty: Browser
) -> None:
    sent = officer.post("/kotak", "/kotak/berkas/kiriman").data
    assert "bawa berkas ini ke Polres" in officer.told("/kotak", "/kotak/berkas/balasan", sent)
    duty.told("/desa", "/berkas", sent)
    back = duty.post(f"/desa/{CODE}", f"/berkas/{CODE}/balasan").data
    assert "bawa berkas ini ke kotak desa" in duty.told("/desa", "/berkas", back)


def test_a_file_that_is_too_large_is_refused_with_words(officer: Browser, duty: Browser) -> None:
    large = bytes(form.OUTGOING_OCTETS_MAX + 20_000)
    for answer in (
        officer.upload("/kotak", "/kotak/berkas/balasan", large),
        duty.upload("/desa", "/berkas", large),
    ):
        assert answer.status_code == 413
        assert "berakhir dengan .kentongan" in answer.text


def test_an_upload_is_kept_in_memory_and_never_spooled(
    officer: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was opened")

    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    monkeypatch.setattr("tempfile._TemporaryFileWrapper", refused)
    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", refused)
    large = bytes(form.RETURN_OCTETS_MAX - 1)
    told = officer.told("/kotak", "/kotak/berkas/balasan", large)
    assert "bukan berkas Kentongan" in told
    assert {one.name for one in tmp_path.iterdir()} == {"desa", "polres"}


def test_who_may_not_keep_the_boxes_sees_no_form_and_is_refused(world: World) -> None:
    chief = entered(world, Role.KAPOLRES)
    assert 'action="/berkas"' not in chief.get("/desa")
    assert chief.client.post("/berkas", data={}).status_code in {400, 403}


def test_a_return_is_not_made_before_a_file_was_brought(world: World, duty: Browser) -> None:
    page = duty.get(f"/desa/{CODE}")
    assert "Dari desa ini belum pernah ada" in page
    fields = duty.hidden("/desa", "/berkas")
    answer = duty.client.post(f"/berkas/{CODE}/balasan", data=fields)
    assert answer.status_code == 303
    assert "Belum ada berkas kiriman" in duty.get(answer.headers["Location"])
