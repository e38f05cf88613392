"""The 形式审查意见表: one composition, written as Word or PDF."""
from __future__ import annotations

from assistant.report.model import Report


def render(report: Report, suffix: str) -> bytes:
    """The report as the kind of file that `suffix` (".docx" or ".pdf") names."""
    if suffix.lower() == ".pdf":
        from assistant.report import pdf

        return pdf.render(report)
    from assistant.report import docx

    return docx.render(report)
