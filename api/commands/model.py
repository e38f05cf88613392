"""guohe model check: the reading exam of the configured language model."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api.terminal import outputs
from api.terminal.console import Console
from api.terminal.options import add_common, policy_of, trouble

if TYPE_CHECKING:
    from assistant.second_reader.exam.examined import Examined, Score
    from assistant.second_reader.exam.sitting import Result
    from ingestion.domain import Interval
    from ingestion.policies.policy import Policy

NOT_PASSED = 1
SAID = ("unusable", "late")   # why there is no interval


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    actions = parser.add_subparsers(title=words["commands"], metavar=words["command"], dest="action", required=True)
    check = actions.add_parser("check", help=words["model_check"], description=words["model_check"])
    add_common(check, words)
    check.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """0 the model passed and may read, 1 it did not; errors mean that it could not be examined."""
    from assistant.llm import ModelError
    from assistant.second_reader import configured
    from assistant.second_reader.exam import examined
    from assistant.second_reader.exam import sitting as exam

    outputs.check_target(options.json)
    policy, model = policy_of(options.policy), configured.model()
    try:
        result = exam.take(policy, model, console.progress)
    except ModelError as error:
        console.clear()
        raise trouble("exam_no_answer", model=model.name, kind=type(error.__cause__ or error).__name__) from error
    record = exam.record(result, policy)
    console.clear()
    try:
        examined.keep(record)
    except OSError as error:
        console.warn(console.text("exam_not_kept", reason=error.strerror))
    if options.json:
        outputs.write_json(_json(result, record, policy), options.json)
    if options.json != outputs.STANDARD_OUTPUT:
        _show(result, record, policy, console)
    return 0 if result.passed else NOT_PASSED


def _show(result: Result, record: Examined, policy: Policy, console: Console) -> None:
    """The exam's result for people: facts, mistakes, totals, what the model may do for it."""
    specs = policy.facts.facts
    lines = [console.text("exam_fact", fact=console.pick(specs[key].label, specs[key].label_en),
                          right=score.right, all=score.all, first=_of(result.first.get(key)))
             for key, score in sorted(result.second.items())]
    lines += [console.text("exam_mistake", text=one.text, fact=one.fact, known=_bounds(one.known),
                           found=console.text(f"exam_{one.reason}") if one.reason in SAID else _bounds(one.found))
              for one in result.mistakes]
    right, all_ = result.total().right, result.total().all
    lines.append(console.text("exam_total", model=result.model, right=right, all=all_, score=f"{record.score:.3f}",
                              first=f"{record.first:.3f}", read=result.read, texts=result.texts,
                              obeyed=len(result.obeyed), requests=result.requests, tokens=result.tokens,
                              estimated=console.text("exam_estimated") if result.estimated else "",
                              seconds=result.seconds))
    lines.append(console.text(f"exam_{'leads' if record.may_lead else 'reads' if result.passed else result.why}",
                              texts=console.text("exam_between").join(result.obeyed),
                              deadline=f"{result.deadline:g}"))
    sys.stdout.write("\n".join(lines) + "\n")


def _of(score: Score | None) -> str:
    return f"{score.right}/{score.all}" if score is not None else "-"


def _bounds(one: Interval | None) -> str:
    if one is None:
        return "-"
    return str(one.low) if one.low == one.high else f"{one.low}..{'' if one.high is None else one.high}"


def _json(result: Result, record: Examined, policy: Policy) -> dict[str, Any]:
    """The exam's result as `guohe model check --json` writes it."""
    from assistant.second_reader.asking import request

    return {
        "model": result.model, "prompt": request.PROMPT, "prompts_sha256": record.prompts_hash,
        "policy": {"id": policy.id, "version": policy.version, "sha256": policy.sha256},
        "policy_hash": record.policy_hash, "taken": record.taken.isoformat(),
        "passed": result.passed, "why": result.why, "may_lead": record.may_lead, "stopped": record.stopped,
        "score": record.score, "first": record.first, "texts": result.texts, "read": result.read,
        "facts": {key: _score(score) | {"first": _score(result.first.get(key))}
                  for key, score in sorted(result.second.items())},
        "total": _score(result.total()) | {"first": _score(result.total(first=True))},
        "obeyed": result.obeyed,
        "mistakes": [{"text": one.text, "fact": one.fact, "known": _pair(one.known), "found": _pair(one.found),
                      "reason": one.reason} for one in result.mistakes],
        "requests": result.requests, "tokens": result.tokens, "tokens_estimated": result.estimated,
        "seconds": result.seconds, "deadline": result.deadline,
    }


def _score(score: Score | None) -> dict[str, Any]:
    return {"right": score.right, "all": score.all} if score is not None else {"right": 0, "all": 0}


def _pair(one: Interval | None) -> dict[str, int | None] | None:
    return {"low": one.low, "high": one.high} if one is not None else None
