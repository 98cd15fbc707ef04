"""A desa that is killed again and again loses nothing and tells nothing twice."""

import random
import time
from pathlib import Path

from post import CODE, Post, open_post
from villagers import Villagers, judge

from hardware.port import SerialPort, answers

SEED = 20_260_719
KILLS = 50
EARLY_SHARE = 0.3
EARLY_S, LATER_S = 1.0, 0.6


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
        verdict = judge(post, villagers)
        seconds = time.monotonic() - began_s
    print(
        f"kills {KILLS} ({early} at the start), {verdict.sentence}, "
        f"locked before the grant {before['locked_sessions']}, "
        f"after {verdict.status['locked_sessions']}, "
        f"killing {killed_s:.1f} s, in all {seconds:.1f} s"
    )
    verdict.hold()
    assert "Traceback" not in post.stderr("desa")


def _kill(post: Post, villagers: Villagers, chance: random.Random, *, early: bool) -> bool:
    kill_once(post, villagers, chance, early=early)
    return early
