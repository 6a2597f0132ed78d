"""Runs dbt commands one after another in one process, and tells as JSON what each of them said of publishing.

The commands are the lines of stdin; with none, each seed, model and data test gets a command of its own, parents first.
The project is parsed once: dbt takes its manifest from then on, so that a command costs a fraction of a second.
"""

from __future__ import annotations

import gc
import json
import shlex
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

COMMANDS = {"seed": "seed", "model": "run", "test": "test"}
QUICKLY = ["--quiet", "--log-level-file", "none", "--no-write-json"]


def of_every_node(manifest: Manifest) -> Iterator[list[str]]:
    """A command for each node that a build runs, but unit tests."""
    nodes = {key: node for key, node in manifest.nodes.items() if node.resource_type in COMMANDS}
    for key in TopologicalSorter({key: node.depends_on_nodes for key, node in nodes.items()}).static_order():
        if key in nodes:
            yield [COMMANDS[nodes[key].resource_type], "--select", ".".join(nodes[key].fqn)]


def run_all(flags: list[str], readers_file: Path) -> list[dict[str, Any]]:
    """Runs the commands until one fails; what each was, what it said, and whether readers have a file then."""
    said: list[str] = []
    parsed = dbtRunner().invoke(["parse", *flags]).result
    assert isinstance(parsed, Manifest)
    gc.freeze()  # the manifest stays: looking for garbage in it takes a sixth of each command
    dbt = dbtRunner(parsed, [lambda event: said.append(event.data.msg) if event.info.name == "JinjaLogInfo" else None])
    done: list[dict[str, Any]] = []
    for command in list(map(shlex.split, sys.stdin)) or of_every_node(parsed):
        said.clear()
        ended = dbt.invoke([*command, *flags])
        results = [result for result in getattr(ended.result, "results", []) if result.node.resource_type in COMMANDS]
        done.append(
            {
                "command": shlex.join(command),
                "succeeded": ended.success,
                "nodes": len(results),
                "said": [str(ended.exception)] if ended.exception else list(said),
                "readers_have_a_file": readers_file.exists(),
            }
        )
        if not ended.success:
            done[-1]["said"] += [result.message for result in results if result.status in ("error", "fail")]
            break
    return done


if __name__ == "__main__":
    print(json.dumps(run_all([*QUICKLY, *sys.argv[2:]], Path(sys.argv[1]))))
