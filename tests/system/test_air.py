"""The air road between real processes: two modems on ptys, and no data link at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.bench.airroad import CODE, DESA_NUMBER, POLRES_NUMBER, AirScene, Page
from server.demo.processes import until
from server.process import control

pytestmark = pytest.mark.system
VILLAGER = "+6281234567890"
CRY = "tolong pak ada perampokan di rumah bu siti rt 03 rw 01 mereka bawa parang"
PATIENCE_S = 60.0


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[AirScene]:
    made = AirScene(tmp_path)
    try:
        made.begin()
        yield made
    finally:
        made.close()


def test_a_cry_for_help_comes_to_the_polres_by_sms_and_stays_one_report(scene: AirScene) -> None:
    page = Page(scene)
    scene.text(VILLAGER, CRY)
    assert until(lambda: page.shows(CRY), PATIENCE_S), scene.processes.tail()
    assert page.shows("Lewat SMS udara")
    assert until(lambda: DESA_NUMBER in dict(scene.said), PATIENCE_S)
    assert [to for to, _ in scene.said] == [POLRES_NUMBER, DESA_NUMBER]
    # As a power cut at both ends: nothing of what the air brought is lost or taken twice.
    scene.processes.kill("polres")
    scene.start_polres()
    assert [one["text"] for one in scene.reports()] == [CRY]
    scene.processes.kill("desa")
    scene.mend()
    page = Page(scene, "again")
    assert until(lambda: not page.shows("Lewat SMS udara"), PATIENCE_S), scene.processes.tail()
    assert [one["text"] for one in scene.reports()] == [CRY]


def test_a_desa_that_was_killed_is_unlocked_by_sms(scene: AirScene) -> None:
    scene.text(VILLAGER, CRY)
    assert until(lambda: bool(scene.reports()), PATIENCE_S), scene.processes.tail()
    scene.processes.kill("desa")
    scene.start_desa()
    # Its SIM was never heard with a proof of its run, so a person at the Polres is asked first.
    page = Page(scene)
    assert until(lambda: page.shows("kunci menunggu Anda"), PATIENCE_S), scene.processes.tail()
    locked = scene.status()["locked_sessions"]
    control.ask(scene.polres, "keys grant", code=CODE, by="Iptu Sari")
    opened = until(lambda: scene.status().get("locked_sessions") == locked - 1, PATIENCE_S)
    assert opened, scene.processes.tail()
