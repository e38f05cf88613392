"""The services for policy staff, together."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.service.context import Context
from api.service.governance.answers import Answers
from api.service.governance.questions import Questions
from api.service.governance.trials import Trials
from api.service.governance.versions import Versions
from api.service.policies.policies import Policies
from api.service.records import Actor
from ingestion.policies.policy import Policy


@dataclass(frozen=True)
class Governance:
    versions: Versions
    trials: Trials
    questions: Questions
    answers: Answers


def build(context: Context, policies: Policies, prepare: Callable[[Policy], object] | None = None,
          told: Callable[[Session, Actor, Policy], None] = lambda *_: None) -> Governance:
    """`prepare` is told of a policy that was published: its index is made before the first question; `told` hears of it
    in the transaction that publishes."""
    answers = Answers(context, policies)

    def published(session: Session, actor: Actor, policy: Policy) -> None:
        answers.published(session, actor, policy)
        told(session, actor, policy)

    return Governance(Versions(context, policies, published, prepare), Trials(context, policies),
                      Questions(context), answers)
