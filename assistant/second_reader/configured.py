"""The second reader that an installation has configured."""
from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from assistant import llm
from assistant.second_reader import asking, reading, request
from assistant.second_reader.asking import Model
from ingestion.domain import Assessment, Differ, Extraction
from ingestion.errors import UsageError
from ingestion.policy import Policy


class SecondReader(Struct, frozen=True):
    """A model with what stands where it differs; `exam` is its score, None where it reads unexamined."""

    model: Model
    differ: Differ
    exam: float | None = None

    @property
    def name(self) -> str:
        return self.model.name

    def read(self, alone: Assessment, policy: Policy, applicant: str, language: str = "zh",
             progress: reading.Progress | None = None) -> Assessment:
        """An assessment of the first reader alone, with the second's reading beside it."""
        about = request.asked(policy, alone.base_type, applicant, alone.application_date)
        first = Extraction(alone.facts, alone.exclusions, alone.unexplained)
        second = reading.read(about, alone.documents, first, self.model, self.differ, self.exam, progress)
        return reading.assessed(alone, policy, second, language)


def reader(differ: str, *, unexamined: bool, kept: Path | None = None) -> SecondReader:
    """The reader that the environment names; UsageError where there is none or it may not read."""
    settings = llm.from_environment()
    if settings is None:
        raise UsageError(f"no language model is configured; set {llm.URL} and {llm.MODEL}.",
                         f"没有配置语言模型；请设置 {llm.URL} 和 {llm.MODEL}。")
    model = asking.Reader(settings, asking.limits(), kept)
    if not unexamined:
        raise UsageError(
            f"the model {model.name!r} has not passed the reading exam, so it may not read; --unexamined lets it, for "
            "measuring, and the result says so.",
            f"模型 {model.name!r} 尚未通过阅读考试，不能作为第二读者；测试时可用 --unexamined，结果会注明未经考试。")
    return SecondReader(model, Differ(differ))
