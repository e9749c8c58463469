"""Takes the README's pictures from the demo in a real browser: `make screenshots` writes docs/images/*.png.

The demo is told which day it is, its people do the same each time, and nothing moves while a picture is taken: so a
picture changes when the software does, up to the minute that the demo's clock shows.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

TREE = Path(__file__).parent.parent
IMAGES = TREE / "docs" / "images"
TODAY = "2026-03-10"  # a Tuesday; the training was on Monday
EMPLOYEE, COACH, LND, OPERATOR = "Daniel Price", "Samuel Adeyemi", "Miriam Castell", "Pavel Novak"
MAILBOX_OF_EMPLOYEE = "/demo/mailbox?to=daniel.price@brightwater.example"
ANSWER = re.compile(r"http://127\.0\.0\.1:\d+/a/[\w-]+\?v=partly")

NO_BROWSER = (
    "The pictures are taken in Chromium or Chrome, and none was found: install one, or name one with CHROME="
)
PATIENCE = 90_000  # milliseconds, for three months to pass
WITHOUT_BAR = ".clock-bar { display: none !important } * { caret-color: transparent !important }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A screen: its size, and whether its owner prefers dark pages."""

    size: ViewportSize
    is_dark: bool = False


LOOKS: Mapping[str, Look] = {
    "phone": Look(size={"width": 390, "height": 844}),
    "desktop": Look(size={"width": 1280, "height": 900}),
    "dark": Look(size={"width": 390, "height": 844}, is_dark=True),
}


def main() -> None:
    """Take every picture."""
    chrome = os.environ.get("CHROME")
    if not chrome:
        sys.exit(NO_BROWSER)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome, args=["--no-sandbox"])
        with visiting(browser, url, LOOKS["desktop"]) as page:
            tell_the_story(browser, page, url)
        browser.close()
    print(f"The pictures are in {IMAGES.relative_to(TREE)}.")


def tell_the_story(browser: Browser, page: Page, url: str) -> None:
    """Go through the months once, and take each picture when there is something to see on it."""
    page.goto("/")
    page.screenshot(path=IMAGES / "story-desktop.png")
    let_pass(page, "A week", times=2)
    question, mail = open_question(page)
    picture_mail(browser, url, mail)
    picture_everywhere(browser, url, "answer", at=question)
    picture_everywhere(browser, url, "my-plan", who=EMPLOYEE)
    let_pass(page, "A week", times=3)
    picture_everywhere(browser, url, "coach", who=COACH)
    let_pass(page, "A week", times=8)
    picture_everywhere(browser, url, "numbers", who=LND)
    picture_everywhere(browser, url, "health", who=OPERATOR)


def let_pass(page: Page, label: str, *, times: int) -> None:
    """Press a button of the clock bar, and wait until time has arrived."""
    for _ in range(times):
        page.goto("/demo/clock")
        page.get_by_role("button", name=label).click()
        page.get_by_role("status").filter(has_text="went by").wait_for(timeout=PATIENCE)


def open_question(page: Page) -> tuple[str, str]:
    """Find the newest question in the employee's mailbox: the link of one of its answers, and its mail."""
    page.goto(MAILBOX_OF_EMPLOYEE)
    letters = [link.get_attribute("href") or "" for link in page.locator("main .list a").all()]
    for letter in letters:
        html = page.request.get(f"{letter}/html").text()
        found = ANSWER.search(html)
        if found is not None:
            return found[0], f"{letter}/html"
    sys.exit("Nobody has asked the demo's employee anything: has its programme or its first day changed?")


def picture_mail(browser: Browser, url: str, mail: str) -> None:
    """Show the mail as a mail program on a phone would, down to its answers."""
    with visiting(browser, url, Look(size={"width": 390, "height": 980})) as page:
        page.goto(mail)
        page.screenshot(path=IMAGES / "mail-phone.png")


def picture_everywhere(browser: Browser, url: str, name: str, *, who: str = "", at: str = "") -> None:
    """Take one page on each screen: of a link, or the first page of somebody of the demo."""
    for screen, look in LOOKS.items():
        with visiting(browser, url, look) as page:
            page.goto(at or "/")
            if who:
                page.get_by_role("button", name=f"Be {who}").click()
                page.wait_for_load_state()
            page.screenshot(path=IMAGES / f"{name}-{screen}.png", style=WITHOUT_BAR, animations="disabled")


@contextmanager
def visiting(browser: Browser, url: str, look: Look) -> Iterator[Page]:
    """Open a browser of its own for one visit."""
    context: BrowserContext = browser.new_context(
        base_url=url,
        viewport=look.size,
        color_scheme="dark" if look.is_dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
        bypass_csp=True,  # for the style that leaves the demo's bar out of the pictures
    )
    with context:
        yield context.new_page()


@contextmanager
def demo() -> Iterator[str]:
    """Run the demo for as long as the pictures take; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    command = [sys.executable, "-m", "coachfollow", "demo", "--port", str(port), "--today", TODAY]
    with subprocess.Popen(command, cwd=TREE, stdout=subprocess.PIPE, text=True) as process:
        said = list(until_ready(process))
        try:
            if process.poll() is not None:
                sys.exit("".join(said) or "The demo did not start.")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)


def until_ready(process: "subprocess.Popen[str]") -> Iterator[str]:
    """Read what the demo says until it can be visited."""
    for line in process.stdout or ():
        yield line
        if "Ctrl-C stops" in line:
            return


if __name__ == "__main__":
    main()
