"""Scenes of two logs: what stands on cards, in RAM and at the Polres at one moment."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from both_ends import Pages, began_s

from sync.message import Receipt


@dataclass(frozen=True, slots=True)
class Spare:
    """What may still happen."""

    events: int
    crashes: int
    copies: int
    returns: int
    backups: int
    setbacks: int
    kept: int


@dataclass(frozen=True, slots=True)
class Card:
    """A desa's end as it was at a moment: its card and its RAM.

    Attributes:
        done: words of the orders that it carried out.
        gone: hashes of the log that it wrote before its card was set back, once that happened.
    """

    pages: Pages
    run: int
    keys: frozenset[bytes] = frozenset()
    done: tuple[str, ...] = ()
    gone: tuple[bytes, ...] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything at a moment.

    Attributes:
        copy: a copy of a card, by its box.
        backup: of the Polres.
        said: a request that the road has kept, by its box.
        proofs: boxes that hold a receipt for what the Polres lost when it was set back.
    """

    cards: tuple[Card, ...]
    polres: Pages
    spare: Spare
    polres_run: int = 1
    copy: tuple[int, Card] | None = None
    backup: Pages | None = None
    said: tuple[int, bytes, tuple[object, ...]] | None = None
    proofs: frozenset[int] = frozenset()

    @property
    def now_s(self) -> int:
        """Time goes on when a server is set up again."""
        return began_s(self.polres_run)


@dataclass(frozen=True, slots=True, order=True)
class At:
    """A moment: of two scenes only the order of theirs is compared."""

    seconds: int


Move = tuple[str, Scene]
Part = tuple[object, ...]


def put(scene: Scene, number: int, card: Card) -> Scene:
    """The scene with another card in a box."""
    cards = (*scene.cards[:number], card, *scene.cards[number + 1 :])
    return replace(scene, cards=cards)


def receipt_part(receipt: Receipt | None) -> Part:
    """What tells one receipt from another."""
    if receipt is None:
        return ()
    return (receipt.log_id.instance, receipt.era, receipt.head, At(receipt.time_s))


def ranked(part: Part) -> Part:
    """The same with the order of its moments instead of the moments."""
    ranks = {at: rank for rank, at in enumerate(sorted(set(_times(part))))}
    return _with_ranks(part, ranks)


def _times(part: object) -> Iterator[At]:
    if isinstance(part, At):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from _times(one)


def _with_ranks(part: Part, ranks: dict[At, int]) -> Part:
    return tuple(
        ranks[one]
        if isinstance(one, At)
        else _with_ranks(one, ranks)
        if isinstance(one, tuple)
        else one
        for one in part
    )
