"""Mutants: faults that somebody might build in, each as a small patch of the sources."""

from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Edit:
    """Old text, which occurs exactly once in a file, and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault that a test must find.

    Attributes:
        name: one word, or a few with dashes.
        words: what is wrong with it.
        promise: which of the nine promises it breaks.
        edits: the patch.
        killers: tests that must find it, the quickest first: paths, or paths with test names.
        simulated: whether the simulation must find it too.
    """

    name: str
    words: str
    promise: int
    edits: tuple[Edit, ...]
    killers: tuple[str, ...]
    simulated: bool = field(default=False)


class Stale(Exception):
    """A patch does not fit the sources any more."""


def patched(mutant: Mutant, root: Path) -> dict[str, str]:
    """The text of each file that a mutant changes, by its name.

    Raises:
        Stale: an old text is not there exactly once.
    """
    texts: dict[str, str] = {}
    for edit in mutant.edits:
        text = texts.get(edit.file) or (root / edit.file).read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise Stale(f"{mutant.name}: {edit.file} has {text.count(edit.old)} of: {edit.old}")
        texts[edit.file] = text.replace(edit.old, edit.new)
    return texts
