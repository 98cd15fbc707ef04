"""Labelled messages: texts, and what a person read in them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SET_ASIDE: Final = Path(__file__).with_name("set_aside.jsonl")


@dataclass(frozen=True, slots=True)
class Message:
    """One text and what a person read in it; what does not apply is None.

    `also` holds second labels that are right as well, as ("category", "konflik").
    """

    text: str
    sender: str | None
    kind: str
    category: str | None = None
    urgency: str | None = None
    rt: int | None = None
    rw: int | None = None
    dusun: str | None = None
    landmark: str | None = None
    command: str | None = None
    ticket: str | None = None
    confidential: bool = False
    also: frozenset[tuple[str, str]] = frozenset()

    def allows(self, question: str, answer: str | None) -> bool:
        """Whether an answer is the label or a second one that is right as well."""
        return answer == getattr(self, question) or (question, answer or "") in self.also


def read(path: Path) -> Iterator[Message]:
    """The messages of a file of JSON lines; second labels in `alt` or in `note`."""
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            yield _message(json.loads(line))


def _message(row: dict[str, Any]) -> Message:
    fields = {
        name: row.get(name)
        for name in ("category", "urgency", "rt", "rw", "dusun", "landmark", "command", "ticket")
    }
    return Message(
        text=row["text"],
        sender=row.get("sender"),
        kind=row["kind"],
        confidential=bool(row.get("confidential")),
        also=frozenset(_second_labels(row)),
        **fields,
    )


def _second_labels(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    noted = [tag.strip() for tag in str(row.get("note") or "").split(",")]
    for tag in [*row.get("alt", []), *(t[4:] for t in noted if t.startswith("alt:"))]:
        question, _, answer = tag.partition("=")
        yield question, answer.partition("/")[0]
        if "/" in answer:
            yield "command", answer.partition("/")[2]
