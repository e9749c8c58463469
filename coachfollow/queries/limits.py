"""Reads how many mails an organisation lets its people get."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.extensions import among
from coachfollow.models import Setting, table_of
from coachfollow.rules.limits import Limits

KEY = "limits"


def of(session: Session, *, organisation_ids: Collection[int]) -> Mapping[int, Limits]:
    """Give the limits of these organisations: what they have chosen, or ours."""
    rows = session.execute(_CHOSEN, {"ids": organisation_ids})
    found = {organisation_id: Limits(**json.loads(value)) for organisation_id, value in rows}
    return {organisation_id: found.get(organisation_id, Limits()) for organisation_id in organisation_ids}


_settings = table_of(Setting).c
_CHOSEN = select(_settings.organisation_id, _settings.value).where(
    _settings.key == KEY, among(_settings.organisation_id, "ids")
)


def as_text(value: Limits) -> str:
    """Write limits as they are stored."""
    return json.dumps(asdict(value))
