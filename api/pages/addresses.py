"""Addresses that pages give each other: of a clause, of a piece of a document."""
from __future__ import annotations

import re
from urllib.parse import urlencode

from ingestion.policies import articles

REFERENCE = re.compile(r"第(.+?)条(?:（(.+?)）)?")


def clause_address(ref: str) -> str:
    """第八条（二） at its article's page, at the item."""
    match = REFERENCE.fullmatch(ref)
    if match is None:
        return "/policy"
    item = f"#item-{articles.whole_number(match[2])}" if match[2] else ""
    return f"/policy/articles/{articles.whole_number(match[1])}{item}"


def document_address(case_id: str, file_id: str | None, start: int, end: int, evidence: str = "",
                     assessment: str = "") -> str:
    """A piece of a file in the viewer; "" where the file is gone. `evidence` names what the piece is evidence of."""
    if file_id is None:
        return ""
    query = {"evidence": evidence, "start": start, "end": end, "assessment": assessment}
    return f"/cases/{case_id}/documents/{file_id}?{urlencode({k: v for k, v in query.items() if v != ''})}#here"
