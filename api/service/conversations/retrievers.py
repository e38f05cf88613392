"""The retrievers over the policies of this installation: by words at once, by meaning as soon as that is ready.

Vectors and their index are a cache in the data folder, made at the first question and found again at the next start.
"""
from __future__ import annotations

import dataclasses
import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.retrieving.retrieval import Retriever
    from ingestion.indexing.index import VectorIndexes
    from ingestion.indexing.store import VectorStore
    from ingestion.policies.policy import Policy

log = logging.getLogger(__name__)

FOLDER = "retrieval"


class Retrievers:
    """Nothing is loaded before the first question; the folder is this process's own."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER
        self._known: dict[str, Retriever] = {}
        self._lock = threading.Lock()
        self._shared: tuple[VectorStore, VectorIndexes] | None = None

    def of(self, policy: Policy) -> Retriever:
        """The policy's retriever; what it needs to search by meaning is made in the background."""
        from assistant.questions import vocabulary
        from assistant.retrieving.retrieval import Retriever
        from ingestion.indexing import chunking, settings

        with self._lock:
            found = self._known.get(policy.sha256)
            if found is not None:
                return found
            options = dataclasses.replace(settings.read(), home=self._folder)
            if self._shared is None:
                self._shared = options.store(), options.indexes(server=True)
            store, indexes = self._shared
            passages = chunking.policy_passages(policy.id, policy.text, policy.chapters, policy.articles)
            found = Retriever(f"policy-{policy.sha256[:16]}", passages, store=store, indexes=indexes,
                              vocabulary=vocabulary.load(policy.root, policy.text), embedder=options.embedder())
            self._known[policy.sha256] = found
        threading.Thread(target=_prepare, args=(found,), name="retrieval", daemon=True).start()
        return found


def _prepare(retriever: Retriever) -> None:
    try:
        retriever.prepare()
    except Exception:
        log.exception("search by meaning is not available; words alone answer")
