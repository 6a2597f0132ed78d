{{ typed_rules("free_email_domains") }}
