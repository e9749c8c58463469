"""Every mail we write can be read: with a phone, in the dark, by a screen reader, as plain text."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from coachfollow.mail import templates
from coachfollow.mail.prepared import Wording, prepare
from coachfollow.rules.kinds import Audience, MessageKind
from tests.mail import oracle
from tests.mail.examples import AT, HOUSE, LINKS, QUESTION, VALUES, facts, wording_of

LANGUAGES = ["en", "de"]
QUOTING = [
    MessageKind.COMMITMENT,
    MessageKind.PROMPT,
    MessageKind.REFLECTION,
    MessageKind.REMINDER,
    MessageKind.UNPROMPTED,
    MessageKind.CURRENT_QUESTION,
]
FORBIDDEN = ["touchpoint", "sponsor", "cohort", "baseline", "band", "tier", "in doubt"]
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
LEAST_TARGET = 44  # pixels a finger needs

every_kind = pytest.mark.parametrize("kind", MessageKind)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def written(
    kind: MessageKind,
    locale: str = "en",
    *,
    wording: Wording | None = None,
    commitment: str = VALUES["commitment"],
) -> tuple[str, str, str]:
    """Return subject, text and HTML as a mail program shows them."""
    prepared = prepare(kind, wording or wording_of(kind), HOUSE, locale)
    mail = oracle.read(prepared.fill(facts(kind, values={**VALUES, "commitment": commitment})))
    texts = {part.get_content_type(): part for part in mail.walk() if part.get_content_maintype() == "text"}
    return (
        str(mail["Subject"]),
        texts["text/plain"].get_content().replace("\r\n", "\n"),
        texts["text/html"].get_content(),
    )


class Reader(HTMLParser):
    """Collects what the tests ask about."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@every_kind
@every_language
def test_the_language_and_its_direction_are_said_twice(kind: MessageKind, language: str) -> None:
    """Mail programs strip <html>."""
    _, _, html = written(kind, language)
    reader = Reader(html)
    said = [(attributes["lang"], attributes["dir"]) for _, attributes in reader.tags if "lang" in attributes]
    assert said == [(language, "ltr")] * 2
    assert html.lower().startswith("<!doctype html>")


def test_a_language_written_from_right_to_left_is_laid_out_so() -> None:
    _, _, html = written(MessageKind.REFLECTION, "ar-EG")
    reader = Reader(html)
    assert [attributes["dir"] for _, attributes in reader.tags if "dir" in attributes] == ["rtl", "rtl"]
    assert {cell["align"] for cell in reader.named("td") if cell.get("class") == "card"} == {"right"}


@every_kind
def test_the_html_is_plain_and_light(kind: MessageKind) -> None:
    _, _, html = written(kind)
    reader = Reader(html)
    assert len(html.encode()) < 20_000
    assert {table["role"] for table in reader.named("table")} == {"presentation"}
    assert len(reader.named("h1")) == 1
    assert {"name": "color-scheme", "content": "light dark"} in reader.named("meta")
    assert "prefers-color-scheme: dark" in html
    assert not {tag for tag, _ in reader.tags} & {"img", "script", "link", "iframe", "form", "button"}
    assert "url(" not in html


@every_kind
def test_nothing_is_fetched_and_no_link_leads_anywhere_else(kind: MessageKind) -> None:
    _, _, html = written(kind, wording=Wording())
    reader = Reader(html)
    assert all(str(link["href"]).startswith(f"{AT}/") for link in reader.named("a"))
    assert not [
        attributes for _, attributes in reader.tags if "src" in attributes or "background" in attributes
    ]


@every_kind
@every_language
@pytest.mark.parametrize("commitment", [VALUES["commitment"], ""])
def test_the_plain_text_holds_every_link_of_the_html(
    kind: MessageKind, language: str, commitment: str
) -> None:
    _, text, html = written(kind, language, commitment=commitment)
    links = {str(link["href"]) for link in Reader(html).named("a")}
    assert links <= set(re.findall(r"https://[^\s)]+", text))


@every_kind
@every_language
def test_our_own_words_are_words_for_people(kind: MessageKind, language: str) -> None:
    subject, text, html = written(kind, language, wording=Wording())
    visible = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    for word in FORBIDDEN:
        assert not re.search(rf"\b{word}", f"{subject} {text} {visible}", re.IGNORECASE), word


@every_kind
@every_language
def test_no_blank_stays_open_and_no_stand_in_shows(kind: MessageKind, language: str) -> None:
    for text in written(kind, language, wording=Wording()):
        assert not re.search(r"\{\{|\}\}|b[0-9a-f]{16}x|None|\n\n\n", text)


@pytest.mark.parametrize("kind", QUOTING)
def test_the_person_s_own_plan_is_quoted(kind: MessageKind) -> None:
    _, text, html = written(kind)
    assert text.count(VALUES["commitment"]) == 1
    assert html.count("What would make this right?") == 1
    assert "Write my plan" not in text


@pytest.mark.parametrize("kind", QUOTING)
def test_without_a_plan_the_mail_asks_for_one_first(kind: MessageKind) -> None:
    _, text, html = written(kind, commitment="")
    assert "Write my plan" in text
    assert "Write my plan" in html
    first = min(text.index(url) for url in (LINKS["plan"], LINKS["answer"]) if url in text)
    assert text[first:].startswith(LINKS["answer" if kind is MessageKind.COMMITMENT else "plan"])


def test_a_plan_the_author_quotes_is_not_quoted_twice() -> None:
    wording = replace(QUESTION, body="You wrote: “{{commitment}}”")
    _, text, _ = written(MessageKind.REFLECTION, wording=wording)
    assert text.count(VALUES["commitment"]) == 1


def test_words_about_a_plan_give_way_to_asking_for_one_where_there_is_none() -> None:
    wording = replace(QUESTION, body="Hello {{first_name}},\n\nyou wrote: “{{commitment}}”. How did it go?")
    _, text, html = written(MessageKind.REFLECTION, wording=wording, commitment="")
    assert f"Hello {VALUES['first_name']}," in text
    assert "you wrote" not in text + html
    assert LINKS["plan"] in text
    assert LINKS["answer"] not in text + html, "the question is about the plan, so the plan comes first"


def test_a_question_that_quotes_no_plan_is_asked_all_the_same() -> None:
    wording = replace(QUESTION, body="Hello {{first_name}},\n\nwhat got in the way?")
    _, text, _ = written(MessageKind.REFLECTION, wording=wording, commitment="")
    assert "what got in the way?" in text
    assert text.index(LINKS["plan"]) < text.index(LINKS["answer"])


def test_a_plan_of_several_lines_keeps_them() -> None:
    _, text, html = written(MessageKind.PROMPT, commitment="When a,\r\nI will\rb")
    assert "When a,\nI will\nb" in text
    assert "When a,<br>I will<br>b" in html


@pytest.mark.parametrize("kind", [MessageKind.REFLECTION, MessageKind.REMINDER, MessageKind.UNPROMPTED])
def test_each_choice_is_numbered_and_has_its_own_link(kind: MessageKind) -> None:
    _, text, html = written(kind)
    for number, (value, label) in enumerate(QUESTION.choices, 1):
        assert f"{number}. {label}\n   {LINKS['answer']}?v={value}\n" in text
        assert f"{number}. {label}</a>" in html
    hrefs = [str(link["href"]) for link in Reader(html).named("a")]
    assert [url for url in hrefs if "?v=" in url] == [
        f"{LINKS['answer']}?v={value}" for value, _ in QUESTION.choices
    ]


def test_a_value_with_odd_letters_survives_in_its_link() -> None:
    wording = replace(QUESTION, choices=(("ja & nein", "Ja & nein"),))
    _, text, html = written(MessageKind.REFLECTION, wording=wording)
    assert f"{LINKS['answer']}?v=ja%20%26%20nein" in text
    assert "1. Ja &amp; nein</a>" in html


def test_who_will_see_the_answer_is_said_before_it_is_written() -> None:
    _, said, _ = written(MessageKind.REFLECTION)
    _, unsaid, _ = written(MessageKind.REFLECTION, wording=replace(QUESTION, seen_by=""))
    assert "Who sees my answer: you and your coach, Ben Okoro. Nobody else." in said
    assert "The page says who will see your answer before you write it." in unsaid


def test_a_reminder_says_that_it_is_one() -> None:
    subject, text, _ = written(MessageKind.REMINDER)
    assert subject == "Reminder: Seven days on: how is it going?"
    assert "still open" in text


def test_a_reminder_to_a_manager_is_about_the_participant_and_shows_no_plan() -> None:
    wording = Wording(subject="Five minutes", question="What came of it?", audience=Audience.MANAGER)
    for text in written(MessageKind.REMINDER, wording=wording)[1:]:
        assert "you are named as the manager" in text
        assert "When a guest complains" not in text
        assert "My plan" not in text


def test_the_current_question_says_what_became_of_the_old_link() -> None:
    _, text, _ = written(MessageKind.CURRENT_QUESTION)
    assert text.startswith("The link you used belongs to an earlier question, and that one is closed.")


def test_an_inbox_shows_the_question_or_else_the_first_words_after_the_greeting() -> None:
    def preheader(html: str) -> str:
        return html.partition('class="preheader"')[2].partition(">")[2].partition("<")[0]

    *_, asking = written(MessageKind.REFLECTION)
    *_, telling = written(
        MessageKind.PROMPT, wording=Wording(body="Hello {{first_name}},\n\nlook up.\n\nBye")
    )
    assert preheader(asking) == "Did you do what you intended?"
    assert preheader(telling) == "look up."


@pytest.mark.parametrize(
    ("locale", "language"), [("de", "de"), ("de-AT", "de"), ("DE_ch", "de"), ("en-GB", "en"), ("fr", "en")]
)
def test_our_own_words_speak_the_person_s_language_where_we_have_it(locale: str, language: str) -> None:
    assert templates.language(locale) == language


def test_every_language_has_every_word() -> None:
    found = {
        file.name: set(re.findall(r"{% set (\w+) %}", file.read_text(encoding="utf-8")))
        for file in templates.folder().glob("_words.*.txt")
    }
    assert sorted(found) == sorted(f"_words.{language}.txt" for language in LANGUAGES)
    assert found["_words.de.txt"] == found["_words.en.txt"]


def test_every_kind_has_its_templates_and_our_own_words() -> None:
    needed = {"subject.txt", "body.txt", "body.html", *(f"own.{language}.md" for language in LANGUAGES)}
    assert {
        folder.name: {file.name for file in folder.iterdir()}
        for folder in templates.folder().iterdir()
        if folder.is_dir()
    } == {kind.value: needed for kind in MessageKind} | {"together": {"subject.txt", "body.txt", "body.html"}}


def style_sheet() -> str:
    skeleton = (templates.folder() / "_base.html").read_text(encoding="utf-8")
    return skeleton.partition("<style>")[2].partition("</style>")[0]


def colours(rules: str) -> dict[tuple[str, str], str]:
    """Return colours by selector and property."""
    found: dict[tuple[str, str], str] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", rules):
        for name, value in re.findall(r"([\w-]*color):\s*(#[0-9a-f]{6})", body):
            found |= {(selector.strip(), name): value for selector in selectors.split(",")}
    return found


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("text", "ground", "dark_text", "dark_ground"),
    [
        (".page", ".card", ".card", ".card"),
        (".card h1", ".card", ".card h1", ".card"),
        (".card a", ".card", ".card a", ".card"),
        (".card .small", ".card", ".small", ".card"),
        (".detail .name", ".card", ".detail .name", ".card"),
        (".house", ".ground", ".house", ".ground"),
        (".footer", ".ground", ".footer", ".ground"),
        (".footer a", ".ground", ".footer a", ".ground"),
        (".plan .label", ".plan .words", ".plan .label", ".plan .words"),
        (".plan .own", ".plan .words", ".plan .own", ".plan .words"),
        (".card .button", ".card .button", ".card a.button", ".card a.button"),
        (".card .choice", ".card .choice", ".card a.choice", ".card a.choice"),
        (".card .lead", ".card .lead", ".card .lead", ".card .lead"),
    ],
)
def test_text_stands_out_in_the_light_and_in_the_dark(
    text: str, ground: str, dark_text: str, dark_ground: str
) -> None:
    light, _, dark = style_sheet().partition("@media (prefers-color-scheme: dark)")
    in_light, in_dark = colours(light.partition("@media")[0]), colours(dark.partition("{")[2])
    assert contrast(in_light[text, "color"], in_light[ground, "background-color"]) >= LEAST_CONTRAST
    assert contrast(in_dark[dark_text, "color"], in_dark[dark_ground, "background-color"]) >= LEAST_CONTRAST


@every_kind
def test_buttons_are_large_enough_for_a_finger(kind: MessageKind) -> None:
    _, _, html = written(kind)
    for link in Reader(html).named("a"):
        if "intranet" in str(link["href"]):
            continue  # a link within the author's sentence
        style = str(link["style"])
        above, line = re.search(r"padding: (\d+)px", style), re.search(r"line-height: (\d+)px", style)
        assert above
        assert line
        assert 2 * int(above[1]) + int(line[1]) >= LEAST_TARGET
