"""Settings that the tests of calendars share."""

from hypothesis import settings

# the first example reads templates and compiles patterns: a deadline would measure that
settings.register_profile("calendars", parent=settings(), deadline=None)
settings.load_profile("calendars")
