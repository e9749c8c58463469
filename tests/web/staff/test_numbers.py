"""The numbers: what each reader sees, the names behind them, filters, files to take away."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from python_calamine import CalamineWorkbook

from coachfollow.queries import completion, exports, finding, sheets
from coachfollow.queries.filters import EVERYTHING, GroupBy
from coachfollow.rules.kinds import Role
from coachfollow.web.staff import numbers
from tests.house import AFTER, DAY
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, CLEO, GRETA, LENA, OLGA, ON_ONE, World


@pytest.fixture
def lena(world: World) -> Browser:
    """The browser of the L&D team."""
    return signed_in(world, LENA)


def number(browser: Browser, heading: str) -> str:
    """What stands beside a heading among the totals."""
    beside = rf"<summary>{re.escape(heading)}</summary>.*?<strong>(.*?)</strong>"
    found = re.search(beside, browser.page.text, re.DOTALL)
    assert found is not None, heading
    return unescape(re.sub(r"<[^>]+>", "", found[1])).replace("\N{NO-BREAK SPACE}", " ").strip()


def test_the_numbers_stand_beside_their_definitions_and_add_up(world: World, lena: Browser) -> None:
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED)

    lena.open("/numbers", by="cohort")

    assert number(lena, "Attended") == "3"
    assert number(lena, "Never started") == "2"
    assert number(lena, "Active") == "1"
    assert number(lena, "Due") == "6"
    assert number(lena, "Completed") == "2"
    assert number(lena, "Completed of due") == "33 %"
    assert number(lena, "Open") == "4"
    assert "Completed ÷ due; where nothing is due we write “none due”, not 0 %." in lena.text
    assert "the rates are provisional" in lena.text
    assert "The autumn group 1 0 2 0 – 0 2" in lena.text
    assert "The autumn group 0 of 2" in lena.text


@pytest.mark.parametrize(
    ("reader", "attended"),
    [(LENA, "3"), (BEN, "2"), (GRETA, "1")],
    ids=["all of the organisation", "whom I coach", "my own people"],
)
def test_everybody_counts_what_is_theirs_to_see(world: World, reader: str, attended: str) -> None:
    browser = signed_in(world, reader)

    browser.open("/numbers")

    assert number(browser, "Attended") == attended


@ON_ONE
def test_whoever_may_see_no_numbers_is_told_whose_they_are(world: World) -> None:
    assert signed_in(world, OLGA).open("/numbers").status_code == 403


def test_each_number_leads_to_the_names_behind_it(world: World, lena: Browser) -> None:
    lena.open("/numbers")
    link = re.search(r'href="(/numbers/names\?what=never_started[^"]*)"', lena.page.text)
    assert link is not None

    lena.open(unescape(link[1]))

    assert "Paul Roth" in lena.text
    assert "Mira Sand" in lena.text
    assert "Anna Berg" not in lena.text
    assert f'href="/plans/{world.plan("paul@example.org")}"' in lena.page.text


def test_a_groups_number_leads_to_the_names_of_that_group(lena: Browser) -> None:
    lena.open("/numbers", by="cohort")
    rows = re.search(r'The autumn group</th>.*?href="([^"]*what=attended[^"]*)"', lena.page.text, re.DOTALL)
    assert rows is not None

    lena.open(unescape(rows[1]))

    assert "Mira Sand" in lena.text
    assert "Anna Berg" not in lena.text


def test_follow_ups_are_named_with_their_day(lena: Browser) -> None:
    lena.open("/numbers/names", what="open")

    assert "Anna Berg The spring group question “How is it going?” Tue 10 March 2026" in lena.text


def test_a_months_number_leads_to_the_follow_ups_of_that_month(lena: Browser) -> None:
    lena.open("/numbers/names", what="open", by="month", key="202603")
    assert "Anna Berg" in lena.text

    lena.open("/numbers/names", what="open", by="month", key="202604")
    assert "Nobody, or nobody whose name is yours to see." in lena.text


@ON_ONE
def test_those_without_a_team_have_names_too(lena: Browser) -> None:
    lena.open("/numbers/names", what="attended", by="team", key="none")

    assert "Anna Berg" in lena.text


@ON_ONE
@pytest.mark.parametrize(
    "asked",
    [
        {"what": "rating"},
        {"what": "attended", "by": "coach", "key": "1 or 1"},
        {"by": "month", "key": "202613"},
        {"by": "month", "key": "7"},
    ],
)
def test_there_are_no_names_behind_anything_else(lena: Browser, asked: dict[str, str]) -> None:
    assert lena.open("/numbers/names", **asked).status_code == 404


@ON_ONE
def test_whoever_sees_a_group_as_numbers_sees_no_names(world: World) -> None:
    with world.inside() as home:
        home.appoint("director@example.org", Role.MANAGER)
    browser = signed_in(world, "director@example.org")

    browser.open("/numbers")

    assert number(browser, "Attended") == "3"
    assert "/numbers/names" not in browser.page.text
    assert browser.open("/numbers/names", what="attended").status_code == 403


def test_filters_narrow_what_is_counted(lena: Browser) -> None:
    lena.open("/numbers", group="spring", by="coach")
    assert number(lena, "Attended") == "2"
    assert "Only group The spring group" in lena.text
    assert "Ben Okoro 2" in lena.text

    lena.open("/numbers", coach="cleo@example.org")
    assert number(lena, "Attended") == "1"

    lena.open("/numbers", since="2026-03-04", until="2026-03-31")
    assert number(lena, "Due") == "3"


@ON_ONE
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"since": "tomorrow"}, "Write it like 2026-03-31."),
        ({"since": "2026-03-31", "until": "2026-03-01"}, "Choose a later day."),
    ],
)
def test_a_period_that_is_none_is_said_at_its_field(
    lena: Browser, asked: dict[str, str], sentence: str
) -> None:
    answer = lena.open("/numbers", **asked)

    assert answer.status_code == 422
    assert sentence in lena.text
    assert lena.fields["since"] == asked["since"]
    assert 'href="/numbers/names?what=never_started"' in lena.page.text


@ON_ONE
@pytest.mark.parametrize("asked", [{"group": "nothing"}, {"programme": "nothing"}, {"team": "nothing"}])
def test_what_does_not_exist_has_no_numbers(lena: Browser, asked: dict[str, str]) -> None:
    assert lena.open("/numbers", **asked).status_code == 404


@ON_ONE
@pytest.mark.parametrize("asked", [{"group": "autumn"}, {"coach": CLEO}])
def test_what_one_may_not_see_cannot_be_asked_about(world: World, asked: dict[str, str]) -> None:
    page = signed_in(world, BEN).open("/numbers", **asked)

    assert page.status_code == 404
    assert "autumn" not in page.text
    assert "Cleo" not in page.text


@ON_ONE
def test_everything_is_cut_by_programme_and_each_leads_one_step_further(lena: Browser) -> None:
    lena.open("/numbers")
    assert re.search(r'href="/numbers\?[^"]*programme=service', lena.page.text)

    lena.open("/numbers", programme="service")
    assert "The spring group" in lena.text
    assert re.search(r'href="/numbers\?[^"]*group=spring', lena.page.text)

    lena.open("/numbers", group="spring")
    assert "Ben Okoro" in lena.text
    lena.open("/numbers", by="team")
    assert "without a team" in lena.text


@ON_ONE
def test_months_to_come_are_no_rows_of_noughts(lena: Browser) -> None:
    lena.open("/numbers", by="month")

    assert "2026-03" in lena.text
    assert "2026-04" not in lena.text


@ON_ONE
def test_due_completed_and_finished_of_a_group_lead_to_names_too(world: World, lena: Browser) -> None:
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED)

    lena.open("/numbers", by="cohort")

    row = lena.page.text.partition("All numbers by group")[2].partition("</tbody>")[0]
    assert {"attended", "due", "completed", "open"} <= set(re.findall(r"what=(\w+)&amp;key=", row))


@ON_ONE
def test_numbers_are_dated_by_the_clock_of_the_organisation(lena: Browser) -> None:
    lena.open("/numbers")

    assert "As of Wednesday 11 March 2026, 14:00 (UTC)" in lena.text


def test_months_are_drawn_as_a_line(world: World, time: Clock) -> None:
    time.now = ASKED + timedelta(days=40)
    lena = signed_in(world, LENA)

    lena.open("/numbers", by="month")

    assert "2026-03" in lena.text
    assert "2026-04" in lena.text
    assert '<svg class="line"' in lena.page.text


@ON_ONE
def test_a_list_that_is_too_long_to_choose_from_is_written_instead(
    lena: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "MOST_CHOICES", 1)

    lena.open("/numbers", group="spring")

    assert lena.fields["group"] == "spring"
    assert "There are many: write its short name." in lena.text


@ON_ONE
def test_many_groups_come_page_by_page(lena: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "GROUPS_A_PAGE", 1)

    lena.open("/numbers", by="cohort")
    assert "The autumn group" in lena.text.partition("All numbers by group")[2]
    assert "Page 1 of 2" in lena.text

    lena.open("/numbers", by="cohort", page="2")
    assert "The spring group" in lena.text.partition("All numbers by group")[2]
    assert number(lena, "Attended") == "3"


def test_the_names_behind_a_number_can_be_taken_away(world: World, lena: Browser) -> None:
    still_open = lena.client.get("/numbers/names.csv?what=open&by=cohort")
    rows = list(csv.reader(io.StringIO(still_open.data.decode("utf-8-sig"))))
    people = lena.client.get("/numbers/names.csv?what=never_started&cut=semicolon")

    assert rows[0] == ["Name", "Mail address", "Group", "Follow-up", "Title", "Who was asked", "Due"]
    question = ["question", "How is it going?", "Anna Berg", "2026-03-10"]
    assert ["Anna Berg", ANNA, "The spring group", *question] in rows
    assert '"Paul Roth";"paul@example.org";"The spring group"' in people.data.decode("utf-8-sig")
    assert still_open.headers["Content-Disposition"] == "attachment; filename=open.csv"
    assert signed_in(world, OLGA).client.get("/numbers/names.csv").status_code == 403


@ON_ONE
def test_a_missed_card_is_the_managers_on_every_list(world: World, time: Clock) -> None:
    with world.inside() as home:
        home.pass_time(AFTER + 50 * DAY)
    time.now = AFTER + 50 * DAY
    lena = signed_in(world, LENA)
    lena.open("/numbers/names", what="missed")
    listed = lena.client.get("/numbers/names.csv?what=missed")
    rows = list(csv.reader(io.StringIO(listed.data.decode("utf-8-sig"))))
    team = signed_in(world, GRETA)
    team.open("/team")

    assert re.search(r"Anna Berg The spring group manager's card “[^”]+”; asked: Greta", lena.text)
    [card] = [row for row in rows if row[:1] == ["Anna Berg"] and row[3] == "manager's card"]
    assert card[5].startswith("Greta")
    assert "1 of 4 done" in team.text, "their manager's card is not theirs to do"


@ON_ONE
def test_choices_are_those_whose_people_one_sees(world: World) -> None:
    browser = signed_in(world, BEN)

    browser.open("/numbers")

    assert '<option value="spring">The spring group</option>' in browser.page.text
    assert "autumn" not in browser.page.text


def test_the_files_say_what_the_command_says(world: World, lena: Browser, time: Clock) -> None:
    time.now = ASKED
    taken = lena.client.get("/numbers.csv?by=cohort")
    with world.inside() as home:
        filters = finding.filters(home.session, organisation_id=home.organisation_id, sight=EVERYTHING)
        report = completion.completion(home.session, filters=filters, by=GroupBy.COHORT, now=ASKED)

    assert taken.data.decode("utf-8-sig") == exports.csv_text(sheets.sheets(report))
    assert taken.headers["Content-Disposition"] == "attachment; filename=numbers.csv"
    assert taken.headers["Content-Type"] == "text/csv; charset=utf-8"


@ON_ONE
def test_a_csv_with_semicolons_is_cut_by_them(lena: Browser) -> None:
    taken = lena.client.get("/numbers.csv?by=cohort&cut=semicolon")

    rows = list(csv.reader(io.StringIO(taken.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Group", "Short name", "Attended"]


@ON_ONE
def test_the_spreadsheet_holds_numbers_and_definitions(lena: Browser) -> None:
    taken = lena.client.get("/numbers.xlsx?group=spring")

    book = CalamineWorkbook.from_filelike(io.BytesIO(taken.data))
    assert book.sheet_names == ["Numbers", "Definitions"]
    header, *groups = book.get_sheet_by_name("Numbers").to_python()
    assert dict(zip(header, groups[0], strict=True))["Attended"] == 2


@ON_ONE
def test_nothing_due_is_no_nought_per_cent(world: World, time: Clock) -> None:
    time.now = AFTER  # before the first question
    lena = signed_in(world, LENA)

    lena.open("/numbers", group="autumn")

    assert number(lena, "Completed of due") == "none due"
    assert "none due completed of what is due" in lena.text


@ON_ONE
def test_where_nothing_can_be_counted_it_is_said(lena: Browser) -> None:
    lena.open("/numbers", since="2031-01-01")

    assert "Nobody attended and nothing was due within what you chose." in lena.text
