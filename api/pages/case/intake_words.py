"""The round of a case as its applicant reads it: which, and until when."""
from __future__ import annotations

from datetime import date

from api.pages.texts import words
from api.service.records import Actor, CaseView
from api.service.review.intake_records import IntakeState, OfferedIntake
from api.service.services import Services


def lines(services: Services, actor: Actor, case: CaseView, language: str) -> tuple[str, ...]:
    """The round that the case is in; for a draft those of its type that are open or to come."""
    own = services.intakes.rounds.of_case(actor, case.id)
    found = (own,) if own else () if case.status else services.intakes.rounds.offered(case.base_type)
    return tuple(_line(one, services.intakes.rounds.kept.today(), language) for one in found)


def offered(services: Services, case: CaseView) -> tuple[OfferedIntake, ...]:
    """Those that a draft can be handed in to now; none for what was returned, which stays in its own."""
    if case.status:
        return ()
    return tuple(one for one in services.intakes.rounds.offered(case.base_type) if one.state is IntakeState.OPEN)


def _line(one: OfferedIntake, today: date, language: str) -> str:
    """A round by its state: until when, from when, stopped, or over."""
    say = words(language)
    match one.state:
        case IntakeState.OPEN:
            return say("intake.closes_on", title=one.title, day=one.closes.isoformat(), count=one.days_left)
        case IntakeState.PLANNED if one.opens <= today:
            return say("intake.awaits_policy", title=one.title)
        case IntakeState.PLANNED:
            return say("intake.not_yet", title=one.title, day=one.opens.isoformat())
        case IntakeState.SUSPENDED:
            return say("intake.stopped", title=one.title)
        case IntakeState.CLOSED:
            return say("intake.over", title=one.title, day=one.closes.isoformat())
