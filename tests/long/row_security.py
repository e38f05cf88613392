"""Strangers at every route while the application's own rule is gone: what PostgreSQL alone keeps from them."""
from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.long.goals import Figure, Outcome
from tests.operations.storing import test_row_security as suite
from tests.support.databases import fresh, server
from tests.support.web_samples import installation


def run(count: int) -> Outcome:
    """At least `count` requests in whole rounds; each round is another owner and other strangers."""
    requests, rounds, faults = 0, 0, []
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder, server() as address, \
            installation(Path(folder), GUOHE_DATABASE_URL=fresh(address)) as site:
        while requests < count and not faults:
            with patch.context() as ruled:
                place = suite.furnished(site)
                suite.unruled(ruled)
                made, open_paths = suite.walked(place)
            requests, rounds = requests + made, rounds + 1
            faults += open_paths
    return Outcome(requests, (
        Figure("案卷所有者", "owners", str(rounds)),
        Figure("给出别人材料的", "that gave something of others away", str(len(faults)))), tuple(faults[:20]))
