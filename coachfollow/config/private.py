"""Files with secrets in them: nobody but their owner, and at most their group, may read one."""

import stat
from pathlib import Path

BEYOND = 0o037  # a group may read, others may nothing


def exposure(path: Path) -> str:
    """Say why a file is no place for a secret, as the end of a sentence; nothing where it is one."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & BEYOND:
        return ""
    return f"others may read or change (mode {mode:03o}); make it its owner's alone: chmod 600 {path}"
