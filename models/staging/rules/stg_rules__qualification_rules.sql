-- depends_on: {{ ref("rules_checked") }}
{{ typed_rules("qualification_rules") }}
