"""Trains the model of the reading on the project's own messages; needs scikit-learn.

    python -m tests.reading.train

The same messages give the same weights with the same version of scikit-learn.
"""

import json
import math
import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from server.bench.reading.messages import Message
from server.domain.reading import model
from server.domain.reading.features import BUCKETS, Features, features
from server.domain.reading.fold import fold
from server.domain.reading.read import sort_of_sender
from server.domain.reading.rules import weigh
from tests.reading.corpus import fingerprint, learnt_from
from tests.reading.noise import noisy

FOLDS: Final = 5
_SEED: Final = 20_260_101
_LARGEST: Final = 127
_SMALL_STEPS: Final = 2
_TELLING_STEPS: Final = 20
_TARGET: Final = Path(model.__file__).with_name("reading.weights")


@dataclass(frozen=True, slots=True)
class Question:
    """One head: whom it asks of, what the answer is, how loosely weights are held."""

    name: str
    asked: Callable[[Message], bool]
    answer: Callable[[Message], str]
    looseness: float = 1.0


QUESTIONS: Final = (
    Question("category", lambda m: m.kind == "report", lambda m: str(m.category)),
    Question("kind", lambda _: True, lambda m: m.kind),
    Question("urgency", lambda m: m.kind == "report", lambda m: str(m.urgency), 0.3),
    Question(
        "confidential",
        lambda m: m.kind in ("report", "command"),
        lambda m: "yes" if m.confidential else "no",
    ),
    Question("command", lambda m: m.kind == "command", lambda m: str(m.command)),
)


def traits(message: Message, text: str | None = None) -> Features:
    """What the model sees of a message, or of another spelling of it."""
    said = message.text if text is None else text
    return features(said, weigh(fold(said)), sort_of_sender(message.sender))


def telling(seen: Sequence[Features]) -> Any:
    """How rare each trait is among texts, in whole steps as `model` keeps it."""
    counts = np.zeros(BUCKETS)
    for one in seen:
        counts[list(one.pieces | one.words)] += 1
    rarity = np.log((len(seen) + 1) / (counts + 1)) + 1
    return np.clip(np.rint(rarity * _TELLING_STEPS), 1, 255).astype(np.uint8)


def matrix(seen: Sequence[Features], rarity: Any) -> Any:
    """A row for each text, its traits weighed as `model` weighs them."""
    values: list[float] = []
    places: list[int] = []
    ends = [0]
    for one in seen:
        for numbers, weight in ((one.pieces, 1.0), (one.words, model.WORD_WEIGHT)):
            own = sorted(numbers)
            shares = rarity[own].astype(float)
            norm = math.sqrt(float((shares**2).sum())) or 1.0
            values += list(shares * (weight / norm))
            places += own
        ends.append(len(places))
    made = sparse.csr_matrix((values, places, ends), shape=(len(seen), BUCKETS))
    made.sum_duplicates()
    return made


class Lesson:
    """All messages with noisy copies of some, ready to be learnt from."""

    def __init__(self, learnt: Sequence[Message], noise: float = 0.3) -> None:
        draw = random.Random(_SEED)
        self.messages = list(learnt)
        self.plain = [traits(one) for one in learnt]
        self.noise = {
            at: traits(one, noisy(one.text, draw))
            for at, one in enumerate(learnt)
            if draw.random() < noise
        }
        self.rarity = telling(self.plain)

    def fit(self, question: Question, among: Sequence[int]) -> LinearSVC:
        """Learn one answer from these messages and from their noisy copies."""
        noise = [at for at in among if at in self.noise]
        seen = [self.plain[at] for at in among] + [self.noise[at] for at in noise]
        answers = [question.answer(self.messages[at]) for at in [*among, *noise]]
        fitted = LinearSVC(C=question.looseness, random_state=1)
        return fitted.fit(matrix(seen, self.rarity), np.array(answers))

    def asked(self, question: Question) -> list[int]:
        """Which messages a question is asked of."""
        return [at for at, one in enumerate(self.messages) if question.asked(one)]

    def unseen_points(self, question: Question, labels: Sequence[str]) -> Any:
        """Points of each asked message from a model that has not seen it."""
        asked = self.asked(question)
        answers = np.array([question.answer(self.messages[at]) for at in asked])
        points = np.zeros((len(asked), len(labels)))
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1)
        for known, unseen in folds.split(np.zeros(len(asked)), answers):
            fitted = self.fit(question, [asked[at] for at in known])
            weights, bias = columns(fitted, labels)
            rows = matrix([self.plain[asked[at]] for at in unseen], self.rarity)
            points[unseen] = rows @ weights + bias
        return points


def columns(fitted: LinearSVC, labels: Sequence[str]) -> tuple[Any, Any]:
    """Weights (buckets x labels) and biases, in the order of `labels`."""
    weights, bias, known = fitted.coef_, fitted.intercept_, list(fitted.classes_)
    if len(known) == 2:
        weights, bias = np.vstack([-weights[0], weights[0]]), np.array([-bias[0], bias[0]])
    order = [known.index(label) for label in labels]
    return weights[order].T, bias[order]


def sharpness(points: Any, labels: Sequence[str], right: Sequence[str]) -> float:
    """By what factor points of unseen messages make the likeliest likelihoods."""
    truth = np.array([labels.index(one) for one in right])

    def loss(factor: float) -> float:
        scaled = points * factor
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(truth)), truth].mean())

    return round(float(min(np.arange(0.5, 8.0, 0.05), key=loss)), 2)


def packed(head: dict[str, Any], rarity: Any, rows: Any) -> bytes:
    """The file's octets: see `model`."""
    filled = sparse.csr_matrix(rows)
    said = json.dumps(head, separators=(",", ":")).encode()
    octets = len(said).to_bytes(4, "big") + said
    octets += filled.indptr.astype("<u4").tobytes() + rarity.tobytes()
    octets += filled.indices.astype(np.uint8).tobytes() + filled.data.astype(np.int8).tobytes()
    return zlib.compress(octets, 9)


def main() -> None:
    """Train on everything, sharpen by cross-validation, write the file."""
    lesson = Lesson(learnt_from())
    heads: list[dict[str, Any]] = []
    parts: list[Any] = []
    for question in QUESTIONS:
        asked = lesson.asked(question)
        right = [question.answer(lesson.messages[at]) for at in asked]
        labels = sorted(set(right))
        points = lesson.unseen_points(question, labels)
        found = [labels[at] for at in points.argmax(axis=1)]
        share = sum(a == b for a, b in zip(found, right, strict=True)) / len(asked)
        print(f"{question.name}: {share:.4f} of {len(asked)} unseen, by {FOLDS} folds", flush=True)
        weights, bias = columns(lesson.fit(question, asked), labels)
        weights = weights * lesson.rarity[:, None]
        scale = float(np.abs(weights).max()) / _LARGEST
        steps = np.rint(weights / scale)
        steps[np.abs(steps) <= _SMALL_STEPS] = 0
        parts.append(steps.astype(np.int8))
        heads.append({
            "name": question.name, "labels": labels, "scale": scale,
            "bias": [round(float(one), 5) for one in bias],
            "sharpness": sharpness(points, labels, right),
        })  # fmt: skip
    head = {"corpus": fingerprint(), "heads": heads}
    octets = packed(head, lesson.rarity, np.hstack(parts))
    _TARGET.write_bytes(octets)
    print(f"{_TARGET.name}: {len(octets):,} octets")


if __name__ == "__main__":
    main()
