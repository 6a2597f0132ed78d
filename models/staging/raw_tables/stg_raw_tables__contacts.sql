-- the raw record of a merged contact is kept: whether its merge goes in a circle shows only later
{{ stage_raw("contacts", keep_raw_if="merged_into_contact_id is not null") }}
