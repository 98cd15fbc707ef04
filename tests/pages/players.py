"""Who plays in the page tests: villagers with phones, and visitors with browsers."""

import itertools
import re
import threading
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, WebError, expect

from server.demo.mast import Mast
from server.demo.world import Account, Village

PATIENCE_S: Final = 20.0
PHONE: Final = (360, 740)
LAPTOP: Final = (1366, 800)
TOUCH_PX: Final = 44
_REFUSED_LOAD: Final = re.compile(r"Failed to load resource.* status of (\d+)")
_WATCH: Final = """
window.strikes = 0;
window.strike = () => { window.strikes += 1; };
addEventListener("securitypolicyviolation", (event) => console.error(
  `CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
_numbers = itertools.count(1)


class Air:
    """Every SMS that the modems sent, in order."""

    def __init__(self) -> None:
        self._sent: list[tuple[str, str]] = []
        self._came = threading.Condition()

    def heard(self, number: str, text: str) -> None:
        with self._came:
            self._sent.append((number, text))
            self._came.notify_all()

    def to(self, number: str) -> list[str]:
        with self._came:
            return [text for to, text in self._sent if to == number]

    def wait(self, number: str, pattern: str) -> re.Match[str]:
        """The first text to a number that fits, as soon as there is one."""

        def found() -> re.Match[str] | None:
            texts = (text for to, text in self._sent if to == number)
            return next(filter(None, (re.search(pattern, text) for text in texts)), None)

        with self._came:
            match = self._came.wait_for(found, PATIENCE_S)
        assert match is not None, f"no SMS like {pattern!r} in {self.to(number)}"
        return match


@dataclass(frozen=True)
class Villager:
    """Somebody with a phone of a number that nobody else uses."""

    number: str
    mast: Mast
    air: Air

    def text(self, words: str) -> None:
        self.mast.text(self.number, words)

    def report(self, words: str) -> str:
        """Send a text that becomes a report; gives the ticket that the answer names."""
        self.text(words)
        return self.air.wait(self.number, r"\bno (\d{5,6})\b")[1]

    def hears(self, pattern: str) -> str:
        return self.air.wait(self.number, pattern).string

    def heard(self, pattern: str) -> int:
        return sum(1 for text in self.air.to(self.number) if re.search(pattern, text))


def villager_of(village: Village, air: Air) -> Villager:
    return Villager(f"+6281200009{next(_numbers):03}", village.mast, air)


class Visitor:
    """A person with a browser of his own, in which every complaint of the browser is noted."""

    def __init__(
        self,
        browser: Browser,
        size: tuple[int, int] = PHONE,
        *,
        scripts: bool = True,
        dark: bool = False,
    ) -> None:
        width, height = size
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="id-ID",
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
        )
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        self.context.add_init_script(_WATCH)
        self.context.on("console", self._hear)
        self.context.on("weberror", self._crash)
        self.context.on("request", self._ask)
        self.context.on("response", self._answer)
        self.page = self.context.new_page()

    def refused(self, *statuses: int) -> None:
        """Answers of these statuses are what the test wants to see."""
        self.expected.update(statuses)

    def enters_village(self, village: Village, *, with_key: bool = True) -> Page:
        account = known(village.account)
        if with_key:
            self.page.goto(account.phone_link)
            self.page.get_by_role("button", name="Pasang kunci di HP ini").click()
        else:
            self.page.goto(origin(village))
        self.page.get_by_label("Nama").select_option(account.name)
        self.page.get_by_label("Kata sandi").fill(account.passphrase)
        self.page.get_by_role("button", name="Masuk").click()
        expect(self.page.get_by_role("heading", name="Hari ini", exact=True)).to_be_visible()
        return self.page

    def enters_polres(self, account: Account | None) -> Page:
        who = known(account)
        self.page.goto(who.page)
        self.page.get_by_label("Nama akun").fill(who.name)
        self.page.get_by_label("Kata sandi").fill(who.passphrase)
        self.page.get_by_role("button", name="Masuk").click()
        expect(self.page.get_by_role("heading", name="Antrean", exact=True)).to_be_visible()
        return self.page

    def close(self) -> None:
        self.context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        refusal = _REFUSED_LOAD.match(message.text)
        if refusal is None or int(refusal[1]) not in self.expected:
            self.complaints.append(f"{message.type}: {message.text}")

    def _crash(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error}")

    def _ask(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:")):
            self.complaints.append(f"asked elsewhere: {request.url}")

    def _answer(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status}: {response.url}")


def known(account: Account | None) -> Account:
    assert account is not None
    return account


def origin(village: Village) -> str:
    return f"http://127.0.0.1:{village.port}"


def mark(page: Page) -> None:
    """Leave a mark on the window that a reload would wipe away."""
    page.evaluate("window.notReloaded = true")


def is_marked(page: Page) -> bool:
    return bool(page.evaluate("window.notReloaded === true"))


def look_again(page: Page) -> None:
    """Turn the phone on again: the page asks at once whether something is new."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def faults_of(page: Page) -> list[str]:
    """What is wrong with the shape of a page: a sideways scroll, targets lower than a fingertip."""
    found: list[str] = page.evaluate(
        """(least) => {
          for (const fold of document.querySelectorAll("details")) fold.open = true;
          const faults = [], root = document.documentElement;
          const right = (node) => node.getBoundingClientRect().right;
          if (root.scrollWidth > innerWidth) {
            const all = [...document.querySelectorAll("body *")];
            const worst = all.reduce((a, b) => (right(b) > right(a) ? b : a), document.body);
            faults.push(`${root.scrollWidth} px wide: ${worst.outerHTML.slice(0, 120)}`);
          }
          const touched = "a.button, .nav a, .tabs a, .boxline, summary, select, textarea, button,"
            + " input:not([type=hidden])";
          for (const node of document.querySelectorAll(touched)) {
            const { width, height } = node.getBoundingClientRect();
            if (node.checkVisibility() && width && height < least) {
              faults.push(`${height} px high: ${node.outerHTML.slice(0, 90)}`);
            }
          }
          return faults;
        }""",
        TOUCH_PX,
    )
    return found


def struck(page: Page) -> list[str]:
    """What came of texts that are meant to become code: elements, scripts, sums."""
    found: list[str] = page.evaluate(
        """() => [
          ...[...document.querySelectorAll("main img, main b.hostile, script:not([src])")]
            .map((node) => node.outerHTML),
          ...(window.strikes ? [`${window.strikes} scripts ran`] : []),
          ...(document.body.innerText.includes("645498") ? ["{{987*654}} was worked out"] : []),
        ]"""
    )
    return found
