{{ typed_rules("scoring_rules") }}
