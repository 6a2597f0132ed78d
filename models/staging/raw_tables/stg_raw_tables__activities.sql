{{ stage_raw("activities") }}
