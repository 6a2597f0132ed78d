"""Draws how data flows between the folders of models, from dbt's manifest, into docs/architecture.md.

    uv run dbt parse && uv run python scripts/draw_dag.py [--manifest target/manifest.json]

A box is a folder with the number of its models; an arrow says that a model there reads one here. Arrows are left out
that a longer way says, too. Dashed ones go against the order of the layers: what earlier builds published is read.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "docs" / "architecture.md"
BEGIN, END = "<!-- drawn by scripts/draw_dag.py -->\n", "<!-- end of the drawing -->"
ORDER = (
    *("rule files", "raw tables", "sources", "staging/rules", "rules_check", "staging/raw_tables"),
    *("intermediate/accounts", "intermediate/engagement", "intermediate/attributes", "intermediate/scoring"),
    *("intermediate/tiers", "intermediate/coverage", "intermediate/history", "intermediate/validation"),
    *("marts/history", "marts/dimensions", "marts/reps", "marts/managers", "marts/crm", "marts/stewards"),
    "marts/validation",
)
"""The folders in the order in which data flows through them; a new one comes last until it has its place here."""


def folder_of(node: Mapping[str, Any]) -> str | None:
    """Where a node is drawn; nothing for what is not of this project's flow."""
    if node["resource_type"] == "seed":
        return "raw tables" if "/demo/" in node["original_file_path"] else "rule files"
    if node["resource_type"] == "source":
        return "raw tables" if node["source_name"] == "raw_tables" else None
    if node["resource_type"] != "model":
        return None
    folder = str(Path(node["original_file_path"]).parent).removeprefix("models/")
    return "sources" if folder.startswith("sources") else folder


def place(folder: str) -> tuple[int, str]:
    """What a folder is sorted by."""
    return ORDER.index(folder) if folder in ORDER else len(ORDER), folder


def flow(manifest: Mapping[str, Any]) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """The folders with the number of their models or tables, and which read which."""
    nodes = {**manifest["nodes"], **manifest["sources"]}
    folders = {key: folder for key, node in nodes.items() if (folder := folder_of(node))}
    read = {
        (folders[parent], folder)
        for key, folder in folders.items()
        for parent in nodes[key].get("depends_on", {}).get("nodes", [])
        if parent in folders and folders[parent] != folder
    }
    return dict(Counter(folders.values())), read


def shortest(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The arrows that no longer way says, too."""

    def reached(start: str, without: tuple[str, str]) -> Iterator[str]:
        for arrow in arrows - {without}:
            if arrow[0] == start:
                yield arrow[1]
                yield from reached(arrow[1], without)

    return {arrow for arrow in arrows if arrow[1] not in set(reached(arrow[0], arrow))}


def drawn(manifest: Mapping[str, Any]) -> str:
    """The flow in Mermaid's words."""
    counts, read = flow(manifest)
    counts.pop("raw tables")
    folders: Sequence[str] = sorted(counts, key=place)
    names = {folder: re.sub(r"\W", "_", folder) for folder in [*folders, "raw tables"]}
    forward = shortest({(one, other) for one, other in read if place(one) < place(other)})
    back = {(one, other) for one, other in read if place(one) > place(other) and one.startswith("marts")}
    lines = ["flowchart LR", '    raw_tables[("raw tables<br/>of the CRM")]']
    for folder in folders:
        what = ("file" if folder == "rule files" else "model") + "s" * (counts[folder] > 1)
        lines.append(f'    {names[folder]}["{folder}<br/>{counts[folder]} {what}"]')
    for arrows, line in ((forward, "-->"), (back, "-.->")):
        lines += [
            f"    {names[one]} {line} {names[other]}" for one, other in sorted(arrows, key=lambda a: (*map(place, a),))
        ]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def main() -> None:
    """Writes the drawing into its page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, default=PROJECT / "target" / "manifest.json")
    manifest = json.loads(parser.parse_args().manifest.read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + BEGIN + drawn(manifest) + END + rest.partition(END)[2], encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
