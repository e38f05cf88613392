"""A round as a workbook for the meeting: its cases with the outcome of every criterion, its numbers, its overlaps."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from api.service import clock
from api.service.access import scope
from api.service.administration.stored_settings import Kept, OfficeSettings
from api.service.cases.reports import MEDIA, in_name
from api.service.context import Context
from api.service.intakes.intakes import Intakes
from api.service.intakes.overlap import MOST as MOST_OVERLAPS
from api.service.intakes.summing import Summing
from api.service.paging import MOST as A_PART
from api.service.policies.policies import Policies
from api.service.records import Actor, ReportFile
from api.service.review.intake_records import IntakeLine
from api.service.review.worklist import people
from api.store.models import Case, Review, Standing
from assistant.report.labels import Vocabulary
from assistant.report.words import Wording
from assistant.report.workbook import Sheet, workbook
from ingestion.domain import Criterion, Outcome, Overall

MOST_CASES = 20_000


@dataclass(frozen=True)
class Meeting:
    context: Context
    policies: Policies
    intakes: Intakes
    summing: Summing
    kept: Kept

    def workbook(self, actor: Actor, intake_id: str, language: str = "zh") -> ReportFile:
        """Failure "not_found"."""
        line = self.intakes.get(actor, intake_id)
        words, names = Wording(language), Vocabulary(self.policies.current, language)
        criteria = names.policy.criteria_for(line.base_type)
        heading = words("intake.heading", title=line.title, version=line.policy_version, first=line.opens.isoformat(),
                        last=line.closes.isoformat())
        sheets = (Sheet(words("intake.cases"), self._columns(criteria, names),
                        self._cases(actor, line, criteria, names), heading),
                  Sheet(words("intake.criteria"), words.lines("intake.criterion_columns"),
                        self._criteria(actor, line, names), heading),
                  Sheet(words("intake.overlaps"), words.lines("intake.overlap_columns"),
                        self._overlaps(actor, line, words), heading))
        return ReportFile(workbook(sheets), MEDIA["xlsx"], f"{in_name(line.title)}.xlsx")

    def _columns(self, criteria: Sequence[Criterion], names: Vocabulary) -> list[str]:
        return [*names.words.lines("intake.case_columns"),
                *(f"{names.citation(one)} {names.label(one)}" for one in criteria)]

    def _cases(self, actor: Actor, line: IntakeLine, criteria: Sequence[Criterion], names: Vocabulary
               ) -> list[list[str | int]]:
        """The receipt's order, with the day in the office's time."""
        with self.context.database.reading(scope(actor)) as session:
            rows: Sequence[Any] = session.execute(
                select(Review, Case.title, Case.applicant).join(Case, Case.id == Review.case_id)
                .where(Review.intake_id == line.id).order_by(Review.received, Review.case_id).limit(MOST_CASES)).all()
            outcomes: dict[str, dict[str, str]] = {}
            for case_id, criterion, outcome in session.execute(select(
                    Standing.case_id, Standing.criterion, Standing.outcome).where(Standing.intake_id == line.id)):
                outcomes.setdefault(case_id, {})[criterion] = outcome
            who = people(session, {review.assignee_id or "" for review, _, _ in rows})
        zone = self.kept.get(OfficeSettings).zone
        said = {one.value: names.say.outcome(one) for one in (*Outcome, *Overall)}
        return [[number, title, applicant, names.words(f"review.status.{review.status}"),
                 said.get(review.outcome, review.outcome),
                 clock.local(review.received, zone),
                 who[review.assignee_id].name if review.assignee_id in who else "", review.unchecked,
                 review.conflicts, review.duplicates, *self._of(outcomes.get(review.case_id, {}), criteria, said)]
                for number, (review, title, applicant) in enumerate(rows, 1)]

    @staticmethod
    def _of(found: Mapping[str, str], criteria: Sequence[Criterion], said: Mapping[str, str]) -> list[str]:
        return [said.get(found.get(one.id, ""), "") for one in criteria]

    def _criteria(self, actor: Actor, line: IntakeLine, names: Vocabulary) -> list[list[str | int]]:
        return [[*names.named(one.criterion), one.met, one.not_met, one.insufficient, one.judgement]
                for one in self.summing.numbers(actor, line.id).criteria]

    def _overlaps(self, actor: Actor, line: IntakeLine, words: Wording) -> list[list[str | int]]:
        """Every thing that is claimed more than once, a row for each case that does."""
        rows: list[list[str | int]] = []
        after: str | None = None
        for _ in range(MOST_OVERLAPS // A_PART + 1):
            part = self.summing.overlaps(actor, line.id, after=after, limit=A_PART)
            titles = self.intakes.titles([one.intake_id for each in part.items for one in each.cases])
            rows += [[words(f"intake.kinds.{each.kind}"), each.value, one.title, one.applicant,
                      words(f"review.status.{one.status.value}"), titles.get(one.intake_id, ""), one.document,
                      one.quote] for each in part.items for one in each.cases]
            after = part.after
            if after is None:
                break
        return rows
