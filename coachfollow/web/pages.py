"""The list of all groups of pages, and the menu that leads to them."""

from flask import Blueprint

from coachfollow.web import staff
from coachfollow.web.navigation import Entry

BLUEPRINTS: tuple[Blueprint, ...] = (*staff.BLUEPRINTS,)
NAVIGATION: tuple[Entry, ...] = (*staff.NAVIGATION,)
