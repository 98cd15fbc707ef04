"""Backups by real processes: killed at any moment, on full sticks, while texts come in."""

import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from post import open_post, tune

from server import settings as settings_file
from server.card import write_card
from server.demo.processes import Processes, until
from server.desa.backup import checking, restoring
from server.polres import enrolment
from server.polres.district import open_district
from server.process import control
from server.sections import Backup
from tests.world import CODE, NAME, World

SEED = 17_11_22
KILLS = 20
LIVE_KILLS = 8
MIB = 1 << 20
STAGE = Path(__file__).with_name("full_stick.py")
NAMESPACE = ("unshare", "--map-root-user", "--mount")


def box_with(folder: Path, mebioctets: int, reports: int = 20) -> Path:
    """A box that does not run, with reports and so much more in its database."""
    world = World(folder)
    world.officer()
    for number in range(reports):
        world.text(f"+628123456{number:04}", f"kemalingan tadi malam di rumah nomor {number}")
        world.mono_s += 60
    world.listen()
    with world.node.database.write() as db:
        db.execute("create table ballast (x blob)")
        db.executemany("insert into ballast values (randomblob(?))", [(MIB // 4,)] * 4 * mebioctets)
    world.exchange()
    world.node.database.close()
    return world.directory


def sound(stick: Path, box: Path) -> list[str]:
    """The names of the backups on a stick, after all were opened and compared with the box."""
    results = list(checking.check_for_box(stick, box)) if any(stick.glob("*.cadangan")) else []
    assert [one for one in results if not one.sound] == []
    return [one.file for one in results]


def test_a_backup_that_is_killed_at_any_moment_leaves_the_older_ones_whole(
    node_dir: Path,
) -> None:
    stick = node_dir / "stick"
    stick.mkdir()
    (node_dir / "logs").mkdir()
    box = box_with(node_dir, 8)
    processes = Processes(node_dir / "logs")
    words = ("desa", "backup", str(box), str(stick))
    began_s = time.monotonic()
    processes.run(*words)
    lasts_s = time.monotonic() - began_s
    moments: Counter[str] = Counter()
    copy = box / "kentongan.db.salinan"
    for number in range(KILLS):
        before = sound(stick, box)
        # What the last kill left would look like the new one's.
        for left in (copy, *stick.glob("*.baru")):
            left.unlink(missing_ok=True)
        ended = processes.start("backup", *words).poll
        # On a busy machine a stage may be over before it is seen: then the kill comes late.
        if number % 4 == 3:
            assert until(lambda ended=ended: any(stick.glob("*.baru")) or ended() is not None, 30)
        else:
            assert until(lambda ended=ended: copy.exists() or ended() is not None, 30)
            # The moment is the experiment: nothing is waited for.
            time.sleep(lasts_s * 0.8 * number / KILLS)
        processes.kill("backup")
        after = sound(stick, box)
        parts = list(stick.glob("*.baru"))
        moments[
            "writing" if parts
            else "copying" if copy.exists()
            else "tested or testing" if after != before
            else "other"
        ] += 1  # fmt: skip
        assert set(before[:6]) <= set(after), "an older backup went before the new one stood"
    for _ in range(7):
        processes.run(*words)
    assert len(sound(stick, box)) == 7
    assert not list(stick.glob("*.baru"))
    assert not list(box.glob("*.salinan"))
    print(f"{KILLS} kills: {dict(moments)}")
    assert moments["writing"] + moments["copying"]


def may_mount() -> bool:
    """Whether a namespace with mounts of its own can be made here."""
    if shutil.which("unshare") is None:
        return False
    trial = [*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(trial, check=False, capture_output=True).returncode == 0


def test_a_stick_that_is_full_pulled_out_or_read_only_is_told_and_loses_nothing(
    node_dir: Path,
) -> None:
    if not may_mount():
        pytest.skip("no namespace with mounts of its own can be made on this machine")
    stick = node_dir / "stick"
    stick.mkdir()
    box = box_with(node_dir, 4)
    ran = subprocess.run(
        [*NAMESPACE, sys.executable, str(STAGE), str(box), str(stick)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(STAGE.parents[2])},
    )
    told = {one["name"]: one for one in map(json.loads, ran.stdout.splitlines())}
    print(json.dumps(told, indent=1))
    assert told["room for one"]["code"] == told["no room for three"]["code"] == 0
    two = told["no room for three"]["files"]
    assert len([name for name in two if name.endswith(".cadangan")]) == 2
    for name, words in {
        "no room at all": "penuh",
        "filled in the middle": "penuh",
        "pulled out in the middle": "tercabut",
        "read-only": "tidak dapat ditulisi",
    }.items():
        assert told[name]["code"] == 1, told[name]
        assert words in told[name]["said"], told[name]
        assert "Traceback" not in told[name]["said"]
        assert told[name]["copies"] == []
    assert told["no room at all"]["files"] == two
    one = [name for name in two if not name.endswith("00002.cadangan")]
    assert told["filled in the middle"]["files"] == sorted([*one, "film.mp4"])


def test_texts_that_come_while_backups_are_made_and_killed_are_all_kept(node_dir: Path) -> None:
    chance = random.Random(SEED)
    stick = node_dir / "stick"
    stick.mkdir()
    with open_post(node_dir) as post:
        settings = settings_file.load(post.desa / settings_file.FILE_NAME)
        tune(post.desa, backup=replace(Backup(), folders=(str(stick),)), modem=settings.modem)
        played = 0
        for _ in range(LIVE_KILLS):
            post.started()
            asking = threading.Thread(target=ask_for_backups, args=(post.desa, stick), daemon=True)
            asking.start()
            for _ in range(4):
                played += 1
                post.mast.text(f"+62812345{played:05}", f"ada orang asing di kebun {name(played)}")
            time.sleep(chance.uniform(0.2, 1.2))
            post.kill()
            asking.join(20)
            assert sound(stick, post.desa) is not None
        post.started()
        # What was being sent at a kill goes on once the session that it lies under is open.
        post.unlock_all()
        post.settle()
        assert control.ask(post.desa, "status")["inbox"]["kept"] == played  # type: ignore[index]
        (last,) = list(control.stream(post.desa, "backup", folder=str(stick)))[-1:]
        assert last["ended"]["good"], last  # type: ignore[index]
        names = sound(stick, post.desa)
        result = next(checking.check_for_box(stick / names[0], post.desa))
        assert result.proven is not None
        assert result.proven.reports == played
        print(f"{LIVE_KILLS} kills, {played} texts, backups left {len(names)}")
        assert post.status()["reports"] == played


def ask_for_backups(box: Path, stick: Path) -> None:
    """Let the running box make one backup after another until it is gone."""
    try:
        while True:
            for _ in control.stream(box, "backup", folder=str(stick)):
                pass
    except (control.NotRunning, control.ControlRefused):
        return


def name(number: int) -> str:
    """A name for each number: texts that differ in digits alone are held to be a robot's."""
    return "".join("bdgjklmnrs"[int(digit)] + "aiueo"[int(digit) % 5] for digit in f"{number:03}")


def test_a_restore_that_is_killed_leaves_no_box_that_starts(node_dir: Path) -> None:
    stick, new = node_dir / "stick", node_dir / "new"
    stick.mkdir()
    (node_dir / "logs").mkdir()
    box = box_with(node_dir, 16)
    processes = Processes(node_dir / "logs")
    processes.run("desa", "backup", str(box), str(stick))
    card = node_dir / "card.json"
    district = open_district(node_dir / "polres")
    made = enrolment.enroll(
        district, CODE, NAME, "http://127.0.0.1:1", now_s=int(time.time()), restore=True
    )
    district.close()
    write_card(card, made)
    words = ("desa", "restore", str(stick), str(new), "--card", str(card))
    staging = node_dir / ".new.memulihkan"
    half = 0
    for number in range(15):
        process = processes.start("restore", *words)
        assert until(lambda process=process: staging.exists() or process.poll() is not None, 30)
        time.sleep(0.4 * number / 15)
        processes.kill("restore")
        if new.exists():
            assert (new / "node.key").stat().st_size
            shutil.rmtree(new)
            continue
        half += 1
        for folder in (staging, new):
            ran = run(processes, "desa", "status", str(folder))
            assert ran, "half a box told its status"
    print(f"15 kills, {half} in the middle")
    assert half
    told = processes.run(*words)
    assert "20 laporan utuh" in told
    assert json.loads(processes.run("desa", "status", str(new), "--json"))["journal"]["head"] == 0
    twin = restoring.restore(stick, node_dir / "twin", made, (), secrets.token_bytes)
    assert twin.proven.reports == 20


def run(processes: Processes, *words: str) -> int:
    """The exit code of a command."""
    env = {**os.environ, "PYTHONPATH": str(STAGE.parents[2])}
    del processes
    argv = [sys.executable, "-m", "server", *words]
    return subprocess.run(argv, check=False, capture_output=True, env=env).returncode
