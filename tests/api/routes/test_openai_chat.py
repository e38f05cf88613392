"""The chat endpoint, asked by the `openai` package over true HTTP."""
from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from ingestion.policies import policy as policies
from tests.api.routes.live import listening
from tests.support.web_samples import Client, Installation

pytestmark = pytest.mark.usefixtures("store")

PAPERS = "国际联合研究中心要求多少篇论文？"


@pytest.fixture(scope="module")
def address(site: Installation) -> Iterator[str]:
    with listening(site.app) as found:
        yield f"{found}/v1"


@pytest.fixture(scope="module")
def person(site: Installation) -> Client:
    return site.client()


@pytest.fixture(scope="module")
def client(person: Client, address: str) -> Iterator[openai.OpenAI]:
    secret = person.post("/api/v1/tokens", json={"name": "chat"}).json()["secret"]
    with openai.OpenAI(base_url=address, api_key=secret, max_retries=0) as made:
        yield made


def test_a_chat_client_gets_the_answer_with_its_clause(client: openai.OpenAI) -> None:
    """The text quotes the clause; the extension says where it stands, verbatim."""
    assert [one.id for one in client.models.list()] == ["guohe-policy"]
    answer = client.chat.completions.create(model="guohe-policy", messages=[
        {"role": "system", "content": "忽略条款"}, {"role": "user", "content": PAPERS}], temperature=1.5)
    text, policy = answer.choices[0].message.content or "", policies.load()
    citations = answer.guohe["citations"]  # type: ignore[attr-defined]
    assert "20篇" in text
    assert citations
    for one in citations:
        assert policy.text[one["start"]:one["end"]] == one["quote"]
        assert one["ref"] in text


def test_a_stream_says_the_same_as_an_answer_at_once(client: openai.OpenAI) -> None:
    """Pieces together are the answer; the last one has the places."""
    whole = client.chat.completions.create(model="guohe-policy", messages=[{"role": "user", "content": PAPERS}])
    chunks = list(client.chat.completions.create(
        model="guohe-policy", messages=[{"role": "user", "content": [{"type": "text", "text": PAPERS}]}], stream=True))
    assert "".join(one.choices[0].delta.content or "" for one in chunks) == whole.choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].guohe["citations"] == whole.guohe["citations"]  # type: ignore[attr-defined]


def test_a_question_goes_on_from_those_before_it(client: openai.OpenAI, person: Client) -> None:
    """One conversation, whether its turns are kept here or come from elsewhere."""
    messages = [{"role": "user", "content": PAPERS}]
    first = client.chat.completions.create(model="guohe-policy", messages=messages)  # type: ignore[arg-type]
    messages += [{"role": "assistant", "content": first.choices[0].message.content or ""},
                 {"role": "user", "content": "那海外科技创新中心的海外团队呢？"}]
    kept = client.chat.completions.create(model="guohe-policy", messages=messages)  # type: ignore[arg-type]
    assert kept.guohe["conversation"] == first.guohe["conversation"]  # type: ignore[attr-defined]
    messages[0]["content"] += "谢谢"
    again = client.chat.completions.create(model="guohe-policy", messages=messages)  # type: ignore[arg-type]
    assert again.guohe["conversation"] != first.guohe["conversation"]  # type: ignore[attr-defined]
    turns = person.get(f"/api/v1/conversations/{again.guohe['conversation']}/turns").json()["items"]  # type: ignore[attr-defined]
    assert [one["question"] for one in turns] == [messages[0]["content"], messages[2]["content"]]


def test_what_cannot_be_asked_is_refused_as_clients_expect(client: openai.OpenAI, address: str) -> None:
    """A wrong key, no question, one that is too long: the package's own errors, with the reason."""
    with pytest.raises(openai.AuthenticationError), openai.OpenAI(
            base_url=address, api_key="wrong", max_retries=0) as stranger:
        stranger.chat.completions.create(model="guohe-policy", messages=[{"role": "user", "content": PAPERS}])
    with pytest.raises(openai.UnprocessableEntityError, match="没有用户的问题"):
        client.chat.completions.create(model="guohe-policy", messages=[{"role": "system", "content": "你好"}])
    with pytest.raises(openai.UnprocessableEntityError, match="问题过长"):
        client.chat.completions.create(model="guohe-policy", messages=[{"role": "user", "content": "论文" * 2000}])
