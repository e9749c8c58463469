"""Settings that the tests of mail share."""

from hypothesis import settings

# the first example reads templates and compiles patterns: a deadline would measure that
settings.register_profile("mail", parent=settings(), deadline=None)
settings.load_profile("mail")
