"""The whole story once, through HTTP, real workers and a real mail server: from the invited to a counted answer."""

import io
import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import FileStorage

from coachfollow.rules.kinds import MessageKind
from tests.journey import canaries, cast, numbers
from tests.journey.cast import ANNA, BEN, GRETA, GUEST, LENA, MIRA, NAMES, NILS, PAUL, at
from tests.journey.installations import Installation
from tests.journey.visitors import Visitor

PROGRAMME, TITLE, KEY = "customer-focused-leadership", "Spring group, Berlin", "spring-group-berlin"
HALF_AN_HOUR = timedelta(minutes=30)
MEETING_LINK = "https://meet.example.org/ben"

WHEN, DO = "a guest waits at my desk", "look up and say when I am free"
WHY = "a-canary-about-why"  # for her coach and herself
SHARED = "a-canary-she-shows-her-coach"
OWN = "a-canary-for-herself-alone"
AGREED = "She may decide up to a hundred euros."
OUTCOME = "a-canary-about-the-meeting"  # for Anna and her coach
CANARIES = frozenset({WHEN, DO, WHY, SHARED, OWN, OUTCOME})


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
    hear_nothing_more(town)


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
    town.terminal.run("coach", "hours", BEN, "mon-fri 13:00-17:00", "--link", MEETING_LINK)


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
    """A week before, the manager gets one card about all; she answers for one, and is reminded of the others."""
    town.pass_time(until=at(2, 25, 9))
    (card,) = town.post.letters()
    assert (card.recipient, card.kind) == (GRETA, MessageKind.SPONSOR)
    assert all(name in card.text for name in NAMES.values())

    greta = town.visitor()
    greta.open(card.link("a", about=NAMES[ANNA], v="yes"))
    thanks = greta.press("Send my answer", outcome=AGREED)
    assert "Thank you" in thanks.text

    town.pass_time(until=at(3, 2, 9))
    (reminder,) = town.post.letters(kind=MessageKind.REMINDER)
    assert [name in reminder.text for name in NAMES.values()] == [one != ANNA for one in NAMES]


def bring_in_who_was_there(town: Installation, lena: Visitor) -> None:
    """Lena uploads the report of Teams, whose dates the session settles: she is shown every row, and confirms."""
    town.pass_time(until=cast.END + HALF_AN_HOUR)
    file = FileStorage(io.BytesIO(cast.report()), "Attendance report.csv", content_type="text/csv")
    lena.open("/groups")
    lena.follow(TITLE)
    lena.follow("Bring in a list")
    preview = lena.press("Show me what it will change", kind="attendance", file=file)
    assert "This report is of" not in preview.text
    for one, minutes in ((ANNA, 180), (PAUL, 161), (NILS, 180)):  # without Paul's break
        assert re.search(rf"{NAMES[one]}\W+present, {minutes} min", preview.text)
    assert re.search(rf"{GUEST}.*nobody of that name is in this group", preview.text)
    assert NAMES[MIRA] not in preview.text

    imported = lena.press("Import 3 rows")
    assert "3 follow-ups begin" in imported.text
    assert "put aside: not at the training" in imported.text


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
    town.settle()
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
    invited = [town.post.invitation(to=one, about=NAMES[ANNA]) for one in (ANNA, BEN)]
    for (method, event), one in zip(invited, (ANNA, BEN), strict=True):
        assert method == "REQUEST"
        assert [str(attendee) for attendee in event.attendees] == [f"mailto:{one}"]
        assert event["LOCATION"] == MEETING_LINK
        assert at(3, 18, 13) <= event.start < event.end == event.start + HALF_AN_HOUR <= at(3, 18, 17)
    assert invited[0][1].start == invited[1][1].start


def stop_by_the_link_in_a_mail(town: Installation) -> None:
    """Nils wants no more mails: his meeting leaves both calendars, and that is the last he hears."""
    town.pass_time(until=at(3, 6, 9))
    nils = town.visitor()
    nils.open(town.post.awaited(to=NILS, kind=MessageKind.REFLECTION).link("s"))
    assert "you get no more of these mails" in nils.press("Stop these mails", reason="no_interest").text
    for one in (NILS, BEN):
        method, event = town.post.awaited(to=one, kind=MessageKind.CANCELLATION).calendar_entry()
        _, invited = town.post.invitation(to=one, about=NAMES[NILS])
        assert (method, event["UID"], event["SEQUENCE"]) == ("CANCEL", invited["UID"], 1)


def remind_only_who_has_not_answered(town: Installation) -> None:
    """Anna answers from her mail and hears no more of it; Paul is silent, and is reminded."""
    town.pass_time(until=at(3, 11, 9))
    assert town.post.letters(to=ANNA, kind=MessageKind.REMINDER) == []
    assert len(town.post.letters(to=PAUL, kind=MessageKind.REMINDER)) == 1  # his plan is not written

    question = town.post.awaited(to=ANNA, kind=MessageKind.REFLECTION, number=2)
    assert f"When {WHEN}, I will {DO}" in question.text
    anna = town.visitor()
    asked = anna.open(question.link("a", v="partly"))
    assert asked.form("Send my answer")[0].values["applied"] == "partly"
    thanks = anna.press("Send my answer", note=SHARED, share="yes", barrier="no_time", times="3")
    assert "the reminders for it have stopped" in thanks.text

    town.pass_time(until=at(3, 16, 9))
    assert town.post.letters(to=ANNA, kind=MessageKind.REMINDER) == []
    assert len(town.post.letters(to=PAUL, kind=MessageKind.REMINDER)) == 2


def mark_the_meeting_held(town: Installation) -> Visitor:
    """After the meeting its coach signs in by a mailed link, sees what was shared, and says what came of it."""
    town.pass_time(until=at(3, 18, 17))
    ben = town.signed_in(BEN, wanted="/coach")
    ben.follow(NAMES[ANNA])
    for words in (f"When {WHEN}, I will {DO}", WHY, SHARED, AGREED):
        assert words in ben.page.text
    ben.follow("Say how it went")
    assert "held" in ben.press("Keep it", held="yes", outcome=OUTCOME).text
    assert OUTCOME in ben.page.text
    hers = town.visitor().open(town.post.letters(to=ANNA)[-1].link("p"))
    assert "A meeting with my coach: took place" in hers.text
    return ben


def count_the_same_on_the_page_and_in_the_terminal(town: Installation, lena: Visitor) -> None:
    """The numbers are those of the story, the parts add up, and names stand behind them."""
    total = town.terminal.json("report", "completion", "--cohort", KEY)["total"]
    people, asked = total["people"], total["follow_ups"]
    assert (people["attended"], people["active"], people["never_started"], people["stopped"]) == (3, 1, 1, 1)
    assert people["attended"] == sum(people[one] for one in numbers.PEOPLE)
    # Anna's: the card, her plan, the question of the first week, the meeting. Nobody answered the one of day 2;
    # of Paul's, the card and the question of the first week closed, too. His plan and his meeting stand open,
    # as does the question of today for both. When Nils stopped, he had been asked for his plan and about day 2, and
    # his manager had the card: nobody knows.
    assert (asked["completed"], asked["missed"], asked["open"]) == (4, 7, 4)
    assert asked["due"] == asked["completed"] + asked["missed"] + asked["open"]
    assert asked["completed"] == asked["on_time"] + asked["late"]

    lena.open(f"/numbers?group={KEY}")
    assert numbers.shown(lena) == numbers.reported(total)
    assert numbers.names_behind(lena, "completed") == [NAMES[ANNA]] * 4
    assert numbers.names_behind(lena, "stopped") == [NAMES[NILS]]


def keep_private_words_private(town: Installation, lena: Visitor, ben: Visitor) -> None:
    """What Anna writes for herself stays with her, what she shares with her coach and them; nobody else finds it."""
    anna = town.visitor()
    anna.open(town.post.awaited(to=ANNA, kind=MessageKind.REFLECTION, number=3).link("a"))
    again = anna.press("Send my answer", note=OWN)  # the question itself was forgotten
    assert (again.status, again.form("Send my answer")[0].values["note"]) == (422, OWN)
    assert "Thank you" in anna.press("Send my answer", applied="as_intended").text

    greta = town.signed_in(GRETA, wanted="/team")
    lena.open("/groups")
    ben.open("/coach")
    town.settle()
    before = town.kept()
    for visitor, may_read in ((lena, set()), (greta, set()), (ben, CANARIES - {OWN})):
        read = "\n".join(text for _, text in canaries.pages_of(visitor))
        assert NAMES[ANNA] in read
        assert {words for words in CANARIES if words in read} == may_read
    assert town.kept() == before  # reading all of it has changed nothing
    for where, text in canaries.papers_of(town):
        hers = {WHEN, DO} if where.endswith(f" to {ANNA}") else set()  # mails quote her plan to her
        assert {words for words in CANARIES if words in text} <= hers, where


def hear_nothing_more(town: Installation) -> None:
    """Who stopped got nothing after the cancellation of the meeting, and who was not there nothing at all."""
    assert town.post.letters(to=NILS)[-1].kind is MessageKind.CANCELLATION
    assert town.post.letters(to=MIRA) == []
