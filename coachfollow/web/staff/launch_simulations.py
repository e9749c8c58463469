"""A launch on invented people, before anybody is asked: of a programme, or of a group to come with whom it has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.queries import launch_asked, launches, organisations, simulations
from coachfollow.queries.launch_asked import Asked
from coachfollow.queries.simulations import Cast
from coachfollow.rules import simulating_said, step_problems, worktime
from coachfollow.rules.access import Action
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.days import brief, said
from coachfollow.rules.kinds import MessageKind
from coachfollow.rules.previewing import Offer
from coachfollow.rules.simulating_values import RESPONSES, Answers, CoachWeek, Model, Simulated, Way, Week
from coachfollow.web import charts, policies, saying
from coachfollow.web.charts import Bars, Columns, Measured, Part, Stack, Tone
from coachfollow.web.staff import launch_form

pages = Blueprint("launch_simulations", __name__)

MOST_COACHES = 20  # in the table of coaches and weeks: those whose weeks are fullest
MOST_WEEKS = 26  # of meetings: the fullest ones
MOST_DAYS = 130  # with mails: of more, the weeks are drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What is simulated, and where; a group has its sessions, and people and coaches of its own."""

    offer: Offer
    title: str
    here: str
    back: str
    zone: str
    sessions: Sessions | None = None
    cast: Cast | None = None

    @property
    def participants(self) -> int:
        return (self.cast.participants if self.cast else 0) or Asked().participants

    @property
    def coaches(self) -> int:
        return len(self.cast.coaches) if self.cast else Asked().coaches

    @property
    def is_too_large(self) -> bool:
        return self.participants > launch_form.MOST_HERE or self.coaches > launch_form.MOST_COACHES


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was simulated, as the page shows it; `is_whole`: with ways out and other shares of answers."""

    asked: Asked
    model: Model
    simulated: Simulated
    ways: Sequence[Way]
    is_whole: bool


@pages.get("/programmes/<programme>/simulate")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def programme(programme: str) -> ResponseReturnValue:
    """Simulate the newest version of a programme, with people as they are described."""
    offer = launches.published(g.session, organisation_id=g.actor.organisation_id, key=programme)
    return _page(
        _Place(
            offer=offer,
            title=offer.title,
            here=url_for("launch_simulations.programme", programme=programme),
            back=url_for("programmes.show", programme=programme),
            zone=organisations.of(g.session, organisation_id=g.actor.organisation_id).zone,
        )
    )


@pages.get("/groups/<cohort>/simulate")
@policies.allowed(Action.IMPORT, policies.cohort)
def group(cohort: str) -> ResponseReturnValue:
    """Simulate a group, with its sessions, the weeks of its people and the hours of its coaches."""
    found = launches.of_group(g.session, public_id=cohort)
    return _page(
        _Place(
            offer=found.offer,
            title=found.title,
            here=url_for("launch_simulations.group", cohort=cohort),
            back=url_for("groups.show", cohort=cohort),
            zone=found.zone,
            sessions=found.sessions,
            cast=simulations.cast(g.session, cohort_id=found.cohort_id, now=g.now),
        )
    )


def _page(place: _Place) -> ResponseReturnValue:
    today = worktime.local(g.now, place.zone).date()
    tried = launch_form.tried(lambda: _found(place, today), field="session-1")
    shown = _shown(place, tried.found) if tried.found else {}
    return render_template(
        "staff/launch_simulation.html",
        place=place,
        found=tried.found,
        problems=tried.problems,
        values=request.args,
        **launch_form.sessions(request.args, offer=place.offer, today=today),
        usual=Asked(),
        hours=launch_asked.HOURS,
        most=launch_form.MOST_HERE,
        most_coaches=launch_form.MOST_COACHES,
        too_many=launch_form.TOO_MANY if place.is_too_large and not request.args else "",
        **shown,
    ), tried.status


def _found(place: _Place, today: date) -> _Found | None:
    """The simulation; none before anything was asked for. Raises Invalid."""
    if not request.args and (place.is_too_large or not (place.cast and place.cast.participants)):
        return None
    asked = launch_form.asked(request.args, participants=place.participants, coaches=place.coaches)
    asked = replace(asked, zones=asked.zones or place.zone)
    offer = place.offer
    if step_problems.of(offer.steps):
        return None
    days = place.sessions.days if place.sessions else launch_form.days(request.args, offer=offer, today=today)
    model = simulations.model(
        g.session,
        organisation_id=g.actor.organisation_id,
        offer=offer,
        sessions=place.sessions or launches.sessions(offer, days=days),
        asked=asked,
        cast=place.cast,
    )
    g.session.rollback()  # nothing is read any more: a simulation is no reason to hold a transaction open
    from coachfollow.rules import simulating, simulating_ways  # noqa: PLC0415  # SciPy: pages start without it

    whole = _is_whole(asked)
    simulated = simulating.simulate(model, response=asked.response, responses=RESPONSES if whole else ())
    ways = simulating_ways.ways(model, simulated.meetings) if whole else ()
    return _Found(asked=asked, model=model, simulated=simulated, ways=ways, is_whole=whole)


def _is_whole(asked: Asked) -> bool:
    """Whether all of it is worked out: at once where that is quick, or because somebody wants to wait for it."""
    is_small = asked.participants <= launch_form.AT_ONCE and asked.coaches <= launch_form.COACHES_AT_ONCE
    return is_small or "whole" in request.args


def _shown(place: _Place, found: _Found) -> Mapping[str, Any]:
    simulated, sums = found.simulated, found.simulated.meetings
    fullest = _fullest(sums.weeks)
    return {
        "said": simulating_said.meetings(simulated, coaches=found.asked.coaches, ways=()),
        "mails_said": simulating_said.mails(simulated.story.answers),
        "reasons": simulating_said.why(sums.reasons),
        "ways": [(simulating_said.way(way), _with(place, way.kind, way.value)) for way in found.ways],
        "whole": "" if found.is_whole else _with(place, "whole", "yes"),
        "adapted": simulating_said.adapted(simulated.story.answers.adapted),
        "assumed": simulating_said.assumed(found.model),
        "left_out": simulating_said.LEFT_OUT,
        "weeks": _weeks([one for one in sums.weeks if one.monday in fullest]),
        "more_weeks": len(sums.weeks) - len(fullest),
        "mails": _mails(simulated),
        "mails_by": "week" if _is_long(simulated) else "day",
        "kinds": _kinds(simulated),
        "stacks": [(one, _stack(one)) for one in simulated.answers],
        "coach_weeks": _coach_weeks([one for one in sums.by_coach if one.monday in fullest], _names(place)),
        "without_hours": _without_hours(place, found.model),
    }


def _with(place: _Place, name: str, value: object) -> str:
    """The same form with one value changed."""
    asked: dict[str, Any] = {field: said for field, said in request.args.items() if said}
    return f"{place.here}?{urlencode({**asked, name: value})}"


def _fullest(weeks: Sequence[Week]) -> frozenset[date]:
    """The weeks that are shown, by their Mondays: as many as a page has room for."""
    by_need = sorted(weeks, key=lambda one: (one.room - one.wanted, one.monday))
    return frozenset(one.monday for one in by_need[:MOST_WEEKS])


def _weeks(weeks: Sequence[Week]) -> Bars:
    """What each week is wanted for, of what it holds."""
    return charts.bars(
        [
            Measured(
                label=f"Week of {saying.short_day(one.monday)}",
                share=one.wanted / one.room if one.room else None,
                note=f"{one.wanted:,} wanted, room for {one.room:,}, {one.used:,} held"
                + (": too many" if one.wanted > one.room else ""),
            )
            for one in weeks
        ]
    )


def _mails(simulated: Simulated) -> Columns:
    """Mails day by day or, over a long time, week by week; days and weeks without any in their place."""
    step = 7 if _is_long(simulated) else 1
    counts = Counter[date]()
    for one in simulated.story.days:
        counts[one.day - timedelta(days=one.day.weekday() % step)] += one.mails
    if not counts:
        return charts.columns([])
    first, last = min(counts), max(counts)
    days = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    return charts.columns([(said(day), counts[day]) for day in days], below=[brief(day) for day in days])


def _is_long(simulated: Simulated) -> bool:
    return sum(1 for one in simulated.story.days if one.mails) > MOST_DAYS


def _kinds(simulated: Simulated) -> Sequence[tuple[MessageKind, int]]:
    found = [(kind, sum(day.kinds.get(kind, 0) for day in simulated.story.days)) for kind in MessageKind]
    return [(kind, number) for kind, number in found if number]


def _stack(one: Answers) -> Stack:
    return charts.stack(
        [
            Part(label="On time", count=one.on_time, tone=Tone.DONE),
            Part(label="Late", count=one.late, tone=Tone.LATE),
            Part(label="No answer", count=one.missed, tone=Tone.MISSED),
            Part(label="Not asked: too many mails", count=one.not_sent, tone=Tone.LOST),
        ]
    )


def _names(place: _Place) -> Mapping[int, str]:
    return place.cast.names if place.cast else {}


def _without_hours(place: _Place, model: Model) -> Sequence[str]:
    """The coaches whom nothing else helps than to say when they can be booked."""
    names = _names(place)
    return [names[one.id] for one in model.coaches if one.week is None and one.id in names]


def _coach_weeks(weeks: Sequence[CoachWeek], names: Mapping[int, str]) -> Mapping[str, Any]:
    """Coaches by week, the fullest coaches first; who is invented has a number: their place in the simulation."""
    rows: dict[int, list[CoachWeek]] = {}
    for one in weeks:
        rows.setdefault(one.coach, []).append(one)
    numbered = [(number, row) for number, row in enumerate(rows.values(), start=1)]
    numbered.sort(key=lambda one: (-max((week.wanted - week.room for week in one[1]), default=0), one[0]))
    return {
        "mondays": [week.monday for week in numbered[0][1]] if numbered else [],
        "rows": [(names.get(row[0].coach, f"coach {n}"), row) for n, row in numbered[:MOST_COACHES]],
        "more": max(0, len(numbered) - MOST_COACHES),
    }
