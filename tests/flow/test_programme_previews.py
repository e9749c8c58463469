"""The mail of a step that is being written, as an invented person would get it; nothing is sent."""

from itertools import product

import pytest
from sqlalchemy import select

from coachfollow.flow import programme_previews
from coachfollow.flow.programme_previews import COACH, MANAGER, PARTICIPANT, Look, Preview
from coachfollow.intake import programme as template
from coachfollow.intake import programme_editing
from coachfollow.intake.programme_editing import Survey
from coachfollow.mail.opened import Opened
from coachfollow.models import Message, Token
from tests.flow.world import BEFORE, MOMENTS, World

# what is shown comes from the words that are given, whatever make the database is of
pytestmark = pytest.mark.parametrize("ground", ["sqlite"], indirect=True)


def look_at(world: World, text: str, name: str, look: Look) -> Preview:
    return look_into(world, programme_editing.survey(text, file="x.yaml"), name, look)


def look_into(world: World, found: Survey, name: str, look: Look) -> Preview:
    return programme_previews.show(
        world.session,
        organisation_id=world.organisation_id,
        programme=found.programme,
        step=found.steps[name],
        look=look,
        days=found.days.get(name, 0),
        now=BEFORE,
    )


def mail(world: World, text: str, name: str, look: Look) -> Opened:
    shown = look_at(world, text, name, look)
    assert shown.mail is not None, shown.problem
    return shown.mail


def test_every_mail_of_every_shipped_programme_can_be_looked_at_in_each_language(world: World) -> None:
    for key, text in template.shipped().items():
        found = programme_editing.survey(text, file=key)
        looks = [Look(language=code, has_plan=code == "en") for code in found.programme.languages]
        for name, look in product(found.steps, looks):
            shown = look_into(world, found, name, look)
            assert shown.mail is not None, shown.problem
            assert "{{" not in shown.mail.text + shown.mail.html + shown.mail.subject
    assert world.session.scalars(select(Message.id)).all() == []
    assert world.session.scalars(select(Token.id)).all() == []


def test_whoever_has_a_plan_is_quoted_and_whoever_has_none_is_asked_for_one(world: World) -> None:
    written = mail(world, MOMENTS, "asked", Look(language="en"))
    unwritten = mail(world, MOMENTS, "asked", Look(language="en", has_plan=False))

    assert "When a colleague asks me for help, I will put my screen away" in written.text
    assert "Did you do it?" in written.text
    assert "Did you do it?" not in unwritten.text
    assert "/preview/plan" in written.html


def test_it_speaks_the_language_that_is_looked_at(world: World) -> None:
    shown = mail(world, MOMENTS, "asked", Look(language="de"))

    assert shown.subject == "Wie geht es?"
    assert "1. Ja, wie geplant\r\n" in shown.text
    assert "4. Es gab keine Gelegenheit\r\n" in shown.text
    assert "Wer meine Antwort sieht: du und dein Coach; ohne Namen gezählt" in shown.text
    assert "Wenn mich jemand um Hilfe bittet, werde ich" in shown.text


def test_a_programmes_own_example_is_what_the_invented_person_wrote(world: World) -> None:
    example = "commitment: {examples: {en: [{situation: it rings, action: pick up}], de: []}}\n"

    assert (
        "When it rings, I will pick up" in mail(world, MOMENTS + example, "asked", Look(language="en")).text
    )


def test_a_card_goes_to_the_manager_and_everything_else_to_the_participant(world: World) -> None:
    assert MANAGER in mail(world, MOMENTS, "before", Look(language="en")).recipient
    assert PARTICIPANT in mail(world, MOMENTS, "before", Look(language="en")).text
    assert PARTICIPANT in mail(world, MOMENTS, "plan", Look(language="en")).recipient


def test_a_meeting_is_shown_as_its_invitation(world: World) -> None:
    shown = mail(world, MOMENTS, "talk", Look(language="en"))

    assert shown.subject == "We meet"
    assert f"A talk with {COACH}." in shown.text


def test_a_reminder_says_that_the_question_is_still_open(world: World) -> None:
    first = mail(world, MOMENTS, "asked", Look(language="en"))
    reminder = mail(world, MOMENTS, "asked", Look(language="en", is_reminder=True))

    assert "still open" not in first.text
    assert "still open" in reminder.text


def test_answers_that_are_worded_anew_stand_in_the_mail(world: World) -> None:
    text = MOMENTS.replace(
        'question: "Did you do it?",', 'question: "Did you do it?", labels: {partly: Half of it},'
    )

    shown = mail(world, text, "asked", Look(language="en"))
    assert "Half of it" in shown.text
    assert "Yes, as intended" in shown.text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("subject: We meet, ", ""), "There are no words in this language yet."),
        (("A talk with {{coach}}.", "{{password}}"), "This mail cannot be shown yet: "),
    ],
)
def test_words_that_cannot_be_filled_are_told_instead_of_a_mail(
    world: World, change: tuple[str, str], says: str
) -> None:
    shown = look_at(world, MOMENTS.replace(*change), "talk", Look(language="en"))

    assert shown.mail is None
    assert says in shown.problem


def test_an_author_can_write_no_code(world: World) -> None:
    text = MOMENTS.replace("A talk with {{coach}}.", "{% for x in y %} <script>alert(1)</script> {{ 7 * 7 }}")

    shown = look_at(world, text, "talk", Look(language="en"))
    assert shown.mail is None
    assert "49" not in shown.problem
