"""The authorization matrix: every rule of the app × every kind of visitor × whose thing it is (deny by default)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import Cookie, TestResponse

from coachfollow.flow import feeds, signin
from coachfollow.models import Cohort, Person
from coachfollow.rules.kinds import Channel, MessageKind
from coachfollow.web import policies
from tests.house import House
from tests.web import matrix, matrix_staff
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.matrix import Row, Thing, Visitor
from tests.web.worlds import ANNA, ASKED, BEN, GRETA, LENA, MIRA, OLGA, ON_ONE, World

ROWS: Mapping[tuple[str, str], Row] = {**matrix.ROWS, **matrix_staff.ROWS}
WHO = {
    Visitor.PARTICIPANT: ANNA,
    Visitor.COACH: BEN,
    Visitor.MANAGER: GRETA,
    Visitor.LND: LENA,
    Visitor.OPERATOR: OLGA,
}
WHOSE = {Thing.OWN: ANNA, Thing.FOREIGN: MIRA, Thing.ABROAD: "nora@example.net"}
MAIL = {
    Thing.OWN: MessageKind.REFLECTION,
    Thing.FOREIGN: MessageKind.COMMITMENT,
    Thing.ABROAD: MessageKind.COMMITMENT,
}
REFUSED = frozenset({401, 403, 404})
DOORS = ("a", "p", "s")


def rules(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every method of every rule that is ours; those that change nothing first."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        for rule in app.url_map.iter_rules():
            if rule.endpoint != "static" and method in (rule.methods or ()):
                yield method, rule


@ON_ONE
def test_every_rule_has_its_row_and_every_row_its_rule(app: Flask) -> None:
    there = {(method, rule.rule) for method, rule in rules(app)}

    assert there - ROWS.keys() == set(), "add who may open these to tests/web/matrix.py or matrix_staff.py"
    assert ROWS.keys() - there == set(), "these rules are gone"


@ON_ONE
def test_every_rule_declares_the_door_its_row_expects(app: Flask) -> None:
    declared = {(method, rule.rule): policies.of(app, rule.endpoint) for method, rule in rules(app)}

    assert {key: policy.door for key, policy in declared.items() if policy} == {
        key: row.door for key, row in ROWS.items()
    }


@dataclass(slots=True)
class Knocking:
    """Somebody who goes from door to door."""

    world: World
    visitor: Visitor
    links: Mapping[Thing, Mapping[str, str]]
    named: dict[Thing, Mapping[str, object]] = field(default_factory=dict)
    cookies: dict[tuple[str, str, str], Cookie] = field(default_factory=dict)

    def knock(self, method: str, rule: Rule, thing: Thing) -> tuple[int, bool]:
        """Ask for one address, in a fresh browser of this visitor: the status, and whether they got in."""
        browser = self.browser()
        with self.world.app.test_request_context():
            values = self.arguments(rule, thing)
            address = rule.build(values, append_unknown=False)
        assert address is not None, f"say what {rule.rule} names: {sorted(rule.arguments)}"
        response = browser.client.open(address[1], method=method, data={} if method == "POST" else None)
        is_in = is_let_in(response)
        if method != "GET" and is_in:  # what waited may have been confirmed, and a session have ended
            self.named.clear()
            self.cookies.clear()
        return response.status_code, is_in

    def browser(self) -> Browser:
        """A fresh browser that knows who this is."""
        browser = Browser.of(self.world.app)
        if not self.cookies:
            if self.visitor is Visitor.LINK_HOLDER:
                for door in DOORS:
                    browser.client.get(self.links[Thing.OWN][door])
            elif self.visitor in WHO:
                enter(self.world, browser, WHO[self.visitor])
            self.cookies.update(browser.client._cookies or {})
        browser.client._cookies = dict(self.cookies)
        return browser

    def arguments(self, rule: Rule, thing: Thing) -> Mapping[str, object]:
        """What the address names."""
        if "token" in rule.arguments:
            return {"token": self.token(rule.rule.split("/")[1], thing)}
        if thing not in self.named:
            self.named[thing] = self.things(WHOSE[thing])
        return self.named[thing]

    def things(self, person: str) -> Mapping[str, object]:
        """What addresses name of somebody's."""
        with self.world.inside() as home:
            theirs = at_home(home, person)
            plan = theirs.plan(person)
            named = {
                "plan": plan.public_id,
                "touchpoint": theirs.touchpoint(person, "first-question").id,
                "meeting": theirs.touchpoint(person, "meeting").id,
                "cohort": theirs.session.get_one(Cohort, plan.cohort_id).public_id,
                "letter_id": "none",
            }
            return {**named, **matrix_staff.arguments(theirs, person=person)}

    def token(self, door: str, thing: Thing) -> str:
        """A live link of that person."""
        if door == "calendar":
            return self.calendar(WHOSE[thing])
        if door != "sign-in":
            return self.links[thing][door].rpartition("/")[2].partition("?")[0]
        with self.world.inside() as home:
            person = home.session.get_one(Person, home.person(LENA))
            return signin.link_for(home.session, person=person, now=ASKED).rpartition("/")[2]

    def calendar(self, person: str) -> str:
        """The live address of that person's reminders."""
        with self.world.inside() as home:
            theirs = at_home(home, person)
            plan = theirs.plan(person)
            feeds.take(theirs.session, plan=plan, channel=Channel.CALENDAR, now=ASKED)
            theirs.session.commit()
            url = feeds.address(theirs.session, plan_id=plan.id).url or ""
            return url.rpartition("/")[2].removesuffix(".ics")


def at_home(home: House, person: str) -> House:
    """The house of whoever it is about."""
    organisation_id = home.session.scalars(select(Person.organisation_id).where(Person.email == person)).one()
    return House(home.session, organisation_id)


def enter(world: World, browser: Browser, person: str) -> None:
    """Sign somebody in, as the last step of the sign-in pages does."""
    with world.inside() as home:
        found = home.session.get_one(Person, at_home(home, person).person(person))
        ours = {"person": found.id, "version": found.version}
    with browser.client.session_transaction() as session:
        session.update(ours, since=ASKED.isoformat(), seen=ASKED.isoformat())


def is_let_in(response: TestResponse) -> bool:
    """Whether the page was there for this visitor; what they sent may still be refused for what it is."""
    to_sign_in = response.status_code == 302 and response.location.startswith("/sign-in?")
    return response.status_code not in REFUSED and not to_sign_in


@pytest.fixture
def app(app: Flask) -> Flask:
    """The forms' own lock is another test's matter."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.mark.parametrize("visitor", Visitor)
@ON_ONE
def test_whoever_knocks_gets_in_where_the_table_says_and_nowhere_else(
    world: World, visitor: Visitor, time: Clock
) -> None:
    assert time.now == ASKED
    links = {thing: world.links(person, MAIL[thing]) for thing, person in WHOSE.items()}
    someone = Knocking(world, visitor, links)
    wrong = []
    tried = [
        (method, rule, ROWS[method, rule.rule])
        for method, rule in rules(world.app)
        if (method, rule.rule) in ROWS
    ]
    for method, rule, row in tried:
        for thing in Thing if rule.arguments else (Thing.OWN,):  # without any, it is the same for all
            status, is_in = someone.knock(method, rule, thing)
            expected = visitor in row.let_in(thing)
            if is_in != expected or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                wrong.append(f"{method} {rule.rule} of {thing}: {status}, expected in: {expected}")
            # of another organisation's nobody learns so much as that it is there
            if (
                thing is Thing.ABROAD
                and visitor in WHO
                and row.door is policies.Door.ALLOWED
                and not row.abroad
            ):
                wrong += (
                    [] if status == HTTPStatus.NOT_FOUND else [f"{method} {rule.rule} of {thing}: {status}"]
                )

    assert wrong == []


def test_whose_session_was_ended_is_nobody(world: World, browser: Browser) -> None:
    enter(world, browser, LENA)
    assert browser.client.get("/account").status_code == 200
    with world.inside() as home:
        signin.leave_everywhere(home.session, person_id=home.person(LENA), now=ASKED)

    assert browser.client.get("/account").status_code == 302


@ON_ONE
def test_a_policy_that_names_no_action_allows_nobody(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(world, browser, LENA)
    empty = policies.Policy(door=policies.Door.ALLOWED)
    monkeypatch.setattr(world.app.view_functions["front.home"], "policy", empty)

    assert browser.client.get("/home").status_code == 403


@ON_ONE
def test_a_page_without_a_policy_stops_the_app_from_starting_and_opens_for_nobody(new_app: Flask) -> None:
    new_app.add_url_rule("/bare", "bare", lambda: "whoever comes")

    with pytest.raises(RuntimeError, match="these pages declare no policy: bare"):
        policies.demand_all(new_app)
    assert Browser.of(new_app).client.get("/bare").status_code == 404
