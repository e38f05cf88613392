"""Assessments: asked for, made in the background, stored for good, compared."""
from __future__ import annotations

from api.service.records import (
    Actor,
    AssessmentLine,
    AssessmentView,
    Difference,
    JobView,
    Page,
    TypeComparison,
)


class Assessments:
    def start(self, actor: Actor, case_id: str) -> JobView:
        """Ask for an assessment of the case as it is now; the one under way for the same revision, if there is one."""
        raise NotImplementedError

    def job(self, actor: Actor, case_id: str) -> JobView | None:
        """The last one asked for."""
        raise NotImplementedError

    def latest(self, actor: Actor, case_id: str, language: str = "zh") -> AssessmentView | None:
        raise NotImplementedError

    def get(self, actor: Actor, case_id: str, assessment_id: str, language: str = "zh") -> AssessmentView:
        raise NotImplementedError

    def history(self, actor: Actor, case_id: str, *, after: str | None = None, limit: int = 50
                ) -> Page[AssessmentLine]:
        """The newest first."""
        raise NotImplementedError

    def diff(self, actor: Actor, case_id: str, before: str, after: str) -> Difference:
        """Between two assessments of a case, by id."""
        raise NotImplementedError

    def compare(self, actor: Actor, case_id: str, assessment_id: str | None = None, language: str = "zh"
                ) -> tuple[TypeComparison, ...]:
        """Every base type on the documents of an assessment (the latest without one), the closest first."""
        raise NotImplementedError
