"""Addresses come in one form; names lose what reports hang on them."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, example, given
from hypothesis import strategies as st

from coachfollow.intake import addresses, names


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Anna.Example@Example.ORG", "anna.example@example.org"),
        ("mailto:anna@example.org", "anna@example.org"),
        ("Anna Example <Anna@example.org>", "anna@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("a_ext#EXT#@tenant.onmicrosoft.com", "a_ext#ext#@tenant.onmicrosoft.com"),
        ("änne@exämple.org", "änne@exämple.org"),
    ],
)
def test_an_address_is_written_in_lower_case_and_in_one_form(text: str, address: str) -> None:
    assert addresses.address(text) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("anna", "must have an @-sign"),
        ("anna@@example.org", "“anna@@example.org” is not a mail address"),
        ("anna@example", "not valid; it should have a period$"),
        ("anna@company.local", "special-use or reserved"),
        ("a@example.org, b@example.org", "is not a mail address"),
        ("x" * 300 + "@example.org", "longer than a mail address can be"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        addresses.address(text)


PIECES = st.text("ab0-_+.'é", min_size=1, max_size=20)


@given(PIECES, PIECES, st.sampled_from(["org", "local", "x", "test", "museum", "co.uk"]))
@example("a" * 70, "example", "org")
@example("a", "a" * 70, "org")
def test_the_short_way_agrees_with_the_validator(local: str, domain: str, top: str) -> None:
    text = f"{local}@{domain}.{top}"
    try:
        expected = validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        with pytest.raises(ValueError, match="not a mail address"):
            addresses.address(text)
    else:
        assert addresses.address(text) == expected


@pytest.mark.parametrize(
    ("text", "name", "remark"),
    [
        ("Anna Example", "Anna Example", "as it is"),
        ("Example, Anna", "Anna Example", "last name first"),
        ("Example, Anna (EXT)", "Anna Example", "an external"),
        ("Anna Example (Guest)", "Anna Example", "a guest"),
        ("Example, Anna [Finance]", "Anna Example", "a department"),
        ("Anna Example, PhD", "Anna Example, PhD", "a title is no first name"),
        ("Example, Anna, Dr", "Example, Anna, Dr", "two commas say nothing clear"),
        ("(Guest)", "(Guest)", "nothing would be left"),
        ("Anna Example (she/her) (Guest)", "Anna Example", "several"),
        ("Anna (((", "Anna (((", "brackets that never close"),
        ("Example,", "Example", "half a name"),
    ],
)
def test_a_name_is_tidied(text: str, name: str, remark: str) -> None:
    assert names.tidy(text) == name, remark


@pytest.mark.parametrize(
    ("text", "name", "remark"),
    [
        ("Annie (Anna Example)", "Anna Example", "the account behind a display name"),
        ("Laptop (Example, Anna)", "Anna Example", "last name first in the account"),
        ("Tablet (Chloé Guest)", "Chloé Guest", "a name that is also a sign"),
        ("Anna Example (she/her)", "Anna Example", "a sign is no account"),
        ("Anna Example (Host, me)", "Anna Example", "likewise"),
        ("Anna Maria Example (Finance)", "Anna Maria Example", "fewer words than the name"),
        ("Anna Example", "Anna Example", "no account"),
    ],
)
def test_the_account_stands_for_a_display_name(text: str, name: str, remark: str) -> None:
    assert names.original(text) == name, remark


@given(st.text("abc ,()[]-'", max_size=60))
def test_tidying_again_takes_nothing_away(text: str) -> None:
    assume(text.strip())
    assert names.tidy(text)
