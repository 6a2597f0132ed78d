{{ stage_raw("customer_contracts") }}
