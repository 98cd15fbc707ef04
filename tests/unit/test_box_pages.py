"""Kotak and SMS keluar, as a browser without JavaScript meets them."""

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from paper_desk import NOW_S, PaperDesk, report
from paper_phone import Phone

from hardware.errors import SimNotAccepted
from server import words
from server.desa.desk import Balance, OutboxLine, Past
from server.desa.pages.figures import Span, figures
from server.desa.state.radio import Credit, ModemMood, RadioState
from server.desa.state.samples import Counts, Hour, Strength
from server.domain.errors import Reason
from sms.outbox import Purpose, State

HOUR = NOW_S // 3_600
TODAY = date(2026, 11, 22)
STICK = RadioState(
    "stick-1",
    ModemMood.GOOD,
    signal_percent=61,
    operator="Telkomsel",
    memories=(("SM", 3, 30), ("ME", 0, 100)),
    erasing="SMS yang terhapus ditimpa teks kosong.",
    may_send=True,
    credit=Credit(10_250, date(2026, 11, 30), NOW_S - 7_200),
)
SWAPPED = RadioState("stick-2", ModemMood.GOOD, SimNotAccepted.sentence, 34, "XL")


@pytest.fixture
def phone() -> Phone:
    phone = Phone(PaperDesk())
    phone.desk.put(report("41275", 8, "ada orang bawa parang di pasar", urgency="darurat"))
    assert phone.login().status_code == 303
    return phone


def show(phone: Phone, *radios: RadioState, **known: object) -> str:
    phone.desk.state = replace(phone.desk.state, radios=radios, **known)  # type: ignore[arg-type]
    return phone.get("/kotak")


def test_each_modem_tells_its_state(phone: Phone) -> None:
    page = show(phone, STICK)
    assert "Modem · Telkomsel" in page
    assert "Rp10.250, masa aktif sampai 30 November (sisa 8 hari)" in page
    assert "Kartu SIM: 3 dari 30 terpakai" in page
    assert STICK.erasing in page
    assert "Pakai kartu SIM ini" not in page
    two = show(phone, STICK, replace(SWAPPED, trouble="", signal_percent=None))
    assert "Modem 1 · Telkomsel" in two
    assert "Modem 2 · XL" in two
    assert "tidak, hanya menerima" in two
    assert two.count("Belum diketahui") == 3


@pytest.mark.parametrize(
    ("balance_rp", "until", "sentence"),
    [
        (None, None, "belum diketahui"),
        (0, date(2026, 11, 22), "Rp0, masa aktif sampai 22 November (hari ini terakhir)"),
        (1_234_567, None, "Rp1.234.567, masa aktif belum diketahui"),
        (None, date(2027, 1, 3), "pulsa belum diketahui, masa aktif sampai 3 Januari 2027"),
        (350, date(2026, 11, 20), "Rp350, masa aktif habis sejak 20 November"),
    ],
)
def test_credit_is_said_in_one_sentence_and_unknown_is_never_nothing(
    balance_rp: int | None, until: date | None, sentence: str
) -> None:
    assert words.credit(balance_rp, until, TODAY).startswith(sentence)


def test_the_line_on_every_page_tells_the_credit(phone: Phone) -> None:
    show(phone, STICK)
    assert "Pulsa Rp10.250, aktif s.d. 30 Nov" in phone.get("/")


def test_a_swapped_sim_is_used_only_after_a_person_agreed(phone: Phone) -> None:
    page = show(phone, STICK, SWAPPED, trouble=(SimNotAccepted.sentence,))
    assert "kartu diganti" in page
    # It is asked once: the button lies in a fold that says what it means.
    fold = re.search(r'<details[^>]*id="modem-2-sim".*?</details>', page, re.DOTALL)
    assert fold
    assert "open" not in fold[0].partition(">")[0]
    assert "Ya, pakai kartu SIM ini" in fold[0]
    phone.desk.asking = {"stick-2"}
    assert phone.client.post("/kotak/sim", data={"modem": "stick-2"}).status_code == 400
    assert phone.desk.asking
    answer = phone.post("/kotak", "/kotak/sim")
    assert (answer.status_code, answer.location) == (303, "/kotak")
    assert not phone.desk.asking
    assert "Kartu SIM disetujui" in phone.get("/kotak")


def test_a_sim_that_no_longer_asks_is_refused_in_words(phone: Phone) -> None:
    show(phone, SWAPPED)
    answer = phone.post("/kotak", "/kotak/sim")
    assert answer.status_code == 422
    assert Reason.NO_SIM_ASKS.value in answer.text


def test_an_empty_phone_book_is_said_on_the_start_page(phone: Phone) -> None:
    said = "laporan darurat tidak membunyikan HP siapa pun"
    assert said not in phone.get("/")
    phone.desk.state = replace(phone.desk.state, officers=0)
    assert said in phone.get("/")
    assert 'href="/warga#tambah"' in phone.get("/")


def test_unusually_many_texts_are_said_on_the_start_page(phone: Phone) -> None:
    assert "dalam satu jam terakhir" not in phone.get("/")
    phone.desk.state = replace(phone.desk.state, surge=44)
    assert "44 SMS dalam satu jam terakhir" in phone.get("/")


def past() -> Past:
    strength = Strength(2, 120, 40, 80)
    return Past(
        (
            Hour(HOUR - 50, Counts(90, 80, 0, 0)),
            Hour(HOUR - 3, Counts(4, 3, 1, 2), (("stick-1", strength),)),
            Hour(HOUR, Counts(12, 9, 0, 0)),
        ),
        (Balance("stick-1", NOW_S - 9 * 86_400, 48_000), Balance("stick-1", NOW_S, 10_250)),
    )


@pytest.mark.parametrize("span", Span)
def test_charts_are_whole_svg_with_title_description_and_table(phone: Phone, span: Span) -> None:
    phone.desk.measured = past()
    page = phone.client.get(f"/kotak?rentang={span.value}").text
    drawings = re.findall(r'<svg viewBox="0 0 \d+ 100".*?</svg>', page, re.DOTALL)
    assert len(drawings) == 3
    for drawing in drawings:
        root = ET.fromstring(drawing)  # noqa: S314 - our own page
        names = {node.get("id"): node.tag for node in root if node.get("id")}
        assert [names[one] for one in root.get("aria-labelledby", "").split()] == ["title", "desc"]
        assert all(node.text for node in root if node.tag in {"title", "desc"})
        assert {node.get("style") for node in root.iter()} == {None}
        assert {node.get("fill") for node in root.iter()} == {None}
    assert "Angka dalam tabel" in page
    assert "60% (40-80)" in page


def test_a_day_of_hours_shows_this_day_alone(phone: Phone) -> None:
    phone.desk.measured = past()
    day, week = phone.get("/kotak"), phone.get("/kotak?rentang=7-hari")
    assert "paling banyak 12 sejam" in day
    assert "paling banyak 90 dalam 6 jam" in week
    assert "paling banyak 12 sejam" in phone.get("/kotak?rentang=tidak-ada")


def test_columns_follow_the_hours_and_days_of_the_desa() -> None:
    day = figures(past(), Span.DAY, NOW_S, "WITA")
    assert day.ticks == ("09.00", "15.00", "21.00", "03.00")
    assert (day.columns[-1].label, day.columns[-1].counts.received) == ("08.00", 12)
    assert day.columns[-4].counts == Counts(4, 3, 1, 2)
    week = figures(past(), Span.WEEK, NOW_S, "WITA")
    assert week.ticks == ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
    assert week.columns[-3].label == "22 Nov, 06-12"
    assert sum(column.counts.received for column in week.columns) == 106
    month = figures(past(), Span.MONTH, NOW_S, "WITA")
    assert (len(month.columns), month.columns[-1].label) == (30, "22 Nov")
    assert month.ticks[0] == "24 Okt"


def test_a_balance_holds_until_the_operator_says_another(phone: Phone) -> None:
    ((name, line, top),) = figures(past(), Span.DAY, NOW_S, "WITA").balances
    assert (name, top, line.columns) == ("stick-1", 50_000, 90)
    assert line.path.startswith("M80 4H81")
    assert line.path.endswith("V79.5H90")
    assert line.path.count("M") == 1


def test_nothing_measured_draws_no_empty_chart(phone: Phone) -> None:
    page = phone.get("/kotak")
    assert "Tidak ada SMS dalam 24 jam terakhir" in page
    assert "<figure" not in page


def line(number: int, state: State, **known: object) -> OutboxLine:
    plain = OutboxLine(
        number, state, Purpose.ACK, "41275", "ack", "+6281234567890", text="Sudah kami terima."
    )
    return replace(plain, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "known", "said"),
    [
        (State.QUEUED, {"reason": "menunggu giliran"}, "Menunggu giliran"),
        (
            State.QUEUED,
            {"reason": "anggaran SMS hari ini habis"},
            "Menunggu: anggaran SMS hari ini habis",
        ),
        (State.SENT, {"sent_s": NOW_S}, "Terkirim 08.46"),
        (State.SUBMITTING, {"reason": "sedang dikirim"}, "Sedang dikirim"),
        (State.SENT, {}, "Terkirim"),
        (
            State.DELIVERED,
            {"sent_s": NOW_S, "arrived_s": NOW_S + 60},
            "Terkirim 08.46, sampai 08.47",
        ),
        (State.DELIVERED, {}, "Sampai"),
        (State.UNKNOWN, {"reason": "menunggu giliran"}, "Mungkin terkirim, diulang sekali"),
        (State.WITHHELD, {"reason": "bukan nomor HP"}, "Ditahan: bukan nomor HP"),
        (State.EXPIRED, {"reason": "terlalu lama menunggu"}, "Kedaluwarsa: terlalu lama menunggu"),
        (State.FAILED, {}, "Gagal: jaringan tidak dapat mengantarkannya"),
    ],
)
def test_every_outgoing_text_says_what_became_of_it(
    phone: Phone, state: State, known: dict[str, object], said: str
) -> None:
    phone.desk.texts = (line(7, state, **known),)
    page = phone.get("/keluar")
    assert f"<strong>{said}" in page
    assert "Warga 08..890" in page
    assert "34567890" not in page
    assert 'href="/laporan/41275"' in page


def test_outgoing_texts_are_sieved_by_state(phone: Phone) -> None:
    phone.desk.texts = tuple(line(number, state) for number, state in enumerate(State))

    def shown(query: str) -> list[int]:
        return [int(n) for n in re.findall(r'data-key="k-(\d+)"', phone.get(f"/keluar{query}"))]

    states = list(State)
    assert len(shown("")) == len(states)
    assert [states[n] for n in shown("?keadaan=ditahan")] == [State.WITHHELD]
    assert len(shown("?keadaan=menunggu")) == 4
    assert len(shown("?keadaan=tidak-ada")) == len(states)
    phone.desk.texts = ()
    assert "Tidak ada SMS gagal" in phone.get("/keluar?keadaan=gagal")
    assert "Belum ada SMS keluar" in phone.get("/keluar")


def test_locked_and_sealed_texts_show_nothing_of_themselves(phone: Phone) -> None:
    phone.desk.texts = (
        line(3, State.SENT, text=None, to="", name=""),
        OutboxLine(2, State.SENT, Purpose.ACK, official=True),
    )
    page = phone.get("/keluar")
    assert "Terkunci" in page
    assert "1 SMS untuk aduan yang disegel tidak ditampilkan" in page
    assert re.findall(r'data-key="k-(\d+)"', page) == ["3"]


def test_words_of_an_outgoing_text_are_never_markup(phone: Phone) -> None:
    phone.desk.texts = (line(3, State.SENT, text="<img src=x>{{7*7}}"),)
    raw = phone.client.get("/keluar").text
    assert "<img" not in raw
    assert "{{7*7}}" in raw


def test_an_officer_s_call_names_him_and_not_his_number(phone: Phone) -> None:
    called = line(3, State.DELIVERED, to="+6281211112222", who="Bripka Made", name="alarm")
    phone.desk.texts = (called,)
    page = phone.get("/keluar")
    assert "Bripka Made" in page
    assert "11112222" not in page
    assert "Panggilan petugas" in page


def test_the_way_to_the_outgoing_texts_begins_at_the_box(phone: Phone) -> None:
    assert 'href="/keluar?keadaan=menunggu"' in phone.get("/kotak")


def test_many_outgoing_texts_come_in_pages_that_weigh_little(phone: Phone) -> None:
    words = "KENTONGAN Labuhan Sangoro: laporan Anda diterima, no 41275. " * 3
    phone.desk.texts = tuple(line(n, State.WITHHELD, text=words) for n in range(200, 0, -1))
    seen: list[str] = []
    for page in range(1, 8):
        raw = phone.client.get(f"/keluar?keadaan=ditahan&hal={page}").data
        assert len(raw) < 60_000
        seen += re.findall(r'data-key="k-(\d+)"', raw.decode())
    assert seen == [str(n) for n in range(200, 0, -1)]
    assert 'href="/keluar?hal=2&keadaan=ditahan"' in phone.get("/keluar?keadaan=ditahan")


def test_the_box_page_weighs_little_with_a_full_history(phone: Phone) -> None:
    strength = Strength(60, 3_600, 40, 80)
    signals = (("stick-1", strength), ("stick-2", strength))
    full = tuple(Hour(HOUR - n, Counts(9, 9, 9, 9), signals) for n in range(720, -1, -1))
    days = tuple(Balance("stick-1", NOW_S - 86_400 * n, 9_000 + n) for n in range(90, -1, -1))
    phone.desk.measured = Past(full, days)
    for span in Span:
        assert len(phone.client.get(f"/kotak?rentang={span.value}").data) < 60_000
