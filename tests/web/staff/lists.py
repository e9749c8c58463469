"""Lists for tests: one is brought in, and what of it is kept."""

from pathlib import Path

from sqlalchemy import func, select

from coachfollow.config import Settings
from coachfollow.models import Enrolment
from tests.web.browsers import Browser
from tests.web.staff.people import upload
from tests.web.worlds import World

LIST = "Name,Email,Status\nAnna Berg,anna@example.org,present\nTom New,tom@example.org,present\n"


def bring(lena: Browser, form: str, text: str, *, kind: str = "attendance") -> str:
    """Upload a list; gives the address of its preview."""
    upload(lena, form, "list.csv", text.encode(), kind=kind)
    assert lena.path.startswith("/imports/"), lena.text
    return lena.path


def kept_files(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "uploads").rglob("*") if path.is_file()]


def enrolled(world: World) -> int:
    with world.inside() as home:
        return home.session.scalar(select(func.count()).select_from(Enrolment)) or 0
