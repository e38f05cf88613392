"""What goes wrong outside of the program: no space left, the database away. Told as that, with when to come back.

Nothing that failed so was acknowledged; the same request works when the trouble is over.
"""
from __future__ import annotations

import errno
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import Failure

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
RETRY_AFTER = 10        # seconds
NO_SPACE, AWAY = "no_space", "database_away"
_SQLITE_FULL, _SQLITE_AWAY = frozenset({"SQLITE_FULL"}), ("SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_CANTOPEN")
_POSTGRES_FULL = "53100"
_OBJECT_STORE_FULL = f"os error {errno.ENOSPC}"    # obstore's errors are of one type, and say it in words only


def failure(error: BaseException) -> Failure | None:
    """The failure that `error`, or what caused it, is to a user; None where it is the program's own."""
    for one in _causes(error):
        code = _code(one)
        if code is not None:
            return Failure(code, retry_after=RETRY_AFTER)
    return None


def _code(error: BaseException) -> str | None:
    if isinstance(error, PoolTimeout):
        return AWAY
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, OSError):
        return NO_SPACE if error.errno in FULL else None
    said = type(error).__module__.startswith("obstore") and _OBJECT_STORE_FULL in str(error)
    return NO_SPACE if said else None


def _of_database(error: DBAPIError) -> str | None:
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is not None:
        return NO_SPACE if name in _SQLITE_FULL else AWAY if name.startswith(_SQLITE_AWAY) else None
    if getattr(error.orig, "sqlstate", None) == _POSTGRES_FULL:
        return NO_SPACE
    return AWAY if isinstance(error, OperationalError) or error.connection_invalidated else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error itself and what it came from."""
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or one.__context__
