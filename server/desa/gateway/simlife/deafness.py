"""The deafness test: a text to oneself when none has come for long, and an alarm if it is lost."""

import logging
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

from hardware.errors import HardwareError, SendRefused, SendUnknown
from server import lookup
from server.desa.gateway import speaking
from server.desa.gateway.simlife import credit, own
from server.desa.node import Node
from server.desa.state import hearing
from server.desa.state.hearing import Ear, Hearing, Moment, Step
from server.desa.state.radio import RadioState
from server.domain import events as e
from server.domain.decide import Decision
from server.domain.react import Notice
from sms import gateway, outbox, pdu
from sms.errors import PduError
from sms.outbox import Purpose
from sms.phone import Phone, parse_phone
from sms.replies import ReplyKey, render

log = logging.getLogger(__name__)
LOOK_S: Final = 30.0
SMSC_EVERY_S: Final = 3_600.0
# When a text came stands in clear by the hour only, and the card is spared.
KEEP_EVERY_S: Final = 3_600
NONCE_OCTETS: Final = 8
NOTE_REASON: Final = "uji terima SMS"
DEAF: Final = (
    "Kotak tidak menerima SMS. Periksa antena, sinyal dan masa aktif kartu, "
    "lalu kirim satu SMS ke {number}."
)
NUMBERLESS: Final = (
    "Isi nomor kartu SIM kotak pada pengaturan (modem, numbers), supaya kotak dapat menguji "
    "apakah ia masih menerima SMS."
)
_TEST: Final = "KENTONGAN UJI {nonce}: kotak menguji dirinya sendiri, tidak perlu dibalas."
_OWN: Final = re.compile(r"KENTONGAN UJI ([0-9A-F]{16}):")


class Modem(Protocol):
    """What the test needs of a modem."""

    def service_centre(self) -> str:
        """Number of the SMSC."""

    def send(self, tpdu_length: int, pdu: str) -> int:
        """Send a PDU; gives the message reference."""


def tend(node: Node, radio: RadioState, modem: Modem, now_s: float) -> bool:
    """A chore for an idle modem: test whether it hears, at most once a day; True when it acted.

    This is the one exception to the brake on our own numbers; what goes out here passes no
    queue, so that it cannot go out twice.

    Raises:
        HardwareError: the modem is gone; the test counts as made.
    """
    if not radio.sim:
        return False
    if not radio.may_send:
        wait_anew(node, radio.sim, now_s)
        return False
    with node.database.lock:
        ear = _ear(node, radio.sim, now_s)
        if ear.looked_s is not None and now_s - ear.looked_s < LOOK_S:
            return False
        ear.looked_s = now_s
    smsc = ""
    if ear.smsc_s is None or now_s - ear.smsc_s >= SMSC_EVERY_S:
        ear.smsc_s = now_s
        smsc = modem.service_centre()
    with node.database.lock:
        number = own.number_of(node, radio.name)
        before = ear.hearing
        state = hearing.seen(before, radio.operator, smsc)
        quiet_s = node.settings.credit.test_after_h * 3600.0
        ear.hearing, step = hearing.look(
            state, _moment(node, now_s), quiet_s, number=number is not None,
            credit=_affordable(node, now_s),
        )  # fmt: skip
        if step is Step.ALARM:
            _alarm(node, radio, now_s)
        if _differs(ear.hearing, before):
            _keep(node, radio.sim, ear)
    if step is Step.TEST and number is not None:
        _test(node, radio, ear, modem, number, now_s)
    return step is not Step.NOTHING


def wait_anew(node: Node, sim: str, now_s: float) -> None:
    """A modem that was away hears only from now on what the network kept for it."""
    with node.database.lock:
        ear = node.ears.get(sim)
        if ear is not None and ear.hearing.waits_since_s is not None:
            ear.hearing = replace(ear.hearing, waits_since_s=now_s)


def arrived(node: Node, sim: str, pdus: Iterable[str], now_s: float) -> None:
    """PDUs were kept that a SIM received: one with a text says that it hears."""
    if not sim or not any(map(_is_text, pdus)):
        return
    with node.database.lock:
        ear = _ear(node, sim, now_s)
        before, now = ear.hearing, _moment(node, now_s)
        ear.hearing = hearing.arrived(before, now)
        kept_s = before.heard_s if ear.kept is None else ear.kept.heard_s
        if _differs(ear.hearing, before) or abs(now.wall_s - kept_s) >= KEEP_EVERY_S:
            _keep(node, sim, ear)


def own_test(node: Node, sender: str, text: str) -> bool:
    """Whether a text is the last one that the box sent to itself: it is no villager's."""
    found = _OWN.match(text)
    if found is None or parse_phone(sender) not in own.numbers(node):
        return False
    return any(ear.hearing.nonce == found[1] for ear in node.ears.values())


def troubles(node: Node) -> tuple[str, ...]:
    """A sentence for each SIM in use that does not hear, or cannot be tested."""
    found: dict[str, None] = {}
    # With a number for each modem, one is not known only while some modem is missing.
    told = len(own.numbers(node)) == node.settings.modem.count
    for radio in tuple(node.health.radios.values()):
        ear = node.ears.get(radio.sim)
        if ear is not None and ear.hearing.deaf:
            found[DEAF.format(number=own.shown(node, radio.name))] = None
        if ear is not None and ear.hearing.numberless and not told:
            found[NUMBERLESS] = None
    return tuple(found)


def _test(
    node: Node, radio: RadioState, ear: Ear, modem: Modem, number: Phone, now_s: float
) -> None:
    nonce = node.random(NONCE_OCTETS).hex().upper()
    with node.database.lock, node.database.write() as db:
        wall_s = node.stamp(now_s).wall_s
        ear.hearing = hearing.tested(ear.hearing, _moment(node, now_s), nonce)
        _write(db, radio.sim, ear)
        outbox.spend(db, wall_s // gateway.DAY_S, wall_s // gateway.HOUR_S, 1)
    log.info("sent a text to itself", extra={"modem": radio.name})
    length, hex_pdu = pdu.encode_submit(
        number, _TEST.format(nonce=nonce), validity=timedelta(hours=1)
    )
    try:
        modem.send(length, hex_pdu)
    except SendUnknown:
        return
    except HardwareError as error:
        with node.database.lock:
            ear.hearing = hearing.refused(ear.hearing)
        if not isinstance(error, SendRefused):
            raise


def _alarm(node: Node, radio: RadioState, now_s: float) -> None:
    """Tell the officers and the journal, once for a test that was lost."""
    stamp, number = node.stamp(now_s), own.shown(node, radio.name)
    words = render(ReplyKey.TULI, desa=node.settings.desa.name, hp=own.dialled(node, radio.name))
    notices = tuple(
        Notice(to, words, purpose=Purpose.ALARM, name="tuli")
        for to in lookup.officer_numbers(node.projection.db)
    )
    noted = e.TextNoted(credit.NOTE_SENDER, DEAF.format(number=number), NOTE_REASON, stamp.wall_s)
    cause = f"deaf:{radio.sim}:{stamp.boot}:{stamp.mono_ms}"
    node.ledger.record(stamp, Decision((noted,), notices), cause=cause)
    node.speak_soon.set()


def _affordable(node: Node, now_s: float) -> bool:
    """Whether there is money for a text of the least importance."""
    spent, limits = credit.spent(node, now_s), speaking.limits_of(node)
    return Purpose.BROADCAST not in gateway.closed(node.traffic, spent, limits, now_s)


def _is_text(hex_pdu: str) -> bool:
    try:
        return isinstance(pdu.decode(hex_pdu), pdu.Deliver)
    except PduError:
        return False


def _moment(node: Node, now_s: float) -> Moment:
    return Moment(node.stamp(now_s).wall_s, now_s)


def _differs(now: Hearing, before: Hearing) -> bool:
    """Whether something else than the last text's time has changed."""
    return replace(now, heard_s=0, waits_since_s=None) != replace(
        before, heard_s=0, waits_since_s=None
    )


def _ear(node: Node, sim: str, now_s: float) -> Ear:
    if sim not in node.ears:
        with node.database.read() as db:
            kept = _read(db, sim)
        node.ears[sim] = Ear(kept or Hearing(node.stamp(now_s).wall_s), kept=kept)
    return node.ears[sim]


def _keep(node: Node, sim: str, ear: Ear) -> None:
    with node.database.write() as db:
        _write(db, sim, ear)
    node.projection.touch()


def _write(db: sqlite3.Connection, sim: str, ear: Ear) -> None:
    state = ear.kept = ear.hearing
    db.execute(
        "insert or replace into hearing (sim, heard_s, tested_s, operator, smsc, nonce, deaf)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            sim,
            state.heard_s - state.heard_s % KEEP_EVERY_S,
            state.tested_s,
            state.operator,
            state.smsc,
            state.nonce,
            int(state.deaf),
        ),
    )


def _read(db: sqlite3.Connection, sim: str) -> Hearing | None:
    row = db.execute(
        "select heard_s, tested_s, operator, smsc, nonce, deaf from hearing where sim = ?", (sim,)
    ).fetchone()
    if row is None:
        return None
    heard_s, tested_s, operator, smsc, nonce, deaf = row
    return Hearing(heard_s, tested_s, operator, smsc, nonce, deaf=bool(deaf))
