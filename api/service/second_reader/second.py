"""The second reading of a case for its pages: how it stands, what it leaves, and what can be done."""
from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.access import Action, may
from api.service.cases import standing
from api.service.cases.events import Events
from api.service.context import Context, case_for, record
from api.service.policies.policies import Policies
from api.service.records import Actor, JobState
from api.service.second_reader.costs import Costs
from api.service.second_reader.examining import Examining
from api.service.second_reader.readiness import Readying
from api.service.second_reader.reading_records import CheckItem, ReaderFact, Readiness, SecondView, Standing
from api.service.second_reader.work import UNFINISHED, ReadingAgain
from api.store.models import Assessment, Case, Reading, Review
from assistant.correcting import corrections
from assistant.correcting.corrections import READERS, Act, Checked
from assistant.second_reader import checklist
from assistant.second_reader.checklist import Both
from ingestion.domain import Fact, SecondReading

ASKABLE = frozenset({Standing.NONE, Standing.FAILED, Standing.CANCELLED, Standing.OUTDATED, Standing.DONE})
_STATES = {JobState.QUEUED: Standing.QUEUED, JobState.RUNNING: Standing.RUNNING, JobState.FAILED: Standing.FAILED,
           JobState.CANCELLED: Standing.CANCELLED}


@dataclass(frozen=True)
class Second:
    context: Context
    policies: Policies
    events: Events
    readying: Readying
    work: ReadingAgain
    examining: Examining
    costs: Costs

    def view(self, actor: Actor, case_id: str, language: str = "zh") -> SecondView:
        """How the second reading of a case stands, for whoever sees the case."""
        ready = self._ready(actor, case_id)
        shown = self._shown(actor, case_id, language, ready)
        under_way = shown.standing in (Standing.QUEUED, Standing.RUNNING)
        cost = self.costs.of(case_id, ready, whole=under_way) if shown.may_ask or under_way else None
        if cost is None:
            return shown
        return replace(shown, foreseen=shown.foreseen if under_way and shown.foreseen else cost.tokens,
                       foreseen_requests=cost.requests, foreseen_seconds=cost.seconds, pace=cost.by)

    def _shown(self, actor: Actor, case_id: str, language: str, ready: Readiness) -> SecondView:
        """How a case's second reading stands, and what the actor may do about it."""
        settings = self.readying.settings
        with self.context.database.reading() as session:
            case = case_for(session, actor, case_id)
            latest = session.get(Assessment, case.latest_id) if case.latest_id else None
            made = standing.stand(session, self.policies, case, language) if latest is not None else None
            row = session.scalar(select(Reading).where(Reading.case_id == case_id)
                                 .order_by(Reading.created.desc(), Reading.id).limit(1))
            withheld = settings.withholds(case.withheld)
            second = made.machine.second if made is not None else None
            stands = _standing(case, latest, row, second, ready, withheld=withheld)
            shown = SecondView(
                stands, ready.why if stands is Standing.OFF else "", ready.host, ready.model, ready.prompt,
                ready.differ, ready.exam.score if ready.exam else None, withheld, case.withheld is None,
                may_ask=ready.ready and not withheld and latest is not None and stands in ASKABLE
                and _may_ask(session, actor, case),
                may_withhold=may(actor, Action.CHANGE_CASE, case.owner_id))
            if row is not None:
                shown = replace(shown, done=row.done, total=row.total, foreseen=row.foreseen, tokens=row.tokens,
                                seconds=row.seconds, created=row.created, error=row.error, error_en=row.error_en)
            if second is not None and made is not None:
                persons = may(actor, Action.READ_REVIEW)
                deciding = persons and session.get(Review, case_id) is not None
                items = tuple(_item(one, made, persons=persons, deciding=deciding)
                              for one in checklist.both(second).values() if one.to_check)
                items = tuple(sorted(items, key=lambda one: one.settled))
                shown = replace(
                    shown, model=second.model, prompt=second.prompt, differ=second.differ, exam=second.exam,
                    tokens=second.tokens, estimated=second.estimated, requests=second.requests, seconds=second.seconds,
                    failed=second.failed, orders=second.orders, dropped=len(second.dropped),
                    agreed=sum(not one.to_check for one in checklist.both(second).values()),
                    facts=len(second.agreement), left=sum(not one.settled for one in items), items=items,
                    host=row.host if row is not None else ready.host)
            return shown

    def left(self, actor: Actor, case_id: str) -> int:
        """待核对: how many facts two readers leave to a person, as this person sees the case."""
        with self.context.database.reading() as session:
            case = case_for(session, actor, case_id)
            if case.latest_id is None:
                return 0
            made = standing.stand(session, self.policies, case)
            if may(actor, Action.READ_REVIEW):
                return len(standing.left(made.reviewed))
            second = made.machine.second
            return sum(one.to_check for one in checklist.both(second).values()) if second is not None else 0

    def ask(self, actor: Actor, case_id: str) -> SecondView:
        """Read the case as it was assessed last. Failure "not_assessed", "stale", "withheld", "reader_…"."""
        ready, settings = self._ready(actor, case_id), self.readying.settings
        with self.context.database.writing() as session:
            case = case_for(session, actor, case_id)
            if not _may_ask(session, actor, case):
                raise Failure("forbidden")
            latest = session.get(Assessment, case.latest_id) if case.latest_id else None
            if latest is None:
                raise Failure("not_assessed")
            if latest.revision != case.revision:
                raise Failure("stale")
            if settings.withholds(case.withheld):
                raise Failure("withheld")
            if not ready.ready:
                raise Failure(f"reader_{ready.why}")
            begun = self.work.begin(session, case, latest.first_id or latest.id, actor.id, ready.host, ready.model)
            record(session, actor, "ask_reading", "case", case_id, model=ready.model, host=ready.host)
        self.work.submit(begun)
        return self.view(actor, case_id)

    def cancel(self, actor: Actor, case_id: str) -> None:
        """What the first reader has stays. Failure "nothing_to_cancel"."""
        with self.context.database.writing() as session:
            case = case_for(session, actor, case_id)
            if not _may_ask(session, actor, case):
                raise Failure("forbidden")
            if not self.work.cancel(session, case_id):
                raise Failure("nothing_to_cancel")
            record(session, actor, "cancel_reading", "case", case_id)

    def withhold(self, actor: Actor, case_id: str, withheld: bool | None) -> SecondView:
        """Keep the case from the model, let it read, or (None) as the installation has it. What is under way ends."""
        settings = self.readying.settings
        with self.context.database.writing() as session:
            case = case_for(session, actor, case_id, Action.CHANGE_CASE)
            if case.withheld != withheld:
                record(session, actor, "withhold", "case", case_id, before={"withheld": case.withheld},
                       after={"withheld": withheld})
                case.withheld = withheld
                if settings.withholds(withheld):
                    self.work.cancel(session, case_id)
                session.flush()
        return self.view(actor, case_id)

    def _ready(self, actor: Actor, case_id: str) -> Readiness:
        """Whether the model may read a case, for the policy that it was assessed by last."""
        with self.context.database.reading() as session:
            case = case_for(session, actor, case_id)
            latest = session.get(Assessment, case.latest_id) if case.latest_id else None
            digest = latest.policy_digest if latest is not None else ""
        return self.readying.known(self.policies.of(digest) if digest else None)


def _may_ask(session: Session, actor: Actor, case: Case) -> bool:
    """Its owner, and reviewers once it was handed in."""
    return may(actor, Action.CHANGE_CASE, case.owner_id) or (
        may(actor, Action.REVIEW_CASE, case.owner_id) and session.get(Review, case.id) is not None)


def _standing(case: Case, latest: Assessment | None, row: Reading | None, second: SecondReading | None,
              ready: Readiness, *, withheld: bool) -> Standing:
    """The state of the second reading: one under way first, then a result, then why there is none."""
    if row is not None and row.state in UNFINISHED:
        return _STATES[JobState(row.state)]
    if latest is not None and second is not None:
        return Standing.DONE if latest.revision == case.revision else Standing.OUTDATED
    if row is not None and latest is not None and row.assessment_id == latest.id and row.state in _STATES:
        return _STATES[JobState(row.state)]
    if row is not None and row.made_id is not None:
        return Standing.OUTDATED
    return Standing.WITHHELD if withheld else Standing.NONE if ready.ready else Standing.OFF


def _item(one: Both, made: standing.Stand, *, persons: bool, deciding: bool) -> CheckItem:
    spec = made.policy.facts.facts[one.key]
    state = made.reviewed.facts.get(one.key)
    settled = persons and state is not None and state.checked is not Checked.OPEN
    raises = {act: corrections.raised(corrections.Decision(act, one.key), made.reviewed, made.machine,
                                      made.applied, made.policy) if deciding and not settled else ()
              for act in READERS}
    return CheckItem(one.key, spec.label, spec.label_en, one.agreement, one.verified,
                     one.second.why if one.second else (), _fact(one.first),
                     _fact(one.second.fact if one.second else None), settled, raises[Act.FIRST], raises[Act.SECOND])


def _fact(one: Fact | None) -> ReaderFact | None:
    return ReaderFact(one.interval.low, one.interval.high, one.conflict, one.evidence) if one is not None else None
