"""Who may use a server."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.login import hash_line, read


def header(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def quick(monkeypatch):
    """Let passwords take no quarter of a second."""
    monkeypatch.setattr("qa.login.COST", 2)


def test_the_right_password_passes_and_others_do_not():
    """User and password both count; a colon may be in the password."""
    login = read("ana:pass:wörd")

    assert login.allows(header("ana", "pass:wörd"))
    assert login.allows(header("ana", "pass:wörd"))  # remembered
    assert not login.allows(header("ana", "pass"))
    assert not login.allows(header("bob", "pass:wörd"))


@pytest.mark.parametrize("bad", ["", "Basic", "Basic %%%", "Bearer x", "Basic /w=="])
def test_a_malformed_header_does_not_pass(quick, monkeypatch, bad):
    """Whatever is sent, the answer is no, not an error, and takes no hashing."""
    login = read("ana:x")
    monkeypatch.setattr("qa.login._scrypt", None)

    assert not login.allows(bad)


def test_a_file_holds_hashed_passwords(quick, tmp_path):
    """Each line is a user; the passwords themselves are nowhere in the file."""
    path = tmp_path / "logins"
    path.write_text("\n".join([hash_line("ana", "secret"), "", hash_line("bob", "x")]))

    assert "secret" not in path.read_text()
    assert read(str(path)).allows(header("ana", "secret"))
    assert read(str(path)).allows(header("bob", "x"))
    assert not read(str(path)).allows(header("bob", "secret"))


@pytest.mark.parametrize("bad", ["ana", "ana:", ":x"])
def test_a_login_needs_user_and_password(bad):
    """Half a login is refused when the server starts."""
    with pytest.raises(ValueError, match="user:password"):
        read(bad)


HASH = "0f" * 32


@pytest.mark.parametrize(
    "line",
    [
        "ana:secret",
        f"ana:salt:{HASH}",
        f"ana:00:{HASH[1:]}é",
        f"a:b:00:{HASH}",
        f"a\udcff:00:{HASH}",
    ],
    ids=["no hash", "salt", "hash", "colon in the name", "name that is no UTF-8"],
)
def test_a_damaged_file_is_refused(tmp_path, line):
    """A line that is no login is named when the server starts."""
    (tmp_path / "logins").write_bytes(os.fsencode(f"{line}\n"))

    with pytest.raises(ValueError, match=r"'a.* is not user:salt:hash"):
        read(str(tmp_path / "logins"))


def test_a_file_may_begin_with_a_mark_of_its_encoding(quick, tmp_path):
    """As Windows writes it; it is no part of the first name."""
    (tmp_path / "logins").write_text(hash_line("ana", "secret"), "utf-8-sig")

    assert read(str(tmp_path / "logins")).allows(header("ana", "secret"))


@pytest.mark.parametrize(
    ("typed", "said"), [("\n", "is empty"), ("", "no password was given")]
)
def test_no_line_is_made_without_a_password(typed, said):
    """Neither an empty one nor none, by Ctrl-D: one line says so."""
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "qa.login", "ana"],
        input=typed,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        start_new_session=True,  # no terminal to ask at
    )

    assert (made.returncode, made.stdout) == (1, "")
    assert said in made.stderr
    assert "Traceback" not in made.stderr


def test_an_empty_file_is_refused(tmp_path):
    """Nobody could log in."""
    (tmp_path / "logins").write_text("\n")

    with pytest.raises(ValueError, match="holds no login"):
        read(str(tmp_path / "logins"))


def test_a_password_may_be_longer_than_a_name_of_a_file(quick):
    assert read(f"ana:{'x' * 300}").allows(header("ana", "x" * 300))


@pytest.mark.parametrize("args", [[], [""], ["a:b"], ["a", "b"]])
def test_a_line_is_made_for_one_name(args):
    """A browser's login ends the name at the first colon."""
    made = subprocess.run(
        [sys.executable, "-m", "qa.login", *args],
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )

    assert (made.returncode, made.stdout) == (1, b"")
    assert made.stderr.startswith(b"python -m qa.login wants one user's name")
