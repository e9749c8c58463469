"""The whole story once, through HTTP, real workers and a real mail server: from the invited to a counted answer."""

import io
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.datastructures import FileStorage

from coachfollow.rules.words import MessageKind
from tests.journey import canaries, cast
from tests.journey.cast import ANNA, BEN, GRETA, GUEST, LENA, MIRA, NAMES, NILS, PAUL, at
from tests.journey.installations import Installation
from tests.journey.letters import Letter
from tests.journey.visitors import Visitor

PROGRAMME, TITLE, KEY = "customer-focused-leadership", "Spring group, Berlin", "spring-group-berlin"
HALF_AN_HOUR = timedelta(minutes=30)

WHEN, DO = "a guest waits at my desk", "look up and say when I am free"
WHY = "a-canary-about-why"  # for her coach and herself
SHARED = "a-canary-she-shows-her-coach"
OWN = "a-canary-for-herself-alone"
AGREED = "She may decide up to a hundred euros."
OUTCOME = "a-canary-about-the-meeting"  # for Anna and her coach


@pytest.fixture
def lena(town: Installation) -> Visitor:
    """The administrator, let in by a command, on the day she opens the group."""
    town.set_clock(at(2, 16, 10))
    added = town.terminal.json("admin", "add", LENA, "--name", "Lena Torp")
    lena = town.visitor()
    lena.open(added["link"])
    lena.press("Sign in")
    assert lena.open(added["link"]).status == 410  # it worked once
    return lena


def test_from_the_invited_to_the_counted_answer(town: Installation, lena: Visitor) -> None:
    open_a_group(town, lena)
    invite_everybody(town)
    hear_from_the_manager_before_the_training(town)
    bring_in_who_was_there(town, lena)
    ask_those_who_were_there_for_their_plan(town)
    write_a_plan_by_a_link_that_scanners_have_opened(town)
    meet_at_a_time_both_offered(town)
    stop_by_the_link_in_a_mail(town)
    remind_only_who_has_not_answered(town)
    ben = mark_the_meeting_held(town)
    count_the_same_on_the_page_and_in_the_terminal(town, lena)
    keep_private_words_private(town, lena, ben)


def open_a_group(town: Installation, lena: Visitor) -> None:
    """Lena opens a group on a page; its coach is somebody with bookable hours."""
    lena.open("/groups/new")
    opened = lena.press(
        "Open the group",
        title=TITLE,
        programme=PROGRAMME,
        zone="Europe/Berlin",
        coaches=BEN,
        **{"day-1": f"{cast.BEGIN:%Y-%m-%d}", "at-1": f"{cast.BEGIN:%H:%M}", "lasts-1": "180"},
    )
    assert "The group is open" in opened.text
    town.terminal.run("coach", "hours", BEN, "mon-fri 13:00-17:00", "--link", "https://meet.example.org/ben")


def invite_everybody(town: Installation) -> None:
    """The roster comes in by the terminal; nothing is sent yet."""
    people, roster = town.folder / "people.csv", town.folder / "roster.csv"
    people.write_text(cast.staff(), encoding="utf-8")
    roster.write_text(cast.roster(), encoding="utf-8")
    town.terminal.run("people", "import", people)
    said = town.terminal.json("attendance", "import", roster, "--cohort", KEY, "--roster")
    assert (said["imported"]["enrolled"], said["imported"]["started"], said["left_out"]) == (4, 0, [])
    assert town.post.letters() == []


def hear_from_the_manager_before_the_training(town: Installation) -> None:
    """A week before, the manager gets a card about each; she answers one, and is reminded of the others."""
    town.pass_time(until=at(2, 25, 9))
    cards = town.post.letters()
    assert {(card.recipient, card.kind) for card in cards} == {(GRETA, MessageKind.SPONSOR)}
    by_name = {name: card for card in cards for name in NAMES.values() if name in str(card.mail["Subject"])}
    assert len(cards) == len(by_name) == len(NAMES)

    greta = town.visitor()
    greta.open(by_name[NAMES[ANNA]].link("a", v="yes"))
    thanks = greta.press("Send my answer", outcome=AGREED)
    assert "Thank you" in thanks.text

    town.pass_time(until=at(3, 2, 9))
    assert town.post.recipients(MessageKind.REMINDER) == [GRETA] * 3


def bring_in_who_was_there(town: Installation, lena: Visitor) -> None:
    """Lena uploads the report of Teams: she is asked about its dates, shown every row, and confirms."""
    town.pass_time(until=cast.END + HALF_AN_HOUR)
    file = FileStorage(io.BytesIO(cast.report()), "Attendance report.csv", content_type="text/csv")
    lena.open("/groups")
    lena.follow(TITLE)
    lena.follow("Bring in a list")
    asked = lena.press("Show me what it will change", kind="attendance", file=file)
    assert "“4/3/26” can be 4 March 2026 or 3 April 2026" in asked.text

    preview = lena.press("Go on", date_order="dmy")
    states = {name: cell for name in NAMES.values() for row in preview.rows if name in row for cell in row}
    assert "nobody of that name is in this group" in " ".join(
        cell for row in preview.rows if GUEST in row for cell in row
    )
    assert set(states) == {NAMES[ANNA], NAMES[PAUL], NAMES[NILS]}

    imported = lena.press("Import 3 rows")
    assert "3 follow-ups begin" in imported.text
    assert "1 were put aside" in imported.text


def ask_those_who_were_there_for_their_plan(town: Installation) -> None:
    """The day ends with a mail to whoever was there, and to nobody else."""
    town.pass_time(until=at(3, 4, 16))
    assert town.post.recipients(MessageKind.COMMITMENT) == [ANNA, NILS, PAUL]


def write_a_plan_by_a_link_that_scanners_have_opened(town: Installation) -> None:
    """Opening a link changes nothing, however often; what is written changes what comes."""
    for one in (ANNA, PAUL, NILS):
        town.post.awaited(to=one, kind=MessageKind.INVITATION)
    link = town.post.awaited(to=ANNA, kind=MessageKind.COMMITMENT).link("a")
    anna = town.visitor()
    before = town.kept()
    assert [anna.open(link).status, town.visitor().open(link).status, anna.head(link)] == [200, 200, 200]
    assert town.kept() == before

    assert link.rpartition("/")[2] not in anna.page.url
    assert "Who sees it: you and your coach" in anna.page.text
    thanks = anna.press("Keep my plan", situation=WHEN, action=DO, reason=WHY, rating="4")
    assert f"When {WHEN}, I will {DO}" in thanks.text
    assert town.kept() != before


def meet_at_a_time_both_offered(town: Installation) -> None:
    """Both get an invitation of their own to the same half hour, within the coach's bookable hours."""
    for one in (ANNA, BEN):
        invitations = town.post.letters(to=one, kind=MessageKind.INVITATION)
        method, event = next(
            entry for letter in invitations if NAMES[ANNA] in (entry := letter.calendar_entry())[1]["SUMMARY"]
        )
        assert method == "REQUEST"
        assert (event.start, event.end) == (at(3, 18, 13), at(3, 18, 13, 30))
        assert [str(attendee) for attendee in event.attendees] == [f"mailto:{one}"]
        assert event["LOCATION"] == "https://meet.example.org/ben"
