"""The services of administration, put together."""
from __future__ import annotations

from dataclasses import dataclass

from api.service.administration.auditing import Auditing
from api.service.administration.signing_on import SigningOn
from api.service.context import Context


@dataclass(frozen=True)
class Administration:
    auditing: Auditing
    signing_on: SigningOn


def build(context: Context) -> Administration:
    return Administration(Auditing(context.database), SigningOn(context, context.settings.sign_on))
