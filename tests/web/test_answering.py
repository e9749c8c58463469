"""From the link in a mail to a stored answer: one question, in one click, without a login."""

import re

import pytest
from sqlalchemy import select

from coachfollow.flow import plans
from coachfollow.models import Answer, Message, StepText, Touchpoint
from coachfollow.rules.kinds import (
    Applied,
    Barrier,
    MessageKind,
    MessageState,
    StopReason,
    TouchpointState,
)
from tests.house import DAY
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.worlds import ANNA, ASKED, CARD, GRETA, ON_ONE, PAUL, World


def stored(world: World, person: str, step: str) -> Answer | None:
    """What somebody answered."""
    with world.inside() as home:
        return home.session.scalar(
            select(Answer).where(
                Answer.touchpoint_id == home.touchpoint(ANNA if person == GRETA else person, step).id,
                Answer.person_id == home.person(person),
            )
        )


def test_one_click_opens_the_question_and_the_token_leaves_the_address(
    world: World, browser: Browser
) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["a"]

    page = browser.open(link)

    assert page.status_code == 200
    assert browser.path == f"/answer/{world.touchpoint(ANNA, 'first-question')}?v=as_intended"
    assert "When a guest complains, I will listen before I explain" in browser.text
    assert "Did you do it?" in browser.text
    assert "Open until Tuesday 24 March 2026" in browser.text
    assert browser.fields["applied"] == "as_intended"


def test_an_answer_is_stored_and_thanked_for_with_what_comes_next(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    browser.send(applied="partly", times="3", barrier="no_time", note="only in the mornings")

    assert browser.path.endswith("/thanks")
    assert "Thank you." in browser.text
    assert "What comes next Around Tuesday 17 March 2026 A meeting with my coach" in browser.text
    assert "Your coach will agree a time with you." in browser.text
    answer = stored(world, ANNA, "first-question")
    assert answer is not None
    assert (answer.applied, answer.times, answer.barrier) == (Applied.PARTLY, 3, Barrier.NO_TIME)
    assert not answer.note_shared
    assert b"mornings" not in (answer.note or b"")


def test_reminders_stop_at_once(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    browser.send(applied="partly")

    with world.inside() as home:
        reminders = select(Message.state).where(
            Message.touchpoint_id == home.touchpoint(ANNA, "first-question").id,
            Message.kind == MessageKind.REMINDER,
        )
        assert home.session.scalars(reminders).all() == [MessageState.CANCELLED]


def test_a_second_submission_makes_no_second_answer(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    form = browser.page
    browser.send(applied="partly")
    browser.page = form

    browser.send(f"/answer/{world.touchpoint(ANNA, 'first-question')}", applied="not_yet")

    with world.inside() as home:
        answers = home.session.scalars(select(Answer).where(Answer.applied.is_not(None))).all()
        assert [(one.applied, one.version) for one in answers] == [(Applied.NOT_YET, 2)]


def test_an_earlier_answer_is_said_to_be_there_and_never_shown(world: World, browser: Browser) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["a"].partition("?")[0]
    browser.open(link)
    browser.send(applied="not_yet", times="7", note="secret words", barrier="manager")

    browser.open(link)

    assert "You have answered. You may change it until Tuesday 24 March 2026" in browser.text
    assert "secret words" not in browser.page.text
    assert browser.fields["times"] == ""
    assert "applied" not in browser.fields
    assert browser.fields["barrier"] == ""


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({}, "applied", "Please choose one of the answers."),
        ({"applied": "never heard of"}, "applied", "Please choose one of the answers."),
        ({"applied": "partly", "times": "often"}, "times", "Please give a whole number, for example 3."),
        ({"applied": "partly", "rating": "11"}, "rating", "Please give a whole number from 1 to 10."),
        ({"applied": "partly", "note": "x" * 2001}, "note", "please stay within 2000"),
    ],
    ids=["nothing chosen", "an odd choice", "a word for a number", "beyond the scale", "too long"],
)
@ON_ONE
def test_what_is_in_the_way_is_said_at_its_field_and_nothing_typed_is_lost(
    world: World, browser: Browser, typed: dict[str, str], field: str, sentence: str
) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    page = browser.send(**{"applied": "", "note": "kept words"} | typed)

    assert page.status_code == 422
    assert f'href="#field-{field}"' in page.text
    assert sentence in browser.text
    assert browser.fields["note"] == typed.get("note", "kept words")
    assert stored(world, ANNA, "first-question") is None


@ON_ONE
def test_who_will_see_it_stands_before_each_field(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    text = browser.text
    counted = "Who sees it: you and your coach; counted without names in groups of five or more. "
    assert f"{counted}Did you do what you planned?" in text
    assert f"{counted}Where am I with this now" in text
    assert "Who sees it: only you. A note to yourself (optional) Show this note to my coach" in text
    assert "Your coach is Ben Okoro." in text
    assert "Nothing you answer is used to rate you." in text


def test_a_note_is_shared_only_by_a_tick(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    browser.send(applied="partly", note="for Ben", share="yes")

    answer = stored(world, ANNA, "first-question")
    assert answer is not None
    assert answer.note_shared


@ON_ONE
def test_a_tapped_value_that_is_none_of_the_choices_chooses_nothing(world: World, browser: Browser) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["a"].partition("?")[0]

    browser.open(link, v='"><script>alert(1)</script>')

    assert "applied" not in browser.fields
    assert "<script>" not in browser.page.text


def test_a_closed_question_says_so_kindly_and_offers_the_current_one_by_mail(
    world: World, browser: Browser, time: Clock
) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["a"]
    with world.inside() as home:
        home.pass_time(ASKED + 20 * DAY)
    time.ahead(days=20)

    page = browser.open(link)

    assert page.status_code == 410
    assert "This question is closed. Thank you for coming back to it all the same." in browser.text
    assert "Did you do it?" not in browser.text
    browser.send()
    assert "If a question is open for you, it is on its way to your mail address." in browser.text
    fresh = world.links(ANNA, MessageKind.CURRENT_QUESTION, n=1, now=time.now)["a"]
    browser.open(fresh)
    assert browser.path.startswith(f"/answer/{world.touchpoint(ANNA, 'second-question')}")


def test_an_answer_to_a_closed_question_is_not_stored(world: World, browser: Browser, time: Clock) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    with world.inside() as home:
        home.pass_time(ASKED + 20 * DAY)
    time.ahead(hours=11)  # the browser still knows the link
    with world.inside() as home:
        home.session.execute(
            Touchpoint.__table__.update().values(closes_at=ASKED)  # type: ignore[attr-defined]  # a Table
        )
        home.session.commit()

    page = browser.send(applied="partly")

    assert page.status_code == 410
    assert stored(world, ANNA, "first-question") is None


def test_an_old_link_shows_nothing_and_offers_the_current_question_by_mail(
    world: World, browser: Browser, time: Clock
) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["a"]
    time.ahead(days=401)

    page = browser.open(link)

    assert page.status_code == 410
    assert "When a guest complains" not in page.text
    time.now = ASKED
    browser.send(link.partition("?")[0])
    assert world.mails(ANNA, MessageKind.CURRENT_QUESTION) == 1


@pytest.mark.parametrize("door", ["a", "p", "s", "u", "sign-in"])
@ON_ONE
def test_a_link_that_never_was_is_not_known(browser: Browser, world: World, door: str) -> None:
    del world

    assert browser.open(f"/{door}/{'x' * 32}").status_code == 404


@ON_ONE
def test_without_its_link_a_question_does_not_open(world: World, browser: Browser) -> None:
    page = browser.open(f"/answer/{world.touchpoint(ANNA, 'first-question')}")

    assert page.status_code == 404
    assert "This page opens from the link in your mail." in browser.text


@ON_ONE
def test_a_link_does_not_open_somebody_elses_question(world: World, browser: Browser) -> None:
    browser.open(world.links(PAUL, MessageKind.COMMITMENT)["a"])
    theirs = f"/answer/{world.touchpoint(ANNA, 'first-question')}"

    assert browser.open(theirs).status_code == 404
    assert browser.open(f"{theirs}/thanks").status_code == 404
    browser.open(world.links(PAUL, MessageKind.COMMITMENT)["a"])
    assert browser.send(theirs, applied="partly").status_code == 404
    assert stored(world, ANNA, "first-question") is None


@ON_ONE
def test_a_browser_forgets_a_link_after_half_a_day(world: World, browser: Browser, time: Clock) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    time.ahead(hours=13)

    assert browser.open(f"/answer/{world.touchpoint(ANNA, 'first-question')}").status_code == 404


@ON_ONE
def test_a_browser_remembers_twenty_links_at_most(world: World, browser: Browser) -> None:
    links = [world.links(ANNA, MessageKind.REFLECTION)["p"], world.links(PAUL, MessageKind.REFLECTION)["p"]]
    for _ in range(15):
        for link in links:
            browser.open(link)

    with browser.client.session_transaction() as session:
        assert len(session["links"]) == 2
        session["links"] = [["plan", str(number), number, 2**40] for number in range(40)]
    browser.open(links[0])
    with browser.client.session_transaction() as session:
        assert len(session["links"]) == 20


@ON_ONE
def test_the_thanks_page_before_any_answer_leads_to_the_question(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    browser.open(f"/answer/{world.touchpoint(ANNA, 'first-question')}/thanks")

    assert "Did you do it?" in browser.text


def test_a_manager_says_what_came_of_the_talk(world: World, browser: Browser, time: Clock) -> None:
    with world.inside() as home:
        home.pass_time(CARD)
    time.now = CARD
    browser.open(world.links(GRETA, MessageKind.SPONSOR, now=CARD)["a"])
    assert "What came of it?" in browser.text
    assert "Who sees it: you and the participant's coach." in browser.text
    assert "listen before I explain" not in browser.page.text
    assert browser.fields["done"] == "yes"

    assert browser.send(done="yes", outcome="").status_code == 422
    assert "Please write a few words" in browser.text
    browser.send(done="yes", outcome="We try it on Fridays.")

    assert "coach sees your sentence" in browser.text
    answer = stored(world, GRETA, "managers-card")
    assert answer is not None
    assert answer.applied is Applied.AS_INTENDED


def test_the_first_plan_is_written_from_the_mail_with_kind_advice(world: World, browser: Browser) -> None:
    browser.open(world.links(PAUL, MessageKind.COMMITMENT)["a"])
    assert "Who sees it: you and your coach. When …" in browser.text

    assert browser.send(situation="", action="").status_code == 422
    assert browser.text.count("Please write a few words; they need not be perfect.") == 4
    browser.send(situation="When I am tired,", action="I will be better", reason="", rating="4")

    assert "When I am tired, I will be better" in browser.text
    assert "Could a colleague see you do it?" in browser.text
    with world.inside() as home:
        assert home.touchpoint(PAUL, "plan").state is TouchpointState.COMPLETED


@ON_ONE
def test_a_vague_plan_is_not_in_the_way_and_can_be_changed_from_the_same_link(
    world: World, browser: Browser
) -> None:
    link = world.links(PAUL, MessageKind.COMMITMENT)["a"]
    browser.open(link)
    browser.send(situation="it gets busy", action="be better")
    browser.open(link)

    assert browser.fields["action"] == "be better"
    assert browser.fields["reason"] == ""


def test_a_stopped_follow_up_takes_no_answer(world: World, browser: Browser) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["a"]
    with world.inside() as home:
        plans.stop(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=ASKED)

    assert browser.open(link).status_code == 410


@ON_ONE
def test_links_for_meetings_ask_nothing(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    meeting = world.touchpoint(ANNA, "meeting")
    with browser.client.session_transaction() as session:
        ((purpose, _, token_id, opened_at),) = session["links"]
        session["links"] = [(purpose, str(meeting), token_id, opened_at)]

    assert browser.open(f"/answer/{meeting}").status_code == 404


@ON_ONE
def test_a_second_question_of_the_mail_is_asked_where_there_is_room_for_words(
    world: World, browser: Browser
) -> None:
    with world.inside() as home:
        step = home.touchpoint(ANNA, "first-question").step_id
        text = home.session.scalars(select(StepText).where(StepText.step_id == step)).one()
        text.question = "Did you do it? Which time do you remember best?"
        home.session.commit()

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert re.search(r"<h1[^>]*>Did you do it\?</h1>", browser.page.text)
    assert re.search(
        r'<label for="field-note"><span lang="en">Which time do you remember best\?</span>', browser.page.text
    )
    browser.send(applied="partly", note="the third one")
    answer = stored(world, ANNA, "first-question")
    assert answer is not None
