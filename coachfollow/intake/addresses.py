"""Reads mail addresses: in lower case, in one form, without asking any name server."""

import re

from email_validator import EmailNotValidError, validate_email

LONGEST = 254

# The common form, in one linear pattern; whatever else there is goes through the validator, thirty times slower.
_COMMON = re.compile(r"[a-z0-9_+]+(?:[.-][a-z0-9_+]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,24}")
_LONGEST_COMMON = 60  # no part of a short address can be longer than a part may be
_RESERVED = (".arpa", ".invalid", ".local", ".localhost", ".onion", ".test")
_BRACKETED = re.compile(r"[^<>]*<([^<>]+)>")


def address(text: str) -> str:
    """The address in “Anna@Example.org”, “mailto:…” or “Anna Example <…>”; ValueError says what is wrong."""
    bracketed = _BRACKETED.fullmatch(text)
    plain = (bracketed[1] if bracketed else text).strip().lower().removeprefix("mailto:")
    if len(plain) <= _LONGEST_COMMON and _COMMON.fullmatch(plain) and not plain.endswith(_RESERVED):
        return plain
    return _unusual(plain)


def _unusual(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"“{text[:40]}…” is longer than a mail address can be")
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(f"“{text}” is not a mail address: {_reason(error)}") from None


def _reason(error: EmailNotValidError) -> str:
    """The sentences of the validator as the end of ours."""
    parts = str(error).replace("An email address", "It").rstrip(".").split(". ")
    return "; ".join(f"{part[:1].lower()}{part[1:]}" for part in parts)
