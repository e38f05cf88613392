"""What reviewers take away of a case: the form with both values, in every kind of file."""
from __future__ import annotations

import io
from pathlib import Path

import pytest
from docx import Document

from api.service.records import Role
from tests.support.review_samples import decide, handed_in
from tests.support.web_samples import installation

pytestmark = pytest.mark.usefixtures("store")


def test_the_form_holds_the_programs_value_and_the_persons(tmp_path: Path) -> None:
    """With the reason; a table has the same."""
    with installation(tmp_path) as site:
        reviewer, case = site.client(Role.REVIEWER, "李审"), handed_in(site.client())
        decide(reviewer, case, "correct", low=21, high=21)
        form = reviewer.get(f"/api/v1/review/cases/{case}/files/docx")
        assert form.status_code == 200
        text = "\n".join(cell.text for table in Document(io.BytesIO(form.content)).tables
                         for row in table.rows for cell in row.cells)
        assert "21篇" in text
        assert "18篇" in text
        assert "核对原件" in text
        assert reviewer.get(f"/api/v1/review/cases/{case}/files/xlsx").status_code == 200
