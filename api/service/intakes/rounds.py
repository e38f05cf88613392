"""All services of rounds, put together."""
from __future__ import annotations

from dataclasses import dataclass

from api.service.administration.stored_settings import Kept
from api.service.context import Context
from api.service.intakes.intakes import Intakes
from api.service.intakes.meeting import Meeting
from api.service.intakes.summing import Summing
from api.service.policies.policies import Policies


@dataclass(frozen=True)
class Rounds:
    rounds: Intakes
    summing: Summing
    meeting: Meeting


def build(context: Context, policies: Policies, kept: Kept) -> Rounds:
    rounds, summing = Intakes(context, policies, kept), Summing(context)
    return Rounds(rounds, summing, Meeting(context, policies, rounds, summing, kept))
