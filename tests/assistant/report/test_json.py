"""The JSON that other programs rely on."""
from __future__ import annotations

import json
from typing import Any

import pytest

from api.terminal.outputs import json_bytes
from assistant.report import serialising
from ingestion.domain import Extraction
from tests.support import samples


@pytest.fixture(scope="module")
def body() -> dict[str, Any]:
    policy = samples.policy()
    return serialising.assessment(samples.assessment(policy), policy)


def test_the_agreed_fields_stand_in_their_order(body: dict[str, Any]) -> None:
    """The fields of the contract, and their order; further ones may follow."""
    agreed = ["policy", "base_type", "application_date", "documents", "facts", "criteria", "overall"]
    assert [key for key in body if key in agreed] == agreed
    assert list(body["policy"])[:4] == ["id", "version", "sha256", "window"]
    assert body["policy"]["window"] == ["2022-01-01", "2025-06-30"]
    assert {"name", "sha256", "pages", "warnings"} <= set(body["documents"][0])


def test_a_fact_is_an_interval_with_its_evidence(body: dict[str, Any]) -> None:
    """low, high, unit, conflict, and each piece of evidence with offsets, reading and method."""
    fact = body["facts"]["sci_ei_papers"]
    assert (fact["low"], fact["high"], fact["unit"], fact["conflict"]) == (19, 24, "papers", True)
    assert fact["evidence"][0] == {
        "document": "申报书.docx", "page": None, "quote": "近三年，研究院在膜法水处理领域发表SCI或EI论文24篇",
        "start": samples.FORM_TEXT.index("近三年，"), "end": samples.FORM_TEXT.index("近三年，") + 28,
        "reads": {"low": 24, "high": 24}, "method": "declared"}
    assert fact["evidence"][1]["reads"] is None
    assert fact["evidence"][1]["method"] == "listed"


def test_offsets_give_the_quote_back(body: dict[str, Any]) -> None:
    """text[start:end] == quote for every piece of evidence and everything left out."""
    texts = {document.name: document.text for document in samples.documents()}
    pieces = [piece for fact in body["facts"].values() for piece in fact["evidence"]]
    pieces += [piece for left_out in body["exclusions"].values() for piece in left_out]
    assert len(pieces) > 20
    for piece in pieces:
        assert texts[piece["document"]][piece["start"]:piece["end"]] == piece["quote"]


def test_a_criterion_cites_the_policy_and_its_evidence(body: dict[str, Any]) -> None:
    """id, citation, verbatim clause, outcome, explanation, gap, evidence."""
    criterion = next(one for one in body["criteria"] if one["id"] == "8.2.papers")
    assert criterion["citation"] == "第八条（二）"
    assert criterion["quote"] in samples.policy().text
    assert criterion["required"] is True
    assert criterion["outcome"] == "insufficient_evidence"
    assert criterion["bar"] == 20
    assert criterion["gap"].endswith("还差1篇")
    assert criterion["evidence"][0]["quote"].endswith("24篇")


def test_what_was_left_out_has_a_reason_and_its_words(body: dict[str, Any]) -> None:
    """The code for programs, the text for people."""
    first, second = body["exclusions"]["sci_ei_papers"]
    assert (first["reason"], first["detail"]) == ("outside_window", "2021-11-15")
    assert second["reason"] == "planned"
    assert all(piece["reason_text"] for piece in (first, second))


def test_unread_parts_are_warnings_of_their_document(body: dict[str, Any]) -> None:
    """What could not be read is named where programs look for it."""
    assert body["documents"][2]["warnings"] == ["第1页识别存疑，请核对原件"]


def test_warnings_and_labels_follow_the_language() -> None:
    """In English the texts are English; quotations stay."""
    policy = samples.policy()
    body = serialising.assessment(samples.assessment(policy, "en"), policy, "en")
    assert body["documents"][2]["warnings"] == ["page 1 was read with doubt"]
    assert "近三年" in body["facts"]["sci_ei_papers"]["evidence"][0]["quote"]


def test_the_file_is_readable_utf8(body: dict[str, Any]) -> None:
    """Chinese stands as it is, and the same value is the same bytes."""
    written = json_bytes(body)
    assert "膜法水处理".encode() in written
    assert json.loads(written) == body
    assert json_bytes(body) == written


def test_a_lone_surrogate_does_not_break_the_file() -> None:
    """A file name with bytes that are no UTF-8 still gives JSON that others can read."""
    assert json.loads(json_bytes({"name": "\udcff.pdf"})) == {"name": "\udcff.pdf"}


def test_facts_alone_have_the_same_shape(body: dict[str, Any]) -> None:
    """`guohe facts` writes facts as an assessment does."""
    policy, result = samples.policy(), samples.assessment(samples.policy())
    found = Extraction(result.facts, result.exclusions)
    alone = serialising.extraction(result.documents, found, policy, result.application_date)
    assert alone["facts"] == body["facts"]
    assert alone["exclusions"] == body["exclusions"]
    assert "overall" not in alone
