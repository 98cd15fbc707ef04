"""Prepaid credit: asked of the network, kept, shown, and told to the officers before it ends."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Final, Protocol

from hardware.errors import CommandFailed, Timeout
from server import lookup, words
from server.desa.gateway.simlife import own
from server.desa.node import Node
from server.desa.state import purse
from server.desa.state.purse import Asking, Purse
from server.desa.state.radio import Credit, RadioState
from server.domain import events as e
from server.domain import requests as r
from server.domain.decide import Decision
from server.domain.react import Notice
from server.domain.report import Stamp, Trust
from sms import gateway, outbox
from sms.gateway import Spent
from sms.operator.balance import Told, read_answer
from sms.operator.notices import read_notice
from sms.operator.prepaid import About, Care, Occasion, ask_due, parts_left, warnings
from sms.operator.templates import operator_of
from sms.outbox import Purpose
from sms.replies import ReplyKey, render

log = logging.getLogger(__name__)
LOOK_S: Final = 30.0
# Officers are told in the daytime: nobody can top up at night.
DAYTIME_H: Final = range(7, 21)
NOTE_SENDER: Final = "kotak"
NOTE_REASON: Final = "pulsa dan masa aktif"
_SILENT: Final = "operator tidak menjawab"
_REFUSED: Final = "operator menolak pertanyaan pulsa"
_UNREAD: Final = "jawaban operator tidak terbaca"
_NO_CODE: Final = "kode USSD di pengaturan tidak benar"


class Modem(Protocol):
    """What asking needs of a modem."""

    @property
    def home_network(self) -> str:
        """MCC and MNC of the SIM."""

    def ussd(self, code: str) -> str:
        """Ask the network by a code."""


def tend(node: Node, radio: RadioState, modem: Modem, now_s: float) -> bool:
    """A chore for an idle modem: warn of what ends, and ask for the balance when it is time.

    True when the modem was asked. A SIM that people have not accepted is not asked either.

    Raises:
        HardwareError: the modem is gone; an operator that refuses or is silent is none.
    """
    if not radio.sim or not radio.may_send:
        return False
    with node.database.lock:
        asking = _asking(node, radio.sim)
        if asking.looked_s is not None and now_s - asking.looked_s < LOOK_S:
            return False
        asking.looked_s = now_s
        _show(node, radio.name, asking.purse)
        _warn(node, radio, asking.purse, now_s)
        said = node.settings.credit
        due = ask_due(_occasion(node, asking, now_s), said.ask_every_h * 3600.0, said.ask_after_sms)
    if due:
        _ask(node, radio, modem, asking, now_s)
    return due


def spent(node: Node, now_s: float) -> Spent:
    """Parts that went out, and those that the balance of the best SIM still pays for."""
    wall_s = node.stamp(now_s).wall_s
    day, hour = wall_s // gateway.DAY_S, wall_s // gateway.HOUR_S
    sims = {radio.sim for radio in tuple(node.health.radios.values())}
    purses = [asking.purse for sim, asking in tuple(node.askings.items()) if sim in sims]
    with node.database.read() as db:
        left = [
            parts_left(
                one.balance_rp if one.sure else None,
                node.settings.credit.sms_price_rp,
                outbox.spent_since(db, one.told_day) - one.spent_that_day,
                wall_s - (one.told_s or 0),
            )
            for one in purses
        ]
        known = [parts for parts in left if parts is not None]
        credit = max(known) if known and len(known) == len(left) else None
        return Spent(outbox.spent_parts(db, day, hour), outbox.spent_parts(db, day, None), credit)


def heard(node: Node, text: r.TextArrived, decision: Decision, stamp: Stamp) -> Decision:
    """An operator's SMS about credit: the note about it says so, and the network is asked soon.

    What it claims is taken only where the network itself has told nothing, and holds no text.
    """
    notice = None if text.answerable else read_notice(text.sender, text.text)
    if notice is None:
        return decision
    for asking in node.askings.values():
        asking.soon = True
    if len(node.askings) == 1 and notice.told:
        ((sim, asking),) = node.askings.items()
        if not asking.purse.sure:
            with node.database.write() as db:
                asking.purse = _claimed(asking.purse, notice.told, stamp)
                purse.keep(db, sim, asking.purse)
    noted = (
        replace(one, reason=notice.words) if isinstance(one, e.TextNoted) else one
        for one in decision.events
    )
    return replace(decision, events=tuple(noted))


def troubles(node: Node, now_s: float) -> tuple[str, ...]:
    """A sentence for everything that people must do about the credit of the SIMs in use."""
    found: dict[str, None] = {}
    for radio in tuple(node.health.radios.values()):
        kept = node.askings[radio.sim].purse if radio.sim in node.askings else Purse()
        for care in _cares(node, kept, now_s):
            found[_sentence(node, radio.name, kept, care)] = None
    return tuple(found)


def _asking(node: Node, sim: str) -> Asking:
    if sim not in node.askings:
        with node.database.read() as db:
            node.askings[sim] = Asking(purse.read(db, sim))
    return node.askings[sim]


def _occasion(node: Node, asking: Asking, now_s: float) -> Occasion:
    asking.asked_at = [at_s for at_s in asking.asked_at if at_s > now_s - gateway.DAY_S]
    kept, wall_s = asking.purse, node.stamp(now_s).wall_s
    # A node that starts again and again does not ask at every start.
    restarted = kept.asked_s is not None and 0 <= wall_s - kept.asked_s < LOOK_S * 60
    since_s = float(wall_s - (kept.asked_s or 0)) if restarted else None
    if asking.asked_at:
        since_s = now_s - asking.asked_at[-1]
    with node.database.read() as db:
        parts = outbox.spent_since(db, kept.told_day) - kept.spent_that_day
        refused = outbox.refused(db)
    low_rp = node.settings.credit.low_rp
    return Occasion(
        since_s,
        len(asking.asked_at),
        soon=asking.soon,
        refused=refused,
        unclear=bool(kept.why),
        low=kept.balance_rp is not None and kept.balance_rp < low_rp,
        parts=parts if kept.told_s is not None else 0,
    )


def _ask(node: Node, radio: RadioState, modem: Modem, asking: Asking, now_s: float) -> None:
    operator = operator_of(modem.home_network)
    chosen = node.settings.credit.ussd
    codes = (chosen,) if chosen else operator.codes
    asking.asked_at.append(now_s)
    asking.soon = False
    told, why = Told(), ""
    try:
        text = modem.ussd(codes[asking.code % len(codes)])
    except Timeout:
        why = _SILENT
    except CommandFailed:
        why = _REFUSED
    except ValueError:
        why = _NO_CODE
    else:
        told = read_answer(text, operator)
        if told.balance_rp is None:
            why = _UNREAD if text.strip() else _SILENT
    if why:
        asking.code += 1
    log.info("balance asked", extra={"known": not why, "modem": radio.name})
    with node.database.lock:
        stamp = node.stamp(now_s)
        if (told.balance_rp or 0) > (asking.purse.balance_rp or 0):
            # Somebody topped up: what was refused need not wait for its hour.
            node.retry_at_s = dict.fromkeys(node.retry_at_s, now_s)
        with node.database.write() as db:
            day = stamp.wall_s // gateway.DAY_S
            asking.purse = _answered(
                asking.purse, told, why, stamp.wall_s, outbox.spent_since(db, day)
            )
            purse.keep(db, radio.sim, asking.purse)
            if told.balance_rp is not None:
                purse.note_day(db, radio.sim, day, told.balance_rp)
        _show(node, radio.name, asking.purse)
        _warn(node, radio, asking.purse, now_s)
    node.speak_soon.set()


def _answered(kept: Purse, told: Told, why: str, wall_s: int, spent_today: int) -> Purse:
    """A purse after a question: what was not told this time stays as it was told before."""
    until = told.valid_until or kept.valid_until
    if told.balance_rp is None:
        return replace(kept, valid_until=until, asked_s=wall_s, why=why)
    day = wall_s // gateway.DAY_S
    return Purse(told.balance_rp, until, wall_s, True, day, spent_today, wall_s, "")


def _claimed(kept: Purse, told: Told, stamp: Stamp) -> Purse:
    balance_rp = kept.balance_rp if told.balance_rp is None else told.balance_rp
    until = told.valid_until or kept.valid_until
    return replace(kept, balance_rp=balance_rp, valid_until=until, told_s=stamp.wall_s)


def _show(node: Node, name: str, kept: Purse) -> None:
    """Put a purse beside its modem, where pages and commands see it."""
    state = node.health.radios.get(name)
    credit = Credit(kept.balance_rp, kept.valid_until, kept.told_s, kept.why)
    if state is not None and state.credit != credit:
        node.health.radios[name] = replace(state, credit=credit)
        node.projection.touch()


def _cares(node: Node, kept: Purse, now_s: float) -> tuple[Care, ...]:
    stamp, zone = node.stamp(now_s), node.settings.desa.zone
    sure = stamp.trust >= Trust.SMSC
    today = words.local(stamp.wall_s, zone).date() if sure else None
    return warnings(kept.balance_rp, kept.valid_until, today, node.settings.credit.low_rp)


def _warn(node: Node, radio: RadioState, kept: Purse, now_s: float) -> None:
    """Tell the officers and the journal of what is new, once, also across restarts."""
    cares = _cares(node, kept, now_s)
    keys = frozenset(care.key for care in cares)
    with node.database.read() as db:
        known = purse.warned(db, radio.sim)
    fresh = [care for care in cares if care.key not in known]
    stamp = node.stamp(now_s)
    hour = words.local(stamp.wall_s, node.settings.desa.zone).hour
    officers = lookup.officer_numbers(node.projection.db)
    # Told by night, or to nobody, it would count as told.
    if not officers or (stamp.trust >= Trust.SMSC and hour not in DAYTIME_H):
        fresh, keys = [], keys & known
    if keys == known:
        return

    def remember() -> None:
        with node.database.write() as db:
            purse.keep_warned(db, radio.sim, keys)

    said = [_sentence(node, radio.name, kept, care) for care in fresh]
    noted = [e.TextNoted(NOTE_SENDER, one, NOTE_REASON, stamp.wall_s) for one in said]
    notices = [
        Notice(to, _sms(node, radio.name, kept, care), purpose=Purpose.ALARM, name="pulsa")
        for care in fresh
        for to in officers
    ]
    cause = f"credit:{radio.sim}:{stamp.boot}:{stamp.mono_ms}"
    decision = Decision(tuple(noted), tuple(notices))
    node.ledger.record(stamp, decision, cause=cause, also=remember)
    node.speak_soon.set()


def _sentence(node: Node, name: str, kept: Purse, care: Care) -> str:
    """What stands on the box page."""
    number = own.shown(node, name)
    until = "" if kept.valid_until is None else _date(kept.valid_until, node)
    match care.about:
        case About.LOW:
            return f"Isi pulsa ke {number}; pulsa tinggal {_rupiah(kept.balance_rp)}."
        case About.ENDED:
            return f"Isi pulsa ke {number} hari ini; masa aktif kartu sudah berakhir {until}."
        case About.ENDING:
            left = f"sisa {care.days_left} hari" if care.days_left else "hari ini"
            return f"Isi pulsa ke {number}; masa aktif kartu berakhir {until} ({left})."


def _sms(node: Node, name: str, kept: Purse, care: Care) -> str:
    desa, number = node.settings.desa.name, own.dialled(node, name)
    day = kept.valid_until
    until = "-" if day is None else words.short_date(_noon_s(day), node.settings.desa.zone)
    match care.about:
        case About.LOW:
            rupiah = _rupiah(kept.balance_rp).removeprefix("Rp")
            return render(ReplyKey.PULSA, desa=desa, rp=rupiah, hp=number)
        case About.ENDED:
            return render(ReplyKey.MASA_HABIS, desa=desa, tgl=until, hp=number)
        case About.ENDING:
            return render(
                ReplyKey.MASA_AKTIF, desa=desa, tgl=until, n=max(0, care.days_left), hp=number
            )


def _date(day: date, node: Node) -> str:
    return words.date(_noon_s(day), node.settings.desa.zone)


def _noon_s(day: date) -> int:
    """A moment that is on this day in all three zones."""
    return int(datetime.combine(day, time(3), UTC).timestamp())


def _rupiah(amount: int | None) -> str:
    """Rp10.250, as people write it."""
    return f"Rp{amount or 0:,d}".replace(",", ".")
