"""Keeps how many mails the people of an organisation get at most."""

from sqlalchemy.orm import Session

from coachfollow.models import Setting
from coachfollow.queries import limits as chosen
from coachfollow.rules.limits import Limits


def keep(session: Session, *, organisation_id: int, limits: Limits) -> None:
    """Let these limits count from the next mail on."""
    session.merge(Setting(organisation_id=organisation_id, key=chosen.KEY, value=chosen.as_text(limits)))
    session.commit()
