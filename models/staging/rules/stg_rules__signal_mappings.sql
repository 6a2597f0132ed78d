{{ typed_rules("signal_mappings") }}
