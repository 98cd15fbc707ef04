"""A desa that is killed again and again loses nothing and tells nothing twice."""

import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from post import CODE, Post, open_post

from hardware.port import SerialPort, answers
from server.demo.messages import Message
from server.demo.tally import parts_of

SEED = 20_260_719
KILLS = 50
EARLY_SHARE = 0.3
EARLY_S, LATER_S = 1.0, 0.6
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


def kill_once(post: Post, villagers: Villagers, chance: random.Random, *, early: bool) -> None:
    """Start the desa, let texts come, and end it at a random moment."""
    post.start()
    if not early:
        post.wait("the desa works", lambda: post.figures().modem == "good")
    for _ in range(chance.randint(2, 5)):
        message = villagers.next()
        post.mast.text(message.sender, message.text)
    # The moment is the experiment: nothing is waited for.
    time.sleep(chance.uniform(0.0, EARLY_S if early else LATER_S))
    post.kill()


def test_a_modem_that_was_left_at_its_prompt_is_taken_up_again(node_dir: Path) -> None:
    with open_post(node_dir) as post:
        with SerialPort(str(post.tty)) as port:
            assert answers(port)
            port.write(b"ATE0\rAT+CMGF=0\rAT+CMGS=20\r")
            said = b""
            while not said.endswith(b"> "):
                chunk = port.read(5.0)
                assert chunk, said
                said += chunk
            port.write(b"0001000C9126")
        post.started()
        post.mast.text("+6281234567001", "ada maling di RT 3")
        post.wait("the text is a report", lambda: post.figures().reports == 1)


def test_fifty_kills_lose_nothing_and_double_nothing(node_dir: Path) -> None:
    began_s = time.monotonic()
    chance = random.Random(SEED)
    villagers = Villagers(chance)
    with open_post(node_dir) as post:
        early = sum(
            _kill(post, villagers, chance, early=chance.random() < EARLY_SHARE)
            for _ in range(KILLS)
        )
        killed_s = time.monotonic() - began_s
        post.started()
        before = post.status()
        post.processes.run("polres", "keys", "grant", str(post.polres), CODE)
        post.settle()
        status, counts = post.status(), post.report_counts()
        seconds = time.monotonic() - began_s

    played = Counter((one.sender, one.text) for one in villagers.played)
    open_played = Counter({k: n for k, n in played.items() if not k[1].startswith("oknum")})
    sealed = counts.pop(("", ""), 0)
    parts = sum(map(parts_of, villagers.played))
    lost = sum((open_played - counts).values()) + max(0, villagers.officials - sealed)
    doubled = sum((counts - open_played).values()) + max(0, sealed - villagers.officials)
    heard = Counter(number for number, _ in post.heard)
    senders = Counter(one.sender for one in villagers.played)
    unanswered = [number for number in senders if not heard[number]]
    more = sum((heard - senders).values())
    print(
        f"kills {KILLS} ({early} at the start), texts {len(villagers.played)} in {parts} parts, "
        f"identical {len(villagers.played) - len(played)}, kept {status['inbox']['kept']}, "
        f"copies {status['inbox']['copy']}, reports {status['reports']}, "
        f"at the Polres {sum(counts.values()) + sealed}, lost {lost}, doubled {doubled}, "
        f"answers {sum(heard.values())} to {len(senders)} numbers ({more} sent once more), "
        f"unanswered {len(unanswered)}, withheld {status['withheld']}, "
        f"locked before the grant {before['locked_sessions']}, after {status['locked_sessions']}, "
        f"killing {killed_s:.1f} s, in all {seconds:.1f} s"
    )
    assert status["inbox"]["kept"] == parts
    assert status["reports"] == len(villagers.played)
    assert (lost, doubled) == (0, 0)
    assert sum(heard.values()) + sum(status["withheld"].values()) >= len(villagers.played)
    assert len(unanswered) <= sum(status["withheld"].values())
    assert "Traceback" not in post.stderr("desa")


def _name(number: int) -> str:
    """A name for each number: texts that differ in digits alone are held to be a robot's."""
    return "".join(
        f"{'bdgjklmnrs'[int(digit)]}{'aiueo'[int(digit) % 5]}" for digit in f"{number:03}"
    )


def _kill(post: Post, villagers: Villagers, chance: random.Random, *, early: bool) -> bool:
    kill_once(post, villagers, chance, early=early)
    return early
