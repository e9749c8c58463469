"""What has to be asked before a file can be read, and what somebody answered: nothing is ever guessed."""

from collections.abc import Mapping

from flask import request

from coachfollow.intake.reading import DateOrder, Field
from coachfollow.intake.reading import Mapping as Columns

# the columns a page offers to point at, in the order it asks for them
OFFERED: Mapping[Field, str] = {
    Field.NAME: "Full name",
    Field.FIRST_NAME: "First name",
    Field.LAST_NAME: "Last name",
    Field.EMAIL: "Mail address",
    Field.UPN: "Sign-in name",
    Field.EXTERNAL_ID: "Personnel number",
    Field.STATUS: "Present, absent, excused …",
    Field.MINUTES: "Minutes",
    Field.JOINED: "Joined at",
    Field.LEFT: "Left at",
    Field.COACH: "Coach's address",
    Field.MANAGER: "Manager's address",
    Field.TEAM: "Team",
}
USUAL = frozenset({Field.NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.EMAIL, Field.STATUS, Field.MINUTES})
ORDERS: Mapping[DateOrder, str] = {
    DateOrder.DMY: "day, month, year",
    DateOrder.MDY: "month, day, year",
    DateOrder.YMD: "year, month, day",
}
DELIMITERS = (("", "find out"), (",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "|"))
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp1250", "iso-8859-15", "mac-roman")


def date_order() -> DateOrder | None:
    """What this request says of the order of dates."""
    return next((one for one in DateOrder if one == request.form.get("date_order")), None)


def columns() -> Columns | None:
    """What this request says of the columns; None if it says nothing."""
    chosen = {field: name for field in OFFERED if (name := request.form.get(f"column-{field.value}"))}
    delimiter = request.form.get("delimiter", "")
    encoding = request.form.get("encoding", "")
    if not (chosen or delimiter or encoding):
        return None
    return Columns(columns=chosen, delimiter=delimiter or None, encoding=encoding or None)


def carried() -> dict[str, str]:
    """The answers of earlier questions, to be sent along with the next one."""
    names = ("kind", "session", "delimiter", "encoding", "date_order", "profile")
    said = {name: request.form.get(name, "") for name in names}
    said |= {f"column-{field.value}": request.form.get(f"column-{field.value}", "") for field in OFFERED}
    return {name: value for name, value in said.items() if value}
