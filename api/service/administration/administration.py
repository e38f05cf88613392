"""The services of administration, put together."""
from __future__ import annotations

from dataclasses import dataclass

from api.service.accounts.recovery import Recovery
from api.service.administration.auditing import Auditing
from api.service.administration.health import Health
from api.service.administration.limits import Limits
from api.service.administration.modelling import Modelling
from api.service.administration.noting import Noting
from api.service.administration.retention import Retention
from api.service.administration.signing_on import SigningOn
from api.service.administration.stored_settings import Kept
from api.service.background.jobs import Queue
from api.service.cases.events import Events
from api.service.cases.files import CaseFiles
from api.service.context import Context
from api.service.environment.mail import Sender


@dataclass(frozen=True)
class Administration:
    auditing: Auditing
    signing_on: SigningOn
    kept: Kept
    modelling: Modelling
    limits: Limits
    retention: Retention
    health: Health
    recovery: Recovery
    noting: Noting


def build(context: Context, kept: Kept, modelling: Modelling, files: CaseFiles, events: Events, jobs: Queue
          ) -> Administration:
    return Administration(Auditing(context.database), SigningOn(context, context.settings.sign_on), kept, modelling,
                          Limits(kept), Retention(context, kept, files, events), Health(context, jobs, modelling),
                          Recovery(context, Sender(context.settings.outside.mail)), Noting(context))
