"""The settings: one table of names, defaults and meanings, and what they are once they are read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from coachfollow.config import values

PREFIX = "COACHFOLLOW_"
DOUBT = ("resend", "hold")
# as rules/kinds.py has them: the rules stand above the settings
KINDS = (
    "announcement",
    "commitment",
    "prompt",
    "reflection",
    "reminder",
    "sponsor",
    "unprompted",
    "invitation",
    "cancellation",
    "coach_will_call",
    "ask_hours",
    "sign_in",
    "current_question",
    "coach_digest",
    "misfit",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation is told from outside; see `TABLE` for what each means. Printed, it says no secret."""

    secret_key: str = field(repr=False)
    secret_key_previous: tuple[str, ...] = field(repr=False)
    external_url: str
    data_dir: Path
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    no_redis: bool
    organisation: str
    zone: str
    mail_server: str
    mail_port: int
    mail_tls: Literal["starttls", "tls", "none"]
    mail_username: str | None
    mail_password: str | None = field(repr=False)
    mail_from: str
    mail_sender_name: str
    mail_reply_to: str
    mail_per_minute: int
    mail_connections: int
    on_doubt: Literal["resend", "hold"]
    on_doubt_by_kind: tuple[tuple[str, str], ...]
    max_resends: int
    lease_seconds: int
    hold_seconds: int
    tick_seconds: int
    metrics_token: str = field(repr=False)
    host: str
    port: int
    threads: int
    trusted_proxies: int
    max_upload_mb: int
    log_level: str
    demo: bool

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The secret in use, then the ones that may still open what was sealed before."""
        return (self.secret_key, *self.secret_key_previous)

    def when_in_doubt(self, kind: str) -> str:
        """What becomes of a mail of this kind when nobody can tell whether it arrived: resend or hold."""
        return dict(self.on_doubt_by_kind).get(kind, self.on_doubt)

    @property
    def mail_domain(self) -> str:
        """The domain of our Message-IDs: that of the sender's address."""
        return self.mail_from.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the table; a `default` of None means it must be given."""

    name: str
    default: str | None
    meaning: str
    parse: Callable[[str], Any]
    secret: bool = False

    @property
    def variable(self) -> str:
        """Its name in the environment; for a secret, the same with _FILE names a file that holds it."""
        return PREFIX + self.name.upper()


TABLE: tuple[Setting, ...] = (
    Setting(
        name="secret_key",
        default=None,
        parse=values.secret,
        secret=True,
        meaning="Signs cookies and wraps each person's key; at least 32 characters. Keep it apart from the"
        " database and its backups: without it private texts cannot be read.",
    ),
    Setting(
        name="secret_key_previous",
        default="",
        parse=values.secrets,
        secret=True,
        meaning="Earlier secrets, separated by commas: they still open what they sealed.",
    ),
    Setting(
        name="external_url",
        default=None,
        parse=values.url,
        meaning="The address people reach this installation at; every link in a mail begins with it.",
    ),
    Setting(
        name="data_dir",
        default="var",
        parse=values.path,
        meaning="The folder for the SQLite file, uploads, the send journal and backups.",
    ),
    Setting(
        name="database_url",
        default="sqlite:///{data_dir}/coachfollow.db",
        parse=values.database,
        secret=True,
        meaning="The database: SQLite by default, postgresql://… for many machines.",
    ),
    Setting(
        name="redis_url",
        default="",
        parse=values.redis,
        secret=True,
        meaning="Redis or Valkey for the bell; empty: an embedded Valkey is started and stopped with `up`.",
    ),
    Setting(
        name="no_redis",
        default="no",
        parse=values.flag,
        meaning="yes: everything runs without Redis. Workers look by themselves every so many seconds"
        " (`COACHFOLLOW_TICK_SECONDS`); there is no ticker, and a sign-in link takes that long.",
    ),
    Setting(
        name="organisation",
        default="Our organisation",
        parse=values.text,
        meaning="The name of the first organisation, as mails and pages say it.",
    ),
    Setting(
        name="zone",
        default="UTC",
        parse=values.zone,
        meaning="The time zone of people for whom none is known.",
    ),
    Setting(name="mail_server", default="localhost", parse=values.text, meaning="Your SMTP server."),
    Setting(name="mail_port", default="587", parse=values.number(1, 65535), meaning="Its port."),
    Setting(
        name="mail_tls",
        default="starttls",
        parse=values.one_of("starttls", "tls", "none"),
        meaning="How the connection is secured: starttls, tls, or none (for a server on this machine only).",
    ),
    Setting(
        name="mail_username",
        default="",
        parse=values.optional,
        meaning="Login at the SMTP server; empty: no login.",
    ),
    Setting(name="mail_password", default="", parse=values.optional, secret=True, meaning="Its password."),
    Setting(
        name="mail_from",
        default=None,
        parse=values.address,
        meaning="The address mails come from; its domain is that of our Message-IDs.",
    ),
    Setting(
        name="mail_sender_name",
        default="",
        parse=values.text,
        meaning="The name beside that address; empty: the organisation's name.",
    ),
    Setting(
        name="mail_reply_to",
        default="",
        parse=values.optional_address,
        meaning="A human's address that receives replies; empty: the address mails come from.",
    ),
    Setting(
        name="mail_per_minute",
        default="600",
        parse=values.number(1, 1_000_000),
        meaning="The pace: how many mails a minute all connections together may hand to the SMTP server.",
    ),
    Setting(
        name="mail_connections",
        default="1",
        parse=values.number(1, 64),
        meaning="How many connections may be open to the SMTP server at once; `up` starts a worker for each.",
    ),
    Setting(
        name="on_doubt",
        default="resend",
        parse=values.one_of(*DOUBT),
        meaning="What becomes of a mail when nobody can tell whether it arrived: resend (it may arrive twice) or"
        " hold (it is listed, and a person decides). See docs/guarantee.md.",
    ),
    Setting(
        name="on_doubt_by_kind",
        default="",
        parse=values.choices(KINDS, DOUBT),
        meaning="Kinds of mail for which that differs: sponsor=hold, sign_in=hold.",
    ),
    Setting(
        name="max_resends",
        default="1",
        parse=values.number(0, 5),
        meaning="How often a mail in doubt is sent again at most, before it is listed.",
    ),
    Setting(
        name="lease_seconds",
        default="60",
        parse=values.number(1, 3600),
        meaning="How long mails belong to the worker that claimed them. Leave it; it is for proofs.",
    ),
    Setting(
        name="hold_seconds",
        default="900",
        parse=values.number(1, 86400),
        meaning="How long a mail whose sender vanished waits before it is decided about: longer than your SMTP"
        " server keeps a silent client. Shorter is for proofs.",
    ),
    Setting(
        name="tick_seconds",
        default="20",
        parse=values.number(1, 300),
        meaning="How often the ticker rings, in seconds.",
    ),
    Setting(
        name="metrics_token",
        default="",
        parse=values.text,
        secret=True,
        meaning="What a scraper of `/metrics` must bear (Authorization: Bearer …). Empty: only a scraper on this"
        " machine that comes through no proxy is answered; set one wherever a proxy stands on the same machine.",
    ),
    Setting(name="host", default="127.0.0.1", parse=values.text, meaning="The address `up` listens on."),
    Setting(name="port", default="5000", parse=values.number(1, 65535), meaning="The port `up` listens on."),
    Setting(
        name="threads", default="8", parse=values.number(1, 64), meaning="Threads of the web process of `up`."
    ),
    Setting(
        name="trusted_proxies",
        default="0",
        parse=values.number(0, 5),
        meaning="How many reverse proxies stand in front and set X-Forwarded-*; 0 ignores those headers.",
    ),
    Setting(
        name="max_upload_mb",
        default="50",
        parse=values.number(1, 2000),
        meaning="The largest file that may be uploaded, in megabytes.",
    ),
    Setting(
        name="log_level",
        default="info",
        parse=values.one_of("debug", "info", "warning", "error"),
        meaning="How much is logged.",
    ),
    Setting(
        name="demo",
        default="no",
        parse=values.flag,
        meaning="Set by `coachfollow demo` alone: invented people, a clock to move, a mailbox page.",
    ),
)
