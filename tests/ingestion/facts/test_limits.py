"""How much of documents is read for facts, what is kept of what is found, and the wall around it."""
from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.terminal.options import policy_of
from assistant.judging import assessing
from ingestion.domain import Document, Evidence, Exclusion, Method, Outcome, Span, number_of
from ingestion.errors import ExtractionError
from ingestion.facts import limits
from ingestion.facts.sandbox import child, wall, work
from ingestion.facts.sandbox.work import Answer, Request
from ingestion.parsing.sandbox import process
from ingestion.parsing.text import from_string
from ingestion.policies.policy import Policy
from tests.support.web_samples import installation

DAY = date(2025, 6, 30)
SENTENCE = "本中心近三年共发表SCI收录论文23篇，其中与德国慕尼黑工业大学合作发表6篇。"
FILLER = "供参考。" * 8   # so many statements that of a long text their limit is reached first
PLAIN = "中心重视学术交流。\n"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_of(None)


def text(name: str, said: str) -> Document:
    return replace(from_string(said), name=name, sha256=name)


def long(name: str, said: str = SENTENCE) -> Document:
    """Too long to be read in place, and within every limit."""
    return text(name, said + "\n" + PLAIN * (wall.IN_PLACE // len(PLAIN) + 1))


def test_a_flood_of_one_sentence_costs_what_the_limits_say(tmp_path: Path) -> None:
    """More characters and statements than are read: the job ends, its result, pages and reports are of a size that
    people can read, the file says what was not read, the server's own process stays small, and nothing counts as met.
    """
    said = f"{SENTENCE}{FILLER}\n"
    flood = (said * (900_000 // len(said))).encode()
    assert limits.STATEMENTS // 9 > 2_000
    with installation(tmp_path / "data") as site:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        me = site.client()
        case = me.assessed(("申报书.txt", flood))
        assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 500_000_000
        body = me.get(f"/api/v1/cases/{case}/assessments/latest")
        assert body.status_code == 200
        assert len(body.content) < 3_000_000
        result = body.json()
        fact = result["facts"]["sci_ei_papers"]
        assert (fact["low"], fact["high"]) == (23, 23)
        assert len(fact["evidence"]) <= limits.KEPT
        assert len(fact["evidence"]) + sum(one.get("more", 0) for one in fact["evidence"]) > 2_000
        assert [one["code"] for one in result["documents"][0]["notices"]] == ["facts_in_part"]
        assert not [one["id"] for one in result["criteria"] if one["outcome"] == "met"]
        files = me.get(f"/api/v1/cases/{case}/files").json()
        assert [one["code"] for one in files[0]["notices"]] == ["facts_in_part"]
        for path in (f"/cases/{case}", f"/cases/{case}/facts/sci_ei_papers",
                     f"/cases/{case}/documents/{files[0]['id']}?evidence=sci_ei_papers&start=0&end=20"):
            page = me.get(path)
            assert page.status_code == 200, path
            assert len(page.content) < 2_000_000, path
        for kind in ("docx", "pdf"):
            report = me.get(f"/api/v1/cases/{case}/assessments/latest/report", params={"format": kind})
            assert report.status_code == 200, report.text
            assert len(report.content) < 3_000_000


def test_the_same_facts_here_in_a_copy_and_in_another_process(policy: Policy) -> None:
    """Read in place, by a process that was forked, and by one that was told the policy: byte for byte."""
    import msgspec

    second = long("b.txt", "现有授权发明专利12件，近五年发表EI论文9篇，计划再发表SCI论文30篇。")
    request = Request((long("a.txt"), second), DAY, None, ((date(2022, 6, 30), DAY), (date(2021, 1, 1), DAY)))
    here = work.answer(request, policy)
    assert here.found.facts
    assert here.found.exclusions
    forked = wall._Forked(request, policy)
    knowing = wall._pool.take(policy)
    try:
        made = [forked.answer(), knowing.ask(request), knowing.ask(request)]
    finally:
        forked.end()
        wall._pool.give_back(knowing)
    assert [msgspec.json.encode(one) for one in made] == [msgspec.json.encode(here)] * 3


def test_a_process_that_reads_facts_reaches_nothing_outside(policy: Policy) -> None:
    """It gave up what one that reads files gives up."""
    from ingestion.parsing.sandbox import confinement
    from ingestion.parsing.sandbox import wall as files

    knowing = wall._pool.take(policy)
    knowing.greet()
    wall._pool.give_back(knowing)
    assert set(knowing.layers) >= set(files.level()) - {confinement.PROGRAMS}


def test_short_documents_are_read_in_place(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started for them."""
    monkeypatch.setattr(wall._pool, "take", lambda _: pytest.fail("a process was taken"))
    monkeypatch.setattr(process, "forked", lambda *_: pytest.fail("a process was forked"))
    assert wall.read([text("a.txt", SENTENCE)], policy, DAY).found.facts


def _eat() -> None:
    kept = []
    while True:
        kept.append(bytearray(50_000_000))


@pytest.mark.parametrize(("deed", "code"), [
    (lambda: time.sleep(60), wall.TOO_LONG), (lambda: [None for _ in iter(int, 1)], wall.TOO_LONG),
    (_eat, wall.TOO_MUCH_MEMORY), (lambda: os._exit(3), wall.CRASHED), (os.abort, wall.CRASHED)])
def test_a_document_that_cannot_be_read_for_facts_is_named(policy: Policy, monkeypatch: pytest.MonkeyPatch,
                                                           deed: Callable[[], Any], code: str) -> None:
    """It alone is left out, with a notice; the facts of the others stand."""
    true = work.answer

    def answer(request: Request, policy: Policy, tell: Callable[[str], None]) -> Answer:
        def told(name: str) -> None:
            tell(name)
            if name == "b.txt":
                deed()
        return true(request, policy, told)

    monkeypatch.setattr(child, "answer", answer)
    monkeypatch.setattr(process, "single", lambda: True)
    monkeypatch.setattr(wall, "SECONDS", 2.0 if code == wall.TOO_LONG else 60.0)
    made = wall.read([long("a.txt"), long("b.txt", "发表SCI论文99篇。")], policy, DAY)
    assert made.found.failed == {"b.txt": code}
    assert [[one.code for one in document.notices] for document in made.documents] == [[], [code]]
    assert made.found.facts["sci_ei_papers"].interval.low == 23


def test_documents_that_cannot_be_read_together_say_so(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """No document is to blame: the error says what happened."""
    monkeypatch.setattr(child, "answer", lambda *given: (given[-1](""), time.sleep(60)))
    monkeypatch.setattr(process, "single", lambda: True)
    monkeypatch.setattr(wall, "SECONDS", 1.0)
    with pytest.raises(ExtractionError) as error:
        wall.read([long("a.txt")], policy, DAY)
    assert error.value.code == wall.TOO_LONG
    assert error.value.chinese


def test_what_lies_beyond_a_limit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of characters and of statements, where a sentence ends; of one document and of all, in the order of names."""
    monkeypatch.setattr(limits, "CHARACTERS", 100)
    first, second = text("a.txt", "一二三四五六七八九。\n" * 20), text("b.txt", "短。\n" * 5)
    read, beyond = limits.within([first, second])
    assert [len(one.text) for one in read] == [99, 15]
    assert (beyond["a.txt"].start, beyond["a.txt"].statements) == (99, 11)
    assert len(read[0].text) + beyond["a.txt"].characters == len(first.text)
    assert all(block.span.end <= 99 for block in read[0].blocks)
    monkeypatch.setattr(limits, "CHARACTERS", 10_000)
    monkeypatch.setattr(limits, "STATEMENTS", 4)
    read, beyond = limits.within([first, second])
    assert [one.text.count("。") for one in read] == [4, 4]
    monkeypatch.setattr(limits, "CASE_STATEMENTS", 6)
    read, beyond = limits.within([first, second])
    assert [one.text.count("。") for one in read] == [4, 2]
    assert set(beyond) == {"a.txt", "b.txt"}


def test_a_document_that_says_too_much_is_read_in_part(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries have their limit, too; what was not read is said, and no requirement is met on it."""
    documents = [text("a.txt", f"{SENTENCE}\n" * 30)]
    whole = assessing.assess_documents(documents, policy, "joint_research_center", DAY)
    assert any(one.outcome is Outcome.MET for one in whole.findings)
    monkeypatch.setattr(limits, "ENTRIES", 10)
    part = assessing.assess_documents(documents, policy, "joint_research_center", DAY)
    assert [one.code for one in part.documents[0].notices] == ["facts_in_part"]
    assert not [one for one in part.findings if one.outcome is Outcome.MET]


def test_limits_do_not_depend_on_the_order_of_documents(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name, whatever order they come in."""
    monkeypatch.setattr(limits, "CASE_CHARACTERS", 60)
    documents = [text("b.txt", "发表SCI论文9篇。" * 4), text("a.txt", f"{SENTENCE}\n")]
    one, other = (wall.read(given, policy, DAY).found for given in (documents, documents[::-1]))
    assert one == other
    assert set(one.beyond) == {"b.txt"}


def pieces(document: str, reason: str, count: int, size: int = 10) -> tuple[Exclusion, ...]:
    return tuple(Exclusion(document, None, Span(place * size, (place + 1) * size), "字" * size, reason)
                 for place in range(count))


def test_what_is_not_kept_is_counted_by_its_reason() -> None:
    """Every reason and document keeps a piece, and the numbers add up."""
    given = (*pieces("a", "planned", 2_000), *pieces("b", "planned", 3), *pieces("b", "expired", 2))
    kept = limits.few(given, lambda one: one.reason)
    assert len(kept) <= limits.KEPT
    for reason in ("planned", "expired"):
        assert number_of(one for one in kept if one.reason == reason) == sum(one.reason == reason for one in given)
    assert {(one.document, one.reason) for one in kept} == {(one.document, one.reason) for one in given}
    places = [given.index(replace(one, more=0)) for one in kept]
    assert places == sorted(places)
    assert limits.few(given[:10], lambda one: one.reason) == given[:10]


def test_long_quotes_are_cut_and_still_stand_where_they_say() -> None:
    """A row of a hundred thousand characters is no quote for people."""
    row = "列" * 100_000
    long_one = Evidence("a", None, Span(0, len(row)), row, Method.LISTED)
    kept, = limits.few((long_one,), lambda one: one.method)
    assert row[kept.span.start:kept.span.end] == kept.quote
    assert len(kept.quote) == limits.LONGEST_QUOTE
