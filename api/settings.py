"""What the environment says about the web application. Only composition roots read it.

GUOHE_DATA              the data folder: database, files, jobs, secret (./guohe-data)
GUOHE_DATABASE_URL      sqlite in the data folder, or postgresql+psycopg://…
GUOHE_JOBS_URL          where the job engine keeps its state: sqlite in the data folder, or postgresql://…
GUOHE_BLOB_URL          the folder "files" in the data folder, or s3://bucket/prefix
GUOHE_SECRET            at least 32 characters; made at the first start and kept in the data folder without it
GUOHE_BASE_URL          how others reach the server; decides links and whether cookies are for https only
GUOHE_REGISTRATION      "open" (default): anybody may register as an applicant; "invited": by invitation only
GUOHE_SESSION_HOURS     how long a session lasts without use (12)
GUOHE_UPLOAD_MB         the largest upload (200); GUOHE_CASE_FILES the most files of a case (300)
GUOHE_WORKERS           assessments at a time (2)
GUOHE_POLICY            a policy folder other than the one shipped
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    data: Path
    database_url: str
    jobs_url: str
    blob_url: str
    base_url: str = "http://127.0.0.1:8000"
    open_registration: bool = True
    session_hours: float = 12.0
    upload_bytes: int = 200_000_000
    case_files: int = 300
    workers: int = 2
    policy: Path | None = None
