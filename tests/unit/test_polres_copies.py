"""Enrolment at the Polres, copied and restored cards, and a restored Polres."""

import shutil
from dataclasses import replace
from pathlib import Path

from played_node import CODE, START_S, Chance, PlayedNode, octets, received

from server.domain import events as e
from server.domain.report import Status
from server.polres import district as districts
from server.polres import enrolment, lookup
from server.polres.district import District
from server.polres.down import orders
from server.polres.down.orders import Placed
from server.polres.rules.verdict import Verdict, View, judge
from sync.chain import Head, LogId
from sync.entry import Log
from sync.message import Receipt, State


class TestEnrolment:
    def test_a_card_works_once_and_its_lost_answer_again(self, district: District) -> None:
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        first = PlayedNode(district, card)
        assert [first.enrol(), first.enrol()] == [200, 200]
        assert first.instance == 1
        assert PlayedNode(district, card, seed=octets("other")).enrol() == 409

    def test_wrong_codes_are_turned_away_after_ten_and_the_genuine_one_still_works(
        self, district: District
    ) -> None:
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        guesser = PlayedNode(district, replace(card, code="A" * 20))
        assert [guesser.enrol() for _ in range(enrolment.TRIES)] == [403] * enrolment.TRIES
        assert [guesser.enrol(), guesser.enrol()] == [410, 410]
        assert PlayedNode(district, card).enrol() == 200

    def test_a_card_ends_after_seven_days(self, district: District) -> None:
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        late = PlayedNode(district, card)
        assert late.enrol(START_S + enrolment.CARD_S + 1) == 410
        assert late.enrol(START_S + enrolment.CARD_S) == 200

    def test_an_unknown_desa_and_broken_octets_are_refused(self, district: District) -> None:
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        stranger = PlayedNode(district, card)
        stranger.card = replace(card, node=card.node + 1)
        assert stranger.enrol() == 403
        assert enrolment.admit(district, b"", START_S).status == 400
        assert enrolment.admit(district, bytes(300), START_S).status == 400

    def test_a_new_card_raises_the_instance_and_what_the_old_box_sends_is_kept_apart(
        self, district: District, node: PlayedNode
    ) -> None:
        node.exchange()
        card = enrolment.enroll(district, CODE, "Pungka", "http://p", now_s=START_S)
        node.exchange()
        after = PlayedNode(district, card, seed=octets("new card"))
        assert after.enrol() == 200
        assert after.instance == 2
        node.write(received("61234"), sets=1)
        node.write(e.Closed("41275", "Penyalin", "palsu"), sets=4)
        answer = node.exchange(wanted=(node.vault.running.id,))
        assert (answer.state, answer.keys, answer.down) == (State.REPLACED, (), ())
        after.write(received("50003"))
        assert after.exchange().state == State.OK
        found = {line.report.ticket: line for line in lookup.search(district)}
        assert sorted(found) == ["41275", "50003", "61234"]
        assert [ticket for ticket, line in found.items() if line.flagged] == ["61234"]
        assert found["41275"].report.status is Status.NEW


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
        # Receipts of the desa may still be among what is missing here.
        assert answer.down == ()
        answer = node.exchange()
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

    def test_our_own_receipt_beyond_our_log_means_that_we_were_restored(self) -> None:
        log_id = LogId(5_204_072_001, Log.UP, 1)
        for era, seq in ((0, 6), (1, 5)):
            shown = Receipt(log_id, era, Head(seq, b"c" * 32), START_S)
            assert judge(self.view(shown=shown)) is Verdict.SERVER_RESTORED

    def test_another_hash_where_our_receipt_stands_is_a_fork(self) -> None:
        shown = Receipt(LogId(5_204_072_001, Log.UP, 1), 0, Head(3, b"c" * 32), START_S)
        there = {"shown": shown, "ours_there": b"c" * 32}
        assert judge(self.view(**there, theirs_there=b"c" * 32)) is Verdict.SOUND
        assert judge(self.view(**there, theirs_there=b"d" * 32)) is Verdict.FORK
        assert judge(self.view(**there, theirs_there=b"")) is Verdict.FORK
