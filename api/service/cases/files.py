"""The files of a case: added, listed, taken away; stored once by content."""
from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.access import Action
from api.service.cases.events import Events
from api.service.cases.reading import Reader
from api.service.context import Context, case_for, changed, new_id, now, partly, record
from api.service.records import Actor, Added, AddedFile, FileState, FileView, Upload
from api.service.views import assessed_files, file_view, newest, plain, present
from api.store.files import spooled
from api.store.models import AssessedFile, Assessment, Case, Doomed, File
from api.store.rows import INSTALLATION
from ingestion import parsing
from ingestion.errors import GuoheError, UnreadableError
from ingestion.parsing import archive
from ingestion.reading import ZIP_STARTS

LONGEST_NAME = 300
UNWANTED = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # also what turns text around


@dataclass(slots=True)
class _Arrived:
    """A file on its way into the case: its content, or why it is refused."""

    name: str
    stream: IO[bytes] | None = None
    sha256: str = ""
    size: int = 0
    refusal: GuoheError | None = None


class CaseFiles:
    def __init__(self, context: Context, events: Events, reader: Reader) -> None:
        self._database, self._contents = context.database, context.contents
        self._settings = context.settings
        self._events, self._reader = events, reader

    def add(self, actor: Actor, case_id: str, uploads: Sequence[Upload]) -> tuple[AddedFile, ...]:
        """Store files; a zip of documents is opened. One entry for each file, none is passed over silently.

        A name that is there already is replaced by new content, the old one is kept for assessments that rest on it.
        What files of systems are (`.DS_Store`, `~$…`) is left out.
        """
        with self._database.reading() as session:
            case_for(session, actor, case_id, Action.CHANGE_CASE)
        with ExitStack() as stack:
            arrived = []
            for one in self._opened(uploads):
                if one.stream is not None:
                    stack.callback(one.stream.close)
                    self._contents.put(one.sha256, one.stream)  # before the transaction: it takes its time
                arrived.append(one)
            with self._database.writing() as session:
                self._database.alone(session, CONTENTS)
                case = case_for(session, actor, case_id, Action.CHANGE_CASE)
                results = [self._put(session, case, one) for one in arrived]
                news = [one.file for one in results if one.file is not None and one.added is not Added.SAME]
                if news:
                    changed(case)
                    for file in news:
                        self._events.publish(session, case_id, "file", plain(file))
                    record(session, actor, "upload", "case", case_id,
                           files=[{"id": file.id, "sha256": file.sha256} for file in news])
        return tuple(results)

    def list(self, actor: Actor, case_id: str) -> tuple[FileView, ...]:
        """The present files by name, for others than its applicant those handed in; bounded by the limit on files."""
        with self._database.reading() as session:
            return shown(session, case_for(session, actor, case_id), actor)

    def get(self, actor: Actor, case_id: str, file_id: str) -> FileView:
        """Also a file that was removed, while an assessment rests on it."""
        with self._database.reading() as session:
            return file_view(self._row(session, actor, case_id, file_id, Action.READ_CASE))

    def content(self, actor: Actor, case_id: str, file_id: str) -> bytes:
        """The bytes as uploaded."""
        return self._contents.read(self.get(actor, case_id, file_id).sha256)

    def remove(self, actor: Actor, case_id: str, file_id: str) -> None:
        """Takes a file out of a case; its content goes when nothing needs it any more."""
        with self._database.writing() as session:
            row = self._row(session, actor, case_id, file_id, Action.CHANGE_CASE)
            if row.removed is not None:
                raise Failure("not_found")
            row.removed = now()
            session.flush()
            changed(session.get_one(Case, case_id))
            self._events.publish(session, case_id, "file_removed", {"id": file_id, "name": row.name})
            record(session, actor, "remove_file", "case", case_id, file=file_id, sha256=row.sha256)
        self.sweep()

    def restore(self, actor: Actor, case_id: str, file_id: str) -> FileView:
        """Back into the case, within KEPT of its removal. Failure "not_found", "file_there" where another one has come
        under its name since, "case_full".
        """
        with self._database.writing() as session:
            row = self._row(session, actor, case_id, file_id, Action.CHANGE_CASE)
            present = select(File.name).where(File.case_id == case_id, File.removed.is_(None))
            names = set(session.scalars(present))
            if row.removed is None or now() - row.removed > KEPT:
                raise Failure("not_found")
            if row.name in names:
                raise Failure("file_there", name=row.name)
            if len(names) >= self._settings.case_files:
                raise Failure("case_full", most=self._settings.case_files)
            row.removed = None
            session.flush()
            changed(session.get_one(Case, case_id))
            made = file_view(row)
            self._events.publish(session, case_id, "file", plain(made))
            record(session, actor, "restore_file", "case", case_id, file=file_id, sha256=row.sha256)
        return made

    def doom(self, session: Session, hashes: Iterable[str]) -> None:
        """Note contents that may be nobody's any more; `sweep` looks when the transaction has committed."""
        for sha256 in set(hashes):
            session.merge(Doomed(sha256=sha256))

    def sweep(self) -> None:
        """Delete the bytes of what no file holds. A crash on the way leaves it noted for the next time."""
        self._let_go()
        with self._database.reading(INSTALLATION) as session:
            noted = session.scalars(select(Doomed.sha256).limit(1000)).all()
        if noted:
            self._forget_recognised()
        for sha256 in noted:
            with self._database.writing(INSTALLATION) as session:
                self._database.alone(session, CONTENTS)
                if session.scalar(select(File.id).where(File.sha256 == sha256).limit(1)) is None:
                    self._contents.delete(sha256)
                    self._reader.forget(sha256)
                session.execute(delete(Doomed).where(Doomed.sha256 == sha256))

    def _let_go(self) -> None:
        """What was removed for good: longer ago than KEPT, and no stored assessment rests on it."""
        gone = select(File.id, File.sha256).where(
            File.removed < now() - KEPT, File.id.not_in(select(AssessedFile.file_id))).limit(1000)
        with self._database.reading(INSTALLATION) as session:
            found = session.execute(gone).all()
        if found:
            with self._database.writing(INSTALLATION) as session:
                self.doom(session, [one.sha256 for one in found])
                session.execute(delete(File).where(File.id.in_([one.id for one in found])))

    def sweep_all(self) -> None:
        """Find contents that no row knows, left by a crash in the middle of an upload, and delete them too."""
        kept = set(self._contents.all())
        with self._database.reading(INSTALLATION) as session:
            known = set(session.scalars(select(File.sha256).distinct()))
        if kept - known:
            with self._database.writing(INSTALLATION) as session:
                self.doom(session, kept - known)
        self.sweep()

    # --------------------------------------------------------------------------------------------------------------

    def _forget_recognised(self) -> None:
        """What was recognised on pages is kept by their pictures, not by their files: all of it goes, and is only time.

        A folder elsewhere is not ours.
        """
        from ingestion.parsing.ocr import cache as ocr_cache

        folder = ocr_cache.folder().absolute()
        if folder.is_relative_to(self._settings.data):
            shutil.rmtree(folder, ignore_errors=True)

    def _row(self, session: Session, actor: Actor, case_id: str, file_id: str, action: Action) -> File:
        case = case_for(session, actor, case_id, action)
        row = session.scalar(select(File).where(File.id == file_id, File.case_id == case_id))
        if row is None or (partly(case, actor) and session.scalar(
                select(AssessedFile.file_id).join(Assessment, Assessment.id == AssessedFile.assessment_id)
                .where(AssessedFile.file_id == file_id, Assessment.revision <= case.handed_in).limit(1)) is None):
            raise Failure("not_found")
        return row

    def _put(self, session: Session, case: Case, one: _Arrived) -> AddedFile:
        """A file into a case: added, in the place of one of its name, the same as another, or refused."""
        if one.refusal is not None or one.stream is None:
            refusal = one.refusal or Failure("file_empty", name=one.name)
            return AddedFile(one.name, Added.REFUSED, code=getattr(refusal, "code", "refused"),
                             message=refusal.chinese, message_en=str(refusal))
        here = select(File).where(File.case_id == case.id, File.removed.is_(None))
        same = session.scalar(here.where(File.sha256 == one.sha256).limit(1))
        if same is not None:
            return AddedFile(one.name, Added.SAME, file_view(same), other=same.name)
        old = session.scalar(here.where(File.name == one.name))
        if old is not None:
            self._take_away(session, old)
        elif (session.scalar(select(func.count()).select_from(here.subquery())) or 0) >= self._settings.case_files:
            full = Failure("case_full", most=self._settings.case_files)
            return AddedFile(one.name, Added.REFUSED, code=full.code, message=full.chinese, message_en=str(full))
        self._contents.put(one.sha256, one.stream)  # it may have been swept since; nothing is written where it is
        row = File(id=new_id(), case_id=case.id, name=one.name, sha256=one.sha256, size=one.size, kind="",
                   state=FileState.WAITING, page=0, pages=0, notices=[], added=now(), removed=None)
        session.add(row)
        session.flush()
        return AddedFile(one.name, Added.STORED if old is None else Added.REPLACED, file_view(row))

    def _take_away(self, session: Session, row: File) -> None:
        """Out of the case; gone altogether where no stored assessment rests on it."""
        if session.scalar(select(AssessedFile.file_id).where(AssessedFile.file_id == row.id).limit(1)):
            session.execute(update(File).where(File.id == row.id).values(removed=now()))
        else:
            self.doom(session, [row.sha256])
            session.delete(row)
        session.flush()

    def _opened(self, uploads: Sequence[Upload]) -> Iterator[_Arrived]:
        """Each file and each member of a zip, one at a time; where there is none, what was passed over is named."""
        names = [clean_name(upload.name) for upload in uploads]
        if all(map(archive.is_litter, names)):
            yield from (_Arrived(name, refusal=Failure("system_file", name=name)) for name in names)
            return
        for upload, name in zip(uploads, names, strict=True):
            if archive.is_litter(name):
                continue
            try:
                stream, sha256, size = spooled(upload.stream, self._settings.upload_bytes)
            except Failure as failure:
                yield _Arrived(name, refusal=failure)
                continue
            if not size:
                stream.close()
                yield _Arrived(name, refusal=Failure("file_empty", name=name))
                continue
            start = stream.read(4)
            stream.seek(0)
            if start not in ZIP_STARTS or not (members := _members(stream, name)):
                yield _known_kind(_Arrived(name, stream, sha256, size))
                continue
            stream.close()
            yield from members


def shown(session: Session, case: Case, actor: Actor) -> tuple[FileView, ...]:
    """The files of a case as this person sees it."""
    if partly(case, actor):
        return assessed_files(session, newest(session, case, case.handed_in))
    return present(session, case.id)


def _members(stream: IO[bytes], name: str) -> list[_Arrived]:
    """What a zip of documents holds; nothing for a file that is a zip inside, such as a docx."""
    data = stream.read()
    stream.seek(0)
    try:
        if parsing.kind(data, name) != "zip":
            return []
        found = [(clean_name(f"{PurePosixPath(name).stem}/{inner}"), content) for inner, content in
                 archive.members(data)]
    except GuoheError as error:
        return [_Arrived(name, refusal=error)]
    if not found:
        return [_Arrived(name, refusal=Failure("zip_empty", name=name))]
    arrived = []
    for inner, content in found:
        copy, sha256, size = spooled(BytesIO(content), len(content))
        arrived.append(_known_kind(_Arrived(inner, copy, sha256, size)) if size
                       else _Arrived(inner, refusal=Failure("file_empty", name=inner)))
    return arrived


def _known_kind(one: _Arrived) -> _Arrived:
    """Refused at the door only if neither name nor content is of a kind that is read; what is damaged says so later."""
    extension = parsing.suffix(one.name)
    if extension and extension not in parsing.SUFFIXES and one.stream is not None:
        try:
            parsing.kind(one.stream.read(), one.name)
            one.stream.seek(0)
        except UnreadableError as error:
            one.stream.close()
            return _Arrived(one.name, refusal=error)
    return one


def clean_name(name: str) -> str:
    """A path below what was dropped: "/" between, no way up, nothing that hides or turns characters around."""
    plain_name = unicodedata.normalize("NFC", name.replace("\\", "/").encode("utf-8", "replace").decode())
    parts = [UNWANTED.sub("", part).strip() for part in plain_name.split("/")]
    kept = "/".join(part for part in parts if part not in {"", ".", ".."}) or "未命名"
    if len(kept) <= LONGEST_NAME:
        return kept
    suffix = PurePosixPath(kept).suffix[:12]
    return kept[:LONGEST_NAME - len(suffix)] + suffix


KEPT = timedelta(hours=1)   # how long a removal can be undone
CONTENTS = 0  # for Database.alone: who stores or deletes contents
