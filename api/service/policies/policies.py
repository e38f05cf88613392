"""The policy as it is read: articles, items, base types; and every version that a stored assessment rests on.

The policy that new assessments are made with is the version that was published last, and before the first one the
folder of the installation. Each process looks for a newer one every second.
"""
from __future__ import annotations

import io
import logging
import tempfile
import threading
import time
import zipfile
from functools import cached_property
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

import policy_corpus
from api.errors import Failure
from api.service import versions
from api.service.policies import folders
from api.service.policies.articles import ArticleView, ItemView
from api.service.policies.version_records import State
from api.store.database import Database
from api.store.files import Files
from api.store.models import PolicyVersion
from ingestion.domain import Article
from ingestion.policies import files as policy_files
from ingestion.policies import policy as policies
from ingestion.policies.policy import Policy

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0    # seconds between two looks for a version that another process published


class Policies:
    """`digest` is of the whole folder: text, criteria, wordings. A folder that was used once is kept for good."""

    def __init__(self, contents: Files, folder: Path | None, database: Database | None = None) -> None:
        self._contents = contents
        self._folder = folder or policy_corpus.DEFAULT
        self._database = database
        self._published: str | None = None      # the digest of the version that was published last
        self._looked = float("-inf")
        self._others: dict[str, Policy] = {}
        self._lock = threading.Lock()
        self._unpacked = tempfile.TemporaryDirectory(prefix="guohe-policies-")

    @property
    def current(self) -> Policy:
        """The policy that new assessments are made with."""
        return self.now()[0]

    @property
    def digest(self) -> str:
        return self.now()[1]

    def now(self) -> tuple[Policy, str]:
        """The current policy and its digest, which belong together."""
        digest = self._newest()
        return (self._installed, self._installed_digest) if digest is None else (self.of(digest), digest)

    def look(self) -> None:
        """Find a version that was published this moment."""
        self._looked = float("-inf")

    @cached_property
    def _installed(self) -> Policy:
        return policies.load(self._folder)

    @cached_property
    def _installed_digest(self) -> str:
        return versions.folder(self._folder)

    def _newest(self) -> str | None:
        """The digest of the version in force, looked up now and then; the one known while the database is away."""
        if self._database is None or time.monotonic() - self._looked < LOOK_EVERY:
            return self._published
        query = select(PolicyVersion.digest).where(PolicyVersion.state == State.PUBLISHED).order_by(
            PolicyVersion.published.desc(), PolicyVersion.id.desc()).limit(1)
        self._looked = time.monotonic()
        try:
            with self._database.reading() as session:
                found = session.scalar(query)
        except SQLAlchemyError:
            log.exception("whether a newer policy was published could not be seen")
            return self._published
        if found != self._published:
            log.info("the policy is now %s", found)
            self._published = found
        return found

    def keep_used(self, digest: str) -> None:
        """Keep the folder of a policy that is in use for good, so that what rests on it can be shown."""
        if self._contents.kept(_name(digest)) is None:
            root = self.of(digest).root
            self._contents.keep(_name(digest), folders.pack({
                name: file.read_bytes() for name, file in policy_files.files(root).items()}))

    def keep(self, files: folders.Folder) -> str:
        """Keep the files of a folder, whether it can be used or not; its digest."""
        digest = folders.digest(files)
        if self._contents.kept(_name(digest)) is None:
            self._contents.keep(_name(digest), folders.pack(files))
        return digest

    def files(self, digest: str) -> dict[str, bytes]:
        """The files of a kept folder, whether it can be used as a policy or not. Failure "policy_lost"."""
        data = self._contents.kept(_name(digest))
        if data is None:
            raise Failure("policy_lost")
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return {name: packed.read(name) for name in packed.namelist()}

    def of(self, digest: str) -> Policy:
        """The policy of a folder's digest, as an assessment names it."""
        if digest == self._installed_digest:
            return self._installed
        with self._lock:
            if digest not in self._others:
                files = self.files(digest)
                folder = Path(self._unpacked.name) / digest
                folder.mkdir(exist_ok=True)
                folders.write(files, folder)
                self._others[digest] = policies.load(folder)
            return self._others[digest]

    def articles(self) -> tuple[ArticleView, ...]:
        policy = self.current
        return tuple(_article(one, policy) for one in policy.articles)

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


def _article(one: Article, policy: Policy) -> ArticleView:
    items = tuple(ItemView(item.ref, item.number, policy.quote(item.span).strip(), item.span.start, item.span.end)
                  for item in one.items)
    criteria = tuple(criterion.id for criterion in policy.criteria if criterion.citation.split("（")[0] == one.ref)
    return ArticleView(one.ref, one.number, one.heading, policy.quote(one.opening).strip(),
                       policy.quote(one.span).strip(), one.span.start, one.span.end,
                       policy.chapters[one.chapter].title if one.chapter >= 0 else "", items, criteria)


def _name(digest: str) -> str:
    return f"policies/{digest}.zip"
