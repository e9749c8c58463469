"""The settings: one table of names, defaults and meanings, read from the environment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from coachfollow.errors import Misconfigured

PREFIX = "COACHFOLLOW_"
SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation is told from outside; see `TABLE` for what each means."""

    secret_key: str
    secret_key_previous: tuple[str, ...]
    external_url: str
    data_dir: Path
    database_url: str
    redis_url: str | None
    organisation: str
    zone: str
    mail_server: str
    mail_port: int
    mail_tls: Literal["starttls", "tls", "none"]
    mail_username: str | None
    mail_password: str | None
    mail_from: str
    mail_sender_name: str
    mail_reply_to: str
    mail_per_minute: int
    mail_connections: int
    tick_seconds: int
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


def _text(value: str) -> str:
    return value


def _optional(value: str) -> str | None:
    return value or None


def _secret(value: str) -> str:
    if len(value) < SHORTEST_SECRET:
        raise ValueError(
            f"is shorter than {SHORTEST_SECRET} characters; make one with: openssl rand -base64 48"
        )
    return value


def _secrets(value: str) -> tuple[str, ...]:
    return tuple(_secret(part.strip()) for part in value.split(",") if part.strip())


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is not an address like https://followup.example.org")
    return value.rstrip("/")


def _redis(value: str) -> str | None:
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("is not an address like redis://localhost:6379/0")
    return value or None


def _database(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("is neither sqlite:///… nor postgresql://…")
    return value.replace("postgresql://", "postgresql+psycopg://", 1)


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"is not a time zone: {value!r}; write it like Europe/Berlin")
    return value


def _address(value: str) -> str:
    local, at, domain = value.partition("@")
    if not (local and at and domain) or any(char.isspace() for char in value):
        raise ValueError("is not a mail address like followup@example.org")
    return value


def _optional_address(value: str) -> str:
    return _address(value) if value else ""


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in allowed:
            raise ValueError(f"is {value!r}; it can be {', '.join(allowed)}")
        return value.lower()

    return parse


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise ValueError(f"is {value!r}; it must be a whole number from {least} to {most}")
        return int(value)

    return parse


def _path(value: str) -> Path:
    return Path(value).expanduser().resolve()


def _flag(value: str) -> bool:
    return _one_of("yes", "no")(value) == "yes"


TABLE: tuple[Setting, ...] = (
    Setting(
        name="secret_key",
        default=None,
        parse=_secret,
        secret=True,
        meaning="Signs cookies and wraps each person's key; at least 32 characters. Keep it apart from the"
        " database and its backups: without it private texts cannot be read.",
    ),
    Setting(
        name="secret_key_previous",
        default="",
        parse=_secrets,
        secret=True,
        meaning="Earlier secrets, separated by commas: they still open what they sealed.",
    ),
    Setting(
        name="external_url",
        default=None,
        parse=_url,
        meaning="The address people reach this installation at; every link in a mail begins with it.",
    ),
    Setting(
        name="data_dir",
        default="var",
        parse=_path,
        meaning="The folder for the SQLite file, uploads, the send journal and backups.",
    ),
    Setting(
        name="database_url",
        default="sqlite:///{data_dir}/coachfollow.db",
        parse=_database,
        secret=True,
        meaning="The database: SQLite by default, postgresql://… for many machines.",
    ),
    Setting(
        name="redis_url",
        default="",
        parse=_redis,
        secret=True,
        meaning="Redis or Valkey for the bell; empty: an embedded Valkey is started and stopped with `up`.",
    ),
    Setting(
        name="organisation",
        default="Our organisation",
        parse=_text,
        meaning="The name of the first organisation, as mails and pages say it.",
    ),
    Setting(
        name="zone",
        default="UTC",
        parse=_zone,
        meaning="The time zone of people for whom none is known.",
    ),
    Setting(name="mail_server", default="localhost", parse=_text, meaning="Your SMTP server."),
    Setting(name="mail_port", default="587", parse=_number(1, 65535), meaning="Its port."),
    Setting(
        name="mail_tls",
        default="starttls",
        parse=_one_of("starttls", "tls", "none"),
        meaning="How the connection is secured: starttls, tls, or none (for a server on this machine only).",
    ),
    Setting(
        name="mail_username",
        default="",
        parse=_optional,
        meaning="Login at the SMTP server; empty: no login.",
    ),
    Setting(name="mail_password", default="", parse=_optional, secret=True, meaning="Its password."),
    Setting(
        name="mail_from",
        default=None,
        parse=_address,
        meaning="The address mails come from; its domain is that of our Message-IDs.",
    ),
    Setting(
        name="mail_sender_name",
        default="",
        parse=_text,
        meaning="The name beside that address; empty: the organisation's name.",
    ),
    Setting(
        name="mail_reply_to",
        default="",
        parse=_optional_address,
        meaning="A human's address that receives replies; empty: the address mails come from.",
    ),
    Setting(
        name="mail_per_minute",
        default="600",
        parse=_number(1, 1_000_000),
        meaning="The pace: how many mails a minute all connections together may hand to the SMTP server.",
    ),
    Setting(
        name="mail_connections",
        default="1",
        parse=_number(1, 64),
        meaning="How many connections may be open to the SMTP server at once (SQLite uses one).",
    ),
    Setting(
        name="tick_seconds",
        default="20",
        parse=_number(1, 300),
        meaning="How often the ticker rings, in seconds.",
    ),
    Setting(name="host", default="127.0.0.1", parse=_text, meaning="The address `up` listens on."),
    Setting(name="port", default="5000", parse=_number(1, 65535), meaning="The port `up` listens on."),
    Setting(name="threads", default="8", parse=_number(1, 64), meaning="Threads of the web process of `up`."),
    Setting(
        name="trusted_proxies",
        default="0",
        parse=_number(0, 5),
        meaning="How many reverse proxies stand in front and set X-Forwarded-*; 0 ignores those headers.",
    ),
    Setting(
        name="max_upload_mb",
        default="50",
        parse=_number(1, 2000),
        meaning="The largest file that may be uploaded, in megabytes.",
    ),
    Setting(
        name="log_level",
        default="info",
        parse=_one_of("debug", "info", "warning", "error"),
        meaning="How much is logged.",
    ),
    Setting(
        name="demo",
        default="no",
        parse=_flag,
        meaning="Set by `coachfollow demo` alone: invented people, a clock to move, a mailbox page.",
    ),
)


def load(environ: Mapping[str, str]) -> Settings:
    """Read the settings; raises Misconfigured with every mistake there is."""
    values: dict[str, Any] = {}
    mistakes: list[str] = list(_unknown(environ))
    for setting in TABLE:
        try:
            values[setting.name] = setting.parse(_given(setting, environ, values))
        except ValueError as error:
            mistakes.append(f"{setting.variable} {error}.")
    if not mistakes:
        mistakes += _together(values)
    if mistakes:
        raise Misconfigured(tuple(mistakes))
    values["mail_sender_name"] = values["mail_sender_name"] or values["organisation"]
    values["mail_reply_to"] = values["mail_reply_to"] or values["mail_from"]
    return Settings(**values)


def _given(setting: Setting, environ: Mapping[str, str], earlier: Mapping[str, Any]) -> str:
    direct, file = environ.get(setting.variable), environ.get(setting.variable + "_FILE")
    if direct is not None and file is not None:
        raise ValueError("is given twice, directly and as a file; keep one")
    if file is not None:
        return _from_file(file)
    if direct is not None:
        return direct.strip()
    if setting.default is None:
        raise ValueError(f"is missing. {setting.meaning}".removesuffix("."))
    return setting.default.replace("{data_dir}", str(earlier.get("data_dir", "var")))


def _from_file(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"names a file that cannot be read: {error}") from error


def _unknown(environ: Mapping[str, str]) -> list[str]:
    known = {setting.variable for setting in TABLE} | {f"{setting.variable}_FILE" for setting in TABLE}
    return [
        f"{name} is not a setting; see docs/configuration.md for the names."
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known
    ]


def _together(values: Mapping[str, Any]) -> list[str]:
    mistakes = []
    if (values["mail_username"] is None) != (values["mail_password"] is None):
        mistakes.append(
            "COACHFOLLOW_MAIL_USERNAME and COACHFOLLOW_MAIL_PASSWORD belong together; one of them is missing."
        )
    if values["mail_username"] and values["mail_tls"] == "none":
        mistakes.append("COACHFOLLOW_MAIL_TLS is none, and a password would cross the network in the clear.")
    return mistakes
