"""`coachfollow person`: what is known of somebody is written out, put right, and erased when that was confirmed."""

from pathlib import Path

from tests.cli.conftest import Terminal

ANNA = "anna@example.org"


def test_somebody_is_written_out_and_then_erased(group: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"Name;Email\nAnna Berg;{ANNA}\n", encoding="utf-8")
    group.run("attendance", "import", file, "--cohort", "spring")

    exported = group.run("person", "export", ANNA).stdout
    assert "Anna Berg" in exported
    assert group.run("person", "export", ANNA, "--json").stdout == exported
    assert "follow-ups that run" in group.run("person", "erase", ANNA, "--preview").stdout
    assert "This cannot be taken back" in group.run("person", "erase", ANNA, code=1).output
    assert group.json("person", "erase", ANNA, "--preview")["ends"]["follow_ups"] == 1

    assert group.json("person", "erase", ANNA, "--yes")["erased"]
    assert "Nobody here has the address" in group.run("person", "erase", ANNA, "--yes", code=1).output


def test_somebody_gets_another_address_and_is_found_by_both(group: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"Name;Email\nAnna Berg;{ANNA}\nBen Roth;ben@example.org\n", encoding="utf-8")
    group.run("attendance", "import", file, "--cohort", "spring")
    right = "anna.berg@example.org"

    assert f"Mails go to {right} from now on." in group.run("person", "address", ANNA, right).stdout
    assert group.json("person", "address", ANNA, right) == {"address": right}
    assert "somebody else" in group.run("person", "address", right, "ben@example.org", code=1).output
    assert "not a mail address" in group.run("person", "address", right, "anna at home", code=1).output
