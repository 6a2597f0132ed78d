{{ typed_rules("qualification_rules") }}
