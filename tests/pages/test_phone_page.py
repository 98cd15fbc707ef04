"""The demo's page Telepon warga in a real browser: a phone, the road, the answers."""

import re

from conftest import MakeVisitor
from players import LAPTOP, is_marked, mark, origin
from playwright.sync_api import Locator, Page, expect

from server.demo.people import VILLAGERS
from server.demo.world import World


def figure(page: Page, desa: int, name: str) -> Locator:
    lane = page.locator(f".lane[data-desa='{desa}'] .drawing:visible")
    return lane.locator(f"[data-figure='{name}']")


def count(page: Page, desa: int, name: str) -> int:
    return int(figure(page, desa, name).text_content() or "")


def text(page: Page, words: str) -> None:
    page.get_by_role("textbox").fill(words)
    page.get_by_role("button", name="Kirim SMS").click()
    expect(page.locator("#utas .sms.sent").last).to_contain_text(words)
    expect(page.get_by_role("textbox")).to_have_value("")


def test_an_answer_of_the_village_arrives_on_the_phone_page(
    stage: World, phone_page: str, visitor: MakeVisitor
) -> None:
    village, someone = stage.villages[0], VILLAGERS[0]
    officer = visitor().enters_village(village)
    page = visitor(LAPTOP).page
    page.goto(f"{phone_page}?hp=%2B{someone.number[1:]}")
    mark(page)
    text(page, "Ada tamu tidak dikenal menginap di rumah kosong RT 02")
    got = page.locator("#utas .sms.got")
    expect(got.last).to_contain_text("laporan Anda diterima, no")
    ticket = re.findall(r"no (\d+)", got.last.inner_text())[0]

    officer.locator(f"#lap-{ticket}").get_by_role("button", name="Ambil laporan").click()
    expect(got.last).to_contain_text(f"No {ticket}: ditangani {village.place.officer}")
    officer.get_by_label("Isi jawaban").fill("Baik, kami periksa sore ini.")
    officer.get_by_role("button", name="Kirim jawaban (1 SMS)").click()
    expect(got.last).to_contain_text(f"No {ticket}: Baik, kami periksa sore ini.")
    expect(got).to_have_count(3)
    expect(page.locator("#jawaban .sms").first).to_contain_text("kami periksa sore ini")
    assert is_marked(page)


def test_reports_pile_up_behind_a_cut_road_and_arrive_once_each(
    stage: World, phone_page: str, visitor: MakeVisitor
) -> None:
    someone = VILLAGERS[3]
    desa = someone.desa
    page = visitor(LAPTOP).page
    page.goto(f"{phone_page}?hp=%2B{someone.number[1:]}")
    mark(page)
    expect(figure(page, desa, "waiting")).to_have_text("0")
    there = count(page, desa, "polres")
    lane = page.locator(f".lane[data-desa='{desa}']")
    lane.get_by_role("button", name="Putuskan jalan").click()
    expect(lane.get_by_text("Jalan putus")).to_be_visible()
    piled = ("Ayam warga hilang lima ekor", "Pagar sekolah roboh", "Sumur dusun tercemar solar")
    for words in piled:
        text(page, words)
    expect(figure(page, desa, "waiting")).to_have_text("3")
    assert count(page, desa, "polres") == there
    expect(page.locator("#utas .sms.got")).to_have_count(3)  # answered all the same

    lane.get_by_role("button", name="Sambungkan jalan").click()
    expect(figure(page, desa, "polres")).to_have_text(str(there + 3))
    expect(figure(page, desa, "waiting")).to_have_text("0")
    assert is_marked(page)
    desk = visitor(LAPTOP).enters_polres(stage.account)
    for words in piled:
        expect(desk.locator("#daftar .card").filter(has_text=words)).to_have_count(1)


def test_a_missed_call_is_answered_with_how_to_write(phone_page: str, visitor: MakeVisitor) -> None:
    page = visitor().page
    page.goto(f"{phone_page}?hp=%2B{VILLAGERS[4].number[1:]}")
    page.get_by_role("button", name="Panggil lalu tutup").click()
    expect(page.locator("#utas .rung")).to_contain_text("Panggilan ditutup")
    expect(page.locator("#utas .sms.got")).to_have_count(1)


def test_without_scripts_the_phone_sends_and_shows_its_answer_after_a_reload(
    stage: World, phone_page: str, visitor: MakeVisitor
) -> None:
    page = visitor(scripts=False).page
    page.goto(phone_page)
    page.get_by_role("link", name=VILLAGERS[6].name).click()
    page.get_by_role("textbox").fill("Warung saya kemalingan semalam")
    page.get_by_role("button", name="Kirim SMS").click()
    expect(page.locator("#utas .sms.sent")).to_contain_text("kemalingan semalam")
    while not page.locator("#utas .sms.got").count():
        page.get_by_role("link", name="Muat ulang").click()
    expect(page.locator("#utas .sms.got")).to_contain_text("laporan Anda diterima")


def test_the_doors_of_the_phone_page_lead_to_village_and_polres(
    stage: World, phone_page: str, visitor: MakeVisitor
) -> None:
    someone = visitor()
    someone.page.goto(phone_page)
    village = stage.villages[2]
    with someone.context.expect_page() as opened:
        someone.page.get_by_role("link", name=f"Buka halaman desa {village.place.name}").click()
    opened.value.get_by_role("button", name="Pasang kunci di HP ini").click()
    expect(opened.value.get_by_text("HP ini membawa kunci.")).to_be_visible()
    assert opened.value.url == f"{origin(village)}/masuk"
    with someone.context.expect_page() as opened:
        someone.page.get_by_role("link", name="Buka halaman Polres").click()
    expect(opened.value.get_by_label("Nama akun")).to_be_visible()
