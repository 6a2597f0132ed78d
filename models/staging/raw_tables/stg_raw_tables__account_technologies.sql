{{ stage_raw("account_technologies") }}
