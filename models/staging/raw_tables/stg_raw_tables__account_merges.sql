-- the raw record is kept: whether a merge goes in a circle shows only later
{{ stage_raw("account_merges", keep_raw_if="merged_into_account_id is not null") }}
