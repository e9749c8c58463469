"""Who may open which page, as a table: every rule of the app has a row, and every row a rule.

A row says its door and, where somebody must be let in by what they are to the thing, who is: to their own things,
and to those of somebody else in the same organisation. Nobody gets anything of another organisation.
The pages of staff have their rows in `matrix_staff`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from coachfollow.web.policies import Door


class Visitor(StrEnum):
    """Who knocks."""

    ANONYMOUS = auto()
    LINK_HOLDER = auto()  # opened all links of Anna's mail, and is not signed in
    PARTICIPANT = auto()  # Anna, signed in
    COACH = auto()  # Ben, Anna's coach
    MANAGER = auto()  # Greta, Anna's manager
    LND = auto()  # Lena
    OPERATOR = auto()  # Olga


class Thing(StrEnum):
    """Whose thing the address names."""

    OWN = auto()  # Anna's, in Ben's group and Greta's team
    FOREIGN = auto()  # Mira's: the same organisation, another group, coach and manager
    ABROAD = auto()  # Nora's, of the other organisation


Visitors = frozenset[Visitor]
NOBODY: Visitors = frozenset()
EVERYBODY: Visitors = frozenset(Visitor)
SIGNED_IN: Visitors = EVERYBODY - {Visitor.ANONYMOUS, Visitor.LINK_HOLDER}
HOLDER: Visitors = frozenset({Visitor.LINK_HOLDER, Visitor.PARTICIPANT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is expected of one method of one rule; things are told apart only where the address names one."""

    door: Door
    own: Visitors
    foreign: Visitors = NOBODY
    abroad: Visitors = NOBODY

    def let_in(self, thing: Thing) -> Visitors:
        """Who is let in to that."""
        return {Thing.OWN: self.own, Thing.FOREIGN: self.foreign, Thing.ABROAD: self.abroad}[thing]


PUBLIC = Row(door=Door.PUBLIC, own=EVERYBODY, foreign=EVERYBODY, abroad=EVERYBODY)
MINE = Row(door=Door.LINK, own=HOLDER)
ANYBODY_SIGNED_IN = Row(door=Door.SIGNED_IN, own=SIGNED_IN, foreign=SIGNED_IN, abroad=SIGNED_IN)
# the address names nothing: it is always about the visitor's own
WHOEVER_HAS_ONE = Row(
    door=Door.SIGNED_IN,
    own=frozenset({Visitor.PARTICIPANT}),
    foreign=frozenset({Visitor.PARTICIPANT}),
    abroad=frozenset({Visitor.PARTICIPANT}),
)
# who they are does not matter, but where they come from: the tests' browsers come from this machine
SCRAPERS = Row(door=Door.SCRAPER, own=EVERYBODY, foreign=EVERYBODY, abroad=EVERYBODY)
IN_THE_DEMO = Row(door=Door.DEMO, own=NOBODY)
OPERATORS = Row(
    door=Door.ALLOWED,
    own=frozenset({Visitor.OPERATOR}),
    foreign=frozenset({Visitor.OPERATOR}),
    abroad=frozenset({Visitor.OPERATOR}),  # the address names nothing: it is the operator's own organisation
)

Rows = Mapping[tuple[str, str], Row]

ROWS: Rows = {
    ("GET", "/"): PUBLIC,
    ("GET", "/home"): ANYBODY_SIGNED_IN,
    ("GET", "/account"): ANYBODY_SIGNED_IN,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("GET", "/sign-in-sent"): PUBLIC,
    ("GET", "/sign-in/<token>"): PUBLIC,
    ("POST", "/sign-in/<token>"): PUBLIC,
    ("POST", "/sign-out"): PUBLIC,
    ("POST", "/sign-out-everywhere"): ANYBODY_SIGNED_IN,
    ("GET", "/a/<token>"): PUBLIC,
    ("POST", "/a/<token>"): PUBLIC,
    ("GET", "/p/<token>"): PUBLIC,
    ("GET", "/s/<token>"): PUBLIC,
    ("GET", "/u/<token>"): PUBLIC,
    ("POST", "/u/<token>"): PUBLIC,
    ("GET", "/question-mailed"): PUBLIC,
    ("GET", "/answer/<int:touchpoint>"): MINE,
    ("POST", "/answer/<int:touchpoint>"): MINE,
    ("GET", "/answer/<int:touchpoint>/thanks"): MINE,
    ("POST", "/answer/<int:touchpoint>/current"): MINE,
    ("GET", "/my-plan"): WHOEVER_HAS_ONE,
    ("GET", "/my-plan/<plan>"): MINE,
    ("GET", "/my-plan/<plan>/change"): MINE,
    ("POST", "/my-plan/<plan>/change"): MINE,
    ("POST", "/my-plan/<plan>/question"): MINE,
    ("POST", "/my-plan/<plan>/remind"): MINE,
    ("GET", "/my-plan/<plan>/away"): MINE,
    ("POST", "/my-plan/<plan>/away"): MINE,
    ("GET", "/my-plan/<plan>/meetings/<int:meeting>"): MINE,
    ("POST", "/my-plan/<plan>/meetings/<int:meeting>"): MINE,
    ("GET", "/my-plan/<plan>/rhythm"): MINE,
    ("POST", "/my-plan/<plan>/rhythm"): MINE,
    ("GET", "/my-plan/<plan>/calendar"): MINE,
    ("POST", "/my-plan/<plan>/calendar"): MINE,
    ("GET", "/calendar/<token>.ics"): PUBLIC,
    ("POST", "/my-plan/<plan>/away/back"): MINE,
    ("GET", "/mails/<plan>"): MINE,
    ("POST", "/mails/<plan>/pause"): MINE,
    ("POST", "/mails/<plan>/resume"): MINE,
    ("POST", "/mails/<plan>/stop"): MINE,
    ("POST", "/mails/<plan>/restart"): MINE,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): SCRAPERS,
    ("GET", "/status"): OPERATORS,
    ("GET", "/demo/status"): IN_THE_DEMO,
    ("GET", "/styleguide"): IN_THE_DEMO,
    ("POST", "/demo/enter"): IN_THE_DEMO,
    ("GET", "/demo/mailbox"): IN_THE_DEMO,
    ("GET", "/demo/mailbox/<letter_id>"): IN_THE_DEMO,
    ("GET", "/demo/mailbox/<letter_id>/html"): IN_THE_DEMO,
    ("GET", "/demo/clock"): IN_THE_DEMO,
    ("POST", "/demo/clock"): IN_THE_DEMO,
    ("GET", "/demo/clock/on-its-way"): IN_THE_DEMO,
    ("POST", "/demo/clock/halt"): IN_THE_DEMO,
}
