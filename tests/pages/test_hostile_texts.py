"""Texts that are meant to become code, in a real browser on every page of both sites."""

from dataclasses import dataclass

import pytest
from conftest import MakeVillager, MakeVisitor
from players import Visitor, known, origin, struck
from playwright.sync_api import Browser, Page, expect

from server.demo.world import Village, World

TEXTS = {
    "image": "<img src=x onerror=strike()>",
    "script": '"><script>strike()</script>',
    "svg": "'><svg/onload=strike()><svg><script>strike()</script></svg>",
    "ends": "</p></textarea></title></style></script><script>strike()</script>",
    "attributes": "\" autofocus onfocus=strike() x=\"' onmouseover=strike() y='",
    "frame": "<iframe srcdoc='<script>parent.strike()</script>'></iframe><object data=//evil>",
    "document": "<base href=//evil.example/><meta http-equiv=refresh content='0;url=//evil'>",
    "link": "<a href=javascript:strike()>x</a> javascript:strike() <form action=//evil.example>",
    "style": "<style>@import '//evil.example';*{display:none}</style><link rel=x href=//e>",
    "entities": "&lt;img src=x onerror=strike()&gt; &#60;script&#62;strike()&#60;/script&#62;",
    "templates": "{{987*654}} ${987*654} #{987*654} <%= 987*654 %> {% raise %} %s %n \\u003cb>",
    "override": "gnilam ada \u202e<b class=hostile>x</b>\u202c \u2066\u200f",
}
CALLER = "<i>x</i>"
"""A sender's name, which an operator lets anybody choose."""


@dataclass(frozen=True)
class Told:
    """What came of the texts.

    Attributes:
        tickets: the reports, by the text's kind.
    """

    village: Village
    tickets: dict[str, str]


@pytest.fixture(scope="module")
def told(stage: World) -> Told:
    """Give a village of its own, to which nothing was texted yet."""
    return Told(stage.villages[1], {})


def grown(page: Page) -> list[str]:
    """What texts grew into on a page: elements that none of our templates has."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll([
          "svg[onload]", "svg script", "iframe", "object", "embed", "base", "style", "main link",
          "meta[http-equiv]", "a[href^='javascript:' i]", "[onerror]", "[onload]", "[onfocus]",
          "[onmouseover]", "form[action^='//']", "body > script", "main i",
        ].join())].map((node) => node.outerHTML.slice(0, 120))"""
    )
    turned: bool = page.evaluate(
        "() => /[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText)"
    )
    return [*found, *struck(page), *(["the line is turned around"] if turned else [])]


def test_the_measure_finds_each_kind_where_nothing_protects_a_page(browser: Browser) -> None:
    someone = Visitor(browser)
    for kind, words in TEXTS.items():
        if kind in {"templates", "attributes", "entities"}:
            continue
        someone.page.goto("about:blank")
        someone.page.evaluate("(words) => { document.body.innerHTML = `<main><p>${words}` }", words)
        assert grown(someone.page), kind
    someone.page.set_content(f'<main><input value="{TEXTS["attributes"]}"><p>645498')
    assert len(grown(someone.page)) >= 2
    someone.close()


def text_all(told: Told, villager: MakeVillager) -> None:
    """Every text as a report and as an addition to it, and one from a sender with a name."""
    for kind, words in TEXTS.items():
        someone = villager(told.village)
        told.tickets[kind] = someone.report(f"Tolong ada maling {words}")
        someone.text(f"TAMBAH {told.tickets[kind]} {words}")
    told.village.mast.text(CALLER, f"Promo {TEXTS['image']}")


def order_all(desk: Page, address: str) -> None:
    """Write such words wherever the Polres lets its desk write."""
    made = desk.get_by_text("Perintah dibuat.")
    desk.goto(address)
    desk.get_by_text("Jawab pelapor dengan SMS").click()
    desk.get_by_label("Isi jawaban").fill(TEXTS["image"])
    desk.get_by_role("button", name="Kirim jawaban lewat desa (1 SMS)").click()
    expect(made).to_be_visible()
    for fold, label, words, button in (
        ("#teruskan", "Unit atau instansi", TEXTS["script"], "Teruskan laporan"),
        ("#tutup", "Hasil", TEXTS["entities"][:60], "Tutup laporan"),
    ):
        desk.goto(address)
        desk.locator(f"{fold} summary").click()
        desk.locator(fold).get_by_label(label).fill(words)
        desk.locator(fold).get_by_role("button", name=button).click()
        expect(made).to_be_visible()


def visit(page: Page, home: str, paths: list[str]) -> dict[str, list[str]]:
    """What grew on each page, where something did."""
    found = {}
    for path in paths:
        page.goto(home + path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found[path] = grown(page)
    return {path: faults for path, faults in found.items() if faults}


def test_hostile_texts_stay_texts_on_every_page_of_both_sites(
    stage: World, told: Told, villager: MakeVillager, visitor: MakeVisitor
) -> None:
    officer, duty = visitor(), visitor()
    dialogs: list[str] = []
    for who in (officer, duty):
        who.context.on("dialog", lambda dialog: dialogs.append(dialog.message))
    # Both look on while the texts come, so that the pages take them in by themselves.
    page, desk = officer.enters_village(told.village), duty.enters_polres(stage.account)
    text_all(told, villager)
    for kind, ticket in told.tickets.items():
        expect(page.locator("main").get_by_text(ticket).first, kind).to_be_visible()
        desk.locator("#daftar").get_by_text(ticket).first.wait_for()
    assert (grown(page), grown(desk)) == ([], [])
    home, code = known(stage.account).page.rstrip("/"), told.village.place.code
    reports = list(told.tickets.values())
    order_all(desk, f"{home}/laporan/{code}/{told.tickets['templates']}")
    village_pages = [
        *("/", "/laporan", "/warga", "/kotak", "/keluar", "/kunci", "/laporan?cari=maling"),
        *(f"/laporan/{ticket}" for ticket in reports),
        *(f"/laporan?cari={quoted(words)}" for words in TEXTS.values()),
    ]
    polres_pages = [
        *("/", "/?keadaan=semua", "/desa", f"/desa/{code}", f"/desa/{code}/hilang"),
        *(f"/laporan/{code}/{ticket}" for ticket in reports),
        *(f"/?cari={quoted(words)}" for words in TEXTS.values()),
    ]
    assert visit(page, origin(told.village), village_pages) == {}
    assert visit(desk, home, polres_pages) == {}
    page.goto(f"{origin(told.village)}/laporan/{told.tickets['image']}")
    expect(page.locator("main")).to_contain_text(TEXTS["image"])
    assert dialogs == []


def quoted(words: str) -> str:
    """Words in an address."""
    return "".join(f"%{octet:02x}" for octet in words[:100].encode())
