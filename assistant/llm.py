"""The language model: any OpenAI-compatible endpoint, behind one small interface, mistrusted.

Nothing is sent unless an endpoint is configured. Whatever it does (refuse, hang, trickle, flood, redirect, answer with
a web page), the caller gets pieces of text or a ModelError within the deadline; it is never retried and no redirect is
followed.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from ingestion.errors import GuoheError, UsageError

_log = logging.getLogger(__name__)
URL, MODEL, KEY, TIMEOUT = "GUOHE_LLM_URL", "GUOHE_LLM_MODEL", "GUOHE_LLM_KEY", "GUOHE_LLM_TIMEOUT"
DEADLINE = 15.0  # seconds for the whole of an answer
_MOST_CHARACTERS = 8_000  # of an answer
_MOST_BYTES = 2_000_000  # of a response, whatever it holds
_MOST_TOKENS = 600
_DONE = object()


class ModelError(GuoheError):
    """The model gave no usable answer; the answer without a model is given instead."""


class LanguageModel(Protocol):
    @property
    def name(self) -> str: ...

    def stream(self, instructions: str, request: str) -> Iterator[str]:
        """Pieces of the model's text as they come; ModelError when there is nothing more to expect."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a model's text; the last may say how many tokens were counted and why it ended ("stop", "length")."""

    text: str
    tokens: int = 0
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the model is. `timeout` is the time for a whole answer in seconds."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = DEADLINE
    most_tokens: int = _MOST_TOKENS
    most_characters: int = _MOST_CHARACTERS


def from_environment(environment: Mapping[str, str] | None = None) -> Settings | None:
    """The settings, or None where no endpoint is configured; UsageError when they cannot be right."""
    values = os.environ if environment is None else environment
    url = values.get(URL, "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"{URL} is {url!r}; it must be an address such as http://127.0.0.1:8081/v1.",
            f"{URL} 为 {url!r}；应为 http://127.0.0.1:8081/v1 这样的地址。",
        )
    model = values.get(MODEL, "").strip()
    if not model:
        raise UsageError(
            f"{URL} is set but {MODEL} is not; name the model to use.",
            f"已设置 {URL}，但未设置 {MODEL}；请写明模型名称。",
        )
    return Settings(url, model, values.get(KEY, "").strip(), _seconds(values.get(TIMEOUT, "")))


def _seconds(text: str) -> float:
    if not text.strip():
        return DEADLINE
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= DEADLINE:
        raise UsageError(
            f"{TIMEOUT} is {text!r}; write seconds, at most {DEADLINE:g}.",
            f"{TIMEOUT} 为 {text!r}；请写秒数，最多 {DEADLINE:g}。",
        )
    return seconds


def connect(settings: Settings | None) -> LanguageModel | None:
    """The model that the settings name; None without settings. Nothing is sent yet."""
    return Endpoint(settings) if settings is not None else None


class Endpoint:
    """A model behind an OpenAI-compatible address, through langchain."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def name(self) -> str:
        return self.settings.model

    def stream(self, instructions: str, request: str) -> Iterator[str]:
        """The model's text, piece by piece, until it ends, the deadline comes or it is too much."""
        for piece in self.converse([("system", instructions), ("user", request)]):
            if piece.text:
                yield piece.text

    def converse(self, messages: Sequence[tuple[str, str]], **options: object) -> Iterator[Piece]:
        """As `stream`, for messages by role, with further fields of the request; what was counted comes, too."""
        ends = time.monotonic() + self.settings.timeout
        pieces: queue.Queue[object] = queue.Queue()
        stop = threading.Event()
        worker = threading.Thread(
            target=self._read, args=(messages, options, pieces, stop), daemon=True, name="model"
        )
        worker.start()
        length = 0
        try:
            while True:
                try:
                    piece = pieces.get(timeout=max(0.0, ends - time.monotonic()))
                except queue.Empty:
                    raise _failed("gave no whole answer in time", "未在规定时间内作答") from None
                if piece is _DONE:
                    return
                if isinstance(piece, BaseException):
                    raise _failed(f"failed ({type(piece).__name__})", f"出错（{type(piece).__name__}）") from piece
                assert isinstance(piece, Piece)  # noqa: S101 - nothing else is put
                length += len(piece.text)
                if length > self.settings.most_characters:
                    raise _failed("did not stop", "不停输出")
                yield piece
        finally:
            stop.set()

    def _read(self, messages: Sequence[tuple[str, str]], options: Mapping[str, object], pieces: queue.Queue[object],
              stop: threading.Event) -> None:
        """Runs apart, so that a deadline holds whatever the endpoint does; it ends when its client is closed."""
        try:
            from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
            from langsmith import tracing_context

            kinds = {"system": SystemMessage, "assistant": AIMessage, "user": HumanMessage}
            with _client(self.settings) as client, tracing_context(enabled=False):
                chat = _chat(self.settings, client)
                for chunk in chat.stream([kinds[role](text) for role, text in messages], **options):
                    if stop.is_set():
                        return
                    piece = _piece(chunk)
                    if piece != Piece(""):
                        pieces.put(piece)
            pieces.put(_DONE)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong there, the answer without a model is given
            _log.warning(
                "the language model at %s failed: %s", urlsplit(self.settings.url).hostname, type(error).__name__
            )
            pieces.put(error)


def _piece(chunk: Any) -> Piece:
    usage = getattr(chunk, "usage_metadata", None) or {}
    ended = (getattr(chunk, "response_metadata", None) or {}).get("finish_reason") or ""
    return Piece(chunk.content if isinstance(chunk.content, str) else "", int(usage.get("total_tokens") or 0),
                 str(ended))


def _chat(settings: Settings, client: Any) -> Any:
    from langchain.chat_models import init_chat_model

    return init_chat_model(
        settings.model,
        model_provider="openai",
        base_url=settings.url,
        api_key=settings.key or "none",
        http_client=client,
        temperature=0,
        max_tokens=settings.most_tokens,
        max_retries=0,
        timeout=settings.timeout,
        stream_usage=False,
    )


def _client(settings: Settings) -> Any:
    """An HTTP client that follows no redirect, takes no proxy from the environment and stops reading a flood."""
    import httpx

    class Capped(httpx.SyncByteStream):
        def __init__(self, stream: httpx.SyncByteStream) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            total, ends = 0, time.monotonic() + settings.timeout
            for block in self._stream:
                total += len(block)
                if total > _MOST_BYTES or time.monotonic() > ends:
                    raise httpx.ReadError("the response does not end")
                yield block

        def close(self) -> None:
            self._stream.close()

    class Transport(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            if response.is_redirect:
                response.close()
                raise httpx.RemoteProtocolError("redirects are not followed")
            assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - what a transport's response holds
            return httpx.Response(
                response.status_code,
                headers=response.headers,
                stream=Capped(response.stream),
                extensions=response.extensions,
            )

    return httpx.Client(
        transport=Transport(retries=0), follow_redirects=False, trust_env=False, timeout=settings.timeout
    )


def _failed(english: str, chinese: str) -> ModelError:
    return ModelError(
        f"the language model {english}; the answer without a model is given.",
        f"语言模型{chinese}；给出不用模型的回答。",
    )
