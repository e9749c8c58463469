"""Measures planning: so many attendances, nine follow-ups each, in mixed zones, weeks and public holidays.

It is `benchmarks.attending` with a programme of nine steps and four working weeks in turn. One size a process.
"""

import json
import sys

from benchmarks import attending, world

ATTENDANCES = 100_000
WEEKS = (
    "mon-fri 09:00-17:00",
    "mon-thu 08:00-16:00",
    "mon-fri 08:00-12:00",
    "tue-sat 10:00-18:00",
)


def measure(attendances: int) -> dict[str, float]:
    """Plan nine follow-ups for each: pure (the rules alone), and stored."""
    return attending.measure(attendances, programme=world.NINE_STEPS, weeks=WEEKS)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if sys.argv[1:] else ATTENDANCES)))
