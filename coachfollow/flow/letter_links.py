"""Makes the links of a mail, and what their tokens may open once it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from coachfollow import vault
from coachfollow.extensions import installation
from coachfollow.flow import sets, wordings
from coachfollow.models import Token
from coachfollow.queries.letters import Gathering, Letter
from coachfollow.rules import asking
from coachfollow.rules.kinds import Audience, MessageKind, TokenPurpose

LINK_LIFE = timedelta(days=400)
TOKEN_COLUMNS = (
    "hash",
    "purpose",
    "person_id",
    "plan_id",
    "touchpoint_id",
    "person_version",
    "created_at",
    "expires_at",
)
Right = tuple[object, ...]  # a row of tokens, in this order


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The links of one letter by name, and the rights of their tokens."""

    by_name: Mapping[str, str]
    rights: Sequence[Right]


def of(letter: Letter, meeting: Gathering | None, *, now: datetime) -> Links:
    """Make the links of a letter, with new tokens."""
    made = _Making(letter, now)
    return Links(by_name=made.links(meeting), rights=made.rights)


def enter(connection: Connection, rights: Sequence[Right]) -> None:
    """Let links open what they may from now on. No commit."""
    sets.bulk(connection, Token, TOKEN_COLUMNS, rights)


class _Making:
    """The links of one letter while they are made, and the rights that come with them."""

    def __init__(self, letter: Letter, now: datetime) -> None:
        self.letter = letter
        self.now = now
        self.base = installation().settings.external_url
        self.rights: list[Right] = []

    def links(self, meeting: Gathering | None) -> Mapping[str, str]:
        """Make them all."""
        letter, base = self.letter, self.base
        links: dict[str, str] = {"hours": f"{base}/hours", "people": f"{base}/coach"}
        if letter.kind is MessageKind.COACH_DIGEST:
            links["stop"] = links["unsubscribe"] = f"{base}/u/{self._token(TokenPurpose.STOP)}"
        if letter.kind is MessageKind.SIGN_IN:
            token = installation().vault.sign_in_token(letter.public_id)
            links["sign_in"] = f"{base}/sign-in/{token}"
        if letter.touchpoint_kind in asking.ANSWERED_BY_MAIL and letter.kind is not MessageKind.ANNOUNCEMENT:
            links["answer"] = f"{base}/a/{self._token(TokenPurpose.ANSWER)}"
        if letter.plan_id is not None and letter.person_id == letter.participant_id:
            links["plan"] = f"{base}/p/{self._token(TokenPurpose.PLAN)}"
            links |= self._ways_out()
            links["pause"] = f"{links['stop']}?pause=1"
            links["meeting"] = links["plan"]
            if letter.kind is MessageKind.INVITATION:
                links["meeting"] += f"?meeting={letter.touchpoint_id}"
        elif meeting is not None:
            links["meeting"] = links["people"]
            if letter.kind is MessageKind.INVITATION:
                about = f"{meeting.plan}/change/meet?follow_up={letter.touchpoint_id}"
                links["meeting"] = f"{base}/plans/{about}"
        elif wordings.audience(letter.touchpoint_kind) is Audience.MANAGER:
            links |= self._ways_out()
        return links

    def _ways_out(self) -> dict[str, str]:
        """How to get no more of these mails: a page, and one click in the mail program (RFC 8058)."""
        base, token = self.base, self._token(TokenPurpose.STOP)
        links = {"stop": f"{base}/s/{token}"}
        if not self.letter.kind.is_calendar:
            links["unsubscribe"] = f"{base}/u/{token}"
        return links

    def _token(self, purpose: TokenPurpose) -> str:
        letter, token = self.letter, vault.new_token()
        self.rights.append(
            (
                vault.token_hash(token),
                purpose,
                letter.person_id,
                letter.plan_id,
                letter.touchpoint_id if purpose is TokenPurpose.ANSWER else None,
                letter.person_version,
                self.now,
                self.now + LINK_LIFE,
            )
        )
        return token
