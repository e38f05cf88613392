"""All services of the review, put together."""
from __future__ import annotations

from dataclasses import dataclass

from api.service.administration.stored_settings import Kept
from api.service.cases.assessments import Assessments
from api.service.cases.cases import Cases
from api.service.cases.events import Events
from api.service.cases.reading import Reader
from api.service.context import Context
from api.service.policies.policies import Policies
from api.service.review.decisions import Decisions
from api.service.review.exports import Exports
from api.service.review.letters import Letters
from api.service.review.presence import Presences
from api.service.review.progress import Progress
from api.service.review.renewal import Renewals
from api.service.review.replies import Replies
from api.service.review.statistics import Statistician
from api.service.review.submitting import Submitting
from api.service.review.worklist import Worklist


@dataclass(frozen=True)
class Reviewing:
    submitting: Submitting
    replies: Replies
    worklist: Worklist
    progress: Progress
    renewals: Renewals
    decisions: Decisions
    presences: Presences
    letters: Letters
    exports: Exports
    statistics: Statistician


def build(context: Context, policies: Policies, cases: Cases, reader: Reader, events: Events,
          assessments: Assessments, kept: Kept) -> Reviewing:
    """The services of reviewers, put together."""
    worklist = Worklist(context, policies)
    progress = Progress(context, events)
    decisions = Decisions(context, policies, cases, reader, events)
    letters = Letters(context, policies, progress, events, kept)
    submitting = Submitting(context, policies, events, kept)
    renewals = Renewals(context, policies, assessments)
    return Reviewing(submitting, Replies(context, policies, reader),
                     worklist, progress, renewals, decisions, Presences(context, events), letters,
                     Exports(decisions, worklist, letters, submitting, policies, reader, kept), Statistician(context))
