"""The pages of coaches, L&D teams and operators."""

from flask import Blueprint

from coachfollow.web.navigation import Entry

BLUEPRINTS: tuple[Blueprint, ...] = ()
NAVIGATION: tuple[Entry, ...] = ()
