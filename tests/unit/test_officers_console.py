"""Officers' keys at the command line, and accounts of before officers had identities."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from erased_village import backed_up
from world import World

from server import lookup
from server.cli.desa import desa
from server.desa import commands, steps
from server.desa import login as accounts
from server.desa.desk import Login
from server.desa.forgetting import held
from server.desa.officers import autolock, listed
from server.desa.officers.keydesk import KeyDesk, NotDone, Wait
from server.domain import events as e
from server.domain import requests as r
from server.domain.decide import Decision
from server.process.control import ControlRefused, ControlSocket

VILLAGER = "+6281234567890"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A village that the Polres knows."""
    made = World(tmp_path)
    made.exchange()
    return made


def keys_of(world: World) -> KeyDesk:
    return KeyDesk(world.node, world.desk(), lambda: world.mono_s)


def closed_report(world: World) -> None:
    world.text(VILLAGER, "kemalingan tadi malam di RT 2 RW 1")
    world.listen()
    world.desk().act(r.Close(world.report().ticket, "Made", "selesai"))
    world.speak()
    world.exchange()


def test_the_command_line_lists_recovers_locks_and_tells_erasures(world: World) -> None:
    made = world.officer("Made")
    closed_report(world)
    world.mono_s += 731 * 86_400
    autolock.present(world.node, world.mono_s)
    steps.tend(world.node, world.mono_s)
    backed_up(world)
    world.mono_s += 86_400
    autolock.present(world.node, world.mono_s)
    steps.tend(world.node, world.mono_s)
    told = commands.answers(world.node, world.desk(), keys_of(world))
    socket = ControlSocket(world.directory, told)
    folder, run = str(world.directory), CliRunner()
    try:
        assert run.invoke(desa, ["officer", "list", folder]).output == "Made  terdaftar\n"
        erased = run.invoke(desa, ["retention", folder]).output
        assert "1 laporan dihapus sesuai aturan; belum tuntas, menunggu masuk: Made." in erased
        assert '"missing": ["Made"]' in run.invoke(desa, ["retention", folder, "--json"]).output
        assert run.invoke(desa, ["lock", folder]).exit_code == 0
        wrong = run.invoke(desa, ["officer", "recover", folder, "Made"], input="salah\n")
        assert isinstance(wrong.exception, ControlRefused)
        world.mono_s += 2
        words = f"{made['recovery']}\n"
        done = run.invoke(desa, ["officer", "recover", folder, "Made"], input=words)
        assert (done.exit_code, made["recovery"] in done.output) == (0, False)
        link = next(line for line in done.output.splitlines() if "/hp/" in line)
        passphrase = next(line for line in done.output.splitlines() if "Kata sandi  " in line)
    finally:
        socket.close()
    key = bytes.fromhex(link.rpartition("/")[2])
    answer = world.desk().login("Made", passphrase.split()[-1], key)
    assert isinstance(answer, Login)
    assert answer.phone_key_fits


def test_without_a_running_box_the_command_says_so(world: World) -> None:
    world.node.database.close()
    for words in (["officer", "list"], ["lock"], ["retention"]):
        refused = CliRunner().invoke(desa, [*words, str(world.directory)])
        assert isinstance(refused.exception, ControlRefused)
        assert "tidak sedang berjalan" in refused.exception.sentence


def old_account(world: World, name: str = "Lama") -> accounts.NewOfficer:
    """An officer as the first version made him: the key on the list is the one for sessions."""
    node = world.node
    new, account = accounts.make(name, node.settings.login, node.random)
    with node.database.write() as db:
        accounts.insert(db, replace(account, identity=b"", delegation=b"", recovery=b""))
        event = e.OfficerRequested(name, new.public)
        node.ledger.record(node.stamp(world.mono_s), Decision((event,)), cause="officer")
    world.exchange()
    return new


def test_an_account_of_before_identities_still_opens_what_was_wrapped_to_it(world: World) -> None:
    new = old_account(world)
    assert listed.keepers(world.node) == (listed.Keeper("Lama", listed=True),)
    assert listed.troubles(world.node) == ()
    closed_report(world)
    world.road.cut = True
    world.restart()
    answer = world.desk().login("Lama", new.passphrase, new.phone_key)
    assert isinstance(answer, Login)
    texts = {one.text for one in lookup.reports(world.node.projection.db)}
    assert texts == {"kemalingan tadi malam di RT 2 RW 1"}


def test_its_keys_cannot_be_renewed_and_every_erasure_waits_for_it(world: World) -> None:
    new = old_account(world)
    closed_report(world)
    keys = keys_of(world)
    refused = keys.change_passphrase("Lama", new.passphrase, new.phone_key)
    assert refused is NotDone.OLD_ACCOUNT
    assert isinstance(keys.recover("Lama", "padi " * 12), Wait)
    world.mono_s += 86_400
    autolock.present(world.node, world.mono_s)
    steps.tend(world.node, world.mono_s)
    world.mono_s += 731 * 86_400
    autolock.present(world.node, world.mono_s)
    backed_up(world)
    steps.tend(world.node, world.mono_s)
    answer = world.desk().login("Lama", new.passphrase, new.phone_key)
    assert isinstance(answer, Login)
    assert (answer.phone_key_fits, answer.phone_key) == (True, None)
    assert held.erasures(world.node)[0].missing == ("Lama",)
