"""One mail's whole history in sentences: what is known and what was noted, in its order, and what is to come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from coachfollow.flow import outcomes
from coachfollow.queries.outbox import Noted, Posted
from coachfollow.rules.kinds import MessageKind, MessageState
from coachfollow.web.staff import posting

QUEUED_AT = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def posted(
    state: MessageState, *, tried: bool = True, attempts: int = 1, settled_after: int | None = None
) -> Posted:
    """A mail in a state."""
    return Posted(
        public_id="c0ffee",
        kind=MessageKind.REFLECTION,
        n=0,
        state=state,
        domain="example.org",
        created_at=QUEUED_AT,
        send_at=QUEUED_AT,
        expires_at=QUEUED_AT + 2 * 24 * 60 * MINUTE,
        first_tried_at=QUEUED_AT + MINUTE if tried else None,
        settled_at=QUEUED_AT + settled_after * MINUTE if settled_after else None,
        attempts=attempts,
        lapses=0,
        resends=0,
        server_reply=None,
        reason=None,
    )


def noted(*names: str) -> Sequence[Noted]:
    """Events of these names, a minute after the other from the first attempt on."""
    return [
        Noted(
            at=QUEUED_AT + number * MINUTE, name=name, facts={"reply": "451 4.7.1"} if "off" in name else {}
        )
        for number, name in enumerate(names, start=1)
    ]


TRIED = ["Put into the outbox", "Written, and offered to the mail server for the first time"]


@pytest.mark.parametrize(
    ("mail", "events", "told"),
    [
        pytest.param(
            posted(MessageState.QUEUED, tried=False, attempts=0),
            noted(),
            ["Put into the outbox", "Waits to be sent from this moment on"],
            id="it waits",
        ),
        pytest.param(
            posted(MessageState.QUEUED),
            noted("mail put off"),
            [*TRIED, posting.TOLD["mail put off"], "Waits to be sent again from this moment on"],
            id="it was put off and waits again",
        ),
        pytest.param(
            posted(MessageState.SENT, settled_after=3),
            noted("mail put off", "mail taken back", "mail sent"),
            [
                *TRIED,
                posting.TOLD["mail put off"],
                posting.TOLD["mail taken back"],
                posting.TOLD["mail sent"],
            ],
            id="it went a long way round",
        ),
        pytest.param(
            posted(MessageState.EXPIRED, tried=False, attempts=0, settled_after=9),
            noted(),
            ["Put into the outbox", posting.TOLD["mail expired"]],
            id="it ended before ends were noted",
        ),
        pytest.param(
            posted(MessageState.FAILED, settled_after=9),
            noted("mail in doubt", "mail settled by hand"),
            [*TRIED, posting.TOLD["mail in doubt"], posting.TOLD["mail settled by hand"]],
            id="somebody found out",
        ),
        pytest.param(
            posted(MessageState.HANDING), noted(), [*TRIED, "Is under way just now"], id="it is under way"
        ),
    ],
)
def test_a_mail_s_history_is_told_in_its_order(
    mail: Posted, events: Sequence[Noted], told: Sequence[str]
) -> None:
    history = posting.history(mail, events)

    assert [one.what for one in history] == told
    assert [one.at for one in history if one.state == "past"] == sorted(
        one.at for one in history if one.state == "past"
    )


def test_what_the_server_answered_is_told_by_its_numbers() -> None:
    history = posting.history(posted(MessageState.QUEUED), noted("mail put off"))

    assert [one.why for one in history if one.why] == ["It answered 451 4.7.1."]


def test_every_state_has_a_meaning_and_every_noted_end_its_words() -> None:
    assert posting.MEANINGS.keys() == set(MessageState)
    assert set(outcomes.EVENT_OF.values()) | set(posting.ENDS.values()) <= posting.TOLD.keys()
    assert {posting.tone(state) for state in MessageState} == {"good", "bad", "warning", ""}
