{{ stage_raw("account_returns") }}
