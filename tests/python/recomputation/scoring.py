"""Points: what an account's attributes earn under the rules of a model, factor by factor."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .attributes import Account
from .rules import Condition, Dimension, Factor, Model, ScoringRule
from .values import FALSE_WORDS, TRUE_WORDS, Unreadable, published, read_signed_number

UNKNOWN = "(unknown)"


@dataclass(frozen=True)
class FactorScore:
    """What a factor gave: the winning rule (if any), its points and its part of the priority score."""

    dimension: str
    factor: str
    attribute: str
    value: object
    label: str | None
    points: Fraction
    max_points: Fraction
    at_stake: Fraction
    contribution: Fraction
    missing: Fraction
    """Points that its best rule would add within the dimension."""
    priority_gap: Fraction
    known: bool
    is_unknown: bool
    """Whether what it was given for is that nobody knows, or nobody does."""


@dataclass(frozen=True)
class Score:
    """An account's score in a model, unrounded; the published accessors round."""

    dimension_scores: dict[str, Fraction]
    priority: Fraction
    completeness: Fraction
    factors: tuple[FactorScore, ...]

    @property
    def priority_score(self) -> Fraction:
        """The priority score to six decimals."""
        return published(self.priority)

    def dimension_score(self, dimension: str) -> Fraction | None:
        """A dimension's score to six decimals, None in a model without it."""
        score = self.dimension_scores.get(dimension)
        return None if score is None else published(score)


def holds(condition: Condition, value: Any) -> bool:
    """Whether a value meets a condition. An unknown value meets none but `(unknown)`, which nothing else meets."""
    if value is None or condition.match_value == UNKNOWN:
        return value is None and condition.match_value == UNKNOWN
    banded = condition.min_value is not None or condition.max_value is not None
    if condition.match_value is not None and _equals(value, condition.match_value):
        return True
    if banded:
        return _is_number(value) and _within(condition, value)
    return condition.match_value is None


def disqualified_by(model: Model, account: Account) -> str | None:
    """The first qualification rule, by name, of which no alternative holds."""
    for rule in sorted(model.qualification):
        alternatives = model.qualification[rule]
        if not any(holds(condition, account.attribute(condition.attribute)) for condition in alternatives):
            return rule
    return None


def score(model: Model, account: Account) -> Score:
    """Score an account in a model."""
    dimension_scores: dict[str, Fraction] = {}
    factors: list[FactorScore] = []
    for dimension in model.dimensions:
        points, of_dimension = _score_dimension(dimension, account)
        dimension_scores[dimension.dimension] = 100 * points / dimension.max_points
        factors += of_dimension
    weights = {dimension.dimension: dimension.weight for dimension in model.dimensions}
    priority = sum((weights[name] * value for name, value in dimension_scores.items()), Fraction(0))
    return Score(dimension_scores, priority, _completeness(model, factors), tuple(factors))


def _score_dimension(dimension: Dimension, account: Account) -> tuple[Fraction, list[FactorScore]]:
    """A dimension's points between 0 and its most, and each factor's share of what they add to the priority score."""
    winners = [(factor, _best_rule(factor, account)) for factor in dimension.factors]
    total = sum((points for _, (_, points) in winners), Fraction(0))
    kept = min(max(total, Fraction(0)), dimension.max_points)
    scale = Fraction(1) if kept == total else kept / total
    per_point = 100 * dimension.weight / dimension.max_points
    scores = []
    for factor, (rule, points) in winners:
        attributes = [rule.condition.attribute for rule in factor.rules]
        known = [name for name in attributes if account.attribute(name) is not None]
        shown = rule.condition.attribute if rule else min(known or attributes)
        best = min(max(total - points + _most(factor, dimension), Fraction(0)), dimension.max_points)
        missing = max(best - max(total, Fraction(0)), Fraction(0))
        scores.append(
            FactorScore(
                dimension=dimension.dimension,
                factor=factor.factor,
                attribute=shown,
                value=account.attribute(shown),
                label=rule.label if rule else None,
                points=points,
                max_points=_most(factor, dimension),
                at_stake=_at_stake(factor, dimension),
                contribution=points * scale * per_point,
                missing=missing,
                priority_gap=missing * per_point,
                known=bool(known),
                is_unknown=rule.condition.match_value == UNKNOWN if rule else not known,
            )
        )
    return kept, scores


def _best_rule(factor: Factor, account: Account) -> tuple[ScoringRule | None, Fraction]:
    """The matching rule that gives the most, of equals the first by name, and its points; (None, 0) if none matches."""
    best: tuple[ScoringRule | None, Fraction] = (None, Fraction(0))
    for rule in sorted(factor.rules, key=lambda rule: (rule.condition.attribute, rule.label or "")):
        value = account.attribute(rule.condition.attribute)
        if not holds(rule.condition, value) or (rule.points_per_unit is not None and not _is_number(value)):
            continue
        if rule.points_per_unit is not None:
            points = Fraction(value) * rule.points_per_unit
        else:
            points = rule.points or Fraction(0)
        if best[0] is None or points > best[1]:
            best = (rule, points)
    return best


def _most(factor: Factor, dimension: Dimension) -> Fraction:
    """The best that a factor can give; nothing if it can only lose."""
    if any((rule.points_per_unit or 0) > 0 for rule in factor.rules):
        return dimension.max_points
    return max(Fraction(0), *(rule.points or Fraction(0) for rule in factor.rules))


def _at_stake(factor: Factor, dimension: Dimension) -> Fraction:
    """What a factor weighs: the best that it can give, else the most that it can take."""
    most = _most(factor, dimension)
    if most > 0:
        return most
    if any((rule.points_per_unit or 0) < 0 for rule in factor.rules):
        return dimension.max_points
    return max(-(rule.points or Fraction(0)) for rule in factor.rules)


def _completeness(model: Model, factors: list[FactorScore]) -> Fraction:
    """The share of the model whose attribute is known, each factor weighing what is at stake."""
    share_of = {dimension.dimension: dimension.weight / dimension.max_points for dimension in model.dimensions}
    weighed = [(share_of[factor.dimension] * factor.at_stake, factor.known) for factor in factors]
    whole = sum((weight for weight, _ in weighed), Fraction(0))
    return sum((weight for weight, known in weighed if known), Fraction(0)) / whole if whole else Fraction(0)


def _within(condition: Condition, number: Fraction | int) -> bool:
    return (condition.min_value is None or condition.min_value <= number) and (
        condition.max_value is None or number <= condition.max_value
    )


def _equals(value: object, match_value: str) -> bool:
    """Text without regard to case, flags by meaning, numbers by value."""
    if isinstance(value, bool):
        return match_value.lower() in (TRUE_WORDS if value else FALSE_WORDS)
    if _is_number(value):
        try:
            return read_signed_number(match_value) == value
        except Unreadable:
            return False
    return str(value).lower() == match_value.lower()


def _is_number(value: object) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)
