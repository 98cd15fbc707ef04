"""The Indonesian words that people read for categories, states, journeys, times and zones."""

from datetime import UTC, datetime, timedelta, timezone
from datetime import date as Day  # noqa: N812 - `date` is a word of this module
from typing import Final

from server.domain.report import Status

CATEGORIES: Final = {
    "pencurian": "Pencurian",
    "perampokan": "Perampokan",
    "curanmor": "Curanmor",
    "ternak": "Pencurian ternak",
    "penganiayaan": "Penganiayaan",
    "mayat": "Penemuan mayat",
    "kdrt": "KDRT",
    "pelecehan": "Pelecehan",
    "narkoba": "Narkoba",
    "keributan": "Keributan",
    "miras": "Miras",
    "judi": "Judi",
    "penipuan": "Penipuan",
    "kecelakaan": "Kecelakaan",
    "kebakaran": "Kebakaran",
    "karhutla": "Kebakaran hutan/lahan",
    "banjir": "Banjir",
    "longsor": "Longsor",
    "gempa": "Gempa",
    "orang_hilang": "Orang hilang",
    "medis": "Gawat medis",
    "sengketa": "Sengketa",
    "konflik": "Konflik warga",
    "orang_mencurigakan": "Orang mencurigakan",
    "orang_asing": "Orang asing",
    "senjata": "Senjata",
    "lingkungan": "Lingkungan",
    "aparat": "Aduan aparat",
    "infrastruktur": "Infrastruktur",
    "lainnya": "Lainnya",
    "minta_dihubungi": "Minta dihubungi",
    "dihapus": "Dihapus sesuai aturan",
}
URGENCIES: Final = {"darurat": "Darurat", "tinggi": "Tinggi", "biasa": "Biasa"}
STATUSES: Final = {
    Status.NEW: "Belum diambil",
    Status.TAKEN: "Diambil",
    Status.FORWARDED: "Diteruskan",
    Status.CLOSED: "Selesai",
}
STATUS_NAMES: Final = {
    Status.NEW: "baru",
    Status.TAKEN: "diambil",
    Status.FORWARDED: "diteruskan",
    Status.CLOSED: "selesai",
}
"""The states as they stand in addresses and exports."""

MOVES: Final = {
    "take": "ambil laporan",
    "forward": "teruskan",
    "close": "tutup",
    "reopen": "buka lagi",
}
JOURNEYS: Final = {
    "queued": "menunggu dikirim",
    "reserved": "menunggu dikirim",
    "submitting": "sedang dikirim",
    "unknown": "mungkin terkirim",
    "sent": "terkirim",
    "delivered": "diterima HP warga",
    "withheld": "ditahan, pulsa dijaga",
    "withheld:who": "ditahan: bukan nomor HP warga",
    "withheld:rate": "ditahan: batas jawaban untuk nomor ini",
    "withheld:text": "ditahan: teks berulang dari mesin penjawab",
    "withheld:money": "ditahan: anggaran SMS habis",
    "withheld:trend": "ditahan: terlalu banyak SMS keluar",
    "withheld:merged": "digabung menjadi satu SMS",
    "failed": "gagal dikirim",
    "expired": "kedaluwarsa",
    "done": "dikerjakan",
    "refused": "ditolak keadaan laporan",
}
LINES: Final = {
    "received": "Laporan diterima",
    "repeated": "Dikirim ulang atau menelepon lagi dari HP yang sama",
    "completed": "Bagian SMS yang hilang sudah datang, laporan dilengkapi",
    "merged": "Digabung, SMS yang sama dengan No",
    "note": "Keterangan tambahan",
    "cancel": "Pelapor minta laporan dibatalkan",
    "taken": "Diambil",
    "forwarded": "Diteruskan ke",
    "answered": "Jawaban",
    "closed": "Ditutup dengan hasil",
    "reopened": "Dibuka lagi",
    "message": "SMS otomatis",
    "air": "Dikirim ke Polres lewat SMS udara",
    "order done": "Perintah Polres",
    "status ordered": "Polres memerintahkan",
    "answer ordered": "Jawaban dari Polres",
    "unknown": "Catatan dari versi yang lebih baru",
    "sealed": "Catatan tersegel",
}
"""What a line of a report's history says, by its kind."""

NOTICES: Final = {
    "ack": "tanda terima",
    "ack_darurat": "tanda terima darurat",
    "ack_darurat_sepi": "tanda terima darurat, tanpa petugas yang dihubungi",
    "ack_netral": "tanda terima",
    "segel": "tanda terima",
    "tambah_ok": "tanda terima tambahan",
    "batal_ok": "tanda terima pembatalan",
    "ditangani": "kabar ditangani",
    "diteruskan": "kabar diteruskan",
    "selesai": "kabar selesai",
    "jawab": "jawaban petugas",
    "alarm": "panggilan petugas",
    "miscall": "petunjuk setelah menelepon",
    "order": "kabar atas perintah Polres",
    "pulsa": "kabar pulsa ke petugas",
    "tuli": "kabar kotak tidak menerima SMS",
    "answer": "jawaban otomatis",
}
"""What an SMS to a villager was, by the first word of its notice: its template, or an order."""

POLRES_STATES: Final = {
    "": "",
    "ok": "tersambung",
    "fork": "ada dua riwayat desa ini; telepon Polres agar boleh melanjutkan",
    "restored card": "kartu dipulihkan dari cadangan; telepon Polres agar boleh melanjutkan",
    "replaced": "desa ini memakai kotak lain; telepon Polres",
    "revoked": "kotak ini dilaporkan hilang; hubungi Polres",
    "keys need person": "Polres sedang memeriksa sebelum mengembalikan kunci",
}
LAMP: Final = {
    "well": "menyala tetap, semuanya baik",
    "waiting": "berkedip pelan, ada laporan atau SMS yang menunggu petugas",
    "modem": "berkedip cepat, modem atau kartu SIM perlu diperiksa",
    "keys": "kilat pendek tiap dua detik, daftar petugas atau kuncinya diubah orang",
    "disk": "bergetar sangat cepat, kartu memori penuh atau rusak",
}
BACKUP_WHY: Final = {
    "": "",
    "none": "belum ada tempat cadangan",
    "absent": "flashdisk tidak terpasang",
    "gone": "flashdisk tercabut atau rusak",
    "full": "flashdisk penuh",
    "read-only": "flashdisk tidak dapat ditulisi",
    "fat32": "berkasnya terlalu besar untuk FAT32",
    "card full": "kartu kotak hampir penuh",
    "stopped": "kotak dihentikan",
    "broken": "cadangan tidak terbaca",
    "drill": "cadangan tidak lulus uji",
}
"""What hinders a backup, in few words."""

MODEMS: Final = {
    "good": "Modem baik",
    "searching": "Modem mencari sinyal",
    "blocked": "Modem menunggu Anda",
    "silent": "Modem diam",
    "absent": "Modem tidak ada",
}
UNITS: Final = (
    "Polsek",
    "SPKT Polres",
    "Satreskrim",
    "Satresnarkoba",
    "Satlantas",
    "Unit PPA",
    "Babinsa",
    "Kantor desa",
    "Puskesmas",
    "BPBD",
    "Damkar",
    "Dinas Sosial",
)
"""Units and agencies that a report is often handed to."""

RESULTS: Final = (
    "Selesai di tempat",
    "Didamaikan",
    "Diserahkan ke Polsek",
    "Ditangani instansi terkait",
    "Tidak terbukti",
    "Dibatalkan pelapor",
)
"""Results that a report is often closed with."""

_ZONE_HOURS: Final = {"WIB": 7, "WITA": 8, "WIT": 9}
_DAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli"),
    *("Agustus", "September", "Oktober", "November", "Desember"),
)
MINUTE_S: Final = 60
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
_MONTH_D: Final = 31


def word(names: dict[str, str], key: str) -> str:
    """The word for `key`; a key that has none yet is shown as it is, without underscores."""
    return names.get(key, key.replace("_", " "))


def local(at_s: int, zone: str) -> datetime:
    """Wall time of a zone (WIB, WITA or WIT; WIB for others) for seconds since 1970 (UTC)."""
    hours = _ZONE_HOURS.get(zone, 7)
    return datetime.fromtimestamp(at_s, UTC).astimezone(timezone(timedelta(hours=hours), zone))


def clock(at_s: int, zone: str) -> str:
    """Time of day with its zone: 08.46 WITA."""
    return f"{local(at_s, zone):%H.%M} {zone}"


def date(at_s: int, zone: str) -> str:
    """The day: Sabtu, 22 November 2026."""
    moment = local(at_s, zone)
    month = _MONTHS[moment.month - 1]
    return f"{_DAYS[moment.weekday()]}, {moment.day} {month} {moment.year}"


def moment(at_s: int, zone: str) -> str:
    """The exact time: Sabtu, 22 November 2026 08.46 WITA."""
    return f"{date(at_s, zone)} {clock(at_s, zone)}"


def lasting(seconds: int) -> str:
    """A span in its largest unit: 8 menit, 3 jam, 2 hari; below a minute: kurang dari 1 menit."""
    if seconds < MINUTE_S:
        return "kurang dari 1 menit"
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S} menit"
    if seconds < DAY_S:
        return f"{seconds // HOUR_S} jam"
    return f"{seconds // DAY_S} hari"


def ago(at_s: int, now_s: int, zone: str) -> str:
    """How people say it: baru saja, 8 menit lalu, 3 jam lalu, kemarin 08.46, 14 Des 2026."""
    seconds = now_s - at_s
    if seconds < MINUTE_S:
        return "baru saja" if seconds > -MINUTE_S else clock(at_s, zone)
    then, now = local(at_s, zone), local(now_s, zone)
    days = (now.date() - then.date()).days
    if days == 0 or seconds < 6 * HOUR_S:
        return f"{lasting(seconds)} lalu"
    if days == 1:
        return f"kemarin {then:%H.%M}"
    if days <= _MONTH_D:
        return f"{days} hari lalu"
    return f"{then.day} {_MONTHS[then.month - 1][:3]} {then.year}"


def short_date(at_s: int, zone: str) -> str:
    """The day in an SMS: 22 Nov."""
    moment = local(at_s, zone)
    return f"{moment.day} {_MONTHS[moment.month - 1][:3]}"


def weekday(day: Day) -> str:
    """Its name: Minggu."""
    return _DAYS[day.weekday()]


def day_month(day: Day) -> str:
    """A day in little room: 22 Nov."""
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


def rupiah(amount: int) -> str:
    """An amount of money: Rp10.250."""
    return f"Rp{amount:,}".replace(",", ".")


def credit(balance_rp: int | None, valid_until: Day | None, today: Day) -> str:
    """What a SIM has: Rp10.250, masa aktif sampai 30 November (sisa 8 hari)."""
    if balance_rp is None and valid_until is None:
        return "belum diketahui"
    balance = "pulsa belum diketahui" if balance_rp is None else rupiah(balance_rp)
    if valid_until is None:
        return f"{balance}, masa aktif belum diketahui"
    year = "" if valid_until.year == today.year else f" {valid_until.year}"
    until = f"{valid_until.day} {_MONTHS[valid_until.month - 1]}{year}"
    left = (valid_until - today).days
    if left < 0:
        return f"{balance}, masa aktif habis sejak {until}"
    rest = f"sisa {left} hari" if left else "hari ini terakhir"
    return f"{balance}, masa aktif sampai {until} ({rest})"


def credit_short(balance_rp: int | None, valid_until: Day | None) -> str:
    """The same in little room: Rp10.250, aktif s.d. 30 Nov; "" when nothing is known."""
    until = "" if valid_until is None else f"aktif s.d. {day_month(valid_until)}"
    return ", ".join(filter(None, ("" if balance_rp is None else rupiah(balance_rp), until)))


def octets(count: int) -> str:
    """An amount of data: 0 B, 850 B, 3,2 kB, 34 kB, 1,2 MB."""
    if count < 1_000:
        return f"{count} B"
    for step, unit in ((1_000, "kB"), (1_000_000, "MB"), (1_000_000_000, "GB")):
        if count < step * 999.5 or unit == "GB":
            amount = count / step
            shown = f"{amount:.0f}" if amount >= 9.95 else f"{amount:.1f}".replace(".", ",")
            return f"{shown} {unit}"
    raise AssertionError


def count(number: int) -> str:
    """A number as people write it: 12.300."""
    return f"{number:,}".replace(",", ".")
