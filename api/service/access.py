"""The one rule of who may see and do what.

A case belongs to who made it; a draft is theirs alone. Reviewers and auditors see every case that was handed in, and
change none; reviewers decide about those of others. One that came on paper belongs to who typed it in for the office:
another reviewer decides about it, so that two people stand behind each case. Nobody else sees what is not theirs. What
a person may not see is not there for them: the same answer, in lists, counts, errors and streams.
"""
from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from api.errors import Failure
from api.service.records import Actor, Role, TokenScope
from api.store.rows import Scope, Sight

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

SEE_ALL = frozenset({Role.REVIEWER, Role.AUDITOR})


class Action(StrEnum):
    CREATE_CASE = "create_case"
    CREATE_PAPER = "create_paper"    # for an applicant who handed in on paper
    READ_CASE = "read_case"
    CHANGE_CASE = "change_case"      # its files, its settings, a new assessment: while it is a draft, or returned
    SUBMIT_CASE = "submit_case"      # hand it in, take it back
    DELETE_CASE = "delete_case"      # a draft; one that was handed in only administrators delete
    MANAGE_USERS = "manage_users"
    READ_AUDIT = "read_audit"
    READ_REVIEWS = "read_reviews"    # the worklist, statistics
    READ_REVIEW = "read_review"      # what was decided about a case
    REVIEW_CASE = "review_case"      # decide, change its status, write its letter; never on what one made or typed in
    RUN_INTAKES = "run_intakes"      # make, change and close rounds
    READ_POLICY_WORK = "read_policy_work"  # versions, trials, what was asked about each clause
    WRITE_POLICY = "write_policy"    # a new version, approved answers
    PUBLISH_POLICY = "publish_policy"  # what another person proposed
    ADMINISTER = "administer"        # settings, health, retention


NEEDS = {   # of a token; the gate asks for more by the route (`api.http.admission`)
    Action.CREATE_CASE: TokenScope.WRITE, Action.CREATE_PAPER: TokenScope.REVIEW,
    Action.CHANGE_CASE: TokenScope.WRITE, Action.WRITE_POLICY: TokenScope.WRITE,
    Action.REVIEW_CASE: TokenScope.REVIEW, Action.RUN_INTAKES: TokenScope.REVIEW,
    Action.PUBLISH_POLICY: TokenScope.REVIEW}


def scopes_of(role: Role) -> tuple[TokenScope, ...]:
    """What a token of such a person can be made for."""
    found = [TokenScope.READ, TokenScope.WRITE]
    if role in {Role.REVIEWER, Role.POLICY_STAFF, Role.ADMINISTRATOR}:
        found.append(TokenScope.REVIEW)
    if role is Role.ADMINISTRATOR:
        found.append(TokenScope.ADMINISTER)
    return tuple(found)


def may(actor: Actor, action: Action, owner_id: str | None = None) -> bool:
    """Whether `actor` may do this; `owner_id` is the owner of the case it is done to."""
    if not actor.allows(NEEDS.get(action, TokenScope.READ)):
        return False
    match action:
        case Action.CREATE_CASE:
            return actor.role is not Role.AUDITOR
        case Action.CREATE_PAPER:
            return actor.role in {Role.REVIEWER, Role.ADMINISTRATOR}
        case Action.READ_CASE:
            return owner_id == actor.id or actor.role in SEE_ALL
        case Action.CHANGE_CASE | Action.SUBMIT_CASE | Action.DELETE_CASE:
            return owner_id == actor.id and actor.role is not Role.AUDITOR
        case Action.MANAGE_USERS | Action.ADMINISTER:
            return actor.role is Role.ADMINISTRATOR
        case Action.READ_AUDIT:
            return actor.role in {Role.ADMINISTRATOR, Role.AUDITOR}
        case Action.READ_POLICY_WORK:
            return actor.role in {Role.POLICY_STAFF, Role.ADMINISTRATOR, Role.AUDITOR}
        case Action.WRITE_POLICY:
            return actor.role is Role.POLICY_STAFF
        case Action.PUBLISH_POLICY:
            return actor.role in {Role.POLICY_STAFF, Role.ADMINISTRATOR} and owner_id != actor.id
        case Action.READ_REVIEWS | Action.READ_REVIEW:
            return actor.role in SEE_ALL
        case Action.RUN_INTAKES:
            return actor.role is Role.REVIEWER
        case Action.REVIEW_CASE:
            return actor.role is Role.REVIEWER and owner_id != actor.id


def demand(actor: Actor, action: Action, owner_id: str | None = None) -> None:
    """Failure "forbidden" where they may not."""
    if not may(actor, action, owner_id):
        raise Failure("forbidden")


def scope(actor: Actor, action: Action = Action.READ_CASE) -> Scope:
    """What PostgreSQL lets a transaction of this person see, whatever is asked: the same rule, held a second time."""
    if action is Action.READ_POLICY_WORK and may(actor, action):
        return Scope(actor.id, Sight.POLICY)
    return Scope(actor.id, Sight.ALL if actor.role in SEE_ALL else Sight.OWN)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition on cases that every query of them carries."""
    from sqlalchemy import or_

    from api.store.models import Case

    mine = Case.owner_id == actor.id
    return or_(Case.handed_in.is_not(None), mine) if actor.role in SEE_ALL else mine
