"""Who may use a server: HTTP Basic against hashed passwords.

A file of logins has lines `user:salt:hash`; `python -m qa.login USER` asks for
a password and prints such a line. Source of the parameters: OWASP, scrypt.
"""

import base64
import binascii
import getpass
import hashlib
import hmac
import os
import re
import sys
from pathlib import Path

COST, BLOCK, LANES = 2**14, 8, 5
_LINE = re.compile("([^:\ufffd]+):((?:[0-9a-f]{2})+):([0-9a-f]{64})")


class Login:
    """Checks `Authorization` headers; a header that passed once is remembered."""

    def __init__(self, lines: list[str]) -> None:
        self._hashes = {
            user: (salt, hashed) for user, salt, hashed in map(_parse, lines)
        }
        self._passed: set[bytes] = set()

    def knows(self, header: str) -> bool:
        """Tell, at once, whether a header has passed before."""
        return _digest(header) in self._passed

    def allows(self, header: str) -> bool:
        """Tell whether a header names a known user and the right password.

        That takes the processor a quarter of a second, as it would whoever guesses.
        """
        if self.knows(header):
            return True
        user, password = _credentials(header)
        if not user:
            return False
        salt, wanted = self._hashes.get(user, ("00", ""))
        if not hmac.compare_digest(_scrypt(password, salt), wanted):
            return False
        self._passed.add(_digest(header))
        return True


def read(auth: str) -> Login:
    """Make a Login of `user:password`, or of the file of hashed ones at that path.

    Raises ValueError when it is neither.
    """
    if os.path.isfile(auth):
        text = Path(auth).read_text(encoding="utf-8-sig", errors="replace")
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines:
            raise ValueError(
                f"{auth} holds no login; add what python -m qa.login USER prints"
            )
        return Login(lines)
    user, colon, password = auth.partition(":")
    if not (user and colon and password):
        raise ValueError(
            "a login is user:password, or a file made with python -m qa.login USER"
        )
    return Login([hash_line(user, password)])


def hash_line(user: str, password: str) -> str:
    """Give the line of a login file: `user:salt:hash`."""
    salt = os.urandom(16).hex()
    return f"{user}:{salt}:{_scrypt(password, salt)}"


def _ask(user: str) -> str:
    """Ask for a password, and give the line of a login file."""
    try:
        password = getpass.getpass()
    except (EOFError, KeyboardInterrupt):
        sys.exit("\nno password was given; no line was made")
    if not password:
        sys.exit("the password is empty; choose one of some length")
    return hash_line(user, password)


def _parse(line: str) -> tuple[str, str, str]:
    match = _LINE.fullmatch(line.strip())
    if not match:
        raise ValueError(
            f"{line[:20]!r} is not user:salt:hash; make it with python -m qa.login USER"
        )
    return match[1], match[2], match[3]


def _digest(header: str) -> bytes:
    return hashlib.sha256(header.encode("utf-8", "replace")).digest()


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = (
            base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
        )
    except (binascii.Error, ValueError):
        return "", ""
    return user, password


def _scrypt(password: str, salt: str) -> str:
    secret = hashlib.scrypt(
        password.encode("utf-8"),
        salt=bytes.fromhex(salt),
        n=COST,
        r=BLOCK,
        p=LANES,
        maxmem=2**26,
        dklen=32,
    )
    return secret.hex()


if __name__ == "__main__":
    match sys.argv[1:]:
        case [user] if user and ":" not in user:
            print(_ask(user))
        case _:
            sys.exit("python -m qa.login wants one user's name, without a colon in it")
