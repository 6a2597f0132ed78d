{{ typed_rules("outcomes") }}
