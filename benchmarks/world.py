"""What every measurement stands on: an installation in a folder of its own, and files of invented people."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from coachfollow.app import create_app
from coachfollow.config import load
from coachfollow.extensions import db, installation
from coachfollow.flow import cohorts, houses, migrating, programmes
from coachfollow.intake import programme as template
from coachfollow.models import Cohort

REGIONS = ("DE-BY", "US-NY", "JP", "IN", "AU-NSW", "BR-SP")  # of the zones, in their order
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/Sao_Paulo",
)
NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
PROGRAMME = "customer-focused-leadership"
NINE_STEPS = "nine-steps"


def environment(
    folder: Path, *, smtp_port: int = 25, redis_url: str = "", database_url: str = ""
) -> dict[str, str]:
    """The settings of a measured installation, as a worker process reads them too."""
    url = database_url or os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.db")
    return {
        "COACHFOLLOW_SECRET_KEY": "a secret of forty characters for benches",
        "COACHFOLLOW_EXTERNAL_URL": "http://127.0.0.1:5000",
        "COACHFOLLOW_DATA_DIR": str(folder),
        "COACHFOLLOW_DATABASE_URL": url,
        "COACHFOLLOW_REDIS_URL": redis_url,
        "COACHFOLLOW_MAIL_FROM": "followup@example.org",
        "COACHFOLLOW_MAIL_SERVER": "127.0.0.1",
        "COACHFOLLOW_MAIL_PORT": str(smtp_port),
        "COACHFOLLOW_MAIL_TLS": "none",
        "COACHFOLLOW_MAIL_PER_MINUTE": "1000000",
    }


@contextmanager
def opened(settings: dict[str, str]) -> Iterator[Flask]:
    """An app with migrated tables, an organisation and the shipped programmes."""
    app = create_app(load(settings))
    with app.app_context():
        migrating.migrate()
        house = houses.open_house(db.session(), settings=installation().settings, now=NOW)
        programmes.load_shipped(db.session(), organisation_id=house.id, now=NOW)
        programmes.publish(db.session(), organisation_id=house.id, programme=_nine_steps(), now=NOW)
        yield app
        db.session.remove()
        db.engine.dispose()


def _nine_steps() -> template.Programme:
    file = Path(__file__).with_name(f"{NINE_STEPS}.yaml")
    return template.read(file.read_text(encoding="utf-8"), file=file.name)


def cohort(organisation_id: int = 1, *, programme: str = PROGRAMME) -> Cohort:
    """A group whose training was today."""
    return cohorts.open_cohort(
        db.session(),
        organisation_id=organisation_id,
        programme=programme,
        key="bench",
        title="Bench",
        zone="Europe/Berlin",
        meetings=[cohorts.Meeting(begins=datetime(2026, 3, 2, 9), minutes=180)],  # noqa: DTZ001  # wall time there
        coaches=["coach@example.org"],
        now=NOW,
    )


def attendance_file(folder: Path, people: int) -> Path:
    """A list of invented people in six zones, as CSV."""
    path = folder / "attendance.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("name,email,minutes,zone\n")
        file.writelines(
            f"Person {number},person{number}@example.org,170,{ZONES[number % len(ZONES)]}\n"
            for number in range(people)
        )
    return path
