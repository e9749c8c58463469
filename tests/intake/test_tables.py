"""The table is found in a text: delimiter, header among preambles, rows with their lines; nothing is swallowed."""

import io
from collections.abc import Sequence

import pytest

from coachfollow.intake import columns, tables
from coachfollow.intake.opening import Source
from coachfollow.intake.tables import Table
from coachfollow.intake.words import Field, Mapping, Unreadable
from tests.intake.samples import DELIMITERS


def source(text: str, sheet: str | None = None) -> Source:
    return Source(lines=lambda: io.StringIO(text, newline=""), sheet=sheet)


def find(*texts: str, mapping: Mapping | None = None) -> Table:
    sources = [source(text, f"Sheet {number}") for number, text in enumerate(texts, start=1)]
    mapping = mapping or Mapping()
    found = tables.find(sources, columns.ATTENDANCE, mapping=mapping, name="list.csv")
    return found or tables.likeliest(sources, mapping=mapping, name="list.csv")


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_decided_by_the_header_row(delimiter: str) -> None:
    table = find(f"Name{delimiter}E-Mail\nExample, Anna; Dr | x{delimiter}anna@example.org\n")
    assert table.delimiter == delimiter
    assert table.known == {Field.NAME: 0, Field.EMAIL: 1}


@pytest.mark.parametrize(
    ("preamble", "line", "remark"),
    [
        ("", 1, "none"),
        ("\n\n", 3, "blank lines"),
        ("sep=;\n", 2, "what a spreadsheet program writes for itself"),
        ("Training;Leading by example\nDate;4/11/2026\n\n", 4, "somebody's own"),
        ("Participants;12;Email;x\n", 2, "a preamble that knows fewer columns than the header"),
    ],
)
def test_the_header_is_found_by_its_names_and_not_by_its_line(preamble: str, line: int, remark: str) -> None:
    table = find(f"{preamble}Full name;First  JOIN;Email;Role\nAnna;;anna@example.org;\n")
    assert table.header_line == line, remark
    assert [row for row, _ in table.rows()] == [line + 1]


def test_rows_carry_the_line_they_begin_in() -> None:
    table = find('Name,Email\n\n"Anna\nExample",anna@example.org\n , \nBen,ben@example.org\n')
    assert list(table.rows()) == [(3, ["Anna\nExample", "anna@example.org"]), (6, ["Ben", "ben@example.org"])]


def test_a_table_can_be_read_again() -> None:
    table = find("Name,Email\nAnna,anna@example.org\n")
    assert list(table.rows()) == list(table.rows())


def test_the_first_sheet_with_a_known_header_is_taken() -> None:
    table = find("Notes\nhello\n", "Name,Email\nAnna,anna@example.org\n", "Name,Email,Minutes\n")
    assert table.source.sheet == "Sheet 2"


def test_a_cover_sheet_that_happens_to_know_one_column_is_passed_over() -> None:
    table = find("Name,Form 7\nVersion,3\n", "Name,Email\nAnna,anna@example.org\n")
    assert table.source.sheet == "Sheet 2"
    assert find("Name,Form 7\nAnna,3\n", "Notes\nhello\n").source.sheet == "Sheet 1"


def test_columns_that_somebody_chose_are_found_whatever_their_names() -> None:
    chosen = Mapping(columns={Field.NAME: "Wer", Field.MINUTES: "Wie lange"})
    table = find("Kopf\nWer|Wie  Lange|Warum\nAnna|45|\n", mapping=chosen)
    assert table.known == {Field.NAME: 0, Field.MINUTES: 1}
    assert table.header_line == 2


def test_where_nothing_is_known_the_widest_row_is_the_header() -> None:
    table = find("Bericht\nWer;Wie lange;Warum\nAnna;45;\n")
    assert table.header == ("Wer", "Wie lange", "Warum")
    assert not table.known


def test_a_list_that_begins_with_an_address_has_no_header() -> None:
    table = find("Anna;anna@example.org;45\nBen;ben@example.org;30\n")
    assert table.header_line == 0
    assert table.header == ("Column 1", "Column 2", "Column 3")
    assert len(list(table.rows())) == 2


def test_columns_without_names_can_be_chosen() -> None:
    chosen = Mapping(columns={Field.EMAIL: "Column 2", Field.MINUTES: "Column 3"})
    table = find("Anna;anna@example.org;45\nBen;ben@example.org;30\n", mapping=chosen)
    assert table.header_line == 0
    assert len(list(table.rows())) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            'Name,Email\nAnna,a@example.org\n"Ben,b@example.org\nC,c@example.org\n',
            "A quotation mark in line 3 is never",
        ),
        ('Name,Email\n"Ben\n' + "x,y\n" * 60 + '"\n', "A quotation mark in line 2 is never closed"),
        ("Name,Email\n" + "x" * 200_000 + "\n", "Line 2 cannot be cut into columns"),
        ("Name,Email\n" + "," * 1_000 + "x\n", "Line 2 has 1,001 columns; a list may have 1,000"),
    ],
)
def test_a_row_that_cannot_be_cut_is_refused_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(find(text).rows())
    assert refusal.value.sentence.startswith(sentence)


def test_a_list_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 100)
    table = find("Name\n" + "Anna\n" * 100)
    with pytest.raises(Unreadable, match="more than 100 rows"):
        list(table.rows())


def test_blank_lines_are_no_rows() -> None:
    with pytest.raises(Unreadable, match=r"“list.csv” has no rows"):
        find("\n  \n;;;\n\t\n")


def test_a_delimiter_that_is_none_is_refused() -> None:
    with pytest.raises(Unreadable, match="cannot be cut at “ab”"):
        find("Name\n", mapping=Mapping(delimiter="ab"))


def test_the_delimiter_somebody_chose_is_the_only_one() -> None:
    table = find("Name,Email;x\n", mapping=Mapping(delimiter=";"))
    assert table.header == ("Name,Email", "x")


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (["Vorname", "Name", "E-Mail"], {Field.FIRST_NAME: 0, Field.LAST_NAME: 1, Field.EMAIL: 2}),
        (["Apellidos", "Nombre"], {Field.LAST_NAME: 0, Field.FIRST_NAME: 1}),
        (["Nom", "Prénom", "Courriel"], {Field.LAST_NAME: 0, Field.FIRST_NAME: 1, Field.EMAIL: 2}),
        (["Full Name", "First Name"], {Field.NAME: 0, Field.FIRST_NAME: 1}),
        (["First name", "Last name", "Name"], {Field.FIRST_NAME: 0, Field.LAST_NAME: 1, Field.NAME: 2}),
        (["  prenom ", "NOM DE FAMILLE"], {Field.FIRST_NAME: 0, Field.LAST_NAME: 1}),
        (["First_Join", "Full-Name"], {Field.NAME: 1, Field.JOINED: 0}),
        (["Duration", "Role"], {}),
        (["Name", "User Name"], {Field.NAME: 0}),
        (["User Email", "Topic", "User Email"], {Field.EMAIL: 2}),
    ],
)
def test_columns_are_known_by_name_in_any_spelling(header: Sequence[str], known: dict[Field, int]) -> None:
    assert columns.known(columns.unique(header), columns.ATTENDANCE) == known


def test_columns_of_one_name_can_be_told_apart() -> None:
    assert columns.unique(["Email", "", "e-mail", " "]) == ("Email", "Column 2", "e-mail (2)", "Column 4")


def test_a_header_is_recognised_again_whatever_its_case_and_accents() -> None:
    assert columns.fingerprint(["Prénom", "E-Mail"]) == columns.fingerprint([" prenom", "email"])
    assert columns.fingerprint(["Prénom", "E-Mail"]) != columns.fingerprint(["E-Mail", "Prénom"])
