"""The front desk: the running node as the village pages see it."""

import time
from collections import Counter
from collections.abc import Callable, Collection

from hardware.errors import SendRefused
from server import lookup
from server.desa import intake, login, orders, sessions
from server.desa.backlog import roads
from server.desa.backlog.waiting import waiting
from server.desa.backup import nightly
from server.desa.backup.shown import Backups, backups
from server.desa.console import card
from server.desa.desk import Balance, Box, Contact, Line, Login, Note, OutboxLine, Past
from server.desa.forgetting import erasing
from server.desa.gateway import history, outgoing, speaking
from server.desa.gateway.simlife import credit, deafness
from server.desa.lamp import showing
from server.desa.login import Account
from server.desa.node import Health, Node
from server.desa.officers import autolock, listed, renewal
from server.desa.officers.guesses import BUSY_S, Guesses
from server.desa.parcel import making, state, taking
from server.desa.parcel.told import Made, TakenIn, ToCarry
from server.desa.radios import sims
from server.desa.restores import asking
from server.desa.state import purse
from server.desa.state.radio import ModemMood, RadioState
from server.domain import events as e
from server.domain.decide import Decision, decide_action
from server.domain.errors import Reason, Refused
from server.domain.report import Report, Trust
from server.domain.requests import Action
from server.ledger import day_of
from server.passphrase import aloud
from sms import inbox, outbox
from sms.gateway import DAY_S
from sms.outbox import State
from sms.phone import parse_phone
from sync import peers, seal
from sync.errors import CannotOpen, MalformedFrame
from sync.session import read_wrap
from sync.store import SqliteStore

# Older texts that were not sent are history, no trouble.
HELD_DAYS = 7
NO_OFFICER = (
    "Buku telepon petugas kosong: laporan darurat tidak membunyikan HP siapa pun. "
    "Tambahkan petugas di halaman Warga."
)

NO_BUDGET = (
    "Anggaran SMS hari ini habis: petugas tidak lagi dipanggil lewat SMS. "
    "Buka halaman ini sesering mungkin, dan minta teknisi menaikkan answers.per_day."
)


class FrontDesk:
    """`server.desa.desk.Desk` over a running node.

    Args:
        node: the node.
        now: its monotonic clock.
    """

    def __init__(self, node: Node, now: Callable[[], float] = time.monotonic) -> None:
        self._node = node
        self._now = now
        # By officer; all names that are no officer's share the count under None.
        self.guesses = Guesses(now)
        self.code = node.settings.desa.code
        self.desa = node.settings.desa.name
        self.zone = node.settings.desa.zone
        self.answer_parts = node.settings.answers.answer_parts

    def version(self) -> int:
        """Rises whenever something that a page shows has changed."""
        return self._node.projection.version

    def reports(self) -> tuple[Report, ...]:
        """All reports, newest first."""
        with self._node.database.lock:
            return lookup.reports(self._node.projection.db)

    def report(self, ticket: str) -> Report | None:
        """One report."""
        with self._node.database.lock:
            return self._node.projection.report(ticket)

    def history(self, ticket: str) -> tuple[Line, ...]:
        """A report's time line, oldest first."""
        with self._node.database.lock:
            rows = lookup.history(self._node.projection.db, ticket)
        return tuple(_line(row) for row in rows)

    def notes(self) -> tuple[Note, ...]:
        """Texts that became no report, newest first."""
        with self._node.database.lock:
            rows = lookup.notes(self._node.projection.db)
        return tuple(Note(*row) for row in rows)

    def contacts(self) -> tuple[Contact, ...]:
        """The phone book of officers."""
        with self._node.database.lock:
            rows = lookup.contacts(self._node.projection.db)
        return tuple(Contact(*row) for row in rows)

    def officers(self) -> tuple[str, ...]:
        """Names of those who can log in."""
        with self._node.database.read() as db:
            return login.names(db)

    def mark(self, name: str) -> str:
        """What tells an officer from another one of his name, "" for nobody."""
        with self._node.database.read() as db:
            account = login.read(db, name)
        return "" if account is None else (account.identity or account.public).hex()

    def box(self) -> Box:
        """State of modem, clock, credit and sync."""
        return box_of(self._node, self._now())

    def act(self, action: Action) -> Refused | None:
        """Do something to a report; None when it is recorded."""
        node, now_s = self._node, self._now()
        with node.database.lock:
            decided = decide_action(
                action, node.projection.report(action.ticket), self.answer_parts
            )
            if isinstance(decided, Refused):
                return decided
            stamp = node.stamp(now_s)
            whole = intake.with_reactions(node, decided, stamp)
            with node.database.read() as db:
                seq = SqliteStore(db).head(node.ledger.log_id).seq + 1
            node.ledger.record(stamp, whole, cause=f"entry:{node.ledger.log_id.instance}:{seq}")
        node.speak_soon.set()
        node.exchange_soon.set()
        return None

    def set_contact(self, contact: Contact) -> Refused | None:
        """Put an officer into the phone book; an empty number takes him out."""
        number = ""
        if contact.number.strip():
            phone = parse_phone(contact.number)
            if phone is None:
                return Refused(Reason.NOT_A_NUMBER)
            number = phone
        if not contact.name.strip():
            return Refused(Reason.EMPTY_TEXT)
        event = e.ContactSet(contact.name.strip(), contact.role.strip(), number)
        node = self._node
        node.ledger.record(node.stamp(self._now()), Decision((event,)), cause="contact")
        return None

    def accept_sim(self, name: str) -> Refused | None:
        """Let the SIM card that is in the modem of that name send; its thread finds out."""
        node = self._node
        with node.database.write() as db:
            radio = node.health.radios.get(name)
            if radio is None or not radio.sim or not radio.mark:
                return Refused(Reason.NO_SIM_ASKS)
            sims.accept(db, radio.mark, radio.sim)
        return None

    def backups(self) -> Backups:
        """How the backup of the box stands."""
        return backups(self._node)

    def back_up(self) -> None:
        """Ask for a backup now; the job that makes them takes it up within a second."""
        if not self._node.backup.busy:
            self._node.backup.wish()

    def login(self, name: str, passphrase: str, phone_key: bytes | None) -> Login | float:
        """Check a login; on failure the seconds until the next try is looked at.

        The passphrase alone lets in to what the box holds open; older sessions open only
        together with the key on the officer's phone.
        """
        if phone_key is not None:
            renewal.confirm(self._node, name, phone_key, self._now())
        with self.guesses.turn() as mine:
            checked = self.check(name, passphrase) if mine else BUSY_S
        if isinstance(checked, float):
            return checked
        account, stretched = checked
        autolock.present(self._node, self._now())
        secrets = None
        if phone_key is not None:
            secrets = login.open_secrets(account, stretched, phone_key)
        if secrets is None:
            return Login(name, phone_key_fits=False, opened=0)
        opened = self._unlock(name, login.opening_pairs(secrets))
        opening = bool(opened) and not self._node.ledger.wait_open()
        if not renewal.is_due(self._node, account):
            return Login(name, phone_key_fits=True, opened=opened, opening=opening)
        new = renewal.begin(self._node, account, secrets, passphrase, renewal.How.ERASURE)
        return Login(name, True, opened, opening, new.phone_key)

    def outbox(self, states: Collection[State] = ()) -> tuple[OutboxLine, ...]:
        """Outgoing texts in one of these states (none: in any), newest first, 200 at most."""
        return outgoing.lines(self._node, states, self._now())

    def parcel(self) -> ToCarry:
        """What a file for the Polres would carry now, and what became of the last one."""
        return state.waiting(self._node)

    def make_parcel(self) -> Made:
        """A file to be carried to the Polres."""
        return making.make(self._node, self._now())

    def take_parcel(self, octets: bytes) -> TakenIn:
        """Take in the file that came back; raises ParcelError."""
        return taking.take(self._node, octets, self._now())

    def past(self) -> Past:
        """What the box measured in the last days."""
        with self._node.database.lock:
            radios = tuple(self._node.health.radios.values())
        return Past(history.hours(self._node, self._now()), _balances(self._node, radios))

    def check(self, name: str, passphrase: str) -> tuple[Account, bytes] | float:
        """The account and its stretched passphrase, or the seconds to wait.

        It is the caller's turn of `guesses`.
        """
        node = self._node
        with node.database.read() as db:
            account = login.read(db, name)
        counted = None if account is None else account.name
        wait_s = self.guesses.wait_s(counted)
        if wait_s:
            return wait_s
        stretched = login.stretch(account, passphrase, node.settings.login)
        if account is None or not login.fits(account, stretched):
            return self.guesses.failed(counted)
        self.guesses.passed(counted)
        return account, stretched

    def _unlock(self, name: str, pairs: tuple[seal.KeyPair, ...]) -> int:
        node = self._node
        with node.database.read() as db:
            boxes = [(one, box) for one in pairs for box in sessions.officer_wraps(db, one.public)]
        found = []
        for pair, box in boxes:
            try:
                found.append(read_wrap(seal.open_box(pair, box))[0])
            except (CannotOpen, MalformedFrame):
                continue
        with node.database.lock:
            learned = sum(map(node.ledger.learn, found))
            erasing.load_remnants(node)
            if learned:
                orders.unlocked(node, name, learned, self._now())
                orders.apply(node, self._now())
        return learned


def box_of(node: Node, now_s: float) -> Box:
    """State of the box, with what a person must do."""
    stamp = node.stamp(now_s)
    with node.database.read() as db:
        heard_s, state = peers.heard(db)
        backlog = waiting(db, node.ledger, node.backlog)
        by = roads.lines(node, db, now_s)
        kept, queued = inbox.counts(db), outbox.counts(db)
        held = Counter(outbox.reasons(db, max(0, day_of(stamp) - HELD_DAYS)))
        spent = outbox.spent_parts(db, stamp.wall_s // 86_400, None)
        refused = outbox.refused(db, outbox.REFUSED_OFTEN)
    held.update(outgoing.waiting_reasons(node, now_s))
    health = node.health
    with node.database.lock:
        officers = len(lookup.officer_numbers(node.projection.db))
        radios = tuple(health.radios.values())
    troubles = [
        card.trouble(node, now_s),
        asking.trouble(node) or orders.trouble(state),
        *showing.troubles(node),
        *_modem_troubles(node, radios, now_s),
        nightly.trouble(node, stamp.wall_s),
        _unsent_trouble(node, now_s, refused=refused),
        "" if officers else NO_OFFICER,
    ]
    return Box(
        modem=health.modem,
        signal_percent=health.signal_percent,
        clock_sure=stamp.trust >= Trust.SMSC,
        now_s=stamp.wall_s,
        polres_s=heard_s,
        polres_state=health.road_trouble or state,
        waiting=backlog.entries,
        unsent=queued["queued"] + queued["reserved"] + queued["unknown"],
        unread=kept["unread"] + kept["part"],
        locked_sessions=len(node.projection.locked_sessions),
        spent_parts_today=spent,
        budget_parts_day=node.settings.answers.per_day,
        trouble=tuple(sentence for sentence in dict.fromkeys(troubles) if sentence),
        held=tuple(held.most_common()),
        radios=radios or (_only_radio(health),),
        officers=officers,
        surge=history.surge_now(node, now_s),
        backlog=backlog,
        roads=by,
        unlocking=node.ledger.unlocking,
        words="" if health.claim else aloud(node.keys.identity.signing.public),
    )


def _modem_troubles(node: Node, radios: tuple[RadioState, ...], now_s: float) -> tuple[str, ...]:
    """What is wrong with modems, officers' keys and SIM cards, "" for what is not."""
    of_radios = (radio.trouble for radio in radios)
    of_sims = (*deafness.troubles(node), *credit.troubles(node, now_s))
    return (node.health.modem_trouble, *of_radios, *listed.troubles(node), *of_sims)


def _unsent_trouble(node: Node, now_s: float, *, refused: bool) -> str:
    """Why texts do not leave the box, "" while they do."""
    if outbox.Purpose.ALARM in speaking.sight(node, now_s).closed:
        return NO_BUDGET
    # Where the modem itself is in trouble, that says more.
    return SendRefused.sentence if refused and node.health.modem is ModemMood.GOOD else ""


def _only_radio(health: Health) -> RadioState:
    """The modem of a box that has not told its modems apart yet."""
    percent = health.signal_percent
    return RadioState("", health.modem, health.modem_trouble, signal_percent=percent)


def _balances(node: Node, radios: tuple[RadioState, ...]) -> tuple[Balance, ...]:
    """What the operators said of each SIM that is in a modem, oldest first."""
    with node.database.read() as db:
        told = [
            Balance(one.name, day * DAY_S, rupiah)
            for one in radios
            for day, rupiah in purse.history(db, one.sim)
        ]
    return tuple(sorted(told, key=lambda one: one.told_s))


def _line(row: lookup.HistoryRow) -> Line:
    text, journey = row.text, None
    if row.kind == "message":
        text, _, journey = row.text.rpartition(" ")
    sure = row.trust >= Trust.SMSC
    return Line(row.seq, row.kind, row.at_s, sure, row.by, text, journey)
