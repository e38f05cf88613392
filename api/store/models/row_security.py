"""PostgreSQL's row-level security on every table that holds something of a person's: the second of two locks.

The first is `api.service.access`. What a transaction sees stands in its settings (`api.store.rows`). FORCE makes the
policies hold for the owner of the tables too; only a superuser, or a role with BYPASSRLS, passes them by.
A change here needs a migration that makes the same change.

A setting is read in a SELECT of its own, once for a statement and not for each row. Who sees every case that was handed
in is asked first, so that lists over all of them look up no case for each row of what only such a case has; and by
CASE, of which the planner takes it that half of the rows pass, where of an OR it takes it that next to none do, and
sorts all of them instead of using an index. A draft is its owner's alone, with all that hangs on it.
"""
from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import DDL, event

from api.store.models.base import Base

ACTOR = "(SELECT current_setting('guohe.actor', true))"
SIGHT = "(SELECT current_setting('guohe.sight', true))"
EVERYTHING = f"{SIGHT} = 'everything'"
ALL = f"{SIGHT} IN ('everything', 'all')"

_OWNER = f"owner_id = {ACTOR}"
_HANDED_IN = f"CASE WHEN {SIGHT} = 'all' AND handed_in IS NOT NULL THEN true ELSE {_OWNER} END"
_OWNED = f" AND cases.owner_id = {ACTOR}"
_EITHER = "CASE WHEN {seen} THEN true ELSE {rule} END"
_MINE = _EITHER.format(seen=EVERYTHING, rule=f"user_id = {ACTOR}")
_CASE = "EXISTS (SELECT 1 FROM cases WHERE cases.id = {table}.case_id{owned})"
_ASSESSMENT = ("EXISTS (SELECT 1 FROM assessments JOIN cases ON cases.id = assessments.case_id "
               "WHERE assessments.id = {table}.assessment_id{owned})")
_CONVERSATION = _EITHER.format(seen=EVERYTHING, rule=(
    "EXISTS (SELECT 1 FROM conversations WHERE conversations.id = turns.conversation_id)"))
_ASKED = "({sight} = 'policy' AND EXISTS (SELECT 1 FROM asked WHERE asked.turn_id = {turn} AND asked.about_policy))"


def _of(template: str, table: str, owned: str = "", seen: str = EVERYTHING) -> str:
    return _EITHER.format(seen=seen, rule=template.format(table=table, owned=owned))


def _or_asked(rule: str, turn: str) -> str:
    """Staff of the policy see what was asked about it."""
    return f"({rule} OR {_ASKED.format(sight=SIGHT, turn=turn)})"


# Table to the condition on rows that are read, and the one on rows that are added, changed or deleted. Who reads a case
# may lock it (FOR UPDATE) and not change it; reviewers write what they make of it, ask for assessments, and tell of it.
RULES: dict[str, tuple[str, str]] = {
    "cases": (_EITHER.format(seen=EVERYTHING, rule=_HANDED_IN), _EITHER.format(seen=EVERYTHING, rule=_OWNER)),
    **{table: (_of(_CASE, table), _of(_CASE, table, _OWNED)) for table in ("files", "assessments")},
    **{table: (_of(_ASSESSMENT, table), _of(_ASSESSMENT, table, _OWNED))
       for table in ("assessment_contents", "assessed_files")},
    **{table: (_of(_CASE, table), _of(_CASE, table, _OWNED)) for table in ("submissions", "replies")},
    **{table: (_of(_CASE, table),) * 2 for table in ("jobs", "events", "item_keys", "readings", "reader_answers")},
    **{table: (_of(_CASE, table, seen=ALL),) * 2 for table in (   # what only a case has that was handed in
        "reviews", "review_steps", "decisions", "checks", "standings", "letters", "presences")},
    "conversations": (_MINE, _MINE),
    "turns": (_or_asked(_CONVERSATION, "turns.id"), _CONVERSATION),
    "thumbs": (_or_asked(_MINE, "thumbs.turn_id"), _MINE),
    **dict.fromkeys(("saved_views", "notices", "notice_choices", "dispatches"), (_MINE, _MINE)),
}


def names(table: str) -> tuple[str, ...]:
    """Of its policies."""
    return tuple(f"{table}_{one}" for one in ("read", "add", "change", "remove"))


def statements(table: str) -> Iterator[str]:
    """What puts the table's rules in force, from whatever state it is in."""
    read, write = RULES[table]
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    rules = (f"FOR SELECT USING ({read})", f"FOR INSERT WITH CHECK ({write})",
             f"FOR UPDATE USING ({read}) WITH CHECK ({write})", f"FOR DELETE USING ({write})")
    for name, rule in zip(names(table), rules, strict=True):
        yield f"DROP POLICY IF EXISTS {name} ON {table}"
        yield f"CREATE POLICY {name} ON {table} {rule}"


for _table in RULES:
    for _statement in statements(_table):
        event.listen(Base.metadata, "after_create",
                     DDL(_statement.replace("%", "%%")).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
