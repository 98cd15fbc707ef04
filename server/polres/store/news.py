"""What desas told of their officers' keys, and of what they gave up for good."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from server.domain import events as e
from server.polres.store.tables import projected

_NEWS = projected.key_news
SHOWN = 20
Event = e.OfficersChanged | e.OfficerKeysChanged | e.ErasureTold | e.KeysTampered


class Kind(StrEnum):
    """What a line tells."""

    JOINED = "joined"
    LEFT = "left"
    SHARED = "shared"
    RENEWED = "renewed"
    ERASED = "erased"
    TAMPERED = "tampered"


@dataclass(frozen=True, slots=True)
class NewsRow:
    """One line; columns as in `projected.key_news`.

    Attributes:
        number: of the list or the erasure.
        text: names, or what new keys were for.
        count: sessions that were shared, reports that were erased.
    """

    node: int
    instance: int
    seq: int
    kind: str
    number: int
    text: str
    count: int
    at_s: int


def add(connection: Connection, place: tuple[int, int, int], event: Event, at_s: int) -> None:
    """Keep what an entry told; `place` is desa, instance and number of the entry."""
    node, instance, seq = place
    match event:
        case e.OfficersChanged():
            kind = Kind.LEFT if event.left else Kind.JOINED if event.joined else Kind.SHARED
            number, count = event.list_version, event.shared
            text = ", ".join(event.left or event.joined)
        case e.OfficerKeysChanged():
            kind, number, count = Kind.RENEWED, 0, 0
            text = f"{event.name}: {event.how}"
        case e.ErasureTold():
            kind, number, count = Kind.ERASED, event.number, event.reports
            text, at_s = ", ".join(event.missing), event.asked_s
        case e.KeysTampered():
            kind, number, count = Kind.TAMPERED, 0, 0
            text = ", ".join(event.whose)
    connection.execute(
        insert(_NEWS)
        .values(
            node=node,
            instance=instance,
            seq=seq,
            kind=kind.value,
            number=number,
            text=text,
            count=count,
            at_s=at_s,
        )
        .on_conflict_do_nothing()
    )


def newest(connection: Connection, node: int) -> tuple[NewsRow, ...]:
    """The newest lines of a desa; of each erasure only what was told last."""
    rows = connection.execute(
        select(_NEWS)
        .where(_NEWS.c.node == node)
        .order_by(_NEWS.c.instance.desc(), _NEWS.c.seq.desc())
    )
    found: list[NewsRow] = []
    erasures: set[tuple[int, int]] = set()
    for row in rows:
        line = NewsRow(*row)
        if line.kind == Kind.ERASED:
            if (line.instance, line.number) in erasures:
                continue
            erasures.add((line.instance, line.number))
        found.append(line)
        if len(found) == SHOWN:
            break
    return tuple(found)
