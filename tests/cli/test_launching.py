"""What a follow-up will be, told by commands before anything is launched."""

from tests.cli.conftest import Terminal

SERVICE = "service-recovery-and-empowerment"


def test_every_date_is_shown_in_local_time_with_why_it_is_that_day(terminal: Terminal) -> None:
    asked = ("programme", "preview", SERVICE, "--session", "2026-02-28", "--zone", "Europe/Berlin")

    said = terminal.run(*asked, "--region", "DE", "--week", "mon-thu 08:00-12:00").stdout
    found = terminal.json(*asked)

    assert "8 days after the training, moved from Sun 8 to Mon 9 March: weekend" in said
    assert found["zone"] == "Europe/Berlin"
    assert {one["kind"] for one in found["dates"]} >= {"commitment", "reflection", "check_in"}
    assert [one["day"] for one in found["dates"]] == sorted(one["day"] for one in found["dates"])


def test_what_cannot_be_previewed_is_refused_with_a_sentence(terminal: Terminal) -> None:
    asked = ("programme", "preview", SERVICE, "--session", "2026-03-02")

    assert "“Mars” is not a time zone" in terminal.run(*asked, "--zone", "Mars", code=1).stderr
    assert "This week cannot be read" in terminal.run(*asked, "--week", "mon", code=1).stderr
    assert "Nobody here has the address" in terminal.run(*asked, "--person", "x@example.org", code=1).stderr
    assert "is not a day; write it like" in terminal.run(*asked[:4], "tomorrow", code=2).stderr
