"""Trains the model of the reading on the project's own messages; needs scikit-learn.

    python -m server.bench.reading.train

The same corpus gives the same weights on the same version of scikit-learn.
"""

import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from server.bench.reading import messages
from server.bench.reading.messages import Message
from server.bench.reading.noise import noisy
from server.domain.reading import model
from server.domain.reading.features import BUCKETS, Features, features
from server.domain.reading.fold import fold
from server.domain.reading.read import sort_of_sender
from server.domain.reading.rules import weigh

FOLDS: Final = 5
_SEED: Final = 20_260_101
_NOISY_COPIES: Final = 1
_LARGEST: Final = 127
_TARGET: Final = Path(model.__file__).with_name("reading.weights")


@dataclass(frozen=True, slots=True)
class Question:
    """One head: whom it asks of, what the answer is, how strictly weights are kept small."""

    name: str
    asked: Callable[[Message], bool]
    answer: Callable[[Message], str]
    looseness: float
    buckets: int = BUCKETS


QUESTIONS: Final = (
    Question("category", lambda m: m.kind == "report", lambda m: str(m.category), 40),
    Question("kind", lambda m: True, lambda m: m.kind, 40),
    Question("urgency", lambda m: m.kind == "report", lambda m: str(m.urgency), 10),
    Question(
        "confidential",
        lambda m: m.kind in ("report", "command"),
        lambda m: "yes" if m.confidential else "no",
        20,
    ),
)
COMMAND: Final = Question(
    "command", lambda m: m.kind == "command", lambda m: str(m.command), 40, model.COMMAND_BUCKETS
)


def traits(message: Message, text: str | None = None) -> Features:
    """What the model sees of a message, or of another spelling of it."""
    said = message.text if text is None else text
    words = fold(said)
    return features(said, weigh(words), sort_of_sender(message.sender))


def matrix(seen: Sequence[Features], buckets: int) -> Any:
    """A row for each text, its traits weighed as `model` weighs them."""
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for one in seen:
        for numbers, weight in ((one.pieces, 1.0), (one.words, model.WORD_WEIGHT)):
            own = {number & (buckets - 1) for number in numbers}
            values += [weight / math.sqrt(len(own))] * len(own) if own else []
            columns += sorted(own)
        ends.append(len(columns))
    made = sparse.csr_matrix((values, columns, ends), shape=(len(seen), buckets))
    made.sum_duplicates()
    return made


class Lesson:
    """All messages with their noisy copies, ready to be learnt from."""

    def __init__(self, learnt: Sequence[Message]) -> None:
        draw = random.Random(_SEED)  # noqa: S311 -- the same noise each time
        self.messages = list(learnt)
        self.plain = [traits(one) for one in learnt]
        self.noise = [
            (at, traits(one, noisy(one.text, draw)))
            for at, one in enumerate(learnt)
            for _ in range(_NOISY_COPIES)
        ]

    def fit(self, question: Question, among: set[int]) -> LogisticRegression:
        """Learn one answer from these messages and from their noisy copies."""
        asked = [at for at in sorted(among) if question.asked(self.messages[at])]
        chosen = set(asked)
        noise = [(at, seen) for at, seen in self.noise if at in chosen]
        seen = [self.plain[at] for at in asked] + [seen for _, seen in noise]
        answers = [question.answer(self.messages[at]) for at in [*asked, *(at for at, _ in noise)]]
        fitted = LogisticRegression(C=question.looseness, max_iter=150, tol=1e-3)
        return fitted.fit(matrix(seen, question.buckets), np.array(answers))

    def unseen_points(self, question: Question) -> tuple[list[int], Any, list[str]]:
        """Points of each message from a model that has not seen it, with the labels' order."""
        asked = [at for at, one in enumerate(self.messages) if question.asked(one)]
        answers = np.array([question.answer(self.messages[at]) for at in asked])
        labels = sorted(set(answers))
        points = np.zeros((len(asked), len(labels)))
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED % 1000)
        for known, unseen in folds.split(np.zeros(len(asked)), answers):
            fitted = self.fit(question, {asked[at] for at in known})
            weights, bias = columns(fitted, labels)
            rows = matrix([self.plain[asked[at]] for at in unseen], question.buckets)
            points[unseen] = rows @ weights + bias
        return asked, points, labels


def columns(fitted: LogisticRegression, labels: Sequence[str]) -> tuple[Any, Any]:
    """Weights (buckets x labels) and biases, in the order of `labels`."""
    weights, bias, known = fitted.coef_, fitted.intercept_, list(fitted.classes_)
    if len(known) == 2:
        weights, bias = np.vstack([-weights[0], weights[0]]) / 2, np.array([-bias[0], bias[0]]) / 2
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

    return float(min(np.arange(0.3, 2.0, 0.02), key=loss))


def main() -> None:
    """Train on everything, sharpen by cross-validation, write the file."""
    lesson = Lesson(messages.learnt_from())
    everything = set(range(len(lesson.messages)))
    main_heads, main_rows = [], []
    for question in (*QUESTIONS, COMMAND):
        asked, points, labels = lesson.unseen_points(question)
        right = [question.answer(lesson.messages[at]) for at in asked]
        share = float(np.mean([labels[at] == r for at, r in zip(points.argmax(axis=1), right, strict=True)]))
        weights, bias = columns(lesson.fit(question, everything), labels)
        scale = float(np.quantile(np.abs(weights[weights != 0]), 0.9995)) / _LARGEST
        rows = np.clip(np.rint(weights / scale), -_LARGEST, _LARGEST).astype(np.int8)
        main_rows.append(rows)
        main_heads.append({
            "name": question.name, "labels": labels, "scale": scale,
            "bias": [round(float(one), 5) for one in bias],
            "sharpness": sharpness(points, labels, right),
        })  # fmt: skip
        print(f"{question.name}: {share:.4f} of {len(asked)} unseen, by {FOLDS} folds")
    head = json.dumps({
        "corpus": messages.fingerprint(), "thresholds": {},
        "main": main_heads[:-1], "commands": main_heads[-1:],
    }, separators=(",", ":")).encode()  # fmt: skip
    octets = len(head).to_bytes(4, "big") + head
    octets += np.hstack(main_rows[:-1]).tobytes() + main_rows[-1].tobytes()
    _TARGET.write_bytes(octets)
    print(f"{_TARGET.name}: {len(octets):,} octets")


if __name__ == "__main__":
    main()
