{{ typed_rules("source_fields") }}
