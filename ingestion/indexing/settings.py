"""What the environment says about retrieval. Only composition roots (the command line, the server) read it.

GUOHE_HOME                       where caches are kept (the user's cache folder by default)
GUOHE_EMBEDDING                  "off": words only; anything else or nothing: the bundled model, or the endpoint below
GUOHE_EMBEDDING_URL, _MODEL, _DIMENSION, _KEY, _TIMEOUT, _VERSION, _QUERY_PREFIX, _PASSAGE_PREFIX
                                 an OpenAI-compatible endpoint (…/v1) instead of the bundled model
GUOHE_CHROMA                     host:port of a Chroma server, on a private address; an embedded Chroma without
GUOHE_RETRIEVE_MINUTES           about how long `guohe retrieve` may embed a corpus (15)
"""
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import UsageError
from ingestion.indexing.index import ChromaIndexes, ChromaServer, FlatIndexes, VectorIndexes
from ingestion.indexing.store import SqliteStore, VectorStore

if TYPE_CHECKING:
    from ingestion.indexing.embedding import Embedder

_MINUTES = 15.0


@dataclass(frozen=True, slots=True)
class Settings:
    home: Path
    embedding: bool = True
    embedding_url: str = ""
    embedding_model: str = ""
    embedding_dimension: int = 0
    embedding_key: str = ""
    embedding_timeout: float = 30.0
    embedding_version: str = "1"
    query_prefix: str = ""
    passage_prefix: str = ""
    chroma: ChromaServer | None = None
    retrieve_minutes: float = _MINUTES

    @property
    def corpora(self) -> Path:
        """Where `guohe retrieve` keeps its indexes."""
        return self.home / "corpora"

    def store(self) -> VectorStore:
        return SqliteStore(self.home / "passages.sqlite3")

    def indexes(self, *, server: bool = False) -> VectorIndexes:
        """Chroma for the one server process, brute force for the command line."""
        return ChromaIndexes(self.chroma or self.home / "chroma") if server else FlatIndexes()

    def embedder(self) -> Embedder | None:
        """None: words only, because that is set or the bundled model cannot run here (which is logged)."""
        from ingestion.indexing import embedding

        if not self.embedding:
            return None
        if not self.embedding_url:
            return embedding.bundled()
        return embedding.Endpoint(
            self.embedding_url, self.embedding_model, self.embedding_dimension, self.embedding_key,
            self.embedding_version, self.embedding_timeout, self.query_prefix, self.passage_prefix)


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings; one that cannot be used is a UsageError that names its variable."""
    url, model = environment.get("GUOHE_EMBEDDING_URL", ""), environment.get("GUOHE_EMBEDDING_MODEL", "")
    dimension = int(_number(environment, "GUOHE_EMBEDDING_DIMENSION", 0.0))
    if url and not (model and dimension > 0 and url.startswith(("http://", "https://"))):
        raise UsageError(
            f"GUOHE_EMBEDDING_URL is {url!r}: it must start with http:// or https://, and needs "
            "GUOHE_EMBEDDING_MODEL and GUOHE_EMBEDDING_DIMENSION beside it",
            f"GUOHE_EMBEDDING_URL 为 {url}：须以 http:// 或 https:// 开头，并同时设置 GUOHE_EMBEDDING_MODEL 和 "
            "GUOHE_EMBEDDING_DIMENSION")
    return Settings(
        _home(environment), environment.get("GUOHE_EMBEDDING", "").lower() != "off",
        url, model, dimension, environment.get("GUOHE_EMBEDDING_KEY", ""),
        _number(environment, "GUOHE_EMBEDDING_TIMEOUT", 30.0), environment.get("GUOHE_EMBEDDING_VERSION", "1"),
        environment.get("GUOHE_EMBEDDING_QUERY_PREFIX", ""), environment.get("GUOHE_EMBEDDING_PASSAGE_PREFIX", ""),
        _chroma(environment.get("GUOHE_CHROMA", "")), _number(environment, "GUOHE_RETRIEVE_MINUTES", _MINUTES))


def _home(environment: Mapping[str, str]) -> Path:
    if environment.get("GUOHE_HOME"):
        return Path(environment["GUOHE_HOME"])
    for folder in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        if environment.get(folder):
            return Path(environment[folder]) / "guohe"
    return Path(environment.get("HOME") or ".").expanduser() / ".cache" / "guohe"


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    try:
        value = float(environment.get(name) or default)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise UsageError(f"{name} is {environment[name]!r}; give a number, 0 or more",
                         f"{name} 为 {environment[name]}，应为不小于 0 的数")
    return value


def _chroma(address: str) -> ChromaServer | None:
    if not address:
        return None
    host, _, port = address.removeprefix("http://").removeprefix("https://").rstrip("/").partition(":")
    if not host or not (port or "8000").isdigit():
        raise UsageError(f"GUOHE_CHROMA is {address!r}; give host:port", f"GUOHE_CHROMA 为 {address}，应为 主机:端口")
    return ChromaServer(host, int(port or 8000), address.startswith("https://"))
