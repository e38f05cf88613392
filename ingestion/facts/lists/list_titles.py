"""Whose things a heading speaks of: those of a fact, of another one, or of any."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingestion.facts.lexicon import listed
from ingestion.facts.prose.phrases import says_any
from ingestion.facts.schema import FactBook, Listing

_SEVERAL = re.compile(r"[、，；和与及\s]")


def title_above(book: FactBook, listing: Listing, headings: Sequence[str], nearest: str) -> str | None:
    """The nearest of the headings further above that speaks of any fact's things, if it is of this one's; "" where
    none does. One that names several things (项目、专利、伙伴) speaks of the one that the `nearest` heading names."""
    for heading in reversed(list_headings(headings)):
        if nearest in _SEVERAL.split(heading):
            return None
        if listing.avoid and says_any(book, listing.avoid, heading):
            return None
        if says_any(book, listing.about, heading):
            return heading
        if of_another(book, listing, heading):
            return None
    return ""


def list_headings(headings: Sequence[str]) -> list[str]:
    """The headings above, without the title of the whole document, unless that is of a list."""
    return [h for place, h in enumerate(headings) if place or listed("title_lines").search(h)]


def of_another(book: FactBook, listing: Listing, title: str) -> bool:
    """表二 海外研发团队 below the heading 平台与合作伙伴: a table's own title says that it lists other things."""
    lists = [spec.listing for spec in book.facts.values() if spec.listing is not None]
    caption = "\n".join(line for line in title.split("\n") if not line.rstrip().endswith("。"))
    return any(says_any(book, other.about, caption) for other in lists if not _alike(other, listing))


def of_any(book: FactBook, title: str) -> bool:
    return any(says_any(book, spec.listing.about, title) for spec in book.facts.values() if spec.listing is not None)


def same_things(one: Listing | None, other: Listing | None) -> bool:
    """Whether the tables of two facts list the same things."""
    return one is not None and other is not None and _alike(one, other)


def _alike(one: Listing, other: Listing) -> bool:
    """Whether two facts list things of one kind: papers and joint papers, the parties of agreements and agreements."""
    parties = [x.term and any(r.origin == "foreign" and "title" in r.columns for r in x.require) for x in (one, other)]
    return one.about == other.about or all(parties)
