"""Thirty days with five kinds of robots: they cost little, and every person is answered."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest
from world import World

from server.desa.gateway import speaking
from server.desa.reading import whole
from server.sections import Answers
from sms.replies import ReplyKey, render

DAY_S, HOUR_S = 86_400, 3_600
DAYS = 30
# With the brakes off a robot that answers every answer has no end; a test needs one.
ROUNDS_MAX = 4
BOX, SECOND_BOX = "+6281100000001", "+6281100000002"
ECHO, VARIED, OURS, PROMO = (f"+62812000000{number:02d}" for number in range(4))
ROBOTS = {
    ECHO: ("echo", 3), VARIED: ("variation", 6), OURS: ("our wording", 3), PROMO: ("operator", 3),
    SECOND_BOX: ("second Kentongan", 3), BOX: ("our own number", 0),
    "1708": ("short code", 0), "TELKOMSEL": ("name", 0),
}  # fmt: skip
"""Each robot with the answers that it may get a day; only the variation is ever understood."""

WORDS = (
    "sawah", "pasar", "masjid", "lapangan", "jembatan", "kebun", "sekolah", "warung", "sungai",
    "kandang", "pos", "balai", "kantor", "tikungan", "gudang", "pantai", "bukit", "terminal",
)  # fmt: skip
EVENTS = (
    "ada maling masuk rumah {} dekat {}", "motor saya hilang di {} tadi malam, lapor dari {}",
    "orang berkelahi di {} sampai ke {}", "banjir di {} air naik ke {}",
    "ada yang berjudi di {} tiap malam samping {}", "sapi saya dicuri dari {} dibawa ke {}",
)  # fmt: skip


@dataclass
class Village:
    """A box with its robots and villagers."""

    world: World
    draw: random.Random
    second: World
    answers: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def place(self) -> str:
        """Somewhere."""
        return self.draw.choice(WORDS)

    def hour(self, hour: int) -> None:
        """One hour: what comes by itself, and what answers the answers."""
        self.world.mono_s = self.second.mono_s = 100.0 + hour * HOUR_S
        for sender, words in self.arrivals(hour):
            self.world.text(sender, words)
        for _ in range(ROUNDS_MAX):
            self.world.listen()
            self.world.speak()
            sent = list(self.world.sent)
            self.world.sent.clear()
            for to, words in sent:
                self.answers[to].append(self.world.mono_s)
                for reply in self.replies(to, words):
                    self.world.text(to, reply)
            if not sent:
                return

    def arrivals(self, hour: int) -> Sequence[tuple[str, str]]:
        """Texts that nobody asked for."""
        number = self.draw.randrange(10_000)
        texts = []
        if hour % 24 == 7:
            texts += [(ECHO, f"Halo {number}"), (SECOND_BOX, f"No {number:05d}: diteruskan.")]
            texts += [(BOX, f"Tes {number}")]
        if hour % 2:
            texts += [
                (VARIED, self.variation()),
                (PROMO, f"Sisa pulsa Anda Rp{number}. Isi ulang!"),
            ]
        if hour % 3 == 0:
            key = self.draw.choice([ReplyKey.BANTUAN, ReplyKey.MISCALL, ReplyKey.STATUS_NIHIL])
            texts += [(OURS, f"Balasan otomatis: {render(key)}")]
            texts += [("1708", f"Promo {number}"), ("TELKOMSEL", f"Kuota Anda {number} MB")]
        if hour % 5 == 0:
            villager = f"+62813{self.draw.randrange(10**8):08d}"
            event = self.draw.choice(EVENTS).format(self.place(), self.place())
            self.asked[villager] += 1
            texts += [(villager, event)]
        return texts

    def variation(self) -> str:
        """A text like no other before, with a word that means something to us."""
        words = " ".join(self.draw.sample(WORDS, 6))
        return f"kecurian tadi malam {words} {self.draw.randrange(10_000)}"

    def replies(self, to: str, words: str) -> Sequence[str]:
        """What a robot answers to an answer."""
        if to == SECOND_BOX:
            self.second.text(BOX, words)
            self.second.listen()
            self.second.speak()
            came = [answer for number, answer in self.second.sent if number == BOX]
            self.second.sent.clear()
            return came
        robots: dict[str, Callable[[], str]] = {
            ECHO: lambda: words,
            VARIED: self.variation,
            OURS: lambda: f"Terima kasih atas pesan Anda. {words}",
            PROMO: lambda: "Nomor ini tidak menerima balasan. Ketik *888# untuk info.",
        }
        return [robots[to]()] if to in robots else []

    def worst_day(self, robot: str) -> int:
        """The most answers that it got within any 24 hours."""
        times = self.answers[robot]
        return max((sum(t - DAY_S < at <= t for at in times) for t in times), default=0)

    def unanswered(self) -> list[str]:
        """Villagers who wrote and were not answered."""
        return [one for one, texts in self.asked.items() if len(self.answers[one]) < texts]


def lived(folder: Path, days: int) -> Village:
    """A village after so many days, with the brakes as they are by default."""
    first, second = folder / "first", folder / "second"
    for place in (first, second):
        place.mkdir()
    village = Village(
        World(first, answers=Answers(), own=(BOX,)),
        random.Random(7),
        World(second, answers=Answers(), own=(SECOND_BOX,)),
    )
    for world in (village.world, village.second):
        world.exchange()
        world.node.database.connection.execute("pragma synchronous = off")
    for hour in range(days * 24):
        village.hour(hour)
    return village


@pytest.mark.parametrize("brakes", ["on", "off"])
def test_robots_get_few_answers_a_day_and_no_person_goes_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brakes: str
) -> None:
    tickets = (f"{number:05d}" for number in count())
    # How tickets are drawn is another test's, and slow.
    monkeypatch.setattr(whole, "draw", lambda *_: next(tickets))
    if brakes == "off":
        limits_of = speaking.limits_of
        free = lambda node: replace(limits_of(node), brakes=frozenset())  # noqa: E731
        monkeypatch.setattr(speaking, "limits_of", free)
    village = lived(tmp_path, DAYS if brakes == "on" else 1)
    worst = {name: village.worst_day(robot) for robot, (name, _) in ROBOTS.items()}
    total = sum(map(len, village.answers.values()))
    print(
        f"brakes {brakes}: worst day {worst}, {len(village.asked)} villagers, "
        f"{len(village.unanswered())} unanswered, {total} SMS sent"
    )
    kept = all(worst[name] <= most for name, most in ROBOTS.values())
    assert kept == (brakes == "on")
    assert village.unanswered() == []
