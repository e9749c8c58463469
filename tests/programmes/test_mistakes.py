"""Every mistake in a programme's file is told at once, with its line, its field and a sentence."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.intake.programme import InvalidProgramme, Mistake
from tests.programmes.small import SMALL, complaints, documented, mistakes, read, spoilt, written_in

SEVEN = "{days: 7}"
PLAN = "**{{commitment}}**"
QUESTION = "        question: How many times did you do it?\n"


LAST = """\
  - key: last
    kind: unprompted_check
    when: {days: 7}
    texts: {en: {subject: Last, question: Still?, body: Hello}}
"""


@pytest.mark.parametrize(
    ("text", "line", "field", "says"),
    [
        # the programme itself
        (spoilt("key: small", "key: Small One"), 1, "key", "“Small One” is no key"),
        (spoilt("key: small", f"key: {'x' * 61}"), 1, "key", "is no key"),
        (spoilt("key: small\n", ""), 1, "key", "is missing"),
        (written_in("english"), 2, "languages.#1", "“english” is no language code"),
        (spoilt("[en]", "[en, en]"), 2, "languages", "names a language twice"),
        (spoilt("[en]", "[]"), 2, "languages", "is empty"),
        (spoilt("[en]", "en"), 2, "languages", "must be a list"),
        (spoilt("{en: A small one}", "A small one"), 3, "title", "must be a group of fields"),
        (spoilt("{en: A small one}", "{en: [A, B]}"), 3, "title.en", "must be a single value"),
        (spoilt("A small one", "x" * 121), 3, "title.en", "has 121 characters; people read up to 120"),
        (spoilt("A small one", '"For {{first_name}}"'), 3, "title.en", "has no place here"),
        (spoilt("{en: A small one}", "{en: A, fr: B}"), 3, "title.fr", "is not a field here"),
        (spoilt("Because it helps.", "~"), 4, "why.en", "is empty"),
        (spoilt("  name: Ruth Adeyemi\n", ""), 5, "sponsor.name", "is missing"),
        (spoilt("{en: Please do.}", "|\n    Please.\n    Do."), 7, "sponsor.words", "must be a group"),
        (spoilt("{en: Please do.}", "\n    en: |\n      Please.\n      Do."), 8, "sponsor.words.en", "one line"),
        (spoilt("  clarity:", "  Clear Words:"), 9, "themes.Clear Words", "is no key"),
        (SMALL + "completion: {threshold: 0}\n", 27, "completion.threshold", "above 0 and up to 1"),
        (SMALL + "completion: {threshold: 80}\n", 27, "completion.threshold", "0.8 means 80 of 100"),
        (SMALL + "completion: {threshold: most}\n", 27, "completion.threshold", "must be a number"),
        (SMALL + "anchor: middle\n", 27, "anchor", "“middle” is no session"),
        (SMALL + "anchor: 0\n", 27, "anchor", "counted from 1"),
        (SMALL + "allow: {time: sometimes}\n", 27, "allow.time", "must be true or false"),
        (SMALL + "allow: {weekdays: true}\n", 27, "allow.weekdays", "did you mean “weekday”?"),
        (SMALL + "adapt: {silent_after: 1}\n", 27, "adapt.silent_after", "from 2 to 9"),
        (SMALL + "adapt: {silent: 2}\n", 27, "adapt.silent", "did you mean “silent_after”?"),
        (SMALL + LAST, 16, "steps.asked", "asks without having reminded; let it come before that"),
        (SMALL + "adapt: {}\n", 27, "adapt", "is empty; say what to adapt to"),
        (SMALL + "adapt: {no_opportunity: {later_days: 1}}\n", 27, "adapt.no_opportunity.later_days", "from 2 to 60"),
        (SMALL + "adapt: {no_opportunity: 7}\n", 27, "adapt.no_opportunity", "must be a group of fields"),
        (SMALL + "adapt: {as_intended: {in_a_row: 2}}\n", 27, "adapt.as_intended.later_days", "is missing"),
        (SMALL + "adapt: {barrier: {check_in_within_days: 7}}\n", 27, "adapt.barrier", "no step is a check_in"),
        (SMALL + "attended: {minutes: 0}\n", 27, "attended.minutes", "from 1 to 1440"),
        (SMALL + "attended: {sessions: two}\n", 27, "attended.sessions", "must be a whole number"),
        (SMALL + "commitment: {examples: {en: [x]}}\n", 27, "commitment.examples.en.#1", "must be a group"),
        (SMALL + "commitment: {good: {en: {action: x, why: y}}}\n", 27, "commitment.good.en.situation", "missing"),
        (SMALL + "key: again\n", 27, "key", "is given twice; it is already on line 1"),
        (SMALL + "titel: {}\n", 27, "titel", "is not a field here"),
        (SMALL + "colour: red\n", 27, "colour", "the fields here are key, languages, title"),
        (SMALL + "[a]: red\n", 27, "?", "is not a field here"),
        # a step
        (spoilt("- key: asked\n    kind", "- kind"), 16, "steps.#2.key", "is missing"),
        (spoilt("key: asked", "key: plan"), 16, "steps.plan", "“plan” is taken by the step on line 11"),
        (spoilt("kind: reflection", "kind: reflexion"), 17, "steps.asked.kind", "did you mean “reflection”?"),
        (spoilt("kind: reflection", "kind: dance"), 17, "steps.asked.kind", "use one of commitment, "),
        (spoilt(SEVEN, SEVEN + "\n    series: weekly"), 19, "steps.asked.series", "must be a group of fields"),
        (spoilt(SEVEN, SEVEN + "\n    series: {}"), 19, "steps.asked.series", "says neither"),
        (spoilt(SEVEN, SEVEN + "\n    series: {lasts: 90}"), 19, "steps.asked.series.lasts", "did you mean"),
        (spoilt(SEVEN, SEVEN + "\n    series: {lasts_days: 7}"), 19, "steps.asked.series.lasts_days", "no room"),
        (spoilt(SEVEN, SEVEN + "\n    series: {lasts_days: 999}"), 19, "steps.asked.series.lasts_days", "to 365"),
        (spoilt(SEVEN, SEVEN + "\n    series: {gaps: []}"), 19, "steps.asked.series.gaps", "is empty"),
        (spoilt(SEVEN, SEVEN + "\n    series: {gaps: [9, 0]}"), 19, "steps.asked.series.gaps.#2", "from 1 to 365"),
        (
            spoilt(SEVEN, SEVEN + "\n    series: {lasts_days: 30, gaps: [9, 20]}"),
            *(19, "steps.asked.series.gaps", "has its last on day 36, later than day 30"),
        ),
        (spoilt(SEVEN, SEVEN + f"\n    series: {{gaps: {[1] * 31}}}"), 19, "steps.asked.series.gaps", "30 at most"),
        (spoilt(SEVEN, "{working_days: 5}\n    series: {gaps: [9]}"), 19, "steps.asked.series", "counts in days"),
        (spoilt(SEVEN, "{days: -7}\n    series: {gaps: [9]}"), 19, "steps.asked.series", "has to begin on the day"),
        (
            spoilt("kind: commitment", "kind: commitment\n    series: {gaps: [9]}"),
            *(13, "steps.plan.series", "has no place in a commitment"),
        ),
        (
            spoilt(SEVEN, SEVEN + "\n    series: {gaps: [9]}").replace("key: plan", "key: asked-2"),
            *(16, "steps.asked", "the key “asked-2” is taken by the step on line 11"),
        ),
        (spoilt("kind: reflection\n    ", ""), 16, "steps.asked.kind", "is missing"),
        (
            spoilt("kind: reflection", "kind: commitment").replace(PLAN, "Again?"),
            *(16, "steps.asked", "is a second commitment; the one on line 11 is enough"),
        ),
        (spoilt("kind: commitment", "kind: check_in"), 10, "steps", "no step is a commitment"),
        (SMALL + "  - dance\n", 27, "steps.#3", "must be a group of fields"),
        (spoilt(SEVEN, SEVEN + "\n    audience: manager"), 19, "steps.asked.audience", "speaks to the participant"),
        (spoilt(SEVEN, SEVEN + "\n    theme: clarty"), 19, "steps.asked.theme", "did you mean “clarity”?"),
        (spoilt(SEVEN, SEVEN + "\n    reminder: [1]"), 19, "steps.asked.reminder", "did you mean “reminders”?"),
        # when
        (spoilt(SEVEN, "7"), 18, "steps.asked.when", "must be a group of fields"),
        (spoilt(SEVEN, "{days: soon}"), 18, "steps.asked.when.days", "a whole number from -365 to 730"),
        (spoilt(SEVEN, "{days: 731}"), 18, "steps.asked.when.days", "a whole number from -365 to 730"),
        (spoilt(SEVEN, "{dais: 7}"), 18, "steps.asked.when.dais", "did you mean “days”?"),
        (spoilt(SEVEN, "{session: last}"), 18, "steps.asked.when.days", "is missing"),
        (spoilt(SEVEN, "{days: 7, session: 0}"), 18, "steps.asked.when.session", "counted from 1"),
        (spoilt(SEVEN, "{days: 7, session: 1, after: plan}"), 18, "steps.asked.when", "not from both"),
        (spoilt(SEVEN, "{days: -7, after: plan}"), 18, "steps.asked.when.days", "needs 0 days or more"),
        (spoilt(SEVEN, "{days: 7, working_days: 5}"), 18, "steps.asked.when", "not in both"),
        (spoilt(SEVEN, "{working_days: 521}"), 18, "steps.asked.when.working_days", "from -260 to 520"),
        (spoilt(SEVEN, "{working_days: -1, after: plan}"), 18, "steps.asked.when.working_days", "needs 0 days"),
        (spoilt(SEVEN, "{days: 7, after: party}"), 16, "steps.asked", "there is no such step"),
        (spoilt(SEVEN, "{days: 7, after: asked}"), 16, "steps.asked", "depends on itself"),
        (spoilt(SEVEN, SEVEN + "\n    at: 24:00"), 19, "steps.asked.at", "“24:00” is no time of day"),
        (spoilt(SEVEN, SEVEN + "\n    open_days: 0"), 19, "steps.asked.open_days", "from 1 to 365"),
        (spoilt(SEVEN, SEVEN + "\n    mandatory: maybe"), 19, "steps.asked.mandatory", "must be true or false"),
        (spoilt(SEVEN, SEVEN + "\n    reminders: 1"), 19, "steps.asked.reminders", "must be a list"),
        (spoilt(SEVEN, SEVEN + "\n    reminders: [0]"), 19, "steps.asked.reminders.#1", "from 1 to 30"),
        (spoilt(SEVEN, SEVEN + "\n    reminders: [1, 2, 3]"), 19, "steps.asked.reminders", "2 reminders at most"),
        (spoilt(SEVEN, SEVEN + "\n    reminders: [3, 1]"), 19, "steps.asked.reminders", "must be in order"),
        (
            spoilt(SEVEN, SEVEN + "\n    open_days: 2\n    reminders: [3]"),
            *(20, "steps.asked.reminders", "it is open for 2 days"),
        ),
        # texts
        (spoilt(QUESTION, ""), 20, "steps.asked.texts.en.question", "is missing; a reflection asks one"),
        (spoilt("One question", "x" * 101), 21, "steps.asked.texts.en.subject", "people read up to 100"),
        (spoilt("One question", '"One\\aquestion"'), 21, "steps.asked.texts.en.subject", "U+0007; delete it"),
        (spoilt("One question", '"One\\_\\Lquestion"'), 21, "steps.asked.texts.en.subject", "U+2028"),
        (
            spoilt(QUESTION, QUESTION + "        labels: {sometimes: x}\n"),
            *(23, "steps.asked.texts.en.labels.sometimes", "is not a field here"),
        ),
        (spoilt("body: Say what you will do.", "body: "), 15, "steps.plan.texts.en.body", "is empty"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_line_and_field_and_says_what_is_wrong(
    text: str, line: int, field: str, says: str
) -> None:
    [mistake] = mistakes(text)
    assert (mistake.line, mistake.field) == (line, field)
    assert says in mistake.sentence


@pytest.mark.parametrize(
    ("kind", "added", "field"),
    [
        ("reinforcement_prompt", "open_days: 3", "open_days"),  # it closes by itself
        ("reinforcement_prompt", "reminders: [1]", "reminders"),  # nobody is reminded of a reminder
        ("reinforcement_prompt", "mandatory: true", "mandatory"),  # there is nothing to complete
        ("unprompted_check", "reminders: [1]", "reminders"),  # or it would be prompted
    ],
)
def test_a_kind_has_only_the_fields_that_make_sense_for_it(kind: str, added: str, field: str) -> None:
    text = spoilt("kind: reflection", f"kind: {kind}\n    {added}")
    if kind == "reinforcement_prompt":
        text = text.replace(QUESTION, "")
    [mistake] = mistakes(text)
    assert (mistake.line, mistake.field) == (18, f"steps.asked.{field}")
    assert "has no place" in mistake.sentence


def test_a_managers_card_is_mandatory_for_nobody() -> None:
    text = spoilt("kind: reflection", "kind: sponsor_moment\n    mandatory: true")
    [mistake] = [one for one in mistakes(text) if one.field == "steps.asked.mandatory"]
    assert "nobody's finishing depends on what their manager does" in mistake.sentence


def test_a_prompt_asks_nothing_and_only_answers_have_labels() -> None:
    text = spoilt(QUESTION, QUESTION + "        labels: {partly: Half}\n")
    text = text.replace("kind: reflection", "kind: reinforcement_prompt")
    assert [mistake.field for mistake in mistakes(text)] == [
        "steps.asked.texts.en.question",
        "steps.asked.texts.en.labels",
    ]


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("# Big", 26, "a heading"),
        ("Big\n          ===", 26, "a heading"),
        ("> said", 26, "a quotation"),
        ("one\n\n          ---", 28, "a rule"),
        ("    four spaces", 26, "code"),
        ("```\n          x\n          ```", 26, "code"),
        ("a `b` c", 26, "code"),
        ("fine\n\n          <script>x</script>", 28, "HTML"),
        ("a <b>c</b>", 26, "HTML"),
        ("![x](https://example.org/x.png)", 26, "an image"),
        ("[x](http://example.org)", 26, "[words](https://…)"),
        ("[x](javascript:alert)", 26, "[words](https://…)"),
        ("[x](mailto:a@example.org)", 26, "[words](https://…)"),
        ("[x](https://)", 26, "[words](https://…)"),
        ("[x](https://[a)", 26, "[words](https://…)"),
        ("[x](https://example.org/a b)", 26, "[words](https://…)"),
        ("[x](https://example.org/{{coach}})", 26, "without placeholders"),
        ("see http://example.org", 26, "[words](https://…)"),
        ("- fine\n          - {{frist_name}}", 27, "“{{frist_name}}” is not a placeholder"),
        ("{{first_name}", 26, "stray"),
        ("{% if x %}", 26, "stray"),
        ("{{participant}} did", 26, "write {{first_name}}"),
        ("x" * 3_001, 23, "people read up to 3,000"),
    ],
)
def test_a_body_is_a_small_part_of_markdown_and_its_mistakes_name_the_row(
    body: str, line: int, says: str
) -> None:
    [mistake] = mistakes(spoilt(PLAN, body))
    assert (mistake.line, mistake.field) == (line, "steps.asked.texts.en.body")
    assert says in mistake.sentence


def test_a_body_that_begins_with_empty_rows_still_names_the_right_one() -> None:
    [mistake] = mistakes(spoilt("          Hello {{first_name}},\n", "\n\n          Hello {{name}},\n"))
    assert mistake.line == 26


def test_a_body_that_is_not_a_block_names_the_line_it_begins_on() -> None:
    [mistake] = mistakes(spoilt("body: Say what you will do.", 'body: "One\\n\\n# Two"'))
    assert mistake.line == 15


@pytest.mark.parametrize("name", ["commitment", "situation", "action"])
@pytest.mark.parametrize("kind", ["sponsor_moment", "check_in", "commitment"])
def test_a_persons_own_words_stand_only_where_nobody_else_reads_them(kind: str, name: str) -> None:
    text = spoilt(PLAN, f"{{{{{name}}}}}").replace("kind: reflection", f"kind: {kind}")
    [mistake] = [mistake for mistake in mistakes(text) if mistake.field.endswith(".body")]
    assert f"“{{{{{name}}}}}” has no place here" in mistake.sentence


def test_a_text_missing_in_a_declared_language_is_named_each_time() -> None:
    found = [str(mistake) for mistake in mistakes(spoilt("[en]", "[en, de]"))]
    absent = "is missing; the programme is written in en, de"
    assert found == [
        f"small.yaml:3: title.de: {absent}",
        f"small.yaml:4: why.de: {absent}",
        f"small.yaml:7: sponsor.words.de: {absent}",
        f"small.yaml:9: themes.clarity.de: {absent}",
        f"small.yaml:14: steps.plan.texts.de: {absent}",
        f"small.yaml:19: steps.asked.texts.de: {absent}",
    ]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        spoilt("key: small", "key: Small").replace("{days: 7}", "{days: x}").replace("One question", "{{x}}")
    )
    with pytest.raises(InvalidProgramme) as refused:
        read(text)
    assert [mistake.line for mistake in refused.value.mistakes] == [1, 18, 21]
    assert str(refused.value).splitlines() == [str(mistake) for mistake in refused.value.mistakes]
    assert refused.value.fields["steps.asked.when.days"].startswith("“x” must be a whole number")


def test_texts_are_checked_even_if_the_languages_cannot_be_read() -> None:
    text = spoilt("languages: [en]\n", "").replace("One question", "{{x}}")
    assert [mistake.field for mistake in mistakes(text)] == ["languages", "steps.asked.texts.en.subject"]


def test_two_steps_without_a_key_are_not_called_the_same() -> None:
    text = SMALL.replace("key: plan\n    kind", "kind").replace("key: asked\n    kind", "kind")
    assert [mistake.field for mistake in mistakes(text)] == ["steps.#1.key", "steps.#2.key"]


def test_a_theme_of_a_programme_without_themes_is_refused() -> None:
    text = spoilt("themes:\n  clarity: {en: Clear words}\n", "").replace(
        SEVEN, SEVEN + "\n    theme: clarity"
    )
    [mistake] = mistakes(text)
    assert "there are none in this programme" in mistake.sentence


def test_a_programme_has_a_hundred_steps_at_most() -> None:
    step = "  - {key: s, kind: reinforcement_prompt, when: {days: 1}, texts: {en: {subject: s, body: b}}}\n"
    [mistake] = mistakes(SMALL + step * 99)
    assert (mistake.line, mistake.field) == (10, "steps")
    assert "holds 101 steps" in mistake.sentence


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "is empty"),
        ("# only a remark\n", 1, "is empty"),
        ("just words", 1, "must be a group of fields"),
        ("- a\n- list", 1, "must be a group of fields"),
        ("key: a: b", 1, "is not YAML that can be read here"),
        ("key: small\n\ttitle: x", 2, "is not YAML that can be read here"),
        ("key: a\n---\nkey: b", 2, "but found another document"),
        ("key: a\ntitle: \x07", 2, "holds a character that no text has (U+0007)"),
        ("key: \ud800", 1, "holds a character that no text has (U+D800)"),
        ("key: &a [x]\ntitle: *a", 2, "“*a” repeats another place"),  # the way to build an alias bomb
        ("key: !!python/object/apply:os.system [x]", 1, "has no meaning here"),
        ("key: !secret x", 1, "the tag “!secret” has no meaning here"),
        ("[" * 5_000, 1, "is nested more than 10 levels deep"),
        ("\n".join(" " * n + "-" for n in range(20)), 11, "is nested more than 10 levels deep"),
        ("a: 1\n" * 20_000, 10_000, "holds more than 20,000 names and values"),
        ("x" * (256 * 1024 + 1), 1, "is larger than 256 kB"),
        ("ü" * (128 * 1024 + 1), 1, "is larger than 256 kB"),  # counted in bytes, as the file is
    ],
)
def test_a_file_that_is_no_plain_yaml_of_sensible_size_is_refused_with_a_sentence(
    text: str, line: int, says: str
) -> None:
    [mistake] = mistakes(text)
    assert (mistake.file, mistake.line, mistake.field) == ("small.yaml", line, "file")
    assert says in mistake.sentence


def test_a_mistake_reads_like_a_compilers() -> None:
    mistake = Mistake(file="a.yaml", line=3, field="title.en", sentence="is missing")
    assert str(mistake) == "a.yaml:3: title.en: is missing"


@given(st.text())
def test_no_text_does_anything_but_be_read_or_be_refused(text: str) -> None:
    assert all(mistake.sentence for mistake in complaints(text))


@given(data=st.data())
def test_whatever_replaces_a_line_every_mistake_points_into_the_file(data: st.DataObject) -> None:
    lines = documented().splitlines()
    hit = data.draw(st.integers(0, len(lines) - 1))
    words = st.text(string.ascii_lowercase + " :-[]{}\"'|>&*!#%@0123456789\n", max_size=40)
    indent = " " * data.draw(st.integers(0, 10))
    spoiled = [*lines[:hit], indent + data.draw(words), *lines[hit + 1 :]]
    text = "\n".join(spoiled)
    for mistake in complaints(text):
        assert 1 <= mistake.line <= text.count("\n") + 1
        assert mistake.field
        assert mistake.sentence
