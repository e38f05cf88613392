"""Rules of rows that cost lists over all cases next to nothing: see `api.store.models.row_security`."""
from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SETTING = "current_setting('guohe.{}', true)"
_CASE = "EXISTS (SELECT 1 FROM cases WHERE cases.id = {table}.case_id{owned})"
_ASSESSMENT = ("EXISTS (SELECT 1 FROM assessments JOIN cases ON cases.id = assessments.case_id "
               "WHERE assessments.id = {table}.assessment_id{owned})")
_CONVERSATION = "EXISTS (SELECT 1 FROM conversations WHERE conversations.id = turns.conversation_id)"
_ASKED = ("({rule} OR ({sight} = 'policy' AND EXISTS "
          "(SELECT 1 FROM asked WHERE asked.turn_id = {turn} AND asked.about_policy)))")


def _rules(setting: str, either: str, seers: str) -> dict[str, tuple[str, str]]:
    """With a way to read a setting, one to say either of two conditions, and the one on its sight of who sees every row
    that hangs on a case.
    """
    actor, sight = setting.format("actor"), setting.format("sight")
    everything, owned = f"{sight} = 'everything'", f" AND cases.owner_id = {actor}"

    def of(rule: str, seen: str = everything) -> str:
        return either.format(seen=seen, rule=rule)

    def read(template: str, table: str) -> str:
        return of(template.format(table=table, owned=""), f"{sight} {seers}")

    def written(template: str, table: str) -> str:
        return of(template.format(table=table, owned=owned))

    owner, mine, conversation = f"owner_id = {actor}", of(f"user_id = {actor}"), of(_CONVERSATION)
    return {
        "cases": (of(owner, f"{sight} IN ('everything', 'all')"), of(owner)),
        **{table: (read(_CASE, table), written(_CASE, table)) for table in ("files", "assessments")},
        **{table: (read(_ASSESSMENT, table), written(_ASSESSMENT, table))
           for table in ("assessment_contents", "assessed_files")},
        **{table: (read(_CASE, table),) * 2 for table in (
            "jobs", "events", "reviews", "review_steps", "decisions", "checks", "standings", "item_keys", "letters",
            "presences")},
        "conversations": (mine, mine),
        "turns": (_ASKED.format(rule=conversation, sight=sight, turn="turns.id"), conversation),
        "thumbs": (_ASKED.format(rule=mine, sight=sight, turn="thumbs.turn_id"), mine),
        "saved_views": (mine, mine),
    }


def upgrade() -> None:
    _make(_rules(f"(SELECT {_SETTING})", "CASE WHEN {seen} THEN true ELSE {rule} END", "IN ('everything', 'all')"))


def downgrade() -> None:
    _make(_rules(_SETTING, "({seen} OR {rule})", "= 'everything'"))


def _make(rules: dict[str, tuple[str, str]]) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, (read, write) in rules.items():
        for name, rule in (("read", f"FOR SELECT USING ({read})"), ("add", f"FOR INSERT WITH CHECK ({write})"),
                           ("change", f"FOR UPDATE USING ({read}) WITH CHECK ({write})"),
                           ("remove", f"FOR DELETE USING ({write})")):
            op.execute(f"DROP POLICY {table}_{name} ON {table}")
            op.execute(f"CREATE POLICY {table}_{name} ON {table} {rule}")
