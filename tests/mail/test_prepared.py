"""A prepared mail says exactly what the standard library's would, and carries exactly our headers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.mail.prepared import Facts, Prepared, Unmailable, Wording, prepare
from coachfollow.rules.kinds import MessageKind
from tests.mail import oracle
from tests.mail.examples import AT, HOUSE, LINKS, QUESTION, VALUES, facts, wording_of

PREPARED = {kind: prepare(kind, wording_of(kind), HOUSE, "en") for kind in MessageKind}
REFLECTION = PREPARED[MessageKind.REFLECTION]
# the oracle is slow; every example has many blanks
examples = settings(max_examples=60)

KINDS = st.sampled_from(MessageKind)

NOT_IN_INVITATIONS = {"Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"}
READ_APART = {"From", "To", "Subject", "Content-Type"}
OUR_HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
    "Feedback-ID",
    "X-Auto-Response-Suppress",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]

NASTY = st.sampled_from(
    [
        "\r\nBcc: eve@example.org\r\n",
        "\n.\nQUIT\n",
        "=?utf-8?q?=0D=0ABcc=3A?=",
        "{{ first_name }} {% include 'x' %}",
        "<script>alert(1)</script>",
        "“quotes”, \"quotes\", 'quotes' & <b>tags</b>",
        "--=_a0f8fad5bd9cb469fa16570867728950e--",
        "x" * 2000,
        "ж" * 400,
        "🧑‍🧑‍🧒‍🧒" * 30,
        "שלום עולם \u202eabc\u202c",
        "From me to you",
        " . . ",
        "=3D=\n=",
        "a\x00b\x1b[31mc\x85d\u2028e",
        "tab\tand  two blanks ",
        "",
    ]
)
ANY_TEXT = st.one_of(NASTY, st.text(max_size=200), st.lists(NASTY, max_size=3).map("".join))
# what may stand in a header: anything that can be seen, without the lone halves of characters
HEADER_TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"), max_size=120
)
ADDRESSES = st.from_regex(
    r"[a-z0-9]{1,30}([.+_'-][a-z0-9]{1,20}){0,2}@[a-z0-9]{1,20}(-[a-z0-9]{1,9})?\.[a-z]{2,6}", fullmatch=True
)


def filled(prepared: Prepared, given_facts: Facts) -> tuple[bytes, EmailMessage]:
    raw = prepared.fill(given_facts)
    return raw, oracle.read(raw)


def values(**changed: str) -> dict[str, str]:
    return {**VALUES, **changed}


def assert_same_meaning(prepared: Prepared, given_facts: Facts) -> None:
    raw, ours = filled(prepared, given_facts)
    theirs = oracle.message(prepared, given_facts)
    assert ours["Subject"] == oracle.subject(prepared, given_facts)
    assert {name: ours[name] for name in ours if name not in READ_APART} == {
        name: theirs[name] for name in theirs if name not in READ_APART
    }
    for name in ("From", "To"):
        sender = given_facts.from_name or prepared.house.sender_name
        display = sender if name == "From" else given_facts.to_name
        assert oracle.mailbox(raw, name) == (display.strip(), theirs[name].addresses[0].addr_spec)
    assert oracle.shape(ours) == oracle.shape(theirs)


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("commitment", [VALUES["commitment"], ""], ids=["with a plan", "without"])
def test_every_kind_means_what_the_oracle_says(kind: MessageKind, commitment: str) -> None:
    assert_same_meaning(PREPARED[kind], facts(kind, values=values(commitment=commitment)))


@examples
@given(kind=KINDS, data=st.data())
def test_any_values_mean_what_the_oracle_says(kind: MessageKind, data: st.DataObject) -> None:
    prepared = PREPARED[kind]
    in_subject = set(prepared.with_plan.subject[1::2])
    changed = {
        name: data.draw(HEADER_TEXT if name in in_subject else ANY_TEXT, label=name)
        for name in data.draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=6))
    }
    assert_same_meaning(prepared, facts(kind, values=values(**changed)))


@examples
@given(
    to_name=HEADER_TEXT,
    to_address=ADDRESSES,
    from_name=HEADER_TEXT,
    from_address=ADDRESSES,
    reply_to=ADDRESSES,
    thread=st.lists(st.uuids().map(lambda uuid: uuid.hex), max_size=12).map(tuple),
    date=st.datetimes(timezones=st.just(timezone(timedelta(hours=-3, minutes=-30)))),
    message_id=st.uuids().map(lambda uuid: uuid.hex),
)
def test_any_names_and_addresses_mean_what_the_oracle_says(**changed: Any) -> None:
    assert_same_meaning(REFLECTION, facts(**changed))


@examples
@given(subject=HEADER_TEXT.filter(lambda text: "{" not in text and "}" not in text), first_name=HEADER_TEXT)
def test_any_subject_is_read_as_it_was_written(subject: str, first_name: str) -> None:
    wording = Wording(subject=f"{subject} {{{{first_name}}}}!", body="Hello")
    prepared = prepare(MessageKind.PROMPT, wording, HOUSE, "en")
    _, mail = filled(prepared, facts(values=values(first_name=first_name)))
    assert mail["Subject"] == " ".join(f"{subject} {first_name}!".split())


@examples
@given(kind=KINDS, data=st.data())
def test_whatever_is_given_the_mail_has_exactly_our_headers_or_is_set_aside(
    kind: MessageKind, data: st.DataObject
) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=6))
    changed = values(**{name: data.draw(ANY_TEXT, label=name) for name in names})
    given_facts = facts(kind, values=changed, to_name=data.draw(ANY_TEXT), from_name=data.draw(ANY_TEXT))
    try:
        raw = PREPARED[kind].fill(given_facts)
    except Unmailable:
        return
    expected = [name for name in OUR_HEADERS if not (kind.is_calendar and name in NOT_IN_INVITATIONS)]
    assert oracle.read(raw).keys() == expected
    assert raw.isascii()
    assert raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    ("changed", "remark"),
    [
        ({"to_name": "Anna\r\nBcc: eve@example.org"}, "a header in a name"),
        ({"to_name": "Anna\x1cBcc: eve@example.org"}, "a separator some readers take for a new line"),
        ({"from_name": "Anna\u2028Bcc: eve@example.org"}, "another one"),
        ({"to_name": "Anna\ud800"}, "half a character"),
        ({"to_address": "anna@example.org\r\nBcc: eve@example.org"}, "a header in an address"),
        ({"to_address": "anna@example.org, eve@example.org"}, "two addresses"),
        ({"to_address": "änna@example.org"}, "an address few servers carry"),
        ({"to_address": "anna"}, "no address"),
        ({"to_address": ""}, "none at all"),
        ({"reply_to": "a@example.org\nX: y"}, "a header in Reply-To"),
        ({"message_id": "1>\r\nX: y"}, "a header in the message id"),
        ({"thread": ("1>\r\nX: y",)}, "a header in the thread"),
        ({"date": datetime(2026, 11, 10, 8, 0)}, "a time without a zone"),  # noqa: DTZ001 - that is the case
        ({"links": {**LINKS, "unsubscribe": f"{AT}/u/x>\r\nX: y"}}, "a header in a link"),
        ({"links": {**LINKS, "answer": "javascript:alert(1)"}}, "a link that is no link"),
        ({"links": {**LINKS, "answer": f"{AT}/a b"}}, "a link in two pieces"),
        ({"links": {**LINKS, "answer": f"{AT}/{'x' * 1000}"}}, "a link longer than a line"),
        ({"links": {}}, "a link is missing"),
        ({"values": {"commitment": "x"}}, "a value is missing"),
    ],
)
def test_what_cannot_be_sent_is_set_aside_with_a_sentence(changed: dict[str, Any], remark: str) -> None:
    with pytest.raises(Unmailable) as reason:
        REFLECTION.fill(facts(**changed))
    assert reason.value.sentence.endswith("."), remark
    assert reason.value.sentence.isprintable(), remark


def test_a_hole_is_named() -> None:
    given_values = {name: value for name, value in VALUES.items() if name != "coach"}
    with pytest.raises(Unmailable, match="'coach'"):
        REFLECTION.fill(facts(values=given_values))


@pytest.mark.parametrize(
    ("wording", "sentence"),
    [
        (Wording(subject="Hi {{surname}}", body="x"), "surname"),
        (Wording(body="Hi {{surname}}"), "surname"),
        (Wording(question="Hi {{surname}}?"), "surname"),
        (Wording(choices=(("1", "{{surname}}"),)), "surname"),
    ],
)
def test_an_unknown_placeholder_is_found_when_the_mail_is_prepared(wording: Wording, sentence: str) -> None:
    with pytest.raises(Unmailable, match=sentence):
        prepare(MessageKind.REFLECTION, wording, HOUSE, "en")


@pytest.mark.parametrize(
    "house",
    [replace(HOUSE, sender_address="nobody"), replace(HOUSE, domain="x>\r\nX: y"), replace(HOUSE, domain="")],
)
def test_a_house_that_cannot_send_is_found_when_the_mail_is_prepared(house: object) -> None:
    with pytest.raises(Unmailable):
        prepare(MessageKind.SIGN_IN, Wording(), house, "en")  # type: ignore[arg-type] # parametrize loses it


def test_the_same_facts_give_the_same_bytes() -> None:
    again = prepare(MessageKind.REFLECTION, QUESTION, HOUSE, "en")
    assert REFLECTION.fill(facts()) == again.fill(facts())


def test_no_word_from_a_user_becomes_code() -> None:
    wording = Wording(subject="{{first_name}}", body="{{first_name}} {% x %}")
    hostile = values(first_name="{{ house.organisation }}", commitment="{{7*7}} **bold** <i>x</i>")
    _, mail = filled(prepare(MessageKind.PROMPT, wording, HOUSE, "en"), facts(values=hostile))
    text, html = (part.get_content() for part in mail.iter_parts())
    assert mail["Subject"] == "{{ house.organisation }}"
    assert "{{ house.organisation }} {% x %}" in text
    assert "{{7*7}} **bold** <i>x</i>" in text
    assert "{{7*7}} **bold** &lt;i&gt;x&lt;/i&gt;" in html


def test_without_an_unsubscribe_link_there_is_no_half_of_the_header_pair() -> None:
    links = {name: url for name, url in LINKS.items() if name != "unsubscribe"}
    _, mail = filled(REFLECTION, facts(links=links))
    assert [name for name in mail if name.startswith("List-")] == ["List-Id"]


def test_a_long_thread_keeps_its_last_ten_messages() -> None:
    _, mail = filled(REFLECTION, facts(thread=tuple(f"{n:032x}" for n in range(14))))
    assert mail["In-Reply-To"] == f"<{13:032x}@nordwind.example>"
    assert str(mail["References"]).split() == [f"<{n:032x}@nordwind.example>" for n in range(4, 14)]


def test_a_bounce_names_its_message_by_the_envelope() -> None:
    assert HOUSE.return_path("abc") == "bounces+abc@nordwind.example"


@pytest.mark.parametrize(
    ("organisation", "slug"),
    [
        ("Nordwind Hotels", "nordwind-hotels"),
        ("株式会社", "organisation"),
        ("A&B – C", "a-b-c"),
        ("x" * 90, "x" * 40),
    ],
)
def test_an_organisation_has_a_label_for_lists(organisation: str, slug: str) -> None:
    assert replace(HOUSE, organisation=organisation).slug == slug


@pytest.mark.parametrize(
    ("changed", "remark"),
    [
        ({"calendar": None}, "no entry"),
        ({"calendar_method": None}, "no method"),
        ({"calendar_method": "CANCEL"}, "another method than inside"),
        ({"calendar_method": "request"}, "lower case breaks clients"),
    ],
)
def test_an_invitation_needs_its_calendar_entry(changed: dict[str, Any], remark: str) -> None:
    with pytest.raises(Unmailable, match="calendar") as reason:
        PREPARED[MessageKind.INVITATION].fill(facts(MessageKind.INVITATION, **changed))
    assert reason.value.sentence.endswith("."), remark


def test_an_invitation_has_the_shape_calendars_understand() -> None:
    given_facts = facts(MessageKind.INVITATION)
    _, mail = filled(PREPARED[MessageKind.INVITATION], given_facts)
    readings, attached = mail.iter_parts()
    kinds = [part.get_content_type() for part in readings.iter_parts()]
    calendar = list(readings.iter_parts())[-1]
    assert mail.get_content_type() == "multipart/mixed"
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    assert calendar.get_param("method") == "REQUEST"
    assert calendar["Content-Disposition"] is None
    assert calendar.get_payload(decode=True) == given_facts.calendar
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invite.ics")
    assert attached.get_content() == given_facts.calendar
    (event,) = icalendar.Calendar.from_ical(attached.get_content()).walk("VEVENT")
    assert mail["From"] == "Nordwind Hotels via Coachfollow <followup@nordwind.example>"
    assert event["ORGANIZER"] == "mailto:followup@nordwind.example", "or Gmail shows no buttons"


def test_a_prepared_mail_names_what_it_needs() -> None:
    assert REFLECTION.needs == {
        "first_name",
        "programme",
        "commitment",
        "coach",
        "link.answer",
        "link.plan",
        "link.pause",
        "link.stop",
    }


def test_blanks_do_not_depend_on_what_stands_in_for_them() -> None:
    again = prepare(MessageKind.REFLECTION, QUESTION, HOUSE, "en")
    assert REFLECTION.with_plan == again.with_plan
    assert REFLECTION.without_plan == again.without_plan


def test_the_date_is_the_one_given_whatever_its_zone() -> None:
    moment = datetime(2026, 11, 10, 8, 0, tzinfo=timezone(timedelta(hours=9)))
    _, mail = filled(REFLECTION, facts(date=moment))
    assert mail["Date"].datetime.astimezone(UTC) == moment
