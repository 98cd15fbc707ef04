"""The Polres' gate, asked by a node that is played in memory."""

from dataclasses import replace

from played_node import CODE, START_S, PlayedNode, octets, received, row

from server.domain import events as e
from server.domain.report import Move, Status
from server.polres import enrolment, gate, lookup, projection
from server.polres.district import District
from server.polres.down import officers, orders
from server.polres.down.orders import Placed
from server.polres.rules.returns import Why
from server.polres.store import reports
from server.vault import Lock
from sync import message, seal
from sync.message import Receipt, State
from sync.session import read_wrap

HOUR_S = 3_600


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
        assert line.desa == "Pungka"
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
        for broken in (b"", body[:50], body[:-1], b"\x02" + body[1:]):
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

    def test_the_history_keeps_its_order_though_the_desas_clock_is_late(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange()
        orders.order_status(
            district, CODE, "41275", Move.TAKE, "", by="spkt", now_s=START_S - HOUR_S
        )
        node.write(e.Taken("41275", "spkt"), wall_s=START_S - HOUR_S)
        node.exchange()
        kinds = [step.kind for step in lookup.history(district, CODE, "41275")]
        assert kinds == ["received", "status ordered", "taken"]

    def test_keys_of_an_order_go_again_until_its_receipt_comes(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange()
        placed = orders.order_answer(district, CODE, "41275", "Baik", by="spkt", now_s=START_S)
        assert isinstance(placed, Placed)
        node.exchange()
        node.restart()
        answer = node.exchange()
        assert (answer.down, len(answer.down_wraps)) == ((), 1)
        assert [getattr(order, "text", "") for order in node.orders()] == ["Baik"]
        node.write(e.OrderReceived(placed.instance, placed.seq, "41275", "dijalankan"))
        assert node.exchange().down_wraps == ()

    def test_the_first_officers_are_listed_at_once_and_later_ones_wait(
        self, district: District, node: PlayedNode
    ) -> None:
        for number in range(4):
            node.write(e.OfficerRequested(f"Petugas {number}", octets("officer", number)))
        node.exchange()
        assert row(district, node.card.node).people_version == 4
        assert [one.name for one in lookup.desa(district, CODE).officers_waiting] == ["Petugas 3"]
        officers.approve_officer(district, CODE, "Petugas 3", "kapolres", START_S)
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
        assert [one.name for one in lookup.desa(district, CODE).officers_waiting] == ["Rahmat"]
        officers.approve_officer(district, CODE, "Rahmat", "kapolres", START_S)
        (officer,) = officers.officers(row(district, node.card.node).people)
        assert officer.key == octets("new phone")


class TestKeyReturn:
    def test_a_restarted_node_gets_its_sessions_back(self, node: PlayedNode) -> None:
        lost = node.vault.running
        node.exchange()
        node.restart(START_S + HOUR_S)
        answer = node.exchange(START_S + HOUR_S, wanted=(lost.id,))
        (content,) = answer.keys
        returned, _started_s = read_wrap(content)
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

    def test_a_recorded_request_said_again_earns_no_trust(
        self, district: District, node: PlayedNode
    ) -> None:
        lost = node.vault.running.id
        node.exchange()
        recorded = node.request()
        node.exchange(START_S + 60, request=recorded)
        late_s = START_S + 13 * HOUR_S
        for now_s in (late_s, late_s + 60):
            gate.exchange(district, node.body(recorded), "66.6", now_s)
        node.restart()
        answer = node.exchange(late_s + 120, network="66.6", wanted=(lost,))
        assert answer.state == State.KEYS_NEED_PERSON

    def test_a_persons_leave_brings_sessions_older_than_two_days_back(
        self, district: District, node: PlayedNode
    ) -> None:
        lost = node.vault.running.id
        node.exchange()
        late_s = START_S + 72 * HOUR_S
        node.exchange(late_s)
        node.restart(late_s)
        answer = node.exchange(late_s + 60, wanted=(lost,))
        assert (answer.state, answer.keys) == (State.OK, ())
        asked = lookup.desa(district, CODE)
        assert (asked.keys_waiting, asked.keys_reason) == (True, Why.OLD.value)
        orders.grant_keys(district, CODE, "spkt", late_s + 60)
        assert len(node.exchange(late_s + 120, wanted=(lost,)).keys) == 1
        assert e.KeysReturned(1, "diizinkan spkt") in node.orders()
        assert not lookup.desa(district, CODE).keys_waiting

    def test_a_session_of_which_the_polres_took_no_entry_is_not_returned(
        self, node: PlayedNode
    ) -> None:
        node.exchange()
        node.restart()
        unheard = node.vault.running.id
        node.restart()
        answer = node.exchange(START_S + 60, wanted=(unheard,))
        assert (answer.state, answer.keys) == (State.OK, ())

    def test_a_session_with_an_open_report_is_returned_though_its_wrap_came_late(
        self, node: PlayedNode
    ) -> None:
        lost = node.vault.running.id
        node.exchange(request=replace(node.request(), wraps=()))
        node.restart()
        assert len(node.exchange(START_S + 60, wanted=(lost,)).keys) == 1

    def test_a_run_that_moves_stays_trusted_and_takes_its_network_along(
        self, node: PlayedNode
    ) -> None:
        lost = node.vault.running.id
        node.exchange()
        node.exchange(START_S + 60, network="10.9")
        node.restart()
        assert len(node.exchange(START_S + 120, network="10.9", wanted=(lost,)).keys) == 1

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
        assert officers.officers(row(district, node.card.node).people) == ()
