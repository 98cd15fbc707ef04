"""The HTTP list in a real browser: 78, a page in a frame, and 80b, the way back after logout."""

import pytest
from conftest import MakeVillager, MakeVisitor
from players import known, origin
from playwright.sync_api import Browser, Page, expect

from server.demo.world import Village, World

WORDS = "Tolong ada maling di kandang sapi"


@pytest.fixture
def village(stage: World) -> Village:
    return stage.villages[0]


def framed(page: Page, address: str) -> str:
    """What a frame around an address shows."""
    page.set_content(f'<iframe src="{address}"></iframe>')
    page.wait_for_load_state("load")
    frame = next(one for one in page.frames if one is not page.main_frame)
    return frame.content()


def test_no_browser_shows_a_page_in_a_frame(
    browser: Browser, stage: World, village: Village
) -> None:
    """78: iframe."""
    context = browser.new_context()
    page = context.new_page()
    for home in (origin(village), known(stage.account).page.rstrip("/")):
        page.goto(f"{home}/masuk")
        assert "Kata sandi" in page.content()
        page.goto("about:blank")
        assert "Kata sandi" not in framed(page, f"{home}/masuk")
    own = "data:text/html,Kata sandi"
    assert "Kata sandi" in framed(page, own)
    context.close()


def test_the_way_back_after_logout_shows_no_report(
    stage: World, village: Village, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    """80b: logout, then the back button."""
    ticket = villager(village).report(WORDS)
    officer, duty = visitor(), visitor()
    page = officer.enters_village(village)
    desk = duty.enters_polres(stage.account)
    desk.locator("#daftar").get_by_text(ticket).first.wait_for()
    home = known(stage.account).page.rstrip("/")
    for one, path, leave in (
        (page, f"{origin(village)}/laporan/{ticket}", f"{origin(village)}/kotak"),
        (desk, f"{home}/laporan/{village.place.code}/{ticket}", f"{home}/"),
    ):
        one.goto(path)
        expect(one.locator("main")).to_contain_text(WORDS)
        one.goto(leave)
        one.get_by_role("button", name="Keluar").click()
        expect(one.get_by_role("button", name="Masuk")).to_be_visible()
        for _ in range(3):
            one.go_back()
            assert WORDS not in one.content()
        expect(one.get_by_role("button", name="Masuk")).to_be_visible()
