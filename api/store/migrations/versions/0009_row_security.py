"""Row-level security on PostgreSQL for what belongs to applicants. SQLite has none."""
from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ACTOR, _SIGHT = "current_setting('guohe.actor', true)", "current_setting('guohe.sight', true)"
_EVERYTHING = f"{_SIGHT} = 'everything'"
_OWNED = f" AND cases.owner_id = {_ACTOR}"
_MINE = f"({_EVERYTHING} OR user_id = {_ACTOR})"
_CASE = "({all} OR EXISTS (SELECT 1 FROM cases WHERE cases.id = {table}.case_id{owned}))"
_ASSESSMENT = ("({all} OR EXISTS (SELECT 1 FROM assessments JOIN cases ON cases.id = assessments.case_id "
               "WHERE assessments.id = {table}.assessment_id{owned}))")
_CONVERSATION = "({all} OR EXISTS (SELECT 1 FROM conversations WHERE conversations.id = turns.conversation_id))"
_ASKED = "({sight} = 'policy' AND EXISTS (SELECT 1 FROM asked WHERE asked.turn_id = {turn} AND asked.about_policy))"


def _of(template: str, table: str = "", owned: str = "") -> str:
    return template.format(all=_EVERYTHING, table=table, owned=owned)


def _or_asked(rule: str, turn: str) -> str:
    return f"({rule} OR {_ASKED.format(sight=_SIGHT, turn=turn)})"


_RULES = {
    "cases": (f"({_SIGHT} IN ('everything', 'all') OR owner_id = {_ACTOR})", f"({_EVERYTHING} OR owner_id = {_ACTOR})"),
    **{table: (_of(_CASE, table), _of(_CASE, table, _OWNED)) for table in ("files", "assessments")},
    **{table: (_of(_ASSESSMENT, table), _of(_ASSESSMENT, table, _OWNED))
       for table in ("assessment_contents", "assessed_files")},
    **{table: (_of(_CASE, table),) * 2 for table in (
        "jobs", "events", "reviews", "review_steps", "decisions", "checks", "standings", "item_keys", "letters",
        "presences")},
    "conversations": (_MINE, _MINE),
    "turns": (_or_asked(_of(_CONVERSATION), "turns.id"), _of(_CONVERSATION)),
    "thumbs": (_or_asked(_MINE, "thumbs.turn_id"), _MINE),
    "saved_views": (_MINE, _MINE),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, (read, write) in _RULES.items():
        for statement in ("ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"):
            op.execute(f"ALTER TABLE {table} {statement}")
        for name, rule in (("read", f"FOR SELECT USING ({read})"), ("add", f"FOR INSERT WITH CHECK ({write})"),
                           ("change", f"FOR UPDATE USING ({read}) WITH CHECK ({write})"),
                           ("remove", f"FOR DELETE USING ({write})")):
            op.execute(f"CREATE POLICY {table}_{name} ON {table} {rule}")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _RULES:
        for name in ("read", "add", "change", "remove"):
            op.execute(f"DROP POLICY {table}_{name} ON {table}")
        for statement in ("NO FORCE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"):
            op.execute(f"ALTER TABLE {table} {statement}")
