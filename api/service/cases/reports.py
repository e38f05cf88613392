"""Reports of a stored assessment: docx, pdf, JSON."""
from __future__ import annotations

import re
from dataclasses import dataclass

from api.errors import Failure
from api.service.cases.assessments import Assessments
from api.service.cases.cases import Cases
from api.service.policies.policies import Policies
from api.service.records import Actor, ReportFile

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KINDS = ("docx", "pdf", "json")    # of a report


@dataclass(frozen=True)
class Reports:
    cases: Cases
    assessments: Assessments
    policies: Policies

    def render(self, actor: Actor, case_id: str, assessment_id: str | None, kind: str, language: str = "zh"
               ) -> ReportFile:
        """`kind` is "docx", "pdf" or "json"; the latest assessment without an id.

        Failure "unknown_report", "not_assessed", "not_found".
        """
        if kind not in KINDS:
            raise Failure("unknown_report", kind=kind)
        case = self.cases.get(actor, case_id)
        if kind == "json":
            content = self.assessments.body(actor, case_id, assessment_id, language)
        else:
            content = self._form(actor, case_id, assessment_id, kind, language, case.applicant)
        name = f"guohe-{in_name(case.title)}.{kind}" if language == "en" else f"预审意见表-{in_name(case.title)}.{kind}"
        return ReportFile(content, MEDIA[kind], name)

    def _form(self, actor: Actor, case_id: str, assessment_id: str | None, kind: str, language: str,
              applicant: str) -> bytes:
        """The review form of an assessment as a file."""
        from assistant.report import composing, particulars, render

        view = (self.assessments.get(actor, case_id, assessment_id, language, texts=True) if assessment_id
                else self.assessments.latest(actor, case_id, language, texts=True))
        if view is None:
            raise Failure("not_assessed")
        policy = self.policies.of(view.policy)
        known = particulars.read(view.result.documents, applicant)
        report = composing.compose(view.result, policy, language, known)
        return render(report, f".{kind}")


def in_name(title: str) -> str:
    """A title as a part of a file's name."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", title)[:60]
