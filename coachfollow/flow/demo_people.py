"""Who lives in the demo: an invented hotel company, its teams and managers, and forty people with their habits."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

COMPANY = "Brightwater Hotels"
DOMAIN = "brightwater.example"
PROGRAMME = "customer-focused-leadership"

BERLIN, LONDON, NEW_YORK = "Europe/Berlin", "Europe/London", "America/New_York"
SAO_PAULO, KOLKATA, RIYADH = "America/Sao_Paulo", "Asia/Kolkata", "Asia/Riyadh"

WEEKS: Mapping[str, str] = {RIYADH: "sun-thu 08:00-16:00", SAO_PAULO: "mon-fri 08:00-17:00"}
USUAL_WEEK = "mon-fri 09:00-17:00"
LATE_SHIFT = "Noura Al-Harbi"  # never at work when her coach can be booked; another coach can
MET_LATER = "Tobias Krämer"  # whose coach chose another time for their meeting
OWN_WEEKS: Mapping[str, str] = {
    LATE_SHIFT: "sun-thu 18:30-22:30",
    "Ines Köhler": "mon-wed 09:00-13:00",  # part-time
    "Matteo Ferri": "early: mon-fri 06:00-14:00 / late: mon-fri 13:00-21:00 from 2026-01-05",
}
COUNTRIES: Mapping[str, str] = {
    BERLIN: "DE-BE",
    LONDON: "GB-ENG",
    NEW_YORK: "US-NY",
    SAO_PAULO: "BR-SP",
    KOLKATA: "IN",
    RIYADH: "SA",
}
LIGHTER = "Meera Nair"  # wants fewer reminders, on Thursdays
IN_CALENDAR = "Lukas Brandt"  # has reminders in his calendar, and not by mail
ON_LEAVE = "Jule Petersen"  # for a week, soon after the training


class Habit(StrEnum):
    """How an invented person treats what they get."""

    PROMPT = auto()
    LATE = auto()
    REMINDED = auto()
    READER = auto()  # opens the mail and follows its link
    FADING = auto()  # begins with a will, and falls silent after three weeks
    RETURNING = auto()  # falls silent at once, and is brought back by the first meeting with the coach
    SILENT = auto()
    AWAY = auto()  # pauses for a fortnight
    STOPPING = auto()  # stops after some weeks
    BOUNCING = auto()  # the address does not exist
    LEAVING_EARLY = auto()  # was there for half an hour only
    ABSENT = auto()  # was invited and did not come


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """Somebody who does not exist."""

    name: str
    zone: str
    habit: Habit = Habit.PROMPT
    team: tuple[str, ...] = ()
    manager: str | None = None
    locale: str = "en"

    @property
    def email(self) -> str:
        """Their address, in a domain that never will be."""
        return address(self.name, gone=self.habit is Habit.BOUNCING)

    @property
    def week(self) -> str:
        """When they work."""
        return OWN_WEEKS.get(self.name) or WEEKS.get(self.zone, USUAL_WEEK)


def address(name: str, *, gone: bool = False) -> str:
    """Make an address of a name; the demo's mail server refuses those that begin with `gone.`."""
    plain = name.lower().translate(_PLAIN).replace(" ", ".").replace("'", "")
    return f"{'gone.' if gone else ''}{plain}@{DOMAIN}"


_PLAIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "á": "a", "ã": "a", "é": "e", "ç": "c", "ñ": "n", "í": "i"}
)

DAY_OFF = address("Samuel Adeyemi")  # takes a day off on which meetings stand already

# directorate, its head, its teams with their managers
_TREE: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Guest experience",
        "Henrike Vos",
        (("Front office", "Jonas Albers", BERLIN), ("Housekeeping", "Grace Mbatha", LONDON)),
    ),
    (
        "Food and events",
        "Marcus Bell",
        (("Restaurants", "Elena Moretti", BERLIN), ("Conferences", "Priya Raman", KOLKATA)),
    ),
    (
        "Commercial",
        "Sofia Almeida",
        (("Reservations", "Caroline Hughes", NEW_YORK), ("Key accounts", "Omar Al-Farsi", RIYADH)),
    ),
)
_HEAD_ZONES: Mapping[str, str] = {"Henrike Vos": BERLIN, "Marcus Bell": LONDON, "Sofia Almeida": SAO_PAULO}
_MANAGER_HABITS: Mapping[str, Habit] = {"Priya Raman": Habit.SILENT, "Caroline Hughes": Habit.LATE}

_PARTICIPANTS: Mapping[str, tuple[tuple[str, str, Habit], ...]] = {
    "Front office": (
        ("Anna Lindqvist", BERLIN, Habit.READER),
        ("Tobias Krämer", BERLIN, Habit.PROMPT),
        ("Ines Köhler", BERLIN, Habit.LATE),
        ("Lukas Brandt", BERLIN, Habit.PROMPT),
        ("Amara Okafor", LONDON, Habit.PROMPT),
        ("Daniel Price", LONDON, Habit.REMINDED),
        ("Rashid Hamdan", RIYADH, Habit.PROMPT),
    ),
    "Housekeeping": (
        ("Fatima Noor", LONDON, Habit.PROMPT),
        ("Ewan MacLeod", LONDON, Habit.SILENT),
        ("Bianca Souza", SAO_PAULO, Habit.PROMPT),
        ("Thiago Pereira", SAO_PAULO, Habit.REMINDED),
        ("Greta Hoffmann", BERLIN, Habit.AWAY),
        ("Sunita Desai", KOLKATA, Habit.LATE),
        ("Khalid Al-Otaibi", RIYADH, Habit.PROMPT),
    ),
    "Restaurants": (
        ("Matteo Ferri", BERLIN, Habit.PROMPT),
        ("Jule Petersen", BERLIN, Habit.REMINDED),
        ("Pierre Garnier", BERLIN, Habit.FADING),
        ("Olivia Grant", LONDON, Habit.LATE),
        ("Camila Rocha", SAO_PAULO, Habit.PROMPT),
        ("Dwayne Carter", NEW_YORK, Habit.FADING),
        ("Nadia Rahman", LONDON, Habit.LEAVING_EARLY),
    ),
    "Conferences": (
        ("Arjun Mehta", KOLKATA, Habit.PROMPT),
        ("Kavya Iyer", KOLKATA, Habit.READER),
        ("Rohan Gupta", KOLKATA, Habit.FADING),
        ("Meera Nair", KOLKATA, Habit.PROMPT),
        ("Steffen Wolf", BERLIN, Habit.RETURNING),
        ("Hannah Fields", LONDON, Habit.RETURNING),
    ),
    "Reservations": (
        ("Kayla Johnson", NEW_YORK, Habit.PROMPT),
        ("Brian O'Neill", NEW_YORK, Habit.REMINDED),
        ("Maria Delgado", NEW_YORK, Habit.PROMPT),
        ("Tyler Brooks", NEW_YORK, Habit.SILENT),
        ("Rafael Moreira", SAO_PAULO, Habit.PROMPT),
        ("Luísa Carvalho", SAO_PAULO, Habit.STOPPING),
        ("Sophie Turnbull", LONDON, Habit.ABSENT),
    ),
    "Key accounts": (
        ("Layla Haddad", RIYADH, Habit.PROMPT),
        ("Yusuf Kareem", RIYADH, Habit.REMINDED),
        ("Noura Al-Harbi", RIYADH, Habit.LATE),
        ("Vikram Shah", KOLKATA, Habit.BOUNCING),
        ("Emily Warden", NEW_YORK, Habit.READER),
        ("Jörg Neumann", BERLIN, Habit.REMINDED),
    ),
}

LND = Invented(name="Miriam Castell", zone=BERLIN)
OPERATOR = Invented(name="Pavel Novak", zone=BERLIN)

COACHES: Mapping[str, str] = {
    address("Ruth Ekström"): "mon-thu 09:00-12:00,13:30-16:30",
    address("Samuel Adeyemi"): "mon-fri 09:00-11:00,14:00-17:00",
    address("Laura Penn"): "mon-fri 08:30-12:00",
}
COACH_PEOPLE = (
    Invented(name="Ruth Ekström", zone=BERLIN),
    Invented(name="Samuel Adeyemi", zone=LONDON),
    Invented(name="Laura Penn", zone=NEW_YORK),
)
_COACH_OF_ZONE: Mapping[str, str] = {
    BERLIN: "Ruth Ekström",
    RIYADH: "Ruth Ekström",
    KOLKATA: "Samuel Adeyemi",
    LONDON: "Samuel Adeyemi",
    SAO_PAULO: "Laura Penn",
    NEW_YORK: "Laura Penn",
}


def coach_of(person: Invented) -> str:
    """The address of the coach whose working day meets this person's."""
    return address(_COACH_OF_ZONE[person.zone])


def participants() -> tuple[Invented, ...]:
    """The forty who are invited to the training."""
    return tuple(
        Invented(
            name=name,
            zone=zone,
            habit=habit,
            team=(directorate, team),
            manager=address(manager),
            locale="de" if zone == BERLIN else "en",
        )
        for directorate, _, teams in _TREE
        for team, manager, _ in teams
        for name, zone, habit in _PARTICIPANTS[team]
    )


def leaders() -> tuple[Invented, ...]:
    """The heads of directorates and the managers of teams."""
    heads = tuple(
        Invented(name=head, zone=_HEAD_ZONES[head], team=(directorate,)) for directorate, head, _ in _TREE
    )
    managers = tuple(
        Invented(
            name=manager,
            zone=zone,
            habit=_MANAGER_HABITS.get(manager, Habit.PROMPT),
            team=(directorate, team),
            manager=address(head),
        )
        for directorate, head, teams in _TREE
        for team, manager, zone in teams
    )
    return heads + managers


def everyone() -> tuple[Invented, ...]:
    """All who have an address in the demo."""
    return (*participants(), *leaders(), *COACH_PEOPLE, LND, OPERATOR)


def named(name: str) -> Invented:
    """Give one of them by their name."""
    return next(person for person in everyone() if person.name == name)


def team_of(email: str) -> str:
    """Give the team of whoever has this address; nothing for those who belong to none."""
    return _TEAMS.get(email, "")


def habits() -> Mapping[str, Habit]:
    """How each address treats what it gets."""
    return {person.email: person.habit for person in everyone()}


_TEAMS: Mapping[str, str] = {person.email: person.team[-1] for person in everyone() if person.team}
