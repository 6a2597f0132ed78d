-- depends_on: {{ ref("rules_checked") }}
{{ typed_rules("signal_types") }}
