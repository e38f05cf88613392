"""What the vector indexes guarantee."""
from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingestion.indexing import settings
from ingestion.indexing.index import ChromaIndexes, ChromaServer, FlatIndex, FlatIndexes, collection_name

IDS = [f"第{number}条" for number in range(40)]


def unit(seed: int, count: int = 40) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, 32))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


VECTORS, QUESTION = unit(1), unit(2)[0]
EXPECTED = [one for one, _ in FlatIndex(IDS, VECTORS).search(QUESTION, 5)]


def files(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file() and one.name != "current"]


def answers(indexes: ChromaIndexes) -> list[str]:
    return [one for one, _ in indexes.open("policy@1", "model@1", IDS, VECTORS).search(QUESTION, 5)]


def test_brute_force_is_a_sort() -> None:
    """The most similar first, with their cosines; asking for more than there is gives all."""
    found = FlatIndexes().open("policy@1", "model@1", IDS, VECTORS).search(QUESTION, 100)
    cosines = VECTORS @ QUESTION
    assert [one for one, _ in found] == [IDS[place] for place in np.argsort(-cosines, kind="stable")]
    assert found[0][1] == pytest.approx(float(cosines.max()))


def test_chroma_gives_what_brute_force_gives(tmp_path: Path) -> None:
    """Behind the same interface: the same ids with the same similarities."""
    chroma = ChromaIndexes(tmp_path).open("policy@1", "model@1", IDS, VECTORS).search(QUESTION, 100)
    flat = FlatIndex(IDS, VECTORS).search(QUESTION, 100)
    assert [one for one, _ in chroma] == [one for one, _ in flat]
    assert np.allclose([score for _, score in chroma], [score for _, score in flat], atol=1e-4)


def test_index_is_kept(tmp_path: Path) -> None:
    """Opened again with the same vectors it is not filled again."""
    indexes = ChromaIndexes(tmp_path)
    answers(indexes)
    client = indexes._client
    assert client is not None
    before = client.get_collection(collection_name("policy@1"), embedding_function=None).id
    assert answers(indexes) == EXPECTED
    assert client.get_collection(collection_name("policy@1"), embedding_function=None).id == before


@pytest.mark.parametrize("damage", ["garbage", "truncated", "deleted"])
def test_broken_files_are_noticed_and_replaced(tmp_path: Path, damage: str) -> None:
    """Random bytes, half files or none: the index answers as before and holds again what it should."""
    indexes = ChromaIndexes(tmp_path)
    answers(indexes)
    for file in files(tmp_path):
        if damage == "garbage":
            file.write_bytes(b"\xff\x13garbage" * 500)
        elif damage == "truncated":
            file.write_bytes(file.read_bytes()[:50])
        else:
            file.unlink()
    indexes.close()
    assert answers(indexes) == EXPECTED
    assert answers(ChromaIndexes(tmp_path)) == EXPECTED


def test_answers_go_on_while_it_breaks_and_it_mends_itself(tmp_path: Path) -> None:
    """An index that breaks under a running server answers by brute force and is made again in the background."""
    index = ChromaIndexes(tmp_path).open("policy@1", "model@1", IDS, VECTORS)
    for file in files(tmp_path):
        file.write_bytes(b"\xff\x13garbage" * 500)
    assert [one for one, _ in index.search(QUESTION, 5)] == EXPECTED
    deadline = time.monotonic() + 60
    while index._collection is None and time.monotonic() < deadline:  # type: ignore[attr-defined]
        time.sleep(0.05)
    assert index._collection is not None  # type: ignore[attr-defined]
    assert [one for one, _ in index.search(QUESTION, 5)] == EXPECTED


@pytest.mark.parametrize("change", ["count", "model", "ids", "vectors", "unfinished"])
def test_stale_index_is_made_again(tmp_path: Path, change: str) -> None:
    """Another count, model, set of ids or vectors, or a filling that was cut off: what is asked for now is found."""
    indexes = ChromaIndexes(tmp_path)
    indexes.open("policy@1", "model@1", IDS, VECTORS)
    client = indexes._client
    assert client is not None
    collection = client.get_collection(collection_name("policy@1"), embedding_function=None)
    ids, vectors, model = list(IDS), VECTORS, "model@1"
    if change == "count":
        collection.delete(ids=[IDS[5]])
    elif change == "model":
        model = "model@2"
    elif change == "ids":
        ids[3] = "第三条"
    elif change == "vectors":
        vectors = unit(7)
    else:
        collection.modify(metadata={"state": "filling"})
    found = indexes.open("policy@1", model, ids, vectors).search(QUESTION, 100)
    assert [one for one, _ in found] == [one for one, _ in FlatIndex(ids, vectors).search(QUESTION, 100)]
    assert client.get_collection(collection_name("policy@1"), embedding_function=None).id != collection.id


def test_collections_do_not_mix(tmp_path: Path) -> None:
    """One collection finds nothing of another."""
    indexes = ChromaIndexes(tmp_path)
    one = indexes.open("case/1", "model@1", IDS[:3], VECTORS[:3])
    other = indexes.open("case/2", "model@1", IDS[3:], VECTORS[3:])
    assert {name for name, _ in one.search(QUESTION, 100)} == set(IDS[:3])
    assert {name for name, _ in other.search(QUESTION, 100)} == set(IDS[3:])


def test_empty_collection(tmp_path: Path) -> None:
    """A collection without passages finds nothing."""
    assert ChromaIndexes(tmp_path).open("empty", "model@1", [], VECTORS[:0]).search(QUESTION, 5) == []
    assert FlatIndexes().open("empty", "model@1", [], VECTORS[:0]).search(QUESTION, 5) == []


def test_server_that_is_not_there_is_answered_by_brute_force() -> None:
    """A Chroma server that is down costs no answer."""
    index = ChromaIndexes(ChromaServer("127.0.0.1", 9)).open("policy@1", "model@1", IDS, VECTORS)
    assert [one for one, _ in index.search(QUESTION, 5)] == EXPECTED


class Server:
    """A real Chroma server on a free port, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1",
                   "--port", str(self.port), "--path", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() is None)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    """Waits for something to hold."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if holds():
                return
        time.sleep(0.05)
    raise AssertionError("it does not come to hold")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "server")
    try:
        running.start()
        yield running
    finally:
        running.stop()


def test_a_server_that_stops_and_comes_back_without_its_data_costs_no_answer(server: Server, tmp_path: Path) -> None:
    """The address is a setting; the index is filled there; without the server answers go on; it is filled again."""
    options = settings.read({"GUOHE_CHROMA": f"127.0.0.1:{server.port}", "GUOHE_HOME": str(tmp_path)})
    assert options.chroma == ChromaServer("127.0.0.1", server.port)
    index = ChromaIndexes(options.chroma, retry=0.2).open("policy@1", "model@1", IDS, VECTORS)

    def search() -> list[str]:
        return [one for one, _ in index.search(QUESTION, 5)]

    def held() -> bool:
        assert search() == EXPECTED
        return index._collection is not None  # type: ignore[attr-defined]

    assert held()
    assert list((tmp_path / "server").iterdir()), "the server holds the index"
    server.stop()
    assert search() == EXPECTED
    assert not held()
    shutil.rmtree(tmp_path / "server")
    server.start()
    until(held)
    import chromadb  # three seconds of whichever process collects this file

    quiet = chromadb.config.Settings(anonymized_telemetry=False)
    client = chromadb.HttpClient("127.0.0.1", server.port, settings=quiet)
    assert client.get_collection(collection_name("policy@1"), embedding_function=None).count() == len(IDS)


def test_folder_that_cannot_be_made_is_answered_by_brute_force(tmp_path: Path) -> None:
    """No place for the index costs no answer."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    index = ChromaIndexes(tmp_path / "file").open("policy@1", "model@1", IDS, VECTORS)
    assert [one for one, _ in index.search(QUESTION, 5)] == EXPECTED


def test_names_are_what_chroma_takes() -> None:
    """Any id becomes a name of letters and digits, different for different ids."""
    names = {collection_name(one) for one in ("案件/一", "案件/二", "", "a" * 1000)}
    assert len(names) == 4
    assert all(name.isalnum() and 3 <= len(name) <= 63 for name in names)


def test_brute_force_imports_no_chroma() -> None:
    """The command line does not pay for what it does not use."""
    code = ("import sys, numpy; from ingestion.indexing.index import FlatIndexes; "
            "FlatIndexes().open('c', 'm', ['a'], numpy.ones((1, 2), 'f4')).search(numpy.ones(2, 'f4'), 1); "
            "sys.exit('chromadb' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_stray_pointer_is_harmless(tmp_path: Path) -> None:
    """The file that names the folder in use may hold anything: nothing outside is opened or removed."""
    outside = tmp_path / "outside"
    outside.mkdir()
    place = tmp_path / "chroma"
    place.mkdir()
    (place / "current").write_text("../outside", encoding="ascii")
    assert answers(ChromaIndexes(place)) == EXPECTED
    assert list(outside.iterdir()) == []
    shutil.rmtree(place)
