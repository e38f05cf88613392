"""A policy's articles as services give them to pages and routes: frozen records, as in `api.service.records`."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ItemView:
    ref: str             # "第八条（二）"
    number: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ArticleView:
    ref: str             # "第八条"
    number: int
    heading: str
    opening: str
    text: str
    start: int
    end: int
    chapter: str
    items: tuple[ItemView, ...]
    criteria: tuple[str, ...]   # ids of the criteria that rest on it
