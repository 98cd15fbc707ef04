"""Reports are understood as far as words go, and complaints about officials are found."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.reading import lexicon
from server.domain.reading.fold import fold
from server.domain.reading.labels import Category, Urgency
from server.domain.reading.read import read

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "data" / "sms_dev.jsonl"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Pak ada maling masuk rumah tetangga", Category.PENCURIAN),
        ("saya dirampok di jalan kebun", Category.PERAMPOKAN),
        ("motor vario saya hilang di parkiran pasar", Category.CURANMOR),
        ("kerbau kami ilang 3 ekor pak", Category.TERNAK),
        ("adik saya dikeroyok di lapangan", Category.PENGANIAYAAN),
        ("ada mayat mengapung di sungai", Category.MAYAT),
        ("istri saya dicekik mertua pak", Category.KDRT),
        ("suami mabuk pukul saya", Category.KDRT),
        ("anak saya dicabuli tetangga", Category.PELECEHAN),
        ("mereka nyabu di gudang", Category.NARKOBA),
        ("balap liar tiap malam minggu", Category.KERIBUTAN),
        ("pemuda mabuk minum tuak di pos", Category.MIRAS),
        ("sabung ayam lagi di kebun", Category.JUDI),
        ("saya ditipu arisan online", Category.PENIPUAN),
        ("tabrakan truk sama motor di tikungan", Category.KECELAKAAN),
        ("rumah warga kebakaran", Category.KEBAKARAN),
        ("kebakaran lahan gambut, asap tebal", Category.KARHUTLA),
        ("air sungai naik, banjir masuk rumah", Category.BANJIR),
        ("tebing longsor nutup jalan", Category.LONGSOR),
        ("gempa barusan kencang", Category.GEMPA),
        ("nenek saya belum pulang dari ladang", Category.ORANG_HILANG),
        ("bapak saya pingsan sesak napas", Category.MEDIS),
        ("batas tanah saya diserobot, patok dipindah", Category.SENGKETA),
        ("bentrok antar kampung", Category.KONFLIK),
        ("orang tidak dikenal mondar mandir", Category.ORANG_MENCURIGAKAN),
        ("ada bule visa habis", Category.ORANG_ASING),
        ("warga menemukan granat di kebun", Category.SENJATA),
        ("ada tambang liar di hulu", Category.LINGKUNGAN),
        ("lampu jalan mati", Category.INFRASTRUKTUR),
        ("ada buaya di muara", Category.LAINNYA),
    ],
)
def test_each_category_is_recognised(text: str, category: Category) -> None:
    reading = read(text)
    assert reading.category is category
    assert reading.confidence > 0
    assert reading.why


@pytest.mark.parametrize(
    "text",
    ["tlg ada m4l1ng", "ada malinggg pak", "kmalingan pak", "rmh sy kemalingan", "mling pak"],
)
def test_abbreviations_and_slips_are_understood(text: str) -> None:
    assert read(text).category is Category.PENCURIAN


@pytest.mark.parametrize("text", ["kebkaran pak", "kbkrn rmh", "kebakarn", "K3B4K4R4N"])
def test_fire_is_understood_through_misspellings(text: str) -> None:
    assert read(text).category is Category.KEBAKARAN


@pytest.mark.parametrize(
    "text",
    [
        "ketua kebakaran jenggot",
        "kamu maling hatiku",
        "jangan curi start ya",
        "tidak ada kebakaran pak",
        "bukan maling",
        "banjir diskon akhir tahun",
        "beli sabun hari sabtu",
        "",
        "41275",
    ],
)
def test_idioms_and_denials_alarm_nobody(text: str) -> None:
    reading = read(text)
    assert reading.urgency is not Urgency.DARURAT
    assert not reading.official


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("perampokan di toko, pelaku bawa senpi masih di lokasi", Urgency.DARURAT),
        ("rumah terbakar", Urgency.DARURAT),
        ("rumah bu Siti kebakaran td pagi, sudah padam, pemilik luka", Urgency.TINGGI),
        ("ada maling masih di dalam rumah", Urgency.DARURAT),
        ("tadi malam rumah saya kemalingan", Urgency.TINGGI),
        ("motor saya hilang bulan lalu", Urgency.BIASA),
        ("motor saya hilang 3 minggu", Urgency.BIASA),
        ("katanya ada yang jual sabu", Urgency.BIASA),
        ("anak umur 4 tahun hilang", Urgency.DARURAT),
        ("longsor, dua orang tertimbun", Urgency.DARURAT),
        ("pick up nabrak tembok tadi pagi, tidak ada yang luka", Urgency.TINGGI),
        ("besok ada simulasi kebakaran", Urgency.BIASA),
    ],
)
def test_urgency_follows_what_happens_now(text: str, urgency: Urgency) -> None:
    assert read(text).urgency is urgency


@pytest.mark.parametrize(
    "text",
    [
        "oknum polisi minta uang damai 500 ribu",
        "polisi minta uang waktu tilang di simpang",
        "kades korupsi dana desa",
        "pak kades menampar warga saat rapat",
        "saya diperas petugas polsek",
        "anak saya dipukuli polisi tadi malam",
        "blt kami dipotong 100 ribu",
        "dana desa diselewengkan",
        "ada pungli di kantor desa",
        "bhabin selingkuh sama istri orang",
        "sekdes memungut uang surat tanah",
        "APARAT: lurah tidak adil",
        "camat menerima suap",
        "lurah minta sogok untuk tanda tangan",
        "judi itu dibekingi aparat",
        "saya disuruh bayar 2 juta sama kanit",
        "polsek tidak mau terima laporan kalau tidak bayar",
    ],
)
def test_a_complaint_about_an_official_is_found(text: str) -> None:
    reading = read(text)
    assert reading.official
    assert reading.category is Category.APARAT
    assert reading.why


@pytest.mark.parametrize(
    "text",
    [
        "pak polisi tolong, suami saya memukul anak saya",
        "pak babin ada yang minta uang di jalan",
        "ada orang ngaku polisi minta uang tebusan",
        "polisi gadungan minta uang",
        "petugas PLN minta uang meteran",
        "ada telpon dari polres minta uang, penipuan ya pak",
        "saya dipukul tetangga, pak polisi",
        "saya dipukul pak polisi",
        "lapor polisi, preman minta uang di pasar",
        "ada pungli preman di pasar",
        "tolong polisi cepat, saya diancam suami",
        "pak kades rumah saya kemalingan",
        "petugas tolong datang ada yang memeras pedagang",
        "terima kasih pak polisi sudah bantu",
        "oknum warga main judi",
        "laporkan ke kantor desa jalan rusak",
    ],
)
def test_a_word_to_an_official_is_no_complaint_about_one(text: str) -> None:
    assert not read(text).official


@pytest.mark.parametrize(
    "text",
    [
        "jgn sebut nama saya, dia jual sabu",
        "mohon dirahasiakan pak",
        "RAHASIA ada judi",
        "jangan bilang saya yang lapor",
    ],
)
def test_a_wish_for_secrecy_is_seen(text: str) -> None:
    assert read(text).confidential
    assert not read("ada maling di pasar").confidential


def test_the_place_comes_with_the_reading() -> None:
    place = read("maling di RT 2 RW 5 dusun krajan").place
    assert (place.rt, place.rw, place.dusun) == (2, 5, "Krajan")


@given(st.text(max_size=300))
def test_no_text_makes_it_raise(text: str) -> None:
    reading = read(text)
    assert 0.0 <= reading.confidence <= 1.0
    assert len(reading.why) <= 5


@given(st.lists(st.sampled_from([*sorted(lexicon.SPELLINGS), "|", ".", "maling"]), max_size=60))
def test_no_run_of_known_words_makes_it_raise(words: list[str]) -> None:
    assert isinstance(read(" ".join(words)).category, Category)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00" * 50,
        "a" * 2_000,
        "\U0001f525" * 2_000,
        "maling " * 400,
        "\ud800",
        "| | |",
        "2" * 999,
    ],
)
def test_odd_texts_are_read_without_harm(text: str) -> None:
    assert read(text).urgency in Urgency


def test_folding_is_stable_and_keeps_clause_breaks() -> None:
    assert fold("Tlg pak!! rmh2nya kebakaraaan") == ["tolong", "pak", "|", "rumah", "kebakaran"]
    assert fold("orang² mlm2") == fold("orang2 malam2")


def test_every_list_names_a_category_that_exists() -> None:
    names = [category.value for category in Category]
    strong, weak = lexicon.sections("strong.txt"), lexicon.sections("weak.txt")
    assert list(strong) == list(weak) == names
    assert {category for category, _, _ in lexicon.COMBOS} <= set(Category)
    assert {clue for _, _, needed in lexicon.COMBOS for clue in needed} <= (
        lexicon.sections("clues.txt").keys()
    )


@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled texts are not on this machine")
def test_labelled_texts_are_read_no_worse_than_before() -> None:
    rows = [json.loads(line) for line in LABELLED.read_text("utf-8").splitlines()]
    reports = [row for row in rows if row["kind"] == "report"]
    right: Counter[str] = Counter()
    for row in reports:
        reading = read(row["text"])
        right["category"] += reading.category == row["category"]
        right["urgency"] += reading.urgency == row["urgency"]
        right["rt"] += reading.place.rt == row["rt"]
        right["rw"] += reading.place.rw == row["rw"]
        right["official"] += reading.official
    share = {name: right[name] / len(reports) for name in right}
    print(share)
    assert share["category"] >= 0.85
    assert share["urgency"] >= 0.75
    assert share["rt"] >= 0.98
    assert share["rw"] >= 0.98
    assert right["official"] <= 2


@pytest.mark.parametrize(
    "text",
    [
        "lurah potong bantuan BLT warga",
        "polisi nilang minta 200rb tanpa surat",
        "bantuan sembako dipotong pak RT",
        "tentara tendang anak saya di pasar",
        "babinkamtibmas minta rokok terus tiap datang",
        "dana desa dipakai beli mobil kades",
    ],
)
def test_a_complaint_about_who_holds_office_is_sealed(text: str) -> None:
    assert read(text).official


@pytest.mark.parametrize(
    "text",
    [
        "lapor pak bhabin ada orang mabuk mukul anak saya",
        "ada orang ngaku polisi minta uang lewat telepon",
        "kantor desa dibobol maling",
        "pak polisi anak saya diancam pemuda mabuk",
    ],
)
def test_a_call_for_help_to_who_holds_office_is_not_sealed(text: str) -> None:
    assert not read(text).official
