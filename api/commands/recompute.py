"""guohe assess --recompute KEY: a stored assessment made again from its stored inputs."""
from __future__ import annotations

import argparse
import os
import sys

from api.commands.audit import opened
from api.terminal import outputs
from api.terminal.console import Console
from api.terminal.options import trouble


def run(options: argparse.Namespace, console: Console) -> int:
    """0 where every byte is the same; else the error says what differs."""
    from pathlib import Path

    from api.errors import Failure
    from api.service.administration.recomputing import recompute
    from api.service.environment import settings
    from api.service.policies.policies import Policies
    from api.store.files import Files

    database = opened(options.data)
    given = settings.read(os.environ, Path(options.data) if options.data else None)
    contents = Files(given.blob_url)
    policies = Policies(contents, Path(options.policy) if options.policy else given.policy, database)
    try:
        found = recompute(database, contents, policies, options.recompute)
    except Failure as failure:
        if failure.code not in {"not_found", "policy_lost"}:
            raise
        raise trouble("recompute_unknown", key=options.recompute) from failure
    finally:
        policies.close()
        database.close()
    if options.json:
        outputs.write_json(found.bodies[console.language], options.json)
    if not found.same:
        key = "recompute_version" if found.extractor != found.extractor_now else "recompute_differs"
        raise trouble(key, key=options.recompute, what=", ".join(found.differs), before=found.extractor,
                      now=found.extractor_now)
    if options.json != outputs.STANDARD_OUTPUT:
        sys.stdout.write(console.text("recompute_same", key=options.recompute) + "\n")
    return 0
