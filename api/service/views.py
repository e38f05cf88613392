"""From rows to records."""
from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.service.records import AssessmentLine, Counts, FileState, FileView, JobState, JobView, NoticeView
from api.store.models import Assessment, File, Job, Reading, Review
from ingestion.domain import Notice, Overall

CLOSED = "done"    # the status of a review after which a case is not open any more
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
