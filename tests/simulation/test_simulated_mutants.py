"""Each sabotage of the product is caught within a few seeds: the simulator is not blind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from stages import lived, play

from hardware.errors import HardwareError
from hardware.filling import is_filler
from server import radio
from server.database import Database
from server.desa import intake, steps
from server.desa.gateway import speaking
from server.desa.reading import copies, whole
from server.domain.clock import hear
from server.domain.report import Trust
from server.ledger import Ledger
from server.polres.gate import Turn
from server.polres.store import nodes
from server.simulation.plan import draw
from server.vault import Place, Vault
from sms import gateway, inbox, outbox
from sync import seal
from sync.message import RECEIPT_DOMAIN, Receipt

Patch = pytest.MonkeyPatch
SEEDS = range(60)


def caught() -> str:
    """The first promise that a seed breaks; "" when none does. Every other one doubles texts."""
    for seed in SEEDS:
        plan = draw(seed, 7, 1)
        if seed % 2:
            plan = replace(plan, weather=replace(plan.weather, doubled=0.6))
        for one in lived(plan, lambda _: None).violations:
            return one.name
    return ""


def forgets_before_it_keeps(patch: Patch) -> None:
    """The slot is freed first."""

    def listen(node: Any, modem: Any, now_s: float, mark: str = "") -> steps.Outcome:
        listed = modem.list()
        texts = tuple(slot for slot in listed if not is_filler(slot.pdu))
        if listed:
            modem.forget_all(listed)
        sim = modem.sim_id or mark
        count = len(radio.keep_listed(node.database, node.vault, sim, texts, 0).fresh)
        return steps.Outcome(steps.Result.DONE if count else steps.Result.NOTHING, count)

    patch.setattr(steps, "listen", listen)


def commits_without_waiting(patch: Patch) -> None:
    """Every commit is one that a power cut may take back."""
    lasting = Database.write

    @contextmanager
    def write(self: Database) -> Iterator[Any]:
        if not self._depth:
            self.connection.execute("pragma synchronous=normal")
        with lasting(self) as db:
            yield db

    patch.setattr(Database, "write", write)


def takes_every_pdu_as_new(patch: Patch) -> None:
    """Copies are not known for what they are, nor when keys come."""
    patch.setattr(copies, "kin", lambda _node, _one: copies.Kin.NEW)
    patch.setattr(whole, "remember", lambda _node, _text, _rows: None)
    patch.setattr(intake, "remember_seen", lambda _node, _now_s: None)


def commits_in_two(patch: Patch) -> None:
    """The report first, then its answer and its read text."""
    real = Ledger._commit

    def apart(self: Ledger, stamp: Any, decision: Any, cause: str, ids: Any, also: Any) -> Any:
        if not ids or not decision.events:
            return real(self, stamp, decision, cause, ids, also)
        entries = real(self, stamp, replace(decision, notices=()), cause, (), None)
        real(self, stamp, replace(decision, events=()), cause, ids, also)
        return entries

    patch.setattr(Ledger, "_commit", apart)


def acks_what_it_was_told_of(patch: Patch) -> None:
    """The Polres signs for all that the desa announces."""

    def receipt(self: Turn) -> tuple[bytes, bytes]:
        era = nodes.counter(self._db, "era")
        packed = Receipt(self._log_id, era, self._request.head, self._issued_s).pack()
        return packed, seal.sign(self._district.keys.root, RECEIPT_DOMAIN, packed)

    patch.setattr(Turn, "_receipt", receipt)


def brakes_nothing(patch: Patch) -> None:
    """No brake holds anything."""
    patch.setattr(gateway, "held", lambda *_: None)


def believes_every_clock(patch: Patch) -> None:
    """The service centre's time is taken for the true one."""
    patch.setattr(whole, "hear", lambda clock, now, at, _: hear(clock, now, at, Trust.NETWORK))


def seals_no_complaint(patch: Patch) -> None:
    """A complaint about an official is a report like any other."""
    real, understand = whole.classified, radio.understand
    patch.setattr(whole, "classified", lambda *said: replace(real(*said), official=False))
    patch.setattr(radio, "understand", lambda text: replace(understand(text), official=False))


def seals_nothing(patch: Patch) -> None:
    """Rows lie in plain."""
    closed, opened = Vault.seal, Vault.open

    def seal_(self: Vault, lock: Any, table: str, row: int, body: bytes, *more: Any) -> bytes:
        return body if table == "inbox" else closed(self, lock, table, row, body, *more)

    def open_(self: Vault, place: Place, body: bytes, **more: Any) -> bytes:
        return body if place.table == "inbox" else opened(self, place, body, **more)

    patch.setattr(Vault, "seal", seal_)
    patch.setattr(Vault, "open", open_)


def ages_by_any_clock(patch: Patch) -> None:
    """A text is as old as the wall clock says, whoever set it."""

    def age_s(node: Any, row: outbox.Row, text: radio.Outgoing, now_s: float) -> float:
        del row
        return float(node.stamp(now_s).wall_s - (text.queued_s or 0))

    patch.setattr(speaking, "_age_s", age_s)


def marks_read_before_it_decides(patch: Patch) -> None:
    """A text is finished, then looked at."""
    real = whole.decide_whole

    def decide(node: Any, text: Any, rows: Any, now_s: float, **more: Any) -> int:
        with node.database.write() as db:
            inbox.mark(db, text.row_ids, inbox.State.DONE)
        patch.setattr(inbox, "mark", lambda *_: None)
        return real(node, text, rows, now_s, **more)

    patch.setattr("server.desa.intake.decide_whole", decide)


def says_sent_of_what_was_refused(patch: Patch) -> None:
    """Whatever the modem said, the text counts as sent."""
    real = radio.send

    def send(modem: Any, *rest: Any) -> radio.Sent:
        try:
            return real(modem, *rest)
        except HardwareError:
            return radio.Sent(outbox.State.SENT)

    patch.setattr(radio, "send", send)


MUTANTS: list[Callable[[Patch], None]] = [
    forgets_before_it_keeps, commits_without_waiting, takes_every_pdu_as_new, commits_in_two,
    acks_what_it_was_told_of, brakes_nothing, believes_every_clock, seals_no_complaint,
    seals_nothing, ages_by_any_clock, marks_read_before_it_decides, says_sent_of_what_was_refused,
]  # fmt: skip


@pytest.mark.parametrize("sabotage", MUTANTS, ids=lambda one: one.__name__)
def test_a_sabotaged_product_breaks_a_promise(
    sabotage: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    play(0)
    sabotage(monkeypatch)
    assert caught()
