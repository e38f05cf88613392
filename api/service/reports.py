"""Reports of a stored assessment: docx, pdf, JSON."""
from __future__ import annotations

from api.service.records import Actor, ReportFile


class Reports:
    def render(self, actor: Actor, case_id: str, assessment_id: str | None, kind: str, language: str = "zh"
               ) -> ReportFile:
        """`kind` is "docx", "pdf" or "json"; the latest assessment without an id."""
        raise NotImplementedError
