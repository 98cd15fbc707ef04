"""What holds of every page: it fits a small phone, and what people wrote stays text."""

from collections.abc import Iterable

import pytest
from conftest import MakeVillager, MakeVisitor
from players import LAPTOP, PHONE, Villager, Visitor, faults_of, known, origin, struck
from playwright.sync_api import Browser, Page, expect

from server.demo.people import VILLAGERS
from server.demo.world import Village, World

SIZES = pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
HOSTILE = "<img src=x onerror=strike()><b class=hostile>x</b><script>strike()</script>{{987*654}}"
ENDLESS = "Tolong" + "aduh" * 30


@pytest.fixture
def village(stage: World) -> Village:
    return stage.villages[0]


def visit(page: Page, home: str, paths: Iterable[str]) -> dict[str, list[str]]:
    """Open each page; gives the faults in the shape of those that have some."""
    found = {}
    for path in paths:
        page.goto(home + path)
        found[path] = faults_of(page)
    return {path: faults for path, faults in found.items() if faults}


def close(who: Visitor, village: Village, ticket: str, result: str) -> None:
    who.page.goto(f"{origin(village)}/laporan/{ticket}")
    who.page.locator("#tutup summary").click()
    who.page.get_by_label("Hasil").fill(result)
    who.page.get_by_role("button", name="Tutup laporan").click()
    expect(who.page.get_by_text("Laporan ditutup.")).to_be_visible()


@SIZES
def test_every_village_page_fits_and_can_be_touched(
    village: Village,
    villager: MakeVillager,
    visitor: MakeVisitor,
    size: tuple[int, int],
) -> None:
    someone = villager(village)
    endless, urgent, closed = (
        someone.report(words)
        for words in (ENDLESS, "Tolong ada perampokan di RT 01 RW 02", "Ayam saya hilang satu")
    )
    sealed = someone.report("Oknum polisi minta uang lagi di jalan raya")
    officer = visitor(size)
    officer.refused(404)
    for door in ("/masuk", "/pulihkan", f"/hp/{'0' * 64}"):
        officer.page.goto(f"{origin(village)}{door}")
        assert faults_of(officer.page) == []
    page = officer.enters_village(village)
    close(officer, village, closed, "Selesai di tempat")
    reports = (f"/laporan/{ticket}" for ticket in (endless, urgent, closed, sealed))
    lists = ("/", "/laporan", "/laporan?keadaan=selesai", "/laporan?cari=tidakada")
    others = (
        "/warga",
        "/kotak",
        "/kotak?rentang=30-hari",
        "/kunci",
        "/keluar",
        "/keluar?keadaan=sampai",
        "/tidak-ada",
        f"/hp/{'0' * 64}",
    )
    assert visit(page, origin(village), (*lists, *reports, *others)) == {}


@SIZES
def test_every_polres_page_fits_and_can_be_touched(
    stage: World,
    village: Village,
    villager: MakeVillager,
    visitor: MakeVisitor,
    size: tuple[int, int],
) -> None:
    ticket = villager(village).report(ENDLESS)
    duty = visitor(size)
    duty.refused(404)
    home = known(stage.account).page.rstrip("/")
    duty.page.goto(f"{home}/masuk")
    assert faults_of(duty.page) == []
    page = duty.enters_polres(stage.account)
    page.locator("#daftar").get_by_text(ticket).wait_for()
    desa = f"/desa/{village.place.code}"
    lists = ("/", "/?cari=tidakada", "/?keadaan=semua&tingkat=darurat", "/desa", desa)
    others = (f"{desa}/hilang", f"/laporan/{village.place.code}/{ticket}", "/tidak-ada")
    assert visit(page, home, (*lists, *others)) == {}


@SIZES
def test_the_phone_page_fits_and_can_be_touched(
    phone_page: str, visitor: MakeVisitor, size: tuple[int, int]
) -> None:
    assert visit(visitor(size).page, phone_page, (f"?hp=%2B{VILLAGERS[7].number[1:]}",)) == {}


def write_hostile(who: Visitor, village: Village, someone: Villager) -> str:
    """Put hostile words wherever the village lets anybody write; gives the report's ticket."""
    ticket = someone.report(HOSTILE)
    someone.text(f"TAMBAH {ticket} {HOSTILE}")
    page = who.page
    page.goto(f"{origin(village)}/laporan/{ticket}")
    page.get_by_text("Jawab pelapor dengan SMS").click()
    page.get_by_label("Isi jawaban").fill(HOSTILE)
    page.get_by_role("button", name="Kirim jawaban (1 SMS)").click()
    expect(page.locator(".bubble.right")).to_contain_text(HOSTILE)
    page.locator("#teruskan summary").click()
    page.get_by_label("Unit atau instansi").fill(HOSTILE[:24])
    page.get_by_label("Catatan untuk mereka").fill(HOSTILE)
    page.get_by_role("button", name="Teruskan laporan").click()
    expect(page.get_by_text(f"Laporan diteruskan ke {HOSTILE[:24]}")).to_be_visible()
    close(who, village, ticket, HOSTILE[:45])
    page.goto(f"{origin(village)}/warga")
    fold = page.locator("#tambah")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    fold.get_by_label("Nama").fill(HOSTILE[:60])
    fold.get_by_label("Tugas").fill(HOSTILE[:60])
    fold.get_by_label("Nomor HP").fill("0812-0000-7777")
    fold.get_by_role("button", name="Simpan petugas").click()
    expect(page.get_by_text("tercatat di buku telepon")).to_be_visible()
    return ticket


def test_the_measures_themselves_find_what_is_wrong(browser: Browser, village: Village) -> None:
    someone = Visitor(browser)
    someone.page.goto(f"{origin(village)}/masuk")
    someone.page.evaluate("document.body.append(document.createElement('script'))")
    someone.page.evaluate("document.body.lastChild.text = 'strike()'")
    assert [line for line in someone.complaints if "script-src" in line]
    someone.page.goto("about:blank")
    someone.page.set_content(
        "<body><main><button>x</button><p style='width: 500px'>645498</p><img alt=''></main>"
        "<script>strike()</script>"
    )
    assert len(faults_of(someone.page)) == 2
    assert len(struck(someone.page)) == 4
    someone.close()


def test_what_people_wrote_stays_text_on_every_page(
    stage: World,
    village: Village,
    phone_page: str,
    villager: MakeVillager,
    visitor: MakeVisitor,
) -> None:
    officer = visitor()
    officer.enters_village(village)
    ticket = write_hostile(officer, village, villager(village))
    duty = visitor()
    desk = duty.enters_polres(stage.account)
    home = known(stage.account).page.rstrip("/")
    desk.goto(f"{home}/?keadaan=semua")
    desk.locator("#daftar").get_by_text(ticket).wait_for()
    report = f"/laporan/{village.place.code}/{ticket}"
    pages = [
        *((officer.page, origin(village) + path) for path in ("/", "/laporan", "/warga")),
        (officer.page, f"{origin(village)}/laporan/{ticket}"),
        (officer.page, f"{origin(village)}/laporan?cari={HOSTILE}"),
        *((desk, home + path) for path in ("/?keadaan=semua", report)),
        (desk, f"{home}/desa/{village.place.code}"),
        (desk, f"{home}/?keadaan=semua&cari={HOSTILE}"),
    ]
    for page, where in pages:
        page.goto(where)
        faults = faults_of(page)  # opens every fold
        expect(page.locator("body")).to_contain_text("onerror=strike()")
        assert (where, struck(page), faults) == (where, [], [])

    phone = visitor().page
    phone.goto(f"{phone_page}?hp=%2B{VILLAGERS[8].number[1:]}")
    phone.get_by_role("textbox").fill(HOSTILE)
    phone.get_by_role("button", name="Kirim SMS").click()
    expect(phone.locator("#utas .sms.sent").last).to_contain_text("onerror=strike()")
    assert struck(phone) == []
