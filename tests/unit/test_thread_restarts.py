"""The thread when the power fails, keys are away, answers get lost, and cards are copied."""

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from world import CODE, NOW_S, World

from server import lookup, radio
from server.desa import steps
from server.desa.desk import Login
from server.desa.gateway import speaking
from server.desa.node import begin_session
from server.domain import events as e
from server.domain import requests as r
from server.domain.decide import Decision
from server.domain.report import Status
from server.polres import taking
from server.polres.down import orders
from server.polres.store import nodes
from sms import inbox, outbox, pdu
from sync.errors import Gap
from sync.message import State
from sync.session import Role

SENDER = "+6281234567890"
HOUR_S = 3_600


class PowerCut(BaseException):
    """The process is gone, in the middle of whatever it did."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a village that the Polres knows."""
    made = World(tmp_path)
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()


def reported(world: World, words: str = "kemalingan tadi malam di rumah pak Budi") -> str:
    """A villager reports; gives the ticket."""
    world.text(SENDER, words)
    world.listen()
    return world.report().ticket


def parts_of(words: str) -> list[str]:
    """A text as the network delivers it."""
    return pdu.split_deliver(SENDER, words, datetime.fromtimestamp(NOW_S, UTC), 7)


def reports(world: World) -> list[str]:
    """The texts of all reports."""
    return [one.text for one in lookup.reports(world.node.projection.db)]


def answers(world: World) -> list[str]:
    """What the villager has received."""
    return [words for to, words in world.sent if to == SENDER]


class TestPowerCuts:
    def test_between_keeping_and_forgetting_makes_one_report(self, world: World) -> None:
        world.text(SENDER, "ada maling")
        node = world.node
        radio.keep_listed(node.database, node.vault, world.modem.sim_id, world.modem.list(), 5)
        for _ in range(2):
            world.restart()
            radio.keep_listed(
                world.node.database, world.node.vault, world.modem.sim_id, world.modem.list(), 5
            )
        world.restart()
        world.listen()
        # Nothing came of the locked rows: the text is read where it lies open.
        assert reports(world) == ["ada maling"]
        world.exchange()
        assert reports(world) == ["ada maling"]
        counts = inbox.counts(world.node.database.connection)
        assert (counts["kept"], counts["copy"], counts["unread"]) == (1, 3, 0)
        world.exchange()
        assert len(world.at_polres()) == 1

    def test_between_reading_and_forgetting_makes_one_report(self, world: World) -> None:
        world.text(SENDER, "ada maling")
        node = world.node
        radio.keep_listed(node.database, node.vault, world.modem.sim_id, world.modem.list(), 5)
        steps.read(node, world.mono_s)
        world.restart()
        world.listen()
        world.exchange()
        world.exchange()
        assert reports(world) == ["ada maling"]
        assert [line.report.copies for line in world.at_polres()] == [1]

    def test_between_keeping_and_reading_waits_for_the_key_and_loses_nothing(
        self, world: World
    ) -> None:
        world.text(SENDER, "ada maling")
        while steps.listen(world.node, world.modem, world.mono_s).result is steps.Result.DONE:
            pass
        world.restart()
        world.listen()
        assert reports(world) == []
        assert world.desk().box().unread == 1
        world.exchange()
        assert reports(world) == ["ada maling"]
        assert world.desk().box().unread == 0
        world.speak()
        assert len(answers(world)) == 1

    @pytest.mark.parametrize("before", [True, False])
    def test_between_submitting_and_knowing_sends_at_most_once_more(
        self,
        world: World,
        monkeypatch: pytest.MonkeyPatch,
        before: bool,  # noqa: FBT001
    ) -> None:
        reported(world)

        def cut(*_: object) -> None:
            raise PowerCut

        with monkeypatch.context() as patched:
            patched.setattr(radio, "send", cut) if before else patched.setattr(
                speaking, "_settle", cut
            )
            with pytest.raises(PowerCut):
                world.speak()
        world.restart()
        assert outbox.counts(world.node.database.connection)["unknown"] == 1
        world.exchange()
        world.speak()
        assert len(answers(world)) == (0 if before else 1)
        world.mono_s += outbox.RETRY_S
        for _ in range(3):
            world.speak()
        assert len(answers(world)) == (1 if before else 2)
        assert len(set(answers(world))) == 1
        counts = outbox.counts(world.node.database.connection)
        assert counts["delivered"] == 1
        assert sum(counts.values()) == 1

    def test_in_the_middle_of_a_long_text_makes_it_whole(self, world: World) -> None:
        words = "ada maling " * 30
        first, second, third = parts_of(words)
        world.virtual.deliver(second)
        world.listen()
        world.restart()
        world.virtual.deliver(third)
        world.listen()
        world.restart()
        world.virtual.deliver(first)
        world.listen()
        world.mono_s += 15 * 60
        steps.tend(world.node, world.mono_s)
        assert reports(world) == []
        world.exchange()
        assert reports(world) == [words]

    def test_while_wraps_are_written_leaves_the_session_as_it_was(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        running = world.node.vault.running

        def full(*_: object) -> None:
            raise PowerCut

        with monkeypatch.context() as patched:
            patched.setattr("server.desa.sessions.keep_wraps", full)
            with pytest.raises(PowerCut):
                begin_session(world.node, world.mono_s)
        assert world.node.vault.running == running
        reported(world, "masih tersimpan")
        world.restart()
        world.exchange()
        assert reports(world) == ["masih tersimpan"]


class TestLocked:
    def test_a_locked_report_shows_its_number_and_urgency_and_reminds(self, world: World) -> None:
        ticket = reported(world, "tolong kebakaran rumah warga sekarang api besar")
        world.node.ledger.record(
            world.node.stamp(world.mono_s),
            Decision((e.ContactSet("Made", "Bhabinkamtibmas", "+6281211112222"),)),
            cause="contact",
        )
        world.restart()
        report = world.report(ticket)
        assert (report.locked, report.text, report.sender) == (True, "", None)
        assert report.urgency == "darurat"
        world.mono_s += 15 * 60
        steps.remind(world.node, world.mono_s)
        world.sent.clear()
        world.speak()
        told = [words for to, words in world.sent if to == "+6281211112222"]
        assert any(ticket in words for words in told)
        assert all("kebakaran" not in words for words in told)

    def test_passphrase_and_phone_key_together_open_what_was_written_before_a_restart(
        self, world: World
    ) -> None:
        made = world.officer()
        key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
        reported(world, "ada maling")
        world.restart()
        desk = world.desk()
        assert desk.login("Made", made["passphrase"], None) == Login("Made", False, 0)
        assert world.report().locked
        assert isinstance(desk.login("Made", "padi-padi-padi-padi-padi-00", key), float)
        world.mono_s += 2
        login = desk.login("Made", made["passphrase"], key)
        assert isinstance(login, Login)
        assert (login.phone_key_fits, login.opened) == (True, 1)
        assert world.report().text == "ada maling"
        world.speak()
        assert len(answers(world)) == 1
        world.virtual.deliver(parts_of("ada maling")[0])
        world.listen()

    def test_a_copy_that_comes_after_an_unlock_is_known_as_one(self, world: World) -> None:
        (part,) = parts_of("ada maling")
        world.virtual.deliver(part)
        world.listen()
        world.restart()
        world.exchange()
        world.virtual.deliver(part)
        world.listen()
        assert [one.copies for one in lookup.reports(world.node.projection.db)] == [2]

    def test_an_order_waits_while_its_report_is_locked(self, world: World) -> None:
        made = world.officer()
        ticket = reported(world)
        world.exchange()
        world.restart()
        world.mono_s += 13 * HOUR_S
        orders.order_answer(
            world.district, CODE, ticket, "Kami ke sana", by="Sari", now_s=world.wall_s()
        )
        for _ in range(2):
            assert "menunggu persetujuan" in world.exchange().trouble
        world.speak()
        assert world.report().locked
        assert not any("Kami ke sana" in words for words in answers(world))
        key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
        world.desk().login("Made", made["passphrase"], key)
        world.speak()
        assert sum("Kami ke sana" in words for words in answers(world)) == 1

    def test_a_person_at_the_polres_gives_the_keys_after_a_long_silence(self, world: World) -> None:
        reported(world, "ada maling")
        world.exchange()
        world.restart()
        world.mono_s += 13 * HOUR_S
        world.exchange()
        assert world.report().locked
        orders.grant_keys(world.district, CODE, "Sari", world.wall_s())
        world.exchange()
        assert world.report().text == "ada maling"

    def test_a_stolen_box_gets_neither_keys_nor_orders(self, world: World) -> None:
        reported(world)
        world.exchange()
        orders.revoke(world.district, CODE, world.wall_s())
        world.restart()
        assert "hilang" in world.exchange().trouble
        assert world.report().locked

    def test_a_day_later_texts_lie_under_a_new_session_and_old_ones_stay_open(
        self, world: World
    ) -> None:
        first = world.node.vault.running.id
        reported(world, "kemarin")
        world.mono_s += steps.SESSION_S_MAX
        assert steps.tend(world.node, world.mono_s).result is steps.Result.DONE
        second = world.node.vault.running.id
        assert first != second
        reported(world, "hari ini")
        assert reports(world) == ["hari ini", "kemarin"]
        db = world.node.database.connection
        assert [row.session for row in inbox.done_since(db, 0)] == [first, second]
        # What was written since becomes a frame, and then nothing is left to do.
        assert steps.tend(world.node, world.mono_s + 60).count == 1
        assert steps.tend(world.node, world.mono_s + 120).result is steps.Result.NOTHING

    def test_a_new_officer_opens_sessions_from_then_on_and_what_is_over_he_does_not(
        self, world: World
    ) -> None:
        reported(world, "sebelum")
        world.desk().act(r.Close(world.report().ticket, "Wayan", "selesai"))
        world.speak()
        before = world.node.vault.running.id
        made = world.officer()
        after = world.node.vault.running.id
        assert before != after
        rows = world.node.database.connection.execute(
            "select session from wraps where role = ?", (Role.OFFICER.value,)
        ).fetchall()
        assert [bytes(session) for (session,) in rows] == [after]
        reported(world, "sesudah")
        world.restart()
        key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
        world.desk().login("Made", made["passphrase"], key)
        assert sorted(reports(world)) == ["", "sesudah"]


class TestRoads:
    def test_a_lost_answer_doubles_nothing(self, world: World) -> None:
        ticket = reported(world)
        world.road.lose_answers = 2
        for _ in range(2):
            assert world.exchange().result is steps.Result.LATER
        assert world.exchange().result is steps.Result.DONE
        assert [line.report.ticket for line in world.at_polres()] == [ticket]
        assert world.desk().box().waiting == 0

    def test_without_a_road_everything_waits_and_is_told(self, world: World) -> None:
        world.road.cut = True
        reported(world)
        outcome = world.exchange()
        assert outcome.result is steps.Result.LATER
        assert outcome.trouble
        assert world.desk().box().waiting > 0
        world.road.cut = False
        world.exchange()
        assert world.desk().box().waiting == 0

    def test_a_long_backlog_goes_out_in_one_step(self, world: World) -> None:
        draw = random.Random(1)
        long = [draw.randbytes(750).hex() for _ in range(300)]
        notes = tuple(e.TextNoted("X", text, "panjang", NOW_S) for text in long)
        world.node.ledger.record(world.node.stamp(world.mono_s), Decision(notes), cause="x")
        outcome = world.exchange()
        assert outcome.count > 1
        assert world.desk().box().waiting == 0

    def test_frames_that_the_polres_does_not_take_are_not_sent_again_at_once(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise Gap

        reported(world)
        monkeypatch.setattr(taking.journal, "accept", refuse)
        # Once more in codec 0, which every Polres reads; then they wait.
        assert world.exchange().count == 2
        assert world.desk().box().waiting > 0

    def test_of_two_boxes_with_one_card_the_second_is_told_and_goes_on_listening(
        self, world: World
    ) -> None:
        reported(world, "asli")
        world.node.database.close()
        copied = world.folder / "copied"
        shutil.copytree(world.directory, copied)
        world.start()
        reported(world, "yang pertama")
        world.exchange()
        world.node.database.close()
        world.directory = copied
        world.start()
        for words in ("ini", "lalu itu", "yang kedua"):
            reported(world, words)
            outcome = world.exchange()
            assert outcome.trouble
        assert world.node.health.sync_state in {State.FORK, State.RESTORED_CARD}
        assert world.desk().box().trouble
        assert world.report().text == "yang kedua"
        world.speak()
        assert answers(world)
        with world.district.read() as connection:
            row = nodes.get(connection, world.node.ledger.log_id.node)
        assert row is not None
        assert row.state in {State.FORK, State.RESTORED_CARD}
        assert sorted(line.report.text for line in world.at_polres()) == ["asli", "yang pertama"]

    def test_a_report_survives_everything_that_an_ordinary_day_brings(self, world: World) -> None:
        ticket = reported(world)
        for _ in range(3):
            world.road.lose_answers = 1
            world.exchange()
            world.restart()
            world.exchange()
            world.speak()
        assert world.report(ticket).status is Status.NEW
        assert [line.report.ticket for line in world.at_polres()] == [ticket]
