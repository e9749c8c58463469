"""Durations, marks, teams, zones, languages and weeks are read as people and reports write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.intake import values
from coachfollow.rules.kinds import AttendanceState

HOUR, MINUTE = 3600, 60


@pytest.mark.parametrize(
    ("text", "seconds", "remark"),
    [
        ("1h 2m 10s", HOUR + 2 * MINUTE + 10, "Teams in English"),
        ("59m", 59 * MINUTE, "a part alone"),
        ("10s", 10, "seconds alone"),
        ("1 godz. 2 min 10 sek.", HOUR + 2 * MINUTE + 10, "Polish"),
        ("59 Min. 0 Sek.", 59 * MINUTE, "German"),
        ("1 Std. 5 Min.", 65 * MINUTE, "German, its hour begins like a second"),
        ("2 Stunden", 2 * HOUR, "German in full"),
        ("1 ч 2 мин 10 с", HOUR + 2 * MINUTE + 10, "Russian"),  # noqa: RUF001 - Cyrillic is meant
        ("1 小时 2 分钟 10 秒", HOUR + 2 * MINUTE + 10, "Chinese"),
        ("1時間2分10秒", HOUR + 2 * MINUTE + 10, "Japanese, without spaces"),
        (
            "1 uair 2 nóim 10 soic",
            HOUR + 2 * MINUTE + 10,
            "Irish: one unit unknown, three told by their places",
        ),
        ("1 sa 5 dk", 65 * MINUTE, "Turkish"),
        ("PT1H2M10S", HOUR + 2 * MINUTE + 10, "ISO 8601"),
        ("1.5 h", 90 * MINUTE, "a part of an hour"),
        ("1:02:10", HOUR + 2 * MINUTE + 10, "a spreadsheet"),
        ("1:02", HOUR + 2 * MINUTE, "hours and minutes"),
        ("62", 62 * MINUTE, "a number is minutes"),
        ("62,5", 62 * MINUTE + 30, "with a comma"),
        ("0", 0, "nobody stayed"),
    ],
)
def test_a_duration_is_read(text: str, seconds: int, remark: str) -> None:
    assert values.duration(text) == seconds, remark


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("long", "no number"),
        ("5 bips", "a unit we do not know, alone"),
        ("5 bips 3 bops", "two of them could be hours or minutes"),
        ("1s 2m 3h", "three in the wrong order"),
        ("1h 2m 3s 4x", "four parts"),
        ("-5", "less than nothing"),
        ("5 h ?", "something is left over"),
        ("999999", "longer than any meeting"),
        ("999:59:59", "likewise"),
    ],
)
def test_what_is_no_duration_is_not_guessed(text: str, remark: str) -> None:
    assert values.duration(text) is None, remark


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_means_the_same_in_every_spelling(hours: int, minutes: int, seconds: int) -> None:
    total = hours * HOUR + minutes * MINUTE + seconds
    assert values.duration(f"{hours}h {minutes}m {seconds}s") == total
    assert values.duration(f"{hours}:{minutes:02}:{seconds:02}") == total


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        ("Present|YES|x|1|✓|Attended|anwesend|Teilgenommen|présente|Oui|sí|asistió|P|P (2/2)", "present"),
        ("obecna|tak|sì|ha partecipato", "present"),
        ("partial|Late|L|teilweise|en retard|parcial|spóźniony|parziale", "partial"),
        ("absent|No|0|no-show|did not attend|✗|abwesend|gefehlt|n’a pas participé|ausente|faltó|A", "absent"),
        ("nieobecny|nie|assente|non ha partecipato", "absent"),
        ("excused|E|entschuldigt|excusée|justificado|usprawiedliwiona|giustificato|sick", "excused"),
        ("invited|Registered|angemeldet|inscrit|invitada|zaproszony|iscritta", "invited"),
    ],
)
def test_a_mark_of_attendance_is_read_in_six_languages(texts: str, state: str) -> None:
    assert {values.status(text) for text in texts.split("|")} == {AttendanceState(state)}


def test_a_mark_we_do_not_know_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"“maybe” is not a state we know; write present, partial"):
        values.status("maybe")


@pytest.mark.parametrize(
    "text", ["Joined", "Joined before", "Beigetreten", "A rejoint", "S’est joint", "Se unió"]
)
def test_joining_is_told_from_leaving(text: str) -> None:
    assert values.is_joining(text)


@pytest.mark.parametrize("text", ["Left", "Verlassen", "A quitté", "Salió", "Abandonó"])
def test_leaving_is_told_from_joining(text: str) -> None:
    assert not values.is_joining(text)


def test_another_action_is_refused() -> None:
    with pytest.raises(ValueError, match="“Muted” is neither joining nor leaving"):
        values.is_joining("Muted")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Sales / North / Key accounts", ("Sales", "North", "Key accounts")),
        ("Sales > North", ("Sales", "North")),
        ("Research/Development", ("Research/Development",)),
        ("Sales / / North", ("Sales", "North")),
        ("/", ()),
    ],
)
def test_a_team_is_a_path(text: str, path: tuple[str, ...]) -> None:
    assert values.team(text) == path


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
    ],
)
def test_a_time_zone_is_found_in_any_case(text: str, zone: str) -> None:
    assert values.zone(text) == zone


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Berlin", "did you mean Europe/Berlin?"),
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("Somewhere over there", "write it like Europe/Berlin"),
    ],
)
def test_an_unknown_time_zone_is_refused_with_one_that_is_near(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint.replace("?", r"\?")) as refusal:
        values.zone(text)
    assert f"“{text}” is not a time zone" in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "locale"), [("de", "de"), ("DE_ch", "de-CH"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419")]
)
def test_a_language_is_written_in_one_way(text: str, locale: str) -> None:
    assert values.locale(text) == locale


def test_what_is_no_language_is_refused() -> None:
    with pytest.raises(ValueError, match="“German” is not a language; write for example en"):
        values.locale("German")


def test_a_working_week_is_kept_as_the_rules_write_it() -> None:
    assert values.week("Mon-Fri 9:00-17:00") == "mon-fri 09:00-17:00"


def test_a_working_week_that_the_rules_refuse_is_refused() -> None:
    with pytest.raises(ValueError, match="“someday”"):
        values.week("someday 9:00-17:00")


@pytest.mark.parametrize(
    ("text", "cleaned", "remark"),
    [
        ("  Anna\u00a0 Example\n", "Anna Example", "odd spaces"),
        ("\ufeff\u200banna@example.org\u200e", "anna@example.org", "invisible signs of a copied cell"),
        ("An\0na", "Anna", "a NUL, which a database refuses"),
        ("\ud800Anna", "Anna", "half a character, which no encoding carries"),
        ("نی\u200cک", "نی\u200cک", "a joiner that the script needs"),
        ("n/a", "", "a cell that says it is empty"),
        ("–", "", "likewise"),
    ],
)
def test_a_cell_is_cleaned(text: str, cleaned: str, remark: str) -> None:
    assert values.clean(text) == cleaned, remark


@given(st.text())
def test_a_cleaned_cell_is_clean(text: str) -> None:
    once = values.clean(text)
    assert values.clean(once) == once
    assert "\0" not in once
    assert "\n" not in once


@pytest.mark.parametrize(
    "role", ["Organizer", "Co-Organizer", "Organisator", "Organisateur", "Organizador", "Host"]
)
def test_an_organiser_is_known_by_the_role(role: str) -> None:
    assert values.is_organiser(role)


def test_a_presenter_is_no_organiser() -> None:
    assert not values.is_organiser("Presenter")
