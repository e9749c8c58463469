"""What an attendance list will change, in sentences: what begins and ends, what it corrects, who counts as absent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coachfollow.rules.kind_words import ATTENDANCE
from coachfollow.rules.kinds import AttendanceState
from coachfollow.rules.spoken import how_many


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """How many people of whom an earlier list says one thing and this one another."""

    before: AttendanceState
    after: AttendanceState
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a list that waits to be confirmed will change, in numbers."""

    begin: int | None = None  # none: it is no list of who was there
    end: int = 0  # of those that run
    put_aside: int = 0  # of those that wait
    corrected: tuple[Corrected, ...] = ()
    absent: int = 0  # invited, and not on the list
    as_before: int = 0  # on an earlier list of this session, and not on this one
    doubled: int = 0  # rows that say again what an earlier one says


def sentences(effects: Effects) -> Iterator[str]:
    """Say what will happen, the most important first."""
    if effects.begin is not None:
        begin = how_many(effects.begin, "follow-up begins", "follow-ups begin")
        yield f"{begin if effects.begin else 'No follow-up begins'}."
    if effects.end:
        yield f"{how_many(effects.end, 'follow-up ends', 'follow-ups end')}: not at the training after all."
    if effects.put_aside:
        yield f"{how_many(effects.put_aside, 'follow-up is', 'follow-ups are')} put aside: not at the training."
    if effects.corrected:
        each = "; ".join(map(_correction, effects.corrected))
        yield f"{how_many(sum(one.people for one in effects.corrected), 'correction')}: {each}."
    if effects.absent:
        invited = how_many(effects.absent, "person who was invited is", "people who were invited are")
        counts = "counts" if effects.absent == 1 else "count"
        yield f"{invited} not on this list and {counts} as absent."
    if effects.as_before:
        others = how_many(effects.as_before, "person", "people")
        are = "is" if effects.as_before == 1 else "are"
        yield f"{others} on an earlier list of this session {are} not on this one: nothing changes for them."
    if effects.doubled:
        yield f"{how_many(effects.doubled, 'duplicate in the file was', 'duplicates in the file were')} taken once."


def _correction(one: Corrected) -> str:
    was, now = ("was", "is") if one.people == 1 else ("were", "are")
    return f"{one.people} {was} {ATTENDANCE[one.before]}, {now} {ATTENDANCE[one.after]} now"


def unread(columns: Sequence[str]) -> str:
    """Say which columns of a list mean nothing to us, and how they would; nothing where there are none."""
    if not columns:
        return ""
    says = "it says" if len(columns) == 1 else "one of them says"
    advice = "call the column Name, Email, Status or Minutes and bring the list in again"
    return f"Not read: {_named(columns)}. If {says} who somebody is or whether they were there, {advice}."


def unread_sheets(sheets: Sequence[str]) -> str:
    """Say which other sheets of a workbook name people, and how they are brought in; nothing where none does."""
    if not sheets:
        return ""
    sheet, name, it = ("sheet", "names", "it") if len(sheets) == 1 else ("sheets", "name", "each")
    return (
        f"Not read: the {sheet} {_named(sheets)}, which {name} people too."
        f" A list is one sheet: save {it} as a file of its own and bring it in."
    )


def contradicted(lines: Sequence[int]) -> str:
    """Say which lines an earlier one contradicts, and which of them counts; nothing where there are none."""
    if not lines:
        return ""
    if len(lines) == 1:
        return (
            f"Line {lines[0]} contradicts an earlier line about the same person: the earlier one was taken."
        )
    named = f"{', '.join(map(str, lines[:-1]))} and {lines[-1]}"
    return f"Lines {named} contradict earlier lines about the same people: the earlier ones were taken."


def _named(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(f"“{one}”" for one in names[:-1]), f"“{names[-1]}”"]))
