"""Villagers who text, also in the same words again, and the verdict on what became of it."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from post import Post

from server.demo.messages import Message
from server.demo.tally import parts_of

SENDERS = 40
MATTERS = (
    "ada maling ayam dekat rumah {n}",
    "Pak, pohon tumbang nutup jalan di dusun Puncak dekat {n}",
    "tolong orang berkelahi di pasar, pelakunya {n}",
    "Kerbau saya hilang sejak subuh di kebun {n}",
    "banjir masuk rumah warga, mulai dari rumah {n}",
)
LONG = (
    "Selamat malam pak, saya warga sini mau lapor bahwa tadi malam di rumah {n} ada orang tak "
    "dikenal mondar mandir di dekat rumah pak Kadus, lalu pagi ini dua motor hilang dan pagar "
    "kebun kopi rusak. Mohon petugas datang ke dusun Puncak Ngengas karena warga resah."
)
EMOJI = "LAPOR 🔥🔥 rumah {n} terbakar 🏠 cepat pak 🙏"
EMOJI_LONG = "🔥 kebakaran lahan {n}, " + "api mendekati rumah warga 🏠🏠 tolong pak 🙏 " * 3
OFFICIAL = "oknum polisi minta uang kepada {n} di pos, saya ada bukti"


@dataclass
class Villagers:
    """Draws texts; every fifth is a text once more, from the same number in the same words."""

    chance: random.Random

    def __post_init__(self) -> None:
        self.played: list[Message] = []
        self.officials = 0

    def next(self) -> Message:
        """One text."""
        if self.played and self.chance.random() < 0.2:
            return self._note(self.chance.choice(self.played[-3:]))
        sender = f"+6281234567{self.chance.randrange(SENDERS):03}"
        shape = self.chance.choices(
            (*MATTERS, LONG, EMOJI, EMOJI_LONG, OFFICIAL), (2, 2, 2, 2, 2, 2, 2, 1, 1)
        )[0]
        return self._note(Message(sender, shape.format(n=_name(len(self.played)))))

    def _note(self, message: Message) -> Message:
        self.played.append(message)
        self.officials += message.text.startswith("oknum")
        return message


@dataclass(frozen=True)
class Verdict:
    """What became of all texts, once everything is quiet."""

    texts: int
    parts: int
    kept: int
    reports: int
    arrived: int
    lost: int
    doubled: int
    answers: int
    withheld: int
    unanswered: int
    status: dict[str, Any]

    @property
    def sentence(self) -> str:
        """All figures on one line."""
        return (
            f"texts {self.texts} in {self.parts} parts, kept {self.kept}, "
            f"copies {self.status['inbox']['copy']}, reports {self.reports}, "
            f"at the Polres {self.arrived}, lost {self.lost}, doubled {self.doubled}, "
            f"answers {self.answers}, withheld {self.withheld}, unanswered {self.unanswered}"
        )

    def hold(self) -> None:
        """Nothing is lost, nothing doubled, everybody answered or told why not."""
        assert self.kept == self.parts
        assert self.reports == self.texts
        assert (self.lost, self.doubled) == (0, 0)
        assert self.answers + self.withheld >= self.texts
        assert self.unanswered <= self.withheld


def judge(post: Post, villagers: Villagers) -> Verdict:
    """Count what was played against what the desa, the Polres and the phones have."""
    status, counts = post.status(), post.report_counts()
    played = Counter((one.sender, one.text) for one in villagers.played)
    open_played = Counter({k: n for k, n in played.items() if not k[1].startswith("oknum")})
    sealed = counts.pop(("", ""), 0)
    heard = Counter(number for number, _ in post.heard)
    return Verdict(
        texts=len(villagers.played),
        parts=sum(map(parts_of, villagers.played)),
        kept=status["inbox"]["kept"],
        reports=status["reports"],
        arrived=sum(counts.values()) + sealed,
        lost=sum((open_played - counts).values()) + max(0, villagers.officials - sealed),
        doubled=sum((counts - open_played).values()) + max(0, sealed - villagers.officials),
        answers=sum(heard.values()),
        withheld=sum(status["withheld"].values()),
        unanswered=sum(not heard[one] for one in {one.sender for one in villagers.played}),
        status=status,
    )


def _name(number: int) -> str:
    """A name for each number: texts that differ in digits alone are held to be a robot's."""
    return "".join(
        f"{'bdgjklmnrs'[int(digit)]}{'aiueo'[int(digit) % 5]}" for digit in f"{number:03}"
    )
