"""What was handed in, as it was; what applicants say to single entries; drafts that are their owner's alone."""
from __future__ import annotations

import hashlib
import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_ID, _MOMENT = sa.String(length=32), sa.DateTime(timezone=True)
_ACTOR = "(SELECT current_setting('guohe.actor', true))"
_SIGHT = "(SELECT current_setting('guohe.sight', true))"
_EVERYTHING, _ALL = f"{_SIGHT} = 'everything'", f"{_SIGHT} IN ('everything', 'all')"
_OWNER, _OWNED = f"owner_id = {_ACTOR}", f" AND cases.owner_id = {_ACTOR}"
_HANDED_IN = f"CASE WHEN {_SIGHT} = 'all' AND handed_in IS NOT NULL THEN true ELSE {_OWNER} END"
_EITHER = "CASE WHEN {seen} THEN true ELSE {rule} END"
_CASE = "EXISTS (SELECT 1 FROM cases WHERE cases.id = {table}.case_id{owned})"
_ASSESSMENT = ("EXISTS (SELECT 1 FROM assessments JOIN cases ON cases.id = assessments.case_id "
               "WHERE assessments.id = {table}.assessment_id{owned})")
_NEW = ("submissions", "replies")


def _rules(seen: str, cases: str) -> dict[str, tuple[str, str]]:
    """`seen`: who reads what hangs on any case; `cases`: the rule on cases for everybody but the installation."""
    def of(template: str, table: str, owned: str = "") -> str:
        return _EITHER.format(seen=_EVERYTHING if owned else seen, rule=template.format(table=table, owned=owned))

    return {
        "cases": (cases, _EITHER.format(seen=_EVERYTHING, rule=_OWNER)),
        **{table: (of(_CASE, table), of(_CASE, table, _OWNED)) for table in ("files", "assessments")},
        **{table: (of(_ASSESSMENT, table), of(_ASSESSMENT, table, _OWNED))
           for table in ("assessment_contents", "assessed_files")},
        **{table: (of(_CASE, table),) * 2 for table in ("jobs", "events", "item_keys")},
    }


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('guohe.sight', 'everything', true)")
    with op.batch_alter_table("cases") as batch_op:
        batch_op.add_column(sa.Column("handed_in", sa.Integer(), nullable=True))
    with op.batch_alter_table("reviews") as batch_op:
        batch_op.add_column(sa.Column("counts", _JSON, nullable=True))
    op.create_table(
        "submissions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(length=20), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by_id", _ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("assessment_id", _ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("applicant", sa.String(length=200), nullable=False),
        sa.Column("base_type", sa.String(length=64), nullable=False),
        sa.Column("application_date", sa.Date(), nullable=False),
        sa.Column("policy_id", sa.String(length=100), nullable=False),
        sa.Column("policy_version", sa.String(length=50), nullable=False),
        sa.Column("policy_digest", sa.String(length=64), nullable=False),
        sa.Column("overall", sa.String(length=40), nullable=False),
        sa.Column("files", _JSON, nullable=False),
        sa.Column("open", _JSON, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("withdrawn", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_submissions_case_id_cases"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_submissions_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_submissions_case_id_number")),
        sa.UniqueConstraint("receipt", name=op.f("uq_submissions_receipt")),
    )
    op.create_table(
        "replies",
        sa.Column("id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.String(length=1000), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("file_id", _ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", _ID, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_replies_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_replies_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("case_id", "subject", "version", name=op.f("uq_replies_case_id_subject_version")),
    )
    _fill()
    _make(_rules(_EVERYTHING, _EITHER.format(seen=_EVERYTHING, rule=_HANDED_IN)))
    if op.get_bind().dialect.name == "postgresql":
        for table in _NEW:
            for statement in ("ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"):
                op.execute(f"ALTER TABLE {table} {statement}")
            _policies(table, _EITHER.format(seen=_EVERYTHING, rule=_CASE.format(table=table, owned="")),
                      _EITHER.format(seen=_EVERYTHING, rule=_CASE.format(table=table, owned=_OWNED)))


def downgrade() -> None:
    _make(_rules(_ALL, _EITHER.format(seen=_ALL, rule=_OWNER)))
    op.drop_table("replies")
    op.drop_table("submissions")
    with op.batch_alter_table("reviews") as batch_op:
        batch_op.drop_column("counts")
    with op.batch_alter_table("cases") as batch_op:
        batch_op.drop_column("handed_in")


def _fill() -> None:
    """A receipt for every case that was handed in before there were any, of the result that stands."""
    connection = op.get_bind()
    connection.execute(sa.text(
        "UPDATE cases SET handed_in = (SELECT a.revision FROM assessments a WHERE a.id = cases.latest_id) "
        "WHERE EXISTS (SELECT 1 FROM reviews WHERE reviews.case_id = cases.id)"))
    rows = connection.execute(sa.text(
        "SELECT c.id, r.round, r.received, c.owner_id, a.revision, a.id AS made, c.title, c.applicant, a.base_type, "
        "a.application_date, a.policy_id, a.policy_version, a.policy_digest, a.overall FROM reviews r "
        "JOIN cases c ON c.id = r.case_id JOIN assessments a ON a.id = c.latest_id").columns(
            received=sa.DateTime(timezone=True), application_date=sa.Date())).all()
    table = sa.table("submissions", *(sa.column(name, kind) for name, kind in (
        ("id", _ID), ("case_id", _ID), ("number", sa.Integer()), ("receipt", sa.String()), ("at", _MOMENT),
        ("by_id", _ID), ("revision", sa.Integer()), ("assessment_id", _ID), ("title", sa.String()),
        ("applicant", sa.String()), ("base_type", sa.String()), ("application_date", sa.Date()),
        ("policy_id", sa.String()), ("policy_version", sa.String()), ("policy_digest", sa.String()),
        ("overall", sa.String()), ("files", _JSON), ("open", _JSON), ("digest", sa.String()))))
    for row in rows:
        files = [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in connection.execute(sa.text(
            "SELECT f.name, f.sha256, f.size FROM files f JOIN assessed_files s ON s.file_id = f.id "
            "WHERE s.assessment_id = :made ORDER BY f.name"), {"made": row.made})]
        receipt = f"{row.received:%Y%m%d}-{uuid.uuid4().hex[:6].upper()}"
        connection.execute(table.insert().values(
            id=uuid.uuid4().hex, case_id=row.id, number=row.round, receipt=receipt, at=row.received,
            by_id=row.owner_id, revision=row.revision, assessment_id=row.made, title=row.title,
            applicant=row.applicant, base_type=row.base_type, application_date=row.application_date,
            policy_id=row.policy_id, policy_version=row.policy_version, policy_digest=row.policy_digest,
            overall=row.overall, files=files, open={}, digest=hashlib.sha256(receipt.encode()).hexdigest()))


def _make(rules: dict[str, tuple[str, str]]) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, (read, write) in rules.items():
        for name in ("read", "add", "change", "remove"):
            op.execute(f"DROP POLICY {table}_{name} ON {table}")
        _policies(table, read, write)


def _policies(table: str, read: str, write: str) -> None:
    for name, rule in (("read", f"FOR SELECT USING ({read})"), ("add", f"FOR INSERT WITH CHECK ({write})"),
                       ("change", f"FOR UPDATE USING ({read}) WITH CHECK ({write})"),
                       ("remove", f"FOR DELETE USING ({write})")):
        op.execute(f"CREATE POLICY {table}_{name} ON {table} {rule}")
