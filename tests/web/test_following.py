"""A participant's own page: what was intended, what comes and when, what was, and who sees what."""

from datetime import date

import pytest
from sqlalchemy import select

from coachfollow.flow import placing, plans
from coachfollow.models import Commitment, Person, ProgrammeText, StepText
from coachfollow.queries import asked
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import Applied, MessageKind, StopReason
from tests.databases import questions
from tests.house import DAY
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.test_every_page import MOST_QUERIES
from tests.web.worlds import ANNA, ASKED, BEN, ON_ONE, PAUL, World


def test_my_plan_says_what_comes_when_and_why(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])

    assert browser.path == f"/my-plan/{world.plan(ANNA)}"
    assert "In my words When a guest complains, I will listen before I explain" in browser.text
    assert (
        "Tuesday 10 March 2026, 09:00 A question “How is it going?” open until Tuesday 24 March 2026"
        in browser.text
    )
    assert "A meeting with my coach: Ben Okoro; no time yet, Ben Okoro will call" in browser.text
    assert "Why this day: 14 days after the training." in browser.text
    assert "Around Tuesday 17 March 2026 A meeting with my coach: Ben Okoro" in browser.text
    assert "times are mine (UTC)" in browser.text
    assert "My plan, in one sentence “Your plan”: written." in browser.text
    assert "Written on Wednesday 4 March 2026" in browser.text
    assert "My coach Ben Okoro My manager Greta Wolf" in browser.text
    assert "My notes to myself Only I" in browser.text


def test_answers_are_never_shown_on_it(world: World, browser: Browser) -> None:
    with world.inside() as home:
        home.answer(
            ANNA,
            "first-question",
            Answered(applied=Applied.NOT_YET, note="nobody else's business"),
            now=ASKED,
        )
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])

    assert "A question “How is it going?”: answered." in browser.text
    assert "nobody else" not in browser.page.text
    assert "Not yet" not in browser.text


@ON_ONE
def test_a_link_tells_that_a_meeting_took_place_and_not_what_came_of_it(
    world: World, browser: Browser
) -> None:
    with world.inside() as home:
        home.report(ANNA, "She listened first, twice.", by=BEN, now=ASKED)
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])

    assert "took place" in browser.text
    assert "She listened first" not in browser.text


@ON_ONE
def test_a_meeting_that_nobody_marked_is_not_said_to_have_failed(
    world: World, browser: Browser, time: Clock
) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)
    with world.inside() as home:
        home.arrange(ANNA, ASKED + 6 * DAY, now=ASKED)
        home.pass_time(ASKED + 40 * DAY)
    time.now = ASKED + 40 * DAY

    browser.open(links["p"])

    assert "nobody noted whether it took place" in browser.text
    assert "did not take place" not in browser.text


@ON_ONE
def test_a_meeting_that_found_no_time_is_excused_and_says_why(
    world: World, browser: Browser, time: Clock
) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)
    with world.inside() as home:
        home.pass_time(ASKED + 40 * DAY)
    time.now = ASKED + 40 * DAY

    browser.open(links["p"])

    assert "excused: no time was found for it" in browser.text
    assert "nobody noted" not in browser.text


@ON_ONE
def test_why_it_matters_is_said_on_the_plan_and_where_it_is_written(world: World, browser: Browser) -> None:
    with world.inside() as home:
        text = home.session.scalars(select(ProgrammeText).where(ProgrammeText.locale == "en")).first()
        assert text is not None
        text.why, text.sponsor_words = "Guests meet **us**.", "Mine: I ring one guest a week."
        home.session.commit()
    browser.open(world.links(PAUL, MessageKind.REFLECTION)["p"])
    plan = browser.page.text
    browser.open(f"/my-plan/{world.plan(PAUL)}/change")
    form = browser.page.text
    browser.open(world.links(PAUL, MessageKind.COMMITMENT)["a"])

    for page in (plan, form, browser.page.text):
        assert "Why it matters here" in page
        assert "<p>Guests meet <strong>us</strong>.</p>" in page
        assert "Mine: I ring one guest a week." in page


@ON_ONE
def test_whoever_has_no_plan_yet_is_invited_to_write_one(world: World, browser: Browser) -> None:
    browser.open(world.links(PAUL, MessageKind.REFLECTION)["p"])
    assert "I have not written my plan yet." in browser.text
    assert "Mail me this question" not in browser.text, "the plan comes first"

    browser.open(f"/my-plan/{world.plan(PAUL)}/change")
    browser.send(situation="a guest waits", action="look up and greet them", reason="", rating="3")

    assert "When a guest waits, I will look up and greet them" in browser.text
    assert "From now on every mail quotes these words." in browser.text


def test_a_changed_plan_is_a_new_version(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    browser.open(f"/my-plan/{world.plan(ANNA)}/change")
    assert browser.fields["action"] == "listen before I explain"

    browser.send(action="try harder")

    assert "Could a colleague see you do it?" in browser.text
    with world.inside() as home:
        versions = select(Commitment.version).order_by(Commitment.version)
        assert home.session.scalars(versions).all() == [1, 2]
        plan = asked.own_plan(home.session, plan_id=home.plan(ANNA).id)
        assert plan is not None
        assert (plan.situation, plan.action) == ("a guest complains", "try harder")


@ON_ONE
def test_an_empty_plan_is_asked_for_and_what_was_typed_stays(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    browser.open(f"/my-plan/{world.plan(ANNA)}/change")

    page = browser.send(situation="a guest frowns", action=" ")

    assert page.status_code == 422
    assert "I will: Please write a few words; they need not be perfect." in browser.text
    assert browser.fields["situation"] == "a guest frowns"


@ON_ONE
def test_the_open_question_can_be_mailed_again(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])

    browser.send(f"/my-plan/{world.plan(ANNA)}/question")

    assert "it is on its way to your mail address" in browser.text
    assert world.mails(ANNA, MessageKind.CURRENT_QUESTION) == 1


@ON_ONE
def test_whoever_may_answer_here_and_now_needs_no_mail_for_it(world: World, browser: Browser) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)
    browser.open(links["p"])
    assert "Mail me this question" in browser.text

    browser.open(links["a"])
    browser.open(links["p"])

    assert "Answer it now" in browser.text
    assert f'href="/answer/{world.touchpoint(ANNA, "first-question")}"' in browser.page.text


@ON_ONE
def test_titles_come_in_the_language_of_the_mails_and_name_nobody(world: World, browser: Browser) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["p"]
    with world.inside() as home:
        home.session.get_one(Person, home.person(ANNA)).locale = "de-AT"
        for step, subject in (("first-question", "Wie läuft es?"), ("second-question", "{{first_name}}?")):
            step_id = home.touchpoint(ANNA, step).step_id
            home.session.add(
                StepText(step_id=step_id, locale="de", subject=subject, body="", question=None, labels="{}")
            )
        home.session.commit()

    browser.open(link)

    assert '<span class="title" lang="de">„Wie läuft es?“</span>' in browser.page.text
    assert "How is it going?" not in browser.text
    assert "Dienstag, 24. März 2026, 09:00 Uhr Eine Frage Warum dieser Tag" in browser.text


@ON_ONE
def test_a_meeting_that_is_over_waits_for_its_coach_and_not_for_me(
    world: World, browser: Browser, time: Clock
) -> None:
    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=ASKED)
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    plan = browser.path
    assert "A meeting with my coach: Ben Okoro Where we meet by video" in browser.text

    time.ahead(days=8)
    browser.open(world.links(ANNA, MessageKind.REFLECTION, now=time.now)["p"])

    assert browser.path == plan
    assert "A meeting with my coach: my coach has not noted yet what came of it." in browser.text


@ON_ONE
def test_a_page_of_ones_own_takes_a_dozen_queries_at_most(world: World, browser: Browser) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)
    browser.open(links["p"])
    browser.open(links["a"])
    question = f"/answer/{world.touchpoint(ANNA, 'first-question')}"
    browser.send(applied="partly")
    plan = f"/my-plan/{world.plan(ANNA)}"
    taken = {}
    for page in (plan, f"{plan}/change", question, f"{question}/thanks", f"/mails/{world.plan(ANNA)}"):
        with questions() as said:
            assert browser.client.get(page).status_code == 200
        taken[page] = len(said)

    assert {page: count for page, count in taken.items() if count > MOST_QUERIES} == {}


@ON_ONE
def test_a_break_and_an_end_are_one_press_away(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])

    mails = f"/mails/{world.plan(ANNA)}"
    assert f'href="{mails}?pause=1">Pause' in browser.page.text
    assert f'href="{mails}#stop">Stop' in browser.page.text


@ON_ONE
def test_too_many_requests_are_refused_with_the_time_to_wait(world: World, browser: Browser) -> None:
    address = f"/my-plan/{world.plan(ANNA)}/question"
    for _ in range(3):
        browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
        browser.send(address)
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])

    page = browser.send(address)

    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 1201


STATES = [
    ("paused", "Paused until Monday 23 March 2026."),
    ("stopped", "This follow-up is stopped."),
]


@pytest.mark.parametrize(("state", "sentence"), STATES)
@ON_ONE
def test_the_page_says_kindly_how_the_follow_up_stands(
    world: World, browser: Browser, state: str, sentence: str
) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["p"]
    with world.inside() as home:
        plan_id = home.plan(ANNA).id
        if state == "paused":
            plans.pause(home.session, plan_id=plan_id, until=(ASKED + 12 * DAY).date(), now=ASKED)
        else:
            plans.stop(home.session, plan_id=plan_id, reason=StopReason.ASKED, now=ASKED)

    browser.open(link)

    assert sentence in browser.text


@ON_ONE
def test_a_stopped_follow_up_keeps_its_words(world: World, browser: Browser) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["p"]
    with world.inside() as home:
        plans.stop(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=ASKED)
    browser.open(link)

    assert "Change my words" not in browser.text
    browser.open(f"/my-plan/{world.plan(ANNA)}/change")
    assert browser.send(situation="a", action="b").status_code == 410


@ON_ONE
def test_an_old_link_shows_nothing(world: World, browser: Browser, time: Clock) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["p"]
    time.ahead(days=401)

    page = browser.open(link)

    assert page.status_code == 410
    assert "guest complains" not in page.text


@ON_ONE
def test_a_link_to_one_plan_does_not_open_another(world: World, browser: Browser) -> None:
    browser.open(world.links(PAUL, MessageKind.REFLECTION)["p"])

    assert browser.open(f"/my-plan/{world.plan(ANNA)}").status_code == 404
    assert browser.open(f"/my-plan/{world.plan(ANNA)}/change").status_code == 404


@ON_ONE
def test_the_thanks_page_leads_to_the_plan_of_whoever_may_see_it(world: World, browser: Browser) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)
    browser.open(links["p"])
    browser.open(links["a"])
    browser.send(applied="partly")

    assert "See my plan and my dates" in browser.text


@ON_ONE
def test_examples_fill_the_fields_without_script(world: World, browser: Browser) -> None:
    with world.inside() as home:
        text = home.session.scalars(select(ProgrammeText)).first()
        assert text is not None
        text.examples = '[["it rains", "take an umbrella"], ["it snows", "take gloves"]]'
        text.good = '["it hails", "wait under a roof", "You can see it coming."]'
        home.session.commit()
    browser.open(world.links(PAUL, MessageKind.COMMITMENT)["a"])
    assert "Show 2 examples to start from" in browser.text
    assert "When it rains, I will take an umbrella." in browser.text
    assert "A good one: “When it hails, I will wait under a roof.” You can see it coming." in browser.text
    assert "Less good" not in browser.text

    browser.open(browser.path, example="2")

    assert (browser.fields["situation"], browser.fields["action"]) == ("it snows", "take gloves")


@pytest.mark.parametrize("number", ["0", "3", "-1", "two", "²", ""])
@ON_ONE
def test_an_example_that_is_none_fills_nothing(world: World, browser: Browser, number: str) -> None:
    browser.open(world.links(PAUL, MessageKind.COMMITMENT)["a"])

    browser.open(browser.path, example=number)

    assert browser.fields["situation"] == ""


def test_during_a_pause_every_day_is_the_one_on_which_it_comes_after_it(
    world: World, browser: Browser, time: Clock
) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["p"]
    with world.inside() as home:
        plans.pause(home.session, plan_id=home.plan(ANNA).id, until=date(2026, 4, 8), now=ASKED)
    time.ahead(days=20)  # the question that was open would have closed by now
    browser.open(link)

    assert "Paused until Wednesday 8 April 2026." in browser.text
    assert "Around Tuesday 14 April 2026 A meeting with my coach" in browser.text
    assert "Why this day: 14 days after the training, 28 days later because of a pause." in browser.text
    assert "open until Wednesday 22 April 2026" in browser.text
    assert "March" not in browser.text.partition("What comes, and when")[2].partition("What was")[0]
    with world.inside() as home:
        plans.resume(home.session, plan_id=home.plan(ANNA).id, now=ASKED + 28 * DAY)
    time.now = ASKED + 28 * DAY

    browser = Browser.of(world.app)
    browser.open(link)

    assert "Around Tuesday 14 April 2026 A meeting with my coach" in browser.text


@ON_ONE
def test_what_a_stop_left_out_of_the_days_to_come_is_not_told_as_past(world: World, browser: Browser) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["p"]
    with world.inside() as home:
        plans.stop(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=ASKED)
    browser.open(link)

    to_come, past = browser.text.split("What would have come")[1].split("What was")
    assert "Tuesday 7 April 2026" in to_come
    assert "April" not in past.partition("Who is with me")[0]
