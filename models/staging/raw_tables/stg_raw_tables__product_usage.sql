{{ stage_raw("product_usage") }}
