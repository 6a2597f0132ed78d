{{ typed_rules("scoring_dimensions") }}
