"""Shows the mail of a step that is being written as somebody would get it: prepared and filled like the real one.

Its people are invented and its links lead nowhere. Nothing is stored, and nothing is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.calendars import invitation
from coachfollow.extensions import installation
from coachfollow.flow import wordings
from coachfollow.intake.programme import Programme, Step
from coachfollow.mail import opened, prepared
from coachfollow.mail.opened import Opened
from coachfollow.mail.prepared import Facts, House, Unmailable
from coachfollow.models import Organisation
from coachfollow.queries import hours
from coachfollow.queries.step_words import StepWords
from coachfollow.rules import calendar_words, spoken
from coachfollow.rules.kinds import MAIL_OF, Audience, MessageKind, StepKind
from coachfollow.rules.naming import Named

PARTICIPANT, COACH, MANAGER = "Maya Lindqvist", "Tomás Herrera", "Ingrid Bauer"
# what she wrote, where the programme itself gives no example
OWN_WORDS: Mapping[str, tuple[str, str]] = {
    "en": ("a colleague asks me for help", "put my screen away and listen for two minutes"),
    "de": ("mich jemand um Hilfe bittet", "den Bildschirm beiseitelegen und zwei Minuten zuhören"),
}
MEETING_IN, LASTS = timedelta(days=4), timedelta(minutes=hours.MINUTES)
NO_WORDS = "There are no words in this language yet. Write a subject and a text, and the mail stands here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a mail is to be seen: in which language, by somebody with a plan or without, the first or a reminder."""

    language: str
    has_plan: bool = True
    is_reminder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The mail as it would arrive, or the sentence that says why it cannot be shown yet."""

    mail: Opened | None = None
    problem: str = ""


def show(
    session: Session,
    *,
    organisation_id: int,
    programme: Programme,
    step: Step,
    look: Look,
    days: int,
    now: datetime,
) -> Preview:
    """Give the step's mail as it would arrive `days` after the training."""
    text = step.texts.get(look.language)
    if text is None or not (text.subject and text.body):
        return Preview(problem=NO_WORDS)
    house = session.get_one(Organisation, organisation_id)
    words = StepWords(
        language=look.language,
        subject=text.subject,
        body=text.body,
        question=text.question,
        labels=text.labels,
    )
    kind = mail_of(step, look)
    desk = _Desk(house=house, programme=programme, step=step, look=look, days=days, now=now)
    try:
        wording = wordings.of_step(kind, step.rule.kind, words, locale=look.language)
        ready = prepared.prepare(kind, wording, _house(house), look.language)
        return Preview(mail=opened.read(ready.fill(desk.facts(kind))))
    except Unmailable as refused:
        return Preview(problem=f"This mail cannot be shown yet: {refused.sentence}")


def mail_of(step: Step, look: Look) -> MessageKind:
    """Which kind of mail that is."""
    if step.rule.kind is StepKind.CHECK_IN:
        return MessageKind.INVITATION
    return MessageKind.REMINDER if look.is_reminder else MAIL_OF[step.rule.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What the invented facts of one mail follow from."""

    house: Organisation
    programme: Programme
    step: Step
    look: Look
    days: int
    now: datetime

    def facts(self, kind: MessageKind) -> Facts:
        name = MANAGER if wordings.audience(self.step.rule.kind) is Audience.MANAGER else PARTICIPANT
        address = f"{name.split(' ', 1)[0].lower()}@example.org"
        return Facts(
            message_id=vault.new_public_id(),
            to_name=name,
            to_address=address,
            date=self.now,
            values=self._values(name),
            links=_links(),
            calendar=self._calendar(name, address) if kind.is_calendar else None,
            calendar_method="REQUEST" if kind.is_calendar else None,
        )

    def _values(self, name: str) -> Mapping[str, str]:
        language = self.look.language
        trained_on = self.now.date() - timedelta(days=self.days)
        situation, action = self._own_words()
        named = Named(
            locale=language,
            reader=name,
            participant=PARTICIPANT,
            situation=situation,
            action=action,
            coach=COACH,
            manager=MANAGER,
            sponsor=self.programme.sponsor_name,
            programme=self.programme.title.get(language, ""),
            organisation=self.house.name,
            trained_on=trained_on,
        )
        starts_at = self.now + MEETING_IN
        return {
            **named.on(self.now.date()),
            "meeting_time": spoken.moment(starts_at, zone=self.house.zone, locale=language),
            "meeting_length": calendar_words.length(starts_at, starts_at + LASTS, locale=language),
            "meeting_place": calendar_words.of(language).calls.format(coach=COACH),
            "meeting_with": COACH,
        }

    def _own_words(self) -> tuple[str, str]:
        """Her plan, as the programme's first example words it; nothing if she has none yet."""
        language = self.look.language
        if not self.look.has_plan:
            return "", ""
        examples = self.programme.examples.get(language, ())
        ours = spoken.in_language(OWN_WORDS, language)
        return (examples[0].situation, examples[0].action) if examples else ours

    def _calendar(self, name: str, address: str) -> bytes:
        starts_at = self.now + MEETING_IN
        return invitation.request(
            invitation.Meeting(
                uid="preview",
                sequence=0,
                starts_at=starts_at,
                ends_at=starts_at + LASTS,
                stamp=self.now,
                summary=self.programme.title.get(self.look.language, ""),
                description="",
                location="",
                organiser_name=COACH,
                organiser_address=installation().settings.mail_from,
                attendee_name=name,
                attendee_address=address,
            )
        )


def _house(organisation: Organisation) -> House:
    settings = installation().settings
    return House(
        organisation=organisation.name,
        sender_name=organisation.sender_name,
        sender_address=settings.mail_from,
        reply_to=organisation.reply_to,
        domain=settings.mail_domain,
        base_url=settings.external_url,
        bounce_address=settings.mail_from,
    )


def _links() -> Mapping[str, str]:
    """Links that look like links, and open nothing."""
    base = installation().settings.external_url
    return {
        name: f"{base}/preview/{name}" for name in ("answer", "plan", "pause", "stop", "hours", "meeting")
    }
