"""A case before a reviewer, and what reviewers decide about it: each decision a new version, none overwritten."""
from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import Action, may, scope
from api.service.cases import duplicates, places, standing
from api.service.cases.cases import Cases
from api.service.cases.events import Events
from api.service.cases.reading import Reader
from api.service.context import Context, case_for, new_id, now, partly, record
from api.service.policies.policies import Policies
from api.service.records import Actor, Page
from api.service.review import presence, progress, replies
from api.service.review.progress import begin, review_of
from api.service.review.worklist import NEVER, people
from api.service.review_records import (
    CriterionReview,
    DecisionView,
    FactReview,
    NewDecision,
    Person,
    ReviewView,
    SeenByPersons,
    Status,
)
from api.service.views import file_ids, reviewed
from api.store.models import Decision, Review
from assistant.correcting import corrections
from assistant.correcting.corrections import READERS, Act, Place
from assistant.second_reader import checklist
from ingestion.domain import Interval, Outcome

LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Decisions:
    context: Context
    policies: Policies
    cases: Cases
    reader: Reader
    events: Events

    def view(self, actor: Actor, case_id: str, language: str = "zh") -> ReviewView:
        """Everything about a case before a reviewer. Failure "not_submitted", "not_assessed"."""
        shown = self.cases.get(actor, case_id)
        with self.context.database.reading() as session:
            case = case_for(session, actor, case_id, Action.READ_REVIEW)
            review = review_of(session, case_id)
            made = standing.stand(session, self.policies, case, language)
            mine = may(actor, Action.REVIEW_CASE, case.owner_id)
            others = progress.at_work(session, case_id) if self.context.settings.second_review else None
            names = people(session, {one.by_id for one in made.rows} | {review.assignee_id or ""} | (others or set()))
            files = file_ids(session, made.row.id)
            history: dict[str, list[DecisionView]] = {}
            for one in made.rows:
                history.setdefault(one.subject, []).append(_shown(one, names, files, holds=one.id in made.holding))
            return ReviewView(
                shown, Status(review.status), review.round, names.get(review.assignee_id or ""),
                review.due if review.due != NEVER else None, review.received, made.machine, made.reviewed.assessment,
                tuple(FactReview(key, state.machine, state.person, state.left_out, state.checked,
                                 len(history.get(key, ())), tuple(history.get(key, ())), state.undecided)
                      for key, state in made.reviewed.facts.items()),
                _criteria(made, history), duplicates.shared(session, case_id),
                presence.here(session, case_id, actor.id), made.row.policy_digest, made.row.id, files,
                mine, replies.standing(session, case, actor),
                progress.ways(Status(review.status), actor, others) if mine else (Status(review.status),),
                None if others is None else tuple(names[one] for one in sorted(others) if one in names))

    def seen(self, actor: Actor, case_id: str, language: str = "zh") -> SeenByPersons | None:
        """What persons made of the case, for whoever sees it; for its applicant once it is returned, or done.

        Who decided is not said: None stands for everybody before that, and for a case without a result.
        """
        with self.context.database.reading() as session:
            case = case_for(session, actor, case_id)
            if case.latest_id is None or not reviewed(case, session.get(Review, case_id), actor):
                return None
            made = standing.stand(session, self.policies, case, language, whole=not partly(case, actor))
            files = file_ids(session, made.row.id)
            last = {one.subject: one for one in made.rows if one.id in made.holding}
            shown = {subject: _shown(one, {}, files, holds=True) for subject, one in last.items()
                     if one.act != Act.WITHDRAW}
            return SeenByPersons(made.row.id, made.reviewed.assessment, shown)

    def history(self, actor: Actor, case_id: str, *, subject: str = "", after: str | None = None, limit: int = 50
                ) -> Page[DecisionView]:
        """Decisions of a case (about one subject), the newest first."""
        limit = paging.size(limit)
        with self.context.database.reading() as session:
            case = case_for(session, actor, case_id, Action.READ_REVIEW)
            review_of(session, case_id)
            made = standing.stand(session, self.policies, case)
            rows = [one for one in reversed(made.rows) if subject in {"", one.subject}]
            first = paging.number(after) if after else 0
            names = people(session, {one.by_id for one in rows})
            files = file_ids(session, made.row.id)
            shown = tuple(_shown(one, names, files, holds=one.id in made.holding)
                          for one in rows[first:first + limit])
        more = paging.cursor(first + limit) if first + limit < len(rows) else None
        return Page(shown, more, len(rows))

    def decide(self, actor: Actor, case_id: str, new: NewDecision) -> DecisionView:
        """Add a decision. Failure "decided_meanwhile" where the subject has another version than the one seen.

        A place has to stand in the case's document word for word. Other failures: those of `corrections.problem`.
        """
        if len(new.reason) > LONGEST_REASON:
            raise Failure("too_long", most=LONGEST_REASON)
        if new.act in READERS and actor.token_id:   # a person takes a model's figure, never a program
            raise Failure("session_needed")
        try:
            with self.context.database.writing() as session:
                return self._decide(session, actor, case_id, new)
        except IntegrityError as error:  # two at the very same moment: the other one was first
            with self.context.database.reading(scope(actor)) as session:
                raise self._meanwhile(session, case_id, new.subject) from error

    # --------------------------------------------------------------------------------------------------------------

    def _decide(self, session: Session, actor: Actor, case_id: str, new: NewDecision) -> DecisionView:
        """One decision, held against what stands now; outcomes follow from it."""
        case = case_for(session, actor, case_id, Action.REVIEW_CASE)
        review = review_of(session, case_id)
        if review.status not in {Status.RECEIVED, Status.IN_REVIEW}:
            raise Failure("review_closed")
        made = standing.stand(session, self.policies, case)
        version = session.scalar(select(func.count()).select_from(Decision).where(
            Decision.case_id == case_id, Decision.subject == new.subject)) or 0
        if version != new.version:
            raise self._meanwhile(session, case_id, new.subject)
        found = corrections.taken(new.act, new.subject, made.machine) if new.act in READERS else None
        decision = corrections.Decision(new.act, new.subject, new.reason.strip(), found.interval if found else
                                        _value(new), new.outcome, self._place(made, new), new.amount)
        fault = corrections.problem(decision, made.reviewed, made.policy)
        if fault:
            raise Failure(fault)
        if new.act in READERS:
            _look(made, decision, new.clauses)
        row = self._row(actor, made, decision, version + 1)
        session.add(row)
        session.flush()
        before = made.reviewed.assessment.overall
        begin(session, self.events, actor, review)
        after = standing.stand(session, self.policies, case)
        standing.refresh(session, after)
        record(session, actor, "decide", "case", case_id, before=_figures(made, new.subject),
               after=_figures(after, new.subject), subject=new.subject, act=new.act.value, version=row.version,
               **({"model": row.model, "prompt": row.prompt} if row.model else {}),
               overall=[before.value, after.reviewed.assessment.overall.value],
               reason_sha256=hashlib.sha256(row.reason.encode()).hexdigest())
        self.events.publish(session, case_id, "review", {"subject": new.subject})
        return _shown(row, {actor.id: Person(actor.id, actor.name)}, file_ids(session, made.row.id), holds=True)

    def _place(self, made: standing.Stand, new: NewDecision) -> Place | None:
        """What the person picked, held against the document's text."""
        if new.place is None:
            return None
        document = next((one for one in made.machine.documents if one.name == new.place.document), None)
        if document is None:
            raise Failure("quote_differs")
        return places.picked(self.reader, document.sha256, new.place)

    @staticmethod
    def _row(actor: Actor, made: standing.Stand, one: corrections.Decision, version: int) -> Decision:
        """A decision as it is kept, with what the program and both readers had then."""
        machine = made.machine.facts.get(one.subject)
        reading = made.machine.second
        both = checklist.both(reading).get(one.subject) if reading is not None else None
        first = both.first.interval if both is not None and both.first is not None else None
        second = both.second.fact.interval if both is not None and both.second is not None else None
        return Decision(
            id=new_id(), case_id=made.row.case_id, assessment_id=made.row.id, subject=one.subject, version=version,
            act=one.act.value, low=one.value.low if one.value else None, high=one.value.high if one.value else None,
            outcome=one.outcome.value if one.outcome else "", amount=one.amount,
            **places.columns(one.place), reason=one.reason,
            machine_low=machine.interval.low if machine else None,
            machine_high=machine.interval.high if machine else None,
            basis=corrections.basis(one.subject, made.machine),
            first_low=first.low if first else None, first_high=first.high if first else None,
            second_low=second.low if second else None, second_high=second.high if second else None,
            model=reading.model if both is not None and reading is not None else "",
            prompt=reading.prompt if both is not None and reading is not None else "", by_id=actor.id, at=now())

    @staticmethod
    def _meanwhile(session: Session, case_id: str, subject: str) -> Failure:
        """Somebody else decided first: who, when, and what."""
        row = session.scalar(select(Decision).where(Decision.case_id == case_id, Decision.subject == subject)
                             .order_by(Decision.version.desc()).limit(1))
        if row is None:
            return Failure("decided_meanwhile", subject=subject, version=0, by="—", act="", at="")
        by = people(session, {row.by_id})[row.by_id].name
        return Failure("decided_meanwhile", subject=subject, version=row.version, by=by, act=row.act,
                       at=row.at.isoformat(), low=row.low, high=row.high, outcome=row.outcome, reason=row.reason)


def _look(made: standing.Stand, decision: corrections.Decision, clauses: Sequence[str]) -> None:
    """Failure "clause_unseen" where a figure that is taken makes a criterion met whose clause was not seen."""
    unseen = [one.criterion for one in made.machine.findings if one.criterion.id in set(corrections.raised(
        decision, made.reviewed, made.machine, made.applied, made.policy)) - set(clauses)]
    if unseen:
        raise Failure("clause_unseen", criteria=[
            {"id": one.id, "citation": one.citation, "quote": one.quote} for one in unseen])


def _criteria(made: standing.Stand, history: Mapping[str, Sequence[DecisionView]]) -> tuple[CriterionReview, ...]:
    return tuple(CriterionReview(
        before, after, before.criterion.id in made.reviewed.judged, len(history.get(before.criterion.id, ())),
        tuple(history.get(before.criterion.id, ())))
        for before, after in zip(made.machine.findings, made.reviewed.assessment.findings, strict=True))


def _shown(row: Decision, names: Mapping[str, Person], files: Mapping[str, str], *, holds: bool) -> DecisionView:
    one = standing.of_row(row)
    return DecisionView(
        row.id, row.subject, row.version, one.act, one.value, one.outcome, row.amount,
        places.view(row, files.get(row.document)) if row.document else None, row.reason, one.seen,
        names.get(row.by_id, Person(row.by_id, "")), row.at, holds, places.figure(row.first_low, row.first_high),
        places.figure(row.second_low, row.second_high), row.model, row.prompt)


def _value(new: NewDecision) -> Interval | None:
    if new.low is None or new.act not in {Act.CORRECT, Act.ADD, Act.JUDGE}:   # of a judgement, points
        return None
    return Interval(new.low, None if new.unbounded else new.high if new.high is not None else new.low)


def _figures(made: standing.Stand, subject: str) -> dict[str, object]:
    """A fact's figure or a criterion's outcome, for the audit."""
    state = made.reviewed.facts.get(subject)
    if state is not None:
        interval = state.person.interval if state.person else None
        return {"low": interval.low, "high": interval.high} if interval else {"low": None, "high": None}
    outcome: Outcome | None = next((one.outcome for one in made.reviewed.assessment.findings
                                    if one.criterion.id == subject), None)
    return {"outcome": outcome.value if outcome else None}
