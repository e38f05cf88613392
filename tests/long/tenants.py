"""Strangers at every route of an installation whose owners' files carry canaries, again and again with new people."""
from __future__ import annotations

import tempfile
from pathlib import Path

from tests.api.access import test_tenants as suite
from tests.long.goals import Figure, Outcome
from tests.support.web_samples import installation


def run(count: int) -> Outcome:
    """At least `count` requests, in whole rounds; every round adds an owner, whose canary stays for the next ones."""
    requests, leaks, faults, rounds = 0, 0, [], 0
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as site:
        routes = suite.found_routes(site)
        faults += [f"{route.path}: nobody says whose it is" for route in routes if not route.whose]
        while requests < count and not faults:
            place = suite.furnished(site)
            made, wrong = suite.walked(place, routes)
            requests, rounds = requests + made, rounds + 1
            leaks += sum(one[-1] == "leaks" for one in wrong)
            faults += [repr(one) for one in wrong]
            suite.test_nothing_of_the_owners_was_changed_by_strangers(place)
            suite.test_the_owner_sees_all_of_it(place, routes)
            suite.test_pages_hide_what_is_not_theirs(place)
    return Outcome(requests, (
        Figure("路径与方法", "routes", str(len(routes))), Figure("案卷所有者", "owners", str(rounds)),
        Figure("泄露的暗记", "canaries seen", str(leaks)),
        Figure("与“不存在”答复不同的", "answered otherwise than what is not there", str(len(faults) - leaks))),
        tuple(faults[:20]))
