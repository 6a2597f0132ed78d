"""How rows are read, by small examples: deletes, versions, compared text, domains and names of columns."""

import pytest

from recomputation import recompute
from recomputation.accounts import normal_domain
from recomputation.reading import read_all
from recomputation.rules import read_rules
from recomputation.values import Unreadable, read_name, read_timestamp

from .test_by_hand import AS_OF, MODEL, RULES, account, ago, by_id, changed, only, points_of, run, signal, tier_of


def entries(result):
    """What was rejected, but for the rows."""
    return [(row["record_key"], row["reason"], row["severity"]) for row in result["rejected_records"]]


def counts_of(result, table):
    """Standing, superseded, deleted and rejected rows of a table."""
    row = only([row for row in result["source_reconciliation"] if row["source_table"] == table])
    return tuple(row[name] for name in ("standing", "superseded", "deleted", "rejected"))


# --- Deletes ---------------------------------------------------------------------------------------------------------


def test_a_delete_needs_nothing_but_its_key():
    signals = [
        signal("demo_request", signal_id="1"),
        {"signal_id": "1", "is_deleted": "yes", "loaded_at": ago(0)},
        {"signal_id": "2", "is_deleted": "yes", "signal_type": "no such type", "occurred_at": "soon"},
        {"signal_id": "3", "is_deleted": "yes", "occurred_at": ago(0), "loaded_at": ago(2), "signal_value": "101"},
        {"signal_id": " ", "is_deleted": "yes"},
        {"signal_id": "4", "is_deleted": "perhaps"},
    ]
    result = run([account(), {"account_id": "b", "is_deleted": "1"}], signals)
    assert entries(result) == [
        ("2", "invalid_occurred_at", "value"),
        ("3", "invalid_signal_value", "value"),
        ("", "missing_signal_id", "record"),
        ("", "missing_signal_type", "record"),
        ("", "missing_occurred_at", "record"),
        ("", "missing_account_id", "record"),
        ("4", "missing_signal_type", "record"),
        ("4", "missing_occurred_at", "record"),
        ("4", "missing_account_id", "record"),
        ("4", "invalid_is_deleted", "value"),
    ]
    assert counts_of(result, "signals") == (0, 1, 3, 2)
    assert counts_of(result, "accounts") == (1, 0, 1, 0)


def test_a_delete_whose_key_cannot_be_read_is_rejected():
    overrides = [
        {"account_id": "a", "tier_number": "1"},
        {"account_id": "a", "is_deleted": "t", "starts_on": "soon", "loaded_at": ago(0)},
        {"account_id": "a", "tier_number": "2", "starts_on": "2026-03-01"},
        {"account_id": "a", "is_deleted": "t", "starts_on": "2026-03-01", "ends_on": "later", "loaded_at": ago(0)},
    ]
    returns = [
        {"account_id": "a", "returned_on": "2026-03-15", "snooze_until": "2026-04-01"},
        {"account_id": "a", "returned_on": "2026-03-15T10:00", "is_deleted": "t", "updated_at": ago(0)},
        {"account_id": "a", "returned_on": "?", "is_deleted": "t"},
    ]
    result = run([account()], tier_overrides=overrides, account_returns=returns)
    assert only(result["account_tiers"])["tier_number"] == 1
    assert entries(result) == [
        ("a|soon", "missing_tier_number", "record"),
        ("a|soon", "invalid_starts_on", "record"),
        ("a|2026-03-01", "invalid_ends_on", "value"),
        ("a|?", "invalid_returned_on", "record"),
    ]
    assert counts_of(result, "tier_overrides") == (1, 1, 1, 1)
    # a blank start is a key, too
    overrides.append({"account_id": "a", "is_deleted": "t", "loaded_at": ago(0)})
    assert only(run([account()], tier_overrides=overrides)["account_tiers"])["tier_number"] == 4


def test_every_table_may_have_versions():
    technologies = [
        {"account_id": "a", "technology": "Slack", "removed_on": "2026-01-01", "updated_at": ago(2)},
        {"account_id": "a", "technology": "slack", "updated_at": ago(1)},
        {"account_id": "a", "technology": "HubSpot"},
        {"account_id": "a", "technology": "HUBSPOT", "is_deleted": "y", "loaded_at": ago(9)},
    ]
    result = run([account()], account_technologies=technologies)
    assert points_of(result, "technology") == 12
    assert counts_of(result, "account_technologies") == (1, 2, 1, 0)


# --- Versions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "domain"), [("23:59:59.999999", "later"), ("24", "later"), ("24.000001", None)])
def test_what_was_written_more_than_a_day_after_it_was_loaded(after, domain):
    written = {
        "23:59:59.999999": "2026-01-01T23:59:59.999999",
        "24": "2026-01-02",
        "24.000001": "2026-01-02T00:00:00.000001",
    }
    rows = [
        account(updated_at="2026-01-01"),
        account(domain="later", updated_at=written[after], loaded_at="2026-01-01"),
    ]
    result = run(rows)
    assert only(result["account_tiers"])["domain"] == domain
    assert entries(result) == ([] if domain else [("a", "invalid_updated_at", "value")])


def test_what_was_written_after_as_of_is_not_known_yet():
    later = "2026-03-15T12:00:00.000001Z"
    rows = [
        account("a", domain="now", updated_at=AS_OF),
        account("a", domain="later", updated_at=later),
        account("b", domain="latest", updated_at=ago(-2)),
        account("b", domain="earliest", updated_at=later),
        account("c", domain="none", loaded_at=ago(-3)),
        account("c", domain="later", updated_at=later, loaded_at=ago(-3)),
        account("d", domain="old", updated_at=ago(9)),
        account("d", is_deleted="y", loaded_at=later),
        account("e", domain="of the same moment", updated_at=later),
        account("e", is_deleted="y", loaded_at=later),
    ]
    contacts = [
        {"contact_id": "c", "account_id": "a", "seniority": "manager", "updated_at": ago(1)},
        {"contact_id": "c", "account_id": "a", "seniority": "executive", "updated_at": later},
    ]
    result = run(rows, [signal("demo_request", contact_id="c")], contacts=contacts)
    assert {key: row["domain"] for key, row in by_id(result["account_tiers"]).items()} == {
        "a": "now",
        "b": "earliest",
        "c": "none",
        "d": "old",
    }
    assert counts_of(result, "accounts") == (4, 5, 1, 0)
    assert (
        points_of(
            {
                "account_score_contributions": [
                    row for row in result["account_score_contributions"] if row["account_id"] == "a"
                ]
            },
            "seniority",
        )
        == 4
    )


def test_signals_and_other_tables_know_no_as_of():
    signals = [
        signal("demo_request", signal_id="s", updated_at=ago(1)),
        signal("email_open", signal_id="s", updated_at=ago(-1)),
    ]
    technologies = [
        {"account_id": "a", "technology": "Slack", "updated_at": ago(1)},
        {"account_id": "a", "technology": "Slack", "is_deleted": "y", "updated_at": ago(-1)},
    ]
    result = run([account()], signals, account_technologies=technologies)
    assert only(result["account_tiers"])["engagement_status"] == "cold"
    assert counts_of(result, "account_technologies") == (0, 1, 1, 0)


@pytest.mark.parametrize("order", [1, -1])
def test_of_equals_a_delete_that_does_not_say_when_stands(order):
    rows = [
        account(updated_at=ago(1), loaded_at=ago(1)),
        account(is_deleted="t", loaded_at=ago(1)),
        account(updated_at=ago(1), loaded_at=ago(1), domain="x"),
    ]
    assert run(rows[::order])["account_tiers"] == []
    rows[1]["loaded_at"] = ago(1, seconds=1)
    assert run(rows[::order])["account_tiers"] != []
    # one whose updated_at cannot be was written when it was loaded, too
    rows[1] |= {"loaded_at": ago(1), "updated_at": ago(-1)}
    assert run(rows[::order])["account_tiers"] == []


@pytest.mark.parametrize(("text", "active"), [(None, True), ("", True), ("?", True), ("no", False), ("yes", True)])
def test_a_rep_is_active_unless_it_is_said(text, active):
    result = run([account()], sales_reps=[{"owner_id": "r", "is_active": text}])
    assert only(result["rep_coverage"])["is_active"] is active
    assert entries(result) == ([("r", "invalid_is_active", "value")] if text == "?" else [])


# --- Text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("United \u00a0\n States", "United States"),
        ("A\u0308rzte", "Ärzte"),
        ("\u212bngstrom", "\u00c5ngstrom"),
        ("a\u200bb\x1cc", "a\u200bb\x1cc"),  # neither is white space
        ("\ufb01ne", "\ufb01ne"),  # NFC, not NFKC
    ],
)
def test_compared_text(text, read):
    assert read_name(text) == read


def test_compared_text_is_compared_in_one_form():
    rules = changed("icp_markets", {"country": "United States"}, country="Co\u0302te  d\u2019Ivoire")
    assert points_of(run([account(country=" c\u00d4TE\u2003D\u2019IVOIRE")], rules=rules), "geography") == 15
    technologies = [{"account_id": "a", "technology": text} for text in ("Google  Analytics", "google\tanalytics")]
    assert counts_of(run([account()], account_technologies=technologies), "account_technologies") == (1, 1, 0, 0)
    rule = {"scoring_model": MODEL, "dimension": "strategic", "factor": "x", "points": "1"}
    rules = {
        **RULES,
        "scoring_rules": [*RULES["scoring_rules"], {**rule, "attribute": "territory", "match_value": "Süd  West"}],
    }
    result = run([account(territory="su\u0308d west", account_name="A  b", domain="x  y")], rules=rules)
    assert points_of(result, "x") == 1
    row = only(result["account_tiers"])
    assert (row["territory"], row["account_name"], row["domain"]) == ("süd west", "A  b", "x  y")


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("acme.com.", "acme.com"),
        ("https://www.acme.com.:443/x", "acme.com"),
        ("www.", None),
        ("anna@acme.com", "acme.com"),
        ("ftp://user:pass@www.acme.com", "acme.com"),
        ("acme.com/@anna", "acme.com"),
        ("acme.com?to=anna@other.com", "acme.com"),
        ("user@@acme.com", "acme.com"),
        ("anna@", None),
        ("...", None),
        ("Mu\u0308nchen.de", "münchen.de"),
        ("XN--MNCHEN-3YA.de", "münchen.de"),
        ("xn--mnchen-3ya.xn--p1ai", "münchen.рф"),
        ("xn--.de", "xn--.de"),
        ("xn--999999999.de", "xn--999999999.de"),
        ("xn--mü.de", "xn--mü.de"),
        ("xn--mü-kva.de", "xn--mü-kva.de"),
        ("www.www.acme.com", "www.acme.com"),
    ],
)
def test_domains(text, domain):
    assert normal_domain(text) == domain


@pytest.mark.parametrize("text", ["2026-03-01 10:00:00 UTC", "2026-03-01T10:00 UTC", "2026-03-01 10:00:00.000 UTC"])
def test_utc_is_an_offset(text):
    assert read_timestamp(text).isoformat() == "2026-03-01T10:00:00"


@pytest.mark.parametrize(
    "text", ["2026-03-01 UTC", "2026-03-01 10:00:00UTC", "2026-03-01 10:00  UTC", "2026-03-01 10:00 utc"]
)
def test_what_only_looks_like_utc(text):
    with pytest.raises(Unreadable):
        read_timestamp(text)


# --- Names of columns ------------------------------------------------------------------------------------------------


def test_names_are_found_with_the_prefix_of_a_property():
    rows = [
        {
            "account_id": "a",
            "properties_account_name": "A",
            "property_annualrevenueusd": "5e7",
            "\ufeffPropertyIndustry ": "saas",
            "property_country": "Brazil",
            "COUNTRY": "Canada",
            "Property_Domain": "x.com",
            "domain_": "y.com",
        }
    ]
    with pytest.raises(AssertionError, match="domain"):
        recompute({"accounts": rows}, RULES, AS_OF)
    del rows[0]["domain_"]
    result = recompute({"accounts": rows}, RULES, AS_OF)
    assert {factor: points_of(result, factor) for factor in ("company_size", "industry", "geography")} == {
        "company_size": 30,
        "industry": 25,
        "geography": 15,
    }
    assert only(result["account_tiers"])["domain"] == "x.com"
    assert tier_of()["domain"] is None


# --- Values ----------------------------------------------------------------------------------------------------------


def mapping(column, pattern, value, source_column="", raw_table="contacts"):
    """A row of field_mappings."""
    return {
        "raw_table": raw_table,
        "column": column,
        "source_column": source_column,
        "pattern": pattern,
        "value": value,
    }


@pytest.mark.parametrize(
    ("cells", "seniority"),
    [
        ({"seniority": " Boss "}, "executive"),
        ({"seniority": "bosses"}, None),
        ({"seniority": "Manager", "job_title": "VP  of  Sales"}, "manager"),
        ({"job_title": "vp of sales"}, "executive"),
        ({"job_title": "Deputy VP of"}, None),
        ({"job_title": "Deputy VP of IT"}, "executive"),
        ({"job_title": "assistant to the vp of it"}, "practitioner"),
        ({"seniority": "executive", "job_title": "assistant"}, "practitioner"),
        ({"Job Title": "assistant"}, "practitioner"),
        ({"seniority": "executive", "job_title": "n/a"}, None),
        ({"seniority": "executive", "job_title": " "}, "executive"),
    ],
)
def test_the_first_line_whose_pattern_matches_gives_the_value(cells, seniority):
    lines = [
        mapping("seniority", "boss | chief", "Executive"),
        mapping("seniority", "manager", "manager"),
        mapping("seniority", "*assistant*", "practitioner", "job_title"),
        mapping("seniority", "*VP of *", "executive", "JobTitle"),
        mapping("seniority", "n/a", "", "job_title"),
        mapping("seniority", "*assistant*", "manager", "job_title"),
        mapping("seniority", "executive", "manager", raw_table="accounts"),
    ]
    read = read_all(
        {"contacts": [{"contact_id": "c", **cells}]}, (), AS_OF, read_rules({"field_mappings": lines}).field_mappings
    )
    assert only(read.standing["contacts"])["seniority"] == seniority
