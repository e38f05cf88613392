"""An installation in a folder, people of every role in it, and clients that speak for them."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from fastapi import FastAPI
from fastapi.testclient import TestClient

import policy_corpus
from api.app import create_app
from api.service.accounts.credentials import SESSION
from api.service.background.jobs import Work
from api.service.context import new_id, now
from api.service.environment import settings
from api.service.records import Actor, Role
from api.service.services import Services, build
from api.store.database import Database
from api.store.models import User
from api.store.rows import INSTALLATION
from ingestion.policies import policy as policies
from ingestion.policies.policy import Policy
from tests.support.databases import address_for

BASE = "http://127.0.0.1:8000"
PASSWORD = "a quiet harbour 7"
APPLICATION = ("申报单位：重庆市海棠膜材料研究院有限公司。\n近三年发表SCI论文23篇，其中与国外机构合作发表6篇。\n"
               "现有授权发明专利12件。\n本单位设有国际合作处，配备专职人员3名。\n")
Value = TypeVar("Value")
_load = policies.load


@dataclass(slots=True)
class AtOnce:
    """A job engine that does each job when it is handed over, so that tests need not wait; `held` keeps them."""

    work: Work
    held: bool = False
    failed: str = ""
    ready: bool = True

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def submit(self, job_id: str) -> None:
        if not self.held:
            self.work(job_id, _step)


def _step(_name: str, work: Callable[[], Value]) -> Value:
    return work()


@dataclass(slots=True)
class Client:
    """One person's browser: cookies and the token for changes; `actor` for services."""

    http: TestClient
    actor: Actor

    def get(self, path: str, **options: Any) -> Any:
        return self.http.get(path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self.http.post(path, **options)

    def patch(self, path: str, **options: Any) -> Any:
        return self.http.patch(path, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.http.delete(path, **options)

    def case(self, **changes: Any) -> str:
        """A new case's id."""
        made = self.post("/api/v1/cases", json={"base_type": "joint_research_center",
                                                "application_date": "2025-06-30", **changes})
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def upload(self, case_id: str, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
        answer = self.post(f"/api/v1/cases/{case_id}/files", files=[("files", file) for file in files])
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def assessed(self, *files: tuple[str, bytes], **changes: Any) -> str:
        """A case with these files (a small text without any), assessed."""
        case_id = self.case(**changes)
        self.upload(case_id, *(files or (("申报书.txt", APPLICATION.encode()),)))
        assert self.post(f"/api/v1/cases/{case_id}/assessments").status_code == 202
        return case_id


@dataclass(slots=True)
class Installation:
    app: FastAPI
    services: Services

    def visitor(self) -> TestClient:
        return TestClient(self.app, base_url=BASE)

    def client(self, role: Role = Role.APPLICANT, name: str = "") -> Client:
        """Somebody new, signed in, without the time that a password takes."""
        email = f"{name or role}-{new_id()[:8]}@example.com"
        accounts, user_id = self.services.accounts, new_id()
        with self.services.context.database.writing(INSTALLATION) as session:
            user = User(id=user_id, email=email, name=name or str(role), role=role, password_hash="-", active=True,
                        created=now())
            session.add(user)
            session.flush()
            signed = accounts._begin(session, user, "tests")
        http = self.visitor()
        http.cookies.set(SESSION, signed.cookie)
        http.headers["X-CSRF-Token"] = accounts.csrf_token(signed.cookie)
        return Client(http, signed.actor)


@cache
def _shipped() -> Policy:
    return _load(policy_corpus.DEFAULT)


def _loaded(folder: Path) -> Policy:
    """The policy in a folder; the one that is shipped is read once for all installations of a process."""
    return _shipped() if folder == policy_corpus.DEFAULT else _load(folder)


@contextmanager
def installation(folder: Path, policy: Path | None = None, **environment: str) -> Iterator[Installation]:
    """An installation whose jobs are done at once, on the database that tests run on (the fixture `store`)."""
    if "GUOHE_DATABASE_URL" not in environment:
        environment["GUOHE_DATABASE_URL"] = address_for(folder)
    given = settings.read(environment, folder)
    if policy is not None:
        given = replace(given, policy=policy)

    def engine(_database: Database, work: Work) -> AtOnce:
        return AtOnce(work)

    with mock.patch.object(policies, "load", _loaded):
        services = build(given, engine, meaning=False)
    try:
        yield Installation(create_app(given, services), services)
    finally:
        services.close()


