"""The vault: a key per person, secrets that change over time, nothing wrong ever shown as blank."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow import vault
from coachfollow.vault import Vault, WrongKey

OLD, NEW = "an old secret " * 3, "a new secret " * 3


def test_a_private_text_opens_with_its_persons_key() -> None:
    safe = Vault((NEW,))
    key = safe.new_person_key(person="1")

    sealed = safe.seal_text("I will ask first", person="1", wrapped_key=key)

    assert b"ask" not in sealed
    assert safe.open_text(sealed, person="1", wrapped_key=key) == "I will ask first"


@given(st.text())
def test_any_text_comes_back_as_it_was(text: str) -> None:
    safe = Vault((NEW,))
    key = safe.new_person_key(person="1")

    assert (
        safe.open_text(safe.seal_text(text, person="1", wrapped_key=key), person="1", wrapped_key=key) == text
    )


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    safe = Vault((NEW,))
    key = safe.new_person_key(person="1")

    assert safe.seal_text("yes", person="1", wrapped_key=key) != safe.seal_text(
        "yes", person="1", wrapped_key=key
    )


def test_after_a_change_of_secret_the_earlier_one_still_opens_what_it_sealed() -> None:
    before, after = Vault((OLD,)), Vault((NEW, OLD))
    key = before.new_person_key(person="1")
    text = before.seal_text("kept", person="1", wrapped_key=key)
    mail = before.seal_mail(b"waiting", message="m")

    assert after.open_text(text, person="1", wrapped_key=key) == "kept"
    assert after.open_mail(mail, message="m") == b"waiting"


def test_after_a_change_of_secret_the_address_of_a_calendar_can_still_be_made_again() -> None:
    (before,) = Vault((OLD,)).feed_tokens("feed")
    new, old = Vault((NEW, OLD)).feed_tokens("feed")

    assert old == before != new
    assert len(new) == len(vault.new_token())
    assert Vault((NEW,)).feed_tokens("another") != (new,)
    assert Vault((NEW,)).sign_in_token("feed") != new


def test_after_a_change_of_secret_new_things_are_sealed_with_the_new_one() -> None:
    after, later = Vault((NEW, OLD)), Vault((NEW,))
    key = after.new_person_key(person="1")

    assert (
        later.open_text(after.seal_text("new", person="1", wrapped_key=key), person="1", wrapped_key=key)
        == "new"
    )
    assert later.open_mail(after.seal_mail(b"new", message="m"), message="m") == b"new"


def test_what_an_earlier_secret_sealed_is_sealed_anew_and_what_no_secret_opens_is_told() -> None:
    before, both, after = Vault((OLD,)), Vault((NEW, OLD)), Vault((NEW,))
    key, mail = before.new_person_key(person="1"), before.seal_mail(b"waiting", message="m")
    text = before.seal_text("kept", person="1", wrapped_key=key)

    new_key, new_mail = both.renewed_key(key, person="1"), both.renewed_mail(mail, message="m")

    assert new_key is not None
    assert new_mail is not None
    assert after.open_text(text, person="1", wrapped_key=new_key) == "kept"
    assert after.open_mail(new_mail, message="m") == b"waiting"
    assert both.renewed_key(new_key, person="1") is both.renewed_mail(new_mail, message="m") is None
    for wrong in (key, mail):
        with pytest.raises(WrongKey):
            after.renewed_key(wrong, person="1")


def test_a_wrong_secret_is_told_never_shown_as_an_empty_text() -> None:
    key = Vault((OLD,)).new_person_key(person="1")
    sealed = Vault((OLD,)).seal_text("private", person="1", wrapped_key=key)

    with pytest.raises(WrongKey, match="COACHFOLLOW_SECRET_KEY"):
        Vault((NEW,)).open_text(sealed, person="1", wrapped_key=key)


def test_a_wrong_secret_does_not_seal_either() -> None:
    key = Vault((OLD,)).new_person_key(person="1")

    with pytest.raises(WrongKey):
        Vault((NEW,)).seal_text("private", person="1", wrapped_key=key)


def test_a_key_and_a_text_belong_to_one_person() -> None:
    safe = Vault((NEW,))
    first, second = safe.new_person_key(person="1"), safe.new_person_key(person="2")
    sealed = safe.seal_text("private", person="1", wrapped_key=first)

    for person, key in (("2", first), ("2", second), ("1", second)):
        with pytest.raises(WrongKey):
            safe.open_text(sealed, person=person, wrapped_key=key)


def test_a_sealed_mail_belongs_to_its_message() -> None:
    safe = Vault((NEW,))

    with pytest.raises(WrongKey):
        safe.open_mail(safe.seal_mail(b"to A", message="a"), message="b")


@given(st.data())
def test_a_changed_byte_anywhere_is_noticed(data: st.DataObject) -> None:
    safe = Vault((NEW,))
    sealed = bytearray(safe.seal_mail(b"one mail", message="m"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(WrongKey):
        safe.open_mail(bytes(sealed), message="m")


@pytest.mark.parametrize("length", [0, 5, 12, 27])
def test_a_sealed_mail_cut_short_is_noticed(length: int) -> None:
    safe = Vault((NEW,))

    with pytest.raises(WrongKey):
        safe.open_mail(safe.seal_mail(b"one mail", message="m")[:length], message="m")


def test_a_persons_key_does_not_open_mails_nor_the_other_way() -> None:
    safe = Vault((NEW,))

    with pytest.raises(WrongKey):
        safe.open_mail(safe.new_person_key(person="1"), message="1")


def test_a_token_is_known_by_its_hash_only() -> None:
    token = vault.new_token()

    assert vault.token_hash(token) == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) == 32


def test_tokens_and_public_ids_are_never_the_same_twice() -> None:
    assert len({vault.new_token() for _ in range(1000)}) == 1000
    assert len({vault.new_public_id() for _ in range(1000)}) == 1000
    assert len(vault.new_public_id()) == 32
