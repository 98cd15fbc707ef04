"""Several modems on one node: who answers, who takes over, and nobody sends twice."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from radios import TELKOMSEL_IMSI, XL_IMSI, Village
from world import World

from hardware.errors import PortGone
from hardware.simulated.terminal import RefusedError
from server.desa.desk import ModemMood
from server.desa.gateway.simlife import own
from sms import inbox, outbox

ON_TELKOMSEL, ON_XL = "+6281234567890", "+6281712345678"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Give a village that the Polres knows, without a modem yet."""
    world = World(tmp_path)
    world.exchange()
    yield Village(world)
    world.node.database.close()
    world.district.close()


class TestSeveral:
    def test_each_number_is_answered_over_its_own_operator(self, village: Village) -> None:
        first, second = village.plug(1, TELKOMSEL_IMSI), village.plug(2, XL_IMSI)
        village.live(3)
        village.text(first, ON_XL, "kemalingan di pasar tadi malam")
        village.text(second, ON_TELKOMSEL, "kerbau hilang di kebun")
        village.live(10)
        assert sorted(village.over()) == [(1, ON_TELKOMSEL), (2, ON_XL)]
        assert inbox.counts(village.world.node.database.connection)["kept"] == 2

    def test_when_one_is_lost_the_other_sends_for_it(self, village: Village) -> None:
        first, second = village.plug(1, TELKOMSEL_IMSI), village.plug(2, XL_IMSI)
        village.live(3)
        village.ports.plugged[1] = None
        village.text(second, ON_TELKOMSEL, "kemalingan di pasar tadi malam")
        village.live(30)
        assert village.over() == [(2, ON_TELKOMSEL)]
        health = village.world.node.health
        assert health.modem is ModemMood.GOOD
        assert health.modem_trouble == f"stick1: {PortGone.sentence}"
        assert first.stored("SM") == {}

    def test_cards_that_changed_places_may_both_send(self, village: Village) -> None:
        first, second = village.plug(1, TELKOMSEL_IMSI), village.plug(2, XL_IMSI)
        village.live(3)
        first.imsi, second.imsi = second.imsi, first.imsi
        first.restart()
        second.restart()
        village.live(60)
        assert [village.state(number).may_send for number in (1, 2)] == [True, True]

    def test_when_one_is_lost_at_the_very_moment_of_sending_the_other_takes_over(
        self, village: Village
    ) -> None:
        first, second = village.plug(1, TELKOMSEL_IMSI), village.plug(2, XL_IMSI)
        village.live(3)

        def vanish(line: str) -> bool:
            if line.startswith("AT+CMGS"):
                village.ports.plugged[1] = None
            return False

        first.before.append(vanish)
        village.text(second, ON_TELKOMSEL, "kemalingan di pasar tadi malam")
        village.live(30)
        assert village.over() == [(2, ON_TELKOMSEL)]

    def test_what_one_network_refuses_goes_over_the_other_at_once(self, village: Village) -> None:
        first, second = village.plug(1, TELKOMSEL_IMSI), village.plug(2, XL_IMSI)
        village.live(3)

        def refuse(_: bytes) -> None:
            raise RefusedError("+CMS ERROR: 38")

        first.submitting.append(refuse)
        village.text(second, ON_TELKOMSEL, "kemalingan di pasar tadi malam")
        village.live(5)
        assert village.over() == [(2, ON_TELKOMSEL)]

    def test_what_may_have_gone_out_is_sent_once_more_and_no_oftener(
        self, village: Village
    ) -> None:
        village.plug(1, TELKOMSEL_IMSI)
        second = village.plug(2, XL_IMSI)
        village.live(3)

        def unsure(_: int) -> None:
            raise RefusedError("+CMS ERROR: 500")

        village.on_send = unsure
        village.text(second, ON_TELKOMSEL, "kemalingan di pasar tadi malam")
        village.live(600)
        assert len(village.over()) == 2
        counts = outbox.counts(village.world.node.database.connection)
        assert counts["failed"] == 1

    def test_a_port_of_a_stick_that_another_thread_has_is_left_alone(
        self, village: Village
    ) -> None:
        first = village.plug(1)
        village.ports.plugged[2] = first
        village.launch(2)
        village.live(60)
        assert village.state(1).mood is ModemMood.GOOD
        assert village.state(2).trouble == PortGone.sentence

    def test_while_a_modem_sends_nobody_waits_for_the_database(self, village: Village) -> None:
        modem = village.plug(1)
        free: list[bool] = []

        def look(_: int) -> None:
            def take() -> None:
                free.append(village.world.node.database.lock.acquire(timeout=5))
                village.world.node.database.lock.release()

            other = threading.Thread(target=take)
            other.start()
            other.join()

        village.on_send = look
        village.text(modem, ON_TELKOMSEL, "kemalingan di pasar tadi malam")
        village.live(5)
        assert free == [True]


class TestUncertainAndMissing:
    def test_what_one_modem_left_uncertain_is_sent_once_more_over_the_other(
        self, village: Village
    ) -> None:
        first, second = village.plug(1, TELKOMSEL_IMSI), village.plug(2, XL_IMSI)
        village.live(3)

        def unsure(_: bytes) -> None:
            raise RefusedError("+CMS ERROR: 500")

        first.submitting.append(unsure)
        village.text(second, ON_TELKOMSEL, "kemalingan di pasar tadi malam")
        village.live(120)
        assert village.over() == [(2, ON_TELKOMSEL)]

    @pytest.mark.parametrize("there", [1, 2])
    def test_while_one_modem_is_missing_the_other_has_not_its_number(
        self, tmp_path: Path, there: int
    ) -> None:
        numbers = ("+6281111111111", "+6281722222222")
        village = Village(World(tmp_path, own=numbers))
        village.plug(there, XL_IMSI)
        village.launch(3 - there)
        village.live(3)
        node = village.world.node
        assert own.number_of(node, f"stick{there}") is None
        village.plug(3 - there)
        village.live(3)
        assert tuple(own.number_of(node, f"stick{n}") for n in (1, 2)) == numbers

    def test_a_text_to_itself_is_not_lost_because_the_stick_was_pulled_out_meanwhile(
        self, tmp_path: Path
    ) -> None:
        village = Village(World(tmp_path, own=("+6281111111111",)))
        stick = village.plug(1)
        village.live(3)
        village.world.mono_s += 25 * 3_600
        village.live(60)
        assert [to for _, to in village.over()] == ["+6281111111111"]
        village.ports.plugged[1] = None
        village.live(900)
        village.ports.plugged[1] = stick
        village.live(120)
        assert village.state(1).may_send
        assert not any("tidak menerima" in one for one in village.world.desk().box().trouble)
