"""A running box and its commands: where its page is, its modem, what came, an export."""

import csv
import io
import json
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from post import Post, leave, open_post

from server.demo.processes import until

ROOT = Path(__file__).resolve().parents[2]
ONE, TWO = "+6281234567890", "+6281298765432"
TEXT, COMPLAINT = (
    "kemalingan tadi malam di rumah pak Budi RT 02",
    "kepala desa minta uang suap untuk bantuan",
)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """Give a desa that runs, with two texts in it; it must leave in order."""
    with open_post(tmp_path_factory.mktemp("post")) as made:
        process = made.started()
        made.mast.text(ONE, TEXT)
        made.mast.text(TWO, COMPLAINT)
        made.settle()
        yield made
        assert leave(process) == 0
        for log in made.logs.iterdir():
            assert "Traceback" not in log.read_text(encoding="utf-8"), log.name


@pytest.fixture(scope="module")
def passphrase(post: Post) -> str:
    """Give an officer's passphrase, as the command shows it once."""
    shown = post.processes.run("desa", "officer", "add", str(post.desa), "Made")
    found = re.search(r"Kata sandi +(.+)", shown)
    assert found
    return found[1]


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command of this program."""
    return subprocess.run(
        [sys.executable, "-m", "server", *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_both_servers_say_at_their_start_where_the_page_is_and_what_to_do(post: Post) -> None:
    desa, polres = post.stderr("desa"), post.stderr("polres")
    assert f"Kotak Tepal berjalan di http://127.0.0.1:{post.desa_port}/" in desa
    assert f"kentongan desa officer add {post.desa} NAMA" in desa
    assert f"berjalan di http://127.0.0.1:{post.polres_port}/" in polres
    assert f"kentongan polres user add {post.polres} NAMA --role admin" in polres


def test_a_check_of_a_modem_that_the_box_holds_shows_what_the_box_knows(post: Post) -> None:
    for words in (("--directory", post.desa), (post.tty,)):
        done = run("modem", "check", "--json", *words)
        told = json.loads(done.stdout)
        assert (done.returncode, told["exit"]) == (0, 0), told
        by_key = {one["key"]: one for one in told["findings"]}
        assert "dipegang kotak yang sedang berjalan" in by_key["port"]["seen"]
        assert by_key["signal"]["facts"] == {"percent": 68}
        assert by_key["answer"]["mark"] == "good"
    wished = run("modem", "check", post.tty, "--send", "0812-3456-7890")
    assert (wished.returncode, "tidak dikirim" in wished.stdout) == (1, True)


def test_a_watch_of_a_running_box_goes_through_it_and_leaves_on_a_signal(post: Post) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "modem", "watch", "--directory", str(post.desa)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines: list[str] = []
    out, errors = process.stdout, process.stderr
    assert out is not None
    assert errors is not None
    reader = threading.Thread(target=lambda: lines.extend(iter(out.readline, "")))
    reader.start()
    try:
        assert until(lambda: any("sinyal 68 %" in line for line in lines), 30)
        post.mast.text("+6281211119999", "kebakaran di pasar lama")
        assert until(
            lambda: any("SMS dari +62 8•• •••• 9999, 23 huruf" in line for line in lines), 30
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        reader.join()
    assert errors.read() == ""
    assert "kebakaran" not in "".join(lines)
    out.close()
    errors.close()


def test_an_export_is_a_private_file_that_nothing_overwrites(post: Post, passphrase: str) -> None:
    secret, out = post.home / "secret", post.home / "inbox.csv"
    secret.write_text(f"{passphrase}\n", encoding="utf-8")
    words = ("desa", "export", post.desa, "--inbox", "--name", "Made", "--passphrase-file", secret)
    done = run(*words, "--out", out)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "hapus segera" in done.stderr
    assert "aduan tentang aparat" in done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    whole = out.read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(whole)))
    assert (ONE, TEXT) in {(row["SenderNumber"], row["TextDecoded"]) for row in rows}
    assert COMPLAINT not in whole
    assert TWO not in whole
    again = run(*words, "--out", out)
    assert (again.returncode, "sudah ada" in again.stderr) == (1, True)
    assert out.read_text(encoding="utf-8") == whole
    piped = run(*words, "--out", "-")
    assert (piped.returncode, piped.stdout.splitlines()) == (0, whole.splitlines())


def test_a_wrong_passphrase_leaves_no_file_behind(post: Post) -> None:
    secret, out = post.home / "wrong", post.home / "never.csv"
    secret.write_text("bukan ini\n", encoding="utf-8")
    words = ("desa", "export", post.desa, "--inbox", "--name", "Nobody", "--out", out)
    first = run(*words, "--passphrase-file", secret)
    assert (first.returncode, "Nama atau kata sandi salah" in first.stderr) == (1, True)
    assert not out.exists()
