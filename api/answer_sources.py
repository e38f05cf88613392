"""What answers rest on in this installation: the retriever over the policy, and the language model, if one is set."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.llm import LanguageModel
    from assistant.retrieving.retrieval import Retriever
    from ingestion.policies.policy import Policy


def retriever(policy: Policy, progress: Callable[[int, int], None] | None = None) -> Retriever:
    """By words and by meaning; the policy's vectors are made at the first question and kept."""
    from assistant.questions import vocabulary
    from assistant.retrieving.retrieval import Retriever
    from ingestion.indexing import chunking, settings

    options = settings.read()
    passages = chunking.policy_passages(policy.id, policy.text, policy.chapters, policy.articles)
    found = Retriever(f"policy-{policy.sha256[:16]}", passages, vocabulary=vocabulary.load(policy.root, policy.text),
                      embedder=options.embedder(), store=options.store(), indexes=options.indexes())
    found.prepare(progress)
    return found


def model() -> LanguageModel | None:
    """The model that the environment names (GUOHE_LLM_URL, GUOHE_LLM_MODEL); None without."""
    from assistant import llm

    return llm.connect(llm.from_environment())
