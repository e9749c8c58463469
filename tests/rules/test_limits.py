"""Nobody is nagged: a day and a week hold a few mails, the important first; nothing is lost, doubled or unsaid."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import limits, roomy, worktime
from coachfollow.rules.days import monday
from coachfollow.rules.kinds import Audience, MessageKind
from coachfollow.rules.limits import COUNTED, Limits, Person, Verdict, Waiting, Why
from coachfollow.rules.worktime import WorkingWeek

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEEK = worktime.parse_week("mon-fri 09:00-17:00")
ALWAYS = worktime.parse_week("mon-sun 00:00-23:59")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def person(*taken: datetime, zone: str = "UTC") -> Person:
    return Person(zone=zone, hours=WEEK, taken=Counter(moment.date() for moment in taken))


def mail(
    key: int,
    kind: MessageKind = MessageKind.REFLECTION,
    due_at: datetime = MONDAY,
    *,
    days: int = 7,
    in_hand: bool = True,
    alone: bool = False,
) -> Waiting:
    until = due_at + days * DAY
    audience = Audience.MANAGER if kind is MessageKind.SPONSOR else Audience.PARTICIPANT
    return Waiting(
        key=key,
        kind=kind,
        due_at=due_at,
        until=until,
        audience=audience,
        in_hand=in_hand,
        alone=alone,
    )


def decide(
    *mails: Waiting, of: Person | None = None, now: datetime = MONDAY, limit: Limits | None = None
) -> Verdict:
    return limits.decide(mails, person=of or person(), limits=limit or Limits(), now=now)


def days(verdict: Verdict) -> Mapping[int, tuple[date, Why]]:
    return {one.key: (one.day, one.why) for one in verdict.kept}


def test_what_is_alone_on_its_day_leaves() -> None:
    assert decide(mail(1)) == Verdict(leaving=[[1]], kept=(), dropped=[])


def test_two_of_one_day_leave_as_one_mail_which_the_more_important_leads() -> None:
    assert decide(mail(1, MessageKind.PROMPT), mail(2)).leaving == [[2, 1]]


def test_a_third_of_one_day_waits_for_the_next() -> None:
    verdict = decide(mail(1, MessageKind.PROMPT), mail(2, MessageKind.REMINDER), mail(3))
    assert verdict.leaving == [[3, 2]]
    assert days(verdict) == {1: (date(2026, 3, 3), Why.DAY)}


def test_a_mail_waits_for_another_of_the_same_day() -> None:
    later = mail(-1, due_at=MONDAY + 5 * HOUR, in_hand=False)
    (kept,) = decide(mail(1, MessageKind.PROMPT), later).kept
    assert (kept.until, kept.why) == (MONDAY + 5 * HOUR, Why.TOGETHER)


def test_nothing_waits_beyond_its_own_time() -> None:
    prompt = replace(mail(1, MessageKind.PROMPT), until=MONDAY + HOUR)
    assert decide(prompt, mail(-1, due_at=MONDAY + 5 * HOUR, in_hand=False)).leaving == [[1]]


def test_what_another_claim_holds_is_not_waited_for() -> None:
    assert decide(mail(1), mail(-1, due_at=MONDAY - HOUR, in_hand=False)).leaving == [[1]]


def test_a_written_mail_is_not_joined() -> None:
    verdict = decide(mail(1, alone=True), mail(2))
    assert verdict.leaving == [[1]]
    assert days(verdict) == {2: (date(2026, 3, 3), Why.DAY)}


def test_a_manager_gets_one_card_for_ten_people() -> None:
    cards = [mail(key, MessageKind.SPONSOR) for key in range(1, 11)]
    assert decide(*cards).leaving == [list(range(1, 11))]


def test_words_to_a_manager_and_to_a_participant_are_not_mixed() -> None:
    verdict = decide(mail(1, MessageKind.SPONSOR), mail(2))
    assert verdict.leaving == [[1]]
    assert days(verdict) == {2: (date(2026, 3, 3), Why.DAY)}


def test_what_is_kept_on_a_friday_leaves_on_monday_at_its_hour() -> None:
    friday = MONDAY + 4 * DAY
    (kept,) = decide(mail(1, due_at=friday), of=person(friday), now=friday + HOUR).kept
    assert kept.until == MONDAY + 7 * DAY
    assert kept.expires_at == min(kept.until + 2 * DAY, friday + 7 * DAY)


def test_a_full_week_sends_on_to_the_next() -> None:
    friday = MONDAY + 4 * DAY
    taken = person(*(MONDAY + n * DAY for n in range(3)))
    verdict = decide(mail(1, due_at=friday), of=taken, now=friday)
    assert days(verdict) == {1: (date(2026, 3, 9), Why.WEEK)}


def test_a_reminder_does_not_use_up_the_week_before_a_question_comes() -> None:
    taken = person(MONDAY, MONDAY + DAY)
    question = mail(-1, due_at=MONDAY + 3 * DAY, in_hand=False)
    wednesday = MONDAY + 2 * DAY
    verdict = decide(mail(1, MessageKind.PROMPT, wednesday), question, of=taken, now=wednesday)
    assert days(verdict) == {1: (date(2026, 3, 5), Why.WEEK)}, "it rides with the question"


@pytest.mark.parametrize(
    ("taken", "why", "remark"),
    [((MONDAY,), Why.DAY, "its day is full"), ((-DAY, -2 * DAY, -3 * DAY), Why.WEEK, "its week is full")],
)
def test_what_has_no_day_left_is_said(taken: Sequence[datetime | timedelta], why: Why, remark: str) -> None:
    now = MONDAY if why is Why.DAY else MONDAY + 4 * DAY
    before = (one if isinstance(one, datetime) else now + one for one in taken)
    verdict = decide(mail(1, due_at=now, days=1), of=person(*before), now=now)
    assert verdict.dropped == [(1, why)], remark


def test_a_day_is_the_persons_own() -> None:
    evening = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)  # Tuesday morning in Auckland
    taken = Person(zone="Pacific/Auckland", hours=WEEK, taken={date(2026, 3, 2): 1})
    assert decide(mail(1, due_at=evening), of=taken, now=evening).leaving == [[1]]


@pytest.mark.parametrize(
    ("closes_at", "end"),
    [
        (None, MONDAY + 7 * DAY),
        (MONDAY + DAY, MONDAY + DAY),
        (MONDAY + 30 * DAY, MONDAY + 7 * DAY),
    ],
)
def test_a_mail_is_kept_a_week_and_never_beyond_its_close(closes_at: datetime | None, end: datetime) -> None:
    assert limits.window_end(due_at=MONDAY, closes_at=closes_at) == end


def test_only_what_is_about_calendars_or_was_asked_for_does_not_count() -> None:
    assert set(MessageKind) - COUNTED == {
        MessageKind.INVITATION,
        MessageKind.CANCELLATION,
        MessageKind.SIGN_IN,
        MessageKind.CURRENT_QUESTION,
        MessageKind.MISFIT,
    }


ZONES = st.sampled_from(["UTC", "Asia/Kolkata", "Pacific/Auckland", "America/New_York", "Pacific/Kiritimati"])
LIMITS = st.integers(1, 3).flatmap(
    lambda a_day: st.integers(a_day, 7).map(lambda a_week: Limits(a_day=a_day, a_week=a_week))
)
MAILS = st.lists(
    st.builds(
        lambda kind, hours, left, in_hand, alone: (
            kind,
            MONDAY + (hours if not in_hand else -abs(hours)) * HOUR,
            left,
            in_hand,
            alone,
        ),
        st.sampled_from(sorted(COUNTED)),
        st.integers(-100, 150),
        st.integers(1, 200),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
).map(
    lambda rows: [
        Waiting(
            key=key,
            kind=kind,
            due_at=due_at,
            until=max(due_at, MONDAY) + left * HOUR,
            in_hand=in_hand,
            alone=alone,
        )
        for key, (kind, due_at, left, in_hand, alone) in enumerate(rows)
    ]
)
PEOPLE = st.builds(
    lambda zone, hours, taken: Person(
        zone=zone, hours=hours, taken=Counter(date(2026, 3, 2) + n * DAY for n in taken)
    ),
    ZONES,
    st.from_type(WorkingWeek),
    st.lists(st.integers(-6, 0), max_size=3),
)


@given(MAILS, PEOPLE, LIMITS)
def test_every_mail_in_hand_is_in_exactly_one_place(mails: list[Waiting], of: Person, limit: Limits) -> None:
    verdict = decide(*mails, of=of, limit=limit)
    found = [key for letter in verdict.leaving for key in letter]
    found += [one.key for one in verdict.kept] + [key for key, _ in verdict.dropped]
    assert sorted(found) == [one.key for one in mails if one.in_hand]


@given(MAILS, PEOPLE, LIMITS)
def test_where_there_is_room_it_is_decided_at_once_and_no_differently(
    mails: list[Waiting], of: Person, limit: Limits
) -> None:
    for few in (mails, mails[:1], mails[:2]):
        verdict = roomy.at_once(few, zone=of.zone, taken=of.taken, limits=limit, now=MONDAY)
        assert verdict is None or verdict == replace(decide(*few, of=of, limit=limit), kept=(), dropped=())


@pytest.mark.parametrize(
    ("mails", "taken", "leaving", "remark"),
    [
        ([mail(1)], (), [[1]], "alone on its day"),
        ([mail(1), mail(-1, due_at=MONDAY + DAY, in_hand=False)], (), [[1]], "the next one has another day"),
        ([mail(1), mail(2)], (), None, "two of one day may join"),
        ([mail(1)], (MONDAY,), None, "its day is taken"),
        ([mail(1)], (MONDAY - DAY, MONDAY - 2 * DAY, MONDAY - 3 * DAY), [[1]], "another week"),
        (
            [mail(1), mail(-1, due_at=MONDAY + DAY, in_hand=False)],
            (MONDAY + 2 * DAY, MONDAY + 3 * DAY),
            None,
            "no room for both in the week",
        ),
    ],
)
def test_only_where_there_is_room_for_all_it_is_decided_at_once(
    mails: list[Waiting], taken: Sequence[datetime], leaving: list[list[int]] | None, remark: str
) -> None:
    verdict = roomy.at_once(mails, zone="UTC", taken=person(*taken).taken, limits=Limits(), now=MONDAY)
    assert (verdict.leaving if verdict else None) == leaving, remark


@given(MAILS, PEOPLE, LIMITS)
def test_what_leaves_stays_within_the_day_and_the_week(
    mails: list[Waiting], of: Person, limit: Limits
) -> None:
    verdict = decide(*mails, of=of, limit=limit)
    today = worktime.local(MONDAY, of.zone).date()
    week = sum(n for day, n in of.taken.items() if monday(day) == monday(today))
    if verdict.leaving:
        assert of.taken.get(today, 0) + len(verdict.leaving) <= limit.a_day
        assert week + len(verdict.leaving) <= limit.a_week


@given(MAILS, PEOPLE, LIMITS)
def test_nothing_of_less_weight_leaves_in_place_of_what_waits(
    mails: list[Waiting], of: Person, limit: Limits
) -> None:
    of = replace(of, hours=ALWAYS)  # who does not work now may get only what is on time, whatever it weighs
    same_voice = [replace(one, alone=False) for one in mails if one.kind in _TO_PARTICIPANTS]
    verdict = decide(*same_voice, of=of, limit=limit)
    weight = {one.key: limits.importance(one.kind) for one in same_voice}
    left_out = [one.key for one in verdict.kept if one.why is not Why.TOGETHER]
    left_out += [key for key, _ in verdict.dropped]
    for letter in verdict.leaving:
        for waiting in left_out:
            assert max(weight[key] for key in letter) <= weight[waiting]


@given(MAILS, PEOPLE, LIMITS)
def test_what_waits_waits_for_a_later_moment_within_its_window(
    mails: list[Waiting], of: Person, limit: Limits
) -> None:
    by_key = {one.key: one for one in mails}
    for kept in decide(*mails, of=of, limit=limit).kept:
        assert MONDAY < kept.until < by_key[kept.key].until
        assert kept.until < kept.expires_at <= by_key[kept.key].until


@given(MAILS, PEOPLE, LIMITS, st.randoms())
def test_the_order_in_which_mails_are_read_changes_nothing(
    mails: list[Waiting], of: Person, limit: Limits, chance: Random
) -> None:
    shuffled = sorted(mails, key=lambda _: chance.random())
    assert decide(*shuffled, of=of, limit=limit) == decide(*mails, of=of, limit=limit)


@given(MAILS, PEOPLE, LIMITS)
def test_whoever_lives_through_it_never_gets_more_than_the_limit_and_everything_ends(
    mails: list[Waiting], of: Person, limit: Limits
) -> None:
    waiting = {one.key: replace(one, in_hand=True, alone=False) for one in mails}
    got: Counter[date] = Counter(of.taken)
    now, last = MONDAY, max((one.until for one in mails), default=MONDAY)
    ended: list[int] = []
    while waiting and now <= last:
        due = [one if one.due_at <= now else replace(one, in_hand=False) for one in waiting.values()]
        verdict = limits.decide(due, person=replace(of, taken=dict(got)), limits=limit, now=now)
        got[worktime.local(now, of.zone).date()] += len(verdict.leaving)
        over = [key for letter in verdict.leaving for key in letter] + [key for key, _ in verdict.dropped]
        for kept in verdict.kept:
            waiting[kept.key] = replace(waiting[kept.key], due_at=kept.until)
        for key in over:
            del waiting[key]
        ended += over
        now = min((one.due_at for one in waiting.values() if one.due_at > now), default=last + DAY)
    assert sorted(ended) == [one.key for one in mails]
    weeks: Counter[date] = Counter()
    for day, letters in got.items():
        assert letters <= max(limit.a_day, of.taken.get(day, 0))
        weeks[monday(day)] += letters
    before = Counter({monday(day): 0 for day in of.taken})
    for day, letters in of.taken.items():
        before[monday(day)] += letters
    assert all(letters <= max(limit.a_week, before[week]) for week, letters in weeks.items())


_TO_PARTICIPANTS = COUNTED - {MessageKind.SPONSOR, MessageKind.ASK_HOURS, MessageKind.COACH_DIGEST}
