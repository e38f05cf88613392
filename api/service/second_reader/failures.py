"""Why a model gave no answer at all, as the page says it."""
from __future__ import annotations

from api.errors import Failure
from assistant.llm import LateError, ModelError

BY_STATUS = {401: "reader_refused", 403: "reader_refused", 404: "reader_unknown", 408: "reader_slow",
             429: "reader_busy"}


def said(error: ModelError | None) -> Failure:
    """The failure for what the endpoint did last; without an error its answers could not be used."""
    if error is None:
        return Failure("reader_unusable")
    cause = error.__cause__
    status = getattr(cause, "status_code", None)
    if isinstance(status, int):
        return Failure(BY_STATUS.get(status, "reader_busy" if status >= 500 else "reader_failed"))
    names = {one.__name__ for one in type(cause).__mro__} if cause is not None else set()
    if names & {"APITimeoutError", "TimeoutException"} or isinstance(error, LateError):
        return Failure("reader_slow")
    if "does not end" in str(cause) or "did not stop" in str(error):
        return Failure("reader_flood")
    if names & {"APIConnectionError", "TransportError"}:
        return Failure("reader_unreachable")
    return Failure("reader_failed")
