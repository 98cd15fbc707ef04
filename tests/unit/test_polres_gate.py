"""The Polres' gate, asked by a node that is played in memory."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from played_node import START_S, Chance, PlayedNode, octets, received

from server.domain import events as e
from server.domain.report import Move, Status
from server.polres import district as districts
from server.polres import enrolment, gate, lookup, orders, projection
from server.polres.district import District
from server.polres.orders import Placed
from server.polres.store import nodes, reports
from server.polres.verdict import Verdict, View, judge
from server.vault import Lock
from sync import message, seal
from sync.chain import Head
from sync.message import Receipt, State

CODE = "52.04.07.2001"
HOUR_S = 3_600


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """Give a prepared Polres."""
    districts.init(tmp_path / "polres", "Polres Sumbawa", Chance("init"))
    opened = districts.open_district(tmp_path / "polres", Chance("run"))
    yield opened
    opened.close()


@pytest.fixture
def node(district: District) -> PlayedNode:
    """Give an enrolled desa that has one report."""
    card = enrolment.enroll(district, CODE, "Pungka", "http://10.0.0.1", now_s=START_S)
    played = PlayedNode(district, card)
    assert played.enrol() == 200
    played.write(received("41275"), sets=1)
    return played


def row(district: District, number: int) -> nodes.Node:
    """The desa's row."""
    with district.read() as connection:
        found = nodes.get(connection, number)
    assert found is not None
    return found


class TestEnrolment:
    def test_a_card_works_once_and_its_lost_answer_again(self, district: District) -> None:
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        first = PlayedNode(district, card)
        assert [first.enrol(), first.enrol()] == [200, 200]
        assert first.instance == 1
        assert PlayedNode(district, card, seed=octets("other")).enrol() == 409

    def test_a_wrong_code_counts_and_ten_of_them_end_the_card(self, district: District) -> None:
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        guesser = PlayedNode(district, replace(card, code="A" * 20))
        assert [guesser.enrol() for _ in range(enrolment.TRIES)] == [403] * enrolment.TRIES
        assert guesser.enrol() == 410
        assert PlayedNode(district, card).enrol() == 410

    def test_a_card_ends_after_seven_days(self, district: District) -> None:
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        late = PlayedNode(district, card)
        assert late.enrol(START_S + enrolment.CARD_S + 1) == 410
        assert late.enrol(START_S + enrolment.CARD_S) == 200

    def test_an_unknown_desa_and_broken_octets_are_refused(self, district: District) -> None:
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        assert PlayedNode(district, replace(card, node=card.node + 1)).enrol() == 403
        assert enrolment.admit(district, b"", START_S).status == 400
        assert enrolment.admit(district, bytes(300), START_S).status == 400

    def test_a_new_card_raises_the_instance_and_ends_the_old_key(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange()
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        node.exchange()
        after = PlayedNode(district, card, seed=octets("new card"))
        assert after.enrol() == 200
        assert after.instance == 2
        old = node.body(node.request())
        assert gate.exchange(district, old, None, START_S).status == 403
        after.write(received("50003"))
        assert after.exchange().state == State.OK
        assert len(lookup.search(district)) == 2


class TestExchange:
    def test_a_report_arrives_once_though_it_is_sent_twice(
        self, district: District, node: PlayedNode
    ) -> None:
        node.write(e.Taken("41275", "Aipda Rahmat"), sets=2)
        request = node.request()
        first = node.exchange(request=request)
        again = node.exchange(request=request)
        assert first.acks == again.acks
        (line,) = lookup.search(district)
        assert (line.report.status, line.report.officer) == (Status.TAKEN, "Aipda Rahmat")
        assert (line.desa, line.status_word) == ("Pungka", "diambil")
        assert [step.kind for step in lookup.history(district, CODE, "41275")] == [
            "received",
            "taken",
        ]

    def test_acks_and_receipt_name_what_lies_at_the_polres(
        self, district: District, node: PlayedNode
    ) -> None:
        answer = node.exchange()
        head = node.store.head(node.log_id)
        key = seal.shared_key(replace(node.ram), district.keys.exchange.public)
        assert answer.acks == ((1, gate.ack_tag(key, node.log_id, head)),)
        assert Receipt.unpack(answer.receipt[0]).head == head

    def test_a_cut_frame_is_left_and_the_rest_waits(
        self, district: District, node: PlayedNode
    ) -> None:
        for number in range(60):
            node.write(e.CallMissed(f"+62812{number}"))
        whole = node.request()
        cut = replace(whole, frames=(whole.frames[0], whole.frames[1][:-5]))
        answer = node.exchange(request=cut)
        assert answer.state == State.OK
        assert len(answer.acks) == 1
        assert lookup.desa(district, CODE).backlog == 61 - answer.acks[0][0]
        node.exchange()
        assert lookup.desa(district, CODE).backlog == 0

    def test_octets_that_are_no_request_are_refused(
        self, district: District, node: PlayedNode
    ) -> None:
        body = node.body(node.request())
        for broken in (b"", body[:50], body[:-1], b"\x01" + body[1:]):
            assert gate.exchange(district, broken, None, START_S).status == 400

    def test_a_request_signed_by_another_key_is_refused(
        self, district: District, node: PlayedNode
    ) -> None:
        thief = PlayedNode(district, node.card, octets("thief"), node.instance)
        assert gate.exchange(district, thief.body(thief.request()), None, START_S).status == 403

    def test_a_frame_of_another_desas_log_is_not_taken(
        self, district: District, node: PlayedNode
    ) -> None:
        other_card = enrolment.enroll(district, "52.04.07.2002", "Nijang", "u", now_s=START_S)
        other = PlayedNode(district, other_card, octets("other"))
        other.enrol()
        foreign = replace(other.request(), frames=node.request().frames)
        assert other.exchange(request=foreign).acks == ()
        assert lookup.search(district) == ()

    def test_a_complaint_about_an_official_is_shown_as_sealed(
        self, district: District, node: PlayedNode
    ) -> None:
        secret = received("50003", "oknum polisi minta uang", category="aparat")
        node.write(secret, lock=Lock.UNIT, sets=1, urgent=True)
        node.exchange()
        line = lookup.report(district, CODE, "50003")
        assert line is not None
        assert (line.report.sealed, line.report.category, line.report.text) == (True, "aparat", "")
        assert (line.report.urgency, line.report.sender) == ("darurat", None)
        assert [step.kind for step in lookup.history(district, CODE, "50003")] == ["sealed"]
        assert "oknum" not in str(lookup.reports_json(district))

    def test_entries_of_a_session_whose_key_comes_later_are_folded_then(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange(request=replace(node.request(), wraps=()))
        line = lookup.report(district, CODE, "41275")
        assert line is not None
        assert line.report.locked
        node.exchange(from_seq=0)
        line = lookup.report(district, CODE, "41275")
        assert line is not None
        assert line.report.text == "ada maling di RT 3"

    def test_a_card_of_the_box_opens_duty_entries(
        self, district: District, node: PlayedNode
    ) -> None:
        node.write(e.ContactSet("Rahmat", "bhabin", "+6281"), lock=Lock.DUTY)
        node.exchange()
        assert [one.name for one in lookup.contacts(district, CODE)] == ["Rahmat"]

    def test_the_etag_changes_with_what_is_shown(
        self, district: District, node: PlayedNode
    ) -> None:
        before = lookup.etag(district)
        lookup.desa_list(district)
        assert lookup.etag(district) == before
        node.exchange()
        assert lookup.etag(district) != before

    def test_the_projection_folded_again_is_equal(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange()
        placed = orders.order_answer(district, CODE, "41275", "Kami datang", by="spkt", now_s=1)
        assert isinstance(placed, Placed)
        node.write(e.Closed("41275", "Rahmat", "selesai"), sets=4)
        node.write(e.TextNoted("+62812", "halo", "bukan laporan", START_S))
        node.write(received("50003", category="aparat"), lock=Lock.UNIT, sets=1)
        node.write(e.OrderReceived(placed.instance, placed.seq, "41275", "queued"))
        node.exchange()
        before = everything(district, node)
        projection.rebuild(district)
        assert everything(district, node) == before


def everything(district: District, node: PlayedNode) -> tuple[object, ...]:
    """All that the projection shows of a desa."""
    with district.read() as connection:
        return (
            reports.search(connection),
            reports.lines(connection, node.card.node, "41275"),
            reports.lines(connection, node.card.node, "50003"),
            reports.orders(connection, node.card.node),
            reports.texts(connection, node.card.node, 10),
        )


class TestOrders:
    def test_an_order_goes_down_and_its_receipt_closes_its_journey(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange()
        placed = orders.order_status(
            district, CODE, "41275", Move.TAKE, "", by="spkt", now_s=START_S
        )
        assert isinstance(placed, Placed)
        said = orders.order_answer(
            district, CODE, "41275", "Petugas menuju lokasi", by="spkt", now_s=START_S
        )
        assert isinstance(said, Placed)
        node.exchange()
        expires_s = START_S + orders.ORDER_S
        assert node.orders() == (
            e.StatusOrdered("41275", "take", "spkt", "", expires_s),
            e.AnswerOrdered("41275", "spkt", "Petugas menuju lokasi", expires_s),
        )
        node.write(e.OrderReceived(said.instance, said.seq, "41275", "queued"), wall_s=START_S + 9)
        node.write(e.MessageSent("41275", f"order:{said.instance}:{said.seq}", "delivered"))
        node.exchange()
        journeys = [step.order for step in lookup.history(district, CODE, "41275") if step.order]
        assert [(one.outcome, one.reached_desa_s, one.sms_outcome) for one in journeys] == [
            (None, None, None),
            ("queued", START_S + 9, "delivered"),
        ]

    def test_an_order_that_came_down_is_not_sent_again(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange()
        orders.order_status(district, CODE, "41275", Move.TAKE, "", by="spkt", now_s=START_S)
        assert len(node.exchange().down) == 1
        assert node.exchange().down == ()

    def test_a_new_run_opens_the_orders_that_it_gets(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange()
        orders.order_status(district, CODE, "41275", Move.TAKE, "", by="spkt", now_s=START_S)
        district.down_keys.clear()
        orders.order_status(district, CODE, "41275", Move.CLOSE, "beres", by="spkt", now_s=START_S)
        node.restart()
        assert len(node.exchange().down_wraps) == 2
        assert [getattr(order, "move", "") for order in node.orders()] == ["take", "close"]

    def test_the_first_officers_are_listed_at_once_and_later_ones_wait(
        self, district: District, node: PlayedNode
    ) -> None:
        for number in range(4):
            node.write(e.OfficerRequested(f"Petugas {number}", octets("officer", number)))
        node.exchange()
        assert row(district, node.card.node).people_version == 4
        assert lookup.desa(district, CODE).officers_waiting == ("Petugas 3",)
        orders.approve_officer(district, CODE, "Petugas 3", "kapolres", START_S)
        node.exchange()
        listed = [one.signed_list for one in node.orders() if isinstance(one, e.RecipientsOrdered)]
        packed, signature = message.open_envelope(listed[-1])
        card = replace(node.card, people=packed, people_signature=signature)
        names = [person.name for person in card.recipients().recipients]
        assert names == ["Polres", "Propam", *(f"Petugas {number}" for number in range(4))]

    def test_a_listed_officers_new_key_waits_for_a_person(
        self, district: District, node: PlayedNode
    ) -> None:
        node.write(e.OfficerRequested("Rahmat", octets("old phone")))
        node.write(e.OfficerRequested("Rahmat", octets("new phone")))
        node.exchange()
        assert lookup.desa(district, CODE).officers_waiting == ("Rahmat",)
        orders.approve_officer(district, CODE, "Rahmat", "kapolres", START_S)
        (officer,) = orders.officers(row(district, node.card.node).people)
        assert officer.key == octets("new phone")


class TestKeyReturn:
    def test_a_restarted_node_gets_its_sessions_back(
        self, district: District, node: PlayedNode
    ) -> None:
        lost = node.vault.running
        node.exchange()
        node.restart(START_S + HOUR_S)
        answer = node.exchange(START_S + HOUR_S, wanted=(lost.id,))
        (content,) = answer.keys
        returned, _started_s = districts_read(content)
        assert (returned.session, returned.intake, returned.unit) == (
            lost.session,
            lost.intake,
            None,
        )
        assert node.orders() == (e.KeysReturned(1, "otomatis"),)

    def test_after_long_silence_a_person_is_asked_and_the_question_stays(
        self, district: District, node: PlayedNode
    ) -> None:
        lost = node.vault.running.id
        node.exchange()
        node.restart()
        late_s = START_S + 13 * HOUR_S
        for now_s in (late_s, late_s + 60):
            answer = node.exchange(now_s, wanted=(lost,))
            assert (answer.state, answer.keys) == (State.KEYS_NEED_PERSON, ())
        assert lookup.desa(district, CODE).keys_waiting
        orders.grant_keys(district, CODE, "spkt", late_s + 60)
        assert len(node.exchange(late_s + 120, wanted=(lost,)).keys) == 1
        assert not lookup.desa(district, CODE).keys_waiting
        assert row(district, node.card.node).grant_until_s is None

    def test_a_stolen_box_gets_nothing_but_its_entries_are_kept_and_flagged(
        self, district: District, node: PlayedNode
    ) -> None:
        lost = node.vault.running.id
        node.exchange()
        orders.order_status(district, CODE, "41275", Move.TAKE, "", by="spkt", now_s=START_S)
        orders.revoke(district, CODE, START_S)
        node.restart()
        node.write(received("50003"))
        node.write(e.OfficerRequested("Pencuri", octets("thief")))
        answer = node.exchange(wanted=(lost,))
        assert (answer.state, answer.keys, answer.down) == (State.REVOKED, (), ())
        flags = {line.report.ticket: line.flagged for line in lookup.search(district)}
        assert flags == {"41275": False, "50003": True}
        assert orders.officers(row(district, node.card.node).people) == ()


def districts_read(content: bytes) -> tuple[message.Value, int]:
    """What stands in a returned wrap."""
    from sync.session import read_wrap

    return read_wrap(content)


class TestCopiesAndBackups:
    def test_a_copied_card_is_proven_and_nothing_of_it_is_taken(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange()
        copied = node.clone()
        node.write(e.Taken("41275", "Rahmat"), sets=2)
        node.exchange()
        copied.write(e.Closed("41275", "Penyalin", "palsu"), sets=4)
        answer = copied.exchange()
        assert (answer.state, answer.acks) == (State.FORK, ())
        copied.write(e.Reopened("41275", "Penyalin", "palsu"), sets=2)
        assert copied.exchange(from_seq=1).state == State.FORK
        line = lookup.report(district, CODE, "41275")
        assert line is not None
        assert line.report.status is Status.TAKEN
        assert "kartu disalin" in lookup.desa(district, CODE).states
        assert node.exchange().state == State.OK

    def test_a_restored_card_is_told_so_and_changes_nothing(
        self, district: District, node: PlayedNode
    ) -> None:
        backup = node.clone()
        node.exchange()
        node.write(e.Taken("41275", "Rahmat"), sets=2)
        node.exchange()
        answer = backup.exchange()
        assert (answer.state, answer.acks) == (State.RESTORED_CARD, ())
        assert "kartu lama dipasang lagi" in lookup.desa(district, CODE).states

    def test_a_restored_server_raises_its_era_and_gets_everything_again(
        self, tmp_path: Path, node: PlayedNode
    ) -> None:
        district = node.district
        node.exchange()
        district.close()
        shutil.copytree(tmp_path / "polres", tmp_path / "backup")
        node.district = districts.open_district(tmp_path / "polres", Chance("second run"))
        node.write(e.Taken("41275", "Rahmat"), sets=2)
        node.exchange()
        orders.order_answer(node.district, CODE, "41275", "Baik", by="spkt", now_s=START_S)
        node.exchange()
        node.district.close()
        node.district = districts.open_district(tmp_path / "backup", Chance("restored"))
        kept = orders.order_answer(
            node.district, CODE, "41275", "Dikirim lagi", by="spkt", now_s=START_S
        )
        assert isinstance(kept, Placed)
        answer = node.exchange()
        receipt = Receipt.unpack(answer.receipt[0])
        assert (answer.state, receipt.era, receipt.head.seq) == (State.OK, 1, 1)
        assert answer.down_instance == kept.instance + 1
        assert [getattr(order, "text", "") for order in node.orders()] == ["Dikirim lagi"]
        node.exchange()
        line = lookup.report(node.district, CODE, "41275")
        assert line is not None
        assert line.report.status is Status.TAKEN
        assert Receipt.unpack(node.receipt[0]).era == 1
        node.district.close()


class TestVerdict:
    OURS = Head(5, b"a" * 32)

    def view(self, **fields: object) -> View:
        values: dict[str, object] = {
            "era": 0, "ours": self.OURS, "theirs": self.OURS, "shown": None,
            "ours_there": None, "theirs_there": b"",
        }  # fmt: skip
        return View(**(values | fields))  # type: ignore[arg-type]

    def test_equal_heads_without_a_receipt_are_sound(self) -> None:
        assert judge(self.view()) is Verdict.SOUND

    def test_another_hash_at_one_height_is_a_fork(self) -> None:
        assert judge(self.view(theirs=Head(5, b"b" * 32))) is Verdict.FORK

    def test_a_lower_head_is_a_restored_card(self) -> None:
        assert judge(self.view(theirs=Head(4, b"b" * 32))) is Verdict.CARD_RESTORED
