"""Applies every mutant, one after another, and says which test kills it.

    python tests/mutants/run.py [--jobs N] [--seeds A-B] [--kept FILE] [--table] [NAME ...]

Without names all of them. `--seeds` also asks the simulation. `--kept` notes each verdict in a
file, and leaves out what was killed in an earlier run that noted there. `--table` writes
docs/mutants.md.
Ends with 0 only if no mutant survives.
"""

import argparse
import json
import shutil
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from queue import Empty, SimpleQueue

from every_mutant import MUTANTS
from killing import Verdict, copied, kill
from patches import ROOT, Mutant
from table import written

TABLE = ROOT / "docs" / "mutants.md"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seeds", type=_seeds, default=None)
    parser.add_argument("--kept", type=Path, default=None)
    parser.add_argument("--table", action="store_true")
    return parser.parse_args()


def _seeds(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def _earlier(kept: Path | None) -> dict[str, Verdict]:
    """What was killed before."""
    if kept is None or not kept.exists():
        return {}
    lines = kept.read_text(encoding="utf-8").splitlines()
    known = (Verdict(**json.loads(line)) for line in lines)
    return {one.mutant: one for one in known if not one.alive}


def _work(
    queue: "SimpleQueue[Mutant]", asked: argparse.Namespace, found: dict[str, Verdict]
) -> None:
    root = copied()
    try:
        while True:
            try:
                mutant = queue.get_nowait()
            except Empty:
                return
            verdict = kill(mutant, root, asked.seeds)
            found[mutant.name] = verdict
            if asked.kept is not None:
                with asked.kept.open("a", encoding="utf-8") as notes:
                    notes.write(json.dumps(asdict(verdict)) + "\n")
            found_by = verdict.killer or "no test"
            print(
                f"{'SURVIVES ' * verdict.alive}{verdict.mutant}: {found_by}, hypothesis seed 0, "
                f"{verdict.seconds:.0f} s; simulation: seed {verdict.seed or '-'}, "
                f"{verdict.simulated_s:.0f} s",
                flush=True,
            )
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main() -> int:
    """Run what was asked for; the status of the process."""
    asked = _asked()
    chosen = [one for one in MUTANTS if not asked.names or one.name in asked.names]
    found = _earlier(asked.kept)
    queue: SimpleQueue[Mutant] = SimpleQueue()
    for one in chosen:
        if one.name not in found:
            queue.put(one)
    workers = [
        threading.Thread(target=_work, args=(queue, asked, found)) for _ in range(asked.jobs)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    alive = [one.name for one in chosen if one.name not in found or found[one.name].alive]
    known = [found[one.name] for one in chosen if one.name in found]
    seconds = sum(one.seconds + one.simulated_s for one in known)
    print(f"{len(chosen)} mutants, {len(alive)} survive, {seconds:.0f} s: {' '.join(alive)}")
    if asked.table and not alive and len(chosen) == len(MUTANTS):
        TABLE.write_text(written(found), encoding="utf-8")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
