"""What happens to a case, followed live and taken up again after a broken connection."""
from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from api.http.sse import piece
from api.http.sse import written as stream
from api.service.records import Event, Role
from api.store.models import Event as Row
from api.store.models import User
from api.store.rows import INSTALLATION
from ingestion.parsing.sandbox import wall
from tests.api.routes.looping import looped
from tests.support.web_samples import APPLICATION, Client, Installation

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def me(site: Installation) -> Client:
    return site.client()


def follow(site: Installation, client: Client, case: str, after: int | None, last: Callable[[Event], bool],
           meanwhile: Callable[[], Any] = lambda: None) -> list[Event]:
    """The events up to the one that `last` names; `meanwhile` happens in another thread once the first has come."""
    async def run() -> list[Event]:
        found: list[Event] = []
        async for event in site.services.events.subscribe(client.actor, case, after):
            if not found:
                threading.Thread(target=meanwhile).start()
            found.append(event)
            if last(event):
                break
        return found

    return looped(asyncio.wait_for(run(), 30))


def kept(site: Installation, case: str) -> list[tuple[int, str]]:
    with site.services.context.database.reading(INSTALLATION) as session:
        return [(row.id, row.kind) for row in session.scalars(
            select(Row).where(Row.case_id == case).order_by(Row.id))]


def test_a_snapshot_comes_first(site: Installation, me: Client) -> None:
    """Whoever comes new sees the files and the job as they are."""
    case = me.assessed()
    (first,) = follow(site, me, case, None, lambda _event: True)
    assert first.kind == "snapshot"
    assert [file["state"] for file in first.data["files"]] == ["done"]
    assert first.data["job"]["state"] == "done"
    assert first.id == kept(site, case)[-1][0]


def test_an_assessment_is_followed_from_its_files_to_its_result(site: Installation, me: Client) -> None:
    """Each file's states, the facts of each document as they come, the steps of the job, the result."""
    case = me.case()
    me.upload(case, ("a.txt", APPLICATION.encode()))
    found = follow(site, me, case, None, lambda event: event.kind == "job" and event.data["state"] == "done",
                   lambda: me.post(f"/api/v1/cases/{case}/assessments"))
    told = [(event.kind, event.data.get("state") or event.data.get("document") or event.data.get("number"))
            for event in found]
    assert told == [("snapshot", None), ("job", "queued"), ("job", "running"), ("file", "reading"), ("file", "done"),
                    ("job", "running"), ("facts", "a.txt"), ("job", "running"), ("assessment", 1), ("job", "done")]
    facts = next(event.data for event in found if event.kind == "facts")
    assert facts["facts"]["sci_ei_papers"]["low"] == 23
    assert [event.id for event in found] == sorted({event.id for event in found})


def test_a_broken_connection_goes_on_after_the_last_event_seen(site: Installation, me: Client) -> None:
    """Nothing twice, nothing missing."""
    case = me.case()
    for name in ("a", "b", "c"):
        me.upload(case, (f"{name}.txt", name.encode()))
    ids = [number for number, kind in kept(site, case) if kind == "file"]
    found = follow(site, me, case, ids[0], lambda event: event.id == ids[-1])
    assert [(event.id, event.data["name"]) for event in found] == [(ids[1], "b.txt"), (ids[2], "c.txt")]


def test_who_was_away_too_long_gets_a_snapshot(site: Installation, me: Client) -> None:
    """When an assessment is stored, what came before it was asked for is forgotten."""
    case = me.case()
    me.upload(case, ("a.txt", APPLICATION.encode()))
    seen = kept(site, case)[0][0]
    me.post(f"/api/v1/cases/{case}/assessments")
    assert kept(site, case)[0][1] == "job"
    (first,) = follow(site, me, case, seen, lambda _event: True)
    assert first.kind == "snapshot"


def test_the_stream_of_a_deleted_case_ends(site: Installation, me: Client) -> None:
    """With an event that says so; its address is nobody's afterwards."""
    case = me.case()
    found = follow(site, me, case, None, lambda event: event.kind == "deleted",
                   lambda: me.delete(f"/api/v1/cases/{case}"))
    assert [event.kind for event in found] == ["snapshot", "deleted"]
    assert me.get(f"/api/v1/cases/{case}/events").status_code == 404


def test_a_stream_ends_for_whom_may_not_see_the_case_any_more(site: Installation, me: Client) -> None:
    """Others never get one at all, and for a draft nobody does but its owner."""
    case, reviewer = me.assessed(), site.client(Role.REVIEWER)
    assert [event.kind for event in follow(site, reviewer, case, None, lambda _event: True)] == ["deleted"]
    assert me.post(f"/api/v1/cases/{case}/submission").status_code == 201
    assert follow(site, reviewer, case, None, lambda _event: True)[0].kind == "snapshot"
    stranger = site.client()
    assert [event.kind for event in follow(site, stranger, case, None, lambda _event: True)] == ["deleted"]
    assert stranger.get(f"/api/v1/cases/{case}/events").status_code == 404
    with site.services.context.database.reading(INSTALLATION) as session:
        assert session.get(User, reviewer.actor.id) is not None


def test_many_follow_one_case_and_leave_nothing_behind(site: Installation, me: Client) -> None:
    """Each hears everything; when they are gone nobody is listened for."""
    case = me.case()

    async def run() -> list[list[str]]:
        async def one() -> list[str]:
            found = []
            async for event in site.services.events.subscribe(me.actor, case):
                found.append(event.kind)
                if len(found) == 2:
                    break
            return found

        listeners = [asyncio.create_task(one()) for _ in range(20)]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(me.upload, case, ("a.txt", b"x"))
        return list(await asyncio.wait_for(asyncio.gather(*listeners), 30))

    assert looped(run()) == [["snapshot", "file"]] * 20
    assert site.services.events._listeners == {}


def test_events_are_written_as_the_standard_says(site: Installation, me: Client) -> None:
    """With their number, on one line each, whatever they hold."""
    assert piece("file", {"name": "一\n二"}, 7) == 'id: 7\nevent: file\ndata: {"name":"一\\n二"}\n\n'

    async def first_two() -> list[str]:
        found = []
        pieces = stream(site.services.events.subscribe(me.actor, me.case()))
        async for one in pieces:
            found.append(one)
            if len(found) == 2:
                break
        await pieces.aclose()  # type: ignore[attr-defined]
        return found

    retry, snapshot = looped(first_two())
    assert retry == "retry: 2000\n\n"
    assert snapshot.startswith("id: ")
    assert '\nevent: snapshot\ndata: {"files":[],"job":null,"reading":null}\n\n' in snapshot


@pytest.mark.parametrize(("recognising", "state"), [(False, "reading"), (True, "ocr")])
def test_pages_are_told_as_they_are_read_and_recognised(site: Installation, me: Client, recognising: bool, state: str,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    """Which page of how many, a few times a second at most; recognised ones are told to the last."""
    true = wall.read

    def slow(data: bytes, name: str, progress: Any = None) -> Any:
        for page in range(recognising, 40 + recognising):
            progress(page, 40, recognising)
        return true(data, name)

    monkeypatch.setattr(wall, "read", slow)
    case = me.case()
    me.upload(case, ("扫描.txt", (APPLICATION + state).encode()))
    seen = kept(site, case)[-1][0]
    me.post(f"/api/v1/cases/{case}/assessments")
    found = follow(site, me, case, None, lambda event: event.kind == "snapshot")
    assert found[0].data["files"][0]["state"] == "done"
    with site.services.context.database.reading(INSTALLATION) as session:
        told = [row.data for row in session.scalars(select(Row).where(
            Row.case_id == case, Row.id > seen, Row.kind == "file").order_by(Row.id))]
    pages = [(one["page"], one["pages"]) for one in told if one["state"] == state and one["pages"]]
    assert pages[0] == (1, 40)
    assert pages[-1] == (40 if recognising else 1, 40)
    assert len(pages) < 10
