"""Where somebody goes next is a path of ours: whatever could lead elsewhere leads home."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.web import addresses

OURS = ["/", "/groups", "/plans/ab12?tab=answers", "/numbers?from=2026-03-01&by=team", "/a/b#c", "/caf%C3%A9"]
ELSEWHERE = [
    "",
    "groups",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: x=y",
    "/\x00/evil",
    "/\x7f/evil",
    "/\u2028/evil",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "HTTPS://evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
    "/\u00a0//evil",
    "mailto:a@b",
    "./",
    "..//evil.example",
    "?next=/",
    "#",
    "@evil.example",
    "evil.example/",
    "/\\/evil.example",
    "/\\\\evil.example",
]


@pytest.mark.parametrize("wanted", OURS)
def test_a_path_of_ours_is_followed(wanted: str) -> None:
    assert addresses.own_path(wanted) == wanted


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_anything_else_leads_home(wanted: str) -> None:
    assert addresses.own_path(wanted, otherwise="/home") == "/home"


def test_nothing_wanted_leads_home() -> None:
    assert addresses.own_path(None) == "/"


@given(st.text(alphabet="/\\:@.?#ab \t\n%", max_size=12))
def test_what_is_followed_begins_with_one_slash_and_holds_no_trick(wanted: str) -> None:
    found = addresses.own_path(wanted)

    assert found.startswith("/")
    assert not found.startswith("//")
    assert "\\" not in found
    assert found.isprintable()
