"""A whole installation in one file while it runs, and back into an empty folder.

A tar of: manifest.json (hashes of everything, the end of the audit), the database (SQLite's own online copy, or
pg_dump), the files that its rows name, the policies that assessments rest on, the signing secret. What can be made
again (what was read from files, indexes, the job engine's tables) is left out. The database is copied after the
files and the files that came meanwhile after it, so that every row has its file; files that no row names do not go
along.
"""
from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import URL, make_url

from api import __version__
from api.service.administration.auditing import verify
from api.service.environment.settings import SECRET_FILE, Settings
from api.store.database import HEAD, Database
from api.store.files import Files
from api.store.models import File
from api.store.rows import INSTALLATION
from ingestion.errors import UsageError

FORMAT = 1
MANIFEST, SQLITE, DUMP = "manifest.json", "guohe.sqlite3", "guohe.pgdump"
REFUSED = "refused.json.z"


@dataclass(frozen=True, slots=True)
class Saved:
    """`missing` are hashes of files whose content is not kept: refused for a mark of secrecy, or lost."""

    files: int
    size: int
    audit_rows: int
    audit_head: str
    missing: tuple[str, ...]


def backup(settings: Settings, target: Path) -> Saved:
    """Write the backup, whole or not at all; readable by its owner only."""
    contents, database = Files(settings.blob_url), Database(settings.database_url)
    try:
        with tempfile.TemporaryDirectory(prefix=".guohe-backup-", dir=target.parent) as folder:
            staged = Path(folder)
            for sha256 in set(contents.all()):
                _take(contents, sha256, staged)
            dump = _dump(settings, staged)
            copy = Database(f"sqlite:///{(staged / SQLITE).as_posix()}") if settings.embedded else database
            try:
                wanted, audit = _named(copy), verify(copy)
            finally:
                if copy is not database:
                    copy.close()
            missing = [one for one in wanted if not _take(contents, one, staged)]
            for path in contents.listed("kept/"):
                if not path.endswith(".probe"):
                    _write(staged / path, contents.raw(path))
            for one in missing:
                if (made := contents.made(one, REFUSED)) is not None:
                    _write(staged / "made" / one / REFUSED, made)
            if (secret := settings.data / SECRET_FILE).is_file():
                shutil.copyfile(secret, staged / SECRET_FILE)
            kept = [path for path in _below(staged) if path.parts[0] != "content" or path.name in wanted]
            manifest = {
                "format": FORMAT, "version": __version__, "schema": HEAD, "database": dump, "missing": sorted(missing),
                "audit": {"rows": audit.rows, "head": audit.head},
                "files": {path.as_posix(): _digest(staged / path) for path in kept}}
            _write(staged / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
            _pack(staged, [Path(MANIFEST), *kept], target)
    finally:
        database.close()
    return Saved(len(wanted) - len(missing), target.stat().st_size, audit.rows, audit.head, tuple(sorted(missing)))


def restore(settings: Settings, source: Path) -> Saved:
    """Into an empty data folder (and an empty database); verified byte for byte before anything counts as done."""
    present = [one for one in settings.data.iterdir() if one.name != SECRET_FILE]
    if present:
        raise UsageError(f"the data folder {str(settings.data)!r} is not empty; name an empty one with --data.",
                         f"数据文件夹 {str(settings.data)!r} 不是空的；请用 --data 指明一个空文件夹。")
    with tempfile.TemporaryDirectory(prefix=".guohe-restore-", dir=settings.data.parent) as folder:
        staged = Path(folder)
        manifest = _unpacked(source, staged)
        if (manifest["database"] == SQLITE) != settings.embedded:
            raise UsageError("the backup is of another kind of database; set GUOHE_DATABASE_URL accordingly.",
                             "备份来自另一种数据库；请相应设置 GUOHE_DATABASE_URL。")
        if settings.embedded:
            shutil.move(staged / SQLITE, settings.data / SQLITE)
        else:
            _run_postgres("pg_restore", settings, "--no-owner", "--exit-on-error", str(staged / DUMP))
        contents, files = Files(settings.blob_url), 0
        for path in _below(staged):
            if path.parts[0] in {"content", "kept", "made"}:
                contents.put_raw(path.as_posix(), (staged / path).read_bytes())
                files += path.parts[0] == "content"
        if (staged / SECRET_FILE).is_file():
            shutil.copyfile(staged / SECRET_FILE, settings.data / SECRET_FILE)
            (settings.data / SECRET_FILE).chmod(0o600)
    database = Database(settings.database_url)
    try:
        database.migrate()
        audit = verify(database)
    finally:
        database.close()
    if audit.broken is not None or audit.head != manifest["audit"]["head"]:
        raise _damaged(source)
    return Saved(files, source.stat().st_size, audit.rows, audit.head, tuple(manifest["missing"]))


def _take(contents: Files, sha256: str, staged: Path) -> bool:
    """Whether a file by its content is in the backup now; False where the store has lost it."""
    from api.errors import Failure

    target = staged / "content" / sha256[:2] / sha256
    if target.exists():
        return True
    try:
        _write(target, contents.read(sha256))
    except Failure:
        return False
    return True


def _dump(settings: Settings, staged: Path) -> str:
    if not settings.embedded:
        _run_postgres("pg_dump", settings, "--format=custom", "--no-owner", "--enable-row-security",
                      f"--file={staged / DUMP}")
        return DUMP
    path = Path(make_url(settings.database_url).database or "")
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as source, \
            closing(sqlite3.connect(staged / SQLITE)) as target:
        source.backup(target)
    return SQLITE


def _run_postgres(program: str, settings: Settings, *arguments: str) -> None:
    """Runs a client program of PostgreSQL with the password in its environment; UsageError where it fails."""
    found = shutil.which(program) or next((str(one) for one in sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None)
    if found is None:
        raise UsageError(f"{program} is not installed; install PostgreSQL's client programs.",
                         f"没有安装 {program}；请安装 PostgreSQL 客户端程序。")
    url = make_url(settings.database_url)
    environment = {**os.environ, "PGOPTIONS": f"-c guohe.sight={INSTALLATION.sight.value}"}  # see api.store.rows
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)   # others on the machine see a command's arguments
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query) \
        .render_as_string(hide_password=False)
    done = subprocess.run([found, f"--dbname={address}", *arguments], capture_output=True, text=True, check=False,
                          env=environment)
    if done.returncode:
        reason = done.stderr.strip().split("\n")[-1]
        raise UsageError(f"{program} failed: {reason}", f"{program} 失败：{reason}")


def _named(database: Database) -> set[str]:
    with database.reading(INSTALLATION) as session:
        return set(session.scalars(select(File.sha256).distinct()))


def _pack(staged: Path, paths: list[Path], target: Path) -> None:
    """One archive of the staged files, at its place all at once."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w") as packed:
                for path in paths:
                    packed.add(staged / path, arcname=path.as_posix(), recursive=False)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _unpacked(source: Path, staged: Path) -> dict[str, Any]:
    """The manifest of an archive, unpacked and compared by digests; UsageError for a damaged one."""
    try:
        with tarfile.open(source, "r:") as packed:
            packed.extractall(staged, filter="data")
        manifest: dict[str, Any] = json.loads((staged / MANIFEST).read_text(encoding="utf-8"))
        good = manifest["format"] == FORMAT and all(
            _digest(staged / name) == digest for name, digest in manifest["files"].items())
    except (OSError, tarfile.TarError, ValueError, KeyError) as error:
        raise _damaged(source) from error
    if not good:
        raise _damaged(source)
    return manifest


def _damaged(source: Path) -> UsageError:
    return UsageError(f"{str(source)!r} is no whole backup; take another.",
                      f"{str(source)!r} 不是完整的备份；请换一个。")


def _below(folder: Path) -> Iterator[Path]:
    return (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
