"""Rule files as people and spreadsheets write them: what can be read is, anything else is told by file and line."""

import pytest

from builds.warehouse import Warehouse
from dbt_rule_files import mistakes
from worlds.committed import rules

TOO_FEW = "has 2 of 3 cells: a blank cell needs its comma, too"
TOO_MANY = "has 4 cells, the header 3: put a cell with a comma into double quotes, write a number as 0.5, not 0,5"
GOES_ON = "take the line break out of the cell, or close its quotes"
NOT_UTF_8 = 'is not UTF-8: save the file as "CSV UTF-8"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c\n1,2,3\n", []),
        ("a,b,c", []),
        ("\ufeffa,b,c\r\n1,2,3\r\n", []),
        ("a,b,c\n1,2,3\r\n4,5,6\r7,8,9", []),
        ("a,b,c\n\n1,2,3\n \n,,\n,\n\n", []),
        ("c,a,b\n1,2,3\n", []),
        (f"a,b,c\n1,2,{'x' * 140_000}\n", []),
        ("a,b,c\n1,2\n\n3,4,5\r6,7\r\n", [f"line 2 [1] {TOO_FEW}", f"line 5 [6] {TOO_FEW}"]),
        ("c,b,a\n1,2,3,4\n,,,\n", [f"line 2 [3] {TOO_MANY}", f"line 3 [] {TOO_MANY}"]),
        ('a,b,c\n"1\r\n2",3,4\n5,6\n', [f"line 2 [1 2] goes on to line 3: {GOES_ON}", f"line 4 [5] {TOO_FEW}"]),
        ('a,b,c\n1,"2,3\n4,5,6\n7,8,9\n', [f"line 2 [1] goes on to line 4: {GOES_ON}"]),
        (f"a,b,c\n{'x' * 140_000},2\n", [f"line 2 [{'x' * 60}] {TOO_FEW}"]),
        ("", ["line 1 [header] is blank: the file needs at least its header, a,b,c"]),
        ("\n1,2,3\n", ["line 1 [header] is blank: the file needs at least its header, a,b,c"]),
        (
            "a;b;c\n1;0,5;2\n",
            ['line 1 [header] column "a;b;c" is not known; the columns are a, b, c, separated by commas'],
        ),
        (
            "A,b , c,D\n",
            [f'line 1 [header] column "{name}" must be written {name.strip().lower()}' for name in ("A", "b ", " c")],
        ),
        ("a,b,c\r1,2,é\r".encode("cp1252"), [f"line 2 {NOT_UTF_8}"]),
        ("a,b,c\n1,2,3\n".encode("utf-16-le"), [f"line 1 {NOT_UTF_8}"]),
    ],
    ids=lambda part: repr(part)[:40],
)
def test_rows_that_are_no_lines_are_told(tmp_path, text, said):
    file = tmp_path / "rules.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert mistakes(file, ["a", "b", "c"], ["a"]) == said


@pytest.mark.long
def test_files_may_be_written_as_spreadsheets_do(tmp_path):
    """Line ends of each kind and mixed, blank lines, a byte order mark, long cells: all is read, lines are counted."""
    warehouse = Warehouse(tmp_path, seeds={"tiers": rules()["tiers"]})
    seeds = warehouse.project() / "seeds"

    def rewrite(name, line_ends, more, encoding="utf-8"):
        lines = [*(seeds / f"{name}.csv").read_text(encoding="utf-8").splitlines(), *more]
        text = "".join(line + line_ends[n % len(line_ends)] for n, line in enumerate(lines))
        (seeds / f"{name}.csv").write_bytes(text.encode(encoding))

    rewrite("complementary_technologies", ["\n", "\r", "\r\n"], ["", "  ", "SLACK", ""])
    rewrite("icp_markets", ["\r"], ["", ",", '" peru ",PRIORITY', "Chile,first"])
    rewrite("icp_industries", ["\r\n"], ["", '"Iron, ""steel""",adjacent', "", "Software,primary", ""], "utf-8-sig")
    rewrite("scoring_models", ["\n\n"], [f"m,all,no,{'x' * 140_000}"])
    run = warehouse.build("--select", "+rules_checked", "--exclude", "test_type:singular", "test_type:unit")
    assert [line.strip() for line in run.output.splitlines() if line.strip().startswith("- seeds/")] == [
        "- seeds/complementary_technologies.csv line 14 [SLACK] stands on line 11 already: delete one of the two",
        "- seeds/icp_industries.csv line 14 [Software] stands on line 3 already: delete one of the two",
        '- seeds/icp_markets.csv line 14 [Chile] market_match: "first" is not one of priority, secondary',
        "- seeds/scoring_models.csv line 15 [m] description: 140000 characters are more than 1000",
        "- seeds/scoring_models.csv line 15 [m] the model has no row in scoring_dimensions.csv",
        "- seeds/scoring_models.csv line 15 [m] the model has no row in tiers.csv",
    ]
