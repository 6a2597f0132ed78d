"""Every model and every column of every model, source and rule file is described."""

from __future__ import annotations

import re
from itertools import product

import draw_dag
from rules.cases import CASES, LIMITS
from worlds.committed import PROJECT


def test_every_model_and_column_is_described(demo, manifest):
    nodes = manifest["nodes"].values()
    built = demo.query("select table_schema, table_name, column_name from information_schema.columns")
    undocumented = []
    for node in nodes:
        if node["resource_type"] not in ("model", "seed") or node["schema"] == "demo":
            continue
        if not node["description"]:
            undocumented.append(node["name"])
        described = {name.lower() for name, column in node["columns"].items() if column["description"]}
        actual = {
            row["column_name"].lower()
            for row in built
            if (row["table_schema"], row["table_name"]) == (node["schema"], node["alias"])
        }
        undocumented += [f"{node['name']}.{column}" for column in sorted(actual - described)]
        undocumented += [f"{node['name']}.{column} is gone" for column in sorted(described - actual)]
    assert undocumented == []


def test_every_raw_column_is_described(manifest):
    sources = manifest["sources"].values()
    assert all(source["description"] for source in sources)
    assert all(column["description"] for source in sources for column in source["columns"].values())


def test_names_of_unit_tests_fit_into_postgresql(manifest):
    """It refuses names of more than 63 characters."""
    unit_tests = manifest["unit_tests"].values()
    assert [test["name"] for test in unit_tests if len(test["name"]) > 63] == []


def test_the_messages_shown_are_those_that_are_printed():
    """Each change and message of the table is one of the cases that are tried."""
    page = (PROJECT / "docs" / "rule-messages.md").read_text(encoding="utf-8")
    table = page.partition("| Change | Message |")[2].partition("\n\n")[0].splitlines()[2:]
    cases = {tuple(part.strip() for part in line.split(" -> ", 1)) for line in CASES if " -> " in line}
    assert len(table) > 30
    for line in table:
        change, *messages = re.findall(r"`([^`]+)`", re.sub(r"`\w+\.csv`", "", line.replace(r"\|", "|")))
        assert any(
            asked.endswith(f"| {change}") and all(message in said for message in messages) for asked, said in cases
        ), line


def test_a_build_warns_of_nothing(demo):
    """A warning that is always there hides the next one."""
    log = (demo.folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert "Completed successfully" in log
    assert [line for line in log.splitlines() if re.search(r"\[warn |\[WARNING\]|Deprecat|WARN=[1-9]", line)] == []


def test_the_limits_shown_are_those_that_are_checked():
    page = (PROJECT / "docs" / "rules.md").read_text(encoding="utf-8")
    table = page.partition("| file | column | from | to |")[2].partition("\n\n")[0].splitlines()[2:]
    shown = {}
    for line in table:
        files, columns, least, most = (cell.strip() for cell in line.strip("|").split("|"))
        for file, column in product(re.findall(r"`(\w+)[.]csv`", files), re.findall(r"`(\w+)`", columns)):
            shown[file, column] = tuple(float(number.replace(",", "")) for number in (least, most))
    assert shown == {cell: (allowed["minimum"], allowed["maximum"]) for cell, allowed in LIMITS.items()}


def test_the_flow_is_drawn_as_it_is(manifest):
    _, _, rest = draw_dag.PAGE.read_text(encoding="utf-8").partition(draw_dag.BEGIN)
    assert rest.partition(draw_dag.END)[0] == draw_dag.drawn(manifest), "run scripts/draw_dag.py"


def test_every_mart_and_page_is_listed(manifest):
    """Marts in docs/marts.md, pages in docs/README.md."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    marts = {node["name"] for node in models if node["fqn"][1] == "marts"}
    rows = re.findall(r"^\| (`.+?) \|", (PROJECT / "docs" / "marts.md").read_text(encoding="utf-8"), re.M)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == marts
    listed = set(re.findall(r"\]\((\w[\w-]*\.md)\)", (PROJECT / "docs" / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in (PROJECT / "docs").glob("*.md")} - {"README.md"}
