"""Clauses that have another number in a new text: which they are, and the files that name them so. Pure.

A file that was written for the new numbers already, which is to say one that is not as it was, is left alone.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from api.service.policies.folders import Folder
from assistant.learning.likeness import EXAMPLES
from assistant.policy_versions.text_difference import ClauseChange
from assistant.questions.topics import GAPS, POINTS, TOPICS
from ingestion.policies.files import CRITERIA, HEAD

FILES: Final = (CRITERIA, TOPICS, POINTS, GAPS, EXAMPLES)
_ITEM = r"（[零一二三四五六七八九十百]+）"
_REF = re.compile(rf"(第[零一二三四五六七八九十百]+条)({_ITEM})?")
_WRITTEN = re.compile(r"^(?:sha256|version):.*$", re.MULTILINE)   # what a new text always changes in the head


def numbers(changes: Sequence[ClauseChange]) -> dict[str, str]:
    """The reference now of every clause that had another before."""
    return {one.before.ref: one.after.ref for one in changes
            if one.before and one.after and one.before.ref and one.after.ref and one.before.ref != one.after.ref}


def waiting(before: Folder, after: Folder, became: Mapping[str, str]) -> tuple[str, ...]:
    """The files that still name clauses by the numbers they had."""
    same = [name for name in FILES if name in after and after[name] == before.get(name)]
    if HEAD in after and _plain(after[HEAD]) == _plain(before.get(HEAD, b"")):
        same.insert(0, HEAD)
    return tuple(name for name in same if _renamed(after[name], became) != after[name])


def renumbered(before: Folder, after: Folder, became: Mapping[str, str]) -> dict[str, bytes]:
    """`after` with every such file naming clauses by the numbers they have."""
    return {**after, **{name: _renamed(after[name], became) for name in waiting(before, after, became)}}


def _renamed(content: bytes, became: Mapping[str, str]) -> bytes:
    def now(match: re.Match[str]) -> str:
        article, item = match[1], match[2] or ""
        return became.get(match[0]) or became.get(article, article) + item

    return _REF.sub(now, content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _plain(head: bytes) -> str:
    return _WRITTEN.sub("", head.decode("utf-8", "replace").removeprefix("\ufeff"))
