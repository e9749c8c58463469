"""A programme as it is written: words kept whatever they are, forms and back, steps in the order of time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.intake import programme, programme_advice, programme_editing, programme_forms
from coachfollow.intake.programme import InvalidProgramme, Programme
from coachfollow.intake.programme_documents import Document, dump, entries, group, load, put, words
from coachfollow.intake.programme_editing import Survey
from coachfollow.mail import markup
from tests.programmes.small import SMALL, documented, read, spoilt

# what a form or a file can hold, and a few words that YAML would take for something else
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x85\u2028\u2029"), max_size=60),
    st.sampled_from(
        ["no", "~", "0.8", "014", "1e3", "14:30", "true", "- x", "a: b", "# no", "{{x}}", "*a", "&a", "!x"]
    ),
)
NODES = st.recursive(
    TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcz-#", min_size=1), inner, max_size=3)
    ),
    max_leaves=12,
)
KEYS = st.text("abcdez-", min_size=1, max_size=8)


def survey(text: str) -> Survey:
    return programme_editing.survey(text, file="small.yaml")


def same(one: Programme, other: Programme) -> bool:
    """Whether two programmes say the same, however their files are spelt."""
    return replace(one, source="", checksum="") == replace(other, source="", checksum="")


def keys(document: Document) -> list[str]:
    return [words(step, "key") for step in entries(document, "steps")]


@given(document=st.dictionaries(KEYS, NODES, min_size=1, max_size=4))
def test_whatever_is_written_down_is_read_again(document: Document) -> None:
    assert load(dump(document), file="x") == document


@pytest.mark.parametrize("text", [*programme.shipped().values(), documented(), SMALL])
def test_a_file_that_was_taken_apart_and_written_anew_is_the_same_programme(text: str) -> None:
    assert same(read(dump(load(text, file="x"))), read(text))


@pytest.mark.parametrize("text", [*programme.shipped().values(), documented()])
def test_forms_that_are_kept_unchanged_change_no_mail(text: str) -> None:
    before = survey(text)
    languages = programme_editing.languages(before.document)
    document = programme_forms.about_of(
        programme_forms.about_values(before.document), before=before.document, languages=languages
    )
    document = programme_advice.advice_of(
        programme_advice.advice_values(document), before=document, languages=languages
    )
    for name in programme_editing.names(document):
        step = programme_editing.step(document, name)
        assert step is not None
        kept = programme_forms.step_of(programme_forms.step_values(step), before=step, languages=languages)
        document = programme_editing.replaced(document, name, kept)
    after = survey(dump(document))

    assert after.mistakes == ()
    assert {name: document[name] for name in ("commitment", "themes") if name in document} == {
        name: before.document[name] for name in ("commitment", "themes") if name in before.document
    }
    assert programme_editing.names(document) == programme_editing.names(before.document)
    for name, step_before in before.steps.items():
        assert after.steps[name].rule == step_before.rule
        for code, said in step_before.texts.items():
            again = after.steps[name].texts[code]
            assert (again.subject, again.question, again.labels) == (said.subject, said.question, said.labels)
            assert markup.plain(again.body) == markup.plain(said.body)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("one\ntwo", "one two"),
        ("one\n\ntwo", "one\n\ntwo"),  # a paragraph is a paragraph
        ("- one\n  goes on\n- two", "- one goes on\n- two"),
        ("1. one\n   goes on\n2. two", "1. one goes on\n2. two"),
        ("one\n- two", "one\n- two"),
        ("one  \ntwo", "one  \ntwo"),  # a break that was meant
        ("one\\\ntwo", "one\\\ntwo"),
        ("one\n   \ntwo", "one\n\ntwo"),
        ("one\n# two", "one\n# two"),  # still to be told as a heading
        ("", ""),
    ],
)
def test_breaks_that_only_kept_a_file_narrow_are_taken_out_of_a_field(written: str, meant: str) -> None:
    assert programme_forms.unwrapped(written) == meant
    assert programme_forms.unwrapped(meant) == meant


@given(st.text(st.sampled_from("ab *_-1.\n\\"), max_size=60))
def test_taking_breaks_out_twice_is_taking_them_out_once(text: str) -> None:
    once = programme_forms.unwrapped(text)

    assert programme_forms.unwrapped(once) == once


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ({"days": "7", "side": "after", "anchor": "session"}, {"days": "7"}),
        ({"days": "7", "side": "before", "anchor": "session:first"}, {"days": "-7", "session": "first"}),
        ({"days": "0", "side": "before", "anchor": "session"}, {"days": "0"}),  # there is no minus nothing
        ({"days": "90", "side": "after", "anchor": "step:plan"}, {"days": "90", "after": "plan"}),
        ({"days": "soon", "side": "before", "anchor": "session"}, {"days": "soon"}),  # kept, and told
        ({"days": "", "side": "after", "anchor": "session"}, {}),
    ],
)
def test_when_a_step_comes_is_typed_as_people_say_it(typed: dict[str, str], when: Document) -> None:
    step = programme_forms.step_of(typed, before={}, languages=["en"])

    assert step["when"] == when
    shown = programme_forms.step_values(step)
    assert {name: shown[name] for name in ("days", "anchor")} == {
        name: typed[name] for name in ("days", "anchor")
    }


@pytest.mark.parametrize(
    ("typed", "written", "shown"),
    [
        ("80", "0.8", "80"),
        ("75 %", "0.75", "75"),
        ("100", "1", "100"),
        ("half", "half", "half"),
        ("0.8", "0.8", "80"),
        ("", "", ""),
    ],
)
def test_a_threshold_is_typed_in_per_cent(typed: str, written: str, shown: str) -> None:
    document = programme_forms.about_of({"threshold": typed}, before={}, languages=["en"])

    assert words(document, "completion", "threshold") == written
    assert programme_forms.about_values(document)["threshold"] == shown


def test_reminders_beyond_two_stay_where_they_can_be_mended() -> None:
    step: Document = {"reminders": ["1", "2", "3"]}
    values = programme_forms.step_values(step)

    assert (values["reminder-1"], values["reminder-2"]) == ("1", "2, 3")
    assert programme_forms.step_of(values, before=step, languages=[])["reminders"] == ["1", "2", "3"]


def test_what_a_form_does_not_show_stays_as_it_was() -> None:
    before: Document = {"key": "asked", "colour": "red", "texts": {"fr": {"subject": "Bonjour"}}}
    step = programme_forms.step_of(
        {"kind": "reflection", "subject-en": "Hello"}, before=before, languages=["en"]
    )

    assert step["colour"] == "red"
    assert group(step, "texts") == {"fr": {"subject": "Bonjour"}, "en": {"subject": "Hello"}}
    assert before == {"key": "asked", "colour": "red", "texts": {"fr": {"subject": "Bonjour"}}}


def test_other_words_for_the_answers_come_and_go() -> None:
    given_ = programme_forms.step_of({"label-partly-en": "Half"}, before={}, languages=["en"])
    gone = programme_forms.step_of({"label-partly-en": " "}, before=given_, languages=["en"])

    assert load(dump(given_), file="x") == {"when": {}, "texts": {"en": {"labels": {"partly": "Half"}}}}
    assert "labels" not in group(gone, "texts", "en")


def test_a_new_step_takes_its_place_in_time_and_a_key_of_its_own() -> None:
    new: Document = {
        "kind": "reflection",
        "when": {"days": "3"},
        "texts": {"en": {"subject": "s", "body": "b"}},
    }
    once, first = programme_editing.added(load(SMALL, file="x"), new)
    twice, second = programme_editing.added(once, new)

    assert (first, second) == ("question-3", "question-3-2")
    assert keys(twice) == ["plan", "question-3", "question-3-2", "asked"]


@pytest.mark.parametrize(
    ("step", "key"),
    [
        ({"kind": "sponsor_moment", "when": {"days": "-7"}}, "manager-7-before"),
        ({"kind": "commitment", "when": {"days": "0"}}, "my-plan-0"),
        ({"kind": "check_in", "when": {"days": "soon, or later"}}, "meeting"),
        ({"kind": "dance"}, "step"),
    ],
)
def test_the_key_of_a_new_step_says_what_it_is(step: Document, key: str) -> None:
    assert programme_editing.added({}, step)[1] == key


def test_a_step_that_is_moved_is_put_in_order_and_one_of_the_same_moment_stays_behind() -> None:
    document = load(SMALL, file="x")
    step = programme_editing.step(document, "asked")
    assert step is not None
    earlier: Document = {**step, "when": {"days": "-3"}}
    same_day: Document = {**step, "when": {"days": "0"}}

    assert keys(programme_editing.replaced(document, "asked", earlier)) == ["asked", "plan"]
    assert keys(programme_editing.replaced(document, "asked", same_day)) == ["plan", "asked"]


def test_a_step_that_hangs_in_the_air_moves_nothing_and_no_time_line_lies() -> None:
    document = load(SMALL, file="x")
    step = programme_editing.step(document, "plan")
    assert step is not None
    changed = programme_editing.replaced(document, "plan", {**step, "when": {"days": "1", "after": "party"}})

    assert keys(changed) == ["plan", "asked"]
    assert survey(dump(changed)).days == {}


def test_a_form_says_which_days_it_counts() -> None:
    typed = {"days": "5", "day-kind": "working", "side": "before", "anchor": "session:first"}
    step = programme_forms.step_of(typed, before={}, languages=[])

    assert step["when"] == {"working_days": "-5", "session": "first"}
    assert programme_forms.step_values(step).items() >= typed.items()


def test_steps_without_a_usable_key_go_by_their_number() -> None:
    found = survey(SMALL.replace("key: plan", "key: Plan!").replace("key: asked", "key: Plan!"))

    assert programme_editing.names(found.document) == ("1", "2")
    assert [step.rule.offset_days for step in found.steps.values()] == [0, 7]
    assert keys(programme_editing.removed(found.document, "2")) == ["Plan!"]


def test_a_step_that_somebody_took_out_is_put_back_by_whoever_saves_it() -> None:
    document = load(SMALL, file="x")
    step = programme_editing.step(document, "asked")
    assert step is not None
    without = programme_editing.removed(document, "asked")

    assert keys(without) == ["plan"]
    assert keys(programme_editing.replaced(without, "asked", step)) == ["plan", "asked"]
    assert programme_editing.step(without, "asked") is None


def test_what_is_no_step_at_all_is_kept_and_has_no_form() -> None:
    found = survey(SMALL + "  - dance\n")

    assert programme_editing.names(found.document)[-1] == "3"
    assert programme_editing.step(found.document, "3") is None
    assert found.steps == {}
    assert (
        entries(programme_editing.replaced(found.document, "plan", {"key": "plan"}), "steps")[-1] == "dance"
    )


def test_a_copy_has_a_key_and_a_title_of_its_own_and_everything_else() -> None:
    document = load(documented(), file="x")
    copy = programme_editing.copied(document, key="ours", title="Our own")

    assert read(dump(copy)).title == {"en": "Our own", "de": "Bessere Übergaben"}
    assert keys(copy) == keys(document)
    assert words(document, "title", "en") == "Better handovers"


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Bessere Übergaben!", "bessere-ubergaben"),
        ("  Service, that listens — 2026", "service-that-listens-2026"),
        ("日本語", "programme"),
        ("x" * 90, "x" * 50),
    ],
)
def test_a_key_sounds_like_its_title(title: str, key: str) -> None:
    assert programme_editing.key_of(title) == key


def test_a_language_that_is_taken_out_takes_its_words_with_it_and_a_new_one_asks_for_them() -> None:
    document = load(documented(), file="x")
    english = programme_editing.spoken(document, ("en",))
    french = programme_editing.spoken(english, ("en", "fr"))

    assert survey(dump(english)).mistakes == ()
    assert "Übergaben" not in dump(english)
    missing = {mistake.field for mistake in survey(dump(french)).mistakes}
    assert {"title.fr", "steps.my-plan.texts.fr", "themes.clarity.fr"} <= missing


def test_only_a_plain_group_of_fields_can_be_written_on() -> None:
    with pytest.raises(InvalidProgramme, match="must be a group of fields"):
        load("- a\n- b\n", file="x")
    with pytest.raises(InvalidProgramme, match="repeats another place"):
        survey("a: &x b\nc: *x\n")


def test_a_text_is_put_where_there_was_none_and_taken_away_where_there_is_nothing_to_say() -> None:
    document: Document = {"title": "wrong"}
    put(document, "Hello", "title", "en")
    put(document, "", "why", "en")
    put(document, "x", "sponsor", "name")
    put(document, "", "sponsor", "name")

    assert document == {"title": {"en": "Hello"}, "sponsor": {}}


def test_mistakes_stay_beside_what_could_be_read() -> None:
    found = survey(spoilt("{days: 7}", "{days: soon}"))

    assert [mistake.field for mistake in found.mistakes] == ["steps.asked.when.days"]
    assert found.programme.title == {"en": "A small one"}
    assert found.days == {"plan": 0, "asked": 0}


def test_a_theme_may_sound_like_another_and_what_is_no_list_of_examples_stays() -> None:
    before = load(SMALL + "commitment: {examples: {en: none yet}, good: {en: {action: }}}\n", file="x")
    typed = programme_advice.advice_values(before) | {"new-theme-1-en": "Clarity!"}

    after = programme_advice.advice_of(typed, before=before, languages=("en",))

    assert list(group(after, "themes")) == ["clarity", "clarity-2"]
    assert words(after, "commitment", "examples", "en") == "none yet"
    assert "good" not in group(after, "commitment")
