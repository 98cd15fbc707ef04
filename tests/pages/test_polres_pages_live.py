"""The duty desk in a real browser, over a running Polres with its desa behind modems."""

import re

import pytest
from conftest import MakeVillager, MakeVisitor
from players import LAPTOP, is_marked, known, mark, origin
from playwright.sync_api import Page, expect

from server.demo.world import Village, World


@pytest.fixture
def village(stage: World) -> Village:
    return stage.villages[2]


def address(stage: World, village: Village, ticket: str) -> str:
    return f"{known(stage.account).page}laporan/{village.place.code}/{ticket}"


def open_report(page: Page, stage: World, village: Village, ticket: str) -> None:
    """Open a report that the Polres may still be waiting for."""
    page.locator("#daftar").get_by_text(ticket).wait_for()
    page.goto(address(stage, village, ticket))
    expect(page.get_by_role("heading", name=f"No {ticket}")).to_be_visible()


def test_a_wrong_passphrase_at_the_polres_is_explained_and_makes_one_wait(
    stage: World, visitor: MakeVisitor
) -> None:
    account = known(stage.account)
    someone = visitor(LAPTOP)
    someone.refused(401, 429)
    page = someone.page
    page.goto(f"{account.page}desa")
    inside = page.get_by_role("heading", name="Desa", exact=True)
    refusal = page.get_by_role("alert")

    def enter(passphrase: str) -> None:
        page.get_by_label("Nama akun").fill(account.name)
        page.get_by_label("Kata sandi").fill(passphrase)
        with page.expect_navigation():
            page.get_by_role("button", name="Masuk").click()

    enter("kata-sandi-yang-salah")
    expect(refusal).to_contain_text("Nama akun atau kata sandi tidak cocok")
    assert page.get_by_label("Kata sandi").input_value() == ""
    enter(account.passphrase)
    while not inside.count():
        expect(refusal).to_contain_text(re.compile(r"Tunggu \d+ detik"))
        enter(account.passphrase)
    expect(inside).to_be_visible()


def test_an_urgent_report_appears_in_the_queue_without_reloading(
    stage: World, village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    page = visitor(LAPTOP).enters_polres(stage.account)
    mark(page)
    ticket = villager(village).report("Tolong kebakaran rumah pak Karim di RT 04, api besar")
    card = page.locator("#daftar .card").filter(has_text=ticket)
    expect(card).to_contain_text("kebakaran rumah pak Karim")
    expect(card.locator(".mark.darurat")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(\d+\) Antrean"))
    expect(page.get_by_role("link", name=re.compile("darurat belum diambil"))).to_be_visible()
    assert is_marked(page)


def test_an_answer_ordered_at_the_polres_reaches_the_phone_and_shows_its_journey(
    stage: World, village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Tanah longsor menutup jalan desa dekat air terjun")
    page = visitor(LAPTOP).enters_polres(stage.account)
    open_report(page, stage, village, ticket)
    page.get_by_text("Jawab pelapor dengan SMS").click()
    page.get_by_label("Isi jawaban").fill("Alat berat dari Sumbawa tiba pukul 14.")
    page.get_by_role("button", name="Kirim jawaban lewat desa (1 SMS)").click()
    expect(page.get_by_text("Perintah dibuat.")).to_be_visible()
    mark(page)
    journey = page.locator(".bubble.right").filter(has_text="Alat berat").locator(".journey li")
    expect(journey).to_have_count(4)
    someone.hears(re.escape(f"No {ticket}: Alat berat dari Sumbawa tiba pukul 14."))
    words = ("dibuat", "sampai di desa", "SMS terkirim", "SMS diterima")
    for leg, name in enumerate(words):
        expect(journey.nth(leg)).to_contain_text(name)
        expect(journey.nth(leg)).to_have_class("done")
    assert is_marked(page)
    assert someone.heard("Alat berat") == 1


def test_a_report_taken_over_by_the_polres_changes_on_the_open_village_page(
    stage: World, village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Gudang kopi dibobol maling, tiga karung hilang")
    officer = visitor().enters_village(village)
    officer.goto(f"{origin(village)}/laporan/{ticket}")
    expect(officer.locator(".title")).to_contain_text("Belum diambil")
    mark(officer)
    desk = visitor(LAPTOP).enters_polres(stage.account)
    open_report(desk, stage, village, ticket)
    desk.locator("#ambil summary").click()
    desk.get_by_role("button", name="Ambil alih laporan").click()
    expect(desk.get_by_text("Perintah dibuat.")).to_be_visible()
    someone.hears(f"No {ticket}: ditangani {known(stage.account).name}")
    expect(officer.locator(".title")).to_contain_text("Diambil")
    expect(officer.locator("#percakapan")).to_contain_text("Polres")
    assert is_marked(officer)
    order = desk.locator(".order").filter(has_text="Polres mengambil alih laporan")
    expect(order.locator("li.done").filter(has_text="dijalankan")).to_be_visible()
    expect(desk.locator("#kepala")).to_contain_text("Diambil")


def test_typed_text_at_the_polres_survives_what_arrives_meanwhile(
    stage: World, village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Sapi lepas merusak kebun jagung warga sebelah")
    page = visitor(LAPTOP).enters_polres(stage.account)
    open_report(page, stage, village, ticket)
    page.get_by_text("Jawab pelapor dengan SMS").click()
    field = page.get_by_label("Isi jawaban")
    field.press_sequentially("Sudah kami")
    mark(page)
    someone.text(f"TAMBAH {ticket} sapinya milik pak Darwis")
    expect(page.locator(".bubble.left")).to_contain_text("milik pak Darwis")
    assert is_marked(page)
    expect(field).to_be_focused()
    field.press_sequentially(" catat.")
    expect(field).to_have_value("Sudah kami catat.")


def test_an_order_from_a_stale_page_says_what_changed_and_nothing_is_ordered(
    stage: World, village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Anak kecil tersesat di pasar, sudah ketemu orang tuanya")
    duty = visitor(LAPTOP)
    duty.refused(409)
    fresh = duty.enters_polres(stage.account)
    open_report(fresh, stage, village, ticket)
    stale = duty.context.new_page()
    stale.route("**/segar*", lambda route: route.fulfill(status=304))  # it sees nothing new
    stale.goto(address(stage, village, ticket))
    stale.locator("#ambil summary").click()

    officer = visitor().enters_village(village)
    officer.goto(f"{origin(village)}/laporan/{ticket}")
    officer.locator("#tutup summary").click()
    officer.get_by_label("Hasil").fill("Selesai di tempat")
    officer.get_by_role("button", name="Tutup laporan").click()
    someone.hears("selesai: Selesai di tempat")
    expect(fresh.locator("#kepala")).to_contain_text("Selesai")

    stale.get_by_role("button", name="Ambil alih laporan").click()
    alert = stale.get_by_role("alert")
    expect(alert).to_contain_text("Laporan ini sudah berubah")
    expect(alert).to_contain_text("Keadaan sekarang: Selesai, Selesai di tempat")
    expect(stale.locator(".order")).to_have_count(0)


def test_a_complaint_about_an_official_is_readable_at_neither_desk(
    stage: World, village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    words = "Oknum polisi minta uang damai 500 ribu waktu razia di pasar"
    ticket = villager(village).report(words)
    page = visitor(LAPTOP).enters_polres(stage.account)
    open_report(page, stage, village, ticket)
    expect(page.locator("#tersegel")).to_contain_text("Disegel untuk Propam")
    expect(page.locator("body")).not_to_contain_text("uang damai")
    expect(page.locator("#tindakan")).to_have_count(0)
    officer = visitor().enters_village(village)
    expect(officer.locator(f"#lap-{ticket}")).to_contain_text("Disegel untuk Propam")
    expect(officer.locator("body")).not_to_contain_text("uang damai")


def test_the_queue_is_worked_with_keys_alone(
    stage: World, village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    ticket = villager(village).report("Jembatan gantung putus talinya, warga takut lewat")
    page = visitor(LAPTOP).enters_polres(stage.account)
    page.locator("#daftar").get_by_text(ticket).wait_for()
    _keys_work(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("jembatan gantung")
    page.keyboard.press("Enter")
    expect(page.locator("#daftar .card")).to_have_count(1)
    _keys_work(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"No {ticket}")).to_be_visible()
    expect(page.get_by_label("Cari nomor")).to_have_value("jembatan gantung")


def _keys_work(page: Page) -> None:
    """The page shows its button for keys once it hears them; before that a key goes nowhere."""
    expect(page.get_by_role("button", name="Pintasan papan tik")).to_be_visible()


def test_without_scripts_the_polres_logs_in_and_orders(
    stage: World, village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Pencuri kabel listrik ditangkap warga di balai dusun")
    page = visitor(scripts=False).enters_polres(stage.account)
    card = page.locator("#daftar .card").filter(has_text=ticket)
    while not card.count():
        page.get_by_role("link", name="Muat ulang").click()
    card.get_by_role("link").click()
    page.locator("#teruskan summary").click()
    page.get_by_label("Unit atau instansi").fill("Polsek Batulanteh")
    page.get_by_role("button", name="Teruskan laporan").click()
    expect(page.get_by_text("Perintah dibuat.")).to_be_visible()
    someone.hears("diteruskan ke Polsek Batulanteh")
