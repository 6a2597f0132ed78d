"""What the raw tables must be, and need not be: what is missing is named before anything is built."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from builds.comparing import assert_agrees
from builds.recipes import BARE_ROWS
from builds.warehouse import Warehouse
from recomputation import recompute
from worlds.committed import PROJECT, RAW_COLUMNS, rules
from worlds.dirty import AS_OF, facts, spelled
from worlds.rule_sets import side_by_side


def message(run):
    """The one message of a run that names what is missing."""
    assert run.returncode != 0, run.output
    assert run.output.count("RAW DATA INCOMPLETE") == 1, run.complaint
    assert "Traceback" not in run.output
    return run.output[run.output.index("RAW DATA INCOMPLETE") :]


@pytest.mark.long
def test_one_message_names_everything_that_is_missing(warehouse):
    warehouse.load(
        {
            "signals": [{"signal_id": "1", "type": "demo_request", "occurred": "2026-01-01"}],
            "contacts": [{"contact_id": "c", "mail": "x"}],
            "product_usage": [{"account_id": "a"}],
        }
    )
    before = warehouse.tables()
    text = message(warehouse.build(raw_schema="raw", as_of="2026-01-01"))
    pieces = (
        "table accounts ",
        "column signals.account_id or contact_id or email or domain",
        "column signals.signal_type",
        "column signals.occurred_at",
        "column product_usage.measured_on",
    )
    assert [piece for piece in pieces if f"- {piece}" not in text] == []
    assert re.search(r"- table accounts .*account_id.*account_name", text)  # and what it needs
    assert len(re.findall(r"\n +- ", text)) == len(pieces)
    assert "There stand contacts, product_usage, signals. docs/raw-tables.md" in text
    assert "raw_schema" in text  # the remedy
    assert warehouse.tables() == before


@pytest.mark.long
def test_required_columns_are_all_it_takes(bare):
    assert_agrees(bare.marts(), recompute(BARE_ROWS, rules(), datetime(2026, 6, 30)))
    counts = {row["source_table"]: row["rows_in"] for row in bare.mart("source_reconciliation")}
    assert counts == {table: len(BARE_ROWS.get(table, [])) for table in RAW_COLUMNS}
    assert [row["reason"] for row in bare.mart("unmatched_signals")] == ["unknown_account"]


@pytest.mark.long
def test_signals_with_a_domain_only_from_a_view_with_names_in_upper_case(by_domain):
    (row,) = by_domain.mart("account_tiers")
    assert (row["account_id"], row["account_name"], row["domain"]) == ("7", "Seven", "WWW.Seven.example")
    assert row["engagement_status"] == "hot"
    assert row["decayed_intent_points"] == pytest.approx(40, abs=0.01)
    assert [(row["signal_id"], row["domain"]) for row in by_domain.mart("unmatched_signals")] == [("2", "x.example")]


@pytest.mark.long
def test_a_view_over_csv_as_the_docs_have_it_shows_no_line(warehouse):
    """Cells that cannot be read are rejected, lines that are no rows passed over; no address is printed or logged."""
    page = (PROJECT / "docs" / "raw-tables.md").read_text(encoding="utf-8")
    options = re.search(r"read_csv\('crm/contacts.csv'(.*?)\)`", page)[1]
    lines = [f"c{n},a,zoe@secret.example,false" for n in range(30_000)]
    lines += ["late,a,max@secret.example,perhaps", "torn,a,one@secret.example,false,4,5"]
    file = warehouse.folder / "contacts.csv"
    file.write_text("\n".join(["contact_id,account_id,email,is_champion", *lines]))
    warehouse.load({"accounts": [{"account_id": "a", "account_name": "A"}], "signals": []})
    with warehouse.connect() as connection:
        connection.execute(f"create view raw.contacts as select * from read_csv('{file}'{options})")
    run = warehouse.build(raw_schema="raw", as_of="2026-06-30").check()
    assert [row["reason"] for row in warehouse.mart("rejected_records")] == ["invalid_is_champion"]
    written = [
        path.read_text(errors="replace") for path in warehouse.folder.glob("*/*") if path.suffix in (".log", ".json")
    ]
    assert len(written) > 2
    assert not any("@secret.example" in text for text in (run.output, *written))


# --- Sizes that break naive SQL --------------------------------------------------------------------------------------

ACCOUNT = {"account_id": "a", "account_name": "A"}
SIZES = {
    "nothing at all": {},
    "signals of no account": {"signals": BARE_ROWS["signals"]},
    "one account": {"accounts": [ACCOUNT]},
    "one customer": {"accounts": [{**ACCOUNT, "is_customer": "yes"}]},
    "no signals": {"accounts": BARE_ROWS["accounts"]},
    "all accounts tied": {"accounts": [{**ACCOUNT, "account_id": f"{n:03}"} for n in (*range(60, 0, -1), 61)]},
    "all rows rejected": {"accounts": [{"account_name": "A"}], "signals": [{"signal_id": "1"}], "contacts": [{}]},
    "all accounts deleted": {"accounts": [{**ACCOUNT, "is_deleted": "1"}]},
}


@pytest.mark.worlds
@pytest.mark.parametrize("name", SIZES)
def test_sizes(compiled, name):
    for rule_rows in (rules(), side_by_side()):
        found = compiled.replay(SIZES[name], AS_OF, rule_rows, tested=True)
        assert_agrees(found, recompute(SIZES[name], rule_rows, AS_OF))


@pytest.mark.worlds
def test_tied_accounts_rank_by_id_and_fill_the_tiers_in_that_order(compiled):
    rows = compiled.replay(SIZES["all accounts tied"], AS_OF)["account_tiers"]
    in_order = sorted(rows, key=lambda row: row["priority_rank"])
    assert [row["account_id"] for row in in_order] == [f"{n:03}" for n in range(1, 62)]


# --- Values that are finite, and that is all -------------------------------------------------------------------------


@pytest.mark.worlds
def test_enormous_and_tiny_numbers_do_not_stop_the_build(compiled):
    """A finite number is a number: one absurd row must not keep all others from being scored."""
    raw = spelled(facts(41, side_by_side(), 40, 100), 41)
    size, speck = "9e307", "1e-300"
    absurd = {
        **ACCOUNT,
        "is_customer": "1",
        "annual_revenue_usd": size,
        "employee_count": size,
        "estimated_deal_usd": speck,
    }
    usage = dict.fromkeys(RAW_COLUMNS["product_usage"], speck) | {"account_id": "a", "measured_on": "2026-03-01"}
    usage |= {"daily_active_users": size, "seats_used": size, "integrations_installed": size, "departments_using": size}
    contract = {"annual_contract_value_usd": speck, "expansion_potential_usd": size, "nps": "-9e307"}
    raw["accounts"].append(absurd)
    raw["product_usage"].append(usage)
    raw["customer_contracts"].append({"account_id": "a", **contract, "renewal_on": "9999-12-31"})
    found = compiled.replay(raw, AS_OF, side_by_side(), tested=True)
    expected = recompute(raw, side_by_side(), AS_OF)
    for marts in (found, expected):  # how such a number is written out is left open
        for row in marts["account_score_contributions"]:
            if row["account_id"] == "a":
                row["attribute_value"] = row["points"] = None
    assert_agrees(found, expected)


@pytest.mark.worlds
def test_moments_at_the_ends_of_time(compiled):
    """Dates far away are dates."""
    far = ("0001-01-01", "9999-12-31T23:59:59.999999Z", "1970-01-01", "2262-04-12")
    accounts = [
        {
            "account_id": str(n),
            "account_name": "-",
            "get_back_on": text,
            "competitor_renewal_on": text,
            "updated_at": text,
        }
        for n, text in enumerate(far)
    ]
    signals = [
        {"signal_id": f"{a}{b}", "account_id": "0", "signal_type": "demo_request", "occurred_at": a, "loaded_at": b}
        for a in far
        for b in far
    ]
    technologies = [{"account_id": "0", "technology": f"Slack{n}", "detected_on": text} for n, text in enumerate(far)]
    overrides = [{"account_id": "1", "tier_number": "1", "starts_on": a, "ends_on": b} for a in far for b in far]
    raw = {"accounts": accounts, "signals": signals, "account_technologies": technologies, "tier_overrides": overrides}
    assert_agrees(compiled.replay(raw, AS_OF, tested=True), recompute(raw, rules(), AS_OF))


# --- Names and types as loaders have them ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spelled_otherwise(tmp_path_factory):
    """Tables and columns in another case, without underscores or nearly right, of types that differ."""
    warehouse = Warehouse(tmp_path_factory.mktemp("spelled"))
    with warehouse.connect() as connection:
        connection.execute(
            """
            create schema "Crm";
            create table "Crm"."Accounts" (
                "\ufeffAccountId" decimal(20, 9), "ACCOUNT_NAME" json, "is_customer " text, "IsDeleted" text,
                "domain" text, "Domain_" text, ownerid double, "MergedIntoAccountId" json,
                " Parent Account\u00a0Id" text, "anual_revenue_usd" text, "note" text
            );
            insert into "Crm"."Accounts" values
            (1, '"One \\"1\\""', '1.0', '0.0', 'one.example', 'wrong', 12345678901234568, null, '4', '5e7', null),
            (2, '"Two"', '0.000', '1.000', null, 'wrong', 0.5, null, null, null, null),
            (3.5, '"Three and a half"', '0.0', null, null, 'wrong', null, 'null', null, null, null),
            (4, '"Four"', null, null, null, 'wrong', 7, '"1"', null, null, null);
            create view "Crm"."SIGNALS" as
            select uuid '6F9619FF-8B86-D011-B42D-00C04FC964FF' as "SignalID", 1::double as "accountid",
                'demo_request' as "Signal_Type", timestamp '2026-06-29 12:00:00' as "OccurredAt"
            union all
            select uuid '6F9619FF-8B86-D011-B42D-00C04FC964FE', 3.5, 'demo_request', timestamp '2026-06-29 12:00:00';
            create table "Crm"."accounttechnologies" (account_id json, technology text);
            insert into "Crm"."accounttechnologies" values
            ('"1"', 'Slack'), ('4', 'HubSpot'), ('1.0', 'Marketo'), ('0.40e+1', 'Salesforce'), ('"1.0"', 'Segment'),
            ('12345678901234568', 'Segment'), ('1.2345678901234568e16', 'Slack');
            create table "Crm"."Account_Returns" ("accountId" text, "returnedOn" date);
            insert into "Crm"."Account_Returns" values ('1.0', '2026-06-01'), ('007', '2026-06-01');
            create table "Crm"."SalesReps" (owner_id text, "IsActive" text, "TERITORY" text);
            insert into "Crm"."SalesReps" values ('12345678901234568', '1.0', 'North'), ('7', '0.0', null);
            """
        )
    run = warehouse.build(raw_schema="CRM", raw_database="WAREHOUSE", as_of="2026-06-30").check()
    (warehouse.folder / "said.txt").write_text(run.output, encoding="utf-8")
    return warehouse


@pytest.mark.long
def test_names_are_found_in_any_case_and_with_or_without_underscores(spelled_otherwise):
    rows_in = {row["source_table"]: row["rows_in"] for row in spelled_otherwise.mart("source_reconciliation")}
    read = {"accounts": 4, "signals": 2, "account_technologies": 7, "account_returns": 2, "sales_reps": 2}
    assert rows_in == dict.fromkeys(RAW_COLUMNS, 0) | read
    (account,) = spelled_otherwise.query("select * from staging.stg_raw_tables__accounts where account_id = '1'")
    assert account["domain"] == "one.example"  # the exact name wins
    assert (account["account_name"], account["is_customer"], account["is_deleted"]) == ('One "1"', True, False)
    assert account["parent_account_id"] == "4"
    assert spelled_otherwise.mart("rejected_records") == []


@pytest.mark.long
def test_columns_that_look_like_one_that_was_not_found_are_told(spelled_otherwise):
    """At the build's end, and of no other column."""
    said = (spelled_otherwise.folder / "said.txt").read_text(encoding="utf-8")
    assert sorted(re.findall(r"NOT READ: .*", said)) == [
        f"NOT READ: column '{name}' of the raw table {table}; if it is {meant}, which counts as empty, call it so."
        for name, table, meant in (
            ("TERITORY", "sales_reps", "territory"),
            ("anual_revenue_usd", "accounts", "annual_revenue_usd"),
        )
    ]
    assert said.index("NOT READ") > said.index("OK created sql table model audit.account_tiers")
    (account,) = spelled_otherwise.query("select * from staging.stg_raw_tables__accounts where account_id = '1'")
    assert account["annual_revenue_usd"] is None


@pytest.mark.long
def test_an_id_is_one_value_in_every_type(spelled_otherwise):
    def column(name, table):
        return {row[name] for row in spelled_otherwise.query(f"select {name} from staging.stg_raw_tables__{table}")}

    assert column("account_id", "accounts") == {"1", "2", "3.5", "4"}
    assert column("owner_id", "accounts") == {"12345678901234568", "0.5", None, "7"}
    assert column("merged_into_account_id", "accounts") == {None, "1"}
    assert column("signal_id", "signals") == {
        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "6f9619ff-8b86-d011-b42d-00c04fc964fe",
    }
    assert column("account_id", "signals") == {"1", "3.5"}
    assert column("account_id", "account_technologies") == {"1", "4", "1.0", "12345678901234568"}  # '1.0' is a text
    found = spelled_otherwise.query("from intermediate.int_technologies_installed where account_id = '1'")
    assert {row["technology"] for row in found} == {"slack", "marketo", "hubspot", "salesforce"}  # 4 was merged into 1
    assert column("account_id", "account_returns") == {"1.0", "007"}  # text compares as it is
    assert column("is_active", "sales_reps") == {True, False}
    statuses = spelled_otherwise.query("select account_id, record_status from staging.stg_raw_tables__accounts")
    assert {row["account_id"] for row in statuses if row["record_status"] == "deleted"} == {"2"}


@pytest.mark.long
def test_names_that_may_each_be_meant_are_told(warehouse):
    row = {"account_id": "a", "AccountName": "A", "account_name_": "A"}
    warehouse.load({"accounts": [row]})
    before = warehouse.tables()
    run = warehouse.build(raw_schema="raw")
    assert run.returncode != 0
    assert "RAW DATA AMBIGUOUS - nothing was built" in run.output
    assert "'account_name_' and 'AccountName' may each be meant by column accounts.account_name." in run.output
    assert "Traceback" not in run.output
    assert warehouse.tables() == before


# --- Freshness -------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_one_odd_moment_of_loading_neither_breaks_nor_fools_the_freshness_of_a_source(warehouse):
    """What cannot be read, or lies ahead, tells nothing; the rest is read as a build reads it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    hour_ago, days_ago = now - timedelta(hours=1), now - timedelta(days=5)
    two_zones_on = timezone(timedelta(hours=2))
    odd = ["soon", "", None, "2999-01-01", "9999-12-31T23:59:59Z", "2026-02-30"]

    def loaded(table, *moments):
        return [{**row, "loaded_at": moment} for row in BARE_ROWS[table][:1] for moment in moments]

    contacts = [{"contact_id": "c", "Loaded At ": moment} for moment in ("soon", "2999-01-01")]
    warehouse.load(
        {
            "accounts": loaded("accounts", *odd, hour_ago.replace(tzinfo=UTC).astimezone(two_zones_on).isoformat()),
            "signals": loaded("signals", *odd, days_ago.isoformat(" ")),
            "contacts": contacts,
        }
    )
    run = warehouse.dbt("source", "freshness", variables={"raw_schema": "raw"})
    assert "Traceback" not in run.output
    results = json.loads((warehouse.folder / "target" / "sources.json").read_text())["results"]
    found = {result["unique_id"].rpartition(".")[2]: result for result in results}
    assert {table: result["status"] for table, result in found.items()} == {
        "accounts": "pass",
        "signals": "error",  # of five days ago, whatever one row says
        "contacts": "error",  # nothing tells that anything was loaded
        **dict.fromkeys(("activities", "opportunities", "product_usage"), "pass"),  # what is not there is not stale
    }
    newest = {table: datetime.fromisoformat(found[table]["max_loaded_at"]) for table in ("accounts", "signals")}
    for table, moment in {"accounts": hour_ago, "signals": days_ago}.items():
        assert abs(newest[table].replace(tzinfo=None) - moment) < timedelta(milliseconds=1), table
