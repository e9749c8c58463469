"""Asks the questions of the main pages about nobody, so that their statements are compiled before somebody asks."""

from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.queries import applying, choices, completion, groups, outbox
from coachfollow.queries.filters import Area, Filters, GroupBy, Sight

NOBODY = 0  # no row has this id
WHOLE = Area(whole=True)


def rehearse(session: Session, *, now: datetime) -> None:
    """Ask them; the answers are empty, and each takes the database next to nothing."""
    filters = Filters(organisation_id=NOBODY, sight=Sight(numbers=WHOLE, names=WHOLE))
    known = choices.choices(session, organisation_id=NOBODY, area=WHOLE)
    for by in GroupBy:
        completion.completion(session, filters=filters, by=by, now=now, known=known)
    applying.applied(session, filters=filters, known=known, now=now)
    groups.listed(session, organisation_id=NOBODY, area=WHOLE, limit=1)
    outbox.counts(session, organisation_id=NOBODY)
