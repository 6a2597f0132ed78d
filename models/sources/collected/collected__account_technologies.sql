{{ config(enabled=is_collected(), materialized=collected_as()) }}
{{ collect("account_technologies") }}
