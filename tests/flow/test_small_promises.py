"""Promises to whoever is rarely thought of: leavers in a first file, floods after a restart, what is left over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.clock import LeaseTime
from coachfollow.config import Settings
from coachfollow.errors import NotFound, TooMany
from coachfollow.extensions import lease_time
from coachfollow.flow import floods, outbox, people, people_files, profiles, signin, tidying
from coachfollow.intake.people import PersonRow
from coachfollow.intake.words import Field, Mapping, Reading
from coachfollow.models import ImportBatch, ImportRow, Message, Person, RateBucket, Token
from coachfollow.queries import programmes
from coachfollow.rules.kinds import ImportState, MessageKind
from tests import house
from tests.house import House

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def home(session: Session, settings: Settings) -> House:
    return house.open_house(session, settings)


def test_somebody_who_has_left_is_a_leaver_in_their_first_file_too(home: House) -> None:
    gone = PersonRow(line=2, email="gone@example.org", name="Gina Gone", left_on=date(2026, 2, 27))

    people_files.bring(home.session, organisation_id=home.organisation_id, rows=[gone], now=NOW)

    assert home.session.scalars(select(Person.left_on)).all() == [date(2026, 2, 27)]


def test_mails_that_name_their_facts_in_another_order_are_queued_as_they_say(home: House) -> None:
    anna = people.find_or_add(
        home.session, organisation_id=home.organisation_id, email="anna@example.org", name="Anna", now=NOW
    )
    home.session.flush()
    first: dict[str, object] = {
        "organisation_id": home.organisation_id,
        "person_id": anna.id,
        "kind": MessageKind.SIGN_IN,
        "send_at": NOW,
        "expires_at": NOW + timedelta(minutes=15),
    }
    second = dict(reversed(first.items()))

    assert outbox.post(home.session, [first, second], now=NOW) == 2

    kept = home.session.scalars(select(Message)).all()
    assert {(one.person_id, one.kind, one.send_at) for one in kept} == {(anna.id, MessageKind.SIGN_IN, NOW)}


def test_a_restart_of_the_clock_opens_a_door_that_a_flood_had_shut(home: House) -> None:
    before, after = LeaseTime(seconds=9_000_000, boot="a"), LeaseTime(seconds=30, boot="b")
    floods.spend(home.session, key="sign-in", per_hour=1, lease=before)
    with pytest.raises(TooMany):
        floods.spend(home.session, key="sign-in", per_hour=1, lease=before)

    floods.spend(home.session, key="sign-in", per_hour=1, lease=after)


def test_a_clock_that_steps_back_a_little_opens_nothing(home: House) -> None:
    floods.spend(home.session, key="sign-in", per_hour=1, lease=LeaseTime(seconds=1000, boot="a"))

    with pytest.raises(TooMany):
        floods.spend(home.session, key="sign-in", per_hour=1, lease=LeaseTime(seconds=999, boot="a"))


def test_the_newest_version_of_each_programme_is_found(home: House) -> None:
    found = programmes.newest(home.session, organisation_id=home.organisation_id)

    assert [(programme.key, version.number) for programme, version in found] == [("service", 1)]
    with pytest.raises(NotFound):
        programmes.newest_of(home.session, organisation_id=home.organisation_id, key="none")


def test_a_file_that_nobody_confirmed_is_forgotten_after_a_fortnight(home: House) -> None:
    batch = home.stage(home.group(), "Anna Berg <anna@example.org>\n")
    staged_at = batch.created_at

    tidying.tidy(home.session, now=staged_at + timedelta(days=13))
    assert home.session.scalars(select(ImportBatch.state)).all() == [ImportState.STAGED]

    tidying.tidy(home.session, now=staged_at + timedelta(days=14))
    assert home.session.scalars(select(ImportBatch.state)).all() == [ImportState.WITHDRAWN]
    assert home.session.scalars(select(ImportRow.email)).all() == [None]


def test_a_file_that_was_carried_out_is_kept(home: House) -> None:
    home.attend(home.group(), "Anna Berg <anna@example.org>\n")

    tidying.tidy(home.session, now=NOW + timedelta(days=100))

    assert home.session.scalars(select(ImportBatch.state)).all() == [ImportState.LIVE]


def test_spent_sign_in_links_and_full_buckets_are_put_away(home: House) -> None:
    person = home.session.get_one(Person, home.person("ada@example.org"))
    signin.link_for(home.session, person=person, now=NOW)
    lease = lease_time(home.session)
    old = LeaseTime(seconds=lease.seconds - 2 * floods.HOUR, boot=lease.boot)
    floods.spend(home.session, key="old", per_hour=5, lease=old)
    floods.spend(home.session, key="new", per_hour=5, lease=lease)

    tidying.tidy(home.session, now=NOW + timedelta(days=2))

    assert home.session.scalars(select(Token.id)).all() == []
    assert home.session.scalars(select(RateBucket.key)).all() == ["new"]


def test_a_link_that_may_still_be_used_is_kept(home: House) -> None:
    person = home.session.get_one(Person, home.person("ada@example.org"))
    signin.link_for(home.session, person=person, now=NOW)

    tidying.tidy(home.session, now=NOW)

    assert len(home.session.scalars(select(Token.id)).all()) == 1


def test_a_profile_is_found_by_its_name_and_by_the_header_it_was_made_for(home: House) -> None:
    mapping = Mapping(columns={Field.EMAIL: "Adresse"})
    reading = Reading(layout="mapped", header=("Wer", "Adresse"), fingerprint="f" * 64, mapping=mapping)
    here = home.organisation_id

    profiles.save(home.session, organisation_id=here, name="ours", reading=reading)
    profiles.save(home.session, organisation_id=here, name="ours", reading=reading)

    assert profiles.named(home.session, organisation_id=here, name="ours") == mapping
    assert profiles.fitting(home.session, organisation_id=here, fingerprint="f" * 64) == mapping
    assert profiles.fitting(home.session, organisation_id=here, fingerprint="e" * 64) is None
    with pytest.raises(NotFound, match="There are: ours"):
        profiles.named(home.session, organisation_id=here, name="theirs")


def test_a_profile_that_is_kept_again_is_the_latest(home: House) -> None:
    here, header = home.organisation_id, "f" * 64
    old, new = (
        Reading(
            layout="mapped",
            header=("Wer", "Adresse"),
            fingerprint=header,
            mapping=Mapping(columns={Field.EMAIL: column}),
        )
        for column in ("Wer", "Adresse")
    )

    for name, reading in (("ours", old), ("theirs", old), ("ours", new)):
        profiles.save(home.session, organisation_id=here, name=name, reading=reading)

    assert profiles.fitting(home.session, organisation_id=here, fingerprint=header) == new.mapping
