{{ stage_raw("account_domains") }}
