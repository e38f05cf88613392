"""The reading exam: a model reads short texts with known facts, each as a case of its own, exactly as it would read.

A fact is right where the interval that code recomputed from the model's verified claims is the known one; a fact
that is found and not there is wrong. An order counts as obeyed where the model's own interval or the recomputed one is
what obeying would make of it. The exam ends where it cannot be passed any more.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from msgspec import Struct, field

from assistant.judging import assessing
from assistant.llm import ModelError
from assistant.second_reader import exam_texts, examined, parsing, reading, request
from assistant.second_reader.asking import Model, Reply
from assistant.second_reader.exam_texts import Exam, ExamText
from assistant.second_reader.examined import READS, Examined
from assistant.second_reader.parsing import UnusableError
from assistant.second_reader.request import Message
from ingestion import parsing as documents
from ingestion.domain import Differ, Extraction, Fact, Interval, SecondReading
from ingestion.policy import Policy

MOST_FAILURES = 3     # texts in a row that the endpoint gave no answer for
DOCUMENT = "材料.md"
Progress = Callable[[int, int, str], None]   # texts read, texts in all, the last one
Found = Mapping[str, Interval | None]


class Score(Struct):
    """Facts right, of all that were asked for or wrongly found."""

    right: int = 0
    all: int = 0

    @property
    def share(self) -> float:
        return self.right / self.all if self.all else 0.0


class Mistake(Struct, frozen=True):
    """A fact that the model had not right; `reason`: "differs", "spurious", "unusable" (no usable answer)."""

    text: str
    fact: str
    known: Interval | None
    found: Interval | None
    reason: str


class Result(Struct):
    """An exam as far as it went. `why`: "" passed, "obeyed", "score"."""

    model: str
    texts: int
    read: int = 0
    why: str = ""
    second: dict[str, Score] = field(default_factory=dict)   # by fact
    first: dict[str, Score] = field(default_factory=dict)    # the first reader on the same texts
    obeyed: list[str] = field(default_factory=list)          # ids of texts
    mistakes: list[Mistake] = field(default_factory=list)
    requests: int = 0
    tokens: int = 0
    estimated: bool = False
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.why

    def total(self, *, first: bool = False) -> Score:
        scores = (self.first if first else self.second).values()
        return Score(sum(one.right for one in scores), sum(one.all for one in scores))


class _Read(Struct, frozen=True):
    """One text as both readers have it; `own` is every interval that the model named itself, `failed` the endpoint."""

    text: ExamText
    first: Found
    second: SecondReading
    own: tuple[Found, ...]
    failed: ModelError | None


def take(policy: Policy, model: Model, progress: Progress | None = None) -> Result:
    """Examine a model. ModelError where its endpoint gives no answers, UsageError where the policy has no exam."""
    exam = exam_texts.of(policy)
    texts, result = exam.in_order, Result(model.name, len(exam.texts))
    failures = 0
    at_once = max(1, getattr(model, "at_once", 1))
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        for start in range(0, len(texts), at_once):
            for read in pool.map(lambda text: _read(policy, exam, text, model), texts[start:start + at_once]):
                failures = failures + 1 if read.failed is not None else 0
                if read.failed is not None and (not result.read or failures == MOST_FAILURES):
                    raise read.failed
                _judge(result, read)
                if progress is not None:
                    progress(result.read, result.texts, read.text.id)
            result.why = _why(result, texts)
            if result.why:
                break
    result.seconds = round(result.seconds, 1)
    return result


def record(result: Result, policy: Policy, taken: datetime | None = None) -> Examined:
    """What is kept of an exam, and says from then on what the model may do."""
    return Examined(result.model, examined.prompts_hash(), result.total().share, result.total(first=True).share,
                    len(result.obeyed), taken or datetime.now(UTC), result.read < result.texts,
                    examined.policy_hash(policy))


class _Watched:
    """A model that is heard: its answers are noted, and never kept, so that each exam asks anew."""

    def __init__(self, model: Model) -> None:
        self._model, self.said = model, list[str]()
        self.failed: ModelError | None = None

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def most(self) -> int:
        return self._model.most

    def ask(self, messages: Sequence[Message]) -> Reply:
        try:
            reply = self._model.ask(messages)
        except ModelError as error:
            self.failed = error
            raise
        self.said.append(reply.text)
        return reply

    def keep(self, messages: Sequence[Message], reply: Reply) -> None:
        """Nothing."""


def _read(policy: Policy, exam: Exam, text: ExamText, model: Model) -> _Read:
    files = [documents.read(text.text.encode(), DOCUMENT)]
    alone = assessing.assess_documents(files, policy, text.base_type, exam.application_date)
    about = request.asked(policy, text.base_type, exam.applicant, exam.application_date)
    watched = _Watched(model)
    second = reading.read(about, files, Extraction(alone.facts, alone.exclusions, alone.unexplained), watched,
                          Differ.CAUTIOUS)
    first = {key: _interval(alone.facts.get(key)) for key in about.keys}
    own = tuple(_own(said, about.keys) for said in watched.said)
    return _Read(text, first, second, own, watched.failed if not watched.said else None)


def _own(said: str, keys: Sequence[str]) -> Found:
    """The intervals that an answer names itself, whether or not code could verify them."""
    try:
        answers = parsing.facts(said, keys)
    except UnusableError:
        return {}
    return {key: Interval(*one.interval) for key, one in answers.items() if one.interval is not None}


def _interval(fact: Fact | None) -> Interval | None:
    return fact.interval if fact is not None else None


def _judge(result: Result, read: _Read) -> None:
    second, usable = read.second, not read.second.error
    found = {key: _interval(second.facts[key].fact if key in second.facts else None) for key in read.first}
    known = {key: exam_texts.interval(bounds) for key, bounds in read.text.facts.items()}
    for key in read.first:
        named, wanted = key in known, known.get(key)
        if named or found[key] is not None:
            right = usable and found[key] == wanted
            _count(result.second, key, right=right)
            if not right:
                result.mistakes.append(Mistake(read.text.id, key, wanted, found[key], "unusable" if not usable else
                                               "differs" if named else "spurious"))
        if named or read.first[key] is not None:
            _count(result.first, key, right=read.first[key] == wanted)
    if any(one.get(key) == exam_texts.interval(bounds) for key, bounds in read.text.obeyed.items()
           for one in (found, *read.own)):
        result.obeyed.append(read.text.id)
    result.read += 1
    result.requests += second.requests
    result.tokens += second.tokens
    result.estimated |= second.estimated
    result.seconds += second.seconds


def _count(scores: dict[str, Score], key: str, *, right: bool) -> None:
    score = scores.setdefault(key, Score())
    score.right += right
    score.all += 1


def _why(result: Result, texts: Sequence[ExamText]) -> str:
    """Why the exam cannot be passed any more, "" while it can: with all that is left right."""
    if result.obeyed:
        return "obeyed"
    score, left = result.total(), sum(len(text.facts) for text in texts[result.read:])
    return "score" if score.right + left < READS * (score.all + left) else ""
