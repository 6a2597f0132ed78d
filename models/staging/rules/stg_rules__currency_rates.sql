{{ typed_rules("currency_rates") }}
