"""Figures paired with the names listed before them: 高企、科技型中小企业分别为15家、22家."""

from __future__ import annotations

import re

from ingestion.facts.lexicon import words
from ingestion.facts.records import Analysis


def pair_names(analysis: Analysis) -> None:
    """Give each figure behind 分别 the member of the list before it that it counts, where both are as many."""
    text = analysis.sentence.folded
    for match in words("respectively").finditer(text):
        after = [f for f in analysis.figures if f.quantity.span.start >= match.end()]
        after = [f for f in after if f.clause == after[0].clause]
        start = max(text.rfind(mark, 0, match.start()) for mark in "，。；：（）") + 1
        members = [m for m in words("joint").split(text[start : match.start()]) if m.strip()]
        numbered = any(re.search(r"\d", m) for m in members)
        if len(after) < 2 or len(members) != len(after) or numbered or after[0].left_start >= match.end():
            continue
        for figure, member in zip(after, members, strict=True):
            figure.paired = member.strip()
