"""Writes mails: gathers a batch's facts in sets, and fills the prepared wording."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from coachfollow.extensions import installation
from coachfollow.flow import coach_lists, invitations, letter_links, stationery, wordings
from coachfollow.flow.letter_links import Right
from coachfollow.mail import listing, sharing
from coachfollow.mail.facts import ChosenBy, together
from coachfollow.mail.prepared import Facts, Prepared, Section, Unmailable, Wording
from coachfollow.queries import choosers, keys, letters, step_words, threads
from coachfollow.queries.choosers import Chooser
from coachfollow.queries.letters import Gathering, Letter
from coachfollow.rules import spoken
from coachfollow.rules.kinds import Audience, MessageKind
from coachfollow.rules.naming import Named
from coachfollow.vault import WrongKey

_OF_A_MEETING = ("meeting_time", "meeting_length", "meeting_place", "meeting_with", "meeting_chosen_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One mail ready to leave, or the reason why it cannot be written."""

    id: int
    public_id: str
    address: str
    raw: bytes
    is_stored: bool = False
    problem: str | None = None
    is_empty: bool = False  # it was to list something, and nothing is left
    is_pointless: bool = False  # nobody has the address
    rights: Sequence[Right] = ()  # of its links, to be entered before it leaves


def write(session: Session, *, message_ids: Collection[int], now: datetime) -> Sequence[Written]:
    """Write these mails; those tried before keep their bytes. Only reads."""
    rows = letters.letters(session, message_ids=message_ids)
    parts = letters.parts(session, leader_ids=message_ids)
    desk = _Desk(session, [*rows, *(part for several in parts.values() for part in several)], now)
    return [desk.write(letter, parts.get(letter.id, ())) for letter in rows]


def enter(connection: Connection, mails: Iterable[Written]) -> None:
    """Let the links of these mails open something from now on. No commit."""
    letter_links.enter(connection, [right for mail in mails for right in mail.rights])


class _Desk:
    """Everything a batch shares while its letters are written."""

    def __init__(self, session: Session, rows: Sequence[Letter], now: datetime) -> None:
        self.now = now
        self.rights: list[Right] = []  # of the letter that is being written
        plans = {row.plan_id for row in rows if row.plan_id is not None}
        people = {row.participant_id for row in rows if row.participant_id is not None}
        self.commitments = letters.commitments(session, plan_ids=plans)
        self.keys = keys.keys_of(session, person_ids=people)
        attendees = {row.attendee_id for row in rows if row.attendee_id is not None}
        self.meetings = letters.gatherings(session, attendee_ids=attendees) if attendees else {}
        self.choosers = choosers.of_plans(session, plan_ids=plans) if attendees else {}
        self.lists = coach_lists.of_letters(session, [row for row in rows if row.raw is None], now=now)
        self.threads = threads.earlier(session, rows)
        self.with_new_coach = letters.with_new_coach(session, plan_ids=plans)
        self.prepared: dict[tuple[object, ...], Prepared] = {}
        self.title = cache(partial(letters.programme_title, session))
        self.words = cache(partial(step_words.of, session))

    def write(self, letter: Letter, parts: Sequence[Letter]) -> Written:
        """Write one letter with its further parts; a problem is told, not raised: one bad mail holds up no other."""
        self.rights = []
        if letter.is_pointless:
            return self._written(letter, b"")
        try:
            raw = self._raw(letter, parts)
        except (Unmailable, WrongKey, LookupError, ValueError) as error:
            return self._written(letter, b"", problem=str(error))
        return self._written(letter, raw)

    def _written(self, letter: Letter, raw: bytes, problem: str | None = None) -> Written:
        return Written(
            id=letter.id,
            public_id=letter.public_id,
            address=letter.address or "",
            raw=raw,
            is_stored=letter.raw is not None,
            problem=problem,
            is_empty=letter.id in self.lists and not self.lists[letter.id],
            is_pointless=letter.is_pointless,
            rights=() if problem else self.rights,
        )

    def _raw(self, letter: Letter, parts: Sequence[Letter]) -> bytes:
        if letter.raw is not None:
            return installation().vault.open_mail(letter.raw, message=letter.public_id)
        if not letter.address:
            raise Unmailable("no mail address is known.")
        facts = self._facts(letter, letter.address)
        if parts:
            several = [letter, *parts]
            each = [facts, *(self._facts(part, letter.address) for part in parts)]
            return stationery.of_several(letter, self._sections(several, each)).fill(together(each))
        return self._prepared(letter).fill(facts)

    def _facts(self, letter: Letter, address: str) -> Facts:
        meeting = self._meeting(letter)
        calendar, method = invitations.entry(letter, meeting, now=self.now) if meeting else (None, None)
        return Facts(
            message_id=letter.public_id,
            to_name=letter.name or "",
            to_address=address,
            date=letter.first_tried_at or self.now,
            values=self._values(letter, meeting),
            links=self._links(letter, meeting),
            calendar=calendar,
            calendar_method=method,
            from_name=stationery.from_name(letter),
            reply_to=letter.coach_address or letter.reply_to,
            thread=self.threads.get(letter.id, ()),
        )

    def _sections(self, several: Sequence[Letter], facts: Sequence[Facts]) -> Sequence[Section]:
        plans = [letter.plan_id for letter in several]
        sections = [
            Section(
                kind=letter.kind,
                wording=self._wording(letter, is_first=letter.plan_id not in plans[:n]),
                has_plan=bool(fact.values["commitment"]),
                has_footer=letter.plan_id not in plans[:n],
            )
            for n, (letter, fact) in enumerate(zip(several, facts, strict=True))
        ]
        return sharing.found(sections, [fact.values for fact in facts])

    def _prepared(self, letter: Letter) -> Prepared:
        of_all = (letter.kind, letter.step_id, letter.locale, letter.organisation)
        key = (*of_all, self._has_news(letter), self._chosen_by(letter))
        if key not in self.prepared:
            self.prepared[key] = stationery.of(letter, self._wording(letter))
        return self.prepared[key]

    def _has_news(self, letter: Letter) -> bool:
        """Whether this is the first mail to a participant since another coaches them."""
        return letter.plan_id in self.with_new_coach and letter.person_id == letter.participant_id

    def _wording(self, letter: Letter, *, is_first: bool = True) -> Wording:
        if letter.step_id is None or letter.kind in {
            MessageKind.COACH_WILL_CALL,
            MessageKind.ASK_HOURS,
            MessageKind.ANNOUNCEMENT,
            MessageKind.CANCELLATION,
        }:
            return Wording()
        words = self.words(step_id=letter.step_id, locale=letter.locale)
        found = wordings.of_step(letter.kind, letter.touchpoint_kind, words, locale=letter.locale)
        has_news = is_first and self._has_news(letter)
        return replace(found, new_coach=has_news, chosen_by=self._chosen_by(letter))

    def _values(self, letter: Letter, meeting: Gathering | None) -> Mapping[str, str]:
        situation, action = self._commitment(letter)
        named = Named(
            locale=letter.locale,
            reader=letter.name or "",
            participant=letter.participant or "",
            situation=situation,
            action=action,
            coach=letter.coach or "",
            manager=letter.manager or "",
            sponsor=letter.sponsor or "",
            programme=self._title(letter),
            organisation=letter.organisation,
            trained_on=letter.session_date,
        )
        return {
            **named.on(self.now.date()),
            **_of_meeting(letter, meeting, self._chooser(letter)),
            **self._listing(letter),
        }

    def _listing(self, letter: Letter) -> Mapping[str, str]:
        if letter.id not in self.lists:
            return {}
        return listing.values(self.lists[letter.id], locale=letter.locale)

    def _commitment(self, letter: Letter) -> tuple[str, str]:
        """The participant's own words, which only they and their coach may read (law 10)."""
        if wordings.audience(letter.touchpoint_kind) is Audience.MANAGER:
            return "", ""
        sealed = self.commitments.get(letter.plan_id or 0)
        key = self.keys.get(letter.participant_id or 0)
        if sealed is None or key is None:
            return "", ""
        situation, action = key.open_all(*sealed)
        return situation, action

    def _title(self, letter: Letter) -> str:
        if letter.version_id is None:
            return ""
        return self.title(version_id=letter.version_id, locale=letter.locale)

    def _meeting(self, letter: Letter) -> Gathering | None:
        if letter.attendee_id is None:
            return None
        if letter.attendee_id not in self.meetings:
            raise LookupError("this meeting has no time yet")
        return self.meetings[letter.attendee_id]

    def _chooser(self, letter: Letter) -> Chooser | None:
        """Whoever chose the time that the meeting of an invitation has, if anybody did."""
        meeting = self.meetings.get(letter.attendee_id or 0)
        found = (
            self.choosers.get(letter.touchpoint_id or 0) if letter.kind is MessageKind.INVITATION else None
        )
        return found if found and meeting and found.starts_at == meeting.starts_at else None

    def _chosen_by(self, letter: Letter) -> ChosenBy | None:
        chooser = self._chooser(letter)
        if chooser is None or not chooser.name:
            return None
        return ChosenBy.READER if chooser.person_id == letter.person_id else ChosenBy.OTHER

    def _links(self, letter: Letter, meeting: Gathering | None) -> Mapping[str, str]:
        links = letter_links.of(letter, meeting, now=self.now)
        self.rights += links.rights
        return links.by_name


def _of_meeting(letter: Letter, meeting: Gathering | None, chooser: Chooser | None) -> Mapping[str, str]:
    if meeting is None:
        return dict.fromkeys(_OF_A_MEETING, "")
    return {
        "meeting_chosen_by": chooser.name if chooser else "",
        "meeting_time": spoken.moment(meeting.starts_at, zone=letter.zone, locale=letter.locale),
        "meeting_length": invitations.length(meeting, locale=letter.locale),
        "meeting_place": invitations.where(meeting, locale=letter.locale),
        "meeting_with": invitations.other(letter, meeting),
    }
