"""More than one machine by settings alone: PostgreSQL, S3, a Chroma server, processes that serve and that work."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto.server import ThreadedMotoServer

from api.cli import main
from api.service import installation
from api.service.context import Context
from api.service.environment import settings
from api.store.database import Database
from api.store.files import Files
from ingestion.errors import UsageError
from tests.support.databases import KINDS, fresh, server
from tests.support.web_samples import APPLICATION, PASSWORD
from tests.support.web_samples import installation as installation_in

SECRET = "a secret that all of them share, 42"
S3 = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
      "AWS_ALLOW_HTTP": "true"}
SHARED = [one for one in KINDS if one == "postgresql"]   # what several processes need


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def until(url: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} did not answer")


@contextmanager
def process(folder: Path, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("ab") as log:
        started = subprocess.Popen([sys.executable, *arguments], stdout=log, stderr=log, cwd=folder,
                                   env={**os.environ, "GUOHE_LANG": "en", **environment})
        try:
            yield started
        finally:
            started.send_signal(signal.SIGKILL)
            started.wait()


@pytest.fixture(scope="module", params=SHARED)
def postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    with server() as address:
        yield address


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """An S3 server with one bucket; its address."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    assert httpx.put(f"http://{host}:{port}/guohe").status_code == 200
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def s3(bucket: str, monkeypatch: pytest.MonkeyPatch) -> Files:
    for name, value in {**S3, "AWS_ENDPOINT_URL": bucket}.items():
        monkeypatch.setenv(name, value)
    return Files("s3://guohe/files")


def test_files_are_kept_in_s3_as_in_a_folder(s3: Files, tmp_path: Path) -> None:
    """By content, found again, listed, deleted with what was made of them."""
    import hashlib
    import io

    local = Files((tmp_path / "files").as_uri())
    data = "材料".encode() * 400_000
    name = hashlib.sha256(data).hexdigest()
    for store in (s3, local):
        assert not store.has(name)
        store.put(name, io.BytesIO(data))
        store.put_made(name, "document", b"made")
        store.keep("mark", b"kept")
        assert (store.has(name), store.read(name), store.made(name, "document")) == (True, data, b"made")
        assert set(store.all()) == {name}
        assert store.healthy()
        store.delete(name)
        assert (store.has(name), store.made(name, "document"), set(store.all())) == (False, None, set())
        assert store.kept("mark") == b"kept"


def test_pages_here_and_work_there(postgres: str, bucket: str, tmp_path: Path) -> None:
    """Two web processes, one worker, each with a data folder of its own: what one takes in, another works on, and the
    third shows; nobody signs in twice, and vectors are searched in the Chroma server.
    """
    ports, chroma = [free_port() for _ in range(3)], free_port()
    common = {"GUOHE_DATABASE_URL": fresh(postgres), "GUOHE_BLOB_URL": "s3://guohe/shared", "GUOHE_SECRET": SECRET,
              "GUOHE_CHROMA": f"127.0.0.1:{chroma}", "AWS_ENDPOINT_URL": bucket, "GUOHE_METRICS": "open", **S3}
    web = {"GUOHE_WORKERS": "0", **common}
    with ExitStack() as stack:
        stack.enter_context(process(tmp_path / "chroma", str(Path(sys.executable).parent / "chroma"), "run", "--host",
                                    "127.0.0.1", "--port", str(chroma), "--path", str(tmp_path / "vectors")))
        until(f"http://127.0.0.1:{chroma}/api/v2/heartbeat")
        for number in (0, 1):
            stack.enter_context(process(tmp_path / f"web{number}", "-m", "api.cli", "serve", "--port",
                                        str(ports[number]), "--data", "data", **web))
        stack.enter_context(process(tmp_path / "work", "-m", "api.cli", "work", "--data", "data", "--port",
                                    str(ports[2]), **common))
        here, there, worker = (f"http://127.0.0.1:{port}" for port in ports)
        until(f"{here}/healthz")
        api = stack.enter_context(httpx.Client(timeout=30))
        signed = api.post(f"{here}/api/v1/users", json={
            "email": "a@example.com", "password": PASSWORD, "name": "张三"})
        assert signed.status_code == 201, signed.text
        api.headers["X-CSRF-Token"] = api.get(f"{here}/api/v1/session").json()["csrf"]
        case = api.post(f"{here}/api/v1/cases", json={
            "base_type": "joint_research_center", "application_date": "2025-06-30"}).json()["id"]
        until(f"{there}/healthz")
        added = api.post(f"{there}/api/v1/cases/{case}/files", files=[("files", ("申报书.txt", APPLICATION.encode()))])
        assert added.status_code == 200, added.text
        assert api.post(f"{here}/api/v1/cases/{case}/assessments").status_code == 202
        end = time.monotonic() + 60
        while (job := api.get(f"{there}/api/v1/cases/{case}/job").json())["state"] in {"queued", "running"}:
            assert time.monotonic() < end, job
            time.sleep(0.2)
        assert job["state"] == "done", job
        facts = api.get(f"{here}/api/v1/cases/{case}/assessments/latest").json()["facts"]
        assert facts["sci_ei_papers"]["low"] == 23
        answer = api.post(f"{there}/api/v1/answers", json={"question": "国际联合研究中心要求多少篇论文？"}).json()
        assert answer["answerable"]
        assert _held(chroma)
        told = httpx.get(f"{worker}/metrics").text
        assert 'guohe_jobs{state="done"} 1.0' in told
        assert httpx.get(f"{worker}/readyz").status_code == 200


def _held(port: int) -> bool:
    """Whether the Chroma server comes to hold a collection that is filled."""
    import chromadb

    client = chromadb.HttpClient("127.0.0.1", port)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if any((one.metadata or {}).get("state") not in {None, "filling"} for one in client.list_collections()):
            return True
        time.sleep(0.3)
    return False


def context_of(url: str, folder: Path, **changes: Any) -> Context:
    given = settings.read({"GUOHE_DATABASE_URL": url, "GUOHE_SECRET": SECRET, **changes}, folder)
    database = Database(given.database_url)
    database.migrate()
    return Context(given, database, Files(given.blob_url))


@pytest.mark.parametrize(("changes", "named"), [
    ({"GUOHE_SECRET": "another secret of the same length, 42"}, "GUOHE_SECRET"), ({}, "GUOHE_BLOB_URL")])
def test_a_process_that_is_set_up_otherwise_is_refused(postgres: str, tmp_path: Path, changes: dict[str, str],
                                                       named: str) -> None:
    """Another secret would end everybody's session, other files would be missing: the error names the setting."""
    url = fresh(postgres)
    first = context_of(url, tmp_path / "a")
    installation.check(first)
    installation.check(first)
    other = context_of(url, tmp_path / "b" if named == "GUOHE_BLOB_URL" else tmp_path / "a", **changes)
    with pytest.raises(UsageError, match=named):
        installation.check(other)
    for one in (first, other):
        one.database.close()


@pytest.mark.parametrize(("arguments", "environment", "named"), [
    (["work"], {}, "GUOHE_DATABASE_URL"),
    (["work"], {"GUOHE_DATABASE_URL": "postgresql://a@127.0.0.1/b", "GUOHE_WORKERS": "0"}, "GUOHE_WORKERS"),
    (["serve", "--port", "0"], {"GUOHE_WORKERS": "0"}, "GUOHE_WORKERS"),
    (["serve", "--port", "0"], {"GUOHE_LOG": "xml"}, "GUOHE_LOG"),
    (["serve", "--port", "0"], {"GUOHE_WEBHOOK_NETWORKS": "10.0.0.1/8"}, "GUOHE_WEBHOOK_NETWORKS")])
def test_settings_that_cannot_work_are_said_in_one_line(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str],
        environment: dict[str, str], named: str) -> None:
    """Nothing starts; the line names the setting."""
    for name, value in {"GUOHE_LANG": "en", **environment}.items():
        monkeypatch.setenv(name, value)
    assert main([*arguments, "--data", str(tmp_path / "data")]) == 2
    said = capsys.readouterr().err
    assert named in said
    assert said.count("\n") == 1, said


def test_a_vector_index_that_is_taken_is_refused(postgres: str, tmp_path: Path) -> None:
    """Two processes on one folder with PostgreSQL, and no Chroma server: the second says what to do."""
    environment = {**os.environ, "GUOHE_LANG": "en", "GUOHE_DATABASE_URL": fresh(postgres), "GUOHE_SECRET": SECRET}
    port = free_port()
    with process(tmp_path / "a", "-m", "api.cli", "serve", "--port", str(port), "--data", str(tmp_path / "data"),
                 **environment):
        until(f"http://127.0.0.1:{port}/healthz")
        done = subprocess.run([sys.executable, "-m", "api.cli", "work", "--data", str(tmp_path / "data")],
                              env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "GUOHE_CHROMA" in done.stderr


def test_an_upload_while_s3_is_away_is_answered_with_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 and when to come back, soon and not after minutes; nothing is stored, and reading goes on. When it is back
    the same upload works.
    """
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    httpx.put(f"http://{host}:{port}/guohe")
    for name, value in {**S3, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
        monkeypatch.setenv(name, value)
    with installation_in(tmp_path / "data", GUOHE_BLOB_URL="s3://guohe/files") as site:
        me = site.client()
        case = me.case()
        moto.stop()
        begun = time.monotonic()
        answer = me.post(f"/api/v1/cases/{case}/files", files=[("files", ("a.txt", APPLICATION.encode()))])
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "storage_away")
        assert int(answer.headers["retry-after"]) > 0
        assert time.monotonic() - begun < 20
        assert me.get(f"/api/v1/cases/{case}/files").json() == []
        assert me.get(f"/cases/{case}").status_code == 200
        again = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
        again.start()
        try:
            httpx.put(f"http://{host}:{port}/guohe")
            assert me.upload(case, ("a.txt", APPLICATION.encode()))[0]["added"] == "stored"
        finally:
            again.stop()


def test_a_start_while_s3_is_away_is_one_line(postgres: str, tmp_path: Path) -> None:
    """It names the setting and what to look at; no trace, no internal error."""
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "serve", "--port", str(free_port()), "--data", str(tmp_path / "data")],
        env={**os.environ, **S3, "GUOHE_LANG": "en", "GUOHE_DATABASE_URL": fresh(postgres), "GUOHE_SECRET": SECRET,
             "GUOHE_BLOB_URL": "s3://guohe/files", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"},
        capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 2
    said = [line for line in done.stderr.splitlines() if "Traceback" in line or "internal" in line]
    assert said == []
    assert "GUOHE_BLOB_URL" in done.stderr.splitlines()[-1]
