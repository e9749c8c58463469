"""The list of all groups of pages, and the menu that leads to them."""

from flask import Blueprint

from coachfollow.web import (
    another_time,
    answering,
    being_away,
    demo,
    demo_clock,
    following,
    front,
    in_my_calendar,
    leaving,
    metrics,
    probes,
    rhythm,
    signin,
    staff,
    styleguide,
)
from coachfollow.web.navigation import Entry, anybody_signed_in, participants

BLUEPRINTS: tuple[Blueprint, ...] = (
    front.pages,
    signin.pages,
    answering.pages,
    following.pages,
    being_away.pages,
    another_time.pages,
    rhythm.pages,
    in_my_calendar.pages,
    leaving.pages,
    probes.pages,
    metrics.pages,
    demo.pages,
    demo_clock.pages,
    styleguide.pages,
    *staff.BLUEPRINTS,
)
NAVIGATION: tuple[Entry, ...] = (
    *staff.NAVIGATION,
    Entry(label="My plan", endpoint="following.newest", is_for=participants),
    Entry(label="My account", endpoint="signin.account", is_for=anybody_signed_in),
)
