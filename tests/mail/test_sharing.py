"""What a mail asks a manager about several of their people stands in it once; what differs stands with each."""

import re
from dataclasses import replace

import pytest

from coachfollow.mail import sharing
from coachfollow.mail.facts import Section, Wording, together
from coachfollow.mail.prepared import prepare_together
from coachfollow.rules.kinds import Audience, MessageKind
from tests.mail.examples import HOUSE, VALUES, facts
from tests.mail.oracle import read

PEOPLE = ("Anna Kern", "Ben Ode", "Cleo Marsh", "Dora Lind", "Emil Jansen", "Fenna de Wit", "Gil Amsel")
BODY = "Hello {{first_name}},\n\nask {{participant}} about " + "one small thing, and then wait. " * 60
CARD = Section(
    kind=MessageKind.SPONSOR,
    wording=Wording(
        subject="Five minutes with {{participant}}",
        body=BODY,
        question="Did you talk with {{participant}}?",
        choices=(("yes", "Yes"), ("no", "No")),
        audience=Audience.MANAGER,
    ),
    has_plan=False,
    has_footer=True,
)


def of(name: str, **other: str) -> dict[str, str]:
    return {**VALUES, "participant": name, **other}


def places(sections: list[Section], values: list[dict[str, str]]) -> list[int | None]:
    return [section.shares for section in sharing.found(sections, values)]


def test_what_is_asked_about_seven_people_stands_there_once_with_a_way_to_answer_for_each() -> None:
    values = [of(name) for name in PEOPLE]
    cards = [facts(MessageKind.SPONSOR, values=one) for one in values]
    links = [
        replace(
            card,
            links={
                **card.links,
                "answer": f"{HOUSE.base_url}/a/{n}{'a' * 31}",
                "stop": f"{HOUSE.base_url}/s/{n}{'s' * 31}",
            },
        )
        for n, card in enumerate(cards)
    ]
    raw = prepare_together(sharing.found([CARD] * 7, values), HOUSE, "en").fill(together(links))
    alone = prepare_together([CARD] * 7, HOUSE, "en").fill(together(links))

    for part in read(raw).iter_parts():
        shown = re.sub(r"\s+", " ", part.get_content())
        assert shown.count("one small thing, and then wait. one small thing") == 30
        assert (
            "This mail is about Anna Kern, Ben Ode, Cleo Marsh, Dora Lind, Emil Jansen, Fenna de Wit" in shown
        )
        assert shown.count("You get this mail from") == 1
        for n, name in enumerate(PEOPLE):
            assert f"Did you talk with {name}?" in shown
            assert f"/a/{n}aaa" in shown
            assert f"/s/{n}sss" in shown
        assert "What you read above about Anna Kern goes for Gil Amsel too." in shown
    assert len(raw) < len(alone) / 2


def test_a_reminder_of_several_says_once_that_they_are_still_open() -> None:
    reminder = replace(CARD, kind=MessageKind.REMINDER)
    values = [of(name) for name in PEOPLE]
    cards = [facts(MessageKind.REMINDER, values=one) for one in values]
    raw = prepare_together(sharing.found([reminder] * 7, values), HOUSE, "en").fill(together(cards))
    for part in read(raw).iter_parts():
        assert re.sub(r"\s+", " ", part.get_content()).count("still open, in case you missed it") == 1


def test_another_programme_or_another_text_stands_by_itself() -> None:
    other = replace(CARD, wording=replace(CARD.wording, body="Something else."))
    values = [of("Anna"), of("Ben", programme="A first team"), of("Cleo"), of("Dora")]
    assert places([CARD, CARD, other, CARD], values) == [None, None, None, 0]


@pytest.mark.parametrize(("body", "shares"), [("It was {{days_since}} days ago.", None), ("It was.", 0)])
def test_what_the_words_name_has_to_be_the_same_for_both(body: str, shares: int | None) -> None:
    card = replace(CARD, wording=replace(CARD.wording, body=body))
    assert places([card, card], [of("Anna", days_since="3"), of("Ben", days_since="5")]) == [None, shares]


def test_two_cards_about_one_person_and_what_participants_get_stand_by_themselves() -> None:
    own = replace(CARD, wording=replace(CARD.wording, audience=Audience.PARTICIPANT))
    values = [of("Anna"), of("Anna")]
    assert places([CARD, replace(CARD, has_footer=False)], values) == [None, None]
    assert places([own, own], values) == [None, None]
