"""What questions like this one were about: learned from a policy folder's examples, a second opinion beside its words.

`examples.yaml` holds questions as people put them, each with the clauses that settle it or the gap that it falls into.
`python -m assistant.learning.training FOLDER` makes `examples.npz` of it: for every feature of a question (its
characters and pairs of them, its English words, the subjects and kinds of question that are found in it) what it says
for every label. A question's scores are the sum over its features, near 1 for what the examples are certain of and near
0 for what they know nothing of. A policy without the file has no such opinion.
"""
from __future__ import annotations

import math
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant.questions import aspects
from assistant.questions.term_spotting import stem
from assistant.questions.topics import Subject
from assistant.questions.understanding import Part
from ingestion.errors import PolicyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

EXAMPLES, FILE = "examples.yaml", "examples.npz"
GAP: Final = "gap:"             # before the id of a gap, in labels
SEVERAL: Final = "several"      # the label of questions that more than one clause settles
_WORDING: Final = 0.6           # the share of the wording; the rest is what was found in the question
BROKEN: Final = (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile)   # what reading a spoiled file raises
_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z]+|\d+")



def wording(part: Part) -> Counter[str]:
    """The characters, pairs of characters, words and figures of a question."""
    found: Counter[str] = Counter()
    for run in _RUN.findall(part.text):
        if "\u4e00" <= run[0] <= "\u9fff":
            found.update(run)
            found.update(run[place:place + 2] for place in range(len(run) - 1))
        else:
            found[stem(run) if run[0].isalpha() else run] += 1
    return found


def findings(part: Part, subjects: Mapping[str, Subject]) -> Counter[str]:
    """What was found in a question: subjects and pairs of them, kinds of question, what is asked for of the thing
    (`assistant.questions.aspects`), gaps, and that something in it is strange.
    """
    found = Counter(f"subject {name}" for name in part.found)
    telling = sorted(name for name in part.found if subjects[name].weight)
    found.update(f"subjects {one}, {other}" for one, other in combinations(telling, 2))
    found.update(f"asks {name}" for name in part.asks)
    found.update(f"aspect {one.id}" for one in aspects.asked(part.text))
    found.update(f"gap {name}" for name in part.gaps)
    if part.strange:
        found["strange"] = 1
    return found


def vector(part: Part, subjects: Mapping[str, Subject], weights: Mapping[str, float]) -> dict[str, float]:
    """The features that `weights` knows, of length one together: how often, weighed by how few examples have it."""
    features: dict[str, float] = {}
    for counts, share in ((wording(part), _WORDING), (findings(part, subjects), 1 - _WORDING)):
        some = {name: (1 + math.log(count)) * weights[name] for name, count in counts.items() if name in weights}
        length = math.sqrt(sum(value * value for value in some.values()))
        features |= {name: value * math.sqrt(share) / length for name, value in some.items()}
    return features


class Likeness:
    """The learned opinion. `rarity` is one number a feature, `says` one row a feature with one column a label."""

    def __init__(self, subjects: Mapping[str, Subject], labels: Sequence[str], features: Sequence[str],
                 rarity: Floats, says: Floats) -> None:
        self._subjects, self.labels = subjects, tuple(labels)
        self._places = {name: place for place, name in enumerate(features)}
        self._rarity = dict(zip(features, map(float, rarity), strict=True))
        self._says = says

    def scores(self, part: Part) -> dict[str, float]:
        """What speaks for each clause (by its reference) and each gap (GAP and its id)."""
        import numpy as np

        features = vector(part, self._subjects, self._rarity)
        if not features:
            return {}
        rows = self._says[[self._places[name] for name in features]]
        sums = np.asarray(list(features.values()), np.float32) @ rows
        return {label: round(float(value), 4) for label, value in zip(self.labels, sums, strict=True)}


def load(folder: Path, subjects: Mapping[str, Subject]) -> Likeness | None:
    """The opinion of the policy in `folder`, None where none was learned; a broken file is a PolicyError."""
    import numpy as np

    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as held:
            labels, features = (str(held[name]).split("\n") for name in ("labels", "features"))
            says = held["says"].astype(np.float32) * held["scale"]
            return Likeness(subjects, labels, features, held["rarity"].astype(np.float32), says)
    except BROKEN as error:
        raise PolicyError(f"{FILE} cannot be used ({error}); make it again: "
                          f"python -m assistant.learning.training {folder}",
                          f"{FILE} 无法使用（{error}），请重新生成：python -m assistant.learning.training {folder}",
                          FILE) from None
