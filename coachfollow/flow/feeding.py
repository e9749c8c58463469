"""Writes what a calendar finds at a plan's address: reminders in their author's words and one's own, and days."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.calendars import feed
from coachfollow.calendars.feed import Entry, Feed
from coachfollow.extensions import installation
from coachfollow.mail import markup
from coachfollow.queries import feeds, keys, letters, plan_heads, step_words
from coachfollow.queries.feeds import Revision, Shown, Subscriber
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.queries.step_words import StepWords
from coachfollow.rules import calendar_words, wording
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.naming import Named
from coachfollow.rules.wording import Blank

OWN = frozenset({Blank("commitment"), Blank("situation"), Blank("action")})


def write(session: Session, *, token: str, now: datetime) -> bytes:
    """Write the calendar of whoever has this address, empty once they have chosen mails again; raises NotFound."""
    whose = feeds.subscriber(session, token=token, now=now)
    head = plan_heads.of(session, public_id=whose.plan)
    rows = feeds.shown(session, whose=whose, now=now) if whose.is_chosen else ()
    return feed.publish(Feed(name=head.programme, entries=_entries(session, whose, head, rows)))


def _entries(session: Session, whose: Subscriber, head: PlanHead, rows: Sequence[Shown]) -> Sequence[Entry]:
    if not rows:
        return ()
    revisions = feeds.revisions(session, plan_id=whose.plan_id)
    named = _named(session, whose, head)
    words = step_words.of_steps(session, step_ids={one.step_id for one in rows}, locale=whose.locale)
    return [_entry(one, words[one.step_id], whose, named, revisions) for one in rows]


def _entry(
    one: Shown,
    words: StepWords,
    whose: Subscriber,
    named: Named,
    revisions: Mapping[int | None, Revision],
) -> Entry:
    settings = installation().settings
    url = f"{settings.external_url}/my-plan/{whose.plan}"
    own = calendar_words.of(whose.locale)
    is_reminder = one.kind is StepKind.PROMPT
    said = (
        _reminder(words, named.on(one.local_date), whose) if is_reminder else own.question.format(at=one.at)
    )
    happened = [revisions[key] for key in (None, one.id) if key in revisions]
    return Entry(
        uid=f"{one.id}-{whose.plan}@{settings.mail_domain}",
        sequence=sum(revision.n for revision in happened),
        changed_at=max([whose.since, whose.made_at, *(revision.at for revision in happened)]),
        begins=one.due_at if is_reminder else one.local_date,
        summary=_title(words, own.a_reminder if is_reminder else own.a_question),
        description=f"{said}\n\n{own.page}\n{url}",
        url=url,
    )


def _title(words: StepWords, otherwise: str) -> str:
    """What stands in the open: the author's subject, unless it names anything of a person (law 10)."""
    is_plain = wording.parts(words.subject) == (words.subject,)
    return words.subject if is_plain else otherwise


def _reminder(words: StepWords, facts: Mapping[str, str], whose: Subscriber) -> str:
    """The text of the mail that does not come, with the plan in own words."""
    own, commitment = calendar_words.of(whose.locale), facts["commitment"]
    blanks = set(wording.parts(words.body))
    if not commitment and blanks & OWN:
        return own.unwritten
    said = [wording.fill(markup.plain(words.body), facts)]
    if commitment and Blank("commitment") not in blanks:
        said.append(f"{own.my_plan}: {commitment}")
    return "\n\n".join(filter(None, said))


def _named(session: Session, whose: Subscriber, head: PlanHead) -> Named:
    sealed = letters.commitments(session, plan_ids=[whose.plan_id]).get(whose.plan_id)
    key = keys.keys_of(session, person_ids=[whose.person_id]).get(whose.person_id)
    situation, action = key.open_all(*sealed) if sealed and key else ("", "")
    return Named(
        locale=whose.locale,
        reader=whose.name,
        participant=whose.name,
        situation=situation,
        action=action,
        coach=head.coach,
        manager=head.manager,
        sponsor=whose.sponsor,
        programme=head.programme,
        organisation=whose.organisation,
        trained_on=whose.session_date,
    )
