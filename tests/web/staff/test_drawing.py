"""The numbers drawn: what a chart shows of a report."""

from datetime import UTC, datetime

from coachfollow.queries.completion import Group, Report
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.labels import Label
from coachfollow.rules.measuring import FollowUps, People
from coachfollow.web.staff import drawing


def month(name: str, *, on_time: int = 0, missed: int = 0) -> Group:
    return Group(
        key=int(name.replace("-", "")),
        label=Label(text=name, handle=name),
        target=0.8,
        follow_ups=FollowUps(on_time=on_time, missed=missed),
        people=People(),
        reached=0,
    )


def test_a_month_in_which_nothing_was_due_has_its_place_on_the_line() -> None:
    months = (month("2026-11", on_time=1), month("2026-12", on_time=1, missed=1), month("2027-02"))
    report = Report(
        by=GroupBy.MONTH,
        filters=Filters(organisation_id=1),
        scope={},
        at=datetime(2027, 2, 1, tzinfo=UTC),
        groups=months,
        total=months[0],
    )

    line = drawing.over_time(report)

    assert line is not None
    assert [tick.label for tick in line.across] == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert [(dot.label, dot.share) for dot in line.dots] == [("2026-11", 1.0), ("2026-12", 0.5)]
