"""What waits, on Kotak and at the Polres: in a real browser, over a road that breaks."""

import re
import threading
from collections.abc import Iterator

import pytest
from both_sides import Sides, both_sides
from conftest import MakeVisitor
from players import LAPTOP, faults_of, is_marked, look_again, mark
from playwright.sync_api import expect

from server import ledger
from server.desa.reading.unlocking import Unlocker


@pytest.fixture
def sides() -> Iterator[Sides]:
    with both_sides() as made:
        yield made


def test_kotak_shows_what_waits_how_a_catch_up_goes_on_and_that_all_has_come(
    sides: Sides, visitor: MakeVisitor
) -> None:
    with sides.served():
        who = visitor()
        sides.enter_box(who.page)
        card = who.page.locator("#ke-polres")
        expect(card).to_contain_text("semua sampai")
        mark(who.page)
        sides.road(0)
        sides.reports(600)
        sides.exchange()
        look_again(who.page)
        expect(card).to_contain_text("menunggu jalan")
        expect(card).to_contain_text("Tidak tersambung, dicoba lagi sendiri")
        expect(card).to_contain_text(re.compile(r"\d+ laporan, \d+ darurat"))
        expect(card.get_by_role("img", name="Dari kotak ke Polres")).to_be_visible()
        expect(card.locator(".cut")).to_be_visible()
        expect(card.locator("progress")).to_have_count(0)
        expect(who.page.locator(".boxline")).to_contain_text(re.compile(r"\d+ menunggu"))
        sides.road(4)
        sides.exchange()
        look_again(who.page)
        bar = card.get_by_role("progressbar")
        expect(bar).to_be_visible()
        assert 0 < float(bar.get_attribute("value") or 0) < float(bar.get_attribute("max") or 0)
        expect(who.page.locator(".boxline")).to_contain_text(re.compile(r"menyusul \d+%"))
        assert faults_of(who.page) == []
        sides.road(1_000)
        sides.exchange()
        look_again(who.page)
        expect(card).to_contain_text("semua sampai")
        expect(card.locator("progress")).to_have_count(0)
        expect(card).to_contain_text(re.compile(r"Bulan ini \d+(,\d)? kB terkirim"))
        assert is_marked(who.page)


def test_the_polres_shows_what_a_desa_announced_and_how_it_comes(
    sides: Sides, visitor: MakeVisitor
) -> None:
    who = visitor(LAPTOP)
    sides.enter_desa(who.page)
    card = who.page.locator("#daftar article")
    expect(card).to_contain_text("tersambung")
    mark(who.page)
    sides.reports(600)
    sides.road(1)
    sides.exchange()
    look_again(who.page)
    expect(card).to_contain_text(re.compile(r"\d+ catatan masih di jalan"))
    sides.road(3)
    sides.exchange()
    look_again(who.page)
    expect(card).to_contain_text(re.compile(r"menyusul \d+%"))
    expect(card.get_by_role("progressbar")).to_be_visible()
    card.get_by_role("link").click()
    road = who.page.locator("#jalan")
    expect(road).to_contain_text("di jalan")
    expect(road).to_contain_text("Internet")
    expect(road.get_by_role("progressbar")).to_be_visible()
    assert faults_of(who.page) == []
    sides.road(1_000)
    sides.exchange()
    look_again(who.page)
    expect(road).to_contain_text("semua sampai")
    expect(road.get_by_role("progressbar")).to_have_count(0)
    expect(road).to_contain_text(re.compile(r"Bulan ini \d+(,\d)? kB diterima"))


def test_a_long_past_opens_under_the_officer_s_eyes(
    sides: Sides, visitor: MakeVisitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "SLICE_ENTRIES", 50)
    sides.reports(200)
    sides.scene.restart()
    go, turns = threading.Event(), iter(range(10_000))

    def go_on() -> bool:
        return next(turns) < 2 or go.wait(20)

    unlocker = Unlocker(sides.scene.node, go_on)
    with sides.served():
        who = visitor()
        sides.enter_box(who.page)
        opening = who.page.locator("#buka")
        expect(opening).to_contain_text("Laporan lama sedang dibuka")
        mark(who.page)
        worker = threading.Thread(target=unlocker.tick)
        worker.start()
        look_again(who.page)
        expect(opening.get_by_role("progressbar")).not_to_have_attribute("value", "0")
        expect(who.page.locator(".boxline")).to_contain_text(re.compile(r"laporan lama \d+%"))
        assert faults_of(who.page) == []
        go.set()
        worker.join(20)
        look_again(who.page)
        expect(opening).to_have_count(0)
        assert is_marked(who.page)
        who.page.get_by_role("link", name="Laporan", exact=True).click()
        expect(who.page.locator("main")).not_to_contain_text("Masih terkunci")
