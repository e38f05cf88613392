"""The services for policy staff, together."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.service.context import Context
from api.service.governance.answers import Answers
from api.service.governance.questions import Questions
from api.service.governance.trials import Trials
from api.service.governance.versions import Versions
from api.service.policies import Policies
from ingestion.policy import Policy


@dataclass(frozen=True)
class Governance:
    versions: Versions
    trials: Trials
    questions: Questions
    answers: Answers


def build(context: Context, policies: Policies, prepare: Callable[[Policy], object] | None = None) -> Governance:
    """`prepare` is told of a policy that was published: its index is made before the first question."""
    answers = Answers(context, policies)
    return Governance(Versions(context, policies, answers.published, prepare), Trials(context, policies),
                      Questions(context), answers)
