"""A house, a wording and the facts of one person, invented; tests change what they are about."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from coachfollow.calendars import invitation
from coachfollow.calendars.invitation import Meeting
from coachfollow.mail import listing
from coachfollow.mail.listing import Line
from coachfollow.mail.listing import Section as Listed
from coachfollow.mail.prepared import Facts, House, Section, Wording
from coachfollow.rules.kinds import Audience, MessageKind

TOKEN = "Zk3pQ9vX1bN7rT5yH2mC8dL4sF6gJ0aW"  # pragma: allowlist secret
AT = "https://followup.nordwind.example"

HOUSE = House(
    organisation="Nordwind Hotels",
    sender_name="Nordwind Hotels via Coachfollow",
    sender_address="followup@nordwind.example",
    reply_to="learning@nordwind.example",
    domain="nordwind.example",
    base_url=AT,
    bounce_address="bounces@nordwind.example",
)

QUESTION = Wording(
    subject="Seven days on: how is it going?",
    body="""Hello {{first_name}},

a week ago you took part in **{{programme}}**. Think of *one* moment this week:

- Did the situation come up?
- What did you do, and what came of it?

[Two stories from colleagues](https://intranet.nordwind.example/stories) may help.
""",
    question="Did you do what you intended?",
    choices=(
        ("as_intended", "Yes, as I meant to"),
        ("partly", "Partly"),
        ("not_yet", "Not yet"),
        ("no_opportunity", "The situation did not come up"),
    ),
    seen_by="you and your coach, {{coach}}. Nobody else.",
)

VALUES: Mapping[str, str] = {
    "first_name": "Aïcha",
    "participant": "Aïcha O’Neill-Núñez",
    "commitment": "When a guest complains at the desk, I will ask “What would make this right?” before I call"
    " anyone.",
    "situation": "a guest complains at the desk",
    "action": "ask “What would make this right?” before I call anyone",
    "coach": "Ben Okoro",
    "manager": "Carla Weiß",
    "sponsor": "Dana Li",
    "programme": "Customer-focused leadership",
    "session_date": "3 November 2026",
    "days_since": "7",
    "organisation": "Nordwind Hotels",
    "meeting_time": "Tuesday 17 November 2026, 10:00 (Europe/Lisbon)",
    "meeting_length": "30 minutes",
    "meeting_place": "Ben Okoro will call.",
    "meeting_with": "Ben Okoro",
    "meeting_chosen_by": "Ben Okoro",
    **listing.values(
        [
            Listed(
                key="meetings",
                lines=(
                    Line(
                        text="Emil Jansen",
                        url=f"{AT}/plans/2c9e",
                        notes=("Thursday 12 November 2026, 10:00 (Lisbon)",),
                    ),
                ),
            ),
            Listed(
                key="misfits",
                lines=(
                    Line(
                        text="Fenna de Wit: Friday 13 November 2026, 09:30 (Lisbon)",
                        url=f"{AT}/plans/7f01/change/meet?follow_up=12",
                        notes=("You are away then.",),
                    ),
                ),
            ),
            Listed(
                key="needed",
                lines=(
                    Line(
                        text="O’Neill <Aïcha> & Sons",
                        url=f"{AT}/plans/91ab",
                        notes=(
                            "Named what got in the way.",
                            "Shared a note with you. You have not read it yet.",
                        ),
                    ),
                ),
                more=3,
            ),
        ],
        locale="en",
    ),
}

LINKS: Mapping[str, str] = {
    "answer": f"{AT}/a/{TOKEN}",
    "plan": f"{AT}/p/{TOKEN}",
    "pause": f"{AT}/s/{TOKEN}/pause",
    "stop": f"{AT}/s/{TOKEN}",
    "meeting": f"{AT}/p/{TOKEN}?meeting=12",
    "hours": f"{AT}/h/{TOKEN}",
    "people": f"{AT}/coach",
    "sign_in": f"{AT}/in/{TOKEN}",
    "unsubscribe": f"{AT}/u/{TOKEN}",
}

# one leaves the follow-up, not a meeting, with one click
_WITHOUT_ONE_CLICK = {name: url for name, url in LINKS.items() if name != "unsubscribe"}

MEETING = Meeting(
    uid="c1f3a9e27b5d4c60@nordwind.example",
    sequence=0,
    starts_at=datetime(2026, 11, 17, 10, 0, tzinfo=UTC),
    ends_at=datetime(2026, 11, 17, 10, 30, tzinfo=UTC),
    stamp=datetime(2026, 11, 10, 8, 0, tzinfo=UTC),
    summary="Follow-up: Aïcha O’Neill-Núñez and Ben Okoro",
    description="30 minutes to look at what worked and what got in the way. Ben Okoro will call.",
    location="",
    organiser_name="Ben Okoro",
    organiser_address=HOUSE.sender_address,
    attendee_name="Aïcha O’Neill-Núñez",
    attendee_address="aicha.oneill@nordwind.example",
)


def facts(kind: MessageKind = MessageKind.REFLECTION, **changed: Any) -> Facts:
    """Return Aïcha's facts for a mail of that kind, with some changed."""
    given: dict[str, Any] = {
        "message_id": "0f8fad5bd9cb469fa16570867728950e",  # pragma: allowlist secret
        "to_name": "Aïcha O’Neill-Núñez",
        "to_address": "aicha.oneill@nordwind.example",
        "date": datetime(2026, 11, 10, 8, 0, tzinfo=UTC),
        "values": VALUES,
        "links": LINKS,
    }
    if kind.is_calendar:
        given |= {"calendar": invitation.request(MEETING), "calendar_method": "REQUEST"}
        given |= {"reply_to": "ben.okoro@nordwind.example", "links": _WITHOUT_ONE_CLICK}
    if kind is MessageKind.CANCELLATION:
        given |= {"calendar": invitation.cancel(MEETING), "calendar_method": "CANCEL"}
    return Facts(**given | changed)


def part(kind: MessageKind) -> Section:
    """Return a part of a mail that says several things."""
    manager = kind is MessageKind.SPONSOR
    wording = Wording(audience=Audience.MANAGER, question="Did you talk?") if manager else wording_of(kind)
    return Section(kind=kind, wording=wording, has_plan=not manager, has_footer=True)


def of_part(n: int) -> Mapping[str, str]:
    """Return what differs from part to part: another programme, another person."""
    programmes = ("Customer-focused leadership", "Meetings that end on time", "A first team")
    people = ("Aïcha O’Neill-Núñez", "Emil Jansen", "Fenna de Wit")
    return {**VALUES, "programme": programmes[n], "participant": people[n]}


def wording_of(kind: MessageKind) -> Wording:
    """Return an author's words where a question is asked, and none where we speak ourselves."""
    asking = {
        MessageKind.REFLECTION,
        MessageKind.REMINDER,
        MessageKind.UNPROMPTED,
        MessageKind.CURRENT_QUESTION,
    }
    return QUESTION if kind in asking else Wording()
