"""Kotak and SMS keluar in a real browser, over a running node behind a modem."""

import re

import pytest
from conftest import MakeVillager, MakeVisitor
from players import LAPTOP, origin
from playwright.sync_api import expect

from server.demo.world import Village, World

CLOCK = r"\d\d\.\d\d"


@pytest.fixture
def village(stage: World) -> Village:
    return stage.villages[0]


def test_an_answer_and_an_officer_s_call_are_found_among_the_outgoing_texts(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Tolong ada perampokan di RT 01 RW 02 dekat masjid")
    assert "Petugas sedang dihubungi" in someone.hears(ticket)
    page = visitor().enters_village(village)
    page.get_by_role("link", name="Kotak").click()
    page.get_by_role("link", name="Lihat SMS keluar").click()
    expect(page.get_by_role("heading", name="SMS keluar")).to_be_visible()
    about = page.locator("#daftar article").filter(has_text=f"No {ticket}")
    answer = about.filter(has_text="Tanda terima darurat")
    expect(answer).to_contain_text(re.compile(f"Terkirim {CLOCK}, sampai {CLOCK}"))
    expect(answer).to_contain_text("Warga 08..")
    call = about.filter(has_text="Panggilan petugas")
    expect(call).to_contain_text(village.place.officer)
    expect(call).to_contain_text(re.compile(f"sampai {CLOCK}"))
    page.get_by_role("link", name="Gagal").click()
    expect(page.get_by_text("Tidak ada SMS gagal")).to_be_visible()
    page.get_by_role("link", name="Sampai").click()
    answer.get_by_role("link", name=f"No {ticket}").click()
    expect(page.get_by_role("heading", name=f"No {ticket}")).to_be_visible()


def test_the_box_draws_what_came_and_went_and_tells_it_in_a_table(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    villager(village).report("Lampu jalan padam di dusun tengah sejak kemarin")
    page = visitor(LAPTOP).enters_village(village)
    page.get_by_role("link", name="Kotak").click()
    chart = page.get_by_role("img", name="SMS dalam 24 jam terakhir")
    expect(chart).to_be_visible()
    assert chart.locator("rect.up").count() >= 1
    assert chart.locator("rect.down").count() >= 1
    box = chart.bounding_box()
    assert box
    for bar in chart.locator("rect").all():
        drawn = bar.bounding_box()
        assert drawn
        assert drawn["height"] > 1
        assert drawn["y"] + drawn["height"] <= box["y"] + box["height"] + 1
    page.get_by_text("Angka dalam tabel").click()
    expect(page.get_by_role("columnheader", name="Diterima")).to_be_visible()
    page.get_by_role("link", name="30 hari").click()
    expect(page.get_by_role("img", name="SMS dalam 30 hari terakhir")).to_be_visible()


def test_charts_have_enough_contrast_by_day_and_by_night(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    villager(village).report("Pagar kebun roboh di RT 04 dekat sungai")
    for dark in (False, True):
        page = visitor(dark=dark).enters_village(village)
        page.goto(f"{origin(village)}/kotak")
        chart = page.get_by_role("img", name="SMS dalam 24 jam terakhir")
        paper = page.locator("#riwayat").evaluate("n => getComputedStyle(n).backgroundColor")
        for kind in ("up", "down"):
            fill = chart.locator(f"rect.{kind}").first.evaluate("n => getComputedStyle(n).fill")
            # Figures need 3 to 1 (WCAG 2.2, 1.4.11).
            assert contrast(fill, paper) >= 3, (dark, kind, fill, paper)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as the browser spells them (WCAG 2.2, relative luminance)."""

    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
