"""The pages of coaches, managers, L&D teams and operators."""

from flask import Blueprint

from coachfollow.web import navigation
from coachfollow.web.navigation import Entry
from coachfollow.web.staff import (
    applied,
    batches,
    changes,
    coach,
    coach_away,
    corrections,
    deeds,
    diary,
    erasing,
    follow_ups,
    groups,
    handovers,
    hours,
    imports,
    launch_previews,
    launch_simulations,
    named,
    numbers,
    outbox,
    outlook,
    people,
    plans,
    programme_advice,
    programme_drafts,
    programme_steps,
    programmes,
    readdressing,
    sentences,
    team,
    upgrades,
    ways,
    words,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    coach.pages,
    plans.pages,
    follow_ups.pages,
    changes.pages,
    ways.pages,
    hours.pages,
    coach_away.pages,
    diary.pages,
    team.pages,
    groups.pages,
    outlook.pages,
    corrections.pages,
    upgrades.pages,
    handovers.pages,
    imports.pages,
    batches.pages,
    people.pages,
    erasing.pages,
    readdressing.pages,
    programmes.pages,
    programme_drafts.pages,
    programme_advice.pages,
    programme_steps.pages,
    launch_previews.pages,
    launch_simulations.pages,
    numbers.pages,
    named.pages,
    applied.pages,
    outbox.pages,
    deeds.pages,
)
NAVIGATION: tuple[Entry, ...] = (
    Entry(
        label="My people",
        endpoint="coach.show",
        is_for=navigation.coaches,
        rooms=frozenset({"plans", "follow_ups", "changes", "ways.show", "ways.make_room"}),
    ),
    Entry(label="My calendar", endpoint="diary.show", is_for=navigation.coaches),
    Entry(
        label="My hours", endpoint="hours.show", is_for=navigation.coaches, rooms=frozenset({"coach_away"})
    ),
    Entry(label="My team", endpoint="team.show", is_for=navigation.managers),
    Entry(
        label="Groups",
        endpoint="groups.listed",
        is_for=navigation.lnd,
        rooms=frozenset(
            {
                *("imports", "batches", "people", "corrections", "upgrades"),
                *("erasing", "readdressing", "handovers"),
                *("ways.of_group", "launch_previews.group", "launch_simulations.group"),
            }
        ),
    ),
    Entry(label="Calendar", endpoint="outlook.show", is_for=navigation.lnd),
    Entry(
        label="Programmes",
        endpoint="programmes.listed",
        is_for=navigation.lnd,
        rooms=frozenset(
            {
                "programme_advice",
                "programme_drafts",
                "programme_steps",
                "launch_previews.programme",
                "launch_previews.draft",
                "launch_simulations.programme",
            }
        ),
    ),
    Entry(
        label="Numbers",
        endpoint="numbers.show",
        is_for=numbers.has_numbers,
        rooms=frozenset({"named", "applied"}),
    ),
    Entry(label="Outbox", endpoint="outbox.show", is_for=navigation.operators, rooms=frozenset({"deeds"})),
    Entry(label="Health", endpoint="probes.show", is_for=navigation.operators),
)

for phrase in (*words.FILTERS, *sentences.FILTERS):
    coach.pages.add_app_template_filter(phrase)
