"""Groups: the list, a new one with every mistake at its field, one group with who is where."""

import pytest
from sqlalchemy import func, select

from coachfollow.flow import attendance
from coachfollow.models import Attendance, Cohort, Grant, Person, TrainingSession
from coachfollow.rules.kinds import AttendanceState, ImportKind, Role, Scope
from coachfollow.web.staff import group_form
from tests.house import OPENED
from tests.web.staff.people import group_of, signed_in
from tests.web.worlds import ANNA, BEN, CLEO, LENA, ON_ONE, World

GOOD = {
    "title": "Summer group, Köln",
    "programme": "service",
    "zone": "Europe/Berlin",
    "sessions": "3",
    "day-1": "2026-06-02",
    "at-1": "09:30",
    "lasts-1": "120",
    "day-2": "2026-06-09",
    "at-2": "",
    "lasts-2": "",
    "coaches": f"{BEN}\n{CLEO}",
    "minutes": "45",
    "attend": "1",
    "target": "75 %",
    "announced": "yes",
}


def test_the_list_leads_to_each_group(world: World) -> None:
    browser = signed_in(world, LENA)

    browser.open("/groups")

    assert "The spring group" in browser.text
    assert "The autumn group" in browser.text
    assert f'href="/groups/{group_of(world, ANNA)}"' in browser.page.text


def test_a_missing_attendance_list_is_told_where_one_looks(world: World) -> None:
    with world.inside() as home:
        group = home.group("late", title="The late group", coaches=[BEN])
        batch = home.stage(group, "waiting@example.org\n", kind=ImportKind.ROSTER, now=OPENED)
        attendance.carry_out(home.session, batch_id=batch.id, now=OPENED)
        late, plan = group.public_id, home.plan("waiting@example.org").public_id
    said = "The attendance list of 3 March 2026 is missing: nobody’s follow-up has begun."
    lena, ben = signed_in(world, LENA), signed_in(world, BEN)

    lena.open("/groups")
    assert lena.text.count(said) == 1
    assert f'href="/groups/{late}/import"' in lena.page.text
    lena.open(f"/groups/{late}")
    assert said in lena.text
    ben.open("/coach")
    assert "Waiting for the attendance list" in ben.text
    assert "waits for the attendance list" in ben.text
    assert "All is well" not in ben.text
    ben.open(f"/plans/{plan}")
    assert "waits for the attendance list" in ben.text


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Führung, Größe 2", "fuehrung-groesse-2"),
        ("U\u0308bung", "uebung"),
        ("Été à Łódź", "ete-a-lodz"),
        ("春のグループ", "group"),
    ],
)
def test_a_short_name_is_made_from_a_name_in_any_language(title: str, short: str) -> None:
    assert group_form.slug(title) == short


def test_a_group_is_opened_from_the_form(world: World) -> None:
    browser = signed_in(world, LENA)
    browser.open("/groups/new")

    browser.send("/groups/new", **GOOD)

    assert "The group is open." in browser.text
    assert "Summer group, Köln" in browser.text
    assert "Tuesday 2 June 2026, 09:30" in browser.text
    assert "at least 45 minutes in 1 of 2 sessions" in browser.text
    assert "We aim at 75" in browser.text
    assert "Ben Okoro, 0 participants" in browser.text
    with world.inside() as home:
        cohort = home.session.scalars(select(Cohort).where(Cohort.key == "summer-group-koeln")).one()
        assert (cohort.target, cohort.announced) == (0.75, True)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"title": " "}, "title", "Give the group a name that people recognise."),
        ({"programme": ""}, "programme", "Choose a programme."),
        ({"programme": "nothing-like-it"}, "programme", "Choose a programme."),
        ({"zone": "Berlin"}, "zone", "is not a time zone we know"),
        ({"day-1": "", "day-2": ""}, "day-1", "A group needs at least one session"),
        ({"day-1": "02.06.2026"}, "day-1", "Write the day like 2026-03-31."),
        ({"day-1": "0026-06-02"}, "day-1", "Write a day of the years 2000 to 2099."),
        ({"day-1": "1999-06-02"}, "day-1", "Write a day of the years 2000 to 2099."),
        ({"at-1": "half past nine"}, "at-1", "Write the time like 09:00."),
        ({"lasts-1": "0"}, "lasts-1", "How many minutes does it last?"),
        ({"attend": "3"}, "attend", "Attending 3 of 2 sessions is not possible."),
        ({"minutes": "many"}, "minutes", "A number of minutes, like 30."),
        ({"target": "120"}, "target", "A share in per cent, from 0 to 100."),
        ({"coaches": "ben@example.org, Cleo Marsh"}, "coaches", "is not a mail address"),
        ({"coaches": "ben@company.local"}, "coaches", "special-use or reserved"),
        ({"key": "spring"}, "key", "There is a group “spring” already; choose another short name."),
    ],
)
@ON_ONE
def test_every_mistake_stands_at_its_field_and_nothing_is_lost(
    world: World, change: dict[str, str], field: str, sentence: str
) -> None:
    browser = signed_in(world, LENA)
    browser.open("/groups/new")

    page = browser.send("/groups/new", **(GOOD | change))

    assert page.status_code == 422
    assert sentence in browser.text
    assert f'href="#field-{field}"' in page.text
    assert browser.fields["title"] == (GOOD | change)["title"]
    with world.inside() as home:
        assert home.session.scalar(select(func.count()).select_from(Cohort)) == 3


@ON_ONE
def test_a_coach_who_was_mistyped_is_not_left_behind(world: World) -> None:
    browser = signed_in(world, LENA)
    browser.open("/groups/new")

    browser.send("/groups/new", **(GOOD | {"key": "spring", "coaches": "new.coach@example.org"}))

    with world.inside() as home:
        stranger = select(Person.id).where(Person.email == "new.coach@example.org")
        assert home.session.scalars(stranger).all() == []


@ON_ONE
def test_a_programme_leads_to_a_new_group_that_takes_it(world: World) -> None:
    browser = signed_in(world, LENA)
    browser.open("/programmes/service")
    assert 'href="/groups/new?programme=service"' in browser.page.text

    browser.open("/groups/new", programme="service")

    assert '<option value="service" selected>' in browser.page.text


def test_more_sessions_come_without_losing_what_was_typed(world: World) -> None:
    browser = signed_in(world, LENA)
    browser.open("/groups/new")

    page = browser.send("/groups/new", **GOOD, more="1")

    assert page.status_code == 200
    assert 'name="day-6"' in page.text
    assert browser.fields["title"] == GOOD["title"]


def test_one_group_says_who_is_where(world: World) -> None:
    browser = signed_in(world, LENA)

    browser.open(f"/groups/{group_of(world, ANNA)}")

    assert "Anna Berg present running Fri 6 March Ben Okoro" not in browser.text  # it has passed by now
    assert "Anna Berg present running Tue 17 March Ben Okoro" in browser.text
    assert "Ben Okoro, 2 participants no bookable hours yet" in browser.text
    assert "pasted: who was there · 2 rows · imported" in browser.text


@ON_ONE
def test_one_state_can_be_looked_at_alone(world: World) -> None:
    group = group_of(world, ANNA)
    with world.inside() as home:
        home.attend(
            home.session.scalars(select(Cohort).where(Cohort.public_id == group)).one(),
            "Name;Email;Status\nPaul Roth;paul@example.org;absent\n",
        )
    browser = signed_in(world, LENA)

    browser.open(f"/groups/{group}", state="draft")

    assert "Paul Roth absent did not take part in the training" in browser.text
    assert "Anna Berg" not in browser.text


@ON_ONE
def test_whoever_runs_one_group_sees_that_one_alone(world: World) -> None:
    with world.inside() as home:
        cohort = home.session.get_one(Cohort, home.plan(ANNA).cohort_id)
        home.session.add(
            Grant(
                person_id=home.person(CLEO),
                role=Role.LND,
                scope=Scope.COHORT,
                scope_id=cohort.id,
                from_at=OPENED,
            )
        )
        home.session.commit()
    browser = signed_in(world, CLEO)

    browser.open("/groups")
    assert "The spring group" in browser.text
    assert "The autumn group" not in browser.text
    assert "Open a group" not in browser.text
    assert browser.open(f"/groups/{group_of(world, ANNA)}").status_code == 200
    assert browser.open("/groups/new").status_code == 403
    assert browser.open(f"/groups/{group_of(world, 'mira@example.org')}").status_code == 403


def test_a_session_is_added_and_what_is_dated_keeps_its_day(world: World) -> None:
    browser, here = signed_in(world, LENA), f"/groups/{group_of(world, ANNA)}"
    browser.open(here)

    browser.send(
        f"{here}/sessions", **{"day-1": "2026-03-24", "at-1": "10:00", "lasts-1": "90", "topic-1": "Again"}
    )

    assert "The session is added. Follow-ups that have a date already keep it." in browser.text
    assert "Tuesday 24 March 2026, 10:00" in browser.text
    assert "Anna Berg present – running Tue 17 March Ben Okoro" in browser.text


@ON_ONE
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day-1": ""}, "Say on which day it takes place."),
        ({"day-1": "2026-03-24", "lasts-1": "none"}, "How many minutes does it last?"),
        ({"day-1": "2026-03-01"}, "Choose a day after the last session"),
    ],
)
def test_a_session_that_cannot_be_added_says_why_at_its_field(
    world: World, fields: dict[str, str], sentence: str
) -> None:
    browser, here = signed_in(world, LENA), f"/groups/{group_of(world, ANNA)}"
    browser.open(here)

    page = browser.send(f"{here}/sessions", **fields)

    assert page.status_code == 422
    assert sentence in browser.text
    assert browser.fields["day-1"] == fields["day-1"]


def test_a_coach_is_added_to_a_group(world: World) -> None:
    browser, here = signed_in(world, LENA), f"/groups/{group_of(world, ANNA)}"
    browser.open(here)

    browser.send(f"{here}/coaches", coach=CLEO)

    assert f"{CLEO} coaches this group now, and so far nobody yet of it." not in browser.text
    assert f"{CLEO} coaches this group now." in browser.text
    assert "Cleo Marsh, 0 participants" in browser.text


@ON_ONE
@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("", 422, "Write the coach's mail address."),
        ("Cleo Marsh", 422, "is not a mail address: it must have an @-sign."),
        ("ben@company.local", 422, "special-use or reserved"),
        (BEN, 409, "coaches this group already."),
    ],
)
def test_a_coach_who_cannot_be_added_is_told_why(
    world: World, address: str, status: int, sentence: str
) -> None:
    browser, here = signed_in(world, LENA), f"/groups/{group_of(world, ANNA)}"
    browser.open(here)

    page = browser.send(f"{here}/coaches", coach=address)

    assert page.status_code == status
    assert sentence in browser.text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


@ON_ONE
def test_a_group_of_many_sessions_says_how_many_somebody_was_at(world: World) -> None:
    browser, here = signed_in(world, LENA), f"/groups/{group_of(world, ANNA)}"
    browser.open(here)
    for day in range(20, 27):
        browser.send(f"{here}/sessions", **{"day-1": f"2026-04-{day}"})
    with world.inside() as home:
        last = home.session.scalars(select(TrainingSession).order_by(TrainingSession.position.desc())).first()
        enrolment = home.plan(ANNA).enrolment_id
        assert last is not None
        excused = AttendanceState.EXCUSED
        home.session.add(Attendance(training_session_id=last.id, enrolment_id=enrolment, state=excused))
        home.session.commit()
    browser.open(here)

    assert "Who Sessions present Follow-up Next Coach Anna Berg 1 of 8 8 excused running" in browser.text
