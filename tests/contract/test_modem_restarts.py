"""A modem that starts anew without saying so, and one that is busy while it is set up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from modem_contract import BareBench, TwistedModem, deliver

from hardware.errors import CommandFailed
from hardware.simulated.quirks.quirk import around
from hardware.simulated.virtual import Handler, RefusedError


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[BareBench]:
    bench = BareBench(tmp_path)
    bench.modem.start()
    for number in range(25):
        bench.do(lambda virtual, n=number: virtual.deliver(deliver(n)))  # type: ignore[misc]
    yield bench
    bench.close()


def forget_silently(virtual: TwistedModem) -> None:
    """Lose every setting, without an echo or a word."""
    virtual.boot_lines = ()
    virtual.restart()
    virtual.echo = False


def listed(bench: BareBench) -> list[str]:
    return [slot.pdu for slot in bench.modem.list()]


EVERYTHING = [deliver(number) for number in range(25)]


def test_a_silent_return_to_text_mode_is_found_out_by_the_next_list(bench: BareBench) -> None:
    bench.do(forget_silently)
    assert listed(bench) == EVERYTHING


def test_a_question_without_an_answer_makes_the_settings_doubtful(bench: BareBench) -> None:
    def swallow(virtual: TwistedModem) -> None:
        left = [1]

        def look(line: str) -> bool:
            if not left or not line.startswith("AT+CSQ"):
                return False
            left.clear()
            forget_silently(virtual)
            return True

        virtual.before.append(look)

    bench.do(swallow)
    assert bench.modem.signal().rssi == 21
    bench.do(lambda virtual: virtual.deliver(deliver(25)))
    assert virtual_of(bench).commands["+CMGF"]("?") == ["+CMGF: 0"]
    assert listed(bench) == [*EVERYTHING[:20], *EVERYTHING[20:], deliver(25)]


def virtual_of(bench: BareBench) -> TwistedModem:
    assert bench.virtual is not None
    return bench.virtual


@pytest.mark.parametrize("final", ["+CMS ERROR: 314", "+CME ERROR: 14", "+CME ERROR: 515"])
def test_a_memory_is_not_given_up_because_the_sim_was_busy(bench: BareBench, final: str) -> None:
    busy = [True]

    def change(told: Handler, rest: str) -> list[str] | None:
        if busy and rest.startswith('="SM"'):
            raise RefusedError(final)
        return told(rest)

    bench.do(lambda virtual: around(virtual, "+CPMS", change))
    with pytest.raises(CommandFailed):
        bench.modem.reopen()
    busy.clear()
    assert listed(bench) == EVERYTHING


def test_a_memory_is_not_given_up_because_the_modem_started_anew(bench: BareBench) -> None:
    virtual = virtual_of(bench)
    left = [1]

    def look(line: str) -> bool:
        if not left or not line.startswith('AT+CPMS="SM"'):
            return False
        left.clear()
        virtual.restart()
        return True

    virtual.before.append(look)
    bench.modem.reopen()
    assert listed(bench) == EVERYTHING


def test_an_echo_that_always_comes_back_is_taken_as_a_habit(bench: BareBench) -> None:
    virtual = virtual_of(bench)
    asked: list[str] = []

    def look(line: str) -> bool:
        virtual.echo = True
        asked.append(line)
        return False

    virtual.before.append(look)
    for _ in range(8):
        assert listed(bench) == EVERYTHING
    asked.clear()
    assert listed(bench) == EVERYTHING
    assert "ATE0" not in asked
