"""The language model: whether it may be used, by whom, where it is, and whether it answers."""
from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.errors import Failure
from api.service.access import Action, demand
from api.service.administration.stored_settings import Kept, ModelSettings
from api.service.environment.addresses import Network, RefusedHostError, UnknownHostError, resolve
from api.service.records import Actor
from ingestion.errors import UsageError

if TYPE_CHECKING:
    from assistant.llm import Judge, LanguageModel, Settings

log = logging.getLogger(__name__)

INSTRUCTIONS, REQUEST = "Answer with one word.", "Say: ready"
SHOWN = 80


@dataclass(frozen=True, slots=True)
class ModelState:
    """`url` and `model` are those in force, "" where there is none; `secret` tells whether a key goes along."""

    enabled: bool
    url: str
    model: str
    secret: bool
    from_environment: bool


@dataclass(frozen=True, slots=True)
class ModelTest:
    """What the endpoint said (its beginning), or what went wrong."""

    answered: bool
    said: str
    seconds: float
    error: str = ""
    error_en: str = ""


class Modelling:
    """`given` is what the environment names. Its key is the environment's, too, and goes to no other host than the one
    that the environment names (where it names one): an administrator's page cannot send it elsewhere. What a page names
    is public and reached by https, is the environment's host, or lies in a network that is `allowed`: judged when it is
    set and at every request.
    """

    def __init__(self, kept: Kept, given: Settings | None, key: str, allowed: Sequence[Network] = ()) -> None:
        self._kept, self._given, self._key, self._allowed = kept, given, key, tuple(allowed)
        self._made: tuple[Settings, LanguageModel] | None = None

    def of(self, actor: Actor) -> LanguageModel | None:
        """The model for `actor`'s questions; None where there is none or they may not use it."""
        chosen = self._kept.get(ModelSettings)
        return self._connected(chosen) if chosen.enabled and actor.role in chosen.roles else None

    def state(self, actor: Actor) -> ModelState:
        demand(actor, Action.ADMINISTER)
        return self.known()

    def known(self) -> ModelState:
        chosen = self._kept.get(ModelSettings)
        found = self._settings(chosen)
        return ModelState(chosen.enabled and found is not None, found.url if found else "",
                          found.model if found else "", bool(found and found.key), not chosen.url)

    def endpoint(self) -> Settings | None:
        """Where the model is that would read, None without one. Whether it may is for `api.service.second_reader`."""
        return self._settings(self._kept.get(ModelSettings))

    def test(self, actor: Actor) -> ModelTest:
        """Send it a sentence that holds nothing of anybody's. Failure "no_model"."""
        from assistant.llm import ModelError

        demand(actor, Action.ADMINISTER)
        model = self._connected(self._kept.get(ModelSettings))
        if model is None:
            raise Failure("no_model")
        began = time.monotonic()
        try:
            said = "".join(model.stream(INSTRUCTIONS, REQUEST))
        except ModelError as error:
            return ModelTest(False, "", round(time.monotonic() - began, 2), error.chinese, str(error))
        return ModelTest(bool(said.strip()), said.strip()[:SHOWN], round(time.monotonic() - began, 2))

    def _connected(self, chosen: ModelSettings) -> LanguageModel | None:
        """The model by these settings, made once; None without."""
        from assistant import llm

        settings = self._settings(chosen)
        if settings is None:
            return None
        if self._made is None or self._made[0] != settings:
            made = llm.connect(settings, self.judge(settings.url))
            assert made is not None  # noqa: S101 - settings were given
            self._made = (settings, made)
        return self._made[1]

    def checked(self, value: ModelSettings) -> ModelSettings:
        """Failure "setting_invalid" for an address that is none or a model without a name, "model_refused"."""
        from assistant import llm

        if value.url:
            try:
                llm.from_environment({llm.URL: value.url, llm.MODEL: value.model})
                judge = self.judge(value.url)
                if judge is not None:
                    judge(value.url)
            except (UsageError, ValueError) as error:
                raise Failure("setting_invalid") from error
            except RefusedHostError as error:
                raise Failure("model_refused") from error
            except UnknownHostError:
                log.info("the host of the model's address is not known yet")
        return value

    def judge(self, url: str) -> Judge | None:
        """None for the host that the environment names: whoever runs the server chose it."""
        if self._given is not None and _host(self._given.url) == _host(url):
            return None
        return partial(resolve, allowed=self._allowed)

    def _settings(self, chosen: ModelSettings) -> Settings | None:
        from assistant.llm import Settings

        if not chosen.url:
            return self._given
        same = self._given is None or _host(self._given.url) == _host(chosen.url)
        found = Settings(chosen.url, chosen.model, self._key if same else "")
        return found if self._given is None else replace(found, tools=self._given.tools, tokens=self._given.tokens)


def _host(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
