"""Which command a text gives by its leading word, and the ticket that it names."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sms.commands.spelling import GREETING, THANKS, one_slip, word_set


class CommandName(StrEnum):
    """Everything that can be asked for by a word, of villagers and of officers."""

    STATUS = "STATUS"
    TAMBAH = "TAMBAH"
    BATAL = "BATAL"
    INFO = "INFO"
    STOP = "STOP"
    DAFTAR = "DAFTAR"
    NILAI = "NILAI"
    RONDA = "RONDA"
    RAHASIA = "RAHASIA"
    TERIMA = "TERIMA"
    ALIH = "ALIH"
    DATANG = "DATANG"
    SELESAI = "SELESAI"
    BELUM = "BELUM"
    HAPUS = "HAPUS"
    PIKET = "PIKET"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A command by its leading word; `ticket` is upper-case as written, `exact` is its spelling."""

    name: CommandName
    ticket: str | None
    exact: bool
    words_after: tuple[str, ...]


_SPELLINGS: Final = {
    CommandName.STATUS: "status setatus cek check tiket",
    CommandName.TAMBAH: "tambah tambahan tambahin tambahkan",
    CommandName.BATAL: "batal batalkan batalin cabut cancel gajadi gakjadi",
    CommandName.INFO: "info inpo bantuan menu help",
    CommandName.STOP: "stop unreg berhenti",
    CommandName.DAFTAR: "daftar reg register registrasi daftarkan",
    CommandName.NILAI: "nilai nile rating reting",
    CommandName.RONDA: "ronda",
    CommandName.RAHASIA: "rahasia diam",
    CommandName.TERIMA: "terima trima",
    CommandName.ALIH: "alih alihkan limpahkan oper",
    CommandName.DATANG: "datang dateng dtg tiba",
    CommandName.SELESAI: "selesai selse",
    CommandName.BELUM: "belum blm blum belom",
    CommandName.HAPUS: "hapus apus",
    CommandName.PIKET: "piket",
}
_WORDS: Final = {word: name for name, words in _SPELLINGS.items() for word in words.split()}
# Words of their own that lie one letter beside a keyword.
_OTHER_WORDS: Final = word_set(
    "paket kabut sabut cabul cabai batas bakal bantal fatal natal batak bata tambak tambal cancer "
    "bantuin alis asih ali alim milih pilih nila nilam hampus harus mati tiga tika dia tiap "
    "daftat tebing hapal kapus rondo runding benda belu bela belah ban selama setelah "
    "tambang datar atang batang dating hutang terimakasih diri dian ingin diem"
)
_OPENING: Final = GREETING | word_set("tolong tlg mohon izin ijin siap sy saya")
_CLOSING: Final = THANKS | word_set("pak bu bapak ibu ndan kak min")
_RATINGS: Final = word_set("1 2 3 4 5 satu dua tiga empat lima loro telu papat limo")
_WATCH: Final = word_set("siap ganti hadir jaga izin absen cukup")
_OF_DATA: Final = word_set(
    "data nomor nomer no hp semua sy saya aku nama identitas info kami dari sistem laporan akun"
)
_UNSETTLED: Final = word_set(
    "beres selesai selse selese rampung kelar tuntas tertangani ditangani pak bu kok no nomor"
)
_OF_TICKET: Final = word_set("no nomor nomer nmr laporan lap lapor tiket kasus")
_TOKEN: Final = re.compile(r"[^\W_]+|\?+")
_GLUED: Final = re.compile(r"([a-z]{3,})(\d[\dolisz]{2,5})")
_CODE: Final = re.compile(r"(?=.*\d)[a-z\d]{4,6}")
_NOT_CODE: Final = re.compile(
    r"(?:rt|rw|sdn?|smpn?|sman?|jam|km|rp)\d+|\d+(?:rb|jt|km|th|thn|hari|jam|org)"
)
_SLIP_FROM_LETTERS: Final = 5
_LEETED: Final = str.maketrans("013457", "oieast")


def keyword(text: str) -> Keyword | None:
    """The command that a text begins with, greetings aside; never raises.

    A word that is no command by itself counts only with what belongs to it: TERIMA, ALIH,
    DATANG and SELESAI with a ticket, NILAI with a mark, BELUM alone or with what is not settled.
    """
    tokens = _tokens(text)
    if tokens and all(token.startswith("?") for token in tokens):
        return Keyword(CommandName.INFO, None, exact=True, words_after=())
    tokens = [token for token in tokens if not token.startswith("?")]
    if tokens[:2] in (["tutup", "tiket"], ["tutup", "laporan"], ["tutup", "lap"]):
        tokens = ["selesai", *tokens[2:]]
    elif tokens[:1] == ["tutuptiket"]:
        tokens[0] = "selesai"
    if tokens[1:2] == ["ronda"] and tokens[0] in _WATCH:
        return Keyword(CommandName.RONDA, None, exact=True, words_after=tuple(tokens[2:]))
    for at, token in enumerate(tokens[:6]):
        name, exact = _name(token)
        if name is not None and (token not in _OPENING or _has_ticket(tokens[at + 1 :])):
            return _judged(name, tokens[at + 1 :], exact=exact)
        if token not in _OPENING and not (at == 0 and _CODE.fullmatch(token)):
            return None
    return None


def _judged(name: CommandName, after: Sequence[str], *, exact: bool) -> Keyword | None:
    ticket = _ticket(after)
    rest = [word for word in after if word.upper() != ticket]
    bare = all(word in _CLOSING for word in rest)
    match name:
        case CommandName.TERIMA | CommandName.ALIH | CommandName.DATANG:
            meant = ticket is not None or (name is CommandName.ALIH and exact and bare)
        case CommandName.SELESAI:
            meant = ticket is not None
        case CommandName.NILAI:
            meant = any(word in _RATINGS for word in rest[:4])
        case CommandName.BELUM:
            meant = ticket is not None or bare or rest[0] in _UNSETTLED
        case CommandName.HAPUS:
            meant = bare or any(word in _OF_DATA for word in rest[:3])
        case CommandName.DAFTAR:
            meant = bool(rest) and not {"harga", "hadir", "ulang", "isi"} & set(rest[:1])
        case CommandName.PIKET | CommandName.RONDA:
            meant = exact or bare
        case _:
            meant = True
    return Keyword(name, ticket, exact, tuple(rest)) if meant else None


def ticket_in(text: str) -> str | None:
    """The first number or code in a text that may be a ticket, upper-case as written."""
    words = _tokens(text)
    return next((found for at in range(len(words)) if (found := _ticket(words[at:][:6]))), None)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for raw in _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()):
        glued = _GLUED.fullmatch(raw)
        if glued and _name(glued[1])[0] is not None:
            tokens += glued[1], glued[2]
        elif (rated := re.fullmatch(r"([a-z]{4,})([1-5])", raw)) and rated[1] in _WORDS:
            tokens += rated[1], rated[2]
        else:
            tokens.append(raw)
    return tokens


def _has_ticket(words: Sequence[str]) -> bool:
    return _ticket(words[:3]) is not None


def _ticket(words: Sequence[str]) -> str | None:
    """The first number or code among the words, as it was written."""
    joined = ""
    for word in words[:8]:
        if re.fullmatch(r"\d{1,3}", word) and len(joined) < 5:
            joined += word
            if len(joined) == 5:
                return joined
            continue
        if _CODE.fullmatch(word) and not _NOT_CODE.fullmatch(word):
            return word.upper()
        if word not in _OF_TICKET | _OPENING | _CLOSING:
            joined = ""
    return None


def _name(word: str) -> tuple[CommandName | None, bool]:
    """The command meant by a word, and whether it is spelt right."""
    if word in _WORDS:
        return _WORDS[word], True
    plain = re.sub(r"([a-z])\1+", r"\1", word.translate(_LEETED))
    if plain in _WORDS and not word.isdecimal():
        return _WORDS[plain], False
    if len(word) < _SLIP_FROM_LETTERS - 1 or word in _OTHER_WORDS or not word.isalpha():
        return None, False
    for meant, name in _WORDS.items():
        if len(meant) >= _SLIP_FROM_LETTERS and one_slip(word, meant):
            return name, False
    return None, False
