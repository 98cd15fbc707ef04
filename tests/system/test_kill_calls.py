"""A desa that is killed at random system calls loses nothing and tells nothing twice."""

import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

from post import CODE, Post, open_post
from villagers import Villagers, judge

from server.demo.processes import until

SEED = int(os.environ.get("KENTONGAN_SEED", "20261122"))
KILLS = int(os.environ.get("KENTONGAN_KILLS", "30"))
ENDER = Path(__file__).with_name("ender.py")
ON_CARD = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "rename")
# Calls, and how often they come from the start until some texts are answered, about.
KINDS = (
    (("pwrite64",), 200),
    (("fdatasync",), 30),
    (("fsync", "ftruncate", "unlink", "rename"), 7),
    (("write", "sendto"), 36),
    (("read", "openat", "close", "futex", "fcntl", "pselect6", "poll", "mmap"), 5_000),
)
WEIGHTS = (4, 4, 1, 2, 2)
PATIENCE_S = 1.5
# Hundreds of sessions are opened at the end of a long play.
SETTLE_S = 60.0 + KILLS


def kill_at(post: Post, villagers: Villagers, chance: random.Random) -> tuple[str, str]:
    """Let the desa run to a drawn call; gives its name, "" if it never came, and the moment."""
    for _ in range(chance.randint(1, 3)):
        message = villagers.next()
        post.mast.text(message.sender, message.text)
    calls, often = chance.choices(KINDS, WEIGHTS)[0]
    when = chance.choice(("before", "after"))
    report = post.home / "ended"
    report.unlink(missing_ok=True)
    node = (sys.executable, "-m", "server", "desa", "run", str(post.desa))
    words = (str(ENDER), str(report), str(chance.randint(1, often)), when, ",".join(calls), *node)
    process = post.processes.launch("desa", (sys.executable, "-I", "-S", *words))

    def ended() -> bool:
        return process.poll() is not None

    until(lambda: ended() or post.figures().modem == "good", 20.0)
    until(lambda: ended() or post.calm(), PATIENCE_S)
    by_call = ended()
    post.kill()
    return (report.read_text(encoding="ascii") if by_call else "", when)


def test_kills_at_random_calls_lose_nothing_and_double_nothing(node_dir: Path) -> None:
    began_s = time.monotonic()
    chance = random.Random(SEED)
    villagers = Villagers(chance)
    with open_post(node_dir) as post:
        ends = Counter(kill_at(post, villagers, chance) for _ in range(KILLS))
        killed_s = time.monotonic() - began_s
        post.started()
        post.processes.run("polres", "keys", "grant", str(post.polres), CODE)
        post.settle(SETTLE_S)
        verdict = judge(post, villagers)
        # What nobody texted is missed: the verdict sees what is lost.
        villagers.next()
        missed = judge(post, villagers)
        said = post.stderr("desa")
    by_call = Counter[str]()
    for (call, _), count in ends.items():
        by_call[call] += count
    never = by_call.pop("", 0)
    on_card = sum(by_call[call] for call in ON_CARD)
    after = sum(
        count for (call, when), count in ends.items() if call in ON_CARD and when == "after"
    )
    print(
        f"seed {SEED}, {KILLS} kills: {on_card} inside calls that change the card ({after} of them "
        f"once the call was done), {sum(by_call.values()) - on_card} inside others, {never} when "
        f"all was quiet; {dict(by_call.most_common())}; {verdict.sentence}, "
        f"killing {killed_s:.1f} s, in all {time.monotonic() - began_s:.1f} s"
    )
    verdict.hold()
    assert missed.lost == 1
    assert "Traceback" not in said
    assert on_card >= KILLS // 4
