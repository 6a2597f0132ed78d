{{ typed_rules("signal_types") }}
