"""A coach's bookable hours and meeting link, a field for each day; mails that ask for them lead here."""

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Forbidden, Invalid
from coachfollow.flow import coaching
from coachfollow.queries import hours
from coachfollow.rules import worktime
from coachfollow.web import navigation, policies
from coachfollow.web.staff import telling

pages = Blueprint("hours", __name__)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SUGGESTED = worktime.DEFAULT_WEEK


@pages.get("/hours")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show when the visitor can be booked."""
    _refuse_others()
    said = hours.hours(g.session, person_id=g.actor.person_id)
    return _form(_by_day(said.week or SUGGESTED) | {"link": said.link}, {}, is_new=not said.week)


@pages.post("/hours")
@policies.signed_in
def change() -> ResponseReturnValue:
    """Keep when the visitor can be booked; meetings that stand in calendars stay where they are."""
    _refuse_others()
    values = {name: request.form.get(name, "").strip() for name in (*DAYS, "link")}
    problems = _problems(values)
    if not problems:
        try:
            coaching.set_hours(g.session, coach_id=g.actor.person_id, week=_week(values), link=values["link"])
        except Invalid as refusal:
            g.session.rollback()
            problems = {"mon" if "week" in refusal.fields else "link": refusal.sentence}
    if problems:
        return _form(values, problems, is_new=False), 422
    sentence = "Your hours are kept. New meetings are looked for within them, three weeks ahead."
    return telling.done(sentence, url_for("hours.show"))


def _refuse_others() -> None:
    if not navigation.coaches(g.actor):
        raise Forbidden("Bookable hours are for coaches, and you coach nobody here.")


def _form(values: Mapping[str, str], problems: Mapping[str, str], *, is_new: bool) -> str:
    said = hours.hours(g.session, person_id=g.actor.person_id)
    return render_template(
        "staff/hours.html",
        days=DAYS,
        values=values,
        problems=problems,
        zone=said.zone,
        minutes=said.minutes,
        is_new=is_new,
    )


def _by_day(week: str) -> dict[str, str]:
    """The hours of each day as they are typed: “09:00-12:00, 13:00-17:00”."""
    days = worktime.parse_week(week).days
    return {day: ", ".join(map(str, spans)) for day, spans in zip(DAYS, days, strict=True)}


def _week(values: Mapping[str, str]) -> str:
    return "; ".join(f"{day} {values[day]}" for day in DAYS if values[day])


def _problems(values: Mapping[str, str]) -> dict[str, str]:
    """Say for each day what cannot be read, so that it stands beside its field."""
    return {day: problem for day in DAYS if (problem := _problem(day, values[day]))}


def _problem(day: str, hours: str) -> str | None:
    if hours and not hours[0].isdigit():
        return f"“{hours}” are not hours; write them like 09:00-17:00."
    try:
        worktime.parse_week(f"{day} {hours}" if hours else SUGGESTED)
    except ValueError as error:
        return f"{error}."
    return None
