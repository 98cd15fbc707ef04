"""The Polres' key for TLS: on the card, in the box, renewed by a command."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.bench.sync.corpus import own_texts
from server.bench.sync.relay import Link
from server.bench.sync.scene import scene
from server.card import CardBroken, parse_card
from server.cli.root import kentongan
from server.desa.steps import Result
from sync.roads.pin import Pin

CODE = "52.04.07.2001"


def run(*words: str) -> str:
    """What a command prints."""
    done = CliRunner().invoke(kentongan, ["polres", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_init_makes_a_key_that_the_card_names_and_a_command_renews(tmp_path: Path) -> None:
    folder, path = tmp_path / "polres", tmp_path / "card.json"
    run("init", str(folder))
    assert (folder / "tls.pem").stat().st_mode & 0o777 == 0o600
    url = ("--url", "https://10.0.0.1:8000", "--card", str(path))
    run("enroll", str(folder), CODE, "Tepal", *url)
    first = Pin.unpack(parse_card(path.read_text()).door)
    assert first.digest.hex() in run("tls", str(folder))
    renewed = run("tls", str(folder), "--renew")
    assert first.digest.hex() not in renewed
    assert run("tls", str(folder)).split()[-1] == renewed.split()[-1]


def test_a_card_without_a_key_for_tls_is_read_and_a_broken_one_is_not(tmp_path: Path) -> None:
    folder, path = tmp_path / "polres", tmp_path / "card.json"
    run("init", str(folder))
    run("enroll", str(folder), CODE, "Tepal", "--url", "http://h", "--card", str(path))
    fields = json.loads(path.read_text())
    for broken in ("00", fields["door"][:-2], "zz" * 36, 7):
        with pytest.raises(CardBroken):
            parse_card(json.dumps(fields | {"door": broken}))
    del fields["door"]
    assert parse_card(json.dumps(fields)).door == b""


def test_a_box_follows_a_renewed_key_and_knows_it_after_a_restart() -> None:
    with scene() as village:
        village.write(own_texts(30))
        village.use(Link(), tls=True)
        assert village.exchange().result is Result.DONE
        old = village.district.door.ensure(village.district.random, 0)
        renewed = village.district.door.renew(village.district.random, 0)
        assert renewed.version > old.version
        village.write(own_texts(30, seed=2))
        village.use(Link(), tls=True)
        assert village.exchange().result is Result.DONE
        assert village.node.trust is not None
        assert village.node.trust.pin == renewed
        village.restart()
        village.use(Link(), tls=True)
        assert village.exchange().result is Result.DONE
        assert village.node.trust.pin == renewed
        assert village.exchange().result is Result.DONE
        assert village.arrived()
