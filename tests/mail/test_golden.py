"""One mail of each kind to open and look at; `COACHFOLLOW_GOLDEN=write` writes them anew, on purpose only."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from coachfollow.mail import sharing
from coachfollow.mail.facts import ChosenBy, together
from coachfollow.mail.prepared import prepare, prepare_together
from coachfollow.rules.kinds import MessageKind
from tests.mail.examples import HOUSE, VALUES, facts, of_part, part, wording_of

GOLDEN = Path(__file__).parent / "golden"
CASES = [
    *((kind.value, kind, "en", VALUES["commitment"]) for kind in MessageKind),
    ("reflection-without-a-plan", MessageKind.REFLECTION, "en", ""),
    ("cancellation-in-german", MessageKind.CANCELLATION, "de", VALUES["commitment"]),
    ("prompt-in-german", MessageKind.PROMPT, "de", VALUES["commitment"]),
]


TOGETHER = {
    "together": [MessageKind.REFLECTION, MessageKind.PROMPT],
    "together-for-a-manager": [MessageKind.SPONSOR, MessageKind.SPONSOR, MessageKind.SPONSOR],
}


@pytest.mark.parametrize(("name", "kind", "locale", "commitment"), CASES, ids=[case[0] for case in CASES])
def test_the_mail_is_the_one_we_looked_at(name: str, kind: MessageKind, locale: str, commitment: str) -> None:
    raw = prepare(kind, wording_of(kind), HOUSE, locale).fill(
        facts(kind, values={**VALUES, "commitment": commitment})
    )
    compare(name, raw)


@pytest.mark.parametrize("locale", ["en", "de"])
def test_the_first_mail_since_another_coaches_them_is_the_one_we_looked_at(locale: str) -> None:
    told = replace(wording_of(MessageKind.PROMPT), new_coach=True)
    compare(
        f"new-coach-{locale}",
        prepare(MessageKind.PROMPT, told, HOUSE, locale).fill(facts(MessageKind.PROMPT)),
    )


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("chosen_by", ChosenBy)
def test_the_invitation_to_a_time_that_somebody_chose_is_the_one_we_looked_at(
    locale: str, chosen_by: ChosenBy
) -> None:
    told = replace(wording_of(MessageKind.INVITATION), chosen_by=chosen_by)
    raw = prepare(MessageKind.INVITATION, told, HOUSE, locale).fill(facts(MessageKind.INVITATION))
    compare(f"time-chosen-by-{chosen_by}-{locale}", raw)


@pytest.mark.parametrize("locale", ["en", "de"])
def test_the_cards_of_one_programme_in_one_mail_are_the_ones_we_looked_at(locale: str) -> None:
    values = [{**of_part(n), "programme": VALUES["programme"]} for n in range(3)]
    sections = sharing.found([part(MessageKind.SPONSOR)] * 3, values)
    raw = prepare_together(sections, HOUSE, locale).fill(
        together([facts(MessageKind.SPONSOR, values=one) for one in values])
    )
    compare(f"cards-of-one-programme-{locale}", raw)


@pytest.mark.parametrize("name", TOGETHER)
def test_the_mail_of_several_parts_is_the_one_we_looked_at(name: str) -> None:
    kinds = TOGETHER[name]
    raw = prepare_together([part(kind) for kind in kinds], HOUSE, "en").fill(
        together([facts(kind, values=of_part(n)) for n, kind in enumerate(kinds)])
    )
    compare(name, raw)


def compare(name: str, raw: bytes) -> None:
    file = GOLDEN / f"{name}.eml"
    if os.environ.get("COACHFOLLOW_GOLDEN") == "write":
        file.write_bytes(raw)
    assert raw == file.read_bytes(), (
        f"{file.name} has changed: look at it, then COACHFOLLOW_GOLDEN=write pytest"
    )


def test_every_golden_mail_belongs_to_a_case() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == {case[0] for case in CASES} | set(TOGETHER) | {
        "new-coach-en",
        "new-coach-de",
        *(f"cards-of-one-programme-{locale}" for locale in ("en", "de")),
        *(f"time-chosen-by-{one}-{locale}" for one in ChosenBy for locale in ("en", "de")),
    }
