{#- SQL: where the CRM shows an account, as the var `crm_account_url` has it; null without one. -#}
{% macro crm_url(account_id) -%}
    {%- if var("crm_account_url") -%}
    replace({{ text_literal(var("crm_account_url")) }}, '{account_id}', {{ account_id }})
    {%- else -%}
    cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}
