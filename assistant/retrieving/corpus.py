"""The retriever over any corpus: JSON lines in, ranked ids out (`guohe retrieve`).

The lexical index of a corpus takes seconds, its vectors take minutes to hours (about 2,000 tokens a second on two
cores). So a budget decides, before anything is embedded: the whole corpus where it fits, whole or cut to its first
tokens; otherwise what the words bring forward for these queries, the first candidates of every query first. What has
been embedded is kept beside the index by the corpus's content, so that a second run, or one that was interrupted,
goes on from there. The budget is in tokens and not in minutes: the same files give the same results on any machine.
"""
from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from assistant.retrieving.retrieval import combined, nearness
from ingestion.errors import UsageError
from ingestion.indexing import embedding, settings
from ingestion.indexing.embedding import Embedder, EmbeddingError
from ingestion.indexing.lexical import LexicalIndex, best
from ingestion.indexing.vectors import VectorFile
from ingestion.language.characters import simplified

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]  # done, of how many, what
Id = str | int

TITLE_WEIGHT: Final = 1.0
_DEPTH: Final = 200               # passages that each way brings forward
_TOKENS_A_MINUTE: Final = 120_000  # on two cores
_WHOLE, _CUT = 512, 192           # tokens of a passage that are read
_FEWEST: Final = 10               # candidates of a query that are embedded whatever the budget says
_AT_ONCE: Final = 256             # passages between two notes of progress


@dataclass(frozen=True, slots=True)
class Corpus:
    """`digest` is of the file's bytes."""

    ids: tuple[Id, ...]
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    digest: str

    def embedded(self, place: int) -> str:
        return simplified(f"{self.titles[place]}\n{self.texts[place]}" if self.titles[place] else self.texts[place])


@dataclass(frozen=True, slots=True)
class Plan:
    """What is embedded: these passages, of each so many tokens; `whole` when it is the corpus."""

    places: tuple[int, ...]
    limit: int
    whole: bool


def run(corpus_path: Path, queries_path: Path, out_path: Path, top: int = 100, progress: Progress | None = None, *,
        options: settings.Settings | None = None, embedder: Embedder | None = None) -> None:
    """Write one line a query: {"id", "ranked": [[id, score], …]}, the best first, at most `top`.

    `embedder` stands for the one in the settings. A line that cannot be used is a UsageError with file and line.
    """
    options = options or settings.read()
    report = progress or silent
    corpus, queries = read_corpus(corpus_path), read_queries(queries_path)
    folder = options.corpora / corpus.digest[:32]
    index = lexical_index(corpus, folder, report)
    searcher = Searcher(corpus, index)
    found = [searcher.by_words(text) for _, text in queries]
    embedder = embedder or options.embedder()
    if embedder is not None and corpus.ids:
        plan = planned(corpus, [[place for place, _ in one] for one in found], options.retrieve_minutes)
        try:
            searcher.embed(plan, embedder, folder, report)
        except EmbeddingError as error:
            log.warning("%s; retrieval is lexical only", error)
    with _replacing(out_path) as out:
        for start in range(0, len(queries), _AT_ONCE):
            some = queries[start:start + _AT_ONCE]
            vectors = searcher.vectors([text for _, text in some])
            for number, (name, _) in enumerate(some):
                vector = vectors[number] if vectors is not None else None
                best_places = searcher.search(found[start + number], vector, top)
                ranked = [[corpus.ids[place], score] for place, score in best_places]
                out.write(json.dumps({"id": name, "ranked": ranked}, ensure_ascii=False) + "\n")
            report(start + len(some), len(queries), "检索 / searching")


class Searcher:
    """Searches a corpus by words, and by meaning as far as it is embedded."""

    def __init__(self, corpus: Corpus, index: LexicalIndex) -> None:
        self._corpus, self._index = corpus, index
        self._embedder: Embedder | None = None
        self._vectors: VectorFile | None = None
        self._whole = False

    def by_words(self, text: str) -> list[tuple[int, float]]:
        """The places of the passages that share most with `text`, and how much of it each covers."""
        return best(self._index.coverage(text), _DEPTH, above=0.0)

    def embed(self, plan: Plan, embedder: Embedder, folder: Path, report: Progress) -> None:
        """Embed what the plan says and the file does not hold yet."""
        model = hashlib.sha256(f"{embedding.key(embedder)}/{plan.limit}".encode()).hexdigest()[:16]
        vectors = VectorFile.open(folder / f"vectors-{model}", len(self._corpus.ids), embedder.dimension)
        missing = [place for place in plan.places if not vectors.has(place)]
        what = "计算全部段落向量" if plan.whole else "计算候选段落向量"
        what_en = "embedding all passages" if plan.whole else "embedding the candidates only, the corpus is large"
        for start in range(0, len(missing), _AT_ONCE):
            report(start, len(missing), f"{what} / {what_en}")
            some = missing[start:start + _AT_ONCE]
            vectors.put(some, embedder.passages([self._corpus.embedded(place) for place in some], plan.limit))
        self._embedder, self._vectors, self._whole = embedder, vectors, plan.whole

    def use(self, rows: Floats, embedder: Embedder) -> None:
        """Search these vectors, one a passage, from now on."""
        self._vectors = VectorFile.in_memory(rows)
        self._embedder, self._whole = embedder, True

    def cosines(self, vector: Floats) -> Floats:
        """With every passage; 0 where nothing is embedded."""
        import numpy as np

        return np.zeros(len(self._corpus.ids), np.float32) if self._vectors is None else self._vectors.cosines(vector)

    def vectors(self, texts: Sequence[str]) -> Floats | None:
        """The vectors of queries; None where meaning is not searched."""
        if self._embedder is None:
            return None
        try:
            return self._embedder.queries([simplified(text) for text in texts])
        except EmbeddingError as error:
            log.warning("%s; these queries are looked up by their words", error)
            return None

    def search(self, by_words: Sequence[tuple[int, float]], vector: Floats | None, top: int) -> list[tuple[int, float]]:
        """The best places with their scores, of a query for which `by_words` and `vectors` gave these."""
        words = dict(by_words)
        near = self._near(vector, words) if vector is not None else None
        if near is None:
            return sorted(words.items(), key=lambda one: (-one[1], one[0]))[:top]
        scores = {place: combined(words.get(place, 0.0), near.get(place)) for place in {*words, *near}}
        return sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:top]

    def _near(self, vector: Floats, words: Mapping[int, float]) -> dict[int, float] | None:
        """The nearness of the nearest passages and of those found by words; the unread are taken for the least near."""
        if self._embedder is None or self._vectors is None:
            return None
        embedder, vectors = self._embedder, self._vectors
        if self._whole:
            cosines = vectors.cosines(vector)
            nearest = best(cosines, _DEPTH)
            found = {place: float(cosines[place]) for place in words} | dict(nearest)
        else:
            known = [place for place in words if vectors.has(place)]
            found = dict(zip(known, vectors.cosines(vector, known).tolist(), strict=True))
            least = min(found.values(), default=embedder.unrelated)
            found = {place: found.get(place, least) for place in words}
        return {place: nearness(embedder, cosine) for place, cosine in found.items()}


def planned(corpus: Corpus, candidates: Sequence[Sequence[int]], minutes: float) -> Plan:
    """What can be embedded in about `minutes`; `candidates` are what the words found for each query, the best first."""
    budget = minutes * _TOKENS_A_MINUTE
    lengths = [_tokens(text) + _tokens(title) for text, title in zip(corpus.texts, corpus.titles, strict=True)]
    everything = tuple(range(len(lengths)))
    for limit in (_WHOLE, _CUT):
        if sum(min(length, limit) for length in lengths) <= budget:
            return Plan(everything, limit, whole=True)
    chosen: dict[int, None] = {}
    spent = 0
    for rank in range(max(map(len, candidates), default=0)):
        row = dict.fromkeys(places[rank] for places in candidates if rank < len(places))
        fresh = [place for place in row if place not in chosen]
        spent += sum(min(lengths[place], _CUT) for place in fresh)
        if spent > budget and rank >= _FEWEST:
            break
        chosen.update(dict.fromkeys(fresh))
    return Plan(tuple(chosen), _CUT, whole=False)


def lexical_index(corpus: Corpus, folder: Path, report: Progress) -> LexicalIndex:
    """The corpus's index, from its cache where that is sound."""
    place = folder / "words"
    index = LexicalIndex.load(place, corpus.digest)
    if index is not None and index.size == len(corpus.ids):
        return index
    report(0, len(corpus.ids), "建立词面索引 / building the lexical index")
    index = LexicalIndex.build(corpus.texts, corpus.titles, TITLE_WEIGHT)
    try:
        index.save(place, corpus.digest)
    except OSError as error:
        log.warning("the lexical index cannot be kept in %s (%s)", place, error.strerror)
    return index


def read_corpus(path: Path) -> Corpus:
    """Lines with id, title (may be missing) and text; ids must differ."""
    ids: dict[Id, None] = {}
    titles, texts = [], []
    state = hashlib.sha256()
    for number, row in _rows(path, state):
        name = _id(row, path, number)
        if name in ids:
            raise _wrong(path, number, f"the id {name!r} stands on an earlier line too", f"编号 {name} 与前面某行重复")
        ids[name] = None
        titles.append(_text(row, "title", path, number, required=False))
        texts.append(_text(row, "text", path, number))
    return Corpus(tuple(ids), tuple(titles), tuple(texts), state.hexdigest())


def read_queries(path: Path) -> list[tuple[Id, str]]:
    """Lines with id and text."""
    return [(_id(row, path, number), _text(row, "text", path, number)) for number, row in _rows(path)]


def _rows(path: Path, state: Any = None) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Number and content of each line of a corpus; PathError names the line that is broken."""
    import msgspec

    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if state is not None:
                    state.update(line)
                bare = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
                if not bare:
                    continue
                try:
                    row = msgspec.json.decode(bare)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise _wrong(path, number, f"no JSON ({error})", "不是合法的 JSON") from None
                if not isinstance(row, dict):
                    raise _wrong(path, number, "no JSON object", "不是 JSON 对象")
                yield number, row
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read ({error.strerror}); name a file of JSON lines",
                         f"无法读取 {path}（{error.strerror}），请指定每行一个 JSON 对象的文件") from None


def _id(row: Mapping[str, Any], path: Path, number: int) -> Id:
    name = row.get("id", row.get("_id"))
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        raise _wrong(path, number, "its id is missing or no text or number", "缺少 id，或 id 不是文本或整数")
    return name


def _text(row: Mapping[str, Any], key: str, path: Path, number: int, *, required: bool = True) -> str:
    value = row.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise _wrong(path, number, f"its {key} is missing or no text", f"缺少 {key}，或 {key} 不是文本")
    return value.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text


def _wrong(path: Path, number: int, english: str, chinese: str) -> UsageError:
    return UsageError(f"{path.name}:{number}: {english}; mend or remove the line",
                      f"{path.name} 第{number}行：{chinese}，请修改或删除该行")


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    """A file that takes its place when it is whole."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as out:
            yield out
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written ({error.strerror}); name another file",
                         f"无法写入 {path}（{error.strerror}），请换一个文件名") from None
    finally:
        temporary.unlink(missing_ok=True)


def _tokens(text: str) -> int:
    """About how many tokens a text has: 3 to 2 Chinese characters, 1 to 4 Latin letters."""
    size = len(text.encode("utf-8", "replace"))
    return size // 4 + (size - len(text)) // 12 + 1


def silent(done: int, total: int, name: str) -> None:
    """For callers who do not watch."""
