"""The tools for other programs, asked by the official client over both transports."""
from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from api.service.records import Role
from ingestion.policies import policy as policies
from tests.api.routes.live import listening
from tests.api.routes.looping import looped
from tests.support import review_samples
from tests.support.places import ROOT
from tests.support.web_samples import APPLICATION, Installation

pytestmark = pytest.mark.usefixtures("store")

PAPERS = "国际联合研究中心要求多少篇论文？"
Talk = Callable[[Client], Awaitable[Any]]


@pytest.fixture(scope="module")
def address(site: Installation) -> Iterator[str]:
    with listening(site.app) as found:
        yield found


def by_http(address: str, secret: str, talk: Talk) -> Any:
    async def run() -> Any:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http, Client(
                streamable_http_client(f"{address}/mcp", http_client=http)) as client:
            return await talk(client)

    return looped(run())


def by_stdio(folder: Path, talk: Talk) -> Any:
    async def run() -> Any:
        started = StdioServerParameters(command=sys.executable, args=["-m", "api.cli", "mcp", str(folder)], cwd=ROOT,
                                        env={"GUOHE_EMBEDDING": "off"})
        async with Client(started) as client:
            return await talk(client)

    return looped(run())


async def called(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    assert json.loads(answer.content[0].text) == answer.structured_content
    found: dict[str, Any] = answer.structured_content
    return found


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    return str(answer.content[0].text)


def secret_of(person: Any) -> str:
    return str(person.post("/api/v1/tokens", json={"name": "program"}).json()["secret"])


def test_a_program_asks_assesses_and_reads_findings_by_http(site: Installation, address: str) -> None:
    """Each tool gives structured results; every quotation is verbatim, of the policy or of the file at its place."""
    person = site.client()
    case = person.case()
    person.upload(case, ("申报书.txt", APPLICATION.encode()))
    policy = policies.load()

    async def talk(client: Client) -> None:
        tools = {one.name: one for one in (await client.list_tools()).tools}
        assert set(tools) == {"ask_policy", "look_up_article", "list_cases", "assess_case", "read_findings"}
        assert all(one.output_schema for one in tools.values())
        parameters = [part for one in tools.values() for part in one.input_schema["properties"].values()]
        assert all(part.get("description") for part in parameters)
        answer = await called(client, "ask_policy", question=PAPERS)
        assert answer["answerable"]
        for one in answer["citations"]:
            assert policy.text[one["start"]:one["end"]] == one["quote"]
        follow = await called(client, "ask_policy", question="合作伙伴要几个？", conversation=answer["conversation"])
        assert follow["conversation"] == answer["conversation"]
        for ref in ("第八条（二）", "8.2", "Article 8 (2)"):
            clause = await called(client, "look_up_article", ref=ref)
            assert (clause["ref"], "20篇" in clause["text"]) == ("第八条（二）", True)
        assert (await called(client, "list_cases"))["cases"][0]["case"] == case
        result = await called(client, "assess_case", case=case)
        assert "不是认定" in result["pre_screen"]
        papers = (await called(client, "read_findings", case=case, criterion="8.2.papers"))["findings"]
        assert [(one["outcome"], one["facts"]["sci_ei_papers"]["low"]) for one in papers] == [("met", 23)]
        for one in papers[0]["evidence"]:
            assert APPLICATION[one["start"]:one["end"]] == one["quote"]
        failing = await called(client, "read_findings", case=case, outcome="not_met")
        assert {one["outcome"] for one in failing["findings"]} <= {"not_met"}

    by_http(address, secret_of(person), talk)


def test_findings_have_the_programs_value_and_the_persons(site: Installation, address: str) -> None:
    """Both, with who decided and why, for reviewers; the applicant reads the program's alone."""
    owner, reviewer = site.client(), site.client(Role.REVIEWER, "李审查")
    case = review_samples.handed_in(owner)
    assert review_samples.decide(reviewer, case, "correct", low=21, high=21).status_code == 201
    assert review_samples.decide(reviewer, case, "reject", "joint_papers").status_code == 201

    async def talk(client: Client) -> dict[str, Any]:
        found = await called(client, "read_findings", case=case, criterion="第八条（二）")
        met = await called(client, "read_findings", case=case, outcome="met")
        assert ("8.2.papers" in {one["criterion"] for one in met["findings"]}) == bool(found["person_overall"])
        return {one["criterion"]: one for one in found["findings"]}

    seen = by_http(address, secret_of(reviewer), talk)
    papers, joint = seen["8.2.papers"], seen["8.2.joint_papers"]
    assert (papers["outcome"], papers["facts"]["sci_ei_papers"]["low"]) == ("not_met", 18)
    assert (papers["person"]["outcome"], papers["person"]["facts"]["sci_ei_papers"]["low"]) == ("met", 21)
    assert papers["person"]["checked"] == {"sci_ei_papers": "corrected"}
    assert [(one["act"], one["by"], one["reason"], one["holds"]) for one in papers["person"]["decisions"]] == [
        ("correct", "李审查", "核对原件", True)]
    assert (joint["outcome"], joint["person"]["outcome"], joint["person"]["facts"]) == (
        "met", "insufficient_evidence", {})
    own = by_http(address, secret_of(owner), talk)
    assert {one["person"] for one in own.values()} == {None}


def test_what_is_not_ones_own_is_not_there(site: Installation, address: str) -> None:
    """Another's case and one that never was get the same answer from every tool."""
    case = site.client().assessed()

    async def talk(client: Client) -> None:
        assert (await called(client, "list_cases"))["cases"] == []
        for tool in ("read_findings", "assess_case"):
            assert await refused(client, tool, case=case) == await refused(client, tool, case="0" * 32)
        foreign, none = [await refused(client, "ask_policy", question=PAPERS, case=one) for one in (case, "0" * 32)]
        assert foreign == none

    by_http(address, secret_of(site.client()), talk)


@pytest.mark.parametrize("secret", ["", "guohe_of_nobody"])
def test_nobody_passes_without_a_token(site: Installation, address: str, secret: str) -> None:
    """No token, a wrong one, and a page's cookie open nothing."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    assert httpx2.post(f"{address}/mcp", json=message, headers=headers).status_code == 401
    assert site.client().post("/mcp", json=message).status_code == 401


def test_a_folder_of_this_computer_is_assessed_over_stdio(tmp_path: Path) -> None:
    """Files below the allowed folder are read and cited; others are not, also not by a link."""
    (tmp_path / "open" / "材料").mkdir(parents=True)
    (tmp_path / "open" / "材料" / "申报书.txt").write_text(APPLICATION, encoding="utf-8")
    (tmp_path / "closed.txt").write_text(APPLICATION, encoding="utf-8")
    (tmp_path / "open" / "link").symlink_to(tmp_path)

    async def talk(client: Client) -> None:
        result = await called(client, "assess_folder", path="材料", base_type="joint_research_center",
                              date="2025-06-30")
        papers = (await called(client, "read_findings", case=result["case"], criterion="第八条（二）"))["findings"]
        assert next(one for one in papers if one["criterion"] == "8.2.papers")["facts"]["sci_ei_papers"]["low"] == 23
        evidence = [one for found in papers for one in found["evidence"]]
        assert all(APPLICATION[one["start"]:one["end"]] == one["quote"] for one in evidence)
        asked = await called(client, "ask_policy", question="论文够了吗？", case=result["case"])
        assert any(one["document"] for one in asked["citations"])
        assert (await called(client, "look_up_article", ref="8"))["items"]
        for outside in (str(tmp_path / "closed.txt"), "../closed.txt", "link/closed.txt", "/etc"):
            assert "不在启动时允许的文件夹" in await refused(client, "assess_folder", path=outside,
                                                       base_type="joint_research_center")

    by_stdio(tmp_path / "open", talk)
