{{ typed_rules("field_mappings") }}
