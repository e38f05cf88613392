"""The services of administration, put together."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.jobs import Queue
from api.service.administration.auditing import Auditing
from api.service.administration.health import Health
from api.service.administration.kept import Kept
from api.service.administration.limits import Limits
from api.service.administration.modelling import Modelling
from api.service.administration.retention import Retention
from api.service.administration.signing_on import SigningOn
from api.service.context import Context
from api.service.events import Events
from api.service.files import CaseFiles

if TYPE_CHECKING:
    from assistant.llm import Settings


@dataclass(frozen=True)
class Administration:
    auditing: Auditing
    signing_on: SigningOn
    kept: Kept
    modelling: Modelling
    limits: Limits
    retention: Retention
    health: Health


def build(context: Context, files: CaseFiles, events: Events, jobs: Queue, model: Settings | None, key: str
          ) -> Administration:
    """`model` is the endpoint that the environment names, `key` the key that it holds."""
    kept = Kept(context)
    modelling = Modelling(kept, model, key, context.settings.webhook_networks)
    return Administration(Auditing(context.database), SigningOn(context, context.settings.sign_on), kept, modelling,
                          Limits(kept), Retention(context, kept, files, events), Health(context, jobs, modelling))
