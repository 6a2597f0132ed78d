"""The rule files as typed records. A blank cell is null; what that means is said where the rule is used."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .values import as_text, read_flag, read_name, read_ordinal, read_signed_number

Row = dict[str, Any]


@dataclass(frozen=True)
class Condition:
    """What a rule asks of an attribute: a band with both ends included, a value, or only that it is known."""

    attribute: str
    min_value: Fraction | None
    max_value: Fraction | None
    match_value: str | None


@dataclass(frozen=True)
class ScoringRule:
    """A row of scoring_rules."""

    condition: Condition
    points: Fraction | None
    points_per_unit: Fraction | None
    label: str | None


@dataclass(frozen=True)
class Factor:
    """All rules of a model's factor."""

    dimension: str
    factor: str
    rules: tuple[ScoringRule, ...]


@dataclass(frozen=True)
class Dimension:
    """A row of scoring_dimensions with its factors."""

    dimension: str
    weight: Fraction
    max_points: Fraction
    factors: tuple[Factor, ...]


@dataclass(frozen=True)
class Tier:
    """A row of tiers."""

    tier_number: int
    tier: str
    min_score: Fraction | None
    max_share: Fraction | None
    max_accounts: Fraction | None
    max_accounts_per_rep: Fraction | None
    promote_hot: bool
    demotion_margin: Fraction


@dataclass(frozen=True)
class Model:
    """A scoring model with everything that hangs on it; qualification maps each rule's name to its alternatives."""

    scoring_model: str
    population: str
    is_primary: bool
    dimensions: tuple[Dimension, ...]
    tiers: tuple[Tier, ...]
    treatments: dict[int, Row]
    qualification: dict[str, list[Condition]]


@dataclass(frozen=True)
class SignalType:
    """A row of signal_types."""

    points: Fraction
    half_life_days: Fraction | None
    max_points: Fraction | None
    daily_limit_per_contact: int | None


@dataclass(frozen=True)
class Trigger:
    """A row of engagement_triggers."""

    status: str
    trigger: str
    metric: str
    signal_type: str | None
    window_days: int | None
    min_value: Fraction | None
    respond_within_hours: Fraction | None
    count_once_per: str = "signal"


@dataclass(frozen=True)
class FieldMapping:
    """A row of field_mappings; `patterns` are the alternatives, in lower case."""

    raw_table: str
    column: str
    source_column: str
    patterns: tuple[str, ...]
    value: str | None


@dataclass(frozen=True)
class Rules:
    """All rule files."""

    models: tuple[Model, ...]
    signal_types: dict[str, SignalType]
    triggers: tuple[Trigger, ...]
    industries: dict[str, str]
    markets: dict[str, str]
    technologies: frozenset[str]
    free_email_domains: frozenset[str]
    field_mappings: tuple[FieldMapping, ...]


def read_rules(rules: dict[str, list[Row]]) -> Rules:
    """Read every rule file."""
    return Rules(
        models=tuple(_model(row, rules) for row in rules.get("scoring_models", [])),
        signal_types={
            _name(row, "signal_type"): SignalType(
                points=_number(row, "points") or Fraction(0),
                half_life_days=_number(row, "half_life_days"),
                max_points=_number(row, "max_points"),
                daily_limit_per_contact=_whole(row, "daily_limit_per_contact"),
            )
            for row in rules.get("signal_types", [])
        },
        triggers=tuple(
            Trigger(
                status=_name(row, "status"),
                trigger=_required(row, "trigger"),
                metric=_name(row, "metric"),
                signal_type=_lower(row, "signal_type"),
                window_days=_whole(row, "window_days"),
                min_value=_number(row, "min_value"),
                respond_within_hours=_number(row, "respond_within_hours"),
                count_once_per=_lower(row, "count_once_per") or "signal",
            )
            for row in rules.get("engagement_triggers", [])
        ),
        industries={_name(row, "industry"): _name(row, "industry_match") for row in rules.get("icp_industries", [])},
        markets={_name(row, "country"): _name(row, "market_match") for row in rules.get("icp_markets", [])},
        technologies=frozenset(_name(row, "technology") for row in rules.get("complementary_technologies", [])),
        free_email_domains=frozenset(_name(row, "domain") for row in rules.get("free_email_domains", [])),
        field_mappings=tuple(
            FieldMapping(
                raw_table=_name(row, "raw_table"),
                column=_name(row, "column"),
                source_column=_lower(row, "source_column") or _name(row, "column"),
                patterns=tuple(pattern.strip() for pattern in _name(row, "pattern").split("|")),
                value=_text(row, "value"),
            )
            for row in rules.get("field_mappings", [])
        ),
    )


def _model(row: Row, rules: dict[str, list[Row]]) -> Model:
    name = _required(row, "scoring_model")

    def of_model(file: str) -> list[Row]:
        return [line for line in rules.get(file, []) if _text(line, "scoring_model") == name]

    qualification: dict[str, list[Condition]] = {}
    for line in of_model("qualification_rules"):
        qualification.setdefault(_required(line, "rule"), []).append(_condition(line))
    tiers = [
        Tier(
            tier_number=read_ordinal(_required(line, "tier_number")),
            tier=_required(line, "tier"),
            min_score=_number(line, "min_score"),
            max_share=_number(line, "max_share"),
            max_accounts=_number(line, "max_accounts"),
            max_accounts_per_rep=_number(line, "max_accounts_per_rep"),
            promote_hot=_flag(line, "promote_hot"),
            demotion_margin=_number(line, "demotion_margin") or Fraction(0),
        )
        for line in of_model("tiers")
    ]
    return Model(
        scoring_model=name,
        population=_name(row, "population"),
        is_primary=_flag(row, "is_primary"),
        dimensions=tuple(_dimension(line, of_model("scoring_rules")) for line in of_model("scoring_dimensions")),
        tiers=tuple(sorted(tiers, key=lambda tier: tier.tier_number)),
        treatments={
            read_ordinal(_required(line, "tier_number")): _treatment(line) for line in of_model("tier_treatments")
        },
        qualification=qualification,
    )


def _dimension(row: Row, rule_rows: list[Row]) -> Dimension:
    name = _required(row, "dimension")
    rules_of: dict[str, list[ScoringRule]] = {}
    for line in rule_rows:
        if _text(line, "dimension") == name:
            rule = ScoringRule(
                condition=_condition(line),
                points=_number(line, "points"),
                points_per_unit=_number(line, "points_per_unit"),
                label=_text(line, "label"),
            )
            rules_of.setdefault(_required(line, "factor"), []).append(rule)
    return Dimension(
        dimension=name,
        weight=read_signed_number(_required(row, "weight")),
        max_points=read_signed_number(_required(row, "max_points")),
        factors=tuple(Factor(name, factor, tuple(found)) for factor, found in rules_of.items()),
    )


def _treatment(row: Row) -> Row:
    return {
        "coverage": _text(row, "coverage"),
        "accounts_per_rep": _number(row, "accounts_per_rep"),
        "touch_cadence": _text(row, "touch_cadence"),
        "program": _text(row, "program"),
        "budget_min_usd": _number(row, "budget_min_usd"),
        "budget_max_usd": _number(row, "budget_max_usd"),
    }


def _condition(row: Row) -> Condition:
    return Condition(
        attribute=_name(row, "attribute"),
        min_value=_number(row, "min_value"),
        max_value=_number(row, "max_value"),
        match_value=_lower(row, "match_value"),
    )


def _text(row: Row, column: str) -> str | None:
    return as_text(row.get(column))


def _required(row: Row, column: str) -> str:
    text = _text(row, column)
    assert text is not None, f"{column} is blank"
    return text


def _name(row: Row, column: str) -> str:
    return read_name(_required(row, column)).lower()


def _lower(row: Row, column: str) -> str | None:
    text = _text(row, column)
    return None if text is None else read_name(text).lower()


def _number(row: Row, column: str) -> Fraction | None:
    text = _text(row, column)
    return None if text is None else read_signed_number(text)


def _whole(row: Row, column: str) -> int | None:
    number = _number(row, column)
    return None if number is None else int(number)


def _flag(row: Row, column: str) -> bool:
    text = _text(row, column)
    return text is not None and read_flag(text)
