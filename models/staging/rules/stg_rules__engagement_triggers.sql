{{ typed_rules("engagement_triggers") }}
