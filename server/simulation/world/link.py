"""The link between a box and the Polres: it drops, repeats, loses answers, leads elsewhere."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

from server.polres.enrolment import Reply
from server.simulation.chance import Chance
from server.simulation.outside.clock import Clock, Watch
from server.simulation.outside.effects import Effect, Effects
from server.simulation.plan import DAY_S, Weather
from server.simulation.trace import Trace
from server.simulation.world.air import Later
from server.simulation.world.station import answered
from sync.errors import NoRoad, RoadEnded, RoadStuck, StrangePage

OK = 200


class Server(Protocol):
    """Who answers at the Polres' address."""

    def serve(self, box: int, path: str, octets: bytes) -> Reply | None:
        """The answer, None while nobody does."""


@dataclass(slots=True)
class Mood:
    """How a link is.

    Attributes:
        down_s, captive_s, one_way_s: until then, by the world's time.
        posts, answered: how many went out, and how many came back well.
        fine: nothing spoils it any more.
    """

    down_s: float = 0.0
    captive_s: float = 0.0
    one_way_s: float = 0.0
    posts: int = 0
    answered: int = 0
    fine: bool = False


@dataclass(slots=True)
class Link:
    """A road that the world spoils."""

    box: int
    server: Server
    clock: Clock
    effects: Effects
    weather: Weather
    chance: Chance
    later: Later
    trace: Trace
    mood: Mood = field(default_factory=Mood)
    polres: Watch = field(default_factory=Watch)

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message, or do not."""
        self.mood.posts += 1
        chance = self.chance.sub("post", self.mood.posts)
        self.clock.pass_s(chance.uniform(0.05, 2.0))
        return self.effects.do(Effect.POST, lambda: self._carry(path, octets, chance))

    def _carry(self, path: str, octets: bytes, chance: Chance) -> bytes:
        mood, now_s, weather = self.mood, self.clock.now_s, self.weather
        if now_s < mood.down_s:
            raise NoRoad
        if now_s < mood.captive_s:
            raise StrangePage
        if not mood.fine and chance.happens(weather.drop):
            raise chance.choice((NoRoad, RoadStuck, RoadEnded))
        if not mood.fine and chance.happens(weather.repeated):
            self._repeat(path, octets, chance)
        digest = blake2b(octets, digest_size=4).hexdigest()
        reply = self.server.serve(self.box, path, octets)
        status = 0 if reply is None else reply.status
        self.trace.tell(f"box {self.box} posts {path} {len(octets)} {digest} {status}")
        if reply is None:
            raise NoRoad
        if now_s < mood.one_way_s or (not mood.fine and chance.happens(weather.lost)):
            raise chance.choice((RoadEnded, RoadStuck))
        mood.answered += reply.status == OK
        return answered(reply)

    def _repeat(self, path: str, octets: bytes, chance: Chance) -> None:
        """Somebody on the way says it once more, soon or much later."""
        wait_s = chance.choice((0.5, 60.0, DAY_S)) * chance.random()
        self.later(self.clock.now_s + wait_s, lambda: self.server.serve(self.box, path, octets))
