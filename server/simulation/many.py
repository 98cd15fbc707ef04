"""Many runs: seeds one after another or in processes, and their figures."""

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

from server.simulation.plan import Plan, draw
from server.simulation.rate import Rate, measure
from server.simulation.run import Outcome, Stage
from server.simulation.shrinking import Shrinking, story

MEMORY: Final = Path("/dev/shm")  # noqa: S108 -- a folder of its own is made in it
SHRINK_S: Final = 60.0
_CHUNK: Final = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        stop: end at the first violation.
        jobs: processes at once.
        folder: where worlds are played; "" for memory where there is any.
    """

    first: int
    last: int
    days: int
    boxes: int
    stop: bool = False
    jobs: int = 1
    folder: str = ""

    @property
    def seeds(self) -> range:
        """All seeds."""
        return range(self.first, self.last + 1)


@dataclass(slots=True)
class Tally:
    """Figures of all runs so far."""

    seeds: int = 0
    bad: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0
    violations: int = 0

    def add(self, outcome: Outcome) -> None:
        """Take one run in."""
        self.seeds += 1
        self.counts.update(outcome.counts)
        self.effects.update(outcome.effects)
        self.cpu_s += outcome.cpu_s
        self.violations += len(outcome.violations)
        if outcome.violations:
            self.bad.append(outcome.seed)

    def figures(self) -> dict[str, object]:
        """As plain JSON."""
        return {
            "seeds": self.seeds,
            "bad": self.bad,
            "violations": self.violations,
            "cpu_s": round(self.cpu_s, 3),
            **self.counts,
            "effects": dict(self.effects),
        }


def parent_of(folder: str) -> Path | None:
    """Where worlds are played; None for the system's own folder for what is temporary."""
    if folder:
        return Path(folder)
    return MEMORY if os.access(MEMORY, os.W_OK) else None


def outcomes(wish: Wish) -> Iterator[Outcome]:
    """Every run, as it ends; with several processes not in the order of the seeds."""
    if wish.jobs == 1:
        stage = Stage(parent_of(wish.folder), wish.boxes)
        try:
            for seed in wish.seeds:
                outcome = stage.play(draw(seed, wish.days, wish.boxes))
                yield outcome
                if wish.stop and outcome.violations:
                    return
        finally:
            stage.close()
        return
    yield from _in_processes(wish)


def _in_processes(wish: Wish) -> Iterator[Outcome]:
    pieces = [wish.seeds[at : at + _CHUNK] for at in range(0, len(wish.seeds), _CHUNK)]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(wish.jobs, mp_context=context) as pool, _ending(pool):
        waiting: set[Future[list[Outcome]]] = set()
        left = iter(pieces)
        while True:
            for piece in left:
                waiting.add(pool.submit(_play_beside, wish, piece))
                if len(waiting) >= wish.jobs * 2:
                    break
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()
                if wish.stop and any(outcome.violations for outcome in future.result()):
                    pool.shutdown(cancel_futures=True)
                    return


@contextmanager
def _ending(pool: ProcessPoolExecutor) -> Iterator[None]:
    """Whatever ends this process ends what it began."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        raise


def leave_on_sigterm() -> None:
    """From here on SIGTERM ends the process by way of every `finally`, so no folder stays."""

    def leave(*_: object) -> NoReturn:
        # A pool that breaks says it again to those who are just leaving.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, leave)


def _play_beside(wish: Wish, seeds: range) -> list[Outcome]:
    try:
        return _play(wish, seeds)
    except SystemExit as told:
        # The pool would take it for an outcome, and go on.
        os._exit(int(told.code or 0))


def _play(wish: Wish, seeds: range) -> list[Outcome]:
    stage = Stage(parent_of(wish.folder), wish.boxes)
    try:
        return [stage.play(draw(seed, wish.days, wish.boxes)) for seed in seeds]
    finally:
        stage.close()


def measured(wish: Wish, texts: int) -> Rate:
    """The rate of texts from a phone to the Polres."""
    stage = Stage(parent_of(wish.folder), 1)
    try:
        return measure(stage, texts)
    finally:
        stage.close()


def shrunk(wish: Wish, outcome: Outcome, patience_s: float = SHRINK_S) -> list[str]:
    """The shortest story that breaks the same promise, in words."""
    broken = {one.name for one in outcome.violations}
    stage = Stage(parent_of(wish.folder), wish.boxes)

    def fails(plan: Plan) -> bool:
        return any(one.name in broken for one in stage.play(plan).violations)

    plan = draw(outcome.seed, wish.days, wish.boxes)
    try:
        return story(Shrinking(plan, fails, time.process_time() + patience_s).shrink())
    finally:
        stage.close()


def replay(wish: Wish, seed: int) -> str:
    """The command that plays a seed again."""
    return f"kentongan simulate --seeds {seed}-{seed} --days {wish.days} --nodes {wish.boxes}"


def tell(tally: Tally, took_s: float, say: Callable[[str], object]) -> None:
    """The figures for people."""
    counts = tally.counts
    rows = {
        "seeds": tally.seeds,
        "node-days": counts["node_days"],
        "texts": counts["texts"],
        "texts sent": counts["sent"],
        "crashes": counts["crashes"],
        "unsynced frames lost": counts["lost_frames"],
        "failed disk writes": counts["disk_failures"],
        "restores": counts["restores"],
        "clones": counts["clones"],
        "effects": tally.effects.total(),
        "violations": tally.violations,
    }
    for name, value in rows.items():
        say(f"{name:<22}{value:>12,}")
    say(f"{'machine seconds':<22}{tally.cpu_s:>12,.1f}")
    say(f"{'seconds a seed':<22}{tally.cpu_s / max(1, tally.seeds):>12.3f}")
    say(f"{'elapsed seconds':<22}{took_s:>12,.1f}")
