"""The six verbs of the village node: each a plain step that the loops, tests and CLI call."""

from dataclasses import dataclass
from enum import StrEnum

from hardware.filling import is_filler
from hardware.modem import Slot
from server import lookup, radio
from server.desa import intake, orders, sessions
from server.desa import keys as key_files
from server.desa.air import lane
from server.desa.backlog import meters
from server.desa.backlog.meters import HTTPS
from server.desa.console import card
from server.desa.exchange import rotation, short, trusted
from server.desa.forgetting import erasing
from server.desa.gateway import history, speaking
from server.desa.gateway.simlife import deafness
from server.desa.lamp import showing
from server.desa.node import Node, begin_session
from server.desa.officers import autolock, lost
from server.desa.reading import gaps
from server.desa.restores import asking
from server.domain import remind as domain_remind
from server.domain.clock import hear
from server.domain.decide import Decision
from server.domain.report import Trust
from server.ledger import day_of
from sync import exchange as sync_exchange
from sync import frame, message, peers
from sync.enrol import enrolment_octets, read_certificate
from sync.errors import CardRefused, Fork, NoRoad, NotEnrolled, RoadEnded, RoadStuck, SyncError
from sync.exchange import Speaker, Taken
from sync.message import Answer, Request
from sync.message import State as PeerState
from sync.quick import carry
from sync.restores.claim import Standing
from sync.roads.http import ENROL_PATH, EXCHANGE_PATH, Road
from sync.store import SqliteStore

SESSION_S_MAX = 86_400
EXCHANGES_A_STEP = 64
GOES_ON = frozenset({Standing.GRANTED, Standing.SOUND})


class Result(StrEnum):
    """How a step ended."""

    DONE = "done"
    NOTHING = "nothing"
    LATER = "later"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step did, and a sentence for people when something is wrong."""

    result: Result
    count: int = 0
    trouble: str = ""


def listen(node: Node, modem: radio.Modem, now_s: float, mark: str = "") -> Outcome:
    """Keep every text that the modem lists, then free its slots.

    What lies there again although it was freed is no new text. Fillers are freed only: they are
    what a stop in the middle of overwriting leaves behind.

    Args:
        node: the node.
        modem: the modem.
        now_s: the monotonic clock.
        mark: stands for a SIM that does not tell who it is.

    Raises:
        HardwareError: the modem is gone; what was committed stays, the rest waits in it.
    """
    listed = modem.list()
    texts = tuple(slot for slot in listed if not is_filler(slot.pdu))
    sim = modem.sim_id or mark
    count = 0
    if texts:
        day = day_of(node.stamp(now_s))
        count = len(radio.keep_listed(node.database, node.vault, sim, texts, day).fresh)
    else:
        radio.forget_slots(node.database, sim)
    if count:
        deafness.arrived(node, sim, (slot.pdu for slot in texts), now_s)
    if listed:
        modem.forget_all(listed)
        radio.mark_deleted(node.database, sim, texts)
    # A modem that deletes nothing must not be asked on and on.
    return Outcome(Result.DONE if count else Result.NOTHING, count)


def keep_passing(node: Node, hex_pdu: str, now_s: float, sim: str = "") -> Outcome:
    """Keep a PDU that came past the memories (+CMT, +CDS): it exists nowhere else."""
    slot = Slot(memory="", index=0, pdu=hex_pdu, stat=0)
    day = day_of(node.stamp(now_s))
    kept = radio.keep_listed(node.database, node.vault, "", (slot,), day)
    deafness.arrived(node, sim, (hex_pdu,), now_s)
    return Outcome(Result.DONE, len(kept.fresh))


def read(node: Node, now_s: float) -> Outcome:
    """Turn kept texts into reports, answers and notes."""
    count = intake.read_pending(node, now_s)
    return Outcome(Result.DONE if count else Result.NOTHING, count)


def read_some(node: Node, now_s: float) -> Outcome:
    """Read some kept texts, urgent ones first; `LATER` where more are left."""
    count, more = intake.read_some(node, now_s)
    if more:
        return Outcome(Result.LATER, count)
    return Outcome(Result.DONE if count else Result.NOTHING, count)


def speak(node: Node, modem: radio.Modem, now_s: float, name: str = "") -> Outcome:
    """Send one text that may go out, or end one that must not.

    Args:
        node: the node.
        modem: the modem.
        now_s: the monotonic clock.
        name: of the modem, which leaves to others what they are better for; "" takes all.

    Raises:
        HardwareError: the modem is gone before it took the text, which is tried again.
    """
    done = (
        lane.speak(node, modem, now_s, urgent=True)
        or speaking.speak_one(node, modem, now_s, name)
        or lane.speak(node, modem, now_s, urgent=False)
    )
    return Outcome(Result.DONE if done else Result.NOTHING, int(done))


def enrol(node: Node) -> Outcome:
    """Show the card's one-time code to the Polres and keep the certificate.

    Raises:
        NoRoad, CardRefused, SyncError: nothing is changed.
    """
    identity, card = node.keys.identity, node.keys.card

    def make() -> bytes:
        return enrolment_octets(
            card.node,
            identity.signing.public,
            identity.duty,
            code=card.code,
            exchange=node.keys.exchange,
            seed=node.random(32),
        )

    answer = rotation.posted(node, _road(node), ENROL_PATH, make, node.started_s)
    made = read_certificate(answer, card.root, card.node, identity.signing.public)
    if made.instance != card.instance:
        raise CardRefused
    with node.database.write() as db:
        peers.keep_certificate(db, answer)
    node.keys = key_files.forget_code(node.directory, node.keys)
    return Outcome(Result.DONE, 1)


def exchange(node: Node, now_s: float) -> Outcome:
    """Bring what is new to the Polres, take its orders, receipts and returned keys.

    Returns:
        `LATER` when the road broke, with how much further it came before it did.
    """
    before = _reached(node)
    try:
        taken, total = _exchange_all(node, now_s)
    except SyncError as error:
        meters.note_exchange(node, HTTPS, now_s, well=False)
        node.road = None
        node.air.missed(now_s)
        node.speak_soon.set()
        node.health.road_trouble = error.sentence
        node.projection.touch()
        further = _reached(node) - before
        if isinstance(error, RoadEnded | RoadStuck):
            short.broke_off(node, further)
        return Outcome(Result.LATER, max(0, further), error.sentence)
    short.ended_well(node)
    meters.note_exchange(node, HTTPS, now_s, well=True)
    if taken.state == PeerState.OK:
        node.health.claim = node.health.claim_words = ""
        rotation.confirm(node, now_s)
    waits = asking.trouble(node)
    node.health.road_trouble = "" if waits else orders.trouble(taken.state)
    node.projection.touch()
    return Outcome(Result.DONE, total, waits or node.health.road_trouble)


def _exchange_all(node: Node, now_s: float) -> tuple[Taken, int]:
    """Exchange until nothing is left to say; gives the last answer, and how many there were."""
    with node.database.read() as db:
        enrolled = peers.certificate(db, node.keys.pinned) is not None
    if not enrolled:
        enrol(node)
    total, acked = 0, -1
    while True:
        # Keys are asked for in the first exchange of a step; what follows may be short.
        try:
            taken = _exchange_once(node, now_s, ask_keys=not total)
        except Fork:
            taken = _exchange_once(node, now_s, ask_keys=False)
        except NotEnrolled:
            # A Polres that was set back may have forgotten the box's log.
            if asking.ask(node, _road(node), now_s) not in GOES_ON or total:
                raise
            taken = _exchange_once(node, now_s, ask_keys=True)
        total += 1
        if taken.state in asking.LOST:
            if asking.ask(node, _road(node), now_s) != Standing.GRANTED:
                return taken, total
            acked = -1
        else:
            asking.check(node, _road(node), now_s)
            if not taken.more or taken.acked <= acked:
                return taken, total
            acked = taken.acked
        if total >= EXCHANGES_A_STEP:
            return taken, total


def _reached(node: Node) -> int:
    """How far this run has come: entries that the Polres acked, and being introduced to it."""
    with node.database.read() as db:
        acked = carry.acked(db, node.ledger.log_id)
    return acked + (node.known.run == node.vault.ram.public)


def _exchange_once(node: Node, now_s: float, *, ask_keys: bool) -> Taken:
    with node.database.write() as db:
        # Keys that came are not asked for again while the tables are folded with them.
        locked = frozenset() if node.ledger.unlocking else lookup.open_locked(node.projection.db)
        wanted = sessions.wanted(db, node.ledger.every_key(), locked, node.ledger.lineage)
    whole = bool(wanted) and ask_keys
    heard = None if whole else short.in_short(node, _speaker(node), _road(node))
    if heard is not None:
        taken = Taken(
            PeerState.OK, heard.acked, tuple(heard.orders), tuple(heard.keys),
            more=heard.more, time_s=heard.time_s, announced=heard.announced,
        )  # fmt: skip
        _learn(node, taken, now_s)
        return taken
    speaker, request, answer = _whole(node, wanted, now_s)
    node.known.tried = False
    try:
        taken = _take(node, speaker, request, answer)
    except Fork:
        # Shown to the Polres, what it signed proves that this log has two histories.
        with node.database.write() as db:
            peers.keep_strange_receipt(db, message.envelope(*answer.receipt))
        raise
    _learn(node, taken, now_s)
    return taken


def _speaker(node: Node) -> Speaker:
    return Speaker(node.ledger.log_id, node.keys.identity.signing, node.vault.ram, node.keys.pinned)


def _whole(node: Node, wanted: tuple[bytes, ...], now_s: float) -> tuple[Speaker, Request, Answer]:
    """One whole exchange: who spoke, what was asked, and the answer."""
    asked: list[tuple[Speaker, Request]] = []
    stamp = node.stamp(now_s)

    def make() -> bytes:
        speaker = _speaker(node)
        with node.database.write() as db:
            short.grow(node, SqliteStore(db))
            code = short.code_of(node, SqliteStore(db))
            request = sync_exchange.compose(
                db, speaker, wanted, stamp.wall_s, int(stamp.trust), code, bare=node.known.tried
            )
        short.on_its_way(node, (frame.unpack(octets).last for octets in request.frames))
        node.known.tried = True
        asked.append((speaker, request))
        return sync_exchange.seal_request(request, speaker, node.random(32))

    octets = rotation.posted(node, _road(node), EXCHANGE_PATH, make, now_s)
    speaker, request = asked[-1]
    return speaker, request, sync_exchange.open_answer(octets, request, speaker)


def _take(node: Node, speaker: Speaker, request: Request, answer: Answer) -> Taken:
    with node.database.write() as db:
        taken = sync_exchange.take(db, answer, request, speaker)
        if taken.state == PeerState.OK and sync_exchange.took_first(request, taken.acked):
            given = tuple(session for session, _ in request.wraps)
            carry.introduced(db, node.known, speaker, given)
    return taken


def _learn(node: Node, taken: Taken, now_s: float) -> None:
    """What an exchange told about time, keys and orders."""
    with node.database.lock:
        node.clock = hear(node.clock, now_s, taken.time_s, Trust.NETWORK)
        node.air.met(now_s, taken.acked)
        node.health.sync_state = taken.state
        learned = [keys for keys in taken.keys if node.ledger.learn(keys)]
        erasing.load_remnants(node)
        own = [keys for keys in learned if keys.intake is not None]
        if own:
            orders.unlocked(node, "Polres", len(own), now_s)
        orders.apply(node, now_s)
        rotation.heard(node, taken.announced, now_s)


def _road(node: Node) -> Road:
    if node.road is None:
        url = node.settings.polres.url
        if not url:
            raise NoRoad
        node.road = trusted.pinned(node, node.make_road(url, float(node.settings.polres.timeout_s)))
    return node.road


def remind(node: Node, now_s: float) -> Outcome:
    """Alarm the officers again about urgent reports that nobody has taken, also while locked."""
    stamp = node.stamp(now_s)
    started_s = stamp.wall_s - int(now_s - node.started_s)
    count = 0
    with node.database.lock:
        officers = lookup.officer_numbers(node.projection.db)
        for report in lookup.reports_to_remind(node.projection.db):
            notices = domain_remind.remind(report, officers, stamp.wall_s, started_s)
            if notices:
                cause = domain_remind.cause(report, stamp.wall_s, started_s)
                node.ledger.record(stamp, Decision((), notices), cause=cause)
                count += len(notices)
    if count:
        node.speak_soon.set()
    return Outcome(Result.DONE if count else Result.NOTHING, count)


def tend(node: Node, now_s: float) -> Outcome:
    """Care: parts that came too late, texts that are too old, and a new session at least daily.

    Whatever hinders it, the lamp tells it then.
    """
    try:
        return _tended(node, now_s)
    finally:
        showing.show(node)


def _tended(node: Node, now_s: float) -> Outcome:
    count = intake.read_pending(node, now_s) + speaking.sweep(node, now_s)
    count += short.keep_frames(node) + gaps.forget_old(node, now_s)
    if now_s - node.session_began_s >= SESSION_S_MAX:
        begin_session(node, now_s)
        count += 1
    count += autolock.tend(node, now_s) + lost.tend(node, now_s)
    count += erasing.tend(node, now_s) + rotation.tend(node)
    history.note_signals(node, now_s)
    history.flush(node, now_s)
    card.tend(node, now_s)
    return Outcome(Result.DONE if count else Result.NOTHING, count)
