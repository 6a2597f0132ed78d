{#- Runs a statement, or several, and gives the rows of the last, if it has any. -#}
{% macro run_sql(sql) -%} {{ return(adapter.dispatch("run_sql")(sql)) }} {%- endmacro %}

{% macro default__run_sql(sql) -%} {{ return(run_query(sql)) }} {%- endmacro %}

{#- dbt commits what it has begun itself. -#}
{% macro postgres__run_sql(sql) -%}
    {%- call statement("run_sql", fetch_result=true) -%} {{ sql }} {%- endcall -%}
    {{ return(load_result("run_sql").table) }}
{%- endmacro %}

{#- The driver fails where rows are asked for and there are none. -#}
{% macro spark__run_sql(sql) -%}
    {%- set has_rows = modules.re.match("(?i)\\s*(select|with|show|describe)\\b", sql) is not none -%}
    {%- call statement("run_sql", fetch_result=has_rows, auto_begin=false) -%} {{ sql }} {%- endcall -%}
    {{ return(load_result("run_sql").table if has_rows) }}
{%- endmacro %}


{#- The rows of a table with two columns, the second by the first. -#}
{% macro as_mapping(table) %}
    {%- set mapping = {} -%}
    {%- for row in table.rows -%} {%- do mapping.update({row[0]: row[1]}) -%} {%- endfor -%}
    {{ return(mapping) }}
{% endmacro %}


{#- Runs statements that take effect together, or none of them: on Spark, which has no transactions, one after another. -#}
{% macro run_in_transaction(statements) -%} {{ return(adapter.dispatch("run_in_transaction")(statements)) }} {%- endmacro %}

{% macro default__run_in_transaction(statements) -%}
    {%- do run_sql((["begin"] + statements + ["commit"]) | join("; ")) -%}
{%- endmacro %}

{#- A look at a relation, as of `dbt retry` at the ledger, has begun one. -#}
{% macro duckdb__run_in_transaction(statements) -%}
    {%- do adapter.commit() -%}
    {%- do default__run_in_transaction(statements) -%}
{%- endmacro %}

{% macro spark__run_in_transaction(statements) -%}
    {%- for statement in statements -%} {%- do run_sql(statement) -%} {%- endfor -%}
{%- endmacro %}


{#- SQL in a transaction: waits until no other that said so of the table is open, where two commands may be at it at once. -#}
{% macro take_turns(relation) -%} {{ adapter.dispatch("take_turns")(relation) }} {%- endmacro %}

{% macro default__take_turns(relation) -%} {%- endmacro %}

{% macro postgres__take_turns(relation) -%} lock table {{ relation }} in share update exclusive mode; {%- endmacro %}
