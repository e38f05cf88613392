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
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from urllib.parse import quote

from tests.support.places import ROOT


@cache
def postgres_programs() -> Path | None:
    """Where `initdb` is; Debian keeps it out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


SUPERUSER = "postgres"
PASSWORDS = {SUPERUSER: "of the superuser", "guohe": "it's \"any\" $word: 50% @/?#&"}   # asked for, as in a deployment
MEMORY, ROOM = Path("/dev/shm"), 6_000_000_000   # noqa: S108 - a database is hundreds of files, each test has one
ROLE = ROOT / "deploy" / "postgres-role.sh"
CHOSEN: ContextVar[str] = ContextVar("CHOSEN", default="")  # the server of the installations that tests make
_made: dict[Path, str] = {}
_templates: dict[str, str] = {}
KINDS = ("sqlite", "postgresql") if postgres_programs() else ("sqlite",)


def roomy(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM


class Server:
    """A PostgreSQL of its own on a free port, in a folder; `address` is without a database.

    `guohe` is no superuser there, as it should be anywhere; it owns its databases. Every connection takes a password.
    """

    def __init__(self, folder: Path) -> None:
        programs = postgres_programs()
        assert programs is not None
        self._programs, self._folder, self.data = programs, folder, folder / "data"
        self._owner = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        if self._owner:
            os.chown(folder, pwd.getpwnam(self._owner).pw_uid, -1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"postgresql+psycopg://guohe:{quote(PASSWORDS['guohe'], safe='')}@127.0.0.1:{self._port}"
        secret = folder / "password"
        secret.write_text(PASSWORDS[SUPERUSER], encoding="utf-8")
        self._run("initdb", "-D", str(self.data), "-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={secret}", "-E",
                  "UTF8", "--no-sync")
        self.start()
        self._make_role()

    def start(self) -> None:
        options = (f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} "
                   "-c fsync=off")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-o", options, "start")

    def up(self) -> None:
        """Start it where it has stopped."""
        with suppress(subprocess.CalledProcessError):
            self.start()

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._programs / program, *arguments], check=True, user=self._owner, cwd=self._folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _make_role(self) -> None:
        """As the deployment makes it; here it makes databases, too."""
        environment = {**os.environ, "PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}",
                       "PGHOST": "127.0.0.1", "PGPORT": str(self._port), "POSTGRES_USER": SUPERUSER,
                       "PGPASSWORD": PASSWORDS[SUPERUSER], "ROLE_PASSWORD": PASSWORDS["guohe"]}
        subprocess.run(["/bin/sh", ROLE], check=True, env=environment, stdout=subprocess.DEVNULL)
        statement(f"{as_role(self.address, SUPERUSER)}/postgres", "ALTER ROLE guohe CREATEDB")


@contextmanager
def stoppable() -> Iterator[Server]:
    """A PostgreSQL in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="guohe-pg-", dir=MEMORY if roomy(MEMORY) else None))
    made = Server(folder)
    try:
        yield made
    finally:
        with suppress(subprocess.CalledProcessError):   # it may be stopped already
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """Its address alone."""
    with stoppable() as made:
        yield made.address


def as_role(address: str, role: str, password: str = "") -> str:
    """The same place for another role."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{role}:{quote(password or PASSWORDS[role], safe='')}@{rest.rpartition('@')[2]}"


def fresh(address: str) -> str:
    """The address of a new, empty database on a server."""
    name = f"t{uuid.uuid4().hex[:12]}"
    statement(f"{address}/postgres", f'CREATE DATABASE "{name}"')
    return f"{address}/{name}"


def prepared(address: str) -> str:
    """The address of a new database that a first start has left: a copy of one that was begun so on this server."""
    if address not in _templates:
        _templates[address] = _begun(fresh(address)).rpartition("/")[2]
    name = f"t{uuid.uuid4().hex[:12]}"
    said = f'CREATE DATABASE "{name}" TEMPLATE "{_templates[address]}"'
    statement(f"{address}/postgres", said, since_15=" STRATEGY FILE_COPY")
    return f"{address}/{name}"


def prepare(file: Path) -> None:
    """The same as a file of SQLite, where there is none yet."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_begun_file())


@cache
def _begun_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "begun.sqlite3"
        _begun(f"sqlite:///{file.as_posix()}")
        return file.read_bytes()


def _begun(url: str) -> str:
    from api.store.database import Database

    made = Database(url)
    made.migrate()
    made.close()
    return url


def address_for(folder: Path) -> str:
    """The database of an installation in this folder, the same each time; "" for SQLite in the folder."""
    server = CHOSEN.get()
    if not server:
        prepare(folder / "guohe.sqlite3")
        return ""
    key = folder.absolute()
    if not _made.get(key, "").startswith(server):
        _made[key] = prepared(server)
    return _made[key]


def statement(address: str, sql: str, since_15: str = "") -> None:
    """Said to a database outside any transaction, past all that the application does."""
    import psycopg

    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        said = sql + since_15 * (connection.info.server_version >= 150_000)
        connection.execute(said)  # type: ignore[arg-type,unused-ignore]
