"""Reads the settings from the environment, and tells every mistake at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coachfollow.config import private
from coachfollow.config.table import PREFIX, TABLE, Setting, Settings
from coachfollow.errors import Misconfigured

UNREAD = object()  # stands for a setting that is wrong by itself


def load(environ: Mapping[str, str]) -> Settings:
    """Read the settings; raises Misconfigured with every mistake there is."""
    values: dict[str, Any] = {}
    mistakes: list[str] = list(_unknown(environ))
    for setting in TABLE:
        try:
            values[setting.name] = setting.parse(_given(setting, environ, values))
        except ValueError as error:
            mistakes.append(f"{setting.variable} {error}.")
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
        return _from_file(Path(file), is_secret=setting.secret)
    if direct is not None:
        return direct.strip()
    if setting.default is None:
        raise ValueError(f"is missing. {setting.meaning}".removesuffix("."))
    return setting.default.replace("{data_dir}", str(earlier.get("data_dir", "var")))


def _from_file(file: Path, *, is_secret: bool) -> str:
    try:
        exposure = private.exposure(file) if is_secret else ""
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"names a file that cannot be read: {error}") from error
    if exposure:
        raise ValueError(f"names a file that {exposure}")
    return text


def _unknown(environ: Mapping[str, str]) -> list[str]:
    known = {setting.variable for setting in TABLE} | {f"{setting.variable}_FILE" for setting in TABLE}
    return [
        f"{name} is not a setting; see docs/configuration.md for the names."
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known
    ]


def _together(values: Mapping[str, Any]) -> list[str]:
    """What does not go together, of those that could be read."""
    mistakes = []
    name, password = values.get("mail_username", UNREAD), values.get("mail_password", UNREAD)
    if UNREAD not in {name, password} and (name is None) != (password is None):
        mistakes.append(
            "COACHFOLLOW_MAIL_USERNAME and COACHFOLLOW_MAIL_PASSWORD belong together; one of them is missing."
        )
    if values.get("no_redis") and values.get("redis_url"):
        mistakes.append("COACHFOLLOW_NO_REDIS is yes, and COACHFOLLOW_REDIS_URL names one; keep one of them.")
    if name not in {None, UNREAD} and values.get("mail_tls") == "none":
        mistakes.append("COACHFOLLOW_MAIL_TLS is none, and a password would cross the network in the clear.")
    return mistakes
