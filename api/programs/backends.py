"""Who does what the tools are asked: an installation for somebody signed in, or this computer for who started it."""
from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.errors import Failure
from api.programs import clauses, results
from api.service.access import Action, may
from api.service.records import Actor, JobState
from ingestion.errors import PathError, UsageError

if TYPE_CHECKING:
    from api.service.review_records import ReviewView
    from api.service.services import Services
    from assistant.dialogue.conversation import Turn
    from assistant.llm import LanguageModel
    from assistant.retrieving.retrieval import Retriever
    from ingestion.domain import Assessment
    from ingestion.policies.policy import Policy

KEPT = 20              # assessments, and conversations, that a process on this computer remembers
REMEMBERED = 6         # turns of one


@dataclass(frozen=True)
class InstalledDesk:
    """Cases of an installation, under the one rule of who may see what."""

    services: Services
    actor: Actor
    language: str = "zh"

    def ask(self, question: str, conversation: str, case: str) -> results.AnswerResult:
        from api.routes.answers import body

        turn = self.services.chat.ask(self.actor, question, conversation=conversation or None, case_id=case or None)
        told = body(turn)
        return results.AnswerResult(
            question=turn.question, answer=turn.answer, answerable=turn.answerable, verdict=turn.verdict or None,
            citations=results.quotations(told["citations"]), policy_version=turn.policy_version,
            pre_screen=results.pre_screen(turn.language), conversation=turn.conversation)

    def clause(self, ref: str) -> results.ClauseResult:
        policies = self.services.policies
        return results.clause(clauses.find(policies.articles(), ref), policies.current)

    def cases(self, after: str) -> results.CasesResult:
        page = self.services.cases.list(self.actor, after=after or None)
        return results.CasesResult(cases=[results.case_line(one) for one in page.items], after=page.after)

    def begin(self, case: str) -> None:
        """Ask for an assessment; where one of the very same state is there, nothing is done."""
        self.services.assessments.start(self.actor, case)

    def over(self, case: str) -> bool:
        """Whether the one that was asked for last has ended; UsageError with its reason where it failed."""
        job = self.services.assessments.job(self.actor, case)
        if job is not None and job.state is JobState.FAILED:
            raise UsageError(job.error_en, job.error)
        return job is None or job.state is JobState.DONE

    def findings(self, case: str, criterion: str, outcome: str, evidence: int) -> results.CaseResult:
        view = self.services.assessments.latest(self.actor, case, self.language)
        if view is None:
            raise Failure("not_assessed")
        policy, review = self.services.policies.of(view.policy), self._review(case)
        return results.case(case, view.result, policy, self.language, assessment=view.line.id, evidence=evidence,
                            shown=results.chosen(view.result.findings, criterion, outcome, review), review=review,
                            outdated=self.services.cases.get(self.actor, case).outdated)

    def _review(self, case: str) -> ReviewView | None:
        """What reviewers made of it, for who may read that; None where it was not handed in, or not for them."""
        if not may(self.actor, Action.READ_REVIEW):
            return None
        try:
            return self.services.review.decisions.view(self.actor, case, self.language)
        except Failure as failure:
            if failure.code == "not_submitted":
                return None
            raise


@dataclass
class LocalDesk:
    """Folders of this computer below `roots`, as its own user may read them. Nothing is kept beyond the process."""

    policy: Policy
    roots: tuple[Path, ...]
    language: str = "zh"
    retriever: Callable[[], Retriever] | None = None
    model: LanguageModel | None = None
    _assessed: dict[str, Assessment] = field(default_factory=dict)
    _turns: dict[str, tuple[Turn, ...]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, question: str, conversation: str, case: str) -> results.AnswerResult:
        """The answer to a question; a conversation goes on by its id, for the life of the process."""
        from assistant.answering import answering
        from assistant.dialogue.conversation import turn

        history = self._turns.get(conversation, ())
        answer = answering.answer(question, self.policy, assessment=self._case(case) if case else None,
                                  retriever=self.retriever() if self.retriever else None, model=self.model,
                                  history=history)
        conversation = conversation or uuid.uuid4().hex
        with self._lock:
            self._turns[conversation] = (*history, turn(question, answer, self.policy))[-REMEMBERED:]
            _shorten(self._turns)
        return results.AnswerResult(
            question=question, answer=answer.text, answerable=answer.answerable, verdict=answer.verdict or None,
            citations=[results.Quotation(quote=one.quote, start=one.span.start, end=one.span.end, ref=one.ref,
                                         document=one.document, page=one.page) for one in answer.citations],
            policy_version=self.policy.version, pre_screen=results.pre_screen(answer.language),
            conversation=conversation)

    def clause(self, ref: str) -> results.ClauseResult:
        return results.clause(clauses.find(clauses.articles(self.policy), ref), self.policy)

    def assess(self, path: str, base_type: str, application_date: str) -> results.CaseResult:
        """An application in a folder that may be read, by its type, or the one that its documents say."""
        from api.terminal.options import day
        from assistant.judging import assessing
        from assistant.report import particulars
        from ingestion import reading

        when, place = day(application_date or None), self._allowed(path)
        if base_type:
            self.policy.base_type(base_type)
        documents = reading.read_all([place])
        found = base_type or particulars.base_type(documents, self.policy)
        if not found:
            raise UsageError("base_type is missing and the documents do not say it.",
                             "缺少 base_type，材料中也没有写明申报类型。")
        return self._kept(assessing.assess_documents(documents, self.policy, found, when, self.language))

    def findings(self, case: str, criterion: str, outcome: str, evidence: int) -> results.CaseResult:
        result = self._case(case)
        return results.case(case, result, self.policy, self.language, evidence=evidence,
                            shown=results.chosen(result.findings, criterion, outcome))

    def _kept(self, result: Assessment) -> results.CaseResult:
        name = f"{date.today():%Y%m%d}-{uuid.uuid4().hex[:8]}"  # noqa: DTZ011 - a name for people
        with self._lock:
            self._assessed[name] = result
            _shorten(self._assessed)
        return results.case(name, result, self.policy, self.language)

    def _case(self, case: str) -> Assessment:
        if case not in self._assessed:
            raise Failure("not_found")
        return self._assessed[case]

    def _allowed(self, path: str) -> Path:
        """The path with its links followed, below an allowed folder. One outside is not looked at."""
        place = (self.roots[0] / Path(path).expanduser()).resolve()
        if not any(place.is_relative_to(root) for root in self.roots):
            allowed = ", ".join(str(root) for root in self.roots)
            raise PathError(f"{path!r} is not below the folders allowed at the start ({allowed}).",
                            f"{path!r} 不在启动时允许的文件夹（{allowed}）之内。")
        if not place.exists():
            raise PathError(f"{path!r} does not exist; check the name.", f"{path!r} 不存在；请检查名称。")
        return place


def _shorten(kept: dict[str, object] | dict[str, Assessment] | dict[str, tuple[Turn, ...]]) -> None:
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))
