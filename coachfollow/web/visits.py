"""One request: its database session, its time, who is there, and the headers that go back."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, Response, abort, current_app, g, request, session
from flask.typing import ResponseReturnValue

from coachfollow import clock
from coachfollow.errors import Forbidden
from coachfollow.extensions import db, installation
from coachfollow.flow.signin import Entered
from coachfollow.queries import actors, clockwork
from coachfollow.rules.access import ANONYMOUS, Actor
from coachfollow.web import policies, tongues

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_KEPT = "no-store"
FOREIGN = tongues.mark("This form came from another site.")
OWN_SITES = frozenset({"same-origin", "none"})

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " font-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'self'; frame-ancestors 'none'"
)


def register(app: Flask) -> None:
    """Bind what happens before and after every page."""
    app.before_request(_begin)
    app.after_request(_headers)


def enter(entered: Entered) -> None:
    """Begin a signed-in session, with nothing of the one before."""
    session.clear()
    now = clock.now().isoformat()
    session.update(person=entered.person_id, version=entered.version, since=now, seen=now)
    session.permanent = True


def leave() -> None:
    """End the session of this browser."""
    session.clear()


def visitor() -> str:
    """Where a visitor comes from, for limits against floods: one household of IPv6 addresses is one visitor."""
    address = request.remote_addr or "nowhere"
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:  # a Unix socket, or a proxy that says “unknown”
        return address
    if isinstance(known, IPv6Address):
        return str(ip_network((known, 64), strict=False))
    return str(known)


def _begin() -> ResponseReturnValue | None:
    if request.endpoint == "static" or getattr(_view(), "bare", False):
        return None
    _refuse_foreign()
    _refuse_unstorable()
    g.session = db.session()
    if request.method in SAFE:
        g.session.info["read_only"] = True
    g.now = clockwork.now(g.session)
    g.actor = _actor(g.now)
    policies.check()
    if request.method not in SAFE:
        g.session.commit()  # what the policy read must not hold SQLite's one writer
    return None


def _actor(now: datetime) -> Actor:
    """Who is there; a session that idled or grew old is nobody's."""
    person_id, version = session.get("person"), session.get("version")
    if person_id is None or version is None:
        return ANONYMOUS
    real = clock.now()
    since, seen = _moment(session.get("since")), _moment(session.get("seen"))
    if real - since > LONGEST or real - seen > IDLE:
        session.clear()
        return ANONYMOUS
    if real - seen > timedelta(minutes=5):
        session["seen"] = real.isoformat()
    return actors.actor(g.session, person_id=person_id, version=version, now=now)


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def _refuse_foreign() -> None:
    """A form of another site has no business here; the CSRF token is the second lock."""
    if request.method in SAFE or getattr(_view(), "one_click", False):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in OWN_SITES:
            raise Forbidden(FOREIGN)
        return
    origin = request.headers.get("Origin")
    own = {installation().settings.external_url, request.host_url.rstrip("/")}
    if origin not in {None, "null"} and origin not in own:
        raise Forbidden(FOREIGN)


def _refuse_unstorable() -> None:
    """No keyboard types a NUL, and PostgreSQL takes none."""
    said = (text for item in request.values.items(multi=True) for text in item)
    if "\0" in request.path or any("\0" in text for text in said):
        abort(HTTPStatus.BAD_REQUEST)


def _view() -> object:
    return current_app.view_functions.get(request.endpoint or "")


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.endpoint != "static":
        is_given = response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}
        headers["Cache-Control"] = getattr(_view(), "kept", NOT_KEPT) if is_given else NOT_KEPT
    if installation().settings.external_url.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
