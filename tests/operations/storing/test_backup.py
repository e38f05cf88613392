"""Backup while running, restore into a fresh folder, and assessments made again from what is stored."""
from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from api.cli import main
from api.service.administration.auditing import verify
from api.store.models import Assessment, File
from api.store.rows import INSTALLATION
from tests.making.example import FILES
from tests.support.databases import KINDS, PASSWORDS, fresh, server
from tests.support.web_samples import APPLICATION, Installation, installation


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path / "data") as made:
        yield made


def states(site: Installation) -> dict[str, str]:
    """Every assessment's JSON, every file's bytes and the audit's end, by name."""
    reviewer = site.client()
    services, found = site.services, {"audit": verify(site.services.context.database).head}
    with services.context.database.reading(INSTALLATION) as session:
        for row in session.scalars(select(Assessment)):
            actor = type(reviewer.actor)(row.created_by, "", "", reviewer.actor.role)
            found[row.id] = hashlib.sha256(services.assessments.body(actor, row.case_id, row.id)).hexdigest()
        for sha256 in session.scalars(select(File.sha256)):
            found[sha256] = hashlib.sha256(services.context.contents.read(sha256)).hexdigest()
    return found


def test_what_was_backed_up_while_people_worked_is_restored_whole(site: Installation, tmp_path: Path,
                                                                  capsys: pytest.CaptureFixture[str]) -> None:
    """Into a fresh folder: every row has its file, every file its bytes, the audit its chain; sessions go on."""
    me = site.client()
    me.assessed()
    stop = threading.Event()

    def work() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            me.upload(me.case(), (f"{number}.txt", f"{APPLICATION}{number}".encode()))

    thread = threading.Thread(target=work)
    thread.start()
    target = tmp_path / "backup.tar"
    try:
        assert main(["backup", str(target), "--data", str(tmp_path / "data")]) == 0
    finally:
        stop.set()
        thread.join()
    assert "已备份" in capsys.readouterr().out
    assert target.stat().st_mode & 0o077 == 0
    assert main(["restore", str(target), "--data", str(tmp_path / "again")]) == 0
    known = states(site)
    with installation(tmp_path / "again") as again:
        found = states(again)
        assert verify(again.services.context.database).broken is None
        assert set(found) - {"audit"} <= set(known)
        assert {name: known[name] for name in found if name != "audit"} == {
            name: one for name, one in found.items() if name != "audit"}
        assert again.services.accounts.by_cookie(me.http.cookies["guohe_session"]) is not None
        again.client().assessed()


def test_a_backup_holds_no_file_that_no_row_names(site: Installation, tmp_path: Path) -> None:
    """What was deleted is not in it, and neither is what can be made again."""
    me = site.client()
    case = me.assessed(("金丝雀.txt", "金丝雀一二三，近三年发表SCI论文23篇。".encode()))
    me.assessed()
    me.delete(f"/api/v1/cases/{case}")
    target = tmp_path / "backup.tar"
    assert main(["backup", str(target), "--data", str(tmp_path / "data"), "--quiet"]) == 0
    with tarfile.open(target) as packed:
        names = packed.getnames()
    assert sum(name.startswith("content/") for name in names) == 1
    assert not [name for name in names if "jobs" in name or name.startswith("made/")]
    assert "金丝雀一二三".encode() not in target.read_bytes()


@pytest.mark.parametrize("damage", ["bit", "short"])
def test_a_damaged_backup_is_refused(site: Installation, tmp_path: Path, damage: str,
                                     capsys: pytest.CaptureFixture[str]) -> None:
    """In one line; the folder stays empty."""
    site.client().assessed()
    target = tmp_path / "backup.tar"
    assert main(["backup", str(target), "--data", str(tmp_path / "data")]) == 0
    data = bytearray(target.read_bytes())
    if damage == "bit":
        place = data.index("重庆市海棠".encode())
        data[place] ^= 1
    target.write_bytes(data if damage == "bit" else data[:len(data) // 2])
    assert main(["restore", str(target), "--data", str(tmp_path / "again"), "--lang", "en"]) == 2
    assert "no whole backup" in capsys.readouterr().err
    assert {path.name for path in (tmp_path / "again").iterdir()} <= {"secret"}


def test_a_folder_that_holds_something_is_not_overwritten(site: Installation, tmp_path: Path,
                                                          capsys: pytest.CaptureFixture[str]) -> None:
    """Restoring never deletes."""
    assert site.services.lock is not None
    target = tmp_path / "backup.tar"
    assert main(["backup", str(target), "--data", str(tmp_path / "data")]) == 0
    assert main(["restore", str(target), "--data", str(tmp_path / "data"), "--lang", "en"]) == 2
    assert "not empty" in capsys.readouterr().err


def test_a_postgresql_installation_is_backed_up_and_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By pg_dump and pg_restore, into another database, with a password that no command's arguments show; nothing to do
    where there is no PostgreSQL.
    """
    if "postgresql" not in KINDS:
        return
    said: list[str] = []
    true = subprocess.run

    def run(words: list[str], **options: Any) -> Any:
        said.extend(map(str, words))
        return true(words, **options)

    monkeypatch.setattr(subprocess, "run", run)
    with server() as address:
        first, second = fresh(address), fresh(address)
        with installation(tmp_path / "data", GUOHE_DATABASE_URL=first) as site:
            site.client().assessed()
            known = states(site)
            monkeypatch.setenv("GUOHE_DATABASE_URL", first)
            assert main(["backup", str(tmp_path / "b.tar"), "--data", str(tmp_path / "data")]) == 0
        monkeypatch.setenv("GUOHE_DATABASE_URL", second)
        assert main(["restore", str(tmp_path / "b.tar"), "--data", str(tmp_path / "again")]) == 0
        with installation(tmp_path / "again", GUOHE_DATABASE_URL=second) as again:
            assert states(again) == known
    assert sum("pg_dump" in one or "pg_restore" in one for one in said) == 2
    assert quote(PASSWORDS["guohe"], safe="") in first
    assert not [one for one in said if PASSWORDS["guohe"] in one or quote(PASSWORDS["guohe"], safe="") in one]


# Reproducibility ------------------------------------------------------------------------------------------------------

def test_assessments_recompute_to_the_same_bytes_elsewhere(site: Installation, tmp_path: Path) -> None:
    """In a fresh process with another hash seed, time zone and locale, from the stored bytes alone."""
    me = site.client()
    cases = [me.assessed(), me.assessed(*((name, make()) for name, make in FILES.items() if name.endswith("x"))),
             me.assessed(("b.txt", b"\xef\xbb\xbf" + APPLICATION.encode()), ("a.txt", "承诺无事故。".encode()),
                         base_type="innovation_park")]
    for number, case in enumerate(cases):
        with site.services.context.database.reading(INSTALLATION) as session:
            key = session.scalar(select(Assessment.key).where(Assessment.case_id == case))
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", "assess", "--recompute", str(key), "--data", str(tmp_path / "data"),
             "--json", str(tmp_path / "out.json")], check=False, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": str(number + 11), "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, done.stderr
        assert json.loads((tmp_path / "out.json").read_text("utf-8")) == me.get(
            f"/api/v1/cases/{case}/assessments/latest").json()


def test_an_assessment_that_was_changed_does_not_recompute(site: Installation, tmp_path: Path,
                                                           capsys: pytest.CaptureFixture[str]) -> None:
    """What differs is named; an unknown key is one line."""
    me = site.client()
    case = me.assessed()
    with site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Assessment).values(application_date=Assessment.window_start))
        key = session.scalar(select(Assessment.key).where(Assessment.case_id == case))
    assert main(["assess", "--recompute", str(key), "--data", str(tmp_path / "data"), "--lang", "en"]) == 2
    assert "the result is another (key" in capsys.readouterr().err
    assert main(["assess", "--recompute", "0" * 64, "--data", str(tmp_path / "data"), "--lang", "en"]) == 2
    assert "there is no assessment" in capsys.readouterr().err
