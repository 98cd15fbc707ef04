"""Where it happened: RT, RW, dusun and landmark as people write them."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from server.domain.reading.lexicon import SPELLINGS


@dataclass(frozen=True, slots=True)
class Place:
    """A place as far as the text names it; None is unknown.

    `dusun` is in title case without its prefix, a numbered one keeps its number as text;
    `landmark` is lower case without its leading relation word.
    """

    rt: int | None = None
    rw: int | None = None
    dusun: str | None = None
    landmark: str | None = None


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NUMBER_WORDS: Final = {
    word: number
    for number, words in enumerate(
        (
            "satu siji setunggal hiji i",
            "dua loro kalih ii",
            "tiga telu tilu tigo iii",
            "empat papat sekawan opat iv ampat",
            "lima limo gangsal v",
            "enam enem genep vi",
            "tujuh pitu vii",
            "delapan wolu dalapan viii lapan",
            "sembilan sanga salapan ix",
            "sepuluh sedasa sapuluh x",
            "sebelas xi",
            "duabelas xii",
        ),
        start=1,
    )
    for word in words.split()
}
_NUMBER: Final = r"(\d{1,3}|" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + ")"
_END: Final = r"(?![a-z\d])"
_RT: Final = r"\b(?:rt|erte|ort)"
_RW: Final = r"(?:rw|erwe|orw)"
_BOTH: Final = re.compile(rf"{_RT}\s*[./&-]?\s*{_RW}[\s.:]*{_NUMBER}\s*[/\-. ]\s*{_NUMBER}{_END}")
_PAIR: Final = re.compile(rf"{_RT}[\s.:]*{_NUMBER}\s*/\s*(?:{_RW}[\s.:]*)?{_NUMBER}{_END}")
_ONE_RT: Final = re.compile(rf"{_RT}[\s.:\-]{{0,3}}{_NUMBER}(?={_RW}|{_END})")
_ONE_RW: Final = re.compile(rf"(?:\b|(?<=\d)){_RW}[\s.:\-]{{0,3}}{_NUMBER}{_END}")
_BARE: Final = re.compile(r"(?<![\d/])(0\d{1,2})/(0\d{1,2})(?![\d/])")
_DATE_BEFORE: Final = re.compile(r"\b(?:tgl|tanggal|tg)\W*$")
_HEAD_BEFORE: Final = re.compile(r"\b(?:pak|pk|bu|bpk|bapak|ibu|ketua|ktua|mas)\s*$")
_COUNTED_AFTER: Final = re.compile(
    r"\s*(?:orang|org|kali|x|hari|jam|malam|mlm|ekor|motor|mtr|unit|menit|bulan|bln|minggu|mggu|"
    r"tahun|thn|anak|warga|buah)\b"
)
_HIGHEST: Final = 99

_DUSUN: Final = re.compile(
    r"\b(?:dusun|dsn|dus|dukuh|dkh|lingkungan|lingk|gubuk|gubug|kampung|kampong|kmpg|kmp|kp)\b"
    r"[\s.:]{0,2}(\d{1,2}|[^\W\d_]+)(?:[ ]([^\W\d_]+))?"
)
_SETTLEMENT: Final = re.compile(
    r"\b(?:di|ke|dari|pang|leq|ring|neng|teng|blok)\s+"
    r"((?:karang|sumber|smbr|suka|sidomulyo|blok|banjar|kebon)\s[^\W\d_]{3,})"
)
_ROMAN: Final = _set("i ii iii iv v vi vii viii ix x xi xii")
_NAME_TAIL: Final = _set(
    "jaya baru tengah barat timur utara selatan sari indah mulya mulyo makmur lama kulon wetan "
    "lor kidul ilir hilir hulu ulu atas bawah asri rejo agung raya permai luar dalam jati bali"
)
_NAME_HEAD: Final = _set(
    "labuhan gunung karang tanjung talang sumber suka kebon air sungai sei muara ujung pulau "
    "batu banjar tegal blok pasir padang bukit lubuk teluk pondok rawa brang olat orong nanga"
)
_NO_NAME: Final = _set(
    "di ada yang pak bu rt rw ini itu saya sy kami kita sebelah dekat depan belakang sudah sdh "
    "tolong mohon dan atau ke dari lagi sekarang skrg kemarin tadi td hilang kebakaran banjir "
    "dengan dgn orang org warga hidup kotor sekitar sama tiap setiap semua jadi kena masuk "
    "untuk"
)
_RELATION: Final = _set(
    "dekat deket depan muka belakang samping sebelah seberang sebrang ngarep mburi parak "
    "pinggir sekitar arah cerak caket gigir"
)
_AT: Final = _set("di leq lek pang teng ning neng wonten ring ti ing")
_SPOTS: Final = _set(
    "masjid mushola musholla musala mushalla langgar surau gereja pura sd sdn smp smpn sma sman "
    "smk mts tk paud sekolah madrasah pesantren ponpes pos poskamling balai kantor puskesmas "
    "pustu posyandu poskesdes pasar peken jembatan warung warnet toko kios konter kuburan makam "
    "tpu tower gardu dermaga pelabuhan terminal halte spbu pertamina pertashop alfamart "
    "indomaret atm bank lapangan lapang alun gor stadion simpang simpangan pertigaan perempatan "
    "prapatan pertelon tikungan tanjakan turunan gang lorong jalan gudang pabrik bengkel kafe "
    "cafe hotel penginapan losmen kontrakan kosan waduk bendungan embung kolam sungai kali "
    "pantai bukit tebing kebun kebon sawah tambak hutan perumahan perum proyek rumah rumahnya "
    "omahe griyane koperasi agen salon karaoke perlintasan parkiran bandara"
)
_PHRASE_STOP: Final = _NO_NAME | _set(
    "pak pa bapak bpk mas ibu tlg cepat cpt skrng barusan malam mlm pagi siang sore subuh udah "
    "udh dah belum blm tidak tdk ga gak oleh karena krn sampai terus trs jam pukul mau lg bawa "
    "main jual pake pakai sedang hari minggu tanpa kok ya dong yg telah wayah ketika waktu saat "
    "pas mereka anak pelaku korban macet terbakar kebakar kobong roboh dibobol dibongkar rusak "
    "putus ambruk longsor meluap penuh ramai rame api asap tempat sebilang mi ki kah kan nih "
    "nich sih tu tuh"
)
_OWN: Final = _set("saya sy ku kami aku sendiri kula tiang kita mertua")
_VERB: Final = re.compile(r"(?:di|me|ter|ber|ng|ny)[a-z]{4,}")
_WORD: Final = re.compile(r"[^\W_]+|[.,;!?\n()]")
_TITLES: Final = _set("pak bu pa mbah haji")
_OWNED: Final = _set("rumah warung toko rumahnya omahe griyane kandang kebun emas kontrakan")
_SETTINGS: Final = _set(
    "rumah rumahnya jalan kebun kebon sawah sungai kali lapangan tambak hutan tebing"
)
_COUNTS: Final = _set("dua tiga empat lima satu se beberapa berapa kedua")
_ONLY_WITH_RELATION: Final = _set("bank pertamina kali tebing rumah jalan kebun sawah hutan")
_LANDMARK_WORDS: Final = 4


def find_place(text: str) -> Place:
    """Read the place out of a text; never raises, and rather leaves a field None than guesses."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    rt, rw = _rt_rw(folded)
    return Place(rt, rw, _dusun(folded), _landmark(folded))


def _rt_rw(text: str) -> tuple[int | None, int | None]:
    for pattern in (_BOTH, _PAIR):
        if found := pattern.search(text):
            return _number(found[1]), _number(found[2])
    rw_found = _ONE_RW.search(text)
    rw = _number(rw_found[1]) if rw_found else None
    rt = None
    for found in _ONE_RT.finditer(text):
        if not _is_counting(text, found):
            rt = _number(found[1])
            break
    bare = _BARE.search(text) if rt is None and rw is None else None
    if bare and not _DATE_BEFORE.search(text[: bare.start()]):
        return _number(bare[1]), _number(bare[2])
    return rt, rw


def _is_counting(text: str, found: re.Match[str]) -> bool:
    """In "pak RT 2 kali" the number belongs to what follows, and RT is a person."""
    head = _HEAD_BEFORE.search(text[max(0, found.start() - 12) : found.start()])
    return bool(head and _COUNTED_AFTER.match(text, found.end()))


def _number(written: str) -> int | None:
    number = int(written) if written.isdecimal() else _NUMBER_WORDS[written]
    return number if 0 < number <= _HIGHEST else None


def _dusun(text: str) -> str | None:
    for found in _DUSUN.finditer(text):
        name, tail = found[1], found[2] or ""
        if name.isdecimal():
            return str(int(name))
        if name in _ROMAN:
            return name.upper()
        if name in _NUMBER_WORDS:
            return str(_NUMBER_WORDS[name])
        name, tail = SPELLINGS.get(name, name), SPELLINGS.get(tail, tail)
        if name in _NO_NAME or len(name) < 3:
            continue
        joined = tail in _NAME_TAIL or (name in _NAME_HEAD and tail not in _NO_NAME)
        return _title(f"{name} {tail}" if tail and joined else name)
    if settlement := _SETTLEMENT.search(text):
        words = [SPELLINGS.get(word, word) for word in settlement[1].split()]
        return None if words[1] in _PHRASE_STOP else _title(" ".join(words))
    return None


def _title(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split())


def _landmark(text: str) -> str | None:
    words = _WORD.findall(text)
    for at, word in enumerate(words):
        if word != "smp" or not words[at + 1 : at + 2] or not words[at + 1].isdecimal():
            words[at] = SPELLINGS.get(word, word)
    for at, word in enumerate(words):
        if word in _RELATION and (phrase := _phrase(words, at + 1, known=False)):
            before = _phrase(words, at - 1, known=True) if at else None
            return before or phrase
        if word in _AT and (phrase := _phrase(words, at + 1, known=True)):
            return phrase
    return next(
        (
            phrase
            for at, word in enumerate(words)
            if word not in _ONLY_WITH_RELATION and (phrase := _phrase(words, at, known=True))
        ),
        None,
    )


def _phrase(words: list[str], at: int, *, known: bool) -> str | None:
    """The place named from `at` on; with `known` it must begin with a kind of place."""
    taken: list[str] = []
    for word in words[at : at + _LANDMARK_WORDS]:
        if not (word[0].isalnum() and _continues(taken, word)):
            break
        taken.append(word)
    while taken and (taken[-1] in _RELATION or taken[-1] in _TITLES):
        taken.pop()
    if not taken or taken[0].isdecimal() or (known and taken[0] not in _SPOTS):
        return None
    after = words[at + len(taken) : at + len(taken) + 1]
    own = taken[0].endswith("ku") or not _OWN.isdisjoint([*taken[:2], *after])
    plain = taken[0] in _SETTINGS and len(taken) == 1
    counted = taken[0] == "kali" and words[at - 1 : at] and words[at - 1] in _COUNTS
    return None if own or plain or counted else " ".join(taken)


def _continues(taken: list[str], word: str) -> bool:
    if word in _RELATION and taken:
        return True
    if word in _TITLES:
        return taken[-1:] != [] and taken[-1] in _OWNED
    return word not in _PHRASE_STOP and not (_VERB.fullmatch(word) and word not in _SPOTS)
