"""What a programme says in its own words on the forms it leads to: answers worded anew, a good and a poor example."""

import json

from sqlalchemy import update

from coachfollow.models import ProgrammeText, StepText
from coachfollow.rules.kinds import MessageKind
from tests.web.browsers import Browser
from tests.web.worlds import ANNA, ON_ONE, PAUL, World

pytestmark = ON_ONE


def test_answers_that_a_programme_words_anew_stand_on_the_form_and_mean_the_same(
    world: World, browser: Browser
) -> None:
    with world.inside() as home:
        home.session.execute(update(StepText).values(labels=json.dumps({"partly": "Half of it"})))
        home.session.commit()
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    assert "Half of it" in browser.text
    assert "Partly" not in browser.text

    browser.send(applied="partly")

    assert "Thank you." in browser.text


def test_whoever_writes_a_plan_sees_a_good_one_and_a_poor_one_explained(
    world: World, browser: Browser
) -> None:
    with world.inside() as home:
        home.session.execute(
            update(ProgrammeText).values(
                examples=json.dumps([["it rings", "pick up"]]),
                good=json.dumps(["it rings", "pick up at once", "Others hear it."]),
                poor=json.dumps(["there is time", "care more", "Nobody sees it."]),
            )
        )
        home.session.commit()

    browser.open(world.links(PAUL, MessageKind.COMMITMENT)["a"])

    assert "A good one: “When it rings, I will pick up at once.” Others hear it." in browser.text
    assert "Less good: “When there is time, I will care more.” Nobody sees it." in browser.text
