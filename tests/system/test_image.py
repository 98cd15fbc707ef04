"""The raw disk that a desa lived on, deleted space and journal too, tells nothing of villagers."""

import os
import random
import re
import shutil
import signal
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from disk import disk, mounts_or_skip, pieces
from planted import Planted, plant, write_unsealed
from post import CODE, Post
from scanner import Hit, Needle, Scanner, secret_needles
from test_scan_process import Browser, play, work

from server.demo.processes import Processes, until
from server.process import control

SEED = 26_11_23
COUNT = int(os.environ.get("KENTONGAN_PLANTED", "60"))
MIB = 128
UPLOAD_OCTETS = EXPORT_OCTETS = 3_000_000
PATIENCE_S = 600.0


class DiskPost(Post):
    """A post whose desa, temporary files, home and logs lie on one disk."""

    def __init__(self, home: Path, place: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__(home, ("--log", "debug"))
        for name in ("tmp", "home", "cwd", "logs"):
            (place / name).mkdir()
        for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
            patch.setenv(name, str(place / "tmp"))
        patch.setenv("HOME", str(place / "home"))
        patch.setenv("XDG_CACHE_HOME", str(place / "home"))
        patch.chdir(place / "cwd")
        self.logs, self.desa = place / "logs", place / "desa"
        self.processes = Processes(self.logs)


def scan(scanner: Scanner, image: Path) -> frozenset[Hit]:
    """All that is found on a raw disk."""
    return frozenset(hit for piece in pieces(image) for hit in scanner.scan(piece))


def needles_of(planted: Iterable[Planted], made: dict[str, str]) -> list[Needle]:
    """All that would betray a villager, or open what an officer may open."""
    needles = [needle for one in planted for needle in one.needles()]
    if made:
        needles += secret_needles("phone key", bytes.fromhex(made["phone_path"][-64:]))
        needles += secret_needles("passphrase", made["passphrase"].encode())
    return needles


def upload(post: Post, made: dict[str, str], planted: tuple[Planted, ...]) -> list[int]:
    """3 MB of villagers' texts are posted to the pages, as a form and as a file, by an officer."""
    browser = Browser(post.desa_port)
    browser.post(made["phone_path"], made["phone_path"])
    browser.post("/masuk", "/masuk", name=made["name"], passphrase=made["passphrase"])
    told = " ".join(f"{one.number} {one.text}" for one in planted).encode()
    body = (told + b" ") * (UPLOAD_OCTETS // len(told) + 1)
    kinds = {
        "application/x-www-form-urlencoded": b"text=" + body,
        "multipart/form-data; boundary=x": (
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n'
            + body
            + b"\r\n--x--\r\n"
        ),
        "text/plain": body,
    }
    return [_status(browser, kind, sent) for kind, sent in kinds.items()]


def _status(browser: Browser, kind: str, body: bytes) -> int:
    request = urllib.request.Request(browser.base + "/laporan", body, {"Content-Type": kind})  # noqa: S310
    try:
        with browser.opener.open(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except (urllib.error.URLError, ConnectionError):
        # Refused before all was sent: the server answered and left.
        return 413


def export(post: Post, made: dict[str, str], secret: Path) -> int:
    """An officer exports the inbox by command, then again and again until 3 MB went out."""
    secret.write_text(made["passphrase"] + "\n", encoding="utf-8")
    words = ("desa", "export", str(post.desa), "--inbox", "--name", made["name"])
    told = post.processes.run(*words, "--passphrase-file", str(secret), "--out", "-")
    secret.unlink()
    assert len(told) > 1_000
    written, login = len(told.encode()), {key: made[key] for key in ("name", "passphrase")}
    while written < EXPORT_OCTETS:
        written += sum(len(str(row)) for row in control.stream(post.desa, "export", **login))
    return written


def search(post: Post, made: dict[str, str], planted: tuple[Planted, ...]) -> None:
    """Every page, and searches that sort all reports."""
    browser = Browser(post.desa_port)
    browser.post(made["phone_path"], made["phone_path"])
    browser.post("/masuk", "/masuk", name=made["name"], passphrase=made["passphrase"])
    for page in ("/", "/laporan", "/warga", "/kotak", "/segar"):
        browser.get(page)
    for one in planted[:: max(1, len(planted) // 8)]:
        browser.get(f"/laporan?cari={one.probes[0].split()[0]}")
        browser.get(f"/laporan?cari={one.number.removeprefix('+')}")


def reports(post: Post) -> int:
    """How many reports the desa has."""
    return post.figures().reports


def live(post: Post, planted: tuple[Planted, ...], image: Path, spare: Path) -> dict[str, str]:
    """A desa's days: texts, an officer's work, cuts, a lost modem and a lost Polres."""
    chance = random.Random(SEED)
    first, second = len(planted) * 4 // 10, len(planted) * 7 // 10
    process = post.started()
    made = control.ask(post.desa, "officer add", name="Bripka Made")
    assert isinstance(made, dict)
    play(post, planted[:first])
    post.wait("texts are read", lambda: reports(post) == first, PATIENCE_S)
    post.settle()
    work(post, made, planted[0].probes[0])
    refused = upload(post, made, planted)
    assert set(refused) <= {400, 403, 405, 413}, refused
    play(post, planted[first:second])
    moment = chance.randrange(first + 1, second)
    post.wait("texts are in hand", lambda: reports(post) >= moment, PATIENCE_S)
    post.kill()
    os.sync()
    shutil.copyfile(image, spare)
    process = post.started()
    post.processes.kill("polres")
    play(post, planted[second : second + 5])
    post.start_polres()
    post.processes.run("polres", "keys", "grant", str(post.polres), CODE)
    play(post, planted[second + 5 :])
    post.wait("all are read", lambda: reports(post) == len(planted), PATIENCE_S)
    post.wait("all is quiet", lambda: post.calm() and post.calm(), PATIENCE_S)
    work(post, made, planted[-1].probes[0])
    search(post, made, planted)
    written = export(post, made, post.home / "secret")
    post.status()
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    told = re.findall(
        r'"sender"', post.processes.run("polres", "reports", str(post.polres), "--json")
    )
    print(f"exported {written} octets, upload refused {refused}, at the Polres {len(told)}")
    assert len(told) == len(planted)
    return made


def test_the_raw_disk_of_a_desa_tells_nothing_of_villagers(
    node_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts_or_skip()
    planted = plant(SEED, COUNT)
    image, spare = tmp_path / "desa.img", tmp_path / "at-the-kill.img"
    with disk(image, node_dir / "d", MIB) as place:
        post = DiskPost(node_dir, place, monkeypatch)
        try:
            post.prepare()
            made = live(post, planted, image, spare)
            logged = post.stderr("desa")
        finally:
            post.processes.end_all()
            monkeypatch.chdir("/")
    scanner = Scanner(needles_of(planted, made))
    found = {one.name: scan(scanner, one) for one in (image, spare)}
    octets = sum(len(piece) for one in (image, spare) for piece in pieces(one))
    print(
        f"{len(planted)} numbers and texts, {scanner.count} needles in "
        f"{len(scanner.encodings)} encodings, {octets / 1e6:.0f} MB of raw disk, "
        f"{len(logged.splitlines())} log lines, hits {[len(hits) for hits in found.values()]}"
    )
    assert found == dict.fromkeys(found, frozenset())
    assert "Traceback" not in logged


def test_every_detector_finds_everything_in_the_deleted_space_of_such_a_disk(
    node_dir: Path, tmp_path: Path
) -> None:
    mounts_or_skip()
    planted = plant(SEED, COUNT)
    image = tmp_path / "naive.img"
    with disk(image, node_dir / "d", MIB) as place:
        folder = place / "naive"
        folder.mkdir()
        write_unsealed(folder, planted)
        os.sync()
        shutil.rmtree(folder)
    needles = needles_of(planted, {})
    hits = scan(Scanner(needles), image)
    by_kind = Counter((hit.item.split()[0], hit.encoding) for hit in hits)
    print(
        f"{len(needles)} needles, {len(by_kind)} kinds found among deleted files, each "
        f"{min(by_kind.values())} to {max(by_kind.values())} of {COUNT}"
    )
    assert set(by_kind.values()) == {COUNT}
    assert len(hits) == len({(n.item, n.encoding) for n in needles})
    assert until(lambda: not os.path.ismount(node_dir / "d"), 5.0)
