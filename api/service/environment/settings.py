"""What the environment says about the web application. Only composition roots read it.

GUOHE_DATA              the data folder: database, files, jobs, secret (./guohe-data)
GUOHE_DATABASE_URL      postgresql+psycopg://…; SQLite in the data folder without
GUOHE_JOBS_URL          where the job engine keeps its state: beside the database above without
GUOHE_BLOB_URL          s3://bucket/prefix; the folder "files" in the data folder without
GUOHE_SECRET            at least 32 characters; made at the first start and kept in the data folder without
GUOHE_BASE_URL          how others reach the server: decides the links in invitations and whether cookies need https
GUOHE_REGISTRATION      "open" (default): anybody may register as an applicant; "invited": by invitation only
GUOHE_SESSION_HOURS     how long a session lasts without use (12)
GUOHE_UPLOAD_MB         the largest upload (200)
GUOHE_CASE_FILES        the most files of one case (300)
GUOHE_WORKERS           assessments at a time (2); 0: this process serves pages only, beside `guohe work` (PostgreSQL)
GUOHE_POLICY            a policy folder other than the one shipped
GUOHE_WEBHOOK_NETWORKS  networks that webhooks and a model named in the page may reach beside public addresses by
                        https, such as 10.20.0.0/16
GUOHE_SECOND_REVIEW     "yes": another reviewer concludes a case than those who took it up and decided; "no" (default)
GUOHE_TRUSTED_PROXIES   networks or addresses of proxies whose X-Forwarded-For is believed; this machine
                        where GUOHE_BASE_URL is set, nobody without
GUOHE_OIDC_…            single sign-on: see sign_on beside this
GUOHE_SMTP_…, GUOHE_ROBOT_…   mail and the robots of groups: see mail and ways beside this
"""
from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from api.service.environment import sign_on, ways
from api.service.environment.sign_on import SignOn
from api.service.environment.ways import Ways
from ingestion.errors import PathError, UsageError

SECRET_LENGTH = 32
LOOPBACK = (ip_network("127.0.0.1"), ip_network("::1"))
SECRET_FILE = "secret"  # noqa: S105 - the name of a file


@dataclass(frozen=True, slots=True)
class Settings:
    """`data` is absolute. The addresses are complete; `embedded` where the database is SQLite in the data folder."""

    data: Path
    database_url: str
    jobs_url: str
    blob_url: str
    secret: str = field(repr=False)
    base_url: str = ""
    open_registration: bool = True
    session_hours: float = 12.0
    upload_bytes: int = 200_000_000
    case_files: int = 300
    workers: int = 2
    policy: Path | None = None
    sign_on: SignOn | None = None
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    outside: Ways = field(default_factory=Ways)
    second_review: bool = False

    @property
    def embedded(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")


def read(environment: Mapping[str, str] = os.environ, data: Path | None = None) -> Settings:
    """The settings, with the data folder made and the secret in it; UsageError for one that cannot be used."""
    folder = (data or Path(environment.get("GUOHE_DATA") or "guohe-data")).absolute()
    _make(folder)
    database = environment.get("GUOHE_DATABASE_URL") or f"sqlite:///{(folder / 'guohe.sqlite3').as_posix()}"
    if database.startswith(("postgresql://", "postgres://")):
        database = "postgresql+psycopg://" + database.partition("://")[2]
    if not database.startswith(("sqlite:///", "postgresql+psycopg://")):
        known = database.partition("@")[0].partition("//")[0] + "//…"   # a password stays out of messages
        raise UsageError(f"GUOHE_DATABASE_URL is {known!r}; it must start with postgresql+psycopg:// or sqlite:///.",
                         f"GUOHE_DATABASE_URL 为 {known!r}；须以 postgresql+psycopg:// 或 sqlite:/// 开头。")
    jobs = environment.get("GUOHE_JOBS_URL") or (
        f"sqlite:///{(folder / 'jobs.sqlite3').as_posix()}" if database.startswith("sqlite") else database)
    if database.startswith("sqlite") and (environment.get("GUOHE_WORKERS") or "").strip() == "0":
        raise UsageError("GUOHE_WORKERS is 0, but with SQLite no other process can do the work; use PostgreSQL.",
                         "GUOHE_WORKERS 为 0，但使用 SQLite 时没有别的进程来做后台任务；请改用 PostgreSQL。")
    registration = environment.get("GUOHE_REGISTRATION") or "open"
    if registration not in {"open", "invited"}:
        raise UsageError(f"GUOHE_REGISTRATION is {registration!r}; choose open or invited.",
                         f"GUOHE_REGISTRATION 为 {registration!r}；请用 open 或 invited。")
    second_review = environment.get("GUOHE_SECOND_REVIEW") or "no"
    if second_review not in {"yes", "no"}:
        raise UsageError(f"GUOHE_SECOND_REVIEW is {second_review!r}; choose yes or no.",
                         f"GUOHE_SECOND_REVIEW 为 {second_review!r}；请用 yes 或 no。")
    networks = _networks(environment, "GUOHE_WEBHOOK_NETWORKS")
    return Settings(
        data=folder, second_review=second_review == "yes",
        database_url=database, jobs_url=jobs.replace("postgresql+psycopg://", "postgresql://"),
        blob_url=environment.get("GUOHE_BLOB_URL") or (folder / "files").as_uri(),
        secret=_secret(environment, folder), base_url=(environment.get("GUOHE_BASE_URL") or "").rstrip("/"),
        open_registration=registration == "open",
        session_hours=_number(environment, "GUOHE_SESSION_HOURS", 12.0, least=0.01),
        upload_bytes=int(_number(environment, "GUOHE_UPLOAD_MB", 200.0, least=0.001) * 1_000_000),
        case_files=int(_number(environment, "GUOHE_CASE_FILES", 300, least=1)),
        workers=int(_number(environment, "GUOHE_WORKERS", 2, least=0)),
        sign_on=sign_on.read(environment), webhook_networks=networks, outside=ways.read(environment, networks),
        trusted_proxies=_networks(environment, "GUOHE_TRUSTED_PROXIES") or (
            LOOPBACK if environment.get("GUOHE_BASE_URL") else ()),
        policy=Path(environment["GUOHE_POLICY"]) if environment.get("GUOHE_POLICY") else None)


def _networks(environment: Mapping[str, str], name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    text = environment.get(name) or ""
    try:
        return tuple(ip_network(one) for one in text.replace(",", " ").split())
    except ValueError as error:
        raise UsageError(f"{name} is {text!r}; write networks such as 10.20.0.0/16, with commas.",
                         f"{name} 为 {text!r}；请写 10.20.0.0/16 这样的网段，用逗号分隔。") from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PathError(f"the data folder {str(folder)!r} cannot be made ({error.strerror}); name another with --data.",
                        f"无法建立数据文件夹 {str(folder)!r}（{error.strerror}）；请用 --data 换一个。") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PathError(f"the data folder {str(folder)!r} cannot be written to; name another with --data.",
                        f"数据文件夹 {str(folder)!r} 不可写；请用 --data 换一个。")


def _secret(environment: Mapping[str, str], folder: Path) -> str:
    """What signs cookies: made once, readable by its owner only."""
    given = environment.get("GUOHE_SECRET", "")
    if given:
        if len(given) < SECRET_LENGTH:
            raise UsageError(f"GUOHE_SECRET has {len(given)} characters; it needs at least {SECRET_LENGTH}.",
                             f"GUOHE_SECRET 只有 {len(given)} 个字符；至少需要 {SECRET_LENGTH} 个。")
        return given
    path = folder / SECRET_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text(encoding="utf-8").strip()
        if len(kept) >= SECRET_LENGTH:
            return kept
        path.unlink()  # a start that was cut off left it empty
        return _secret(environment, folder)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        made = secrets.token_urlsafe(48)
        stream.write(made + "\n")
    return made


def _number(environment: Mapping[str, str], name: str, default: float, *, least: float) -> float:
    text = environment.get(name) or ""
    try:
        value = float(text) if text else default
    except ValueError:
        value = -1.0
    if not least <= value < float("inf"):
        raise UsageError(f"{name} is {text!r}; give a number, {least:g} or more.",
                         f"{name} 为 {text!r}；应为不小于 {least:g} 的数。")
    return value
