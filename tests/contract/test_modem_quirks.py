"""Each known quirk by its name: the driver survives it, and a naive driver fails under it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from modem_contract import REPORT, SUBMIT, SUBMIT_LENGTH, deliver
from naive import Broken, Naive
from quirk_bench import WHOLE, Drained, Player, submit

from hardware.errors import (
    HardwareError,
    PinWanted,
    PukWanted,
    SendRefused,
    SimMissing,
    SimNotAccepted,
)
from hardware.modem import Call, ReportArrived, SimState, SimSwapped
from hardware.simulated.quirks.registry import QUIRKS, UnknownQuirk, install
from hardware.simulated.virtual import VirtualModem
from sms import pdu

SEEDS = range(4)
AT = datetime(2026, 11, 22, 8, 46, tzinfo=UTC)
CALLER = "+6281234567"
BALANCE = "Pulsa Rp25000 s.d. 31/12/2030"
DRAINED = (
    *("status-chatter", "glued-lines", "echo-returns", "two-ports", "cmti-unreliable"),
    *("other-memory", "cpms-three", "narrow-ranges", "cnmi-refuses-2", "forgets-settings"),
    *("full-memory", "sim-busy", "odd-finals", "empty-is-error", "list-blind", "list-hangs"),
    *("index-base", "stubborn-delete", "re-enumerates", "brown-out", "boot-lines", "dirty-line"),
    *("list-dialect", "flow-control", "bad-pdus", "endless-line"),
)
NAMED_BELOW = (
    *("send-errors", "odd-prompt", "loose-send-answer", "stored-twice", "odd-senders"),
    *("report-dialect", "direct-delivery", "ims-send", "call-dialect", "ussd-dialect"),
    *("sim-pin", "sim-puk", "sim-removed", "sim-swapped"),
)


def fails(play: Callable[[], object], expected: object) -> bool:
    """Whether a naive driver comes to another end than expected."""
    try:
        return play() != expected
    except (Broken, ValueError, IndexError, HardwareError):
        return True


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


def test_every_quirk_has_a_test_by_its_name() -> None:
    assert sorted(QUIRKS) == sorted(DRAINED + NAMED_BELOW)
    assert [quirk.number for quirk in QUIRKS.values()] == [*range(1, 36), 0, 0, 0, 0, 0]


@pytest.mark.parametrize("name", DRAINED)
def test_no_text_is_lost_or_doubled_under_a_quirk(tmp_path: Path, name: str, seed: int) -> None:
    assert Player(tmp_path, [name], seed).drain(seed) == WHOLE


@pytest.mark.parametrize("name", DRAINED)
def test_a_naive_driver_loses_or_doubles_texts_or_stops_under_a_quirk(
    tmp_path: Path, name: str
) -> None:
    failed = [fails(Player(tmp_path / str(n), [name], n).drain_naively, WHOLE) for n in SEEDS]
    assert failed.count(True) >= len(SEEDS) - 1


def test_without_quirks_a_naive_driver_does_everything(tmp_path: Path) -> None:
    assert Player(tmp_path / "texts", [], 1).drain_naively() == WHOLE
    assert Player(tmp_path / "direct", [], 1).drain_naively(0, 9, "2,2,0,1,0") == WHOLE
    naive, player = started(tmp_path / "rest", "", 1)
    assert naive.send(SUBMIT_LENGTH, SUBMIT)
    player.virtual.deliver(REPORT)
    assert naive.report() == REPORT
    rings(player, 1)
    assert naive.call() == CALLER
    assert naive.ussd("*888#") == BALANCE
    take_letters(player)
    assert naive.texts() == [(CALLER, "ada maling"), (CALLER, "di pasar")]


def started(folder: Path, name: str, seed: int) -> tuple[Naive, Player]:
    """A naive driver that works, on a modem that then gets a quirk."""
    player = Player(folder, [], seed)
    naive = player.naive()
    naive.start()
    install(player.virtual, filter(None, [name]), seed)
    return naive, player


def rings(player: Player, times: int) -> None:
    """Somebody calls and hangs up."""
    for _ in range(times):
        player.virtual.ring(CALLER)
    player.virtual.hang_up()


def take_letters(player: Player) -> None:
    """Two texts of letters come."""
    for text in ("ada maling", "di pasar"):
        player.virtual.deliver(pdu.encode_deliver(CALLER, text, AT))
    player.virtual.pending()


@pytest.mark.parametrize("name", ["send-errors", "odd-prompt", "loose-send-answer"])
def test_what_is_told_as_sent_went_out_once_and_nothing_twice(
    tmp_path: Path, name: str, seed: int
) -> None:
    player = Player(tmp_path, [name], seed)
    player.start()
    told = player.send_all(20)
    assert (told["sent, yet not out"], told["out twice"]) == (0, 0)
    assert told["sent"] == 20 or name == "send-errors"


@pytest.mark.parametrize("name", ["send-errors", "odd-prompt", "loose-send-answer"])
def test_a_naive_driver_sends_twice_or_stops(tmp_path: Path, name: str, seed: int) -> None:
    naive, player = started(tmp_path, name, seed)

    def send_stubbornly() -> int:
        for number in range(20):
            for _ in range(5):
                if naive.send(SUBMIT_LENGTH, submit(number)):
                    break
        return len(player.bench.sent)

    assert fails(send_stubbornly, 20)


def first_refusal(player: Player) -> SendRefused:
    """Send until the modem refuses."""
    for _ in range(100):
        try:
            player.bench.modem.send(SUBMIT_LENGTH, SUBMIT)
        except SendRefused as refused:
            return refused
    pytest.fail("never refused")


def test_a_text_that_is_refused_after_two_minutes_may_have_gone_out(tmp_path: Path) -> None:
    outcomes = set()
    for seed in range(12):
        player = Player(tmp_path / str(seed), ["send-errors"], seed)
        player.start()
        before_s = player.bench.clock()
        refused = first_refusal(player)
        outcomes.add((refused.code, refused.uncertain))
        if refused.code == 350:
            assert player.bench.clock() - before_s >= 135
    assert {(350, True)} <= outcomes
    assert any(not uncertain for _, uncertain in outcomes)


def test_over_lte_texts_go_out_once_the_init_command_is_given(tmp_path: Path) -> None:
    player = Player(tmp_path / "with", ["ims-send"], 1, init=("AT+CGSMS=3",))
    player.start()
    assert player.send_all(3) == {"sent": 3, "sent, yet not out": 0, "out twice": 0}
    without = Player(tmp_path / "without", ["ims-send"], 1)
    without.start()
    with pytest.raises(SendRefused) as refused:
        without.bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    assert (refused.value.uncertain, without.bench.sent) == (False, [])
    naive, _ = started(tmp_path / "naive", "ims-send", 1)
    assert not naive.send(SUBMIT_LENGTH, SUBMIT)


def test_a_text_stored_twice_is_two_slots_and_one_text(tmp_path: Path, seed: int) -> None:
    player = Player(tmp_path, ["stored-twice"], seed)
    assert player.drain(seed) == WHOLE
    assert player.shelf.pdus == {deliver(number): 2 for number in range(50)}


def test_a_naive_driver_takes_a_text_stored_twice_for_two(tmp_path: Path) -> None:
    naive, player = started(tmp_path, "stored-twice", 1)
    for number in range(4):
        player.virtual.deliver(deliver(number))
    player.bench.clock.now_s += 1
    player.virtual.pending()
    naive.empty()
    assert len(naive.received) == 8


def test_senders_of_every_kind_come_through(tmp_path: Path, seed: int) -> None:
    player = Player(tmp_path, ["odd-senders"], seed)
    assert player.drain(seed) == WHOLE
    senders = {pdu.decode(one).sender for one in player.shelf.pdus}
    assert len(senders) > 3
    assert not senders <= {"+628101234567"}


def test_a_naive_driver_in_text_mode_reads_senders_that_are_none(tmp_path: Path) -> None:
    naive, player = started(tmp_path, "odd-senders", 1)
    take_letters(player)
    assert all(not sender.startswith("+") for sender, _ in naive.texts())


def test_a_delivery_report_arrives_in_every_dialect(tmp_path: Path, seed: int) -> None:
    player = Player(tmp_path, ["report-dialect"], seed)
    player.start()
    player.virtual.deliver(REPORT)
    told = player.bench.modem.wait(10)
    listed = [slot.pdu for slot in player.bench.modem.list()]
    assert told in ((ReportArrived("", -1, REPORT),), (ReportArrived("SM", 1),))
    assert listed == ([] if told[0] == ReportArrived("", -1, REPORT) else [REPORT])


def test_a_naive_driver_misses_a_report_in_a_dialect(tmp_path: Path) -> None:
    naive, player = started(tmp_path, "report-dialect", 0)
    player.virtual.commands["+CNMI"]("=2,1,0,1")
    player.virtual.deliver(REPORT)
    assert fails(naive.report, REPORT)


def test_a_modem_that_wants_acknowledgements_is_never_asked_for_direct_delivery(
    tmp_path: Path, seed: int
) -> None:
    assert Player(tmp_path, ["direct-delivery"], seed).drain(seed) == WHOLE


def test_a_naive_driver_hears_one_direct_text_and_no_more(tmp_path: Path) -> None:
    player = Player(tmp_path, ["direct-delivery"], 1)
    assert player.drain_naively(0, 9, "2,2,0,1,0") == Drained(lost=8, doubled=0, left=8)


@pytest.mark.parametrize("seed", range(12))
def test_one_missed_call_is_told_once_in_every_dialect(tmp_path: Path, seed: int) -> None:
    player = Player(tmp_path / "driver", ["call-dialect"], seed)
    player.start()
    rings(player, 3)
    (call,) = player.bench.modem.wait(60)
    assert call in (Call(CALLER), Call("081234567"), Call(""))
    assert player.bench.modem.wait(60) == ()
    naive, other = started(tmp_path / "naive", "call-dialect", seed)
    rings(other, 1)
    assert fails(naive.call, CALLER)


def test_of_the_dialects_of_a_call_only_a_hidden_number_stays_unknown(tmp_path: Path) -> None:
    told = []
    for seed in range(20):
        player = Player(tmp_path / str(seed), ["call-dialect"], seed)
        player.start()
        rings(player, 3)
        told += player.bench.modem.wait(60)
    assert {Call(CALLER), Call("081234567"), Call("")} == set(told)
    assert told.count(Call("")) < len(told) / 2


@pytest.mark.parametrize("seed", range(12))
def test_a_balance_is_read_in_every_dialect(tmp_path: Path, seed: int) -> None:
    player = Player(tmp_path, ["ussd-dialect"], seed)
    player.start()
    assert player.bench.modem.ussd("*888#") == BALANCE


def test_a_naive_driver_reads_no_balance_in_a_dialect(tmp_path: Path, seed: int) -> None:
    naive, _ = started(tmp_path, "ussd-dialect", seed)
    assert fails(lambda: naive.ussd("*888#"), BALANCE)


@pytest.mark.parametrize(
    ("name", "error", "state"),
    [
        ("sim-pin", PinWanted, SimState.PIN),
        ("sim-puk", PukWanted, SimState.PUK),
    ],
)
def test_a_locked_sim_is_a_state_and_nothing_is_tried_on_it(
    tmp_path: Path, name: str, error: type[HardwareError], state: SimState
) -> None:
    player = Player(tmp_path / "driver", [name], 1)
    lines: list[str] = []
    player.virtual.before.append(lambda line: bool(lines.append(line)))  # type: ignore[func-returns-value]
    with pytest.raises(error):
        player.bench.modem.start()
    assert player.bench.modem.sim_state() is state
    assert not player.work(player.bench.modem.start)
    assert set(player.steps) == {"tell"}
    assert not [line for line in lines if line.startswith("AT+CPIN=")]
    player.virtual.pin = "READY"
    assert player.drain(1) == WHOLE
    assert fails(Player(tmp_path / "naive", [name], 1).drain_naively, WHOLE)


def test_a_sim_that_is_taken_out_is_told_and_its_return_is_noticed(tmp_path: Path) -> None:
    player = Player(tmp_path / "driver", ["sim-removed"], 1)
    player.start()
    player.virtual.deliver(deliver(0))
    assert not all(player.work(player.bench.modem.list) for _ in range(50))
    with pytest.raises(SimMissing):
        player.bench.modem.list()
    assert player.bench.modem.sim_state() is SimState.MISSING
    player.virtual.pin = "READY"
    assert player.drain(1) == WHOLE
    assert fails(Player(tmp_path / "naive", ["sim-removed"], 1).drain_naively, WHOLE)


def test_another_sim_receives_but_does_not_send_until_people_say_so(tmp_path: Path) -> None:
    player = Player(tmp_path, ["sim-swapped"], 1)
    modem = player.bench.modem
    before = modem.start().sim
    player.virtual.deliver(deliver(1))
    notices = [notice for _ in range(30) for notice in (*(modem.list() and ()), *modem.wait(1))]
    assert modem.sim_id != before
    assert notices.count(SimSwapped(before, modem.sim_id)) == 1
    assert [slot.pdu for slot in modem.list()] == [deliver(1)]
    with pytest.raises(SimNotAccepted):
        modem.send(SUBMIT_LENGTH, SUBMIT)
    assert player.bench.sent == []
    modem.accept_sim()
    modem.send(SUBMIT_LENGTH, SUBMIT)
    assert player.bench.sent == [SUBMIT]


def test_a_naive_driver_sends_from_another_sim(tmp_path: Path) -> None:
    naive, player = started(tmp_path, "", 1)
    player.virtual.imsi = "510109876543210"
    assert naive.send(SUBMIT_LENGTH, SUBMIT)


def test_a_modem_behaves_equally_with_equal_seeds() -> None:
    said = []
    for seed in (1, 1, 2):
        modem = VirtualModem()
        install(modem, list(QUIRKS), seed)
        said.append([modem.feed(b"AT\rAT+CMGF=0\rAT+CSQ\rAT+CPMS?\r") for _ in range(20)])
    assert said[0] == said[1] != said[2]


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownQuirk) as unknown:
        install(VirtualModem(), ["brown-out", "stored-twise"], 1)
    assert unknown.value.sentence.endswith("mungkin 'stored-twice'.")
