"""Jobs of the queue `desk`: what may take longer than a mail is allowed to wait."""

from coachfollow.flow import (
    attendance,
    demo_travel,
    digests,
    house_holidays,
    leavers,
    misfits,
    placing,
    renewing,
    tidying,
    zone_rules,
)
from jobs import house


def place() -> None:
    """Find times for the check-ins that come soon, and invite to them."""
    with house.opened() as here:
        placing.place_due(here.session, now=here.now)


def import_files() -> None:
    """Carry out the files that somebody confirmed."""
    with house.opened() as here:
        attendance.carry_out_waiting(here.session, now=here.now)


def tell_coaches() -> None:
    """Find meetings that no longer fit, and tell coaches what there is to look at."""
    with house.opened() as here:
        misfits.find(here.session, now=here.now)
        digests.send_due(here.session, now=here.now)


def tidy() -> None:
    """Put away what nobody needs any more."""
    with house.opened() as here:
        leavers.stop_theirs(here.session, now=here.now)
        tidying.tidy(here.session, now=here.now)
        zone_rules.keep_up(here.session, now=here.now)
        house_holidays.go_on(here.session, now=here.now)
        renewing.renew(here.session)


def travel() -> None:
    """Let the demo's time go on to where somebody sent it; anywhere else nobody ever does."""
    with house.opened() as here:
        demo_travel.travel(here.session)
