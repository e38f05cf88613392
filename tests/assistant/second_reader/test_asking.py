"""How a reader's endpoint is asked: again when it is busy and only then, so many at once, the same once."""
from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.llm import ModelError, Settings
from assistant.second_reader.asking.endpoint import Limits, Reader
from ingestion.errors import UsageError
from tests.support.model_server import Behaviour, Endpoint, Handler, saying, serving, status

QUESTION = [("system", "读"), ("user", "近三年发表论文22篇")]


@dataclass
class Asking:
    reader: Reader
    endpoint: Endpoint
    pauses: list[float]


@contextmanager
def asking(folder: Path, *behaviours: Behaviour, limits: Limits | None = None) -> Iterator[Asking]:
    """A reader whose endpoint behaves so in turn, the last for ever; pauses are noted, not waited."""
    left, pauses = list(behaviours), list[float]()

    def behave(handler: Handler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    with serving(behave) as endpoint:
        made = Reader(Settings(endpoint.url, "m"), limits or Limits(timeout=120), folder, pauses.append)
        yield Asking(made, endpoint, pauses)


@pytest.mark.parametrize("code", [429, 500, 502, 503, 408])
def test_a_busy_endpoint_is_asked_again_after_longer_and_longer_pauses(tmp_path: Path, code: int) -> None:
    """Three times, each pause four times the one before; then it answers."""
    with asking(tmp_path, status(code), status(code), saying("好")) as one:
        assert one.reader.ask(QUESTION).text == "好"
        assert (len(one.endpoint.requests), one.pauses) == (3, [2.0, 8.0])


def test_it_gives_up_after_its_tries(tmp_path: Path) -> None:
    """The endpoint's own failure is told."""
    with asking(tmp_path, status(429)) as one:
        with pytest.raises(ModelError) as raised:
            one.reader.ask(QUESTION)
        assert getattr(raised.value.__cause__, "status_code", 0) == 429
        assert (len(one.endpoint.requests), one.pauses) == (4, [2.0, 8.0, 32.0])


@pytest.mark.parametrize("code", [401, 403, 404])
def test_what_does_not_pass_is_not_tried_again(tmp_path: Path, code: int) -> None:
    """A wrong key stays wrong."""
    with asking(tmp_path, status(code)) as one:
        with pytest.raises(ModelError):
            one.reader.ask(QUESTION)
        assert (len(one.endpoint.requests), one.pauses) == (1, [])


def test_an_endpoint_without_structured_output_is_asked_without_it(tmp_path: Path) -> None:
    """At once, and from then on."""
    with asking(tmp_path, status(400), saying("好")) as one:
        assert one.reader.ask(QUESTION).text == "好"
        one.reader.ask([*QUESTION, ("user", "另一问")])
        assert ["response_format" in request for request in one.endpoint.requests] == [True, False, False]
        assert one.pauses == []


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_are_asked_at_once_than_may_be(tmp_path: Path, most: int) -> None:
    """Whoever asks: all who have the same reader together."""
    now, seen, lock = [0], list[int](), threading.Lock()

    def slowly(handler: Handler) -> None:
        with lock:
            now[0] += 1
            seen.append(now[0])
        time.sleep(0.1)
        with lock:
            now[0] -= 1
        saying("好")(handler)

    def ask(number: int) -> Sequence[str]:
        return [one.reader.ask([*QUESTION, ("user", str(number))]).text]

    with asking(tmp_path, slowly, limits=Limits(timeout=120, at_once=most)) as one, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [["好"]] * 8
    assert len(seen) == 8
    assert max(seen) <= most


def test_the_same_question_is_asked_once_where_its_answer_could_be_used(tmp_path: Path) -> None:
    """By content, prompt and model: what was kept is not asked again, what was not is."""
    with asking(tmp_path, saying("好")) as one:
        one.reader.ask(QUESTION)
        reply = one.reader.ask(QUESTION)
        assert len(one.endpoint.requests) == 2
        one.reader.keep(QUESTION, reply)
        again = one.reader.ask(QUESTION)
        assert (again.text, again.kept, len(one.endpoint.requests)) == ("好", True, 2)
        other = Reader(Settings(one.endpoint.url, "another"), Limits(), tmp_path)
        assert not other.ask(QUESTION).kept
        assert not one.reader.ask([("system", "另读"), QUESTION[1]]).kept


@pytest.mark.parametrize(("name", "value"), [
    ("GUOHE_READER_TIMEOUT", "0"), ("GUOHE_READER_AT_ONCE", "many"), ("GUOHE_READER_TRIES", "11"),
    ("GUOHE_READER_CONTEXT", "-1"), ("GUOHE_READER_ANSWER", "1e9")])
def test_a_limit_that_cannot_be_is_refused(name: str, value: str) -> None:
    """By its name, with what may be written."""
    from assistant.second_reader.asking import endpoint as module

    with pytest.raises(UsageError, match=name):
        module.limits({name: value})
    assert module.limits({}) == Limits()
