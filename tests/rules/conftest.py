"""What several tests of the rules share: `st.from_type(WorkingWeek)` is any week people may have."""

from datetime import time

from hypothesis import settings
from hypothesis import strategies as st

from coachfollow.rules.worktime import Span, WorkingWeek

# The first look at a zone reads a file: a deadline would measure the disk.
settings.register_profile("rules", parent=settings(), deadline=None)
settings.load_profile("rules")

_QUARTERS = st.lists(st.integers(0, 95), unique=True, max_size=6).map(sorted)


def _spans(quarters: list[int]) -> tuple[Span, ...]:
    times = [time(*divmod(quarter * 15, 60)) for quarter in quarters]
    return tuple(Span(start, end) for start, end in zip(times[::2], times[1::2], strict=False))


_DAYS = st.lists(_QUARTERS.map(_spans), min_size=7, max_size=7)

st.register_type_strategy(WorkingWeek, _DAYS.filter(any).map(lambda days: WorkingWeek(tuple(days))))
