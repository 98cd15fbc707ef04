"""Parts in any order, twice, over days, restarts and locks: in the end one report, whole."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st
from paper_slots import KeyRing, parts

from server import lookup
from server.desa import steps
from sms import inbox
from tests.world import NOW_S, World

SENDER = "+6281234567890"
STORY = "ada \N{FIRE} di kebun dekat masjid, RT 3, " * 6
PARTS = parts(SENDER, STORY, NOW_S)
WAYS = st.sampled_from(["nothing", "quarter", "day", "restart", "keys"])


@given(
    order=st.permutations(range(len(PARTS))),
    again=st.lists(st.integers(0, len(PARTS) - 1), max_size=3),
    between=st.lists(WAYS, min_size=len(PARTS) + 3, max_size=len(PARTS) + 3),
)
@example(order=[0, 1, 2, 3], again=[], between=["restart", "keys", "day", *["nothing"] * 4])
@example(
    order=[0, 1, 2, 3],
    again=[0, 0],
    between=["nothing", "quarter", "restart", "nothing", "nothing", "quarter", "nothing"],
)
@settings(max_examples=25, deadline=None)
def test_whatever_happens_between_its_parts_a_text_is_one_report(
    order: list[int], again: list[int], between: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder))
        ring = KeyRing(world)
        for number, way in zip([*order, *again], between, strict=False):
            world.virtual.deliver(PARTS[number])
            world.listen()
            go_on(world, ring, way)
        ring.unlock()
        steps.read(world.node, world.mono_s)
        db = world.node.projection.db
        found = [one for one in lookup.reports(db) if not lookup.is_merged(db, one.ticket)]
        kept = inbox.counts(world.node.database.connection)
        world.node.database.close()
        world.district.close()
    assert [one.text for one in found] == [STORY]
    assert 1 <= found[0].copies <= 1 + len(again)
    assert (kept["done"], kept["kept"]) == (len(PARTS) + len(again),) * 2


def go_on(world: World, ring: KeyRing, way: str) -> None:
    """What happens after a part came."""
    match way:
        case "quarter" | "day":
            ring.keep()
            world.mono_s += 900 if way == "quarter" else 86_400
            steps.tend(world.node, world.mono_s)
            ring.keep()
        case "restart":
            ring.restart()
        case "keys":
            ring.unlock()
        case _:
            pass
