"""What a run can be told: each form of as_of, each setting at its boundary, and nothing of the demo once it is left."""

import re
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
import yaml

from builds.comparing import BY_THE_CLOCK, assert_agrees, exactly
from builds.recipes import BARE_ROWS
from builds.warehouse import JUDGING, Warehouse, fetch
from recomputation import recompute
from worlds.committed import PROJECT, demo_rows, rules
from worlds.dirty import AS_OF, facts, spelled

MICROSECOND = timedelta(microseconds=1)


# --- as_of -----------------------------------------------------------------------------------------------------------


def scored_at(warehouse):
    """The moments that the marts of a warehouse are scored at."""
    tables = ("account_tiers", "account_scores", "account_score_contributions")
    return {row["scored_at"] for table in tables for row in warehouse.mart(table)}


def test_the_demo_has_a_pinned_moment(demo):
    assert scored_at(demo) == {datetime(2026, 6, 30, 9)}


@pytest.mark.long
def test_an_offset_is_converted_to_utc(dirty):
    assert scored_at(dirty) == {AS_OF}  # given as 2026-03-15T02:34:56.789+05:00


@pytest.mark.long
def test_a_date_is_its_midnight(bare):
    assert scored_at(bare) == {datetime(2026, 6, 30)}
    points = {row["account_id"]: row["decayed_intent_points"] for row in bare.mart("account_tiers")}
    assert points == {"a0": 0, "a1": pytest.approx(40 * 2 ** (-0.5 / 14), abs=1e-6), "a2": 0}


@pytest.mark.long
def test_without_as_of_real_tables_are_scored_at_the_start_of_the_run(by_domain):
    (moment,) = scored_at(by_domain)
    (loaded,) = by_domain.query("select max(occurred_at) as moment from staging.stg_raw_tables__signals")
    assert timedelta(0) <= moment - loaded["moment"] < timedelta(minutes=2)
    ended = datetime.fromtimestamp(by_domain.path.stat().st_mtime, UTC).replace(tzinfo=None)
    assert timedelta(0) < ended - moment < timedelta(minutes=30)


@pytest.mark.long
@pytest.mark.parametrize("as_of", ["30.06.2026", "2026-02-30"])
@pytest.mark.parametrize("given", ["as_of", "the environment variable AS_OF"])
def test_an_as_of_that_cannot_be_read(warehouse, given, as_of):
    is_var = given == "as_of"
    warehouse.environment["AS_OF"] = "2026-06-30" if is_var else as_of
    warehouse.load(BARE_ROWS)
    before = warehouse.tables()
    variables = {"raw_schema": "raw"} | ({"as_of": as_of} if is_var else {})
    run = warehouse.dbt("build", "--exclude-resource-type", "unit_test", variables=variables)
    assert run.returncode != 0
    (line,) = (line for line in run.output.splitlines() if as_of in line)
    assert line.strip().startswith(f"- {given}: '{as_of}' is ")
    assert "not an ISO 8601 timestamp; write for example 2026-06-30T09:00:00Z" in line
    assert "Traceback" not in run.output
    assert warehouse.tables() == before


@pytest.mark.long
@pytest.mark.parametrize(
    ("as_of", "moment"),
    [
        ("2026-06-30", "2026-06-30 00:00:00.000000"),
        ("2026-06-30T09:00:00.5+02:00", "2026-06-30 07:00:00.500000"),
        ("9998-12-31T23:59:59-23:59", "9999-01-01 23:58:59.000000"),
    ],
)
def test_dates_and_timestamps_of_yaml_are_read(tmp_path, as_of, moment):
    """In dbt_project.yml, without quotes: YAML makes them dates and timestamps, not texts. The var comes first."""
    project = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
    files = {"dbt_project.yml": project.replace("as_of: null", f"as_of: {as_of}")}
    warehouse = Warehouse(tmp_path, files=files, environment={"AS_OF": "no moment"})
    run = warehouse.dbt("compile", "--inline", "select {{ as_of() }}", project=warehouse.project()).check()
    assert f"select cast('{moment}' as timestamp)" in run.output


@pytest.mark.long
def test_for_another_moment_in_the_environment_dbt_does_not_parse_again(warehouse):
    """Nor for none; each command is of its own moment."""
    moments = {
        "2026-07-01T09:00:00+02:00": datetime(2026, 7, 1, 7),
        "2026-07-02": datetime(2026, 7, 2),
        "": datetime(2026, 6, 30, 9),
    }
    for given, moment in moments.items():
        warehouse.environment["AS_OF"] = given
        warehouse.dbt("build", "--select", "icp_markets").check()
        assert warehouse.query("select distinct as_of from history.build_ledger") == [{"as_of": moment}]
    warehouse.dbt("build", "--select", "icp_markets").check()
    log = (warehouse.folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert log.count("Starting full parse") <= 1  # the first command, unless it begins with what another has read
    assert log.count("no changes found, skipping parsing") >= len(moments)


# --- Settings that cannot be -----------------------------------------------------------------------------------------

NOT_A_MOMENT = "is not an ISO 8601 timestamp; write for example 2026-06-30T09:00:00Z (years 1000 to 9998)"
NOT_DAYS = "is not a whole number from 0 to 36500; write for example"
NOT_A_NUMBER = "is not a number from 0 to 1000; write for example"
NOT_A_SHARE = "is not a number from 0 to 1; write for example"
NOT_A_NAME = "is not a text without quotes and line breaks; write for example"
NOT_A_BOOLEAN = "is not true or false; write for example true"
NO_ROLES = "is not a list of roles; write for example"
NO_ZONE = "is not the name of a time zone (IANA); write for example Europe/Berlin"
NO_HOURS = "is not a time from and to, and days; write for example '09:00-17:00 Mon-Fri'"
"""What is said to a value of a wrong kind, after its name and the value as given."""

ODD_SETTINGS = (
    r"""
    as_of: "２０２６-06-30"                  # '２０２６-06-30' {NOT_A_MOMENT}
    raw_schema: [raw]                        # ['raw'] {NOT_A_NAME} crm
    raw_database: {a: 1}                     # {'a': 1} {NOT_A_NAME} crm_copy
    engagement_window_days: "９０"           # '９０' {NOT_DAYS} 90
    fit_threshold: .nan                      # nan {NOT_A_NUMBER} 60
    timing_threshold: 1e400                  # '1e400' {NOT_A_NUMBER} 50
    decay_horizon_half_lives: .inf           # inf {NOT_A_NUMBER} 10
    intent_trend_threshold: -1               # -1 {NOT_A_NUMBER} 5
    touch_window_days: 1.5                   # 1.5 {NOT_DAYS} 14
    reporting_timezone: Europe/Berln         # 'Europe/Berln' {NO_ZONE}
    working_hours: 17:00-09:00 Mon-Fri       # '17:00-09:00 Mon-Fri' {NO_HOURS}
    max_rejected_share: 1.5                  # 1.5 {NOT_A_SHARE} 0.2
    max_unmatched_share: half                # 'half' {NOT_A_SHARE} 0.5
    max_shrink_share: 1.1                    # 1.1 {NOT_A_SHARE} 0.5
    replace_published: "no"                  # 'no' {NOT_A_BOOLEAN}
    require_publish: null                    # null {NOT_A_BOOLEAN}
    grant_marts_to: {bi: true}               # {'bi': True} {NO_ROLES} [bi]
    grant_raw_records_to: [1]                # [1] {NO_ROLES} [steward]
    """,  # noqa: RUF001
    r"""
    as_of: 9999-12-31T23:00:00-05:00         # '9999-12-31 23:00:00-05:00' {NOT_A_MOMENT}
    raw_schema: true                         # true {NOT_A_NAME} crm
    raw_database: "a\"b"                     # 'a"b' {NOT_A_NAME} crm_copy
    engagement_window_days: "9\n0"           # '9\n0' {NOT_DAYS} 90
    fit_threshold: true                      # true {NOT_A_NUMBER} 60
    timing_threshold: "1 or 1=1"             # '1 or 1=1' {NOT_A_NUMBER} 50
    decay_horizon_half_lives: {}             # {} {NOT_A_NUMBER} 10
    intent_trend_threshold: "٥"              # '٥' {NOT_A_NUMBER} 5
    touch_window_days: 36501                 # 36501 {NOT_DAYS} 14
    reporting_timezone: null                 # null {NO_ZONE}
    working_hours: "０9:00-17:00"            # '０9:00-17:00' {NO_HOURS}
    max_shrink_share: ""                     # '' {NOT_A_SHARE} 0.5
    replace_published: 1                     # 1 {NOT_A_BOOLEAN}
    require_publish: []                      # [] {NOT_A_BOOLEAN}
    grant_marts_to: null                     # null {NO_ROLES} [bi]
    grant_raw_records_to: ["a", "b\"; --"]   # ['a', 'b"; --'] {NO_ROLES} [steward]
    """,  # noqa: RUF001
    r"""
    as_of: 0001-01-01                        # '0001-01-01' {NOT_A_MOMENT}
    raw_schema: "o'brien"                    # 'o'brien' {NOT_A_NAME} crm
    raw_database: ""                         # '' {NOT_A_NAME} crm_copy
    engagement_window_days: [90]             # [90] {NOT_DAYS} 90
    fit_threshold: null                      # null {NOT_A_NUMBER} 60
    reporting_timezone: [UTC]                # ['UTC'] {NO_ZONE}
    working_hours: [9, 17]                   # [9, 17] {NO_HOURS}
    grant_marts_to: ""                       # '' {NO_ROLES} [bi]
    """,
    r"""
    as_of: "10000-01-01"                     # '10000-01-01' {NOT_A_MOMENT}
    raw_schema: 2024                         # 2024 {NOT_A_NAME} crm
    reporting_timezone: "UTC' or '1'='1"     # 'UTC' or '1'='1' {NO_ZONE}
    working_hours: 09:00-17:00 Mon-Fry       # '09:00-17:00 Mon-Fry' {NO_HOURS}
    """,
    r"""
    as_of: ["2026-06-30"]                    # ['2026-06-30'] {NOT_A_MOMENT}
    raw_schema: null                         # null {NOT_A_NAME} crm
    reporting_timezone: 2                    # 2 {NO_ZONE}
    working_hours: ""                        # '' {NO_HOURS}
    """,
)
"""Vars as a user writes them in YAML, each with what is said to it."""


@pytest.mark.long
@pytest.mark.parametrize("listed", ODD_SETTINGS)
def test_odd_settings_are_told_together(warehouse, listed):
    lines = [line.strip().partition(" # ") for line in listed.strip().splitlines()]
    kinds = {name: text for name, text in globals().items() if name.startswith(("NOT_", "NO_"))}
    said = []
    for setting, _, words in lines:
        for name, text in kinds.items():
            words = words.replace(f"{{{name}}}", text)
        said.append(f"- {setting.partition(':')[0]}: {words}")
    options = "{" + ", ".join(setting.strip() for setting, *_ in lines) + "}"
    run = warehouse.dbt("build", "--vars", options)
    assert run.returncode != 0
    told = [line.strip() for line in run.output.splitlines()]
    assert told.count("SETTINGS REJECTED - nothing was built") == 1
    assert sorted(line for line in told if line.startswith("- ")) == sorted(said)
    assert warehouse.tables() == []


@pytest.mark.long
def test_numbers_may_be_texts_and_a_role_a_text(warehouse):
    """As environment variables are; at their limits, too."""
    variables = {
        "engagement_window_days": "36500",
        "fit_threshold": "1000",
        "touch_window_days": 0,
        "max_shrink_share": 1,
    }
    variables |= {"decay_horizon_half_lives": 0.001, "grant_marts_to": "bi", "grant_raw_records_to": ["the steward"]}
    warehouse.dbt("build", "--select", "icp_markets", variables=variables).check()


def test_every_setting_is_declared():
    """With its kind where settings are checked, with its default in dbt_project.yml, and in docs/settings.md."""
    declared = re.findall(r'^        "(\w+)": \{', (PROJECT / "macros/settings/settings.sql").read_text(), re.M)
    _this_project, *variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    assert declared == variables
    table = (PROJECT / "docs/settings.md").read_text()
    names = [name for row in re.findall(r"^\| (`.+?`) \|", table, re.M) for name in re.findall(r"`(\w+)`", row)]
    assert names == declared


# --- Settings, at their boundaries -----------------------------------------------------------------------------------

WINDOWS, HALF_LIVES, TOUCH_WINDOWS = (1, 14, 90), (0.5, 1, 2, 10), (1, 14, 30)
WEEK = timedelta(days=7)


def midnight_before(days: int) -> datetime:
    """The first moment of a window of that many days, today among them."""
    return datetime(AS_OF.year, AS_OF.month, AS_OF.day) - timedelta(days=days - 1)


def at_the_boundaries() -> dict[str, list[dict[str, str]]]:
    """A world with an account on either side of each boundary, so that replays differ in a setting alone."""
    moments = {"fresh": ("demo_request", AS_OF), "a week ago": ("pricing_page_visit", AS_OF - WEEK)}
    for days in WINDOWS:
        moments[f"within {days}"] = ("email_open", midnight_before(days))
        moments[f"before {days}"] = ("email_open", midnight_before(days) - MICROSECOND)
    for half_lives in HALF_LIVES:
        moments[f"counts {half_lives}"] = ("demo_request", AS_OF - 2 * half_lives * WEEK)
        moments[f"too old {half_lives}"] = ("demo_request", AS_OF - 2 * half_lives * WEEK - MICROSECOND)
    touches = {f"touched {days}": midnight_before(days) for days in TOUCH_WINDOWS}
    touches |= {f"untouched {days}": midnight_before(days) - MICROSECOND for days in TOUCH_WINDOWS}
    strategic = [{"account_id": i, "account_name": i, "is_strategic": "true", "owner_id": i} for i in touches]
    return {
        "accounts": [*({"account_id": i, "account_name": i} for i in moments), *strategic],
        "contacts": [
            {"contact_id": i, "account_id": i, "seniority": "manager", "department": "IT"} for i in (*moments, *touches)
        ],
        "signals": [
            {"signal_id": i, "account_id": i, "contact_id": i, "signal_type": kind, "occurred_at": str(moment)}
            for i, (kind, moment) in moments.items()
        ],
        "sales_reps": [{"owner_id": i, "is_active": "true"} for i in touches],
        "activities": [
            {"activity_id": i, "account_id": i, "direction": "outbound", "occurred_at": str(moment)}
            for i, moment in touches.items()
        ],
    }


@pytest.fixture(scope="module")
def with_settings(compiled):
    """The marts of that world with some settings, and its tiers by account."""
    raw = at_the_boundaries()

    def replay(**settings):
        marts = compiled.replay(raw, AS_OF, settings=settings)
        return marts, {row["account_id"]: row for row in marts["account_tiers"]}

    return replay


settings_group = pytest.mark.xdist_group("settings")


@settings_group
@pytest.mark.parametrize("days", WINDOWS)
def test_engagement_window_days(with_settings, days):
    _, tiers = with_settings(engagement_window_days=days)
    assert tiers[f"within {days}"]["relationship_score"] == 35  # 2 + 4 + 1 of 20
    assert tiers[f"before {days}"]["relationship_score"] == 0


@settings_group
@pytest.mark.parametrize(("fit", "quadrant"), [("5", "good_place"), ("5.000001", "false_hope")])
def test_fit_threshold(with_settings, fit, quadrant):
    _, tiers = with_settings(fit_threshold=fit, timing_threshold=40)  # fit 5, intent 40
    assert tiers["fresh"]["quadrant"] == quadrant


@settings_group
@pytest.mark.parametrize(("timing", "quadrant"), [("40", "false_hope"), ("40.000001", "bad_place")])
def test_timing_threshold(with_settings, timing, quadrant):
    _, tiers = with_settings(timing_threshold=timing)
    assert tiers["fresh"]["quadrant"] == quadrant


@settings_group
@pytest.mark.parametrize("half_lives", HALF_LIVES)
def test_decay_horizon_half_lives(with_settings, half_lives):
    _, tiers = with_settings(decay_horizon_half_lives=half_lives)
    points = {i: tiers[f"{i} {half_lives}"]["decayed_intent_points"] for i in ("counts", "too old")}
    assert points == {"counts": pytest.approx(40 * 2**-half_lives, abs=1e-6), "too old": 0}


@settings_group
@pytest.mark.parametrize(
    ("account_id", "threshold", "trend"),
    [
        ("fresh", 40, "rising"),
        ("fresh", 40.000001, "steady"),
        ("a week ago", 12.5, "falling"),
        ("a week ago", 12.500001, "steady"),
    ],
)
def test_intent_trend_threshold(with_settings, account_id, threshold, trend):
    _, tiers = with_settings(intent_trend_threshold=threshold)
    assert tiers[account_id]["intent_trend"] == trend


@settings_group
@pytest.mark.parametrize("days", TOUCH_WINDOWS)
def test_touch_window_days(with_settings, days):
    marts, _ = with_settings(touch_window_days=days)
    names = (f"touched {days}", f"untouched {days}")
    untouched = [row["account_id"] for row in marts["coverage_gaps"] if row["gap"] == "untouched"]
    assert [name in untouched for name in names] == [False, True]
    touched = {row["owner_id"]: row["tier_1_touched"] for row in marts["rep_coverage"]}
    assert [touched[name] for name in names] == [1, 0]


@pytest.mark.worlds
def test_all_settings_at_once(compiled):
    settings = {
        "engagement_window_days": 30,
        "fit_threshold": 42.5,
        "timing_threshold": 10,
        "decay_horizon_half_lives": 1.5,
        "intent_trend_threshold": 0,
        "touch_window_days": 5,
    }
    raw = spelled(facts(31, rules(), 150, 1_500), 31)
    assert_agrees(compiled.replay(raw, AS_OF, settings=settings), recompute(raw, rules(), AS_OF, settings))


# --- Leaving the demo ------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_no_row_of_the_demo_reaches_a_mart_of_real_tables(demo, dirty):
    """`dirty` was built where the demo had been published before."""
    ids = {row["account_id"] for row in demo_rows()["accounts"] if row["account_id"]}
    signal_ids = {row["signal_id"] for row in demo_rows()["signals"] if row["signal_id"]}
    found = dirty.marts()
    for table, rows in found.items():
        assert rows or table in ("account_tier_changes", *JUDGING), table
        for row in rows:
            assert row.get("account_id") not in ids, (table, row)
            assert row.get("signal_id") not in signal_ids, (table, row)
            assert row.get("record_key") not in ids | signal_ids, (table, row)
    assert any(row["account_id"] in ids for row in demo.mart("account_tiers"))


@pytest.mark.long
def test_no_date_of_the_demo_reaches_a_mart_of_real_tables(dirty, by_domain):
    for warehouse in (dirty, by_domain):
        for table, rows in warehouse.marts().items():
            for row in rows:
                assert "2026-06-30" not in str(row.values()), (table, row)
                assert datetime(2026, 6, 30, 9) not in row.values(), (table, row)


# --- Surroundings ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_neither_the_order_of_a_session_nor_odd_paths_change_a_row(demo, tmp_path):
    """DuckDB orders from the end, nulls first; the paths of project and database have an apostrophe and accents."""
    folder = tmp_path / "o'brien & søn, 東京"
    folder.mkdir()
    profile = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    backwards = profile.replace(
        "TimeZone: UTC\n", "TimeZone: UTC\n        default_order: desc\n        default_null_order: nulls_first\n"
    )
    assert backwards != profile
    path = {"DUCKDB_PATH": str(folder / "été 1.duckdb")}
    warehouse = Warehouse(folder, files={"profiles.yml": backwards}, file_name="été 1.duckdb", environment=path)
    warehouse.build().check()
    found = warehouse.marts()
    assert exactly(found, BY_THE_CLOCK) == exactly(demo.marts(), BY_THE_CLOCK)
    with duckdb.connect(str(warehouse.readers_file), read_only=True) as connection:
        assert len(fetch(connection, "select * from marts.account_tiers")) == len(found["account_tiers"])
