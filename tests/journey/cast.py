"""Who takes part in the story, and the two lists it begins with, as files."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from coachfollow.intake.words import DateOrder
from tests.intake import samples
from tests.intake.samples import Attendee

LENA = "lena.torp@example.org"  # L&D, and runs the installation
BEN = "ben.okoro@example.org"  # coach
GRETA = "greta.wolf@example.org"  # manager of everybody
ANNA = "anna.mueller@example.org"  # answers
PAUL = "paul.roth@example.org"  # stays silent
NILS = "nils.berg@example.org"  # wants no more
MIRA = "mira.sand@example.org"  # does not come
NAMES = {ANNA: "Anna Müller", PAUL: "Paul Roth", NILS: "Nils Berg", MIRA: "Mira Sand"}
GUEST = "Chloé Guest"  # comes, and nobody knows her

BERLIN = ZoneInfo("Europe/Berlin")


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in 2026 on the wall clock of Berlin, where everybody works."""
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


BEGIN, END = at(3, 4, 9), at(3, 4, 12)  # the training, on a Wednesday


def staff() -> str:
    """The list of those who accompany them."""
    return f"Name,E-Mail\nBen Okoro,{BEN}\nGreta Wolf,{GRETA}\n"


def roster() -> str:
    """The list of those who are invited, as somebody keeps it in a spreadsheet."""
    rows = [["Name", "E-Mail", "Manager"], *([name, email, GRETA] for email, name in NAMES.items())]
    return "\n".join(";".join(row) for row in rows)


def report() -> bytes:
    """What Teams says of the training: three stay, one of them with a break, and so does a guest."""
    whole, coffee = (BEGIN, END), BEGIN + timedelta(minutes=80)
    broken = (BEGIN + timedelta(minutes=4), coffee), (coffee + timedelta(minutes=15), END)
    attendees = (
        Attendee(name=NAMES[ANNA], email=ANNA, stays=(whole,)),
        Attendee(name=NAMES[PAUL], email=PAUL, stays=broken),
        Attendee(name=NAMES[NILS], email=NILS, stays=(whole,)),
        Attendee(name=GUEST, stays=(whole,)),
    )
    return samples.written(samples.teams(attendees, DateOrder.DMY))
