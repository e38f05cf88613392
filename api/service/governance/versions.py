"""Versions of the policy, from an upload to the publication by a second person."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import clock, paging
from api.service.access import Action, demand, may
from api.service.context import Context, new_id, now, record
from api.service.governance import forms, marking, renumbering
from api.service.governance.form_records import FormChange, FormsView
from api.service.policies import folders
from api.service.policies.policies import Policies
from api.service.policies.version_records import Done, ProblemView, State, VersionDifference, VersionLine, VersionView
from api.service.records import Actor, Page
from api.store import rows
from api.store.models import Case, PolicyVersion, User
from assistant.learning import likeness, training
from assistant.policy_versions import folder_checks
from ingestion.errors import UnreadableError
from ingestion.parsing.sandbox import wall
from ingestion.policies.files import CRITERIA, HEAD
from ingestion.policies.policy import Policy

LONGEST_NOTE = 2_000
MOST_EXAMPLES = 6_000   # questions learned from within a request; memory grows with their square
REPLACED = "encoding"   # the notice of a text some of whose characters nobody knows
_PUBLISHING = 31   # for Database.alone
OPEN = frozenset({State.DRAFT, State.PROPOSED})


class Versions:
    """`on_publish` hears of every published version in its own transaction."""

    def __init__(self, context: Context, policies: Policies,
                 on_publish: Callable[[Session, Actor, Policy], None],
                 prepare: Callable[[Policy], object] | None = None) -> None:
        self._context, self._database, self._policies = context, context.database, policies
        self._on_publish, self._prepare = on_publish, prepare

    def list(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[VersionLine]:
        """The newest first."""
        demand(actor, Action.READ_POLICY_WORK)
        limit = paging.size(limit)
        query = select(PolicyVersion).order_by(PolicyVersion.created.desc(), PolicyVersion.id.desc()).limit(limit + 1)
        if after:
            query = query.where(tuple_(PolicyVersion.created, PolicyVersion.id) < tuple_(*paging.at(after)))
        current = self._policies.digest
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            names = _names(session, rows)
        more = paging.cursor(rows[limit - 1].created, rows[limit - 1].id) if len(rows) > limit else None
        return Page(tuple(_line(row, names, current) for row in rows[:limit]), more)

    def get(self, actor: Actor, version_id: str) -> VersionView:
        """Failure "not_found"."""
        demand(actor, Action.READ_POLICY_WORK)
        with self._database.reading() as session:
            row = _row(session, version_id)
            names = _names(session, [row])
        return self._view(actor, row, names)

    def file(self, actor: Actor, version_id: str, name: str) -> str:
        """The text of one of its files. Failure "not_found"."""
        demand(actor, Action.READ_POLICY_WORK)
        with self._database.reading() as session:
            files = self._policies.files(_row(session, version_id).digest)
        if name not in files or not folders.readable(name):
            raise Failure("not_found")
        return files[name].decode("utf-8", "replace").removeprefix("\ufeff")

    def packed(self, actor: Actor, version_id: str) -> bytes:
        """The whole folder as a zip."""
        demand(actor, Action.READ_POLICY_WORK)
        with self._database.reading() as session:
            return folders.pack(self._policies.files(_row(session, version_id).digest))

    def difference(self, actor: Actor, version_id: str) -> VersionDifference:
        """Against the version that it was held against when it came or was mended last."""
        demand(actor, Action.READ_POLICY_WORK)
        with self._database.reading() as session:
            row = _row(session, version_id)
        return _difference(self._policies, row.base_digest, row.digest)

    # --------------------------------------------------------------------------------------------------------------

    def upload(self, actor: Actor, data: bytes, note: str = "") -> VersionView:
        """A whole folder as a zip. Failure "policy_zip"; mistakes in its files are its problems, to be mended."""
        demand(actor, Action.WRITE_POLICY)
        return self._add(actor, folders.unzip(data), note)

    def upload_text(self, actor: Actor, text: bytes, version: str, note: str = "") -> VersionView:
        """Only the text: the folder of the current version with it. Failure "policy_text"."""
        demand(actor, Action.WRITE_POLICY)
        try:
            plain = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Failure("policy_text") from error
        if not plain.strip() or len(text) > folders.MOST_BYTES:
            raise Failure("policy_text")
        policy, digest = self._policies.now()
        self._policies.keep_used(digest)
        version = re.sub(r"\s", "", version)[:50] or _next(policy.version)
        return self._add(actor, folders.with_text(self._policies.files(digest), text.replace(b"\r\n", b"\n"), version),
                         note)

    def upload_document(self, actor: Actor, data: bytes, name: str, version: str, note: str = "") -> VersionView:
        """Only the text, in a file as applications are read from: text in any usual encoding, Word, pdf.

        Failure "policy_unread" where it gives no text or not all its characters; what else was not read goes into the
        note.
        """
        demand(actor, Action.WRITE_POLICY)
        try:
            document = wall.read(data, name)
        except UnreadableError as error:
            raise Failure("policy_unread", name=name, zh=error.chinese, en=str(error)) from error
        doubtful = next((one for one in document.notices if one.code == REPLACED), None)
        if doubtful is not None:
            raise Failure("policy_unread", name=name, zh=doubtful.text, en=doubtful.text_en)
        said = "\n".join([note.strip(), *(f"{name}：{one.text}" for one in document.notices)]).strip()
        return self.upload_text(actor, document.text.encode(), version, said)

    def mend(self, actor: Actor, version_id: str, digest: str, name: str, content: str) -> VersionView:
        """Another content of one file of a draft that is `digest` still. Failure "policy_changed", "policy_state"."""
        return self._mended(actor, version_id, digest, lambda files: folders.with_file(files, name, content))

    def mend_criterion(self, actor: Actor, version_id: str, digest: str, criterion: str,
                       values: Mapping[str, str | int]) -> VersionView:
        """Other values ("quote", "cites", "bar") in one criterion."""
        return self._mended(actor, version_id, digest,
                            lambda files: folders.with_criterion(files, criterion, values))

    def drop_criterion(self, actor: Actor, version_id: str, digest: str, criterion: str) -> VersionView:
        return self._mended(actor, version_id, digest, lambda files: folders.without_criterion(files, criterion))

    def forms(self, actor: Actor, version_id: str) -> FormsView:
        """What forms show of it. Failure "not_found"."""
        view = self.get(actor, version_id)
        files = self._policies.files(view.line.digest)
        return FormsView(view.line, view.may_change, len(view.problems), forms.head(files),
                         forms.window(files, now().astimezone(clock.FALLBACK).date()), forms.criteria(files),
                         forms.facts(files))

    def mend_form(self, actor: Actor, version_id: str, digest: str, change: FormChange) -> VersionView:
        """What a form says, in a draft that is `digest` still. Failure "policy_field", "policy_amount",
        "policy_reword"."""
        return self._mended(actor, version_id, digest, lambda files: forms.changed(files, change))

    def renumber(self, actor: Actor, version_id: str, digest: str) -> VersionView:
        """Name clauses by the numbers that they have now, in every file that still has the old ones."""
        demand(actor, Action.WRITE_POLICY)
        with self._database.reading() as session:
            base = self._open(session, version_id, digest, State.DRAFT).base_digest
        before, became = self._policies.files(base), dict(_difference(self._policies, base, digest).renumbered)
        return self._mended(actor, version_id, digest, lambda files: renumbering.renumbered(before, files, became))

    def propose(self, actor: Actor, version_id: str, digest: str) -> VersionView:
        """Ask for its publication. Failure "policy_problems"; "policy_moved" where the current version is another."""
        demand(actor, Action.WRITE_POLICY)
        with self._database.writing() as session:
            row = self._open(session, version_id, digest, State.DRAFT)
            self._sound(row, session)
            row.state, row.proposed, row.proposed_by = State.PROPOSED, now(), actor.id
            record(session, actor, "propose_policy", "policy", row.id, digest=row.digest, version=row.version)
        return self.get(actor, version_id)

    def publish(self, actor: Actor, version_id: str, digest: str) -> VersionView:
        """By another person than who proposed it: new assessments rest on it from here on. Failure "same_person"."""
        with self._database.writing() as session:
            self._database.alone(session, _PUBLISHING)
            self._policies.look()
            row = self._open(session, version_id, digest, State.PROPOSED)
            if not may(actor, Action.PUBLISH_POLICY, row.proposed_by):
                raise Failure("same_person" if row.proposed_by == actor.id else "forbidden")
            self._sound(row, session)
            row.state, row.published, row.published_by = State.PUBLISHED, now(), actor.id
            record(session, actor, "publish_policy", "policy", row.id, digest=row.digest, version=row.version,
                   base=row.base_digest, proposed_by=row.proposed_by)
            self._on_publish(session, actor, self._policies.of(row.digest))
        self._policies.look()
        if self._prepare is not None:
            self._prepare(self._policies.current)
        return self.get(actor, version_id)

    def send_back(self, actor: Actor, version_id: str, reason: str) -> VersionView:
        """Make a proposal a draft again, to be mended."""
        if not (may(actor, Action.WRITE_POLICY) or may(actor, Action.PUBLISH_POLICY, "")):
            raise Failure("forbidden")
        with self._database.writing() as session:
            row = self._open(session, version_id, None, State.PROPOSED)
            row.state, row.proposed, row.proposed_by = State.DRAFT, None, None
            record(session, actor, "send_back_policy", "policy", row.id, reason=reason[:LONGEST_NOTE])
        return self.get(actor, version_id)

    def renew(self, actor: Actor, version_id: str) -> VersionView:
        """Hold a draft against the version that is current now."""
        demand(actor, Action.WRITE_POLICY)
        with self._database.writing() as session:
            row = self._open(session, version_id, None, State.DRAFT)
            row.base_digest = self._policies.digest
            self._policies.keep_used(row.base_digest)
            row.problems = len(self._problems(row, session))
            record(session, actor, "renew_policy", "policy", row.id, digest=row.digest, version=row.version)
        return self.get(actor, version_id)

    def withdraw(self, actor: Actor, version_id: str) -> VersionView:
        """Give a version up that was not published; it stays in the list."""
        demand(actor, Action.WRITE_POLICY)
        with self._database.writing() as session:
            row = self._open(session, version_id, None, *OPEN)
            row.state, row.proposed, row.proposed_by, row.changed, row.changed_by = (
                State.WITHDRAWN, None, None, now(), actor.id)
            record(session, actor, "withdraw_policy", "policy", row.id)
        return self.get(actor, version_id)

    # --------------------------------------------------------------------------------------------------------------

    def _add(self, actor: Actor, files: folders.Folder, note: str) -> VersionView:
        """A new draft of these files."""
        files, digest = _kept(self._policies, files)
        base = self._policies.digest
        self._policies.keep_used(base)
        with self._database.writing() as session:
            row = PolicyVersion(
                id=new_id(), digest=digest, base_digest=base, version=str(marking.head(files).get("version", ""))[:50],
                state=State.DRAFT, note=note.strip()[:LONGEST_NOTE], problems=0, created=now(), created_by=actor.id,
                changed=now(), changed_by=actor.id, proposed=None, proposed_by=None, published=None, published_by=None)
            row.problems = len(self._problems(row, session))
            session.add(row)
            record(session, actor, "upload_policy", "policy", row.id, digest=digest, version=row.version)
        return self.get(actor, row.id)

    def _mended(self, actor: Actor, version_id: str, digest: str,
                mend: Callable[[folders.Folder], folders.Folder]) -> VersionView:
        """A draft with its files changed; Failure where somebody changed it meanwhile."""
        demand(actor, Action.WRITE_POLICY)
        with self._database.reading() as session:
            self._open(session, version_id, digest, State.DRAFT)
        files, kept = _kept(self._policies, mend(self._policies.files(digest)))  # while nobody waits to write
        with self._database.writing() as session:
            row = self._open(session, version_id, digest, State.DRAFT)
            before, row.digest = row.digest, kept
            row.base_digest, row.version = self._policies.digest, str(marking.head(files).get("version", ""))[:50]
            self._policies.keep_used(row.base_digest)
            row.problems, row.changed, row.changed_by = len(self._problems(row, session)), now(), actor.id
            record(session, actor, "mend_policy", "policy", row.id, before={"digest": before},
                   after={"digest": row.digest})
        return self.get(actor, version_id)

    def _open(self, session: Session, version_id: str, digest: str | None, *states: State) -> PolicyVersion:
        row = _row(session, version_id, change=True)
        if row.state not in states:
            raise Failure("policy_state", state=row.state)
        if digest is not None and row.digest != digest:
            raise Failure("policy_changed")
        return row

    def _sound(self, row: PolicyVersion, session: Session) -> None:
        if row.base_digest != self._policies.digest:
            raise Failure("policy_moved")
        if problems := self._problems(row, session):
            raise Failure("policy_problems", count=len(problems))

    def _problems(self, row: PolicyVersion, session: Session, known: Policy | None = None) -> tuple[ProblemView, ...]:
        """Those of the folder itself, then what this installation cannot do without. `known` is the current policy: to
        be brought along into a session that only reads."""
        files = self._policies.files(row.digest)
        found = _checked(self._policies, row.digest)
        head, current = marking.head(files), known or self._policies.current
        used = set(session.scalars(select(PolicyVersion.version).where(
            PolicyVersion.state == State.PUBLISHED, PolicyVersion.id != row.id)))
        more = []
        if head and head.get("id") != current.id:
            more.append(_problem("id", f"the id must stay {current.id!r}; this is another policy",
                                 f"id 须保持 {current.id}；这是另一个政策"))
        if head and str(head.get("version", "")) in {*used, current.version}:
            more.append(_problem("version", f"version {head.get('version')!r} is published already; write a new one",
                                 f"版本号 {head.get('version')} 已发布过，请改写"))
        entries = head.get("base_types")
        kept = {one.get("id") for one in entries if isinstance(one, dict)} if isinstance(entries, list) else set()
        gone = [one.id for one in current.base_types if one.id not in kept]
        with rows.widened(session):  # only their number is told
            counted = session.execute(select(Case.base_type, func.count()).where(
                Case.base_type.in_(gone)).group_by(Case.base_type)).all()
        for name, cases in counted:
            more.append(_problem("base_types", f"{cases} cases are of the base type {name!r}; keep it",
                                 f"已有 {cases} 个案卷属于类型 {name}，请保留"))
        return (*found, *more)

    def _view(self, actor: Actor, row: PolicyVersion, names: Mapping[str, str]) -> VersionView:
        """A version with its problems and what the actor may do with it."""
        policy, current = self._policies.now()
        with self._database.reading() as session:
            problems = self._problems(row, session, policy) if row.state in OPEN else ()
        files = self._policies.files(row.digest)
        base = marking.head(self._policies.files(row.base_digest))
        return VersionView(
            _line(row, names, current), row.base_digest, str(base.get("version", "")),
            row.state in OPEN and row.base_digest != current, problems,
            tuple(sorted(files, key=lambda name: (name not in (HEAD, CRITERIA), name))),
            row.state == State.DRAFT and may(actor, Action.WRITE_POLICY),
            row.state == State.DRAFT and may(actor, Action.WRITE_POLICY) and not problems,
            row.state == State.PROPOSED and may(actor, Action.PUBLISH_POLICY, row.proposed_by),
            row.state == State.PROPOSED and row.proposed_by == actor.id)


def _problem(key: str, english: str, chinese: str) -> ProblemView:
    return ProblemView(HEAD, 1, chinese, f"{key}: {english}")


def _row(session: Session, version_id: str, *, change: bool = False) -> PolicyVersion:
    row = session.get(PolicyVersion, version_id, with_for_update=True if change else None)
    if row is None:
        raise Failure("not_found")
    return row


def _names(session: Session, rows: Sequence[PolicyVersion]) -> dict[str, str]:
    ids = {one for row in rows for one in (row.created_by, row.changed_by, row.proposed_by, row.published_by) if one}
    return {row.id: row.name or row.email for row in session.scalars(select(User).where(User.id.in_(ids)))}


def _line(row: PolicyVersion, names: Mapping[str, str], current: str) -> VersionLine:
    def done(at: Any, who: str | None) -> Done | None:
        return Done(at, who, names.get(who, "")) if at is not None and who else None

    return VersionLine(row.id, row.digest, row.version, State(row.state), row.note, row.problems,
                       Done(row.created, row.created_by, names.get(row.created_by, "")),
                       Done(row.changed, row.changed_by, names.get(row.changed_by, "")),
                       done(row.proposed, row.proposed_by), done(row.published, row.published_by),
                       row.state == State.PUBLISHED and row.digest == current)


def _next(version: str) -> str:
    """The version with its last number raised."""
    parts = re.fullmatch(r"(.*?)(\d+)", version)
    return f"{parts[1]}{int(parts[2]) + 1}" if parts else f"{version}-2"


def _kept(policies: Policies, files: folders.Folder) -> tuple[folders.Folder, str]:
    """The files as they are kept, and their digest. Where nothing is wrong but that what was learned is not of these
    examples, it is learned anew."""
    digest = policies.keep(files)
    if [one.file for one in _checked(policies, digest)] != [likeness.FILE]:
        return files, digest
    with folders.written(files) as folder:
        if sum(len(one.questions) for one in training.examples(folder)) > MOST_EXAMPLES:
            return files, digest
        learned = {**files, likeness.FILE: training.write(folder).read_bytes()}
    return learned, policies.keep(learned)


_checks: dict[str, tuple[ProblemView, ...]] = {}
KEPT = 64


def _checked(policies: Policies, digest: str) -> tuple[ProblemView, ...]:
    """The mistakes of a folder; what a digest names never changes."""
    if digest not in _checks:
        while len(_checks) >= KEPT:
            _checks.pop(next(iter(_checks)))
        with folders.written(policies.files(digest)) as folder:
            files = policies.files(digest)
            _checks[digest] = tuple(ProblemView(
                one.file, one.line, one.chinese, one.english,
                forms.criterion_at(files, one.line) if one.file == CRITERIA else "")
                for one in folder_checks.check(folder))
    return _checks[digest]


@lru_cache(maxsize=32)
def _difference(policies: Policies, before: str, after: str) -> VersionDifference:
    return marking.difference(policies.files(before), policies.files(after))
