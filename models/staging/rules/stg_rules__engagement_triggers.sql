-- depends_on: {{ ref("rules_checked") }}
{{ typed_rules("engagement_triggers") }}
