"""An organisation that has been at it for a year: groups that came in as lists, then aged in sets."""

from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Select, case, func, literal, select, update
from sqlalchemy.orm import Session

from benchmarks import world
from coachfollow.extensions import UtcDateTime
from coachfollow.flow import attendance, cohorts, houses, keys, sets, staging
from coachfollow.intake import reading
from coachfollow.models import (
    Answer,
    Base,
    Cohort,
    Commitment,
    Event,
    FollowUpPlan,
    Membership,
    Message,
    Organisation,
    Touchpoint,
)
from coachfollow.rules.kinds import (
    Applied,
    ImportKind,
    MessageKind,
    MessageState,
    Role,
    StepKind,
    TouchpointState,
)

GROUPS, PEOPLE = 48, 132  # of three programmes with 16 steps on average: a good 100,000 touchpoints
COACHES, TEAMS = 60, 180
DAYS_APART = 8
LND, OPERATOR, COACH = "lnd@example.org", "operator@example.org", "coach1@example.org"
PROGRAMMES = ("customer-focused-leadership", "eight-week-coaching", "service-recovery-and-empowerment")
REORGANISED = timedelta(days=120)

DONE, LATE, UNANSWERED, EXCUSED = 12, 14, 18, 19  # of twenty that came due


def settle(session: Session, folder: Path, *, now: datetime) -> int:
    """Let everybody move in, and a year pass; gives how many touchpoints there are."""
    organisation_id = session.scalars(select(Organisation.id)).one()
    for address, role in ((LND, Role.LND), (OPERATOR, Role.OPERATOR)):
        houses.appoint(
            session, organisation_id=organisation_id, email=address, name=address, roles=(role,), now=now
        )
    for number in range(GROUPS):
        trained = now - timedelta(days=3 + DAYS_APART * number)
        _bring_in(session, organisation_id, folder / f"group-{number}.csv", number, trained=trained)
    for age in (_promise, _settle, _answer, _post, _remember, _reorganise):
        age(session, now)
    session.commit()
    return session.scalar(select(func.count()).select_from(Touchpoint)) or 0


def _bring_in(session: Session, organisation_id: int, path: Path, number: int, *, trained: datetime) -> None:
    """Open a group whose training was on that day, and import its list the same evening."""
    cohort = _group(session, organisation_id, number, trained)
    path.write_text(_list(number), encoding="utf-8")
    batch = staging.stage(
        session,
        cohort=cohort,
        reading=reading.read(path, name=path.name),
        kind=ImportKind.ATTENDANCE,
        file_name=path.name,
        checksum=path.name,
        now=trained,
    )
    attendance.carry_out(session, batch_id=batch.id, now=trained)


def _group(session: Session, organisation_id: int, number: int, trained: datetime) -> Cohort:
    return cohorts.open_cohort(
        session,
        organisation_id=organisation_id,
        programme=PROGRAMMES[number % len(PROGRAMMES)],
        key=f"group-{number}",
        title=f"Group {number}",
        zone="Europe/Berlin",
        meetings=[cohorts.Meeting(begins=datetime.combine(trained.date(), time(9)), minutes=180)],
        target=0.8 if number % 4 else 0.7,
        now=trained,
    )


def _list(group: int) -> str:
    rows = ["name,email,minutes,zone,team,coach\n"]
    for n in range(group * PEOPLE, (group + 1) * PEOPLE):
        team = n % TEAMS
        path = f"Division {team % 5} / Department {team % 30} / Team {team}"
        zone, coach = world.ZONES[n % len(world.ZONES)], f"coach{n // 7 % COACHES}@example.org"
        rows.append(f"Person {n},person{n}@example.org,170,{zone},{path},{coach}\n")
    return "".join(rows)


def _promise(session: Session, now: datetime) -> None:
    """Four of five write a plan; all in the words of one, sealed for them alone."""
    first = session.get_one(FollowUpPlan, 1)
    key = keys.key_for(session, person_id=first.person_id)
    words = [literal(key.seal(text)) for text in ("a guest complains", "listen before I explain")]
    chosen = select(FollowUpPlan.id, literal(1), *words, literal(now, UtcDateTime()))
    columns = ["plan_id", "version", "situation", "action", "created_at"]
    _add(session, Commitment, columns, chosen.where(FollowUpPlan.id % 5 != 0))


def _settle(session: Session, now: datetime) -> None:
    """What came due was answered, in time or late, or not, or excused; the newest is open."""
    turn, due = Touchpoint.id % 20, Touchpoint.due_at <= now
    is_open = (turn >= DONE) & (Touchpoint.closes_at > now)
    state = case(
        (is_open, TouchpointState.OPEN.value),
        (turn < LATE, TouchpointState.COMPLETED.value),
        (turn < UNANSWERED, TouchpointState.MISSED.value),
        (turn < EXCUSED, TouchpointState.EXCUSED.value),
        else_=TouchpointState.MISSED.value,
    )
    settled = case((is_open, None), (turn < DONE, Touchpoint.due_at), else_=Touchpoint.closes_at)
    session.execute(
        update(Touchpoint)
        .where(due, Touchpoint.state == TouchpointState.PLANNED)
        .values(state=state, settled_at=settled)
        .execution_options(synchronize_session=False)
    )


def _answer(session: Session, now: datetime) -> None:
    """Whoever was done with a question gave an answer to it."""
    del now
    said = list(Applied)
    turn = Touchpoint.id // 20 % len(said)
    applied = case(*((turn == n, one.value) for n, one in enumerate(said)), else_=None)
    plain = [literal(1), applied, literal(False), literal("page"), Touchpoint.due_at, Touchpoint.due_at]
    chosen = (
        select(Touchpoint.id, FollowUpPlan.person_id, *plain)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(Touchpoint.state == TouchpointState.COMPLETED, Touchpoint.kind == StepKind.REFLECTION)
    )
    columns = ["version", "applied", "note_shared", "channel", "answered_at", "changed_at"]
    _add(session, Answer, ["touchpoint_id", "person_id", *columns], chosen)


def _post(session: Session, now: datetime) -> None:
    """Every follow-up that came due was a mail; one in a hundred was refused, the newest wait."""
    state = case(
        (Touchpoint.due_at > now, MessageState.QUEUED.value),
        (Touchpoint.id % 100 == 0, MessageState.FAILED.value),
        else_=MessageState.SENT.value,
    )
    settled = case((Touchpoint.due_at > now, None), else_=Touchpoint.due_at)
    times = [Touchpoint.due_at, Touchpoint.closes_at, Touchpoint.due_at, settled]
    nothing = dict.fromkeys(("fence", "attempts", "refusals", "lapses", "resends", "n"), 0)
    chosen = (
        select(
            sets.random_id(),
            literal(1),
            FollowUpPlan.person_id,
            FollowUpPlan.id,
            Touchpoint.id,
            literal(MessageKind.REFLECTION.value),
            state,
            *times,
            literal(False),
            *map(literal, nothing.values()),
        )
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(Touchpoint.due_at <= now + timedelta(days=2), Touchpoint.state != TouchpointState.CANCELLED)
    )
    about = ["public_id", "organisation_id", "person_id", "plan_id", "touchpoint_id", "kind", "state"]
    dated = ["send_at", "expires_at", "created_at", "settled_at"]
    _add(session, Message, [*about, *dated, "unwanted", *nothing], chosen)


def _remember(session: Session, now: datetime) -> None:
    """Each mail that left stands in the history."""
    del now
    columns = [
        "at",
        "name",
        "organisation_id",
        "person_id",
        "plan_id",
        "touchpoint_id",
        "message_id",
        "facts",
    ]
    chosen = select(
        Message.settled_at,
        literal("mail sent"),
        Message.organisation_id,
        Message.person_id,
        Message.plan_id,
        Message.touchpoint_id,
        Message.id,
        literal("{}"),
    )
    _add(session, Event, columns, chosen.where(Message.state == MessageState.SENT))


def _reorganise(session: Session, now: datetime) -> None:
    """One in four was in another team until lately."""
    moved, day = Membership.person_id % 4 == 0, literal(now - REORGANISED, UtcDateTime())
    earlier: ColumnElement[int] = Membership.team_id % (TEAMS + 30) + 1
    chosen = select(Membership.person_id, earlier, Membership.from_at, day).where(
        moved, Membership.from_at < now - REORGANISED
    )
    before = session.execute(chosen).all()
    session.execute(
        update(Membership)
        .where(moved, Membership.from_at < now - REORGANISED)
        .values(from_at=now - REORGANISED)
        .execution_options(synchronize_session=False)
    )
    rows = [tuple(row) for row in before]
    sets.bulk(session.connection(), Membership, ("person_id", "team_id", "from_at", "to_at"), rows)


def _add(
    session: Session, table: type[Base], columns: list[str], chosen: Select[*tuple[object, ...]]
) -> None:
    session.execute(sets.insert(session, table).from_select(columns, chosen))
