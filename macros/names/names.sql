{#-
    What the project's own resources are called, so that it shares a warehouse, and a project, with those of others. Each of these
    macros of dbt's holds for the nodes of this project alone, whichever project it is installed in.
-#}

{#- A schema bears the name of the target's before its own (`dbt_anna_marts`), unless that is the engine's default. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if not custom_schema_name -%} {{ target.schema }}
    {%- elif target.schema | lower in ["main", "public", "default"] -%} {{ custom_schema_name | trim }}
    {%- else -%} {{ target.schema }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}

{#- A versioned model's table bears no number. -#}
{% macro generate_alias_name(custom_alias_name, node) -%}
    {{ (custom_alias_name or node.name) | trim }}
{%- endmacro %}

{#- A name means this project's resource, whatever else the root project calls so. -#}
{% macro ref(name) -%}
    {{ return(builtins.ref(model.package_name, name, **kwargs)) }}
{%- endmacro %}


{#- The schema that the project writes under this name. -#}
{% macro own_schema(name) -%} {{ return(generate_schema_name(name, none) | trim) }} {%- endmacro %}

{#- The project's own nodes of the graph: of these types, enabled, in the order of their names. -#}
{% macro own_nodes(types) -%}
    {%- set nodes = graph.nodes.values() | selectattr("package_name", "equalto", model.package_name) -%}
    {{ return(nodes | selectattr("resource_type", "in", types) | sort(attribute="name") | list) }}
{%- endmacro %}

{#- One of the project's own models, by its name. -#}
{% macro own_model(name) -%} {{ return(own_nodes(["model"]) | selectattr("name", "equalto", name) | first) }} {%- endmacro %}
