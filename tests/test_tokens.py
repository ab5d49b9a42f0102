from __future__ import annotations

import os
import pickle
from collections.abc import Iterator

import keyring
import keyring.backend
import keyring.backends.fail
import pytest

from maskpick import tokens
from maskpick.errors import SettingsError
from maskpick.tokens import Token

SECRET = "0123456789abcdefSECRET"


class Memory(keyring.backend.KeyringBackend):
    """A keyring that forgets when the test ends."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.kept.pop((service, username), None)


@pytest.fixture(autouse=True)
def no_token_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRIA_API_TOKEN", raising=False)


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def own_keyring() -> Iterator[Memory]:
    before = keyring.get_keyring()
    memory = Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


@pytest.mark.usefixtures("no_keyring")
def test_without_any_token_there_is_none() -> None:
    assert tokens.find_token() is None


def test_the_environment_comes_before_the_keyring_and_that_before_the_file(own_keyring: Memory) -> None:
    tokens._write_private(tokens.token_file(), "of-the-file")
    assert tokens.find_token().token.reveal() == "of-the-file"
    own_keyring.set_password("maskpick", "api_token", "of-the-keyring")
    assert tokens.find_token().token.reveal() == "of-the-keyring"
    found = tokens.find_token({"BRIA_API_TOKEN": "of-the-environment"})
    assert found.token.reveal() == "of-the-environment"
    assert "BRIA_API_TOKEN" in found.place


def test_a_token_goes_into_the_keyring_where_there_is_one(own_keyring: Memory) -> None:
    assert "keyring" in tokens.store_token(Token(SECRET))
    assert own_keyring.kept == {("maskpick", "api_token"): SECRET}
    assert not tokens.token_file().exists()


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_it_goes_into_a_file_for_the_user_alone() -> None:
    place = tokens.store_token(Token(SECRET))
    assert str(tokens.token_file()) in place
    assert tokens.find_token().token.reveal() == SECRET
    if os.name == "posix":
        assert tokens.token_file().stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tokens.token_file().parent.iterdir()] == ["token"]


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_token_file_others_may_read_is_refused_with_the_remedy() -> None:
    tokens.store_token(Token(SECRET))
    tokens.token_file().chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600") as raised:
        tokens.find_token()
    assert SECRET not in str(raised.value)


@pytest.mark.usefixtures("no_keyring")
def test_a_forgotten_token_is_gone() -> None:
    tokens.store_token(Token(SECRET))
    tokens.forget_token()
    tokens.forget_token()
    assert tokens.find_token() is None


@pytest.mark.parametrize("text", ["", "  ", "two words", "line\nbreak", "näh"])
def test_what_cannot_be_a_token_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Token(text)
    assert not text.strip() or text not in str(raised.value)


def test_no_text_made_of_a_token_shows_it() -> None:
    token = Token(SECRET)
    assert SECRET not in f"{token} {token!r} {[token]} {vars(tokens)}"
    with pytest.raises(TypeError):
        pickle.dumps(token)
