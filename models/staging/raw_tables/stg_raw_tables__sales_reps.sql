{{ stage_raw("sales_reps") }}
