"""The village pages, as a browser without JavaScript meets them."""

import re
import sqlite3
from dataclasses import replace

import pytest
from paper_desk import NOW_S, PASSPHRASE, PHONE_KEY, PaperDesk, report
from paper_phone import OFFICER, Phone

from server.desa.app import create_app
from server.desa.desk import Contact, Line, Note
from server.desa.pages.forms import ANSWER_SEPTETS
from server.domain.errors import Reason
from server.domain.report import Report, Status, Trust
from server.domain.requests import Answer, Close, Forward, Take


@pytest.fixture
def desk() -> PaperDesk:
    desk = PaperDesk()
    desk.put(
        report("41275", 8, "ada orang bawa parang di pasar", urgency="darurat"),
        report("50231", 38, "sapi hilang dua ekor", urgency="tinggi", dusun="Sukamaju"),
        report("90112", 300, "tetangga ribut", status=Status.CLOSED, result="Didamaikan"),
        replace(Report("12340", Status.NEW, "darurat"), locked=True, received_s=NOW_S - 86_400),
        replace(Report("22218", Status.NEW, "biasa"), sealed=True, category="aparat"),
    )
    return desk


@pytest.fixture
def phone(desk: PaperDesk) -> Phone:
    phone = Phone(desk)
    assert phone.login().status_code == 303
    return phone


@pytest.mark.parametrize(
    "path", ["/", "/laporan", "/laporan/41275", "/warga", "/kotak", "/keluar", "/segar"]
)
def test_nobody_reads_a_page_without_login(desk: PaperDesk, path: str) -> None:
    answer = create_app(desk).test_client().get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/masuk")


def test_login_goes_where_the_person_wanted_to_go(desk: PaperDesk) -> None:
    phone = Phone(desk)
    wanted = phone.client.get("/laporan/41275").location
    answer = phone.post(wanted, "/masuk", name=OFFICER, passphrase=PASSPHRASE)
    assert answer.location == "/laporan/41275"


def test_a_wrong_passphrase_says_how_long_to_wait(desk: PaperDesk) -> None:
    answer = Phone(desk).login("salah sekali")
    assert (answer.status_code, answer.headers["Retry-After"]) == (401, "2")
    assert "Tunggu 2 detik" in answer.text
    assert "salah sekali" not in answer.text


def test_a_name_of_endless_length_is_not_looked_at(desk: PaperDesk) -> None:
    phone = Phone(desk)
    answer = phone.post("/masuk", "/masuk", name="x" * 61, passphrase=PASSPHRASE)
    assert answer.status_code == 422


def test_today_shows_urgent_reports_before_others(phone: Phone) -> None:
    page = phone.get("/")
    assert page.index("parang") < page.index("sapi hilang")
    assert "3 laporan belum diambil" in page
    assert page.index("bawa parang") < page.index("Masih terkunci") < page.index("sapi hilang")


def test_an_empty_day_says_what_to_do() -> None:
    phone = Phone(PaperDesk())
    phone.login()
    assert "kirim satu SMS ke nomor kotak ini" in phone.get("/")
    assert "muncul di sini dengan sendirinya" in phone.get("/laporan")


def test_the_number_of_a_villager_is_masked_everywhere(phone: Phone) -> None:
    phone.desk.others = (Note(1, NOW_S, "+6281298765432", "bantuan", "kosong"),)
    pages = [phone.get(path) for path in ("/", "/laporan", "/laporan/41275", "/warga", "/kotak")]
    assert not [page for page in pages if re.search(r"34567890|98765432", page)]
    assert "08..890" in pages[2]
    assert "08..432" in pages[3]


def test_words_of_a_villager_are_never_markup(phone: Phone) -> None:
    phone.desk.put(report("66015", 1, "<img src=x onerror=alert(1)> {{7*7}}"))
    phone.desk.lines["66015"] = [Line(1, "note", NOW_S, True, None, "<script>x</script>")]
    for path in ("/", "/laporan", "/laporan/66015"):
        raw = phone.client.get(path).text
        assert "<img" not in raw
        assert "&lt;img src=x" in raw
        assert "{{7*7}}" in raw
    assert "<script>x" not in phone.client.get("/laporan/66015").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cari=parang", ["41275"]),
        ("cari=SAPI+sukamaju", ["50231"]),
        ("cari=50231", ["50231"]),
        ("cari=sapi+parang", []),
        ("keadaan=selesai", ["90112"]),
        ("keadaan=baru&cari=rt+02", ["41275", "50231"]),
        ("keadaan=nihil&hal=99", ["41275", "50231", "90112", "12340", "22218"]),
    ],
)
def test_the_list_is_searched_by_state_and_words(
    phone: Phone, query: str, found: list[str]
) -> None:
    page = phone.get(f"/laporan?{query}")
    assert re.findall(r'data-key="s-(\d+)"', page) == found


def test_a_long_list_is_shown_in_pages(phone: Phone) -> None:
    phone.desk.put(*(report(f"7{n:04}", 400 + n, "motor hilang") for n in range(60)))
    first, second = phone.get("/laporan"), phone.get("/laporan?hal=2")
    shown = [re.findall(r'data-key="s-(\d+)"', page) for page in (first, second)]
    assert list(map(len, shown)) == [30, 30]
    assert not set(shown[0]) & set(shown[1])


def test_taking_a_report_shows_who_has_it(phone: Phone) -> None:
    answer = phone.post("/", "/laporan/41275/ambil")
    assert (answer.status_code, answer.location) == (303, "/laporan/41275")
    page = phone.get("/laporan/41275")
    assert "Laporan ini sekarang Anda tangani." in page
    assert f"oleh {OFFICER}" in page
    assert phone.desk.done == [Take("41275", OFFICER)]


def test_a_form_sent_twice_sends_one_answer(phone: Phone) -> None:
    fields = phone.hidden("/laporan/41275", "/laporan/41275/jawab")
    fields["text"] = "Kami  menuju\nke sana"
    codes = [phone.send("/laporan/41275/jawab", fields).status_code for _ in range(2)]
    assert codes == [303, 303]
    assert phone.desk.done == [Answer("41275", OFFICER, "Kami menuju ke sana")]
    page = phone.get("/laporan/41275")
    assert page.count("Kami menuju ke sana") == 1
    assert "menunggu dikirim" in page


def test_a_report_is_forwarded_with_a_note(phone: Phone) -> None:
    phone.post("/laporan/50231", "/laporan/50231/teruskan", to="Satreskrim", note="dua ekor")
    assert phone.desk.done == [Forward("50231", OFFICER, "Satreskrim", "dua ekor")]
    assert "Diteruskan ke Satreskrim: dua ekor" in phone.get("/laporan/50231")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Tulis dahulu jawabannya."),
        ("   ", "Tulis dahulu jawabannya."),
        ("x" * (ANSWER_SEPTETS + 1), Reason.TEXT_TOO_LONG.value),
        ("{" * (ANSWER_SEPTETS // 2 + 1), Reason.TEXT_TOO_LONG.value),
        (
            "terima kasih \N{PERSON WITH FOLDED HANDS}",
            "Tanda \N{PERSON WITH FOLDED HANDS} tidak dapat dikirim",
        ),
    ],
)
def test_an_answer_that_fits_no_sms_is_kept_and_explained(
    phone: Phone, text: str, sentence: str
) -> None:
    answer = phone.post("/laporan/41275", "/laporan/41275/jawab", text=text)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'data-page="/laporan/41275"' in answer.text
    assert f"<strong>Belum terkirim.</strong> {sentence}" in answer.text
    assert f">{text.strip()}</textarea>" in answer.text
    assert phone.desk.done == []


def test_an_answer_of_exactly_one_sms_is_sent(phone: Phone) -> None:
    text = "x" * ANSWER_SEPTETS
    assert phone.post("/laporan/41275", "/laporan/41275/jawab", text=text).status_code == 303
    assert phone.desk.done == [Answer("41275", OFFICER, text)]


def test_where_the_village_allows_it_an_answer_may_take_three_sms(phone: Phone) -> None:
    phone.desk.answer_parts = 3
    page = phone.get("/laporan/41275")
    assert "Kirim jawaban (paling banyak 3 SMS)" in page
    assert "3 SMS memuat 423 huruf." in page
    for text, code in (("kata " * 80, 303), ("kata " * 100, 422)):
        answer = phone.post("/laporan/41275", "/laporan/41275/jawab", text=text.strip())
        assert answer.status_code == code
    assert "terlalu panjang untuk 3 SMS" in answer.text


def test_the_box_tells_what_the_brakes_hold(phone: Phone) -> None:
    assert "ditahan rem" not in phone.get("/kotak")
    phone.desk.state = replace(phone.desk.state, held=(("anggaran SMS habis", 4),))
    assert "4 · anggaran SMS habis" in phone.get("/kotak")


def test_a_text_that_a_brake_held_says_which(phone: Phone) -> None:
    line = Line(9, "message", NOW_S, True, None, "ack", "withheld:rate")
    phone.desk.lines["41275"] = [line]
    page = phone.get("/laporan/41275")
    assert 'class="tick bad">ditahan: batas jawaban untuk nomor ini' in page


def test_a_stale_tab_hears_that_the_report_has_changed(phone: Phone) -> None:
    closing = phone.hidden("/laporan/41275", "/laporan/41275/tutup")
    phone.post("/laporan/41275", "/laporan/41275/tutup", result="Didamaikan")
    stale = phone.send("/laporan/41275/tutup", closing | {"result": "Tidak terbukti"})
    assert stale.status_code == 409
    assert Reason.WRONG_STATE.value in stale.text
    assert "Keadaan sekarang: Selesai, Didamaikan." in stale.text
    assert "Tidak terbukti" in stale.text
    assert phone.desk.done == [Close("41275", OFFICER, "Didamaikan")]


def test_a_closed_report_offers_only_to_be_opened_again(phone: Phone) -> None:
    page = phone.get("/laporan/90112")
    assert "/laporan/90112/tutup" not in page
    phone.post("/laporan/90112", "/laporan/90112/buka", reason="ribut lagi")
    assert "Dibuka lagi:" in phone.get("/laporan/90112")


@pytest.mark.parametrize(
    ("ticket", "sentence"),
    [("12340", "Yang dapat membukanya"), ("22218", "disegel untuk Propam Polres sejak diterima")],
)
def test_a_closed_envelope_is_explained_and_has_no_actions(
    phone: Phone, ticket: str, sentence: str
) -> None:
    page = phone.get(f"/laporan/{ticket}")
    assert sentence in page
    assert f"/laporan/{ticket}/" not in page


def test_what_is_unsure_is_shown_as_unsure(phone: Phone) -> None:
    phone.desk.put(
        report("66015", 5, "x", confidence_percent=40, trust=int(Trust.SMSC), landmark="pos")
    )
    page = phone.get("/laporan/66015")
    assert "Pencurian · belum pasti" in page
    assert "(jam belum pasti)" in page
    assert "pos · belum pasti" in page
    assert "belum pasti" not in phone.get("/laporan/50231").split('id="laporan"')[1]


@pytest.mark.parametrize("ticket", ["99999", "abc", "'; DROP TABLE rep;--"])
def test_an_unknown_report_is_not_there(phone: Phone, ticket: str) -> None:
    assert phone.client.get(f"/laporan/{ticket}").status_code == 404


def test_the_phone_book_is_filled_changed_and_emptied(phone: Phone) -> None:
    assert "belum dapat dikirim ke siapa pun" in phone.get("/warga")
    fields = {"name": "Pak Karim", "role": "Wakil", "number": "0852-1234-0033"}
    phone.post("/warga", "/warga/petugas", **fields)
    assert phone.desk.book["Pak Karim"] == Contact("Pak Karim", "Wakil", "0852-1234-0033")
    phone.post("/warga", "/warga/petugas", **(fields | {"number": "0852-1234-0044"}))
    assert "0852-1234-0044" in phone.get("/warga")
    phone.post("/warga", "/warga/petugas/hapus", name="Pak Karim")
    assert phone.desk.book == {}


def test_a_number_that_is_none_is_explained_and_kept(phone: Phone) -> None:
    fields = {"name": "Pak Karim", "role": "Wakil", "number": "rumah"}
    answer = phone.post("/warga", "/warga/petugas", **fields)
    assert answer.status_code == 422
    assert Reason.NOT_A_NUMBER.value in answer.text
    assert 'value="rumah"' in answer.text


def test_the_box_says_what_to_do_on_every_page(phone: Phone) -> None:
    assert "Modem baik" in phone.get("/")
    assert "Tidak ada yang perlu ditangani" in phone.get("/kotak")
    trouble = ("Modem diam: cabut dan pasang lagi.", "Jam belum pasti.")
    phone.desk.state = replace(phone.desk.state, trouble=trouble, clock_sure=False)
    for path in ("/", "/laporan", "/laporan/41275", "/warga", "/kotak"):
        assert "Modem diam: cabut dan pasang lagi. (+1)" in phone.get(path)
    assert all(sentence in phone.get("/kotak") for sentence in trouble)


def test_unlocking_needs_passphrase_and_phone_key(phone: Phone) -> None:
    phone.desk.state = replace(phone.desk.state, locked_sessions=2, unread=4)
    wrong = phone.post("/kotak", "/kotak/buka", passphrase="salah")
    assert (wrong.status_code, phone.desk.locked_sessions) == (401, 2)
    keyless = phone.post("/kotak", "/kotak/buka", passphrase=PASSPHRASE)
    assert keyless.status_code == 422
    assert "tidak membawa kunci yang cocok" in keyless.text
    phone.client.set_cookie(phone.key_cookie, PHONE_KEY.hex())
    opened = phone.post("/kotak", "/kotak/buka", passphrase=PASSPHRASE)
    assert opened.status_code == 303
    assert "2 sesi lama terbuka" in phone.get("/kotak")


def test_pages_learn_that_something_is_new(phone: Phone) -> None:
    version = re.search(r'data-version="([^"]+)"', phone.get("/"))
    assert version
    assert phone.client.get(f"/segar?sejak={version[1]}").status_code == 304
    phone.desk.put(report("66015", 0, "baru"))
    assert phone.client.get(f"/segar?sejak={version[1]}").status_code == 200


def test_logout_ends_the_login_and_keeps_the_key(phone: Phone) -> None:
    phone.client.set_cookie(phone.key_cookie, PHONE_KEY.hex())
    assert phone.post("/kotak", "/keluar").location == "/masuk"
    assert phone.client.get("/").status_code == 303
    assert "HP ini membawa kunci." in phone.get("/masuk")


def test_a_page_weighs_little_on_a_slow_phone(phone: Phone) -> None:
    phone.desk.put(*(report(f"7{n:04}", 400 + n, "motor hilang " * 11) for n in range(200)))
    assert max(len(phone.client.get(path).data) for path in ("/laporan", "/laporan/41275")) < 60_000
    static = {"kentongan.css": 20_480, "icons.svg": 8_192, "live.js": 8_192, "form.js": 4_096}
    assert all(len(phone.client.get(f"/static/{n}").data) <= size for n, size in static.items())


@pytest.mark.parametrize(
    ("code", "title"),
    [(sqlite3.SQLITE_FULL, "Belum tersimpan"), (sqlite3.SQLITE_MISUSE, "Ada yang rusak di sini")],
)
def test_an_action_that_the_card_refuses_gives_back_what_was_typed(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, code: int, title: str
) -> None:
    def refuse(_: object) -> None:
        error = sqlite3.OperationalError("x")
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr(phone.desk, "act", refuse)
    answer = phone.post("/laporan/41275", "/laporan/41275/jawab", text="Kami menuju ke sana")
    assert answer.status_code == 500
    assert title in answer.text
    assert "Kami menuju ke sana" in answer.text
