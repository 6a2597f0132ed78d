{{ typed_rules("tier_treatments") }}
