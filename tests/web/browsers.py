"""Browsers without a screen, as people use them: they follow links and send the forms they were shown."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_HIDDEN = re.compile(r'<input type="hidden" name="(?P<name>[^"]+)" value="(?P<value>[^"]*)"')
_INLINE = re.compile(r"</?(?:a|b|em|span|strong)\b[^>]*>")
_ON_PHONE = re.compile(r'<span class="[^"]*on-phone">[^<]*</span>')
_ACTION = re.compile(r'<form[^>]*method="post"(?:[^>]*?action="(?P<action>[^"]*)")?')


@dataclass(slots=True)
class Browser:
    """One browser with its cookies; `page` is what it shows."""

    client: FlaskClient
    page: TestResponse = field(init=False)
    path: str = "/"

    @classmethod
    def of(cls, app: Flask) -> "Browser":
        """Open a fresh browser."""
        return cls(app.test_client())

    def open(self, address: str, **arguments: str) -> TestResponse:
        """Open an address, or a full link of a mail, and follow redirects."""
        return self._show(
            self.client.get(_path(address), query_string=arguments or None, follow_redirects=True)
        )

    def send(self, address: str | None = None, **fields: str) -> TestResponse:
        """Send the form of this page, hidden fields and all, and follow redirects."""
        hidden = defaultdict[str, list[str]](list)  # a name may stand there several times
        for found in _HIDDEN.finditer(self.page.text):
            hidden[found["name"]].append(unescape(found["value"]))
        target = _path(address) if address else self.action
        shown: dict[str, str | list[str]] = {} if address else dict(self.fields)
        return self._show(self.client.post(target, data={**shown, **hidden, **fields}, follow_redirects=True))

    @property
    def action(self) -> str:
        """Where the first form of this page sends to."""
        found = _ACTION.search(self.page.text)
        assert found is not None, f"there is no form on {self.path}"
        return unescape(found["action"] or self.path)

    @property
    def text(self) -> str:
        """The words of the page as a desk shows them, without its tags, in one line."""
        body = (
            _INLINE.sub("", _ON_PHONE.sub("", self.page.text)).partition("<main")[2].partition("</main>")[0]
        )
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", "<main" + body)).split())

    @property
    def language(self) -> str:
        """What the page says it is written in."""
        found = re.search(r'<html lang="(\w+)">', self.page.text)
        assert found is not None, f"{self.path} says no language"
        return found[1]

    @property
    def fields(self) -> Mapping[str, str]:
        """What stands in the fields of the page: texts, and what is chosen."""
        html = self.page.text
        areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', html)
        inputs = re.findall(
            r'<input id="field-[^"]*" name="([^"]+)" type="(?:text|email|number|date)"(?: value="([^"]*)")?',
            html,
        )
        chosen = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)" checked', html)
        return {name: unescape(value) for name, value in (*inputs, *areas, *chosen)}

    def _show(self, page: TestResponse) -> TestResponse:
        self.page = page
        self.path = page.request.full_path.rstrip("?")
        return page


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
