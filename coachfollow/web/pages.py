"""The list of all groups of pages."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
