"""From rows to records."""
from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.service.records import Actor, AssessmentLine, Counts, FileState, FileView, JobState, JobView, NoticeView
from api.store.models import AssessedFile, Assessment, Case, File, Job, Reading, Review
from ingestion.domain import Notice, Overall

CLOSED = "done"    # the status of a review after which a case is not open any more
RETURNED = "returned"   # the one in which a case is with its applicant again
ENDED = frozenset({FileState.DONE, FileState.UNREAD})


def file_view(row: File) -> FileView:
    return FileView(row.id, row.case_id, row.name, row.sha256, row.size, row.kind, FileState(row.state), row.page,
                    row.pages, tuple(NoticeView(**one) for one in row.notices), row.added, row.removed)


def notices(found: tuple[Notice, ...]) -> list[dict[str, Any]]:
    """Notices as a file's row keeps them."""
    return [{"code": one.code, "text": one.text, "text_en": one.text_en, "page": one.page} for one in found]


def line(row: Assessment) -> AssessmentLine:
    return AssessmentLine(row.id, row.case_id, row.number, row.created, row.base_type, row.application_date,
                          row.policy_id, row.policy_version, Overall(row.overall), Counts(**row.counts), row.files)


def seen_line(row: Assessment, case: Case, review: Review | None, actor: Actor) -> AssessmentLine:
    """With the counts that this person is shown: those of the program or, where `reviewed` says so, of reviewers."""
    made = line(row)
    if review is None or review.counts is None or row.revision != case.handed_in or not reviewed(case, review, actor):
        return made
    return replace(made, overall=Overall(review.outcome), counts=Counts(**review.counts))


def reviewed(case: Case, review: Review | None, actor: Actor) -> bool:
    """Whether this person sees what reviewers made of the case: its applicant once it is returned, or done; of a
    paper application nobody here is the applicant."""
    return review is not None and (
        case.on_paper or case.owner_id != actor.id or review.status in {RETURNED, CLOSED})


def outdated(latest: Assessment | None, review: Review | None, digest: str) -> bool:
    """Whether an open case was assessed with another version of the policy than the one of `digest`."""
    return latest is not None and latest.policy_digest != digest and (review is None or review.status != CLOSED)


def job_view(row: Job, assessment_id: str | None) -> JobView:
    return JobView(row.id, row.case_id, JobState(row.state), row.step, row.done, row.total, row.created, row.error,
                   row.error_en, assessment_id)


def last_job(session: Session, case_id: str) -> JobView | None:
    """The last assessment asked for of a case."""
    row = session.scalar(select(Job).where(Job.case_id == case_id).order_by(Job.created.desc(), Job.id).limit(1))
    if row is None:
        return None
    made = session.scalar(select(Assessment.id).where(Assessment.job_id == row.id))
    return job_view(row, made)


def newest(session: Session, case: Case, upto: int | None = None) -> Assessment | None:
    """The newest assessment of a case, or of what it was in its revision `upto`."""
    if upto is None or upto == case.revision:
        return session.get(Assessment, case.latest_id) if case.latest_id else None
    return session.scalar(select(Assessment).where(Assessment.case_id == case.id, Assessment.revision <= upto)
                          .order_by(Assessment.number.desc()).limit(1))


def file_ids(session: Session, assessment_id: str | None) -> dict[str, str]:
    """Of the files that an assessment rests on, by their names."""
    return {name: file_id for file_id, name in session.execute(
        select(File.id, File.name).join(AssessedFile, AssessedFile.file_id == File.id)
        .where(AssessedFile.assessment_id == assessment_id))}


def assessed_files(session: Session, row: Assessment | None) -> tuple[FileView, ...]:
    """The files that an assessment rests on, by name."""
    rows = session.scalars(select(File).join(AssessedFile, AssessedFile.file_id == File.id).where(
        AssessedFile.assessment_id == (row.id if row is not None else "")).order_by(File.name))
    return tuple(file_view(one) for one in rows)
def reading_told(row: Reading) -> dict[str, Any]:
    """A second reading as events tell of it."""
    return {"id": row.id, "state": str(row.state), "done": row.done, "total": row.total, "error": row.error,
            "error_en": row.error_en}


def last_reading(session: Session, case_id: str) -> dict[str, Any] | None:
    """The last second reading asked for of a case."""
    row = session.scalar(select(Reading).where(Reading.case_id == case_id)
                         .order_by(Reading.created.desc(), Reading.id).limit(1))
    return reading_told(row) if row is not None else None


def present(session: Session, case_id: str) -> tuple[FileView, ...]:
    """The files of a case that were not removed, by name."""
    rows = session.scalars(select(File).where(File.case_id == case_id, File.removed.is_(None)).order_by(File.name))
    return tuple(file_view(row) for row in rows)


def plain(record: Any) -> Any:
    """A record as JSON can hold it."""
    return _plain(asdict(record))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, (datetime, date)) else value
