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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from ingestion.errors import GuoheError, UsageError

_log = logging.getLogger(__name__)
URL, MODEL, KEY, TIMEOUT = "GUOHE_LLM_URL", "GUOHE_LLM_MODEL", "GUOHE_LLM_KEY", "GUOHE_LLM_TIMEOUT"
TOOLS, TOKENS = "GUOHE_LLM_TOOLS", "GUOHE_LLM_TOKENS"
DEADLINE = 30.0  # seconds for the whole of an answer
MODES = ("auto", "native", "plan", "off")   # how tools are called: by the endpoint, as text, or not at all
_MOST_CHARACTERS = 8_000  # of an answer
_MOST_BYTES = 2_000_000  # of a response, whatever it holds
_LEAST_TOKENS, _TOKENS, _MOST_TOKENS = 100, 1_500, 32_000   # of an answer; models that think first need many
_DONE = object()


class ModelError(GuoheError):
    """The model gave no usable answer; the answer without a model is given instead."""


class LateError(ModelError):
    """The model gave no whole answer within the deadline; `begun`: some of it had come."""

    def __init__(self, *, begun: bool) -> None:
        told = failed("gave no whole answer in time", "未在规定时间内作答")
        super().__init__(str(told), told.chinese)
        self.begun = begun


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
    """Where the model is. `timeout` is the time for a whole answer in seconds, `tools` one of MODES, `tokens` the limit
    of each answer, thinking included."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = DEADLINE
    tools: str = "auto"
    tokens: int = _TOKENS
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
    return Settings(url, model, values.get(KEY, "").strip(), _seconds(values.get(TIMEOUT, "")),
                    _mode(values.get(TOOLS, "")), _tokens(values.get(TOKENS, "")))


def _mode(text: str) -> str:
    found = text.strip().lower() or MODES[0]
    if found not in MODES:
        raise UsageError(
            f"{TOOLS} is {text!r}; write one of {', '.join(MODES)}.",
            f"{TOOLS} 为 {text!r}；请写 {'、'.join(MODES)} 之一。",
        )
    return found


def _tokens(text: str) -> int:
    if not text.strip():
        return _TOKENS
    if not text.strip().isdecimal() or not _LEAST_TOKENS <= int(text) <= _MOST_TOKENS:
        raise UsageError(
            f"{TOKENS} is {text!r}; write a number from {_LEAST_TOKENS} to {_MOST_TOKENS}.",
            f"{TOKENS} 为 {text!r}；请写 {_LEAST_TOKENS} 至 {_MOST_TOKENS} 的整数。",
        )
    return int(text)


def _seconds(text: str) -> float:
    """The deadline of a turn in seconds; UsageError for what is none."""
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


class Judged(Protocol):
    """Where to connect: `url` names an address instead of `host`, `header` is for the request."""

    @property
    def url(self) -> str: ...

    @property
    def host(self) -> str: ...

    @property
    def header(self) -> str: ...


Judge = Callable[[str], Judged]  # raises where the address is not to be reached


def connect(settings: Settings | None, judge: Judge | None = None) -> LanguageModel | None:
    """The model that the settings name; None without settings. Nothing is sent yet, nor to what `judge` refuses."""
    return Endpoint(settings, judge) if settings is not None else None


class Endpoint:
    """A model behind an OpenAI-compatible address, through langchain."""

    def __init__(self, settings: Settings, judge: Judge | None = None) -> None:
        self.settings, self._judge = settings, judge

    @property
    def name(self) -> str:
        return self.settings.model

    @property
    def timeout(self) -> float:
        return self.settings.timeout

    @property
    def mode(self) -> str:
        """How it calls tools; what was found out about an endpoint under "auto" stays with it."""
        set_to = self.settings.tools
        return _found_out.get(self._place, set_to) if set_to == "auto" else set_to

    @mode.setter
    def mode(self, mode: str) -> None:
        _found_out[self._place] = mode

    @property
    def _place(self) -> tuple[str, str]:
        return self.settings.url, self.settings.model

    @contextmanager
    def open(self, timeout: float) -> Iterator[Any]:
        """The model of langchain, for one turn."""
        settings = replace(self.settings, timeout=min(timeout, self.settings.timeout))
        with _client(settings, self._judge) as client:
            yield _chat(settings, client)

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
                    raise LateError(begun=length > 0) from None
                if piece is _DONE:
                    return
                if isinstance(piece, BaseException):
                    raise failed(f"failed ({type(piece).__name__})", f"出错（{type(piece).__name__}）") from piece
                assert isinstance(piece, Piece)  # noqa: S101 - nothing else is put
                length += len(piece.text)
                if length > self.settings.most_characters:
                    raise failed("did not stop", "不停输出")
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
            with _client(self.settings, self._judge) as client, tracing_context(enabled=False):
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
    """A model of langchain at the endpoint, nothing random and nothing tried again."""
    from langchain.chat_models import init_chat_model

    return init_chat_model(
        settings.model,
        model_provider="openai",
        base_url=settings.url,
        api_key=settings.key or "none",
        http_client=client,
        temperature=0,
        max_tokens=settings.tokens,
        max_retries=0,
        timeout=settings.timeout,
        stream_usage=False,
    )


def _client(settings: Settings, judge: Judge | None = None) -> Any:
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
            """The answer, capped; redirects are not followed."""
            if judge is not None:
                _redirected(request, judge)
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


def _redirected(request: Any, judge: Judge) -> None:
    """The connection goes to the very address that was judged."""
    import httpx

    target = judge(str(request.url))
    request.url = httpx.URL(target.url)
    request.headers["host"] = target.header
    request.extensions = {**request.extensions, "sni_hostname": target.host}


def failed(english: str, chinese: str) -> ModelError:
    """The error of a model that did something else than to answer."""
    return ModelError(
        f"the language model {english}; the answer without a model is given.",
        f"语言模型{chinese}；给出不用模型的回答。",
    )


_found_out: dict[tuple[str, str], str] = {}
