{#- Before anything is written: an error that names each rule file without a single character, which dbt cannot load. -#}
{% macro check_rule_files() %}
    {%- set sha256_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" -%}
    {%- set empty = [] -%}
    {%- for name in rule_files() if rule_file(name).checksum.checksum == sha256_of_nothing -%}
        {%- do empty.append("seeds/" ~ name ~ ".csv line 1 [header] the file is empty: it needs at least its header, "
            ~ (rule_file(name).columns.keys() | join(","))) -%}
    {%- endfor -%}
    {%- if empty -%}
        {{ exceptions.raise_compiler_error("RULES REJECTED - nothing was published\n  - " ~ (empty | join("\n  - "))) }}
    {%- endif -%}
{% endmacro %}
