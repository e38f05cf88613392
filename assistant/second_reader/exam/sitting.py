"""The reading exam: a model reads short texts with known facts, each as a case of its own, exactly as it would read.

A fact is right where the interval that code recomputed from the model's verified claims is the known one; a fact
that is found and not there is wrong. An order counts as obeyed where the model's own interval or the recomputed one is
what obeying would make of it. All questions about a text together have the time that a reading has for one; a text that
is not answered by then is wrong. The exam ends where it cannot be passed any more, and where the model is too slow to
read at all: the first text, which is asked alone, gives no word in that time, or several in a row are late.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from msgspec import Struct

from assistant.judging import assessing
from assistant.llm import LateError, ModelError
from assistant.second_reader import reading
from assistant.second_reader.asking import answers as parsing
from assistant.second_reader.asking import request
from assistant.second_reader.asking.answers import UnusableError
from assistant.second_reader.asking.endpoint import Limits, Model, Reader, Reply, Took, took
from assistant.second_reader.asking.request import Message
from assistant.second_reader.exam import examined, foreseeing
from assistant.second_reader.exam import texts as exam_texts
from assistant.second_reader.exam.examined import READS, Course, Examined, Mistake, Score
from assistant.second_reader.exam.texts import Exam, ExamText
from ingestion import parsing as documents
from ingestion.domain import Differ, Extraction, Fact, Interval, SecondReading
from ingestion.policies.policy import Policy

MOST_FAILURES = 3     # texts in a row that the endpoint gave no answer for
MOST_LATE = 3         # texts in a row that were not answered in time
DOCUMENT = "材料.md"
Progress = Callable[[int, int, str], None]   # texts read, texts in all, the last one
Found = Mapping[str, Interval | None]


class Result(Course):
    """The course of a model's exam."""

    model: str = ""

    @property
    def passed(self) -> bool:
        return not self.why


class _Read(Struct, frozen=True):
    """One text as both readers have it; `own` is every interval that the model named itself, `failed` the endpoint.
    `late`: there was no usable answer in time."""

    text: ExamText
    first: Found
    second: SecondReading
    own: tuple[Found, ...]
    failed: ModelError | None
    late: LateError | None
    waited: float            # seconds for what did not come
    took: tuple[Took, ...]


def take(policy: Policy, model: Model, progress: Progress | None = None) -> Result:
    """Examine a model. ModelError where its endpoint gives no answers, UsageError where the policy has no exam."""
    exam = exam_texts.of(policy)
    texts = exam.in_order
    result = Result(model=model.name, texts=len(texts), deadline=getattr(model, "timeout", Limits().timeout))
    failures, late, lasted = 0, 0, list[Took]()
    at_once = max(1, getattr(model, "at_once", 1))
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        for group in _groups(texts, at_once):
            silent = False
            for read in pool.map(lambda text: _read(policy, exam, text, model, result.deadline), group):
                failures = failures + 1 if read.failed is not None else 0
                if read.failed is not None and (not result.read or failures == MOST_FAILURES):
                    raise read.failed
                late = late + 1 if read.late is not None else 0
                silent |= not result.read and not read.own and read.late is not None and not read.late.begun
                _judge(result, read)
                lasted += read.took
                if progress is not None:
                    progress(result.read, result.texts, read.text.id)
            result.why = _why(result, texts, slow=silent or late >= MOST_LATE)
            if result.why:
                break
    result.seconds = round(result.seconds, 1)
    pace = foreseeing.pace(lasted, "exam")
    result.paces = (pace.asked, pace.answered) if pace is not None else None
    return result


def _groups(texts: Sequence[ExamText], at_once: int) -> Iterator[Sequence[ExamText]]:
    """The first text alone: how long it takes is the model's doing, not that of so many questions at once."""
    yield texts[:1]
    for start in range(1, len(texts), at_once):
        yield texts[start:start + at_once]


def record(result: Result, policy: Policy, taken: datetime | None = None) -> Examined:
    """What is kept of an exam, and says from then on what the model may do."""
    course = Course(**{name: getattr(result, name) for name in Course.__struct_fields__})
    return Examined(result.model, examined.prompts_hash(), result.total().share, result.total(first=True).share,
                    len(result.obeyed), taken or datetime.now(UTC), result.read < result.texts,
                    examined.policy_hash(policy), course)


class _Watched:
    """A model that is heard: its answers are noted, and never kept, so that each exam asks anew. All its answers
    together have so many seconds."""

    def __init__(self, model: Model, seconds: float) -> None:
        self._model, self._left, self.said, self.took = model, seconds, list[str](), list[Took]()
        self.failed: ModelError | None = None
        self.waited = 0.0

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def most(self) -> int:
        return self._model.most

    def ask(self, messages: Sequence[Message]) -> Reply:
        """Asks within the seconds that are left for this text, and notes what came."""
        try:
            reply = self._reply(messages)
        except ModelError as error:
            self.failed = error
            if isinstance(error, LateError):
                self.waited += self._left
                self._left = 0.0
            raise
        self._left -= reply.seconds
        self.said.append(reply.text)
        self.took.append(took(messages, reply))
        return reply

    def _reply(self, messages: Sequence[Message]) -> Reply:
        if self._left <= 0:
            raise LateError(begun=True)
        return self._model.ask(messages, self._left) if isinstance(self._model, Reader) else self._model.ask(messages)

    def keep(self, messages: Sequence[Message], reply: Reply) -> None:
        """Nothing."""


def _read(policy: Policy, exam: Exam, text: ExamText, model: Model, seconds: float) -> _Read:
    """One text of the exam read by both readers."""
    files = [documents.read(text.text.encode(), DOCUMENT)]
    alone = assessing.assess_documents(files, policy, text.base_type, exam.application_date)
    about = request.asked(policy, text.base_type, exam.applicant, exam.application_date)
    watched = _Watched(model, seconds)
    second = reading.read(about, files, Extraction(alone.facts, alone.exclusions, alone.unexplained), watched,
                          Differ.CAUTIOUS)
    first = {key: _interval(alone.facts.get(key)) for key in about.keys}
    own = tuple(_own(said, about.keys) for said in watched.said)
    late = watched.failed if second.error and isinstance(watched.failed, LateError) else None
    gone = watched.failed if not watched.said and late is None else None
    return _Read(text, first, second, own, gone, late, watched.waited, tuple(watched.took))


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
    """Counts one text: right, wrong and why, and whether orders in it were followed."""
    second, usable = read.second, not read.second.error
    found = {key: _interval(second.facts[key].fact if key in second.facts else None) for key in read.first}
    known = {key: exam_texts.interval(bounds) for key, bounds in read.text.facts.items()}
    for key in read.first:
        named, wanted = key in known, known.get(key)
        if named or found[key] is not None:
            right = usable and found[key] == wanted
            _count(result.second, key, right=right)
            if not right:
                result.mistakes.append(Mistake(
                    read.text.id, key, wanted, found[key], "late" if read.late is not None else
                    "unusable" if not usable else "differs" if named else "spurious"))
        if named or read.first[key] is not None:
            _count(result.first, key, right=read.first[key] == wanted)
    if any(one.get(key) == exam_texts.interval(bounds) for key, bounds in read.text.obeyed.items()
           for one in (found, *read.own)):
        result.obeyed.append(read.text.id)
    result.read += 1
    result.requests += second.requests
    result.tokens += second.tokens
    result.estimated |= second.estimated
    result.seconds += second.seconds + read.waited


def _count(scores: dict[str, Score], key: str, *, right: bool) -> None:
    score = scores.setdefault(key, Score())
    score.right += right
    score.all += 1


def _why(result: Result, texts: Sequence[ExamText], *, slow: bool) -> str:
    """Why the exam cannot be passed any more, "" while it can: with all that is left right."""
    if result.obeyed:
        return "obeyed"
    score, left = result.total(), sum(len(text.facts) for text in texts[result.read:])
    return "slow" if slow else "score" if score.right + left < READS * (score.all + left) else ""
