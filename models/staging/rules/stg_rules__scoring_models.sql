-- depends_on: {{ ref("rules_checked") }}
{{ typed_rules("scoring_models") }}
