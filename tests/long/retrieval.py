"""Questions to two hundred applications that are alike to a word, with the index's filter and without it."""
from __future__ import annotations

import tempfile
from pathlib import Path

from ingestion.indexing.index import FlatIndexes
from tests.assistant.retrieving import test_retrieval_tenants as suite
from tests.long.goals import Figure, Outcome
from tests.support.web_samples import installation

THROUGH = 10     # one question in so many goes through the interface, too


def run(count: int) -> Outcome:
    found, foreign = suite.searched(FlatIndexes(), count)
    index = suite.Open()
    more, wrong = suite.searched(index, count)
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as site:
        cited, told = suite.answered(suite.furnished(site, suite.APPLICATIONS), count // THROUGH)
    faults = [*foreign, *wrong, *told]
    return Outcome(count, (
        Figure("申报材料", "applications", str(suite.APPLICATIONS)),
        Figure("找到的段落", "passages found", f"{found + more:,}"),
        Figure("索引失去过滤时给出的别人的段落", "foreign passages that the index without its filter gave",
               f"{index.foreign:,}"),
        Figure("经接口引用的段落", "passages cited through the interface", f"{cited:,}"),
        Figure("到达用户的别人的段落", "foreign passages that came through", str(len(faults)))), tuple(faults[:20]))
