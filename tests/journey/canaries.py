"""Looks wherever somebody's words could have gone: pages a visitor can open, mails, files, reports."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs, urljoin, urlsplit

from tests.journey import cast
from tests.journey.installations import Installation
from tests.journey.pages import read
from tests.journey.visitors import Visitor

ELSEWHERE = ("/static/", "/demo/")
NEARBY = timedelta(days=10)  # of the training: a calendar has no last page
SAME_PAGE, SAME_QUESTION = (
    16,
    3,
)  # so many addresses of a page are opened, and so many that differ in an answer alone
REPORTS = (("report", "completion", "--by", "cohort"), ("cohort", "list"), ("status",))


def pages_of(visitor: Visitor) -> Iterator[tuple[str, str]]:
    """Give whatever a visitor can reach by following links from the page they are on, file by file.

    What a page shows one may cut in a thousand ways: some of each are enough.
    """
    host, waiting, seen = urlsplit(visitor.home).netloc, [visitor.page.url], set[str]()
    opened = Counter[tuple[str, ...]]()
    while waiting:
        address = waiting.pop().partition("#")[0]
        parts = urlsplit(address)
        if (
            address in seen
            or parts.netloc != host
            or parts.path.startswith(ELSEWHERE)
            or _is_far(parts.query)
        ):
            continue
        seen.add(address)
        place, question = (parts.path,), (parts.path, "?", *sorted(parse_qs(parts.query)))
        if opened[place] >= SAME_PAGE or opened[question] >= SAME_QUESTION:
            continue
        opened.update({place, question})
        body = visitor.fetch(address)
        yield address, _readable(body)
        if not body.startswith(b"PK"):
            page = read(status=200, url=address, html=body.decode())
            waiting += [urljoin(address, link) for _, link in page.links]


def _is_far(query: str) -> bool:
    """Whether it is a sheet of a calendar on which nothing of the story can stand."""
    return any(
        abs(date.fromisoformat(day) - cast.BEGIN.date()) > NEARBY for day in parse_qs(query).get("from", ())
    )


def papers_of(town: Installation) -> Iterator[tuple[str, str]]:
    """Give whatever the installation itself has written: mails, files, reports."""
    for letter in town.post.letters():
        yield f"the {letter.kind} to {letter.recipient}", letter.everything
    for path in town.folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes().decode("latin-1")
    for words in REPORTS:
        yield " ".join(words), town.terminal.run(*words, "--json").stdout


def _readable(body: bytes) -> str:
    """What somebody reads in it; a spreadsheet is a packed folder of texts."""
    if not body.startswith(b"PK"):
        return body.decode()
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return "\n".join(packed.read(name).decode() for name in packed.namelist())
