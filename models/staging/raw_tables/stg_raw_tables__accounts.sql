-- the raw record of a merged account is kept: whether its merge goes in a circle shows only later
{{ stage_raw("accounts", keep_raw_if="merged_into_account_id is not null", with_fingerprint=true) }}
