"""What a village says to its Polres, changed on the way or by whoever holds its keys."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from outcomes import VILLAGER
from world import MemoryRoad, World

from server import lookup
from server.polres import gate
from server.polres.store import nodes
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from sync import exchange, frame, seal
from sync.chain import Head, genesis
from sync.enrol import addressed
from sync.exchange import Speaker
from sync.frame import Frame
from sync.message import Answer, Request
from sync.store import SqliteStore


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        said: HTTP status, or the word of the answer.
        taken: how many entries the Polres took of it.
        arrived: texts of all reports at the Polres after the next honest exchange.
        lost: texts of the village that are not there.
    """

    said: str
    taken: int
    arrived: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass
class BentRoad(MemoryRoad):
    """A road on which somebody changes what goes there."""

    bend: Callable[[bytes], bytes] = field(default=lambda octets: octets)

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message, changed."""
        return super().post(path, self.bend(octets))


def write(world: World, *texts: str) -> None:
    """Villagers' texts become entries of the village's journal."""
    for text in texts:
        world.text(VILLAGER, text)
    world.listen()


def speaker(world: World) -> Speaker:
    """Who speaks for the village."""
    node = world.node
    return Speaker(node.ledger.log_id, node.keys.identity.signing, node.vault.ram, node.keys.pinned)


def request(world: World) -> Request:
    """What the village would bring now."""
    with world.node.database.write() as db:
        stamp = world.node.stamp(world.mono_s)
        return exchange.compose(db, speaker(world), (), stamp.wall_s, int(stamp.trust))


def frames(world: World) -> tuple[Frame, ...]:
    """The frames that it would bring."""
    return tuple(map(frame.unpack, request(world).frames))


def with_frames(world: World, *bent: Frame) -> Request:
    """A request with other frames."""
    return replace(request(world), frames=tuple(map(frame.pack, bent)))


def octets_of(world: World, asked: Request) -> bytes:
    """A request as it travels, signed with the village's own key."""
    return exchange.seal_request(asked, speaker(world), world.node.random(32))


def post(world: World, octets: bytes) -> int:
    """The status with which the Polres answers."""
    return gate.exchange(world.district, octets, None, world.wall_s()).status


def say(world: World, asked: Request) -> Answer:
    """Bring a request that the village's key signed."""
    reply = gate.exchange(world.district, octets_of(world, asked), None, world.wall_s())
    assert reply.status == 200, reply.status
    return exchange.open_answer(reply.octets, asked, speaker(world))


def head(world: World) -> Head:
    """Where the Polres stands in the village's log."""
    with world.district.read() as connection:
        return PolresStore(connection).head(world.node.ledger.log_id)


def row(world: World) -> Node:
    """What the Polres knows of the village."""
    with world.district.read() as connection:
        found = nodes.get(connection, world.node.ledger.log_id.node)
    assert found is not None
    return found


def outcome(world: World, said: str, before: Head) -> Outcome:
    """What the Polres took, and what it holds once the village was heard again."""
    taken = head(world).seq - before.seq
    world.exchange()
    world.exchange()
    arrived = tuple(one.report.text or "" for one in world.at_polres())[::-1]
    written = [one.text or "" for one in lookup.reports(world.node.projection.db)]
    return Outcome(said, taken, arrived, tuple(text for text in written if text not in arrived))


def of_request(world: World, asked: Request) -> Outcome:
    """What comes of a request that the village's key signed."""
    before = head(world)
    return outcome(world, say(world, asked).state, before)


def of_octets(world: World, octets: bytes) -> Outcome:
    """What comes of octets that anybody may post."""
    before = head(world)
    return outcome(world, str(post(world, octets)), before)


def readdressed(world: World, packed: bytes) -> bytes:
    """Any octets in a sealed box to the Polres, as anybody can make one."""
    pinned = world.node.keys.pinned
    return addressed(pinned.node, pinned.exchange, packed, world.node.random(32))


def digest_at(world: World, seq: int) -> bytes:
    """The hash of the village's own log at an entry."""
    log_id = world.node.ledger.log_id
    with world.node.database.read() as db:
        return genesis(log_id).hash if seq == 0 else SqliteStore(db).hash_at(log_id, seq) or b""


def signed_anew(world: World, one: Frame, last: Head) -> Frame:
    """A frame of codec 0 under a fresh signature of the village's key."""
    speaks = speaker(world)
    message = frame.signed_octets(one.log_id, one.first, last, speaks.pinned.exchange)
    return replace(one, signature=seal.sign(speaks.signing, frame.SIGNATURE_DOMAIN, message))
