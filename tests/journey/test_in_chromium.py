"""The same story as people see it, in a real browser: roster, attendance, mail, answer, time, count."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from coachfollow.rules.kinds import MessageKind
from tests.journey import cast
from tests.journey.cast import ANNA, BEN, LENA, NAMES, NILS, PAUL, at
from tests.journey.installations import Installation
from tests.journey.letters import Letter

pytestmark = pytest.mark.browser

DESKTOP, PHONE = (1280, 900), (390, 844)
PATIENCE = 15_000  # milliseconds
TITLE = "Spring group, Berlin"
DO = "ring the customer back within an hour"
OUTCOME = "She rang Mrs Okafor, who stayed with us."

NewBrowser = Callable[[tuple[int, int]], Page]


@pytest.fixture
def new_browser(chromium: Browser, town: Installation) -> Iterator[NewBrowser]:
    """Give everybody a browser of their own; none of them may have anything to complain about."""
    complaints: list[str] = []

    def complain(kind: str, words: str) -> None:
        if kind == "error":
            complaints.append(words)

    with ExitStack() as contexts:

        def fresh(size: tuple[int, int]) -> Page:
            context = chromium.new_context(base_url=town.url, viewport={"width": size[0], "height": size[1]})
            context.set_default_timeout(PATIENCE)
            page = contexts.enter_context(context).new_page()
            page.on("console", lambda said: complain(said.type, said.text))
            return page

        yield fresh
    assert complaints == []


def test_people_are_invited_attend_are_asked_answer_and_are_counted(
    town: Installation, new_browser: NewBrowser
) -> None:
    town.set_clock(at(2, 16, 10))
    lena, anna, ben = new_browser(DESKTOP), new_browser(PHONE), new_browser(DESKTOP)
    sign_in_by_the_link_of_a_command(town, lena)
    open_a_group(lena)
    town.terminal.run("coach", "hours", BEN, "mon-fri 13:00-17:00")
    invite(lena)
    town.set_clock(cast.END)
    bring_in_who_was_there(lena)
    town.pass_time(until=at(3, 4, 16))
    write_a_plan(anna, town.post.awaited(to=ANNA, kind=MessageKind.COMMITMENT))
    town.pass_time(until=at(3, 6, 9))
    answer_from_the_mail(anna, town.post.awaited(to=ANNA, kind=MessageKind.REFLECTION))
    stop(new_browser(PHONE), town.post.awaited(to=NILS, kind=MessageKind.REFLECTION))
    town.post.awaited(to=ANNA, kind=MessageKind.INVITATION)  # before its day has passed
    town.set_clock(at(3, 18, 17))
    sign_in_by_mail(town, ben)
    mark_the_meeting_held(ben)
    see_it_counted(lena)


def sign_in_by_the_link_of_a_command(town: Installation, lena: Page) -> None:
    """The administrator comes by the link a command printed."""
    lena.goto(town.terminal.json("admin", "add", LENA, "--name", "Lena Torp")["link"])
    lena.get_by_role("button", name="Sign in").click()
    expect(lena.get_by_role("heading", name="Groups")).to_be_visible()


def open_a_group(lena: Page) -> None:
    """She opens a group by a form."""
    lena.goto("/groups/new")
    lena.get_by_label("What people call it").fill(TITLE)
    lena.get_by_label("Programme").select_option(label="Customer-focused leadership")
    lena.get_by_label("Day", exact=True).first.fill(f"{cast.BEGIN:%Y-%m-%d}")
    lena.get_by_label("Coaches").fill(BEN)
    lena.get_by_role("button", name="Open the group").click()
    expect(lena.get_by_role("heading", name=TITLE)).to_be_visible()


def invite(lena: Page) -> None:
    """She brings in the list of those who are invited."""
    bring_in(lena, cast.roster().encode(), name="roster.csv", as_those_who="are invited")
    confirm(lena)


def bring_in_who_was_there(lena: Page) -> None:
    """She brings in the report of Teams; the day of the training says how it writes its dates."""
    bring_in(lena, cast.report(), name="report.csv", as_those_who="were there")
    confirm(lena)


def bring_in(lena: Page, content: bytes, *, name: str, as_those_who: str) -> None:
    """Upload a list to the group."""
    lena.goto("/groups")
    lena.get_by_role("link", name=TITLE).click()
    lena.get_by_role("link", name="Bring in a list").first.click()
    lena.get_by_label(as_those_who).check()
    lena.get_by_label("A file").set_input_files(FilePayload(name=name, mimeType="text/csv", buffer=content))
    lena.get_by_role("button", name="Show me what it will change").click()


def confirm(lena: Page) -> None:
    """Look at the preview and go on."""
    expect(lena.get_by_role("main")).to_contain_text(NAMES[ANNA])
    lena.get_by_role("button", name="Import").click()
    expect(lena.get_by_role("heading", name="Imported")).to_be_visible()


def write_a_plan(anna: Page, letter: Letter) -> None:
    """Anna opens her mail on her phone, starts from an example and makes it hers."""
    open_mail(anna, letter)
    anna.get_by_role("link", name="Write my plan").click()
    anna.get_by_text("examples to start from").click()
    anna.get_by_role("link", name="When a customer's complaint reaches my desk").click()
    anna.get_by_label("I will …").fill(DO)
    anna.get_by_role("button", name="Keep my plan").click()
    expect(anna.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(anna.get_by_text(f"When a customer's complaint reaches my desk, I will {DO}")).to_be_visible()


def answer_from_the_mail(anna: Page, letter: Letter) -> None:
    """Her next mail quotes her plan; one tap in it, and one on the page."""
    open_mail(anna, letter)
    expect(anna.get_by_text(DO)).to_be_visible()
    anna.get_by_role("link", name="Partly").click()
    expect(anna.get_by_role("radio", name="Partly")).to_be_checked()
    assert urlsplit(anna.url).path.startswith("/answer/")  # the token has left the address bar
    anna.get_by_role("button", name="Send my answer").click()
    expect(anna.get_by_text("the reminders for it have stopped")).to_be_visible()


def stop(nils: Page, letter: Letter) -> None:
    """Nils wants no more of these mails."""
    open_mail(nils, letter)
    nils.get_by_role("link", name="Stop these mails").click()
    nils.get_by_role("button", name="Stop these mails").click()
    expect(nils.get_by_role("status")).to_contain_text("you get no more of these mails")


def sign_in_by_mail(town: Installation, ben: Page) -> None:
    """The coach asks for a link, and opens it in the same browser."""
    ben.goto("/sign-in")
    ben.get_by_label("Your mail address").fill(BEN)
    ben.get_by_role("button", name="Mail me a link").click()
    expect(ben.get_by_role("heading", name="Check your mailbox")).to_be_visible()
    ben.goto(town.post.awaited(to=BEN, kind=MessageKind.SIGN_IN).link("sign-in"))
    ben.get_by_role("button", name="Sign in").click()


def mark_the_meeting_held(ben: Page) -> None:
    """He finds Anna, and says in one sentence what came of their meeting."""
    expect(ben.get_by_role("heading", name="My people")).to_be_visible()
    ben.get_by_role("link", name=NAMES[ANNA], exact=True).click()
    ben.get_by_role("link", name="Say how it went").first.click()
    ben.get_by_label("Held", exact=True).check()
    ben.get_by_label("What came of it?").fill(OUTCOME)
    ben.get_by_role("button", name="Keep it").click()
    expect(ben.get_by_text(OUTCOME)).to_be_visible()


def see_it_counted(lena: Page) -> None:
    """Lena sees three follow-ups completed, and whose they are."""
    lena.goto("/numbers")
    its_row = lena.get_by_role("row").filter(has=lena.get_by_text("Completed", exact=True))
    completed = its_row.get_by_role("link")
    expect(completed).to_have_text("3")  # the plan, the answer, the meeting
    completed.click()
    expect(lena.get_by_role("rowheader", name=NAMES[ANNA])).to_have_count(3)
    expect(lena.get_by_role("rowheader", name=NAMES[PAUL])).to_have_count(0)


def open_mail(page: Page, letter: Letter) -> None:
    """Show a mail as a mail program does."""
    page.goto("about:blank")
    page.set_content(letter.html)
