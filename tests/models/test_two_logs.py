"""Every state that boxes and their Polres can come to, one after another: all of them hold."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from unittest import mock

import pytest
from every_state import Ends, explore
from scenes import Spare

from server.polres import gate
from server.polres.down import downlog
from server.polres.rules.verdict import Verdict, View, judge
from sync import exchange
from sync.chain import LogId
from sync.store import SqliteStore

NONE = Spare(events=0, crashes=0, copies=0, returns=0, backups=0, setbacks=0, kept=0)
CARD = replace(NONE, events=1, copies=1, returns=1)
SERVER = replace(NONE, events=1, backups=1, setbacks=1)
ROAD = replace(NONE, events=1, kept=1)
POWER = replace(NONE, events=1, crashes=1)
# In every one of them any answer may get lost, any number of times.
WORLDS = {
    "a card that is copied and set back": (1, CARD),
    "a Polres that is set back": (1, SERVER),
    "a request that is said again": (1, ROAD),
    "a box that starts anew": (1, POWER),
    "two boxes": (2, replace(NONE, events=1)),
}
# `KENTONGAN_STATES` says how many events the larger worlds have, which take many minutes.
EVENTS = int(os.environ.get("KENTONGAN_STATES", "0"))
LARGE = {
    "a card and its Polres": (1, replace(CARD, events=EVENTS, backups=1, setbacks=1)),
    "all that a card may see": (1, replace(CARD, events=EVENTS, crashes=1, kept=1)),
    "all that a Polres may see": (1, replace(SERVER, events=EVENTS, crashes=1, kept=1)),
    "two boxes and a Polres that is set back": (2, replace(SERVER, events=EVENTS)),
}


@pytest.mark.parametrize("name", [*WORLDS, *(LARGE if EVENTS else ())])
def test_in_every_state_what_was_promised_holds(name: str) -> None:
    boxes, spare = {**WORLDS, **LARGE}[name]
    found = explore(Ends(boxes), spare)
    print(f"{name}: {found.line()}")
    assert found.violations == []
    assert found.states > 100
    if spare.returns:
        assert found.moves["card set back"]
    if spare.setbacks:
        assert found.moves["Polres set back"]


def _only_numbers() -> AbstractContextManager[object]:
    """A Polres that knows entries by their numbers, and looks at no hash."""

    class _NeverRaised(Exception):
        pass

    return mock.patch.multiple(gate, Fork=_NeverRaised, judge=lambda _: Verdict.SOUND)


def _never_set_back() -> AbstractContextManager[object]:
    """A Polres that does not look at its own signature beyond its log."""

    def blind(view: View) -> Verdict:
        found = judge(view)
        return Verdict.SOUND if found is Verdict.SERVER_RESTORED else found

    return mock.patch.object(gate, "judge", blind)


def _keys_go_once() -> AbstractContextManager[object]:
    """A Polres that gives the keys of an order only with the order."""
    return mock.patch.object(downlog, "_unanswered", return_value=())


def _sent_is_received() -> AbstractContextManager[object]:
    """A box that counts as received what it has written."""
    known = exchange._receipt

    def hasty(db: object, log_id: LogId) -> tuple[tuple[bytes, bytes], int]:
        shown, _ = known(db, log_id)  # type: ignore[arg-type]
        return shown, SqliteStore(db).head(log_id).seq  # type: ignore[arg-type]

    return mock.patch.object(exchange, "_receipt", hasty)


@pytest.mark.parametrize(
    ("sabotage", "spare", "words"),
    [
        (_only_numbers, CARD, "two histories, and nobody is told"),
        (_never_set_back, SERVER, "a Polres that was set back: nobody is told"),
        (_keys_go_once, POWER, "an order is never carried out"),
        (_sent_is_received, replace(NONE, events=1), "something never arrives"),
    ],
)  # fmt: skip
def test_a_sabotaged_protocol_is_found_with_the_shortest_story_of_it(
    sabotage: Callable[[], AbstractContextManager[object]], spare: Spare, words: str
) -> None:
    with sabotage():
        found = explore(Ends(1), spare)
    told = [one for one in found.violations if words in one]
    print(f"{sabotage.__name__.strip('_')}: {len(found.violations)} violations, {told[:1]}")
    assert told
