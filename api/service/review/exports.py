"""The worklist and cases as files: xlsx, docx, pdf, and many in a zip."""
from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from api.errors import Failure
from api.service import clock
from api.service.administration.stored_settings import Kept, OfficeSettings
from api.service.cases import stored
from api.service.cases.reading import Reader
from api.service.cases.reports import MEDIA, in_name
from api.service.paging import MOST as A_PART
from api.service.policies.policies import Policies
from api.service.records import Actor, ReportFile
from api.service.review.decisions import Decisions
from api.service.review.letters import Letters
from api.service.review.submitting import Submitting
from api.service.review.worklist import Worklist
from api.service.review_records import Filter, ReviewView, WorkLine
from assistant.correcting import review_report
from assistant.correcting.review_report import Step
from assistant.report.labels import Vocabulary
from assistant.report.words import Wording

MOST_LINES, MOST_CASES = 20_000, 50


@dataclass(frozen=True)
class Exports:
    decisions: Decisions
    worklist: Worklist
    letters: Letters
    submitting: Submitting
    policies: Policies
    reader: Reader
    kept: Kept

    def list(self, actor: Actor, wanted: Filter, kind: str, language: str = "zh") -> ReportFile:
        """Every case that matches: "xlsx", "docx" or "pdf". Failure "unknown_export"."""
        lines: list[WorkLine] = []
        after: str | None = None
        while len(lines) < MOST_LINES:
            part = self.worklist.list(actor, wanted, after=after, limit=A_PART)
            lines += part.items
            after = part.after
            if after is None:
                break
        words = Wording(language)
        names = Vocabulary(self.policies.current, language)
        say, zone = names.say, self.kept.get(OfficeSettings).zone
        rows = [[one.title, one.applicant, names.base_type(one.base_type), one.application_date.isoformat(),
                 words(f"review.status.{one.status.value}"), str(one.round),
                 one.assignee.name if one.assignee else "",
                 one.due.isoformat() if one.due else "", clock.local(one.received, zone), say.outcome(one.outcome),
                 str(one.unchecked), str(one.to_check), str(one.conflicts), str(one.duplicates)] for one in lines]
        content = review_report.table(words("review.list"), words.lines("review.columns"), rows, kind, names)
        if content is None:
            raise Failure("unknown_export", kind=kind)
        return ReportFile(content, MEDIA[kind], f"{words('review.list')}.{kind}")

    def case(self, actor: Actor, case_id: str, kind: str, language: str = "zh") -> ReportFile:
        """The review form with both values and every decision (docx, pdf), or the same as a workbook (xlsx)."""
        if kind not in {"docx", "pdf", "xlsx"}:
            raise Failure("unknown_export", kind=kind)
        view = self.decisions.view(actor, case_id, language)
        policy = self.policies.of(view.policy)
        seen = stored.with_texts(view.seen, self.reader.document)
        handed = self.submitting.submission(actor, case_id)
        received = review_report.Received(view.received, handed.handed.receipt if handed else "",
                                          self.kept.office)
        content = review_report.form(seen, view.machine, _steps(view), policy, view.case.applicant, kind, received,
                                     language)
        name = f"{Wording(language)('title')}-{in_name(view.case.title)}.{kind}"
        return ReportFile(content, MEDIA[kind], name)

    def letter(self, actor: Actor, case_id: str, language: str = "zh", kind: str = "docx", *,
               number: int | None = None, draft: bool = False) -> ReportFile:
        """A version of the letter as "docx" or "pdf", the newest without a number; with `draft`, or where nobody has
        saved one, the draft of now. Failure "unknown_export", "not_found"."""
        if kind not in {"docx", "pdf"}:
            raise Failure("unknown_export", kind=kind)
        anew = draft or (number is None and self.letters.latest(actor, case_id) is None)
        content, title = self.letters.drafted(actor, case_id, kind, language) if anew else \
            self.letters.file(actor, case_id, number, kind)
        case = self.decisions.cases.get(actor, case_id)
        name = title or Wording(language)("letter.name")
        return ReportFile(content, MEDIA[kind], f"{name}-{in_name(case.title)}.{kind}")

    def cases(self, actor: Actor, case_ids: Sequence[str], kind: str, language: str = "zh") -> ReportFile:
        """The forms of several cases in a zip. Failure "too_many_cases"."""
        if len(case_ids) > MOST_CASES:
            raise Failure("too_many_cases", most=MOST_CASES)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for number, case_id in enumerate(dict.fromkeys(case_ids), 1):
                made = self.case(actor, case_id, kind, language)
                packed.writestr(f"{number:03d}-{made.name}", made.content)
        return ReportFile(stream.getvalue(), "application/zip", f"{Wording(language)('review.list')}.zip")


def _steps(view: ReviewView) -> tuple[Step, ...]:
    every = [one for fact in view.facts for one in fact.history]
    every += [one for criterion in view.criteria for one in criterion.history]
    return tuple(Step(one.subject, one.version, one.act, one.value, one.outcome, one.amount,
                      one.place.document if one.place else "", one.place.page if one.place else None,
                      one.place.quote if one.place else "", one.reason, one.machine, one.by.name, one.at, one.holds,
                      one.first, one.second, one.model, one.prompt)
                 for one in sorted(every, key=lambda one: (one.at, one.version)))


