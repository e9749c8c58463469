"""What several tests of the rules share: `st.from_type(WorkingWeek)` is any week people may have, and so on."""

from datetime import date, time, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from coachfollow.rules.absences import Closure, Leave, Quiet
from coachfollow.rules.rotas import Rota, Turn
from coachfollow.rules.worktime import Span, WorkingTime, WorkingWeek

# The first look at a zone reads a file: a deadline would measure the disk.
settings.register_profile("rules", parent=settings(), deadline=None)
settings.load_profile("rules")

_QUARTERS = st.lists(st.integers(0, 95), unique=True, max_size=6).map(sorted)


def _spans(quarters: list[int]) -> tuple[Span, ...]:
    times = [time(*divmod(quarter * 15, 60)) for quarter in quarters]
    return tuple(Span(start, end) for start, end in zip(times[::2], times[1::2], strict=False))


_DAYS = st.lists(_QUARTERS.map(_spans), min_size=7, max_size=7)

st.register_type_strategy(WorkingWeek, _DAYS.filter(any).map(lambda days: WorkingWeek(tuple(days))))

_TURNS = st.lists(st.builds(Turn, st.from_type(WorkingWeek) | st.none()), min_size=2, max_size=4)
_NEAR = st.dates(date(2026, 2, 20), date(2026, 5, 10))

st.register_type_strategy(
    Rota,
    st.builds(
        Rota,
        _TURNS.filter(lambda turns: any(turn.week for turn in turns)).map(tuple),
        st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    ),
)
st.register_type_strategy(
    Leave,
    st.builds(
        lambda first, days, noons: Leave(
            first=first, last=first + timedelta(days=days), from_noon=noons == 1, until_noon=noons == 2
        ),
        _NEAR,
        st.integers(0, 25),
        st.integers(0, 2),
    ),
)
st.register_type_strategy(
    Closure,
    st.builds(
        lambda first, days: Closure(first=first, last=first + timedelta(days=days)), _NEAR, st.integers(0, 12)
    ),
)
st.register_type_strategy(
    WorkingTime,
    st.builds(
        WorkingTime,
        pattern=st.from_type(WorkingWeek) | st.from_type(Rota),
        holidays=st.dictionaries(_NEAR, st.sampled_from(["Good Friday", "Labour Day"]), max_size=4),
        roster=st.dictionaries(_NEAR, _QUARTERS.map(_spans), max_size=4),
        leave=st.lists(st.from_type(Leave), max_size=2).map(tuple),
        closures=st.lists(st.from_type(Closure), max_size=1).map(tuple),
        quiet=st.none() | st.builds(Quiet, since=st.times(), until=st.times()),
    ),
)
