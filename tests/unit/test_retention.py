"""Erasure by the rules: keys are destroyed, what stays is kept, and it says who is missing."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from erased_village import (
    CHEAP,
    DAY_S,
    KEPT,
    OLD,
    SECRET,
    WORKED,
    Village,
    backed_up,
    by_text,
    lived_in,
    log_in,
    told,
    years_later,
)
from world import CODE

from server import lookup
from server.desa import commands, steps
from server.desa import login as accounts
from server.desa.console.figures import erasure_lines
from server.desa.forgetting import erasing, held
from server.desa.node import begin_session
from server.desa.officers import autolock
from server.desa.officers.keydesk import KeyDesk
from server.domain import codec
from server.domain import events as e
from server.domain import requests as r
from server.domain.report import ERASED
from server.polres.down import officers, orders
from server.sections import Retention
from server.vault import Identity, Vault
from sync import peers, seal
from sync.entry import Entry, Header
from sync.errors import CannotOpen, MalformedFrame
from sync.session import from_seeds, read_wrap


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return lived_in(tmp_path)


def test_of_an_erased_report_only_ticket_and_date_are_left(village: Village) -> None:
    world = village.world
    gone = by_text(world)[SECRET]
    years_later(village)
    after = world.report(gone.ticket)
    assert (after.category, after.text, after.sender, after.result, after.officer) == (
        ERASED, "", None, None, None,
    )  # fmt: skip
    assert after.received_s // DAY_S == gone.received_s // DAY_S
    assert lookup.history(world.node.projection.db, gone.ticket) == ()
    assert {KEPT, WORKED} <= set(by_text(world))
    phone = log_in(village)
    page = phone.get(f"/laporan/{gone.ticket}")
    assert "Dihapus sesuai aturan" in page
    assert "maling" not in page
    assert SECRET not in "".join(world.node.projection.db.iterdump())


def test_after_a_restart_what_stays_opens_with_the_officers_keys_and_what_went_does_not(
    village: Village,
) -> None:
    world = village.world
    gone = by_text(world)[SECRET]
    years_later(village)
    world.road.cut = True
    world.restart()
    assert {one.text for one in lookup.reports(world.node.projection.db)} == {""}
    assert world.report(gone.ticket).category == ERASED
    log_in(village)
    assert {KEPT, WORKED} <= set(by_text(world))
    assert SECRET not in by_text(world)
    assert not world.node.projection.locked_sessions


def test_an_open_report_of_such_a_session_comes_back_when_a_person_at_the_polres_lets_it(
    village: Village,
) -> None:
    world = village.world
    years_later(village)
    world.restart()
    world.exchange()
    assert WORKED not in by_text(world)
    orders.grant_keys(world.district, CODE, "SPKT", world.wall_s())
    world.exchange()
    assert {KEPT, WORKED} <= set(by_text(world))
    assert SECRET not in by_text(world)


def test_without_an_officer_what_stays_is_forgotten_but_for_open_work(village: Village) -> None:
    world = village.world
    ticket = by_text(world)[WORKED].ticket
    years_later(village)
    world.mono_s += 3_600
    steps.tend(world.node, world.mono_s)
    assert {KEPT, WORKED} <= set(by_text(world))
    world.desk().act(r.Close(ticket, "Made", "sudah menyala"))
    world.speak()
    world.mono_s += 3_600
    steps.tend(world.node, world.mono_s)
    assert KEPT not in by_text(world)
    assert world.report(ticket).locked


def test_open_reports_and_those_of_other_rules_stay_and_go_in_their_time(village: Village) -> None:
    world = village.world
    years_later(village)
    log_in(village)
    years_later(village, 1_826 - 731)
    assert KEPT not in by_text(world)
    assert WORKED in by_text(world)
    assert [one.number for one in held.erasures(world.node)] == [2, 1]


@pytest.mark.parametrize(
    "rules",
    [Retention(days=0), Retention(days=732), Retention(categories=("pencurian 0", "kdrt 0"))],
)
def test_what_the_rules_keep_is_kept(village: Village, rules: Retention) -> None:
    world = village.world
    world.node.settings = replace(world.node.settings, retention=rules)
    years_later(village)
    assert {SECRET, KEPT, WORKED} <= set(by_text(world))
    assert held.erasures(world.node) == ()


def test_what_the_polres_does_not_hold_yet_is_not_erased(village: Village) -> None:
    world = village.world
    ticket = by_text(world)[WORKED].ticket
    world.road.cut = True
    world.desk().act(r.Close(ticket, "Made", "sudah menyala"))
    begin_session(world.node, world.mono_s)
    world.mono_s += 731 * DAY_S
    autolock.present(world.node, world.mono_s)
    steps.tend(world.node, world.mono_s)
    assert WORKED in by_text(world)
    assert SECRET not in by_text(world)


def test_what_no_backup_of_the_polres_covers_is_not_erased(village: Village) -> None:
    world = village.world
    with world.node.database.write() as db:
        peers.keep_durable(db, world.node.ledger.log_id, 1)
    world.mono_s += 731 * DAY_S
    autolock.present(world.node, world.mono_s)
    steps.tend(world.node, world.mono_s)
    assert {SECRET, WORKED} <= set(by_text(world))
    backed_up(world)
    world.mono_s += DAY_S
    steps.tend(world.node, world.mono_s)
    assert SECRET not in by_text(world)


def test_while_somebody_has_changed_the_list_nothing_is_erased(village: Village) -> None:
    world = village.world
    with world.node.database.write() as db:
        peers.keep_people(db, b"\x82\x41a\x41b")
    world.road.cut = True
    years_later(village)
    assert SECRET in by_text(world)
    world.road.cut = False
    years_later(village, 1)
    assert SECRET not in by_text(world)


def test_a_new_officer_opens_open_work_of_an_erased_session(village: Village) -> None:
    world = village.world
    years_later(village)
    putu = commands.add_officer(world.node, "Putu")
    world.exchange()
    officers.approve_officer(world.district, CODE, "Putu", "binmas", world.wall_s())
    world.exchange()
    world.road.cut = True
    world.restart()
    key = bytes.fromhex(putu["phone_path"].rpartition("/")[2])
    world.desk().login("Putu", putu["passphrase"], key)
    assert WORKED in by_text(world)
    assert SECRET not in by_text(world)


def test_a_recovered_officer_gets_what_stays_back_with_a_persons_leave(village: Village) -> None:
    world = village.world
    years_later(village)
    log_in(village)
    world.restart()
    keys = KeyDesk(world.node, world.desk(), lambda: world.mono_s)
    new = keys.recover("Made", village.made["recovery"])
    assert isinstance(new, accounts.NewOfficer)
    world.desk().login("Made", new.passphrase, new.phone_key)
    assert not held.erasures(world.node)[0].missing
    orders.grant_keys(world.district, CODE, "SPKT", world.wall_s())
    world.exchange()
    world.road.cut = True
    world.restart()
    world.desk().login("Made", new.passphrase, new.phone_key)
    assert {KEPT, WORKED} <= set(by_text(world))


def test_a_clock_that_nobody_trusts_erases_nothing(village: Village) -> None:
    world = village.world
    world.road.cut = True
    world.restart()
    world.mono_s += 731 * DAY_S
    world.desk().login("Made", village.made["passphrase"], village.key)
    steps.tend(world.node, world.mono_s)
    assert SECRET in by_text(world)


def test_it_is_complete_when_every_officer_has_logged_in_or_was_dropped(village: Village) -> None:
    world = village.world
    world.officer("Putu")
    years_later(village)
    (erasure,) = held.erasures(world.node)
    assert (erasure.missing, erasure.complete_s, erasure.reports) == (("Made", "Putu"), None, 1)
    assert [(line.text, line.count) for line in told(world)] == [("Made, Putu", 1)]
    log_in(village)
    assert held.erasures(world.node)[0].missing == ("Putu",)
    world.exchange()
    assert told(world)[0].text == "Putu"
    officers.drop_officer(world.district, CODE, "Putu", "binmas", world.wall_s())
    world.exchange()
    steps.tend(world.node, world.mono_s)
    (erasure,) = held.erasures(world.node)
    assert erasure.missing == ()
    assert erasure.complete_s
    world.exchange()
    assert told(world)[0].text == ""


def test_it_is_asked_at_most_once_a_month_and_a_login_in_between_renews_nothing(
    village: Village,
) -> None:
    world = village.world
    years_later(village)
    log_in(village)
    before = village.key
    log_in(village)
    assert village.key == before
    world.text(OLD, "ada ayam hilang di RT 1")
    world.listen()
    years_later(village, 1)
    assert len(held.erasures(world.node)) == 1


def test_the_box_page_says_who_is_missing_and_the_command_too(village: Village) -> None:
    years_later(village)
    phone = village.phone()
    with phone.client.session_transaction() as kept:
        kept["_user_id"] = f"{village.world.desk().mark('Made')}:Made"
    assert "tuntas setelah masuk dengan HP-nya: Made" in phone.get("/kotak")
    shown = [
        {"number": 1, "asked_s": 1_790_000_000, "reports": 1, "missing": ["Made"], "complete_s": 0}
    ]
    assert "Made" in "".join(erasure_lines(shown, "WITA"))


def opened_with(
    village: Village, secrets: list[tuple[str, bytes]], words: str
) -> tuple[set[str], int]:
    """Texts that all copies of the card give to passphrases with phone keys and a card's words."""
    seed = bytes.fromhex((village.world.directory / "node.key").read_text().strip())
    nothing = from_seeds(b"x" * 32, b"y" * 32, b"z" * 32)
    vault = Vault(Identity.from_seed(seed).duty, nothing, seal.box_pair(b"w" * 32))
    files = [sqlite3.connect(path) for path in village.copies]
    pairs = [pair for db in files for pair in pairs_of(db, secrets, words)]
    for db in files:
        for (box,) in db.execute("select box from wraps"):
            learn(vault, pairs, bytes(box))
    for db in files:
        for identity, bundle in db.execute("select id, bundle from remnants"):
            keep_remnant(vault, bytes(identity), bytes(bundle))
    return {text for db in files for text in texts_in(db, vault)}, len(pairs)


def pairs_of(
    db: sqlite3.Connection, secrets: list[tuple[str, bytes]], words: str
) -> list[seal.KeyPair]:
    """Every key that the accounts in one copy give to who knows these secrets."""
    pairs = []
    for account in accounts.every(db):
        pending = accounts.read_pending(account.pending)
        for one in (account, *([pending.account] if pending else [])):
            identity = accounts.open_card(one, words, CHEAP)
            pairs += [seal.box_pair(identity)] if identity else []
            for passphrase, key in secrets:
                stretched = accounts.stretch(one, passphrase, CHEAP)
                pair = accounts.open_secret(one, stretched, key)
                pairs += [pair] if pair else []
    return pairs


def learn(vault: Vault, pairs: list[seal.KeyPair], box: bytes) -> None:
    for pair in pairs:
        try:
            vault.learn(read_wrap(seal.open_box(pair, box))[0])
        except (CannotOpen, MalformedFrame):
            continue


def texts_in(db: sqlite3.Connection, vault: Vault) -> set[str]:
    texts = set()
    for header, body in db.execute("select header, body from entries where log = 0"):
        try:
            _, event = codec.decode(vault.open_entry(Entry(Header.unpack(header), body)))
        except CannotOpen:
            continue
        texts |= {event.text} if isinstance(event, e.ReportReceived) else set()
    return texts


def keep_remnant(vault: Vault, identity: bytes, bundle: bytes) -> None:
    keys = vault.knows(identity)
    if keys is not None and keys.session is not None:
        packed = seal.open_row(erasing._bundle_key(keys.session), identity, bundle)
        vault.keep_rows(identity, erasing._unpack(packed))


def test_once_complete_all_copies_of_the_card_and_all_secrets_open_nothing_of_it(
    village: Village,
) -> None:
    passphrase, words = village.made["passphrase"], village.made["recovery"]
    old = (passphrase, village.key)
    village.copy()
    years_later(village)
    village.copy()
    # Not complete yet: the old phone key still opens what flash keeps.
    texts, _ = opened_with(village, [old], words)
    assert SECRET in texts
    log_in(village)
    village.copy()
    world = village.world
    assert held.erasures(world.node)[0].complete_s
    texts, pairs = opened_with(village, [(passphrase, village.key)], words)
    assert pairs
    assert SECRET not in texts
    assert {KEPT, WORKED} <= texts
    # What was destroyed is the phone's old key; with it the thief would still succeed.
    texts, _ = opened_with(village, [old, (passphrase, village.key)], words)
    assert SECRET in texts
