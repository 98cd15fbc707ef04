"""A small linear model: what a text most likely is, from the traits of `features`.

The file `reading.weights` is made by `server.bench.reading.train`. Its numbers are whole, so that
every machine gives the same answer. Form, packed by zlib: four octets with the length of a JSON
head, the head, where the row of each bucket starts (little-endian, four octets each), how telling
each bucket is (an octet), then the columns and the weights of all rows (an octet each).
"""

import json
import math
import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from server.domain.reading.features import BUCKETS, Features

WORD_WEIGHT: Final = 1.0
_LENGTH_OCTETS: Final = 4
_START_OCTETS: Final = 4

Likelihoods = dict[str, float]


@dataclass(frozen=True, slots=True)
class Head:
    """One question: its possible answers, and how points become likelihoods.

    Attributes:
        labels: the answers, in the order of the columns.
        first: the column of the first one.
        scale: what one step of a weight is worth.
        bias: what is added for each answer.
        sharpness: how much a difference of points counts; found by cross-validation.
    """

    name: str
    labels: tuple[str, ...]
    first: int
    scale: float
    bias: tuple[float, ...]
    sharpness: float


class WeightsError(ValueError):
    """A file that does not hold weights of this form."""


class Model:
    """The weights, and the likelihoods that they give."""

    def __init__(self, packed: bytes) -> None:
        """Takes the content of a weights file; WeightsError or zlib.error where it is not one."""
        octets = memoryview(zlib.decompress(packed))
        at = _LENGTH_OCTETS + int.from_bytes(octets[:_LENGTH_OCTETS], "big")
        head = json.loads(bytes(octets[_LENGTH_OCTETS:at]))
        self.corpus: str = head["corpus"]
        self.heads = tuple(_heads(head["heads"]))
        self._width = sum(len(one.labels) for one in self.heads)
        self._starts = array("I", bytes(octets[at : at + _START_OCTETS * (BUCKETS + 1)]))
        if sys.byteorder == "big":
            self._starts.byteswap()
        at += _START_OCTETS * (BUCKETS + 1)
        count = self._starts[-1]
        self._telling = bytes(octets[at : at + BUCKETS])
        self._columns = bytes(octets[at + BUCKETS : at + BUCKETS + count])
        self._weights = array("b", bytes(octets[at + BUCKETS + count :]))
        if len(self._weights) != count or max(self._columns, default=0) >= self._width:
            raise WeightsError("weights of another size than their head says")

    def answers(self, seen: Features) -> dict[str, Likelihoods]:
        """How likely each answer to each question is."""
        pieces, words = self._totals(seen.pieces, 1.0), self._totals(seen.words, WORD_WEIGHT)
        points = [one + other for one, other in zip(pieces, words, strict=True)]
        return {head.name: _likelihoods(head, points) for head in self.heads}

    def lean(self, seen: Features, head: str, label: str) -> float:
        """How far these traits alone speak for an answer, in points of its own."""
        asked = next(one for one in self.heads if one.name == head)
        column = asked.first + asked.labels.index(label)
        return self._totals(seen.words, asked.scale)[column]

    def _totals(self, traits: Iterable[int], weight: float) -> list[float]:
        """The sum of the rows of these traits, weighed so that long texts do not shout."""
        starts, columns, weights = self._starts, self._columns, self._weights
        totals = [0] * self._width
        square = 0
        for trait in traits:
            square += self._telling[trait] ** 2
            start, end = starts[trait], starts[trait + 1]
            for column, value in zip(columns[start:end], weights[start:end], strict=True):
                totals[column] += value
        factor = weight / math.sqrt(square) if square else 0.0
        return [total * factor for total in totals]


@cache
def shipped() -> Model:
    """The model that comes with the program."""
    return Model(files(__package__).joinpath("reading.weights").read_bytes())


def _heads(written: Iterable[dict[str, object]]) -> Iterable[Head]:
    first = 0
    for one in written:
        labels, bias = one["labels"], one["bias"]
        scale, sharpness = one["scale"], one["sharpness"]
        if not (isinstance(labels, list) and isinstance(bias, list)):
            raise WeightsError("weights whose answers are not understood")
        if not (isinstance(scale, float) and isinstance(sharpness, float)):
            raise WeightsError("weights whose scale is not understood")
        yield Head(str(one["name"]), tuple(labels), first, scale, tuple(bias), sharpness)
        first += len(labels)


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
