"""What a text asks for: one of a few commands, or free text that is a report."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from sms.commands.spelling import GREETING, THANKS, one_slip, word_set


@dataclass(frozen=True, slots=True)
class Status:
    """Asks how a report stands; `ticket` None means the sender's latest one.

    `ticket` is what was written, so that a wrong number can be answered as wrong.
    """

    ticket: str | None


@dataclass(frozen=True, slots=True)
class Add:
    """Adds `text` to a report; `ticket` None means the sender's latest one."""

    ticket: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Asks to withdraw a report; `ticket` is as in `Status`."""

    ticket: str | None


@dataclass(frozen=True, slots=True)
class Help:
    """Asks what can be sent."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Wants no broadcasts any more."""


@dataclass(frozen=True, slots=True)
class Confidential:
    """A report whose sender asks for secrecy; `text` may be empty."""

    text: str


@dataclass(frozen=True, slots=True)
class FreeText:
    """Anything else, with nothing taken away."""

    text: str


Command = Status | Add | Cancel | Help | Stop | Confidential


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int


_STATUS: Final = word_set("status cek check tiket")
_ADD: Final = word_set("tambah tambahan")
_CANCEL: Final = word_set("batal batalkan cabut cancel gajadi")
_HELP: Final = word_set("bantuan info inpo menu help")
_STOP: Final = word_set("stop berhenti unreg")
_SECRET: Final = word_set("rahasia diam")
_KEYWORDS: Final = _STATUS | _ADD | _CANCEL | _HELP | _STOP | _SECRET

_WISH: Final = word_set(
    "mau mo mw ingin pengen sy saya aku minta tolong tlg numpang bisa bs ijin izin"
)
_ABOUT: Final = word_set(
    "no nomor nomer nmr nomernya nomornya laporan laporannya lapor lap aduan tiket saya sy aku "
    "yang yg dengan dgn untuk utk dari dr kemarin kmrn tadi td ini itu gimana gmn bagaimana "
    "sudah sdh udah udh sampai smp sampe mana belum blm apa apakah hasil hasilnya kabar kabarnya "
    "perkembangan perkembangannya proses prosesnya dong pak"
)
_REGRET: Final = word_set("jadi tidak tdk ga gak gk salah paham damai aman selesai aja saja kirim")
_BROADCAST: Final = word_set("info siaran sms langganan semua all kirim")
_HOW: Final = word_set("cara format lapor laporan")

# Words of their own that lie one letter beside a keyword.
_OTHER_WORDS: Final = word_set(
    "piket paket kabut sabut cabul cabai batas bakal bantal fatal natal batak bata tambak tambal "
    "cancer bantuin"
)
_TOKEN: Final = re.compile(r"[^\W_]+")
_GLUED: Final = re.compile(r"([a-z]{3,})(\d[\do]{2,7})")
_DIGITS: Final = re.compile(r"(?=.*\d)[\do]+")
_TICKET_LIKE: Final = re.compile(r"(?=.*\d)[a-z\d]{3,8}")
_TICKET_DIGITS: Final = (5, 6)
_MISSPELT_FROM_LETTERS: Final = 5
# Unicode's separators, controls, and signs that only shape what stands beside them.
_UNSEEN: Final = word_set("Zs Zl Zp Cc Cf")


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: spaces, controls and joiners alone."""
    return all(unicodedata.category(char) in _UNSEEN for char in text)


def parse(text: str) -> Command | FreeText:
    """Read one whole text; never raises.

    A keyword counts only where it leads the text (greetings aside) and, unless the rest is free
    by nature (TAMBAH, RAHASIA), where nothing else is said: a report that holds a keyword stays
    a report.
    """
    if text.strip() and not text.strip(" ?!.\r\n\t") and "?" in text:
        return Help()
    tokens = _tokens(text)
    at = _first(tokens, GREETING)
    if at == len(tokens):
        return FreeText(text)
    if (free := _leading(text, tokens, at)) is not None:
        return free
    core = _core(tokens[at:])
    if not core:
        return FreeText(text)
    wished = any(token.word in _WISH for token in tokens)
    return _closed(core, wished=wished) or FreeText(text)


def _leading(text: str, tokens: list[_Token], at: int) -> Command | None:
    keyword, exact = _keyword(tokens[at].word)
    rest = tokens[at + 1 :]
    if keyword in _SECRET and exact and not (rest and rest[0].word == keyword):
        return Confidential(_after(text, tokens[at]))
    if keyword not in _ADD:
        return None
    skipped = _first(rest, word_set("no nomor nmr laporan lap tiket"))
    ticket, used = _ticket(rest[skipped:])
    if ticket is not None:
        return Add(ticket, _after(text, rest[skipped + used - 1]))
    if exact and at == 0:
        return Add(None, _after(text, tokens[at]))
    return None


def _closed(core: list[_Token], *, wished: bool) -> Command | None:
    """The commands that stand alone; `wished` if the text also says "please" or "I want"."""
    keyword, exact = _keyword(core[0].word)
    ticket, others = _split_ticket(core[1:])
    if keyword in _STATUS and others <= _ABOUT | _STATUS | THANKS:
        return Status(ticket)
    if keyword in _CANCEL and others <= _ABOUT | _REGRET | THANKS and (exact or ticket):
        return Cancel(ticket)
    if keyword in _HELP and ticket is None and others <= _HOW and not wished:
        return Help()
    if keyword in _STOP and ticket is None and others <= _BROADCAST:
        return Stop()
    if keyword is None:
        return _bare_ticket(core)
    return None


def _bare_ticket(core: list[_Token]) -> Command | None:
    skipped = _first(core, word_set("no nomor nmr laporan"))
    ticket, used = _ticket(core[skipped:])
    return Status(ticket) if ticket is not None and skipped + used == len(core) else None


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        word = unicodedata.normalize("NFKC", match.group()).casefold()
        glued = _GLUED.fullmatch(word)
        if glued and glued[1] in _KEYWORDS and len(word) == match.end() - match.start():
            middle = match.start() + len(glued[1])
            found += [
                _Token(glued[1], match.start(), middle),
                _Token(glued[2], middle, match.end()),
            ]
        else:
            found.append(_Token(word, match.start(), match.end()))
    return found


def _first(tokens: list[_Token], skip: frozenset[str]) -> int:
    return next((n for n, token in enumerate(tokens) if token.word not in skip), len(tokens))


def _core(tokens: list[_Token]) -> list[_Token]:
    first, last = _first(tokens, GREETING | _WISH), len(tokens)
    while last > first and tokens[last - 1].word in GREETING | THANKS:
        last -= 1
    return tokens[first:last]


def _after(text: str, token: _Token) -> str:
    return text[token.end :].lstrip(" #*,:.;-\r\n\t").rstrip()


def _ticket(tokens: list[_Token]) -> tuple[str | None, int]:
    """The ticket that begins here, written in one or more groups, and how many it took."""
    number = ""
    for used, token in enumerate(tokens[:6], start=1):
        if not _DIGITS.fullmatch(token.word):
            break
        number += token.word.replace("o", "0")
        if len(number) in _TICKET_DIGITS:
            return number, used
    return None, 0


def _split_ticket(tokens: list[_Token]) -> tuple[str | None, frozenset[str]]:
    for at in range(len(tokens)):
        ticket, used = _ticket(tokens[at:])
        if ticket is None and _TICKET_LIKE.fullmatch(tokens[at].word):
            ticket, used = tokens[at].word.upper(), 1
        if ticket is not None:
            rest = tokens[:at] + tokens[at + used :]
            return ticket, frozenset(token.word for token in rest)
    return None, frozenset(token.word for token in tokens)


def _keyword(word: str) -> tuple[str | None, bool]:
    """The keyword meant by `word`, and whether it is spelt right."""
    if word in _KEYWORDS:
        return word, True
    if len(word) < _MISSPELT_FROM_LETTERS - 1 or word in _OTHER_WORDS:
        return None, False
    for keyword in sorted(_KEYWORDS):
        if len(keyword) >= _MISSPELT_FROM_LETTERS and one_slip(word, keyword):
            return keyword, False
    return None, False
