{% for table in raw_tables() -%}
select '{{ table }}' as source_table, count(*) as rows_in from {{ raw_relation(table) }} as {{ table }}
{{ "union all" if not loop.last }}
{% endfor %}
