"""A small linear model: what a text most likely is, from the traits of `features`.

The file `reading.weights` is made by `server.bench.reading.train`; numbers in it are whole, so
that every machine gives the same answer. Form: four octets with the length of a JSON head, the
head, then for each bucket a row of signed octets, one for each label of each head of `ROWS`;
then the same for `COMMANDS`, whose traits fall into fewer buckets.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from operator import add
from typing import Final

from server.domain.reading.features import BUCKETS, Features

WORD_WEIGHT: Final = 1.5
COMMAND_BUCKETS: Final = 1 << 13
_HEAD_OCTETS: Final = 4


@dataclass(frozen=True, slots=True)
class Head:
    """One question: its possible answers, and how its rows become likelihoods.

    Attributes:
        labels: the answers, in the order of the columns.
        first: the column of the first one.
        scale: what one step of a weight is worth.
        bias: what is added for each answer.
        sharpness: how much a difference of points counts; found by cross-validation.
    """

    labels: tuple[str, ...]
    first: int
    scale: float
    bias: tuple[float, ...]
    sharpness: float


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of weights, one for each bucket of traits."""

    heads: Mapping[str, Head]
    width: int
    rows: memoryview


Likelihoods = dict[str, float]


class Model:
    """The weights, and the likelihoods that they give."""

    def __init__(self, octets: bytes) -> None:
        """Takes the content of a weights file; ValueError where it is not one."""
        length = int.from_bytes(octets[:_HEAD_OCTETS], "big")
        head = json.loads(octets[_HEAD_OCTETS : _HEAD_OCTETS + length])
        rest = memoryview(octets)[_HEAD_OCTETS + length :].cast("b")
        self.corpus: str = head["corpus"]
        self.thresholds: dict[str, float] = head["thresholds"]
        self._main = _table(head["main"], rest, BUCKETS)
        self._commands = _table(head["commands"], rest[len(self._main.rows) :], COMMAND_BUCKETS)
        if len(self._main.rows) + len(self._commands.rows) != len(rest):
            raise ValueError("weights of another size than their head says")

    def answers(self, seen: Features) -> dict[str, Likelihoods]:
        """How likely each answer to each question is, commands aside."""
        return _answers(self._main, seen.pieces, seen.words)

    def commands(self, seen: Features) -> Likelihoods:
        """How likely each command is, if the text is one."""
        mask = COMMAND_BUCKETS - 1
        pieces = {number & mask for number in seen.pieces}
        words = {number & mask for number in seen.words}
        return _answers(self._commands, pieces, words)["command"]


def shipped() -> Model:
    """The model that comes with the program."""
    return Model(files(__package__).joinpath("reading.weights").read_bytes())


def _table(heads: list[dict[str, object]], rest: memoryview, buckets: int) -> Table:
    made: dict[str, Head] = {}
    width = 0
    for one in heads:
        head = _head(one, width)
        made[str(one["name"])] = head
        width += len(head.labels)
    return Table(made, width, rest[: buckets * width])


def _head(one: Mapping[str, object], first: int) -> Head:
    labels, bias = one["labels"], one["bias"]
    scale, sharpness = one["scale"], one["sharpness"]
    if not (
        isinstance(labels, list)
        and isinstance(bias, list)
        and isinstance(scale, float)
        and isinstance(sharpness, float)
    ):
        raise ValueError("weights whose head is not understood")
    return Head(tuple(labels), first, scale, tuple(bias), sharpness)


def _answers(table: Table, pieces: Iterable[int], words: Iterable[int]) -> dict[str, Likelihoods]:
    small, large = _totals(table, pieces, 1.0), _totals(table, words, WORD_WEIGHT)
    points = list(map(add, small, large))
    return {name: _likelihoods(head, points) for name, head in table.heads.items()}


def _totals(table: Table, traits: Iterable[int], weight: float) -> list[float]:
    """The sum of the rows of these traits, weighed so that long texts do not shout."""
    rows, width = table.rows, table.width
    total, count = [0] * width, 0
    for trait in traits:
        total = list(map(add, total, rows[trait * width : (trait + 1) * width]))
        count += 1
    factor = weight / math.sqrt(count) if count else 0.0
    return [value * factor for value in total]


def _likelihoods(head: Head, points: Sequence[float]) -> Likelihoods:
    own = points[head.first : head.first + len(head.labels)]
    sums = [
        (value * head.scale + bias) * head.sharpness
        for value, bias in zip(own, head.bias, strict=True)
    ]
    most = max(sums)
    powers = [math.exp(value - most) for value in sums]
    whole = sum(powers)
    return {label: power / whole for label, power in zip(head.labels, powers, strict=True)}
