"""Keeps secrets: a key per person for private text, sealed mail, tokens known only by their hash."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_TOKEN_BYTES = 24  # 192 random bits, 32 URL-safe characters


class WrongKey(Exception):
    """A sealed text does not open: wrong or missing key, or it was changed. Never shown as an empty text."""


class Vault:
    """Seals with the first secret and opens with any of them, so that the secret can be changed over time."""

    def __init__(self, secret_keys: tuple[str, ...]) -> None:
        self._wrapping = tuple(AESGCM(_derive(key, b"coachfollow person keys")) for key in secret_keys)
        self._links = _derive(secret_keys[0], b"coachfollow sign-in links")
        self._feeds = tuple(_derive(key, b"coachfollow calendar feeds") for key in secret_keys)
        self._outbox = tuple(AESGCM(_derive(key, b"coachfollow outbox")) for key in secret_keys)

    def new_person_key(self, *, person: str) -> bytes:
        """Make a key for one person, wrapped for storing beside (never inside) their row."""
        return _seal(self._wrapping[0], AESGCM.generate_key(256), person.encode())

    def renewed_key(self, wrapped_key: bytes, *, person: str) -> bytes | None:
        """Wrap a key with today's secret; None where it is wrapped so. Raises WrongKey."""
        return _renewed(self._wrapping, wrapped_key, person.encode())

    def seal_text(self, text: str, *, person: str, wrapped_key: bytes) -> bytes:
        """Seal private text with the person's own key."""
        return _seal(self._key(person, wrapped_key), text.encode(), person.encode())

    def open_text(self, sealed: bytes, *, person: str, wrapped_key: bytes) -> str:
        """Open private text; raises WrongKey."""
        return self.open_texts((sealed,), person=person, wrapped_key=wrapped_key)[0]

    def open_texts(
        self, sealed: Sequence[bytes | None], *, person: str, wrapped_key: bytes
    ) -> tuple[str, ...]:
        """Open one person's private texts, what is missing as empty; raises WrongKey."""
        if not any(sealed):
            return ("",) * len(sealed)
        keys, bound_to = (self._key(person, wrapped_key),), person.encode()
        return tuple(_open(keys, text, bound_to).decode() if text else "" for text in sealed)

    def sign_in_token(self, message: str) -> str:
        """The token of a sign-in mail, made again when the mail is written: it is stored nowhere."""
        return _token_by(self._links, message)

    def feed_tokens(self, feed: str) -> tuple[str, ...]:
        """The tokens of a calendar feed by each secret, today's first: made again when shown, stored nowhere."""
        return tuple(_token_by(key, feed) for key in self._feeds)

    def seal_mail(self, raw: bytes, *, message: str) -> bytes:
        """Seal a mail that waits in the outbox: it holds live links."""
        return _seal(self._outbox[0], raw, message.encode())

    def open_mail(self, sealed: bytes, *, message: str) -> bytes:
        """Open a sealed mail; raises WrongKey."""
        return _open(self._outbox, sealed, message.encode())

    def renewed_mail(self, sealed: bytes, *, message: str) -> bytes | None:
        """Seal a mail with today's secret; None where it is sealed so. Raises WrongKey."""
        return _renewed(self._outbox, sealed, message.encode())

    def _key(self, person: str, wrapped_key: bytes) -> AESGCM:
        return AESGCM(_open(self._wrapping, wrapped_key, person.encode()))


def new_token() -> str:
    """Make a token for a link: 192 random bits in 32 URL-safe characters."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Hash a token as the database knows it; the token itself is stored nowhere."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_public_id() -> str:
    """Make a random id for pages and mails: 128 bits in hexadecimal."""
    return secrets.token_hex(16)


def _token_by(key: bytes, what: str) -> str:
    digest = hmac.digest(key, what.encode(), "sha256")[:_TOKEN_BYTES]
    return base64.urlsafe_b64encode(digest).decode()


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _seal(key: AESGCM, data: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + key.encrypt(nonce, data, bound_to)


def _renewed(keys: tuple[AESGCM, ...], sealed: bytes, bound_to: bytes) -> bytes | None:
    with suppress(WrongKey):
        _open(keys[:1], sealed, bound_to)
        return None
    return _seal(keys[0], _open(keys[1:], sealed, bound_to), bound_to)


def _open(keys: tuple[AESGCM, ...], sealed: bytes, bound_to: bytes) -> bytes:
    for key in keys:
        try:
            return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
        except (InvalidTag, ValueError):
            continue
    raise WrongKey("A sealed text does not open: is COACHFOLLOW_SECRET_KEY the one it was written with?")
