"""One mutant in a copy of the tree: applied, run against its killers, taken away again."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from patches import ROOT, Mutant, patched

TEST_S = 300
SIMULATION_S = 900
DAYS = 7
_PYTEST = ("pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "quickly", "--hypothesis-seed=0")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py(?:::[^\s\[]+)?)", re.MULTILINE)
_SEED = re.compile(r"^seed (\d+) breaks", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant.

    Attributes:
        killer: the test that failed first; "" where every test passed.
        seconds: what its tests took.
        seed: the first seed of the simulation that found it; "" for none, or not asked.
        simulated_s: what the simulation took.
    """

    mutant: str
    killer: str
    seconds: float
    seed: str = ""
    simulated_s: float = 0.0

    @property
    def alive(self) -> bool:
        """Whether nothing found it."""
        return not self.killer and not self.seed


def copied() -> Path:
    """The tree that git knows, in memory where the machine has room there."""
    shm = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    home = shm if os.access(shm, os.W_OK) else None
    root = Path(tempfile.mkdtemp(prefix="kentongan-mutant-", dir=home))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return root


def kill(mutant: Mutant, root: Path, seeds: tuple[int, int] | None) -> Verdict:
    """Run a mutant's killers, and the simulation where one is asked for; all is undone after."""
    texts = patched(mutant, root)
    before = {name: (root / name).read_text(encoding="utf-8") for name in texts}
    try:
        for name, text in texts.items():
            _write(root / name, text)
        began = time.monotonic()
        killer = _by_tests(mutant, root)
        tested = time.monotonic()
        seed = _by_simulation(root, *seeds) if seeds is not None and mutant.simulated else ""
        ended = time.monotonic()
    finally:
        for name, text in before.items():
            _write(root / name, text)
    return Verdict(mutant.name, killer, tested - began, seed, ended - tested)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    # What was compiled in the same second, of the same length, would be taken for it.
    for stale in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        stale.unlink()


def _by_tests(mutant: Mutant, root: Path) -> str:
    for killer in mutant.killers:
        status, said = _run([*_PYTEST, killer], root, TEST_S)
        found = _FAILED.search(said)
        if found is not None:
            return found[1]
        if status is None:
            return f"{killer} (never ends)"
        if status:
            raise RuntimeError(f"{mutant.name}: {killer}: {said[-2_000:]}")
    return ""


def _by_simulation(root: Path, first: int, last: int) -> str:
    command = ["server", "simulate", "--seeds", f"{first}-{last}", "--days", str(DAYS)]
    status, said = _run([*command, "--stop", "--no-shrink"], root, SIMULATION_S)
    if status in {0, None}:
        return ""
    found = _SEED.search(said)
    if found is None:
        raise RuntimeError(said[-2_000:])
    return found[1]


def _run(module: Sequence[str], root: Path, seconds: float) -> tuple[int | None, str]:
    try:
        ended = subprocess.run(
            [sys.executable, "-m", *module],
            cwd=root,
            env={
                **os.environ,
                "HYPOTHESIS_STORAGE_DIRECTORY": str(root / ".hypothesis"),
                "PYTHONPATH": str(Path(__file__).parent),
            },
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return ended.returncode, ended.stdout + ended.stderr
