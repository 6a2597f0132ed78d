{{ stage_raw("contacts") }}
