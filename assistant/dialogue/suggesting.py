"""Questions worth asking: of what is open or failed in an application, or of a base type's conditions."""
from __future__ import annotations

from assistant.wording.answer_words import Say
from ingestion.domain import Assessment, Outcome
from ingestion.policies.policy import Policy

MOST = 4


def questions(policy: Policy, assessment: Assessment | None, language: str) -> tuple[str, ...]:
    """At most four questions that can be answered, in the language asked for."""
    say = Say(language)
    if assessment is None:
        counted = [one for one in policy.criteria if one.bar is not None and policy.wordings[one.id].measure]
        shown: dict[str, str] = {}
        for one in counted:      # one for each base type
            base = next((each for each in policy.base_types if one.citation.split("（")[0] in each.articles), None)
            if base is not None:
                shown.setdefault(base.id, say("suggest_bar", type=say.pick(base.label, base.label_en),
                                              label=say.pick(one.label, one.label_en)))
        return tuple(shown.values())[:MOST]
    found = []
    for outcome, name in ((Outcome.NOT_MET, "suggest_why"), (Outcome.INSUFFICIENT, "suggest_missing")):
        found += [say(name, label=say.pick(one.criterion.label, one.criterion.label_en))
                  for one in assessment.findings if one.outcome is outcome and one.criterion.required][:2]
    keys = [key for key, left in assessment.exclusions.items() if left and key in assessment.facts
            and policy.facts.facts[key].kind == "count"]
    found += [say("suggest_left_out", label=say.pick(policy.facts.facts[key].label, policy.facts.facts[key].label_en))
              for key in keys[:1]]
    return (*found, say("suggest_overall"))[:MOST]
