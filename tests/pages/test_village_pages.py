"""The village pages in a real browser, over a running node behind a modem."""

import re

import pytest
from conftest import MakeVillager, MakeVisitor
from players import LAPTOP, is_marked, known, look_again, mark, origin
from playwright.sync_api import Page, expect

from server.demo.world import Village, World

SECONDS = re.compile(r"(\d+) detik")


@pytest.fixture
def village(stage: World) -> Village:
    return stage.villages[0]


def open_report(page: Page, village: Village, ticket: str) -> None:
    page.goto(f"{origin(village)}/laporan/{ticket}")
    expect(page.get_by_role("heading", name=f"No {ticket}")).to_be_visible()


def enter(page: Page, passphrase: str) -> str:
    """Try to log in; gives the seconds that the page asks to wait, or nothing once inside."""
    page.get_by_label("Kata sandi").fill(passphrase)
    with page.expect_navigation():
        page.get_by_role("button", name="Masuk").click()
    refusal = page.get_by_role("alert")
    return SECONDS.findall(refusal.inner_text())[0] if refusal.count() else ""


def test_a_wrong_passphrase_is_explained_and_each_one_waits_longer(
    stage: World, visitor: MakeVisitor
) -> None:
    village = stage.villages[2]
    account = known(village.account)
    someone = visitor()
    someone.refused(401)
    page = someone.page
    page.goto(f"{origin(village)}/warga")
    page.get_by_label("Nama").select_option(account.name)
    assert enter(page, "kata-sandi-yang-salah") == "1"
    expect(page.get_by_role("alert")).to_contain_text("Nama atau kata sandi tidak cocok")
    assert page.get_by_label("Nama").input_value() == account.name
    assert page.get_by_label("Kata sandi").input_value() == ""
    waits = {"1"}
    while "2" not in waits:
        waits.add(enter(page, "kata-sandi-yang-salah"))
        assert waits <= {"1", "2"}
    while enter(page, account.passphrase):
        assert page.url.endswith("/masuk")
    expect(page.get_by_role("heading", name="Warga")).to_be_visible()


def test_the_phone_link_stores_the_key_where_no_script_reads_it(
    village: Village, visitor: MakeVisitor
) -> None:
    account = known(village.account)
    someone = visitor()
    page = someone.page
    page.goto(f"{origin(village)}/masuk")
    expect(page.get_by_text("HP ini belum membawa kunci")).to_be_visible()
    page.goto(account.phone_link)
    assert [c for c in someone.context.cookies() if c["name"].startswith("kunci_hp")] == []
    page.get_by_role("button", name="Pasang kunci di HP ini").click()
    expect(page.get_by_text("Kunci tersimpan di HP ini.")).to_be_visible()
    expect(page.get_by_text("HP ini membawa kunci.")).to_be_visible()
    key = account.phone_link.rpartition("/")[2]
    assert key not in page.url
    (cookie,) = [c for c in someone.context.cookies() if c["name"].startswith("kunci_hp")]
    assert cookie["value"] == key
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["expires"] - page.evaluate("Date.now() / 1000") > 364 * 86_400
    assert "kunci_hp" not in page.evaluate("document.cookie")
    page.goto(f"{origin(village)}/hp/{'0' * 64}")
    expect(page.get_by_role("heading", name="HP ini sudah membawa kunci lain")).to_be_visible()
    page.get_by_role("link", name="Tetap pakai kunci yang lama").click()
    expect(page.get_by_text("HP ini membawa kunci.")).to_be_visible()


def test_a_link_on_a_foreign_page_never_takes_the_place_of_a_key_unasked(
    village: Village, visitor: MakeVisitor
) -> None:
    account = known(village.account)
    someone = visitor()
    page = someone.page
    page.goto(account.phone_link)
    page.get_by_role("button", name="Pasang kunci di HP ini").click()
    expect(page.get_by_text("HP ini membawa kunci.")).to_be_visible()
    page.goto(f"data:text/html,<a href='{origin(village)}/hp/{'e' * 64}'>Undangan</a>")
    page.get_by_role("link", name="Undangan").click()
    someone.refused(409)
    page.get_by_role("button", name="Pasang kunci di HP ini").click()
    expect(page.get_by_role("heading", name="HP ini sudah membawa kunci lain")).to_be_visible()
    (cookie,) = [c for c in someone.context.cookies() if c["name"].startswith("kunci_hp")]
    assert cookie["value"] == account.phone_link.rpartition("/")[2]
    page.get_by_role("link", name="Tetap pakai kunci yang lama").click()
    expect(page.get_by_text("HP ini membawa kunci.")).to_be_visible()


def test_after_a_restart_only_passphrase_and_phone_key_together_open_older_reports(
    stage: World,
    villager: MakeVillager,
    visitor: MakeVisitor,
    request: pytest.FixtureRequest,
) -> None:
    village = stage.villages[1]
    words = "Ada orang berkelahi di lapangan RT 03 dusun Tepal"
    ticket = villager(village).report(words)
    village.link.cut()  # else the Polres returns the keys by itself
    request.addfinalizer(village.link.restore)
    stage.kill_village(village)
    stage.start_village(village)
    stage.await_village(village)

    without_key = visitor()
    page = without_key.enters_village(village, with_key=False)
    expect(page.get_by_text("laporan dari sesi lama tetap terkunci")).to_be_visible()
    card = page.locator(f"#lap-{ticket}")
    expect(card).to_contain_text("Masih terkunci")
    expect(page.locator("body")).not_to_contain_text("berkelahi")
    open_report(page, village, ticket)
    expect(page.get_by_text("Laporan ini masih terkunci")).to_be_visible()
    expect(page.get_by_role("button", name="Ambil laporan")).to_have_count(0)
    page.get_by_role("link", name="Buka di halaman Kotak").click()
    without_key.refused(422)
    page.get_by_label("Kata sandi").fill(known(village.account).passphrase)
    page.get_by_role("button", name="Buka sesi lama").click()
    expect(page.get_by_text("HP ini tidak membawa kunci yang cocok")).to_be_visible()
    page.goto(origin(village))
    mark(page)
    expect(card).to_contain_text("Masih terkunci")

    with_key = visitor().enters_village(village)
    opens = re.compile("sesi lama (ikut terbuka|sedang dibuka)")
    expect(with_key.get_by_text(opens)).to_be_visible()
    expect(with_key.locator(f"#lap-{ticket}")).to_contain_text(words)
    look_again(page)
    expect(card).to_contain_text(words)
    assert is_marked(page)


def test_a_new_report_appears_without_reloading(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    page = visitor().enters_village(village)
    mark(page)
    ticket = villager(village).report("Tolong, sapi pak Amir hilang semalam di RT 02 RW 01")
    card = page.locator(f"#lap-{ticket}")
    expect(card).to_contain_text("sapi pak Amir hilang")
    expect(card).to_contain_text("RT 02 / RW 01")
    expect(page).to_have_title(re.compile(r"^\(\d+\) Hari ini"))
    assert is_marked(page)


def test_a_report_is_taken_with_one_tap_and_the_villager_hears_of_it(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Motor saya dicuri di depan pasar tadi malam")
    page = visitor().enters_village(village)
    page.locator(f"#lap-{ticket}").get_by_role("button", name="Ambil laporan").click()
    expect(page.get_by_text("Laporan ini sekarang Anda tangani.")).to_be_visible()
    expect(page.locator(".title")).to_contain_text("Diambil")
    someone.hears(f"No {ticket}: ditangani {known(village.account).name}")
    page.goto(origin(village))
    card = page.locator(f"#lap-{ticket}")
    expect(card).to_contain_text(f"ditangani {known(village.account).name}")
    expect(card.get_by_role("button")).to_have_count(0)


def test_an_answer_arrives_on_the_phone_and_its_delivery_on_the_page(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Ada pohon tumbang menutup jalan ke kebun kopi")
    page = visitor(LAPTOP).enters_village(village)
    open_report(page, village, ticket)
    page.get_by_text("Jawab pelapor dengan SMS").click()
    field = page.get_by_label("Isi jawaban")
    field.fill("a" * 150)
    expect(page.locator("#text-hint")).to_have_text("Terlalu panjang 1 huruf untuk satu SMS.")
    field.fill("Kami datang 10 menit lagi.")
    expect(page.locator("#text-hint")).to_have_text("1 SMS, sisa 123 huruf.")
    page.get_by_role("button", name="Kirim jawaban (1 SMS)").click()
    expect(page.get_by_text("Jawaban dicatat dan dikirim sebagai SMS.")).to_be_visible()
    mark(page)
    someone.hears(re.escape(f"No {ticket}: Kami datang 10 menit lagi."))
    talk = page.locator("#percakapan")
    expect(talk.locator(".bubble.right")).to_contain_text("Kami datang 10 menit lagi.")
    expect(talk).to_contain_text("diterima HP warga")
    assert is_marked(page)
    assert someone.heard("Kami datang") == 1


def test_typed_text_and_focus_survive_what_arrives_meanwhile(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Ada orang asing memotret rumah warga di RT 05")
    page = visitor().enters_village(village)
    open_report(page, village, ticket)
    page.locator("#jempol").get_by_role("link", name="Tulis jawaban").click()
    field = page.get_by_label("Isi jawaban")
    field.press_sequentially("Terima kasih, kami")
    mark(page)
    someone.text(f"TAMBAH {ticket} dia naik motor merah tanpa plat")
    someone.hears("Tambahan untuk laporan")
    look_again(page)
    expect(page.locator(".bubble.left")).to_contain_text("motor merah tanpa plat")
    assert is_marked(page)
    expect(field).to_be_focused()
    field.press_sequentially(" segera ke sana.")
    expect(field).to_have_value("Terima kasih, kami segera ke sana.")


def test_a_stale_tab_says_what_changed_and_nothing_happens_twice(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Anak sekolah tawuran di jembatan dusun bawah")
    officer = visitor()
    officer.refused(409)
    first = officer.enters_village(village)
    open_report(first, village, ticket)
    second = officer.context.new_page()
    second.route("**/segar*", lambda route: route.fulfill(status=304))  # it sees nothing new
    open_report(second, village, ticket)

    first.locator("#jempol").get_by_role("button", name="Ambil laporan").click()
    expect(first.get_by_text("Laporan ini sekarang Anda tangani.")).to_be_visible()
    second.locator("#jempol").get_by_role("button", name="Ambil laporan").click()
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("Laporan ini sudah berubah")
    expect(alert).to_contain_text(f"Diambil oleh {known(village.account).name}")

    first.locator("#tutup summary").click()
    first.get_by_label("Hasil").fill("Didamaikan")
    first.get_by_role("button", name="Tutup laporan").click()
    expect(first.get_by_text("Laporan ditutup.")).to_be_visible()
    second.locator("#tutup summary").click()
    second.get_by_label("Hasil").fill("Diserahkan ke sekolah")
    second.get_by_role("button", name="Tutup laporan").click()
    expect(alert).to_contain_text("Laporan ini sudah berubah")
    expect(alert).to_contain_text("Keadaan sekarang: Selesai, Didamaikan")
    expect(alert.locator(".typed")).to_have_text("Diserahkan ke sekolah")

    someone.hears("selesai: Didamaikan")
    for text in ("ditangani", "selesai:"):
        assert someone.heard(text) == 1
    events = second.locator("#percakapan .event")
    expect(events.filter(has_text="Diambil oleh")).to_have_count(1)
    expect(events.filter(has_text="Ditutup dengan hasil")).to_have_count(1)


def test_a_double_click_takes_a_report_once(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Pipa air bersih dipotong orang di kebun atas")
    page = visitor().enters_village(village)
    page.locator(f"#lap-{ticket}").get_by_role("button", name="Ambil laporan").dblclick()
    expect(page.get_by_text("Laporan ini sekarang Anda tangani.")).to_be_visible()
    someone.hears("ditangani")
    expect(page.locator(".event").filter(has_text="Diambil oleh")).to_have_count(1)
    assert someone.heard("ditangani") == 1


def test_without_scripts_an_officer_logs_in_takes_and_answers(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    someone = villager(village)
    ticket = someone.report("Ada warga sakit keras perlu diantar ke puskesmas")
    page = visitor(scripts=False).enters_village(village)
    page.locator(f"#lap-{ticket}").get_by_role("button", name="Ambil laporan").click()
    expect(page.get_by_text("Laporan ini sekarang Anda tangani.")).to_be_visible()
    expect(page.get_by_role("link", name="Muat ulang")).to_be_visible()
    page.get_by_label("Isi jawaban").fill("Ambulans desa berangkat.")
    page.get_by_role("button", name="Kirim jawaban (1 SMS)").click()
    expect(page.get_by_text("Jawaban dicatat dan dikirim sebagai SMS.")).to_be_visible()
    someone.hears("Ambulans desa berangkat")


def test_a_logged_out_page_says_so_and_keeps_what_was_typed(
    village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    ticket = villager(village).report("Lampu jalan padam sepanjang dusun tengah")
    officer = visitor()
    officer.refused(401)
    page = officer.enters_village(village)
    open_report(page, village, ticket)
    page.locator("#jempol").get_by_role("link", name="Tulis jawaban").click()
    field = page.get_by_label("Isi jawaban")
    field.press_sequentially("Besok kami periksa")
    elsewhere = officer.context.new_page()
    elsewhere.goto(f"{origin(village)}/kotak")
    elsewhere.get_by_role("button", name="Keluar").click()
    expect(elsewhere.get_by_text("Anda sudah keluar.")).to_be_visible()
    look_again(page)
    expect(page.get_by_role("status").filter(has_text="Sesi berakhir")).to_be_visible()
    expect(field).to_have_value("Besok kami periksa")
