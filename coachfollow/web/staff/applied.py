"""Whether people did what they planned, by what they say themselves: counted over five or more, never over fewer."""

from collections.abc import Sequence

from flask import Blueprint, g, render_template, request, url_for

from coachfollow.queries import applying, hindering
from coachfollow.queries.applying import Line
from coachfollow.queries.hindering import Hindered
from coachfollow.rules.definitions import APPLYING
from coachfollow.rules.forms import APPLIED_WORDS, BARRIER_WORDS
from coachfollow.rules.kinds import Applied
from coachfollow.web import charts, paging, policies
from coachfollow.web.charts import Bars, Measured, Part, Stack, Tone
from coachfollow.web.staff import asked_for

pages = Blueprint("applied", __name__)

PROGRAMMES_A_PAGE = 30
MOST_GROUPS = 100  # on one page

Programmes = Sequence[tuple[Line, Sequence[Line]]]

TONES = {
    Applied.AS_INTENDED: Tone.DONE,
    Applied.PARTLY: Tone.LATE,
    Applied.NOT_YET: Tone.WAITING,
    Applied.NO_OPPORTUNITY: Tone.PAUSED,
}


@pages.get("/numbers/applied")
@policies.signed_in
def show() -> str:
    """Show what people said, in all, by programme and by group."""
    everything = asked_for.everything()
    known = asked_for.directory(everything)
    found = applying.applied(g.session, filters=everything, known=known, now=g.now)
    hindered = hindering.hindered(g.session, filters=everything, known=known)
    programmes = paging.cut(found.programmes, PROGRAMMES_A_PAGE).rows
    return render_template(
        "staff/applied.html",
        found=found,
        hindered=_of_this_page(hindered, [line for line, _ in programmes]),
        barriers=BARRIER_WORDS,
        definitions=APPLYING,
        stack=None if found.total.said is None else _stack(found.total),
        bars=_bars([line for line, _ in programmes]),
        programmes=_opened(programmes, request.args.get("programme")),
        number=paging.number(),
        pages=paging.pages(found.programmes, PROGRAMMES_A_PAGE),
        words={one.value: APPLIED_WORDS[one] for one in Applied},
    )


def _of_this_page(hindered: Sequence[Hindered], programmes: Sequence[Line]) -> Sequence[Hindered]:
    """The whole, and the programmes that this page shows; nothing where nobody named anything."""
    whole, *rest = hindered
    shown = {line.label.handle for line in programmes}
    return [whole, *(line for line in rest if line.label.handle in shown)] if whole.people else []


def _opened(programmes: Programmes, chosen: str | None) -> Programmes:
    """The programmes whose groups are listed: the one that is asked for, else all where they are few."""
    if sum(len(groups) for _, groups in programmes) <= MOST_GROUPS:
        return programmes
    return [(line, groups[:MOST_GROUPS]) for line, groups in programmes if line.label.handle == chosen]


def _stack(line: Line) -> Stack:
    return charts.stack(
        [
            Part(label=APPLIED_WORDS[one], count=getattr(line.said, one.value), tone=tone)
            for one, tone in TONES.items()
        ]
    )


def _bars(lines: list[Line]) -> Bars:
    """One bar for each programme; a programme of few answers has none, and says why."""
    return charts.bars(
        [
            Measured(
                label=line.label.text,
                share=None if line.said is None else line.said.rate,
                note=_note(line),
                url=url_for("applied.show", programme=line.label.handle, page=paging.number()),
            )
            for line in lines
        ]
    )


def _note(line: Line) -> str:
    if not line.answered:
        return "nobody answered yet"
    return f"{line.answered:,} of {line.attended:,} answered" + ("" if line.said else ", too few to show")
