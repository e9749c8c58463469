"""A page for whoever builds pages: every component in every state, with the call that makes it (demo only)."""

import re
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from coachfollow.rules import wall
from coachfollow.rules.wall import View
from coachfollow.web import charts, policies
from coachfollow.web.charts import Measured, Part, Tone

pages = Blueprint("styleguide", __name__)

TEMPLATE = "styleguide.html"
_SAMPLE = re.compile(  # up to the end that a heading, another sample or nothing follows: calls may stand inside
    r'^\{% call sample\("(?P<name>[^"]+)"\) %\}\n(?P<call>.*?)^\{% endcall %\}\n(?=\n|<h[23]|\{% call sample)',
    re.MULTILINE | re.DOTALL,
)

PARTS = (
    Part(label="Completed on time", count=48, tone=Tone.DONE),
    Part(label="Completed late", count=9, tone=Tone.LATE),
    Part(label="Still open", count=14, tone=Tone.WAITING),
    Part(label="Missed", count=11, tone=Tone.MISSED),
    Part(label="Excused", count=4, tone=Tone.EXCUSED),
    Part(label="Paused", count=3, tone=Tone.PAUSED),
    Part(label="Could not be delivered", count=1, tone=Tone.LOST),
)
MEASURED = (
    Measured(label="Customer-focused leadership", share=0.84, note="61 follow-ups", url="#bars"),
    Measured(label="Eight-week coaching", share=0.58, note="43 follow-ups"),
    Measured(label="Service recovery", share=None, note="none due yet"),
)
WEEKS = (
    *(("Week 1", 0.91), ("Week 2", 0.84), ("Week 3", 0.62), ("Week 4", 0.66)),
    *(("Week 5", None), ("Week 6", 0.71), ("Week 7", 0.78), ("Week 8", 0.82)),
)
DAYS = (("Mon 2", 48), ("Tue 3", 12), ("Wed 4", 31), ("Thu 5", 0), ("Fri 6", 9))
TARGET = 0.8
A_DAY = date(2026, 3, 10)


@pages.get("/styleguide")
@policies.demo
def show() -> ResponseReturnValue:
    """Show every component."""
    return render_template(
        TEMPLATE,
        calls=calls(),
        stack=charts.stack(PARTS),
        nothing=charts.stack([]),
        bars=charts.bars(MEASURED, target=TARGET),
        line=charts.line(WEEKS, target=TARGET),
        columns=charts.columns(DAYS),
        month=wall.sheet(View.MONTH, A_DAY),
        week=wall.sheet(View.WEEK, A_DAY),
        today=A_DAY,
    )


def calls() -> Mapping[str, str]:
    """Give the call that makes each sample, from the template itself: what is shown is what is written."""
    loader = current_app.jinja_loader
    source = loader.get_source(current_app.jinja_env, TEMPLATE)[0] if loader else ""
    return {found["name"]: found["call"].strip() for found in _SAMPLE.finditer(source)}
