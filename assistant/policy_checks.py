"""Every mistake in a policy folder: in its text, its facts and criteria, and in what it says about questions.

`guohe policy check` and a new version in the web application are held against these very checks.
"""
from __future__ import annotations

from pathlib import Path

from assistant import topics, vocabulary
from ingestion import policy
from ingestion.errors import PolicyError
from ingestion.policy_files import Problem


def check(folder: Path) -> list[Problem]:
    """By file and line; empty when the folder can be used for everything."""
    problems = policy.check(folder)
    if problems:
        return problems
    sound = policy.load(folder)
    try:
        topics.load(sound)
    except PolicyError as error:
        return [Problem(error.file, max(1, error.line), str(error).removeprefix(f"{error.file}:{error.line}: "),
                        error.chinese.removeprefix(f"{error.file} 第{error.line}行："))]
    return vocabulary.check(folder, sound.text)
