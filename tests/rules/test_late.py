"""What is late waits until its reader works: in their zone, by their week, on none of their days off."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import late, limits, moments, roomy, worktime
from coachfollow.rules.absences import Leave, Quiet
from coachfollow.rules.kinds import Audience, MessageKind
from coachfollow.rules.limits import COUNTED, Limits, Person, Verdict, Waiting, Why
from coachfollow.rules.worktime import Hours, WorkingTime

WEEK = worktime.parse_week("mon-fri 09:00-17:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUNDAY_NIGHT = datetime(2026, 3, 8, 2, 0, tzinfo=UTC)  # three in Berlin
NIGHT = datetime(2026, 3, 3, 9, 43, tzinfo=UTC)  # 04:43 on a Tuesday in New York
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"

UNSURE = frozenset(
    {
        MessageKind.ANNOUNCEMENT,
        MessageKind.SPONSOR,
        MessageKind.COACH_WILL_CALL,
        MessageKind.ASK_HOURS,
        MessageKind.REMINDER,  # leave that became known since does not move them
    }
)


def person(zone: str = BERLIN, hours: Hours = WEEK, taken: Mapping[date, int] | None = None) -> Person:
    return Person(zone=zone, hours=hours, taken=taken or {})


def mail(
    key: int = 1,
    kind: MessageKind = MessageKind.COMMITMENT,
    *,
    due_at: datetime,
    until: datetime | None = None,
    by_hand: bool = False,
    in_hand: bool = True,
) -> Waiting:
    audience = Audience.MANAGER if kind is MessageKind.SPONSOR else Audience.PARTICIPANT
    until = due_at + 7 * DAY if until is None else until
    return Waiting(
        key=key, kind=kind, due_at=due_at, until=until, audience=audience, by_hand=by_hand, in_hand=in_hand
    )


def decide(*mails: Waiting, of: Person | None = None, now: datetime) -> Verdict:
    return limits.decide(mails, person=of or person(), limits=Limits(), now=now)


def kept(verdict: Verdict) -> list[tuple[int, datetime, Why]]:
    assert not verdict.leaving
    return [(one.key, one.until, one.why) for one in verdict.kept]


def test_what_was_due_two_days_before_waits_on_sunday_night_until_monday_morning() -> None:
    verdict = decide(mail(due_at=SUNDAY_NIGHT - 2 * DAY), now=SUNDAY_NIGHT)
    assert kept(verdict) == [(1, datetime(2026, 3, 9, 8, 0, tzinfo=UTC), Why.HOURS)]
    assert verdict.kept[0].day == date(2026, 3, 9)


def test_yesterdays_list_is_imported_in_europe_while_new_york_sleeps() -> None:
    yesterday = mail(due_at=datetime(2026, 3, 2, 21, 0, tzinfo=UTC))
    assert kept(decide(yesterday, of=person(NEW_YORK), now=NIGHT)) == [
        (1, datetime(2026, 3, 3, 14, 0, tzinfo=UTC), Why.HOURS)
    ]
    assert decide(yesterday, of=person(BERLIN), now=NIGHT).leaving == [[1]]


@pytest.mark.parametrize(
    ("hours", "leaves", "remark"),
    [
        (
            WorkingTime(pattern=WEEK, holidays={date(2026, 3, 9): "Day off"}),
            datetime(2026, 3, 10, 8, 0, tzinfo=UTC),
            "a holiday",
        ),
        (
            WorkingTime(pattern=WEEK, leave=(Leave(first=date(2026, 3, 9), last=date(2026, 3, 10)),)),
            datetime(2026, 3, 11, 8, 0, tzinfo=UTC),
            "leave",
        ),
        (
            WorkingTime(pattern=WEEK, quiet=Quiet(since=time(17), until=time(10))),
            datetime(2026, 3, 9, 9, 0, tzinfo=UTC),
            "quiet hours",
        ),
        (
            WorkingTime(pattern=WEEK, roster={date(2026, 3, 8): WEEK.on(date(2026, 3, 9))}),
            datetime(2026, 3, 8, 8, 0, tzinfo=UTC),
            "a roster",
        ),
    ],
)
def test_all_that_keeps_somebody_from_working_counts(hours: Hours, leaves: datetime, remark: str) -> None:
    verdict = decide(mail(due_at=SUNDAY_NIGHT - 2 * DAY), of=person(hours=hours), now=SUNDAY_NIGHT)
    assert kept(verdict) == [(1, leaves, Why.HOURS)], remark


def test_what_is_due_when_work_stops_may_take_half_an_hour() -> None:
    due_at = datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
    for kind in (MessageKind.COMMITMENT, MessageKind.SPONSOR):
        assert decide(mail(kind=kind, due_at=due_at), now=due_at + late.ON_TIME).leaving == [[1]]
        assert kept(decide(mail(kind=kind, due_at=due_at), now=due_at + late.ON_TIME + HOUR)) == [
            (1, datetime(2026, 3, 4, 8, 0, tzinfo=UTC), Why.HOURS)
        ]


def test_what_may_be_dated_outside_its_readers_hours_asks_for_them() -> None:
    for kind in UNSURE:
        assert kept(decide(mail(kind=kind, due_at=NIGHT), of=person(NEW_YORK), now=NIGHT))


def test_what_is_sent_again_by_hand_waits_for_nobody() -> None:
    again = mail(due_at=SUNDAY_NIGHT - DAY, by_hand=True)
    assert decide(again, now=SUNDAY_NIGHT).leaving == [[1]]


def test_what_would_be_over_before_its_reader_works_ends_rather_than_come_at_night() -> None:
    morning = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    for until, ends in ((morning, True), (morning + HOUR, True), (morning + 2 * HOUR, False)):
        verdict = decide(mail(due_at=SUNDAY_NIGHT - DAY, until=until), now=SUNDAY_NIGHT)
        assert verdict.dropped == ([(1, Why.HOURS)] if ends else [])
        assert not verdict.leaving


def test_whoever_is_away_for_longer_than_a_mail_is_kept_gets_none() -> None:
    for last in (date(2026, 4, 1), date.max):
        hours = WorkingTime(pattern=WEEK, leave=(Leave(first=date(2026, 3, 1), last=last),))
        verdict = decide(mail(due_at=SUNDAY_NIGHT - DAY), of=person(hours=hours), now=SUNDAY_NIGHT)
        assert verdict.dropped == [(1, Why.HOURS)]


def test_the_day_on_which_it_leaves_is_the_one_that_counts() -> None:
    monday = date(2026, 3, 9)
    late_one = mail(due_at=SUNDAY_NIGHT - 2 * DAY)
    full_week = {date(2026, 3, 2) + n * DAY: 1 for n in range(3)}
    assert kept(decide(late_one, of=person(taken=full_week), now=SUNDAY_NIGHT))[0][1].date() == monday
    taken = person(taken={monday: 1})
    assert kept(decide(late_one, of=taken, now=SUNDAY_NIGHT))[0][1].date() == monday + DAY


def test_two_that_are_late_leave_as_one_when_work_begins() -> None:
    now = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    mails = mail(1, due_at=now - DAY), mail(2, MessageKind.PROMPT, due_at=now - DAY)
    verdict = decide(*mails, now=now)
    morning = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert kept(verdict) == [(1, morning, Why.HOURS), (2, morning, Why.HOURS)]
    assert decide(*(replace(one, due_at=morning) for one in mails), now=morning).leaving == [[1, 2]]


def test_what_is_late_rides_with_what_comes_later_that_day() -> None:
    now = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    coming = mail(-1, MessageKind.REFLECTION, due_at=now + 7 * HOUR, in_hand=False)
    verdict = decide(mail(1, MessageKind.PROMPT, due_at=now - DAY), coming, now=now)
    assert kept(verdict) == [(1, now + 7 * HOUR, Why.TOGETHER)]


def test_nobody_is_reminded_in_a_leave_that_became_known_since() -> None:
    tuesday = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    away = WorkingTime(pattern=WEEK, leave=(Leave(first=date(2026, 3, 2), last=date(2026, 3, 4)),))
    verdict = decide(mail(kind=MessageKind.REMINDER, due_at=tuesday), of=person(hours=away), now=tuesday)
    assert kept(verdict) == [(1, datetime(2026, 3, 5, 8, 0, tzinfo=UTC), Why.HOURS)]


def test_a_managers_card_does_not_wait_for_one_that_is_dated_into_their_night() -> None:
    now = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # ten in New York
    coming = mail(-1, MessageKind.SPONSOR, due_at=now + 10 * HOUR, in_hand=False)
    card = mail(1, MessageKind.SPONSOR, due_at=now - HOUR)
    assert decide(card, coming, of=person(NEW_YORK), now=now).leaving == [[1]]
    assert roomy.at_once([card], zone=NEW_YORK, taken={}, limits=Limits(), now=now) is None


ZONES = st.sampled_from(["UTC", "Asia/Kolkata", "Pacific/Auckland", NEW_YORK, "Pacific/Kiritimati", BERLIN])
MOMENTS = st.integers(0, 40 * 24 * 4).map(lambda quarters: SUNDAY_NIGHT + quarters * timedelta(minutes=15))
PEOPLE = st.builds(person, ZONES, st.from_type(WorkingTime))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Waiting], Person, datetime]:
    """Mails of one person at a moment; what is on time was dated within their working time, as planning does."""
    of, now = draw(PEOPLE), draw(MOMENTS)
    mails = []
    for key in range(draw(st.integers(1, 5))):
        kind, ago = draw(st.sampled_from(sorted(COUNTED))), draw(st.integers(0, 150))
        due_at = now - ago * HOUR / 4
        if kind not in UNSURE and ago <= 2 and not moments.is_working(due_at, of):
            due_at -= HOUR
        mails.append(mail(key, kind, due_at=due_at, until=now + draw(st.integers(1, 200)) * HOUR))
    return mails, of, now


@given(worlds())
def test_g6_nothing_leaves_outside_its_readers_working_time(
    world: tuple[list[Waiting], Person, datetime],
) -> None:
    mails, of, now = world
    waiting = {one.key: one for one in mails}
    taken: dict[date, int] = {}
    for _ in range(60):
        if not waiting:
            break
        due = [replace(one, in_hand=one.due_at <= now) for one in waiting.values()]
        verdict = limits.decide(due, person=replace(of, taken=dict(taken)), limits=Limits(), now=now)
        for is_working in {False, moments.is_working(now, of)}:
            at_once = roomy.at_once(
                due, zone=of.zone, taken=taken, limits=Limits(), now=now, is_working=is_working
            )
            assert at_once is None or (at_once.leaving, ()) == (verdict.leaving, verdict.kept)
        left = [waiting.pop(key) for letter in verdict.leaving for key in letter]
        for one in left:
            on_time = now <= one.due_at + late.ON_TIME and moments.is_working(one.due_at, of)
            assert moments.is_working(now, of) or on_time
        if left:
            day = worktime.local(now, of.zone).date()
            taken[day] = taken.get(day, 0) + len(verdict.leaving)
        for key, _ in verdict.dropped:
            del waiting[key]
        for wait in verdict.kept:
            assert now < wait.until < waiting[wait.key].until
            assert moments.is_working(wait.until, of)
            waiting[wait.key] = replace(waiting[wait.key], due_at=wait.until)
        now = min((one.due_at for one in waiting.values() if one.due_at > now), default=now)
    assert not waiting
