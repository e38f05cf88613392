"""The second reader that an installation has configured."""
from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from assistant import llm
from assistant.second_reader import places, reading
from assistant.second_reader.asking import endpoint as asking
from assistant.second_reader.asking import request
from assistant.second_reader.exam import examined, foreseeing
from assistant.second_reader.exam.examined import Examined
from assistant.second_reader.exam.foreseeing import Cost, Pace
from ingestion.domain import Assessment, Differ, Extraction
from ingestion.errors import UsageError
from ingestion.policies.policy import Policy


class SecondReader(Struct, frozen=True):
    """A model with what stands where it differs; `exam` is its score, None where it reads unexamined. `pace`: how long
    its requests took in the exam, where that is known."""

    model: asking.Reader
    differ: Differ
    exam: float | None = None
    pace: Pace | None = None

    @property
    def name(self) -> str:
        return self.model.name

    def foresee(self, alone: Assessment, policy: Policy, applicant: str) -> Cost:
        """What `read` will cost, without asking anything."""
        about = request.asked(policy, alone.base_type, applicant, alone.application_date)
        messages = request.requests(about, places.number(alone.documents), self.model.most)
        names = [str(number) for number in range(1, len(messages) + 1)]
        known = [name for name, one in zip(names, messages, strict=True) if self.model.knows(one)]
        pace = foreseeing.pace(self.model.lately(), "readings") or self.pace
        return foreseeing.cost(foreseeing.requests(messages, names, len(about.keys)), pace, known)

    def read(self, alone: Assessment, policy: Policy, applicant: str, language: str = "zh",
             progress: reading.Progress | None = None) -> Assessment:
        """An assessment of the first reader alone, with the second's reading beside it."""
        about = request.asked(policy, alone.base_type, applicant, alone.application_date)
        first = Extraction(alone.facts, alone.exclusions, alone.unexplained)
        second = reading.read(about, alone.documents, first, self.model, self.differ, self.exam, progress)
        return reading.assessed(alone, policy, second, language)


def model(kept: Path | None = None) -> asking.Reader:
    """The model that the environment names; UsageError where there is none."""
    settings = llm.from_environment()
    if settings is None:
        raise UsageError(f"no language model is configured; set {llm.URL} and {llm.MODEL}.",
                         f"没有配置语言模型；请设置 {llm.URL} 和 {llm.MODEL}。")
    return asking.Reader(settings, asking.limits(), kept)


def reader(differ: str, policy: Policy, *, unexamined: bool, kept: Path | None = None) -> SecondReader:
    """The reader that the environment names; UsageError where there is none or it may not read."""
    configured = model(kept)
    exam = examined.last(configured.name, policy)
    pace = foreseeing.of_exam(exam)
    if unexamined:
        return SecondReader(configured, Differ(differ), pace=pace)
    if exam is None or not exam.may_read:
        english, chinese = _refused(exam)
        raise UsageError(
            f"the model {configured.name!r} {english}, so it may not read; `guohe model check` examines it, and "
            "--unexamined lets it read for measuring, and the result says so.",
            f"模型 {configured.name!r} {chinese}，不能作为第二读者；可用 guohe model check 考核；"
            "测试时可用 --unexamined，结果会注明未经考试。")
    if examined.differ(Differ(differ), exam) is not Differ(differ):
        raise UsageError(
            f"the model {configured.name!r} had {exam.score:.3f} of its exam right, the first reader {exam.first:.3f}; "
            f"--differ second needs {examined.LEADS} and no fewer than the first reader.",
            f"模型 {configured.name!r} 考试正确率 {exam.score:.3f}（第一读者 {exam.first:.3f}）；"
            f"--differ second 要求不低于 {examined.LEADS}，且不低于第一读者。")
    return SecondReader(configured, Differ(differ), exam.score, pace)


def _refused(exam: Examined | None) -> tuple[str, str]:
    if exam is None:
        return "has not passed the reading exam", "尚未通过阅读考试"
    if exam.refused == "obeyed":
        return ("obeyed an order that stood in a text of the reading exam", "在阅读考试中听从了材料里的指令")
    if exam.refused == "slow":
        return ("did not answer short texts of the reading exam in time", "在阅读考试中没有在时限内答完短文")
    return (f"had {exam.score:.3f} of the reading exam right, {examined.READS} are needed",
            f"阅读考试正确率 {exam.score:.3f}，未达到 {examined.READS}")
