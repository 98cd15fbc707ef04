"""The texts of a bench: of a file, or made by chance with words that the dictionary lacks."""

import json
import random
from datetime import datetime
from pathlib import Path
from typing import Final

from server.bench.sync import phrases
from server.bench.sync.journal import Text

OWN_COUNT: Final = 1_000
_SEED: Final = 20_250_106
_START_S: Final = 1_752_480_000
_SENDERS: Final = 185
_GAP_S: Final = 5_280
_NAMES: Final = (
    "budi", "siti", "wayan", "made", "ahmad", "rudi", "dewi", "joko", "iwan", "yanto", "eko", "sri",
    "lalu", "baiq", "nurul", "agus", "ratna", "hasan", "mulyono", "komang", "teguh", "dedi", "ode",
)  # fmt: skip
_PLACES: Final = (
    "watu lawang", "kebon agung", "rawa bogo", "gunung sari", "brang rea", "sumber jaya", "tepal",
    "balai banjar", "gardu pln", "masjid al ikhlas", "sungai citarik", "embung", "tower seluler",
    "rumah pak {name}", "warung bu {name}", "toko {name}", "simpang {name}", "sawah pak {name}",
)  # fmt: skip
_DEEDS: Final = (
    "kehilangan genset di {place}", "genset milik {name} raib di {place}", "{name} bikin keributan",
    "{name} dan {name} adu jotos di {place}", "kobaran di {place} belum padam juga",
    "atap {place} ambrol tertimpa dahan", "{name} tersengat listrik di {place}",
    "mobil {name} nyungsep di {place}", "{name} pamit ke ladang tak kunjung kembali",
    "pemuda teler rusak pagar {place}", "ada yang nawarin serbuk haram ke {name}",
    "{name} rugi {sum} juta gara gara investasi palsu", "air bah merendam {place}",
    "{name} lumpuh mendadak di {place}", "tanggul {place} retak panjang", "traktor {name} digasak",
)  # fmt: skip
_TAILS: Final = (
    "rt {rt} rw {rw}", "pelapor {name}", "posisi rt {rt}", "saksinya {name}", "mohon atensi",
    "ditunggu kedatangannya", "kerugian {sum} juta", "jangan lama lama", "sekian laporan kami",
)  # fmt: skip


class BadCorpus(Exception):
    """Berkas teks tidak dapat dibaca; tiap baris harus objek JSON dengan sender dan text."""

    sentence = "Berkas teks tidak dapat dibaca; tiap baris harus objek JSON dengan sender dan text."


def own_texts(count: int = OWN_COUNT, seed: int = _SEED) -> tuple[Text, ...]:
    """The same texts for the same seed; no phrase of them stands in the dictionary."""
    draw = random.Random(seed)  # noqa: S311 -- play must be repeatable, not secret
    people = [
        (f"+628{draw.randrange(10**9, 10**10)}", phrases.style(draw), draw.randint(1, 12))
        for _ in range(_SENDERS)
    ]
    time_s = _START_S
    texts: list[Text] = []
    for _ in range(count):
        time_s += 1 + int(draw.expovariate(1 / _GAP_S))
        sender, how, rt = draw.choice(people)
        deed = _filled(draw, draw.choice(_DEEDS), rt)
        tails = [_filled(draw, tail, rt) for tail in draw.sample(_TAILS, draw.randint(0, 2))]
        parts = [draw.choice(phrases.OPENINGS), deed, *tails]
        texts.append(Text(time_s, sender, phrases.written(how.ends.join(parts), how, draw)[:160]))
    return tuple(texts)


def _filled(draw: random.Random, words: str, rt: int) -> str:
    while "{place}" in words:
        words = words.replace("{place}", draw.choice(_PLACES), 1)
    while "{name}" in words:
        words = words.replace("{name}", draw.choice(_NAMES), 1)
    return words.format(sum=draw.randint(1, 60), rt=rt, rw=1 + rt % 6)


def read_texts(path: Path, *, only_reports: bool = False) -> tuple[Text, ...]:
    """The texts of a file of JSON lines with `sender` and `text`, and `time` where it is known.

    Args:
        path: the file.
        only_reports: leave out the lines whose `kind` is another.

    Raises:
        BadCorpus: it cannot be read, or a line is something else.
    """
    texts: list[Text] = []
    time_s = _START_S
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            told: object = json.loads(line)
            if not isinstance(told, dict):
                raise BadCorpus
            if only_reports and told.get("kind", "report") != "report":
                continue
            time_s += _GAP_S
            if "time" in told:
                time_s = int(datetime.fromisoformat(str(told["time"])).timestamp())
            texts.append(Text(time_s, str(told["sender"]), str(told["text"])))
    except (OSError, ValueError, KeyError) as error:
        raise BadCorpus from error
    return tuple(texts)
