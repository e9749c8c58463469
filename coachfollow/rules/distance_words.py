"""Says a distance in time as people do: how far a step is, and from what it counts."""

from coachfollow.rules.cadence import Distance


def said(distance: Distance) -> str:
    """A distance with what it counts from: “5 days after the training”."""
    return f"{how_far(distance)} {_anchor(distance.anchor)}"


def how_far(distance: Distance) -> str:
    """A distance in words, up to what it counts from: “5 days after”."""
    counted = [(distance.days, "day"), (distance.working_days, "working day")]
    parts = [(f"{abs(n)} {unit}{'' if abs(n) == 1 else 's'}", _side(n)) for n, unit in counted if n]
    if not parts:
        return "on the day of"
    if len({side for _, side in parts}) == 1:
        return f"{' and '.join(said for said, _ in parts)} {parts[0][1]}"
    return " and ".join(f"{said} {side}" for said, side in parts)


def _side(days: int) -> str:
    return "before" if days < 0 else "after"


def _anchor(name: str) -> str:
    """The session or answer as people call it; which step comes before another says nothing to them."""
    match name.split(":", 1):
        case ["session", ("first" | "last") as which]:
            return f"the {which} session"
        case ["session", number]:
            return f"session {number}"
        case ["answer", _]:
            return "the answer to an earlier question"
    return "the training"
