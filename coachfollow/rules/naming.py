"""What authored texts may name of a follow-up: the same in mails, on pages, in calendars and in previews."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from coachfollow.rules import spoken, wording

_SOMEBODY: Mapping[str, tuple[str, str]] = {
    "en": ("your coach", "your manager"),
    "de": ("dein Coach", "deine Führungskraft"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who and what a text may speak of; names that are not known are empty.

    `locale` is the reader's, `situation` and `action` are empty for whoever may not read them or has no plan yet.
    """

    locale: str
    reader: str
    participant: str
    situation: str = ""
    action: str = ""
    coach: str = ""
    manager: str = ""
    sponsor: str = ""
    programme: str
    organisation: str
    trained_on: date | None

    def on(self, today: date) -> dict[str, str]:
        """Give what fills each placeholder of `wording.PLACEHOLDERS` on a day."""
        coach, manager = spoken.in_language(_SOMEBODY, self.locale)
        return {
            "first_name": first_name(self.reader),
            "participant": self.participant,
            "commitment": wording.if_then(self.situation, self.action, locale=self.locale),
            "situation": self.situation,
            "action": self.action,
            "coach": self.coach or coach,
            "manager": self.manager or manager,
            "sponsor": self.sponsor,
            "programme": self.programme,
            "session_date": spoken.day(self.trained_on, self.locale) if self.trained_on else "",
            "days_since": str((today - self.trained_on).days) if self.trained_on else "",
            "organisation": self.organisation,
        }


def first_name(name: str) -> str:
    """How somebody is greeted: by what stands before the first space."""
    return name.partition(" ")[0] or name
