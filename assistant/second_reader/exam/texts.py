"""`exam.yaml` of a policy folder: short texts with known facts, by which a model shows how it reads."""
from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec

from assistant.second_reader.asking import guide
from ingestion import typed_yaml
from ingestion.domain import Interval
from ingestion.errors import PolicyError, UsageError
from ingestion.policies.policy import Policy

FILE = "exam.yaml"
Bounds = int | Annotated[list[int | None], msgspec.Meta(min_length=2, max_length=2)] | None


class ExamText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text; the file's head says what each field is."""

    id: str
    base_type: str
    text: str
    facts: dict[str, Bounds]
    obeyed: dict[str, Bounds] = {}


class Exam(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    applicant: str
    application_date: date
    texts: list[ExamText]

    @property
    def in_order(self) -> list[ExamText]:
        """The texts as they are read: those that give orders first, since one order obeyed ends the exam; then by base
        type, whose instructions an endpoint may remember, the short ones first."""
        return sorted(self.texts, key=lambda one: (not one.obeyed, one.base_type, len(one.text)))


def of(policy: Policy) -> Exam:
    """The exam of a policy; UsageError where its folder has none, PolicyError where it asks for what is not there."""
    return _load(policy.root / FILE, policy)


def interval(bounds: Bounds) -> Interval | None:
    if isinstance(bounds, list):
        low, high = bounds
        return Interval(low or 0, high)
    return Interval(bounds, bounds) if bounds is not None else None


@lru_cache(maxsize=8)
def _read(path: Path) -> Exam:
    return typed_yaml.decode(typed_yaml.read(path), Exam, path)


def _load(path: Path, policy: Policy) -> Exam:
    """The exam of a policy folder; an error names the text that asks for what is not there."""
    if not path.is_file():
        raise UsageError(f"the policy {policy.title!r} has no {FILE}, so no model can be examined for it; add one.",
                         f"政策“{policy.title}”没有 {FILE}，无法考核模型；请补充该文件。")
    exam, known = _read(path), {one.id for one in policy.base_types}
    for number, text in enumerate(exam.texts):
        asked = guide.keys(policy, text.base_type) if text.base_type in known else ()
        strange = [key for key in (*text.facts, *text.obeyed) if key not in asked]
        if strange or not asked:
            line = typed_yaml.line(path, ["texts", number])
            raise PolicyError(f"{FILE}:{line}: the text {text.id!r} asks for what its base type has not: "
                              f"{', '.join(strange) or text.base_type}; mend it",
                              f"{FILE} 第{line}行：考题 {text.id} 所问的不属于其申报类型："
                              f"{'、'.join(strange) or text.base_type}，请改正", FILE, line)
    return exam
