"""Hostile outputs of a language model, through the page and the interface of an installation."""
from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path
from unittest import mock

from tests.api.routes import test_model as suite
from tests.hostile import outputs
from tests.long.goals import Figure, Outcome
from tests.support import model_server as server
from tests.support.web_samples import installation

EACH = 20   # outputs that one person asks for: there is a limit of questions a minute


def run(count: int) -> Outcome:
    chance, faults, markup = random.Random(count), [], 0
    switch = suite.Switch()
    with server.serving(switch) as endpoint, tempfile.TemporaryDirectory() as folder, mock.patch.dict(
            os.environ, {"GUOHE_LLM_URL": endpoint.url, "GUOHE_LLM_MODEL": "scripted"}), installation(
            Path(folder)) as site:
        for start in range(0, count, EACH):
            me = site.client()
            plain = suite.asked(me, switch, server.status(500))
            for number in range(start, min(count, start + EACH)):
                said = outputs.output(number, chance)
                if suite.asked(me, switch, server.saying(said)) != plain:
                    faults.append(f"shown: {said}")
            page = me.get("/ask").text
            shown = [mark for mark in outputs.MARKUP if any(mark.format(n=n) in page for n in range(100))]
            markup += len(shown)
            faults += [f"markup: {one}" for one in shown]
        asked = len(endpoint.requests)
    return Outcome(count, (
        Figure("模型被问", "times the model was asked", f"{asked:,}"),
        Figure("有内容被显示的", "outputs of which something was shown", str(len(faults) - markup)),
        Figure("成为页面标记的", "rendered as markup", str(markup))), tuple(faults))
