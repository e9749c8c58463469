"""What a mail says of answers and of who will see them: all of it, in each language that mails speak."""

import pytest

from coachfollow.mail import templates
from coachfollow.rules import asking, form_words
from coachfollow.rules.forms import SeenBy

LANGUAGES = sorted(path.name.split(".")[1] for path in templates.folder().glob("_words.*.txt"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_of_our_mails_has_words_of_its_own_for_what_is_tapped_and_who_sees_it(
    language: str,
) -> None:
    tapped = {
        str(value)
        for kind, key in asking.TAPPED.items()
        for question in asking.questions(kind)
        if question.key == key
        for value, _ in question.choices
    }
    others = [one for one in LANGUAGES if one != language]

    assert form_words.answers(language).keys() >= tapped
    for who in SeenBy:
        assert form_words.seen_by(who, language) not in {form_words.seen_by(who, one) for one in others}
    for value in tapped:
        assert form_words.answers(language)[value] not in {form_words.answers(one)[value] for one in others}


def test_a_region_has_the_words_of_its_language_and_a_stranger_the_english_ones() -> None:
    assert form_words.answers("de_AT") == form_words.answers("de")
    assert form_words.seen_by(SeenBy.PRIVATE, "pl") == "Only you"
