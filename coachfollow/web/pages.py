"""The list of all groups of pages, and the menu that leads to them."""

from flask import Blueprint

from coachfollow.web import answering, demo, following, front, leaving, probes, signin, staff
from coachfollow.web.navigation import Entry, anybody_signed_in

BLUEPRINTS: tuple[Blueprint, ...] = (
    front.pages,
    signin.pages,
    answering.pages,
    following.pages,
    leaving.pages,
    probes.pages,
    demo.pages,
    *staff.BLUEPRINTS,
)
NAVIGATION: tuple[Entry, ...] = (
    *staff.NAVIGATION,
    Entry(label="My account", endpoint="signin.account", is_for=anybody_signed_in),
)
