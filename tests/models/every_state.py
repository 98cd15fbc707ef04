"""Every state that two logs can come to: moves, faults, and what must hold in each."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from both_ends import Box, Pages, Polres
from scenes import At, Card, Move, Part, Scene, Spare, put, ranked, receipt_part

from sync import peers
from sync.chain import LogId
from sync.entry import Log
from sync.message import Receipt, State

ROUNDS = 12
ALARMS = (State.FORK, State.RESTORED_CARD)


@dataclass
class Explored:
    """What a search came to."""

    states: int = 0
    transitions: int = 0
    moves: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def line(self) -> str:
        """As it is printed."""
        each = ", ".join(f"{name} {count}" for name, count in sorted(self.moves.items()))
        return (
            f"two logs: {self.states} states, {self.transitions} transitions, "
            f"{len(self.violations)} violations; {each}"
        )


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one exchange makes of both ends: the card as it asks, and when it has heard."""

    asked: Pages
    heard: Pages
    keys: frozenset[bytes]
    polres: Pages
    body: bytes
    told: Part


class Ends:
    """The two ends, set to any scene."""

    def __init__(self, boxes: int) -> None:
        self.polres = Polres(boxes)
        self.boxes = self.polres.boxes
        self._turns: dict[Part, _Turn] = {}
        self._polres_parts: dict[Pages, Part] = {}
        self._card_parts: dict[Pages, Part] = {}

    def first(self, spare: Spare) -> Scene:
        """Every box is enrolled, and the Polres holds its first report."""
        for box in self.boxes:
            box.report()
        cards = tuple(Card(box.slot.save(), 1) for box in self.boxes)
        scene = Scene(cards, self.polres.slot.save(), spare)
        for number in range(len(self.boxes)):
            scene = self.exchange(scene, number)
        return scene

    def moves(self, scene: Scene) -> Iterator[Move]:
        """Whatever may happen next."""
        for number in range(len(self.boxes)):
            yield from self._of_box(scene, number)
        yield from self._of_polres(scene)

    def _of_box(self, scene: Scene, number: int) -> Iterator[Move]:
        spare, card = scene.spare, scene.cards[number]
        yield f"exchange {number}", self.exchange(scene, number)
        yield f"lost answer {number}", self.exchange(scene, number, lost=True)
        if spare.kept:
            yield f"kept request {number}", self.exchange(scene, number, kept=True)
        if (obeyed := self.obey(scene, number)) is not None:
            yield f"obey {number}", obeyed
        if spare.events:
            box = self._box(scene, number)
            box.report()
            after = put(scene, number, replace(card, pages=box.slot.save()))
            yield f"write {number}", replace(after, spare=replace(spare, events=spare.events - 1))
        if spare.crashes:
            after = put(scene, number, self._started(scene, number, card))
            yield f"crash {number}", replace(after, spare=replace(spare, crashes=spare.crashes - 1))
        if spare.copies:
            left = replace(spare, copies=spare.copies - 1)
            yield f"copy {number}", replace(scene, copy=(number, card), spare=left)
        if spare.returns and scene.copy is not None and scene.copy[0] == number:
            gone = self._hashes(scene, number)
            back = self._started(scene, number, replace(scene.copy[1], gone=gone))
            after = put(scene, number, back)
            left = replace(spare, returns=spare.returns - 1)
            yield f"card set back {number}", replace(after, spare=left)

    def _of_polres(self, scene: Scene) -> Iterator[Move]:
        spare, polres = scene.spare, self.polres
        for number in range(len(self.boxes) if spare.events else 0):
            self._polres(scene)
            if polres.order(number, f"order {spare.events}", scene.now_s):
                left = replace(spare, events=spare.events - 1)
                yield f"order {number}", replace(scene, polres=polres.slot.save(), spare=left)
            polres.slot.at = ()
        if spare.backups:
            backup = scene.polres
            self._polres(scene)
            polres.note_backup(scene.now_s)
            left = replace(spare, backups=spare.backups - 1)
            yield "backup", replace(scene, polres=polres.slot.save(), backup=backup, spare=left)
        if spare.setbacks and scene.backup is not None:
            left = replace(spare, setbacks=spare.setbacks - 1)
            back = replace(scene, polres=scene.backup, polres_run=scene.polres_run + 1, spare=left)
            numbers = range(len(self.boxes))
            ahead = {n for n in numbers if self._acked(back, n) > len(self._held(back, n))}
            yield "Polres set back", replace(back, proofs=frozenset(ahead))
        if scene.said is not None:
            self._polres(scene)
            polres.hear(scene.said[1], scene.now_s)
            yield "said again", replace(scene, polres=polres.slot.save(), said=None)

    def exchange(
        self, scene: Scene, number: int, *, lost: bool = False, kept: bool = False
    ) -> Scene:
        """One exchange of a box, whose answer may get lost, or whose request the road keeps."""
        card = scene.cards[number]
        place = (number, card.pages, card.run, card.keys, scene.polres, scene.polres_run)
        if place not in self._turns:
            self._turns[place] = self._turn(scene, number)
        turn = self._turns[place]
        after = replace(card, pages=turn.asked if lost else turn.heard)
        after = after if lost else replace(after, keys=turn.keys)
        made = replace(put(scene, number, after), polres=turn.polres)
        if kept:
            left = replace(scene.spare, kept=scene.spare.kept - 1)
            made = replace(made, said=(number, turn.body, turn.told), spare=left)
        return made

    def _turn(self, scene: Scene, number: int) -> "_Turn":
        box = self._box(scene, number)
        self._polres(scene)
        body, request = box.ask(scene.now_s)
        asked = box.slot.save()
        answer = self.polres.hear(body, scene.now_s)
        box.hear(answer, request)
        shown = Receipt.unpack(request.receipt[0]) if request.receipt[0] else None
        told = (box.run, request.head, request.down, receipt_part(shown), len(request.frames))
        return _Turn(asked, box.slot.save(), box.keys, self.polres.slot.save(), body, told)

    def obey(self, scene: Scene, number: int) -> Scene | None:
        """A box carries out what it was ordered; None when there is nothing that it can read."""
        box, card = self._box(scene, number), scene.cards[number]
        words = box.obey()
        if not words:
            return None
        return put(scene, number, replace(card, pages=box.slot.save(), done=card.done + words))

    def key(self, scene: Scene) -> Part:
        """What tells one scene from another; of times only their order."""
        parts = [self._card_part(number, card) for number, card in enumerate(scene.cards)]
        parts.append(self._polres_part(scene.polres))
        if scene.copy is not None:
            parts.append((scene.copy[0], self._card_part(*scene.copy)))
        parts.append(() if scene.backup is None else self._polres_part(scene.backup))
        parts.append(() if scene.said is None else (scene.said[0], scene.said[2]))
        whole = (scene.spare, At(scene.now_s), scene.proofs, scene.copy is None, *parts)
        return ranked(whole)

    def _card_part(self, number: int, card: Card) -> Part:
        if card.pages not in self._card_parts:
            box = self.boxes[number]
            box.slot.load(card.pages)
            db = box.slot.db
            strange = peers.strange_receipt(db)
            known = peers.receipt(db)
            self._card_parts[card.pages] = (
                *db.execute("select log, instance, seq, hash from entries order by 1, 2, 3"),
                *db.execute("select log, instance, first, last from frames order by 1, 2, 4"),
                receipt_part(None if known is None else known[0]),
                receipt_part(None if strange is None else strange[0]),
                peers.value(db, "durable"),
                peers.heard(db)[1],
            )
        return (card.run, card.keys, card.done, card.gone, self._card_parts[card.pages])

    def _polres_part(self, pages: Pages) -> Part:
        if pages not in self._polres_parts:
            self.polres.slot.load(pages)
            rows = self.polres.slot.db.execute
            self._polres_parts[pages] = (
                *rows("select node, log, instance, seq, hash from entries order by 1, 2, 3, 4"),
                *rows("select node, log, instance, first, last from frames order by 1, 2, 3, 5"),
                *rows(
                    "select node, instance, down_instance, announced_seq, state, keys_reason,"
                    " trusted_run from nodes order by 1"
                ),
                *((At(a or 0), At(b or 0)) for a, b in rows("select issued_s, fresh_s from nodes")),
                *rows("select node, run from runs order by 1, 2"),
                *rows("select node, session from session_keys order by 1, 2"),
                *rows("select distinct node, instance, seq, theirs from forks order by 1, 2, 3, 4"),
                *rows("select distinct node, kind from evidence order by 1, 2"),
                *rows("select value from counters where name = 'era'"),
                *rows("select node, instance, seq, outcome from orders order by 1, 2, 3"),
                *rows("select node, session from down_sessions order by 1, 2"),
                *rows("select node, instance, seq from durable order by 1, 2"),
            )
        return self._polres_parts[pages]

    def _box(self, scene: Scene, number: int) -> Box:
        box, card = self.boxes[number], scene.cards[number]
        box.slot.load(card.pages)
        box.slot.at = ()
        box.run, box.keys = card.run, card.keys
        return box

    def _polres(self, scene: Scene) -> None:
        self.polres.slot.load(scene.polres)
        self.polres.slot.at = ()
        self.polres.start(scene.polres_run)

    def _started(self, scene: Scene, number: int, card: Card) -> Card:
        box = self._box(put(scene, number, card), number)
        box.start(max(one.run for one in (card, scene.cards[number])) + 1)
        return replace(card, pages=box.slot.save(), run=box.run, keys=frozenset())

    def _hashes(self, scene: Scene, number: int) -> tuple[bytes, ...]:
        box = self._box(scene, number)
        found = box.slot.db.execute("select hash from entries where log = 0 order by seq")
        return tuple(digest for (digest,) in found)

    def problems(self, scene: Scene) -> list[str]:
        """What does not hold in a scene, whatever comes next."""
        found = []
        for number, card in enumerate(scene.cards):
            ours, theirs = self._hashes(scene, number), self._held(scene, number)
            if theirs != ours[: len(theirs)] and theirs != (card.gone or ())[: len(theirs)]:
                found.append(f"box {number}: the Polres holds what no card has written so")
            acked = self._acked(scene, number)
            if acked > len(ours):
                found.append(f"box {number}: acknowledged beyond its own log")
            if acked > len(theirs) and scene.polres_run == 1:
                found.append(f"box {number}: acknowledged, and the Polres does not hold it")
            if len(set(card.done)) != len(card.done):
                found.append(f"box {number}: an order was carried out twice")
            if self._alarmed(scene, number) and card.gone is None:
                found.append(f"box {number}: an alarm, and nobody set a card back")
        return found

    def unsettled(self, scene: Scene) -> list[str]:
        """What does not hold in a scene after every road was open for long."""
        found = []
        for number, card in enumerate(scene.cards):
            ours, theirs = self._hashes(scene, number), self._held(scene, number)
            follows = theirs == ours[: len(theirs)]
            if not follows and not self._alarmed(scene, number):
                found.append(f"box {number}: two histories, and nobody is told")
            if follows and not self._alarmed(scene, number):
                if theirs != ours or self._acked(scene, number) != len(ours):
                    found.append(f"box {number}: something never arrives")
                if card.gone is None and (
                    self._box(scene, number).waiting() or self._open_orders(scene, number)
                ):
                    found.append(f"box {number}: an order is never carried out")
        told = self._rows(scene, "select count(*) from evidence where kind = 'restored'")
        if any(scene.cards[n].gone is None for n in scene.proofs) and not told[0][0]:
            found.append("a Polres that was set back: nobody is told")
        return found

    def _rows(self, scene: Scene, query: str, *values: int) -> list[tuple[int, ...]]:
        self.polres.slot.load(scene.polres)
        return self.polres.slot.db.execute(query, values).fetchall()

    def _open_orders(self, scene: Scene, number: int) -> bool:
        """Whether the Polres waits for the receipt of an order in its newest log."""
        query = (
            "select 1 from orders join nodes on nodes.node = orders.node"
            " and nodes.down_instance = orders.instance"
            " where orders.node = ? and outcome is null"
        )
        return bool(self._rows(scene, query, self.boxes[number].card.node))

    def _held(self, scene: Scene, number: int) -> tuple[bytes, ...]:
        rows = self._polres_part(scene.polres)
        node = self.boxes[number].card.node
        found = (one for one in rows if isinstance(one, tuple) and len(one) == 5)
        return tuple(one[4] for one in found if one[:2] == (node, 0) and isinstance(one[4], bytes))

    def _acked(self, scene: Scene, number: int) -> int:
        box = self._box(scene, number)
        known = peers.receipt(box.slot.db)
        own = known is not None and known[0].log_id == LogId(box.card.node, Log.UP, 1)
        return known[0].head.seq if known is not None and own else 0

    def _alarmed(self, scene: Scene, number: int) -> bool:
        box = self._box(scene, number)
        node = box.card.node
        forks = self._rows(scene, "select 1 from forks where node = ?", node)
        ((state,),) = self._rows(scene, "select state from nodes where node = ?", node)
        return bool(forks) or state in ALARMS or peers.heard(box.slot.db)[1] in ALARMS


def explore(ends: Ends, spare: Spare, most: int = 2_000_000) -> Explored:
    """Breadth first from the beginning: every state once, and every move from each.

    What has more than `most` states has no end: something rises for ever.
    """
    told = Explored()
    start = ends.first(spare)
    scenes = {ends.key(start): start}
    came: dict[Part, tuple[Part, str]] = {}
    calm: dict[Part, dict[str, Part]] = {}
    queue = deque(scenes)
    while queue:
        at = queue.popleft()
        scene, calm[at] = scenes[at], {}
        told.violations += [f"{words}: {_story(came, at)}" for words in ends.problems(scene)]
        for name, after in ends.moves(scene):
            key = ends.key(after)
            told.transitions += 1
            told.moves[name.rstrip(" 0123456789")] += 1
            if name.startswith(("exchange", "obey")):
                calm[at][name] = key
            if key not in scenes:
                scenes[key], came[key] = after, (at, name)
                queue.append(key)
        if len(scenes) > most:
            told.violations.append(f"no end: {_story(came, at)}")
            break
    told.states = len(scenes)
    if queue:
        return told
    ends_of = {at: _settled(calm, at) for at in scenes}
    for last in dict.fromkeys(ends_of.values()):
        first = next(at for at, end in ends_of.items() if end == last)
        for words in ends.unsettled(scenes[last]):
            told.violations.append(f"{words}: {_story(came, first)}, then calm")
    return told


def _settled(calm: dict[Part, dict[str, Part]], at: Part) -> Part:
    """Where a state comes to when every road is open for long and everybody does his work."""
    for _ in range(ROUNDS):
        before = at
        for name in sorted(calm[at], reverse=True):
            at = calm[at].get(name, at)
        if at == before:
            break
    return at


def _story(came: dict[Part, tuple[Part, str]], at: Part) -> str:
    """The shortest way to a state."""
    names: list[str] = []
    while at in came:
        at, name = came[at]
        names.append(name)
    return " > ".join(reversed(names))
