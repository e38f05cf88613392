"""Whether a question is one that a person has answered before. Conservative: a wrong match would put a person's words
where they do not belong.

Two questions are the same if nothing is left of their difference once the words of `language/approved.yaml` that ask
without saying anything are gone and its synonyms are written one way. Order, figures, clauses and denials all stay.
"""
from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from assistant.wording.texts import load
from ingestion import language
from ingestion.language.characters import simplified
from ingestion.policies import articles

_WORDS = Path(__file__).parent.parent / "language" / "approved.yaml"
_OTHER = re.compile(r"[^\w\u4e00-\u9fff]+")
_NUMBER = "[0-9零一二三四五六七八九十百]{1,5}"
_REFERENCE = re.compile(rf"第?\s*{_NUMBER}\s*条(?:\s*第?\s*[（(]?{_NUMBER}[)）]?\s*项|\s*[（(]{_NUMBER}[)）])?")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def normal(question: str) -> str:
    """The question without punctuation, width, case and script of its characters."""
    text = _references(simplified(language.fold(question)).lower())
    return _OTHER.sub(" " if not _HAN.search(text) else "", text).strip()


def essence(question: str) -> str:
    """What is left of a question that says anything; two questions with one essence are the same question."""
    text = normal(question)
    chinese = bool(_HAN.search(text))
    for said, meant in _replacements("zh" if chinese else "en"):
        text = text.replace(said, meant) if chinese else re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", meant, text)
    return " ".join(text.split()) or normal(question)


def key(question: str) -> str:
    """A digest by which questions are grouped and found."""
    return hashlib.sha256(essence(question).encode()).hexdigest()


def _references(text: str) -> str:
    """第8条第2项 and 第八条（二） are one reference."""
    for match in _REFERENCE.finditer(text):
        if (read := articles.parse_refs(match.group())) and len(read) == 1:
            text = text.replace(match.group(), read[0])
    return text


@cache
def _replacements(spoken: str) -> tuple[tuple[str, str], ...]:
    """(said, meant) with "" for words that say nothing, the longest first."""
    entry = load(_WORDS)[spoken]
    pairs = [(word, meant) for meant, words in entry["same"].items() for word in words]
    pairs += [(word, "") for word in entry["nothing"]]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))
