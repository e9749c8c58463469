"""What an installation is told from outside: `load` reads it, `TABLE` says what there is to tell."""

from coachfollow.config.loading import load
from coachfollow.config.table import PREFIX, TABLE, Setting, Settings
from coachfollow.config.values import SHORTEST_SECRET

__all__ = ["PREFIX", "SHORTEST_SECRET", "TABLE", "Setting", "Settings", "load"]
