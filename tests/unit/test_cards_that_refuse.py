"""A card that refuses a write in the middle of sending: the text waits again without a restart."""

import sqlite3
from pathlib import Path

import pytest
from spoken import Modem, counts, say, speak, told, villages

from hardware.errors import SendRefused
from server.desa import steps


@pytest.mark.parametrize("state", ["submitting", "queued"])
def test_a_text_whose_state_could_not_be_written_is_sent_later_in_the_same_run(
    tmp_path: Path, state: str
) -> None:
    with villages(tmp_path) as make:
        world = make()
        say(world, "kemalingan di pasar tadi malam")
        db = world.node.database.connection
        db.execute(
            "create temp trigger full before update of state on main.outbox"
            f" when new.state = '{state}' begin select raise(abort, 'disk I/O error'); end"
        )
        with pytest.raises(sqlite3.Error):
            speak(world, Modem(world, SendRefused(38)))
        db.execute("drop trigger full")
        assert counts(world) == {"submitting" if state == "queued" else "reserved": 1}
        steps.tend(world.node, world.mono_s)
        world.mono_s += 60
        world.speak()
        assert len(told(world)) == 1
        assert counts(world) == {"delivered": 1}


def test_a_text_that_a_modem_has_in_hand_is_left_to_it(tmp_path: Path) -> None:
    with villages(tmp_path) as make:
        world = make()
        say(world, "kemalingan di pasar tadi malam")

        class Tended(Modem):
            def send(self, tpdu_length: int, hex_pdu: str) -> int:
                steps.tend(world.node, world.mono_s)
                assert counts(world) == {"submitting": 1}
                return super().send(tpdu_length, hex_pdu)

        speak(world, Tended(world))
        assert counts(world) == {"sent": 1}
