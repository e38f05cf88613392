"""The audit, read: found, exported, verified. Nothing here changes it."""
from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import Action, demand
from api.service.administration.administration_records import AuditFilter, AuditLine, Verification
from api.service.records import Actor, Page
from api.store import chain
from api.store.database import Database
from api.store.models import Audit, User

PIECE = 500
FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
COLUMNS = ("id", "at", "actor_id", "role", "action", "object_kind", "object_id", "before", "after", "reason", "detail",
           "previous", "hash")
SAID = ("action_said", "object_said", "what_said")   # columns for people, after those that are kept
PERSONS = ("assignee", "proposed_by", "typed_by")   # details that are a user's id
USER, SETTING = "user", "setting"                   # kinds of objects
ERASED = "@erased.invalid"                          # how the address of a person ends who was erased
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


Say = Callable[[Sequence[Audit], Mapping[str, str]], Iterable[tuple[str, ...]]]


@dataclass(frozen=True)
class Auditing:
    database: Database

    def list(self, actor: Actor, wanted: AuditFilter, *, after: str | None = None, limit: int = 50) -> Page[AuditLine]:
        """The newest first, for administrators and auditors."""
        self._allowed(actor)
        limit = paging.size(limit)
        with self.database.reading() as session:
            conditions = _conditions(session, wanted)
            query = select(Audit).where(*conditions).order_by(Audit.id.desc()).limit(limit + 1)
            if after:
                query = query.where(Audit.id < paging.number(after))
            rows = session.scalars(query).all()
            lines = _lines(session, rows[:limit])
            total = session.scalar(select(func.count()).select_from(Audit).where(*conditions))
        return Page(lines, paging.cursor(rows[limit - 1].id) if len(rows) > limit else None, total)

    def choices(self, actor: Actor) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The actions and the kinds of objects that stand in it."""
        self._allowed(actor)
        with self.database.reading() as session:
            return (tuple(session.scalars(select(Audit.action).distinct().order_by(Audit.action))),
                    tuple(session.scalars(select(Audit.object_kind).distinct().order_by(Audit.object_kind))))

    def export(self, actor: Actor, wanted: AuditFilter, form: str, say: Say | None = None) -> Iterator[str]:
        """What was found, the oldest first, as "csv" or "jsonl", piece by piece. Failure "unknown_format"."""
        self._allowed(actor)
        if form not in FORMATS:
            raise Failure("unknown_format", kind=form, choices=", ".join(FORMATS))
        return self.written(wanted, form, say)

    def written(self, wanted: AuditFilter, form: str, say: Say | None = None) -> Iterator[str]:
        """With `say` a csv has the columns SAID as well, each row in words; a jsonl never."""
        if form == "csv":
            yield "\ufeff" + _csv([(*COLUMNS, *SAID) if say else COLUMNS])
        last = 0
        while True:
            with self.database.reading() as session:
                rows = session.scalars(select(Audit).where(Audit.id > last, *_conditions(session, wanted))
                                       .order_by(Audit.id).limit(PIECE)).all()
                names = _people(session, rows) if say and rows else {}
            if not rows:
                return
            last = rows[-1].id
            if form == "csv":
                said = say(rows, names) if say else ((),) * len(rows)
                yield _csv([[*_cells(row), *map(_safe, told)] for row, told in zip(rows, said, strict=True)])
            else:
                yield "".join(_json_line(row) for row in rows)

    def people(self, actor: Actor, lines: Sequence[AuditLine]) -> dict[str, str]:
        """Names of the persons whose ids stand in the lines, as far as they are still there."""
        self._allowed(actor)
        with self.database.reading() as session:
            return _people(session, lines)

    def verify(self, actor: Actor) -> Verification:
        self._allowed(actor)
        return verify(self.database)

    @staticmethod
    def _allowed(actor: Actor) -> None:
        demand(actor, Action.READ_AUDIT)


def verify(database: Database, head: str = "") -> Verification:
    """Go through the whole chain. With `head`, a hash noted before, also that its row is still there."""
    previous, last, count, seen = chain.START, 0, 0, not head or head == chain.START
    while True:
        with database.reading() as session:
            rows = session.scalars(select(Audit).where(Audit.id > last).order_by(Audit.id).limit(PIECE)).all()
        if not rows:
            break
        for row in rows:
            if row.previous != previous:
                return Verification(count, previous, row.id, "unlinked")
            if row.hash != chain.digest(row):
                return Verification(count, previous, row.id, "changed")
            previous, last, count = row.hash, row.id, count + 1
            seen = seen or row.hash == head
    if not seen:
        return Verification(count, previous, last + 1, "unlinked")
    return Verification(count, previous)


def _conditions(session: Session, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    """A filter as conditions on rows."""
    found: list[ColumnElement[bool]] = []
    if wanted.actor.strip():
        name = wanted.actor.strip()
        ids = session.scalars(select(User.id).where(or_(User.email == name.lower(), User.name == name))).all()
        found.append(Audit.actor_id.in_([name[:32], *ids]))
    for column, value in ((Audit.action, wanted.action), (Audit.object_kind, wanted.kind),
                          (Audit.object_id, wanted.object_id)):
        if value.strip():
            found.append(column == value.strip())
    if wanted.since is not None:
        found.append(Audit.at >= wanted.since)
    if wanted.until is not None:
        found.append(Audit.at < wanted.until)
    return found


def _people(session: Session, rows: Sequence[Audit | AuditLine]) -> dict[str, str]:
    ids = {row.object_id for row in rows if row.object_kind == USER} | {
        found[name] for row in rows for found in (row.before, row.after, row.detail) for name in PERSONS
        if found and isinstance(found.get(name), str)}
    people = session.execute(select(User.id, User.name, User.email).where(
        User.id.in_(ids), User.email.not_like(f"%{ERASED}")))
    return {one.id: one.name or one.email for one in people}


def _lines(session: Session, rows: Sequence[Audit]) -> tuple[AuditLine, ...]:
    names: dict[str, str] = {one.id: one.name for one in session.execute(
        select(User.id, User.name).where(User.id.in_({row.actor_id for row in rows})))}
    return tuple(AuditLine(row.id, row.at, row.actor_id, names.get(row.actor_id, ""), row.role, row.action,
                           row.object_kind, row.object_id, row.before, row.after, row.reason, row.detail, row.previous,
                           row.hash) for row in rows)


def _values(row: Audit) -> dict[str, object]:
    return {name: row.at.isoformat() if name == "at" else getattr(row, name) for name in COLUMNS}


def _json_line(row: Audit) -> str:
    return json.dumps(_values(row), ensure_ascii=False) + "\n"


def _cells(row: Audit) -> list[object]:
    cells: list[object] = []
    for value in _values(row).values():
        if value is None or isinstance(value, int):
            cells.append("" if value is None else value)
            continue
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
        cells.append(_safe(shown))
    return cells


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(rows: Sequence[Sequence[object]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()


