"""The policy as it is read: articles, items, base types; and every version that a stored assessment rests on."""
from __future__ import annotations

import io
import tempfile
import threading
import zipfile
from functools import cached_property
from pathlib import Path

import policy_corpus
from api.errors import Failure
from api.service import versions
from api.service.records import ArticleView, ItemView
from api.store.files import Files
from ingestion import policy as policies
from ingestion.domain import Article
from ingestion.policy import Policy


class Policies:
    """`digest` is of the whole folder: text, criteria, wordings. A folder that was used once is kept for good."""

    def __init__(self, contents: Files, folder: Path | None) -> None:
        self._contents = contents
        self._folder = folder or policy_corpus.DEFAULT
        self._others: dict[str, Policy] = {}
        self._lock = threading.Lock()
        self._unpacked = tempfile.TemporaryDirectory(prefix="guohe-policies-")

    @cached_property
    def current(self) -> Policy:
        """The policy that new assessments are made with."""
        return policies.load(self._folder)

    @cached_property
    def digest(self) -> str:
        return versions.folder(self._folder)

    def keep(self) -> None:
        """Keep the current folder, so that its assessments can be shown when it has changed."""
        name = _name(self.digest)
        if self._contents.kept(name) is None:
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
                for file in sorted(one for one in self._folder.iterdir() if one.is_file()):
                    packed.writestr(zipfile.ZipInfo(file.name), file.read_bytes())
            self._contents.keep(name, stream.getvalue())

    def of(self, digest: str) -> Policy:
        """The policy of a folder's digest, as an assessment names it."""
        if digest == self.digest:
            return self.current
        with self._lock:
            if digest not in self._others:
                data = self._contents.kept(_name(digest))
                if data is None:
                    raise Failure("policy_lost")
                folder = Path(self._unpacked.name) / digest
                folder.mkdir(exist_ok=True)
                with zipfile.ZipFile(io.BytesIO(data)) as packed:
                    packed.extractall(folder)
                self._others[digest] = policies.load(folder)
            return self._others[digest]

    def articles(self) -> tuple[ArticleView, ...]:
        return tuple(self._article(one) for one in self.current.articles)

    def clause(self, ref: str) -> ArticleView | ItemView:
        """第八条 or 第八条（二）, as the policy writes it. Failure "not_found" for what it does not have."""
        for article in self.articles():
            if article.ref == ref:
                return article
            for item in article.items:
                if item.ref == ref:
                    return item
        raise Failure("not_found")

    def close(self) -> None:
        self._unpacked.cleanup()

    def _article(self, one: Article) -> ArticleView:
        policy = self.current
        items = tuple(ItemView(item.ref, item.number, policy.quote(item.span).strip(), item.span.start, item.span.end)
                      for item in one.items)
        criteria = tuple(criterion.id for criterion in policy.criteria if criterion.citation.split("（")[0] == one.ref)
        return ArticleView(one.ref, one.number, one.heading, policy.quote(one.opening).strip(),
                           policy.quote(one.span).strip(), one.span.start, one.span.end,
                           policy.chapters[one.chapter].title if one.chapter >= 0 else "", items, criteria)


def _name(digest: str) -> str:
    return f"policies/{digest}.zip"
