{{ typed_rules("tiers") }}
