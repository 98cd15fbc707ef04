"""The texts that the gateway sends, each within one GSM 7-bit segment."""

from enum import StrEnum
from string import Formatter
from typing import Final

from sms.alphabet import septets, to_gsm7

SEGMENT_SEPTETS: Final = 160
"""What one short message without a header holds (3GPP TS 23.040 section 9.2.3.16)."""


class ReplyKey(StrEnum):
    """Names of the texts; `fields_of` gives the fields that each one takes."""

    ACK = "ACK"
    ACK_DARURAT = "ACK_DARURAT"
    ACK_DARURAT_SEPI = "ACK_DARURAT_SEPI"
    ACK_NETRAL = "ACK_NETRAL"
    TANYA_TEMPAT = "TANYA_TEMPAT"
    TANYA_APA = "TANYA_APA"
    TANYA_MASIH = "TANYA_MASIH"
    DITANGANI = "DITANGANI"
    BERANGKAT = "BERANGKAT"
    STATUS = "STATUS"
    STATUS_NETRAL = "STATUS_NETRAL"
    STATUS_NIHIL = "STATUS_NIHIL"
    TAMBAH_OK = "TAMBAH_OK"
    TAMBAH_NIHIL = "TAMBAH_NIHIL"
    DITERUSKAN = "DITERUSKAN"
    BUKAN_WEWENANG = "BUKAN_WEWENANG"
    PERLU_LP = "PERLU_LP"
    UNDANG_MEDIASI = "UNDANG_MEDIASI"
    SELESAI = "SELESAI"
    NILAI_OK = "NILAI_OK"
    BUKA_LAGI = "BUKA_LAGI"
    BANTUAN = "BANTUAN"
    TERDAFTAR = "TERDAFTAR"
    STOP_OK = "STOP_OK"
    HAPUS_OK = "HAPUS_OK"
    RONDA_INGAT = "RONDA_INGAT"
    RONDA_KURANG = "RONDA_KURANG"
    ESKALASI = "ESKALASI"
    ESKALASI_KUNCI = "ESKALASI_KUNCI"
    DARURAT_PETUGAS = "DARURAT_PETUGAS"
    PETUGAS_OK = "PETUGAS_OK"
    PETUGAS_NIHIL = "PETUGAS_NIHIL"
    LUAR_JAM = "LUAR_JAM"
    MISCALL = "MISCALL"
    SIARAN = "SIARAN"
    KENTONGAN = "KENTONGAN"
    PULIH = "PULIH"
    BATAL_OK = "BATAL_OK"
    BATAS = "BATAS"
    SEGEL = "SEGEL"
    JAWAB = "JAWAB"
    AMAN_129 = "AMAN_129"
    UJI = "UJI"
    PULSA = "PULSA"
    MASA_AKTIF = "MASA_AKTIF"
    MASA_HABIS = "MASA_HABIS"
    TULI = "TULI"


FIELD_MAX: Final[dict[str, int]] = {
    "a": 2, "b": 2, "catatan": 45, "desa": 20, "dusun": 24, "hari": 6, "hasil": 45, "hp": 14,
    "instansi": 24, "isi": 55, "jam": 5, "jawab": 149, "jenis": 12, "menit": 4, "n": 3, "nama": 22,
    "no": 6, "pola": 12, "polsek": 24, "pos": 20, "rp": 10, "rt": 3, "rw": 3, "status": 16,
    "tempat": 24, "tgl": 10, "urgensi": 8, "zona": 4,
}  # fmt: skip
"""Septets that a field may take; `render` cuts it there."""

_TEXTS: Final[dict[ReplyKey, str]] = {
    ReplyKey.ACK: (
        "KENTONGAN {desa}: laporan Anda diterima, no {no}. Petugas akan membacanya. "
        "Cek: ketik STATUS {no}. Bahaya? Telepon 110, gratis."
    ),
    ReplyKey.ACK_DARURAT: (
        "DARURAT DITERIMA, no {no}. Petugas sedang dihubungi. Cari tempat aman, "
        "jangan hadapi pelaku. Telepon 110 sekarang, gratis 24 jam."
    ),
    ReplyKey.ACK_DARURAT_SEPI: (
        "DARURAT TERCATAT, no {no}, belum tentu segera dibaca. Telepon 110 sekarang, "
        "gratis 24 jam. Cari tempat aman, jangan hadapi pelaku, minta tolong tetangga."
    ),
    ReplyKey.ACK_NETRAL: "Pesan Anda sudah kami terima, no {no}. Terima kasih.",
    ReplyKey.TANYA_TEMPAT: (
        "No {no}: di mana tempatnya? Balas dusun, RT/RW dan patokan. "
        "Contoh: Dusun Krajan RT 02/01 dekat masjid."
    ),
    ReplyKey.TANYA_APA: (
        "No {no}: mohon tulis apa yang terjadi, kapan, dan siapa yang perlu ditolong. "
        "Cukup satu SMS. Terima kasih."
    ),
    ReplyKey.TANYA_MASIH: (
        "No {no}: apakah MASIH terjadi sekarang? Balas YA atau TIDAK. "
        "Bila ada orang terluka, balas LUKA."
    ),
    ReplyKey.DITANGANI: (
        "No {no}: ditangani {nama}. Bila perlu, petugas menghubungi Anda. "
        "Polisi tidak pernah minta uang atau pulsa."
    ),
    ReplyKey.BERANGKAT: (
        "No {no}: petugas berangkat pukul {jam}. Tetap di tempat aman. "
        "Bila keadaan berubah, balas SMS ini."
    ),
    ReplyKey.STATUS: (
        "Laporan {no} ({tgl}): {status}. Kabar: {catatan}. "
        "Ada info baru? Ketik TAMBAH {no} lalu isinya."
    ),
    ReplyKey.STATUS_NETRAL: "No {no}: {status}.",
    ReplyKey.STATUS_NIHIL: (
        "Nomor laporan itu tidak ada untuk HP ini. Periksa angkanya, "
        "atau ketik STATUS saja untuk melihat laporan terakhir Anda."
    ),
    ReplyKey.TAMBAH_OK: (
        "Tambahan untuk laporan {no} dicatat pukul {jam}. Terima kasih, keterangan Anda membantu."
    ),
    ReplyKey.TAMBAH_NIHIL: (
        "HP ini belum punya laporan yang masih terbuka. "
        "Tulis kejadian dan tempatnya dalam satu SMS, lalu kirim ke sini."
    ),
    ReplyKey.DITERUSKAN: (
        "Laporan {no} diteruskan ke {instansi} karena itu tugasnya. "
        "Kami tetap memantau dan akan mengabari Anda."
    ),
    ReplyKey.BUKAN_WEWENANG: (
        "Laporan {no} bukan tugas polisi. Silakan hubungi {instansi}. "
        "Layanan pemerintah lain: SMS ke 1708 (LAPOR), tarif biasa."
    ),
    ReplyKey.PERLU_LP: (
        "No {no}: agar diproses hukum, buatlah Laporan Polisi di {polsek}. "
        "Bawa KTP dan bukti. Gratis. Kami siap mendampingi."
    ),
    ReplyKey.UNDANG_MEDIASI: (
        "Undangan musyawarah no {no}: {hari} {tgl} pukul {jam} {zona}, {tempat}. "
        "Balas HADIR atau TIDAK."
    ),
    ReplyKey.SELESAI: (
        "Laporan {no} selesai: {hasil}. Terima kasih. Belum beres? Ketik TAMBAH {no} lalu isinya."
    ),
    ReplyKey.NILAI_OK: (
        "Terima kasih, nilai untuk laporan {no} tercatat. "
        "Nilai Anda dibaca Polres, bukan hanya petugas desa."
    ),
    ReplyKey.BUKA_LAGI: (
        "Laporan {no} dibuka lagi. Mohon tulis apa yang belum beres. "
        "Pengawas di Polsek ikut kami beri tahu."
    ),
    ReplyKey.BANTUAN: (
        "Tulis kejadian dan tempatnya, kirim ke sini. STATUS no: cek. TAMBAH no: info baru. "
        "RAHASIA: lapor diam-diam. STOP: berhenti info. Bahaya: telepon 110."
    ),
    ReplyKey.TERDAFTAR: (
        "{nama}, HP Anda terdaftar di RT {rt}/{rw} {dusun}. "
        "Anda akan menerima info Kamtibmas. Berhenti: ketik STOP."
    ),
    ReplyKey.STOP_OK: (
        "Anda tidak akan menerima siaran kami. "
        "Melapor tetap bisa kapan saja: tulis kejadian dan tempatnya ke nomor ini."
    ),
    ReplyKey.HAPUS_OK: (
        "Permintaan hapus data dicatat {tgl}. Kami jawab paling lambat 3x24 jam. "
        "Data perkara hukum disimpan sesuai aturan."
    ),
    ReplyKey.RONDA_INGAT: (
        "Ronda {hari} {tgl} pukul {jam} {zona}, {pos}. Giliran Anda bersama {n} warga. "
        "Balas SIAP atau GANTI."
    ),
    ReplyKey.RONDA_KURANG: (
        "{pos} malam ini baru {a} dari {b} orang siap. Mohon cari pengganti. "
        "Balas CUKUP bila sudah lengkap."
    ),
    ReplyKey.ESKALASI: (
        "No {no}, {urgensi}, {menit} menit belum dijawab. "
        "Buka halaman petugas dan ambil laporan ini."
    ),
    ReplyKey.ESKALASI_KUNCI: (
        "No {no}, {urgensi}, belum dijawab. Kotak menyala lagi {menit} menit lalu. "
        "Buka halaman petugas dan ambil laporan ini."
    ),
    ReplyKey.DARURAT_PETUGAS: (
        "No {no}, {urgensi}, masuk pukul {jam}. Buka halaman petugas sekarang. "
        "Pelapor menunggu jawaban Anda."
    ),
    ReplyKey.PETUGAS_OK: "No {no}: {status}, dicatat pukul {jam}. Rincian di halaman petugas.",
    ReplyKey.PETUGAS_NIHIL: (
        "Perintah tidak dijalankan: no {no} tidak ada atau bukan tugas HP ini. "
        "Periksa angkanya, atau buka halaman petugas."
    ),
    ReplyKey.LUAR_JAM: (
        "Laporan diterima, no {no}. Petugas desa aktif 07.00-21.00 {zona}. "
        "Mendesak? Telepon 110 (gratis 24 jam) atau Polsek {hp}."
    ),
    ReplyKey.MISCALL: (
        "Ada panggilan dari HP Anda. Nomor ini hanya untuk SMS. "
        "Tulis kejadian dan tempatnya, atau telepon 110, gratis 24 jam."
    ),
    ReplyKey.SIARAN: (
        "INFO {desa}: {isi}. Jangan sebar kabar yang belum jelas. "
        "Lapor ke nomor ini. Berhenti: STOP."
    ),
    ReplyKey.KENTONGAN: (
        "KENTONGAN {jenis}, {tempat}, {jam} {zona}. Bunyikan {pola}. "
        "Selamatkan orang dulu, jangan main hakim sendiri. Tunggu petugas."
    ),
    ReplyKey.PULIH: (
        "Maaf, sistem desa sempat mati. SMS Anda baru kami baca pukul {jam}, no {no}. "
        "Masih perlu bantuan? Balas YA atau TIDAK."
    ),
    ReplyKey.BATAL_OK: (
        "Permintaan batal untuk no {no} sudah dicatat. "
        "Petugas akan memastikannya dahulu. Terima kasih."
    ),
    ReplyKey.BATAS: (
        "Hari ini kami tidak membalas lagi ke HP ini. SMS Anda tetap kami terima dan dibaca "
        "petugas. Bahaya? Telepon 110, gratis 24 jam."
    ),
    ReplyKey.SEGEL: (
        "Pesan no {no} disegel, hanya Polres yang dapat membacanya. "
        "Jalur lain: Propam/Dumas Polri, Ombudsman 137, atau SMS 1708."
    ),
    ReplyKey.JAWAB: "No {no}: {jawab}",
    ReplyKey.AMAN_129: (
        "Anda tidak sendiri. Bila aman, hubungi SAPA 129 atau WA 08111129129. "
        "Hapus SMS ini bila perlu."
    ),
    ReplyKey.UJI: "INI HANYA LATIHAN, pukul {jam}. {isi}. Tidak ada bahaya. Terima kasih.",
    ReplyKey.PULSA: (
        "Kotak {desa}: pulsa tinggal Rp{rp}. Isi pulsa ke {hp} supaya warga tetap dibalas. "
        "SMS darurat ke petugas didahulukan."
    ),
    ReplyKey.MASA_AKTIF: (
        "Kotak {desa}: masa aktif kartu SIM berakhir {tgl}, {n} hari lagi. "
        "Isi pulsa ke {hp} sebelum itu, supaya nomornya tidak hangus."
    ),
    ReplyKey.MASA_HABIS: (
        "Kotak {desa}: masa aktif kartu SIM sudah berakhir {tgl}. "
        "Isi pulsa ke {hp} hari ini, sebelum nomornya hangus."
    ),
    ReplyKey.TULI: (
        "Kotak {desa} tidak menerima SMS. Periksa antena, sinyal, masa aktif kartu, "
        "lalu kirim SMS ke {hp}. Laporan mungkin tertahan."
    ),
}

_QUESTIONS: Final = frozenset({ReplyKey.TANYA_TEMPAT, ReplyKey.TANYA_APA, ReplyKey.TANYA_MASIH})

_FIELDS: Final = {
    key: frozenset(name for _, name, _, _ in Formatter().parse(text) if name)
    for key, text in _TEXTS.items()
}


def wording() -> tuple[str, ...]:
    """Our own words: what stands between the fields of every text but the questions.

    Who answers a question uses its words: `Dusun Krajan RT 02/01 dekat masjid`.
    """
    told = (text for key, text in _TEXTS.items() if key not in _QUESTIONS)
    return tuple(words for text in told for words, *_ in Formatter().parse(text))


def fields_of(key: ReplyKey) -> frozenset[str]:
    """Names of the fields that `render` asks for."""
    return _FIELDS[key]


def limit(key: ReplyKey, field: str) -> int:
    """Septets that a field of a text may take before it is cut.

    Raises:
        KeyError: the text has no such field.
    """
    if field not in _FIELDS[key]:
        raise KeyError(field)
    return FIELD_MAX[field]


def render(key: ReplyKey, **fields: str | int) -> str:
    """Fill in a text.

    Each field is put on one line, written in GSM 7-bit characters and cut to `FIELD_MAX` septets.

    Returns:
        At most 160 septets of the GSM 7-bit alphabet.

    Raises:
        TypeError: a field is missing, or the text has no such field.
    """
    wanted = _FIELDS[key]
    if missing := sorted(wanted - fields.keys()):
        raise TypeError(f"{key} lacks {', '.join(missing)}")
    if unknown := sorted(fields.keys() - wanted):
        raise TypeError(f"{key} has no field {', '.join(unknown)}")
    cut = {name: _cut(str(value), FIELD_MAX[name]) for name, value in fields.items()}
    last = _TEXTS[key].rpartition("{")[2]
    # Where our own words go on after a field, its full stop would be a second one.
    ended = {name: text if last == f"{name}}}" else text.rstrip(" .") for name, text in cut.items()}
    return _TEXTS[key].format_map({name: text or "-" for name, text in ended.items()})


def answer(ticket: str, text: str) -> str:
    """A person's answer to a report, of any length, on one line.

    It is written in GSM 7-bit characters; what that alphabet has no likeness of is left out.
    """
    line = " ".join(to_gsm7(text).split())
    words = "".join(char for char in line if septets(char) is not None).strip() or "-"
    return _TEXTS[ReplyKey.JAWAB].format(no=ticket, jawab=words)


def _cut(value: str, limit: int) -> str:
    line = " ".join(to_gsm7(value).split())
    kept: list[str] = []
    used = 0
    for char in line:
        width = septets(char)
        if width is None:
            continue
        if used + width > limit:
            break
        kept.append(char)
        used += width
    return "".join(kept).strip()
