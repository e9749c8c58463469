"""Decides at once about mails that have room and are on time: no working time has to be read for them.

So it is with most people on most days, and reading when somebody works is dear; for the others `limits` decides.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from coachfollow.rules import limits as deciding
from coachfollow.rules import worktime
from coachfollow.rules.days import monday
from coachfollow.rules.limits import Limits, Verdict, Waiting


def at_once(
    waiting: Iterable[Waiting],
    *,
    zone: str,
    taken: Mapping[date, int],
    limits: Limits,
    now: datetime,
    is_working: bool = False,
) -> Verdict | None:
    """Give the verdict of `limits.decide` where there is room for every mail; None where it has to look closer.

    Days and weeks are those of `zone`, `now` is in UTC; what is late needs to know whether its reader `is_working`.
    """
    today = worktime.local(now, zone).date()
    week_of = Counter(monday(day) for day, mails in taken.items() for _ in range(mails))
    used: set[date] = set()
    leaving: list[Sequence[int]] = []
    for mail in waiting:
        if not (is_working and mail.in_hand) and deciding.must_ask(mail, now):
            return None
        day = max(today, worktime.local(mail.due_at, zone).date())
        week = monday(day)
        week_of[week] += 1
        if day in used or taken.get(day, 0) >= limits.a_day or week_of[week] > limits.a_week:
            return None
        used.add(day)
        if mail.in_hand:
            if day != today:
                return None
            leaving.append([mail.key])
    return Verdict(leaving=leaving)
