"""python -m tests.bench.learn_headers: learns `ingestion/language/headers.json` from the headers of `headers.yaml`."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from ingestion.facts.scanning.headers import SCALE, characters
from ingestion.language import ROOT, load

RIDGE = 0.2
SMALLEST = 15  # hundredths of a weight that is kept: fewer tell unseen headers no better


def labelled() -> dict[str, frozenset[str]]:
    """Each header with the roles that it gives."""
    return {header: frozenset(roles.split()) - {"none"}
            for roles, headers in load("headers").items() for header in headers}


def learn(headers: Mapping[str, frozenset[str]]) -> dict[str, object]:
    """For each role the weights of runs of characters, a ridge regression on 1 and -1 in its dual form."""
    roles = sorted(frozenset().union(*headers.values()))
    runs = {run: place for place, run in enumerate(sorted({run for header in headers for run in characters(header)}))}
    rows = np.zeros((len(headers), len(runs) + 1))
    rows[:, -1] = 1
    for row, header in zip(rows, headers, strict=True):
        places = [runs[run] for run in characters(header)]
        row[places] = 1 / np.sqrt(len(places))
    told = np.array([[1.0 if role in own else -1.0 for role in roles] for own in headers.values()])
    weights = rows.T @ np.linalg.solve(rows @ rows.T + RIDGE * np.eye(len(rows)), told)
    whole = np.rint(weights * SCALE).astype(int)
    kept = {run: {str(place): int(whole[n, place]) for place in np.flatnonzero(abs(whole[n]) >= SMALLEST)}
            for run, n in runs.items()}
    return {"roles": roles, "base": whole[-1].tolist(), "runs": {run: told for run, told in kept.items() if told}}


def main() -> None:
    """Writes what is learned beside the headers."""
    said = json.dumps(learn(labelled()), ensure_ascii=False, separators=(",", ":"))
    (ROOT / "headers.json").write_text(said.replace("},", "},\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
