-- depends_on: {{ ref("rules_checked") }}
{{ typed_rules("icp_industries") }}
