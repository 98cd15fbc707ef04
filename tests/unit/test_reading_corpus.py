"""What the reading learns from: many messages, each of its own, and a set put aside."""

import hashlib
import re
from collections import Counter, defaultdict

from server.bench.reading.messages import SET_ASIDE, read
from server.domain.reading import model
from server.domain.reading.fold import fold
from server.domain.reading.labels import Category, Kind, Urgency
from sms.commands.keywords import CommandName
from tests.reading.corpus import fingerprint, learnt_from

DISTINCT_MIN = 3_800
ALIKE_MAX = 0.05
WEIGHTS_MAX = 1_500_000


def triples(text: str) -> frozenset[tuple[str, ...]]:
    """Runs of three words; a shorter text is one run."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    if len(words) < 3:
        return frozenset({tuple(words)})
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def alike(texts: list[str]) -> int:
    """How many share more than half of their runs with an earlier one."""
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    runs = [triples(text) for text in texts]
    found = 0
    for at, own in enumerate(runs):
        shared = Counter(other for run in own for other in where[run])
        found += any(count / len(own | runs[other]) > 0.5 for other, count in shared.items())
        for run in own:
            where[run].append(at)
    return found


def test_the_messages_are_many_and_each_is_of_its_own() -> None:
    texts = [message.text for message in learnt_from()]
    distinct = {" ".join(fold(text)) for text in texts}
    share = alike(texts) / len(texts)
    print(f"{len(texts)} messages, {len(distinct)} distinct, {share:.2%} much like another")
    assert len(distinct) >= DISTINCT_MIN
    assert share <= ALIKE_MAX


def test_every_label_is_known_and_each_one_occurs() -> None:
    learnt = learnt_from()
    assert {message.kind for message in learnt} == set(Kind)
    reports = [message for message in learnt if message.kind == Kind.REPORT]
    assert {message.category for message in reports} == set(Category)
    assert {message.urgency for message in reports} == set(Urgency)
    commands = [message for message in learnt if message.kind == Kind.COMMAND]
    assert {message.command for message in commands} == set(CommandName)


def test_the_set_put_aside_is_the_one_that_was_written_before_anything_was_learnt() -> None:
    noted = SET_ASIDE.with_suffix(".sha256").read_text("ascii").split()[0]
    assert hashlib.sha256(SET_ASIDE.read_bytes()).hexdigest() == noted
    assert len(list(read(SET_ASIDE))) == 500


def test_no_longer_message_of_the_set_put_aside_is_learnt_from() -> None:
    learnt = {" ".join(fold(message.text)) for message in learnt_from()}
    aside = [" ".join(fold(message.text)) for message in read(SET_ASIDE)]
    assert [text for text in aside if text in learnt and len(text.split()) > 5] == []


def test_the_weights_come_from_these_messages_and_are_small() -> None:
    shipped = model.shipped()
    assert shipped.corpus == fingerprint()
    packed = model.files(model.__package__).joinpath("reading.weights").read_bytes()
    print(f"{len(packed):,} octets of weights")
    assert len(packed) <= WEIGHTS_MAX
