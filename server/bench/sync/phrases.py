"""Words of village texts, put together by chance: for the dictionary, and for a corpus."""

import random
from dataclasses import dataclass
from typing import Final

OPENINGS: Final = (
    "lapor pak", "assalamualaikum pak", "selamat pagi pak", "selamat malam komandan", "pak tolong",
    "tolong pak", "mohon bantuan pak", "izin lapor", "izin melaporkan", "mau lapor pak",
    "ass wr wb",
    "permisi pak polisi", "darurat pak", "mohon maaf mengganggu", "pak babin", "siang pak",
    "selamat sore", "punten pak", "nuwun sewu pak", "permisi bpk", "pak bhabin",
    "pak bhabinkamtibmas",
    "lapor komandan", "selamat siang bapak", "mhn bantuan", "mohon bantuannya", "halo pak polisi",
    "darurat!", "lapor!", "saya mau melaporkan", "kami warga dusun melaporkan", "diduga",
    "bapak polisi", "tlg pak", "lpr", "mohon segera", "pak sy mau lapor",
)  # fmt: skip
CLOSINGS: Final = (
    "terima kasih", "terima kasih pak", "makasih pak", "trims", "trims pak", "mksh", "tolong cepat",
    "mohon segera ditindak", "mohon ditindaklanjuti", "tolong segera ke sini", "cepat pak",
    "warga sudah berkumpul", "warga resah", "kami takut", "mohon petugas datang ke lokasi",
    "korban sudah dibawa ke puskesmas", "belum ada korban", "tidak ada korban jiwa",
    "pelaku masih di lokasi", "pelaku kabur", "pelakunya lari ke arah sawah", "saya tunggu",
    "jangan sebut nama saya", "tolong rahasiakan nama saya", "sampai sekarang belum ada petugas",
    "bagaimana ini pak", "apa yang harus kami lakukan", "ada saksi yang melihat", "wassalam",
    "saya di lokasi", "saya masih di lokasi", "mohon dicek", "mohon dipantau", "tolong dibantu pak",
    "sampai saat ini belum ada yang datang", "ketua rt sudah tahu", "ketua rw sudah tahu",
    "sudah lapor pak kadus", "kepala desa sudah tahu", "saksi ada beberapa orang",
    "nanti saya telpon",
    "hubungi saya di nomor ini", "tolong jaga identitas saya", "kami butuh bantuan",
    "mohon patroli",
    "kerugian jutaan rupiah", "warga sudah memadamkan dengan ember", "sudah diamankan warga",
    "sedang dibawa ke rumah sakit", "kondisi korban kritis", "mobil pemadam belum datang",
    "jalan licin dan gelap", "sopir terjepit", "listrik belum padam", "kabel keluar percikan api",
    "rumah sedang kosong waktu itu", "kerugian belum dihitung", "anak anak ketakutan",
)  # fmt: skip
WHEN: Final = (
    "tadi malam", "tadi pagi", "tadi siang", "kemarin", "kemarin sore", "kemarin malam", "barusan",
    "baru saja", "sekarang", "malam ini", "sejak subuh", "sejak semalam", "sejak kemarin",
    "waktu magrib", "habis isya", "menjelang subuh", "dini hari tadi", "hari minggu", "hari senin",
    "hari selasa", "hari rabu", "hari kamis", "hari jumat", "hari sabtu", "minggu lalu",
    "dua hari ini", "sudah seminggu", "setiap malam", "tengah malam", "saat hujan deras",
)  # fmt: skip
WHERE: Final = (
    "di dekat masjid", "di depan balai desa", "di kantor desa", "di pasar", "di pertigaan",
    "di jembatan", "di belakang sekolah", "di lapangan bola", "di warung", "di pinggir sungai",
    "di sawah", "di kebun", "di jalan raya", "di jalan desa", "di tikungan", "di pos ronda",
    "di rumah warga", "di rumah tetangga", "di rumah saya", "di dusun kami", "di kampung sebelah",
    "di depan puskesmas", "di terminal", "di hutan", "di tambak", "di pantai", "di dermaga",
    "di gudang", "di kios", "di bengkel", "di pom bensin", "di simpang empat", "di gang masjid",
    "di kandang", "di ladang jagung", "di perbatasan desa", "di sungai dekat bendungan",
    "di kantor kecamatan", "di musholla", "di makam", "di tanjakan", "dekat rumah pak rt",
    "dekat rumah pak kadus", "di lingkungan kami", "di sebelah rumah", "di sd", "di madrasah",
)  # fmt: skip
THINGS: Final = {
    "pencurian": (
        "ada maling masuk rumah", "rumah dibobol maling", "uang dan perhiasan hilang",
        "laptop dan hp hilang dicuri", "tabung gas dicuri", "mesin pompa air hilang",
        "ayam dicuri orang", "kotak amal masjid dibobol", "padi yang dijemur hilang",
        "pencuri tertangkap warga", "orang mencongkel jendela", "warung dibobol, rokok habis",
        "traktor hilang", "kabel listrik dipotong orang", "pintu belakang rusak dicongkel",
        "sepeda anak hilang di teras", "kelapa sawit dipanen orang lain", "hp dijambret",
    ),
    "curanmor": (
        "motor hilang di parkiran", "motor dicuri orang", "motor matic hilang di depan rumah",
        "kunci motor dirusak", "motor supra hilang waktu sholat", "motor beat warna hitam dicuri",
        "pelaku bawa lari motor", "mobil bak terbuka hilang", "spion dan plat dilepas",
    ),
    "keributan": (
        "ada perkelahian pemuda", "orang berkelahi bawa parang", "tawuran antar kampung",
        "pemuda mabuk bikin onar", "orang mengamuk bawa golok", "ribut di acara orgen tunggal",
        "saling lempar batu", "suami pukul istri", "tetangga berkelahi soal tanah",
        "anak muda balap liar", "warga dikeroyok", "ada yang dipukul sampai berdarah",
        "cekcok batas kebun hampir bacok", "keributan karena sengketa lahan",
    ),
    "kebakaran": (
        "ada kebakaran rumah", "api membesar", "rumah terbakar", "kebakaran lahan",
        "dapur terbakar",
        "asap tebal dari kebun", "korsleting listrik", "kompor gas meledak", "kandang terbakar",
        "api mulai merambat ke rumah sebelah", "butuh mobil pemadam", "kios di pasar terbakar",
        "orang bakar sampah lalu apinya membesar", "gudang kayu terbakar",
    ),
    "bencana": (
        "banjir masuk rumah", "air sungai naik", "air setinggi lutut",
        "air sudah setinggi pinggang",
        "tanah longsor menutup jalan", "jembatan putus", "jembatan ambles", "pohon tumbang",
        "angin kencang atap rumah terbang", "tanggul jebol", "gempa, rumah retak",
        "sawah terendam", "jalan tidak bisa dilewati", "warga terjebak", "perlu perahu karet",
        "anak sekolah tidak bisa lewat", "perlu evakuasi segera", "listrik padam", "banjir bandang",
        "longsor lagi, rumah tertimbun", "warga mengungsi ke masjid", "tiang listrik roboh",
    ),
    "kecelakaan": (
        "kecelakaan motor", "tabrakan motor dengan truk", "mobil masuk jurang", "motor tabrak lari",
        "korban luka parah", "korban pingsan", "truk terguling", "bus tabrak pembatas jalan",
        "anak tertabrak motor", "orang tenggelam", "pengendara jatuh kena lubang", "kaki patah",
        "korban butuh ambulans", "orang jatuh dari pohon kelapa", "perahu terbalik",
        "jalan macet karena tabrakan", "penabrak melarikan diri",
    ),
    "narkoba": (
        "ada yang jual sabu", "anak muda pesta sabu", "orang jual pil koplo ke anak sekolah",
        "transaksi narkoba tiap malam", "ada yang pakai ganja", "ada yang jual obat terlarang",
        "rumah kosong dipakai nyabu", "orang tidak dikenal mengedarkan pil",
        "jual miras oplosan", "warung jual minuman keras", "pesta miras sampai pagi",
    ),
    "judi": (
        "judi sabung ayam", "judi kartu di rumah kosong", "ada judi togel", "main judi dadu",
        "slot online di warung", "bandar judi dari luar desa",
    ),
    "penipuan": (
        "saya kena tipu", "penipuan lewat telepon", "ngaku dari bank minta kode otp",
        "uang sudah ditransfer barang tidak dikirim", "orang ngaku petugas pln minta uang",
        "penipuan undian berhadiah", "arisan bodong", "pinjaman online mengancam",
        "ditipu jual beli motor", "ngaku polisi minta uang", "rekening dikuras", "tipu lewat wa",
        "minta uang untuk bantuan sosial", "orang menawarkan kerja di luar negeri",
    ),
    "orang": (
        "anak hilang", "orang tua pikun belum pulang", "orang hilang belum ketemu",
        "anak belum pulang",
        "orang tidak dikenal mondar mandir", "orang mencurigakan foto rumah warga",
        "mobil asing parkir lama", "orang gila mengamuk", "ditemukan mayat", "bayi dibuang",
        "anak perempuan tidak pulang", "pergi dari rumah memakai baju merah", "memakai jaket hitam",
        "ciri ciri tinggi kurus rambut pendek", "orang asing minta sumbangan",
    ),
    "kesehatan": (
        "ibu mau melahirkan butuh ambulans", "orang pingsan sesak napas", "keracunan makanan",
        "digigit ular", "demam berdarah banyak anak sakit", "orang sakit tidak ada kendaraan",
        "serangan jantung", "anak kejang", "banyak warga muntah muntah", "orang minum racun",
        "orang sakit jiwa mengamuk", "digigit anjing gila", "butuh darah", "pendarahan",
    ),
    "gangguan": (
        "musik keras sampai larut malam", "knalpot brong bising", "balap liar tiap malam",
        "anak muda nongkrong sambil mabuk mabukan", "orang buang sampah ke sungai",
        "limbah dibuang ke kali, ikan mati", "air sungai bau dan berwarna",
        "asap pembakaran mengganggu",
        "anjing liar berkeliaran", "sapi lepas merusak tanaman", "hajatan menutup jalan tanpa izin",
        "karaoke buka sampai subuh", "galian pasir liar merusak jalan", "penebangan kayu liar",
        "bom ikan di laut", "setrum ikan di sungai", "jalan berlubang membahayakan pengendara",
        "lampu jalan mati semua", "anak sekolah bolos merokok", "tetangga putar musik keras",
        "orang mabuk teriak teriak mengganggu warga", "ada orang melempari rumah",
        "pedagang menutup jalan", "parkir sembarangan", "anak anak main petasan",
    ),
    "kekeringan": (
        "sumur warga kering", "butuh air bersih", "air pdam mati", "sawah kekeringan",
        "gagal panen", "warga antre air", "mohon dikirim tangki air bersih",
        "hujan deras dari sore",
        "mohon dipantau", "sungai meluap", "tanah retak", "jalan amblas", "pondasi rumah bergeser",
        "talud ambrol", "irigasi jebol", "angin puting beliung", "atap sekolah roboh",
    ),
    "rumah tangga": (
        "istri dipukul suami", "suami mengancam pakai pisau", "anak dipukul bapaknya",
        "terdengar teriakan minta tolong dari rumah", "mertua diusir", "anak ditelantarkan",
        "perempuan dilecehkan di jalan", "diintip waktu mandi", "difoto diam diam",
        "diancam mau dibunuh", "dipaksa tanda tangan", "rebutan warisan", "utang belum dibayar",
    ),
    "ternak": (
        "sapi hilang dari kandang", "kerbau dicuri", "kambing hilang", "sapi disembelih orang",
        "kuda hilang", "ternak diracun", "truk bawa sapi malam malam",
    ),
}  # fmt: skip
SHORT: Final = {
    "yang": "yg", "tidak": "tdk", "sudah": "sdh", "dengan": "dgn", "saya": "sy", "tolong": "tlg",
    "orang": "org", "dekat": "dkt", "depan": "dpn", "belakang": "blkg", "rumah": "rmh",
    "malam": "mlm", "sekarang": "skrg", "kemarin": "kmrn", "banyak": "byk", "jangan": "jgn",
    "lapor": "lpr", "terima": "trm", "kasih": "ksh", "bisa": "bs", "belum": "blm", "jalan": "jln",
    "untuk": "utk", "karena": "krn", "sampai": "smp", "kami": "km", "di": "d", "tetapi": "tp",
    "barusan": "brsn", "masjid": "msjd", "warga": "wrga", "korban": "krbn", "dari": "dr",
    "sebelah": "sblh", "desa": "ds", "dusun": "dsn", "mohon": "mhn", "segera": "sgr", "ada": "ad",
    "masuk": "msk", "lagi": "lg", "juga": "jg", "ini": "ni", "itu": "tu", "sama": "sm",
}  # fmt: skip
LOOSE: Final = {
    "tidak": "ndak", "sudah": "udah", "saya": "aku", "terima kasih": "makasih", "sekarang": "skrg",
    "banget": "bgt", "hilang": "ilang", "melihat": "liat", "orang": "wong", "bagaimana": "gmn",
    "tidak bisa": "gak bisa", "tidak dikenal": "gak dikenal", "anak anak": "anak2",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """How somebody writes: how often short forms, loose words, capitals, slips."""

    short: float
    loose: float
    capitals: bool
    first_capital: bool
    slips: float
    ends: str


def style(draw: random.Random) -> Style:
    """A way of writing."""
    return Style(
        short=draw.choice((0.0, 0.1, 0.4, 0.8)),
        loose=draw.choice((0.0, 0.3)),
        capitals=draw.random() < 0.12,
        first_capital=draw.random() < 0.4,
        slips=draw.choice((0.0, 0.0, 0.004, 0.015)),
        ends=draw.choice((". ", ", ", " ", "! ", "... ", ".")),
    )


def written(text: str, how: Style, draw: random.Random) -> str:
    """A text as somebody with this style writes it."""
    for plain, loose in LOOSE.items():
        if draw.random() < how.loose:
            text = text.replace(plain, loose)
    words = [
        SHORT.get(word, word) if draw.random() < how.short else word for word in text.split(" ")
    ]
    text = " ".join(words)
    if how.slips:
        text = "".join(sign for sign in text if not (sign.isalpha() and draw.random() < how.slips))
    if how.capitals:
        return text.upper()
    return text[:1].upper() + text[1:] if how.first_capital else text


def sentence(draw: random.Random, how: Style, things: tuple[str, ...], place: str) -> str:
    """One text about one of `things` at a place."""
    thing, when = draw.choice(things), draw.choice(WHEN)
    middle = draw.choice(
        (
            f"{thing} {place} {when}",
            f"{when} {thing} {place}",
            f"{thing} {place}",
            f"{thing} {when}",
        )
    )
    parts = [middle]
    if draw.random() < 0.6:
        parts.insert(0, draw.choice(OPENINGS))
    if draw.random() < 0.3:
        parts.append(draw.choice(things))
    if draw.random() < 0.6:
        parts.append(draw.choice(CLOSINGS))
    return written(how.ends.join(parts), how, draw)
