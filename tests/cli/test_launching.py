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
    for day in ("tomorrow", "0001-01-01", "9999-12-31"):
        assert "is not a day; write it like" in terminal.run(*asked[:4], day, code=2).stderr


def test_a_launch_is_simulated_before_anybody_is_asked(terminal: Terminal) -> None:
    asked = (
        "programme",
        "simulate",
        SERVICE,
        "--session",
        "2026-03-02",
        "--participants",
        40,
        "--coaches",
        2,
    )
    more = ("--a-week", 4, "--zones", "Europe/Berlin 70, Europe/London 30", "--region", "DE")

    found = terminal.json(*asked, *more)
    said = terminal.run(*asked, *more).stdout

    assert (found["input"]["seed"], found["input"]["participants"], found["people"]) == (1, 40, 40)
    assert found["meetings"]["wanted"] == found["meetings"]["placed"] + found["meetings"]["unplaced"] == 80
    assert [one["response"] for one in found["answers"]] == [0.4, 0.6, 0.8]
    assert sum(day["mails"] for day in found["story"]["days"]) == found["story"]["answers"]["mails"]
    assert {one["kind"] for one in found["ways"]} >= {"coaches"}
    assert found["assumed"] in said
    assert "15 % say that there was no opportunity yet" in found["assumed"]
    assert set(found["story"]["answers"]["adapted"]) <= {"no_opportunity", "as_intended"}
    assert "2 coaches would be wanted for" in said
    assert "would do." in said


def test_what_cannot_be_simulated_is_refused_with_a_sentence_for_each_mistake(terminal: Terminal) -> None:
    asked = ("programme", "simulate", SERVICE, "--session", "2026-03-02")

    shares = ("--no-opportunity", 0.6, "--as-intended", 0.5)
    said = terminal.run(
        *asked, "--participants", 0, "--hours", "never", "--zones", "Mars", *shares, code=1
    ).stderr

    assert "--as-intended: With those who had no opportunity yet, these are more than all answers." in said
    assert "--participants: Give a number from 1 to 20,000." in said
    assert "--hours: These hours cannot be read" in said
    assert "--zones: “Mars” is not a time zone" in said
