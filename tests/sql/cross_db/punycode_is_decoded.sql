{#- Labels and what they stand for, as RFC 3492 says; null of what cannot be decoded. -#}
{#- of no model, it would be left out by what runs the tests of each model -#}
{%- do ref("rules_checked") -%}
{%- set meant = {
    "xn--bcher-kva": "bücher",
    "xn--bcher-2pa": "bücher",
    "xn--strae-oqa": "straße",
    "xn--fiqs8s": "中国",
    "xn--ihqwcrb4cv8a8dqg056pqjye": "他们为什么不说中文",
    "xn--3b-ww4c5e180e575a65lsy2b": "3年b組金八先生",
    "xn--tdaaaaaaaaaaaaaaaaaaaa": "ü" * 20,
    "xn--ls8h": "💩",
    "xn--5ca0cz44lhl60b": "å€😀ü",
    "xn--" ~ "a" * 36 ~ "-d0d2647490brmvyb": "ü" ~ "a" * 36 ~ "\U00100000\U0010fffd",
    "xn---kva": "\u0369",
    "xn--a\nb-kva": "a\u013a\nb",
    "xn--a-": "a",
    "xn--mü-kva": none,
    "xn--a_b": none,
    "xn--bcher-kv": none,
    "xn--99999999": none,
    "xn--999999999": none,
    "xn--" ~ "z" * 59: none,
    "xn--" ~ "z" * 60: none,
    "xn--": none,
    "axn--bcher-kva": none,
    "bücher": none,
} -%}
{{ with_recursive() }}

labels as (

    {%- for label, text in meant.items() %}
    select
        '{{ label }}' as label,
        {{ "'" ~ text ~ "'" if text is not none else "cast(null as " ~ dbt.type_string() ~ ")" }} as expected_text
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

{{ decode_punycode("labels") }}

select
    labels.label,
    labels.expected_text,
    decoded.text
from labels
left join decoded on labels.label = decoded.label
where decoded.text is distinct from labels.expected_text
