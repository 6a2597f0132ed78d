{{ typed_rules("scoring_models") }}
