"""What a form asks, who will see it, and what a filled one says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import asking
from coachfollow.rules.asking import Answered, Problems, QuestionKind, SeenBy
from coachfollow.rules.kinds import Applied, Barrier, StepKind

REFLECTION, COMMITMENT, SPONSOR = StepKind.REFLECTION, StepKind.COMMITMENT, StepKind.SPONSOR

PLAN = {"situation": "a guest complains at the desk", "action": "I ask what would put it right"}
PLANNED = Answered(situation=PLAN["situation"], action=PLAN["action"])


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (StepKind.COMMITMENT, "situation* action* reason rating"),
        (StepKind.REFLECTION, "applied* times rating barrier note"),
        (StepKind.UNPROMPTED, "applied* times rating barrier note"),
        (StepKind.SPONSOR, "done outcome*"),
        (StepKind.CHECK_IN, "outcome*"),
        (StepKind.PROMPT, ""),
    ],
)
def test_a_step_asks_only_what_somebody_will_use(kind: StepKind, asked: str) -> None:
    found = [question.key + ("*" if question.required else "") for question in asking.questions(kind)]
    assert found == asked.split()


@pytest.mark.parametrize("kind", StepKind)
def test_every_question_is_in_words_and_says_who_will_see_the_answer(kind: StepKind) -> None:
    for question in asking.questions(kind):
        assert question.label
        assert question.seen_by.label
        assert bool(question.choices) is (question.kind is QuestionKind.CHOICE)


def test_the_note_is_private_and_the_plan_is_not() -> None:
    seen_by = {one.key: one.seen_by for kind in (COMMITMENT, REFLECTION) for one in asking.questions(kind)}
    assert seen_by["note"].label == "Only you"
    assert seen_by["action"].label == "You and your coach"
    assert seen_by["barrier"].label == "You and your coach; counted without names in groups of five or more"
    assert [key for key, who in seen_by.items() if who is SeenBy.PRIVATE] == ["note"]


def test_every_code_has_its_words() -> None:
    assert set(asking.APPLIED_WORDS) == set(Applied)
    assert set(asking.BARRIER_WORDS) == set(Barrier)


@pytest.mark.parametrize(
    ("kind", "form", "answered", "remark"),
    [
        (COMMITMENT, PLAN, PLANNED, "the reason and the rating can wait"),
        (
            COMMITMENT,
            PLAN | {"reason": " it saves a guest ", "rating": "4"},
            replace(PLANNED, reason="it saves a guest", rating=4),
            "all of it, tidied",
        ),
        (
            COMMITMENT,
            {"situation": "x", "action": "better"},
            Answered(situation="x", action="better"),
            "vague",
        ),
        (REFLECTION, {"applied": "not_yet"}, Answered(applied=Applied.NOT_YET), "one tap is an answer"),
        (
            REFLECTION,
            {"applied": "partly", "times": "3", "rating": "10", "barrier": "no_time", "note": "a\r\nb"},
            Answered(applied=Applied.PARTLY, times=3, rating=10, barrier=Barrier.NO_TIME, note="a\nb"),
            "all of it",
        ),
        (
            REFLECTION,
            {"applied": "partly", "times": "0", "note": "for Eva", "share": "on"},
            Answered(applied=Applied.PARTLY, times=0, note="for Eva", share_note=True),
            "none is a number, and the note is shared",
        ),
        (
            REFLECTION,
            {"applied": "partly", "note": " \0 ", "share": "on"},
            Answered(applied=Applied.PARTLY),
            "an empty note is not shared",
        ),
        (
            REFLECTION,
            {"applied": "partly", "note": "mine", "share": "0"},
            Answered(applied=Applied.PARTLY, note="mine"),
            "only a tick shares",
        ),
        (
            REFLECTION,
            {"applied": "partly", "action": "injected", "csrf": "x"},
            Answered(applied=Applied.PARTLY),
            "what was not asked is not read",
        ),
        (
            SPONSOR,
            {"done": "yes", "outcome": "a plan"},
            Answered(done=True, outcome="a plan"),
            "had the talk",
        ),
        (SPONSOR, {"done": "no", "outcome": "ill"}, Answered(done=False, outcome="ill"), "not yet, and why"),
        (SPONSOR, {"outcome": "a plan"}, Answered(outcome="a plan"), "one sentence is enough"),
        (StepKind.CHECK_IN, {"outcome": "agreed"}, Answered(outcome="agreed"), "the coach's sentence"),
        (StepKind.PROMPT, {"outcome": "x"}, Answered(), "a reminder asks nothing"),
    ],
)
def test_a_filled_form_is_read(kind: StepKind, form: dict[str, str], answered: Answered, remark: str) -> None:
    assert asking.parse(kind, form) == answered, remark


FEW_WORDS = "Please write a few words; they need not be perfect."
CHOOSE = "Please choose one of the answers."
SCALE = "Please give a whole number from 1 to 10."
COUNT = "Please give a whole number, for example 3."


@pytest.mark.parametrize(
    ("kind", "form", "problems"),
    [
        (COMMITMENT, {}, {"situation": FEW_WORDS, "action": FEW_WORDS}),
        (COMMITMENT, {"situation": "x", "action": " \r\n "}, {"action": FEW_WORDS}),
        (COMMITMENT, PLAN | {"rating": "0"}, {"rating": SCALE}),
        (COMMITMENT, PLAN | {"rating": "11"}, {"rating": SCALE}),
        (COMMITMENT, PLAN | {"rating": "7.5"}, {"rating": SCALE}),
        (COMMITMENT, PLAN | {"rating": "²"}, {"rating": SCALE}),
        (REFLECTION, {}, {"applied": CHOOSE}),
        (REFLECTION, {"applied": "perhaps"}, {"applied": CHOOSE}),
        (REFLECTION, {"applied": "partly", "barrier": "weather"}, {"barrier": CHOOSE}),
        (REFLECTION, {"applied": "partly", "times": "often"}, {"times": COUNT}),
        (REFLECTION, {"applied": "partly", "times": "-1"}, {"times": COUNT}),
        (REFLECTION, {"applied": "partly", "times": "1000"}, {"times": COUNT}),
        (REFLECTION, {"applied": "partly", "times": "1" * 10_000}, {"times": COUNT}),
        (
            REFLECTION,
            {"applied": "partly", "note": "x" * 2001},
            {"note": "This is 2001 characters long; please stay within 2000."},
        ),
        (SPONSOR, {"done": "yes"}, {"outcome": FEW_WORDS}),
        (SPONSOR, {"done": "maybe", "outcome": "x"}, {"done": CHOOSE}),
    ],
)
def test_what_cannot_be_read_gets_a_sentence_by_field(
    kind: StepKind, form: dict[str, str], problems: dict[str, str]
) -> None:
    found = asking.parse(kind, form)
    assert isinstance(found, Problems)
    assert found == problems


def test_two_thousand_characters_are_as_the_browser_counts_them() -> None:
    lines = "a\r\n" * 999 + "aa"
    assert asking.parse(REFLECTION, {"applied": "partly", "note": lines}) == Answered(
        applied=Applied.PARTLY, note=lines.replace("\r", "")
    )


_keys = st.sampled_from(
    [
        "applied",
        "times",
        "rating",
        "barrier",
        "note",
        "share",
        "situation",
        "action",
        "reason",
        "done",
        "outcome",
    ]
)
_values = st.text(max_size=20) | st.sampled_from(["1", "10", "on", "partly", "no_time", "yes"])


@given(st.sampled_from(StepKind), st.dictionaries(_keys, _values))
def test_whatever_is_posted_is_an_answer_or_sentences_about_what_was_asked(
    kind: StepKind, form: dict[str, str]
) -> None:
    found = asking.parse(kind, form)
    if isinstance(found, Problems):
        assert found
        assert set(found) <= {question.key for question in asking.questions(kind)}
    else:
        assert found.rating is None or 1 <= found.rating <= 10
        assert found.note or not found.share_note


@pytest.mark.parametrize(
    ("action", "vague", "remark"),
    [
        ("ask the guest what would put it right", False, "can be seen"),
        ("listen", True, "one word"),
        ("be more empowering to my team", True, "a quality, not an action"),
        ("Try to be on time", True, "an attempt"),
        ("", True, "nothing yet"),
    ],
)
def test_a_vague_action_gets_a_hint(action: str, *, vague: bool, remark: str) -> None:
    hint = asking.hint(action)
    assert (hint is not None) is vague, remark
    assert hint is None or "Could a colleague see you do it?" in hint


@pytest.mark.parametrize(
    ("situation", "action", "kept"),
    [
        ("When a guest waits,", "I will look up", ("a guest waits", "look up")),
        ("when … a guest waits", "i'll look up", ("a guest waits", "look up")),
        ("Wenn ein Gast wartet", "werde ich aufsehen", ("ein Gast wartet", "aufsehen")),
        ("a guest waits", "then I will look up.", ("a guest waits", "look up.")),
        ("whenever it rains", "illuminate the path", ("whenever it rains", "illuminate the path")),
    ],
    ids=["as printed", "abbreviated", "in German", "with “then”", "words that only begin alike"],
)
def test_what_the_labels_say_already_is_kept_once(situation: str, action: str, kept: tuple[str, str]) -> None:
    answered = asking.parse(StepKind.COMMITMENT, {"situation": situation, "action": action})

    assert isinstance(answered, Answered)
    assert (answered.situation, answered.action) == kept


def test_the_words_of_the_label_alone_are_no_plan() -> None:
    problems = asking.parse(StepKind.COMMITMENT, {"situation": "When …", "action": "I will"})

    assert isinstance(problems, Problems)
    assert set(problems) == {"situation", "action"}


def test_a_programmes_own_words_change_what_is_read_and_never_what_is_counted() -> None:
    own = asking.questions(StepKind.REFLECTION, {"partly": "Half of it"})

    assert dict(own[0].choices) == dict(asking.APPLIED_WORDS) | {"partly": "Half of it"}
    assert own[1:] == asking.questions(StepKind.REFLECTION)[1:]
    assert asking.questions(StepKind.REFLECTION, {}) == asking.questions(StepKind.REFLECTION)
