"""How well and how fast passages are found: hybrid, BM25 alone and meaning alone, in one run.

    python -m tests.bench.bench_retrieval [--sizes 1000 10000 60000] [--queries-number 200] [--embed-up-to 1000]
    python -m tests.bench.bench_retrieval --corpus C.jsonl --queries Q.jsonl --qrels R.tsv

Without files it makes a corpus of measures of many cities (each passage has many neighbours that differ in one
thing), and asks for passages in other words, with slips, in traditional characters and in English. Up to `--embed-
up-to` passages are embedded with the bundled model, beyond that vectors are random: the times are then real and
there is no quality to report. `p95 cpu` counts what the processors spent on a query, which other work on the machine
changes little. qrels: query id, passage id a line, between tabs. Goals with 60,000 passages on two
cores: p95 below 50 ms lexical, 150 hybrid.
"""
from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import numpy as np

from assistant.retrieving import corpus as corpora
from assistant.retrieving.corpus import Corpus, Id, Searcher
from ingestion.indexing import embedding
from ingestion.indexing.lexical import LexicalIndex, best
from ingestion.language.characters import simplified
from tests.bench.generated import passages_and_questions

Ranking = Sequence[tuple[int, float]]
TOP = 100


@dataclass(frozen=True)
class Measured:
    """Shares of queries whose passage is among the first, and milliseconds a query, by the clock and of processors."""

    at: Mapping[int, float]
    reciprocal: float
    milliseconds: Sequence[float]
    of_processors: Sequence[float]

    def line(self, name: str, *, quality: bool) -> str:
        cuts, busy = quantiles(self.milliseconds, n=20), quantiles(self.of_processors, n=20)
        found = "  ".join(f"{self.at[count]:.3f}" for count in (1, 10, 100)) + f"  {self.reciprocal:.3f}"
        shown = found if quality else "  -      -      -      -  "
        a_second = 1000 / np.mean(self.milliseconds)
        return f"  {name:8}  {shown}  {a_second:9.1f}  {cuts[9]:6.1f}  {cuts[18]:6.1f}  {busy[18]:7.1f}"


def measure(questions: Sequence[tuple[str, set[int]]], search: Callable[[str], Ranking]) -> Measured:
    at, reciprocal = dict.fromkeys((1, 10, 100), 0.0), 0.0
    milliseconds, of_processors = [], []
    for text, relevant in questions:
        started, busy = time.perf_counter(), time.process_time()
        found = [place for place, _ in search(text)]
        milliseconds.append((time.perf_counter() - started) * 1000)
        of_processors.append((time.process_time() - busy) * 1000)
        for count in at:
            at[count] += len(relevant & set(found[:count])) / min(len(relevant), count)
        reciprocal += next((1 / rank for rank, place in enumerate(found[:10], 1) if place in relevant), 0.0)
    return Measured({count: value / len(questions) for count, value in at.items()}, reciprocal / len(questions),
                    milliseconds, of_processors)


def bench(corpus: Corpus, questions: Sequence[tuple[str, set[int]]], folder: Path, *, real: bool) -> None:
    """One size: build, ask three ways, print."""
    size, model = len(corpus.ids), embedding.bundled()
    started = time.perf_counter()
    index = LexicalIndex.build(corpus.texts, corpus.titles, corpora.TITLE_WEIGHT)
    indexing = time.perf_counter() - started
    index.save(folder / "words", "bench")
    loaded = LexicalIndex.load(folder / "words", "bench")
    if model is None or loaded is None:
        raise SystemExit("the bundled model or the saved index cannot be used here")
    searcher = Searcher(corpus, loaded)
    started = time.perf_counter()
    if real:
        searcher.embed(corpora.Plan(tuple(range(size)), 192, whole=True), model, folder, corpora.silent)
    else:
        rows = np.random.default_rng(1).normal(size=(size, model.dimension))
        searcher.use(np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32), model)
    embedding_time = time.perf_counter() - started
    first = questions[0][0]
    searcher.search(searcher.by_words(first), model.query(first), TOP)  # maps files, loads the model

    def meaning(text: str) -> Ranking:
        return best(searcher.cosines(model.query(simplified(text))), TOP)

    def hybrid(text: str) -> Ranking:
        return searcher.search(searcher.by_words(text), model.query(simplified(text)), TOP)

    how = f"embedded in {embedding_time:.1f} s" if real else "RANDOM vectors: times only"
    print(f"{size:,} passages: words indexed in {indexing:.1f} s, {how}, {_megabytes():.0f} MB")
    print("            R@1    R@10   R@100  MRR@10  queries/s  p50 ms  p95 ms  p95 cpu")
    print(measure(questions, lambda text: searcher.by_words(text)[:TOP]).line("BM25", quality=True))
    print(measure(questions, meaning).line("meaning", quality=real))
    print(measure(questions, hybrid).line("hybrid", quality=real), flush=True)


def generated(size: int, number: int) -> tuple[Corpus, list[tuple[str, set[int]]]]:
    passages, questions = passages_and_questions(size, number, random.Random(20240615))
    made = Corpus(tuple(range(size)), tuple(one.title for one in passages), tuple(one.text for one in passages), "")
    return made, [(text, {place}) for text, place in questions]


def given(options: argparse.Namespace) -> tuple[Corpus, list[tuple[str, set[int]]]]:
    read = corpora.read_corpus(options.corpus)
    places = {str(name): place for place, name in enumerate(read.ids)}
    relevant: dict[str, set[int]] = {}
    for line in options.qrels.read_text(encoding="utf-8").splitlines():
        query, passage, *rest = line.split("\t")
        if passage in places and (not rest or float(rest[-1]) > 0):
            relevant.setdefault(query, set()).add(places[passage])
    queries: list[tuple[Id, str]] = corpora.read_queries(options.queries)
    return read, [(text, relevant[str(name)]) for name, text in queries if str(name) in relevant]


def _megabytes() -> float:
    """What this process holds now."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), float("nan"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 60_000])
    parser.add_argument("--queries-number", type=int, default=200)
    parser.add_argument("--embed-up-to", type=int, default=1_000)
    for name in ("--corpus", "--queries", "--qrels"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    if options.corpus:
        sets = iter([given(options)])
    else:
        sets = map(generated, options.sizes, itertools.repeat(options.queries_number))
    for corpus, questions in sets:
        with tempfile.TemporaryDirectory() as folder:
            bench(corpus, questions, Path(folder), real=bool(options.corpus) or len(corpus.ids) <= options.embed_up_to)


if __name__ == "__main__":
    main()
