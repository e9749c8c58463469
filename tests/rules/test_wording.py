"""The placeholders of authored texts: a short list, filled with facts, never code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import wording
from coachfollow.rules.wording import Blank

FACTS = {name: f"<{name}>" for name in wording.PLACEHOLDERS}


@pytest.mark.parametrize(
    ("text", "pieces", "remark"),
    [
        ("", (), "nothing"),
        ("Good morning.", ("Good morning.",), "no blanks"),
        ("{{first_name}}", (Blank("first_name"),), "nothing but a blank"),
        ("Dear {{first_name}},", ("Dear ", Blank("first_name"), ","), "in the middle"),
        ("{{ situation }}{{action}}", (Blank("situation"), Blank("action")), "spaces inside, none between"),
        ("100 % {of} it", ("100 % {of} it",), "single braces are text"),
    ],
)
def test_a_text_is_cut_into_pieces_and_blanks(
    text: str, pieces: tuple[str | Blank, ...], remark: str
) -> None:
    assert wording.parts(text) == pieces, remark


def test_an_unknown_placeholder_is_never_cut() -> None:
    with pytest.raises(ValueError, match=r"unknown placeholder '\{\{salary\}\}'"):
        wording.parts("Your {{salary}}")


STRAY = "there is a stray “{{”, “}}” or “{%”: a placeholder looks like {{first_name}}"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("Dear {{first_name}}, {{ coach }} will call.", []),
        ("Dear {{first_name}", [STRAY]),
        ("Dear first_name}}", [STRAY]),
        ("{% if manager %}", [STRAY]),
        ("{{first_name}} }}", [STRAY]),
        ("{{}}", ["“{{}}” is not a placeholder"]),
        ("{{salary}} and {{age}}", ["“{{salary}}” is not a placeholder", "“{{age}}” is not a placeholder"]),
        ("{{first_name|upper}}", ["“{{first_name|upper}}” is not a placeholder"]),
        ("{{first_name.__class__}}", ["“{{first_name.__class__}}” is not a placeholder"]),
        ("{{salary}} {%", ["“{{salary}}” is not a placeholder", STRAY]),
    ],
)
def test_what_cannot_be_filled_is_said_when_it_is_saved(text: str, problems: list[str]) -> None:
    found = wording.problems(text)
    assert len(found) == len(problems)
    assert all(said.startswith(expected) for said, expected in zip(found, problems, strict=True))


def test_the_complaint_names_what_could_be_used() -> None:
    (problem,) = wording.problems("{{salary}}")
    assert all(name in problem for name in wording.PLACEHOLDERS)


def test_blanks_are_filled_with_facts() -> None:
    assert wording.fill("Dear {{first_name}}: {{ commitment }}!", FACTS) == "Dear <first_name>: <commitment>!"


def test_a_mail_with_a_hole_does_not_leave() -> None:
    with pytest.raises(KeyError, match="coach"):
        wording.fill("{{coach}} will call you.", {"first_name": "Anna"})


def test_a_fact_is_text_and_is_not_filled_again() -> None:
    assert wording.fill("{{action}}", {"action": "{{salary}} {% x %}"}) == "{{salary}} {% x %}"


_pieces = st.lists(
    st.text(st.characters(exclude_characters="{}"), min_size=1)
    | st.sampled_from(list(wording.PLACEHOLDERS)).map(Blank),
    max_size=6,
)


@given(_pieces)
def test_a_text_made_of_pieces_and_blanks_has_no_problems_and_is_filled(pieces: list[str | Blank]) -> None:
    text = "".join(f"{{{{{piece.name}}}}}" if isinstance(piece, Blank) else piece for piece in pieces)
    filled = "".join(FACTS[piece.name] if isinstance(piece, Blank) else piece for piece in pieces)
    assert wording.problems(text) == ()
    assert wording.fill(text, FACTS) == filled


@given(st.text("{}% abc_first_name", max_size=30))
def test_a_text_without_problems_can_always_be_filled(text: str) -> None:
    if not wording.problems(text):
        assert "{{" not in wording.fill(text, FACTS)


@pytest.mark.parametrize(
    ("situation", "action", "locale", "said", "remark"),
    [
        ("it rains", "walk", "en", "When it rains, I will walk", "English"),
        ("es regnet", "gehen", "de-AT", "Wenn es regnet, werde ich gehen", "a dialect is its language"),
        ("il pleut", "marcher", "fr", "When il pleut, I will marcher", "an unknown language takes English"),
        ("it rains", "", "en", "", "half a plan is none"),
        ("a {b}", "{0}", "en", "When a {b}, I will {0}", "braces of a person are only braces"),
    ],
)
def test_a_plan_is_said_in_one_sentence(
    situation: str, action: str, locale: str, said: str, remark: str
) -> None:
    assert wording.if_then(situation, action, locale=locale) == said, remark
