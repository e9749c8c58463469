"""Browsers without a screen, over real HTTP: they keep cookies, follow links by their words and press buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, build_opener

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.journey.pages import Form, Page, read

PATIENCE = 20.0
URLENCODED = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser; `page` is what it shows. They never leave the site they came to."""

    home: str
    page: Page = field(init=False)
    _opener: OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def open(self, address: str) -> Page:
        """Open a path or a full address, and follow redirects; a refusal is a page, too."""
        return self._show(self._request(address))

    def follow(self, words: str) -> Page:
        """Follow the first link of this page with these words in it."""
        return self.open(urljoin(self.page.url, self.page.link(words)))

    def press(self, button: str, **fields: str | FileStorage) -> Page:
        """Press the button with these words, after filling in fields of its form."""
        form, pressed = self.page.form(button)
        unknown = fields.keys() - form.names
        assert not unknown, f"the form of “{button}” has no {unknown}"
        kind, body = _filled_in(form, {**form.values, **pressed, **fields})
        address = urljoin(self.page.url, form.action or self.page.url)
        return self._show(self._request(address, data=body, headers={"Content-Type": kind}, method="POST"))

    def head(self, address: str) -> int:
        """Ask for the headers alone, as mail scanners do; gives the status, and leaves this page as it is."""
        return self._fetch(self._request(address, method="HEAD"))[0]

    def fetch(self, address: str) -> bytes:
        """Fetch a file, and leave this page as it is."""
        return self._fetch(self._request(address))[2]

    def _request(
        self,
        address: str,
        *,
        method: str = "GET",
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Request:
        url = urljoin(self.home, address)
        assert url.startswith(f"{self.home}/"), f"{url} leads away"
        return Request(url, data, dict(headers or {}), method=method)  # noqa: S310 - our own site, as just said

    def _show(self, request: Request) -> Page:
        status, url, body = self._fetch(request)
        self.page = read(status=status, url=url, html=body.decode())
        return self.page

    def _fetch(self, request: Request) -> tuple[int, str, bytes]:
        try:
            answer: HTTPResponse | HTTPError = self._opener.open(request, timeout=PATIENCE)
        except HTTPError as refusal:
            answer = refusal
        with answer:
            return answer.status or 0, answer.url, answer.read()


def _filled_in(form: Form, values: Mapping[str, str | FileStorage]) -> tuple[str, bytes]:
    """Give a filled form as it travels, with the type of its content."""
    if not form.is_multipart:
        return URLENCODED, urlencode(values).encode()
    boundary, body = encode_multipart(values)
    return f'multipart/form-data; boundary="{boundary}"', body
