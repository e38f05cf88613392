"""References to papers: what tells where they appeared, and what stands behind their titles."""

from __future__ import annotations

import re

from ingestion.facts.lexicon import words
from ingestion.language import load

_SOURCE = re.compile(r"\[[JCDM](?:/OL)?\][^\uff3b\[（]*(?:（\d[^）]*）[^\uff3b\[（]*)*")  # [J], [C]: where it appeared


def without_journal(text: str) -> str:
    """A reference without what tells where it appeared (Journal of the European Ceramic Society; Aachen: IEEE), and
    without a denial of partners abroad (无外方作者)."""
    body = re.compile(load("discourse")["body_words"], re.IGNORECASE)
    text = _SOURCE.sub(". ", text)
    pieces = re.split(r"(?<=[.。，；;])\s*", words("no_partner").sub("", text))
    return " ".join(p for p in pieces if not words("journal").search(p) or body.search(words("journal").sub("", p)))


_TAG = re.compile(r"(?<=.{6})[,，]\s*[^\s,，]{1,8}$")


def without_tags(title: str) -> str:
    """再生骨料改性研究, 北大核心: one word behind a comma at a title's end tells something of it."""
    while tag := _TAG.search(title):
        title = title[: tag.start()]
    return title
