"""What the Polres' pages show of the air road, as a browser without JavaScript meets it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from air_world import AirWorld
from flask.testing import FlaskClient
from world import CODE

from server.domain.report import Status
from server.polres import accounts
from server.polres.accounts import Role
from server.polres.app import create_app
from server.sections import Login

VILLAGER = "+6281234567890"
CRY = "tolong pak ada perampokan di rumah bu siti rt 03 rw 01"
MARK = "Lewat SMS udara"


@pytest.fixture
def world(tmp_path: Path) -> AirWorld:
    made = AirWorld(tmp_path)
    made.exchange()
    made.cut()
    made.text(VILLAGER, CRY)
    made.live(3)
    return made


@pytest.fixture
def client(world: AirWorld) -> Iterator[FlaskClient]:
    district = world.district
    district.settings = replace(district.settings, login=Login(memory_mib=8, passes=1))
    passphrase = accounts.add_user(district, "spkt", Role.SPKT, world.wall_s())
    with create_app(district, now=world.wall_s).test_client() as client:
        page = client.get("/masuk").text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        client.post("/masuk", data={"name": "spkt", "passphrase": passphrase} | hidden)
        yield client


def seen(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_a_report_by_sms_is_marked_until_its_frame_comes(
    world: AirWorld, client: FlaskClient
) -> None:
    report = f"/laporan/{CODE}/{world.report().ticket}"
    for path in ("/", report):
        assert CRY in seen(client, path)
        assert MARK in seen(client, path)
    world.road.cut = False
    world.exchange()
    for path in ("/", report):
        assert CRY in seen(client, path)
        assert MARK not in seen(client, path)
    assert "Dikirim ke Polres lewat SMS udara" in seen(client, report)


def test_the_page_of_a_desa_shows_its_heartbeat(world: AirWorld, client: FlaskClient) -> None:
    assert "Denyut lewat SMS" not in seen(client, f"/desa/{CODE}")
    world.mono_s += 3_600
    world.live(3)
    page = seen(client, f"/desa/{CODE}")
    for words in ("Terakhir terdengar lewat SMS", "Denyut lewat SMS", "belum diketahui"):
        assert words in page
    assert "hanya SMS" in page


def test_orders_about_a_report_by_sms_are_made_and_wait(
    world: AirWorld, client: FlaskClient
) -> None:
    report = f"/laporan/{CODE}/{world.report().ticket}"
    hidden = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', seen(client, report))
    )
    assert client.post(f"{report}/ambil", data=hidden).status_code == 303
    world.road.cut = False
    world.exchange()
    world.exchange()
    assert world.report().status is Status.TAKEN
