"""The databases that stores are tested on: SQLite always, PostgreSQL where its programs are installed."""
from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path


@cache
def postgres_programs() -> Path | None:
    """Where `initdb` is; Debian keeps it out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


SUPERUSER = "postgres"
MEMORY, ROOM = Path("/dev/shm"), 6_000_000_000   # noqa: S108 - a database is hundreds of files, each test has one
ROLE = Path(__file__).parent.parent / "deploy" / "postgres-role.sh"
CHOSEN: ContextVar[str] = ContextVar("CHOSEN", default="")  # the server of the installations that tests make
_made: dict[Path, str] = {}
KINDS = ("sqlite", "postgresql") if postgres_programs() else ("sqlite",)


def _roomy(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL of its own on a free port, in a temporary folder; its address without a database.

    `guohe` is no superuser there, as it should be anywhere; it owns its databases.
    """
    programs = postgres_programs()
    assert programs is not None
    owner = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="guohe-pg-", dir=MEMORY if _roomy(MEMORY) else None))
    if owner:
        os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)

    def run(program: str, *arguments: str) -> None:
        subprocess.run([programs / program, *arguments], check=True, user=owner, cwd=folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def role(port: int) -> None:
        """As the deployment makes it; here it makes databases, too."""
        environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PGHOST": "127.0.0.1",
                       "PGPORT": str(port), "POSTGRES_USER": SUPERUSER, "ROLE_PASSWORD": "it's \"any\" $word"}
        subprocess.run(["/bin/sh", ROLE], check=True, env=environment, stdout=subprocess.DEVNULL)
        statement(f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{port}/postgres", "ALTER ROLE guohe CREATEDB")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = str(folder / "data")
    run("initdb", "-D", data, "-U", SUPERUSER, "--auth=trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-o", options, "start")
    try:
        role(port)
        yield f"postgresql+psycopg://guohe@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def fresh(address: str) -> str:
    """The address of a new, empty database on a server."""
    name = f"t{uuid.uuid4().hex[:12]}"
    statement(f"{address}/postgres", f'CREATE DATABASE "{name}"')
    return f"{address}/{name}"


def address_for(folder: Path) -> str:
    """The database of an installation in this folder, the same each time; "" for SQLite in the folder."""
    server = CHOSEN.get()
    if not server:
        return ""
    key = folder.absolute()
    if not _made.get(key, "").startswith(server):
        _made[key] = fresh(server)
    return _made[key]


def statement(address: str, sql: str) -> None:
    """Said to a database outside any transaction, past all that the application does."""
    import psycopg

    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql)  # type: ignore[arg-type,unused-ignore]
