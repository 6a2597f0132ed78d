-- Attributes that rules name and that are none, with up to three that are most like them, by the pairs of letters that they share.
with

attributes as (

    select distinct attribute from {{ ref("rule_attributes") }}

),

unknown as (

    select attribute from {{ ref("stg_rules__scoring_rules") }}
    union
    select attribute from {{ ref("stg_rules__qualification_rules") }}
    except
    select attribute from attributes

),

places as (

    {%- for place in range(1, 64) %}
    select {{ place }} as place {{ "union all" if not loop.last }}
    {%- endfor %}

),

likenesses as (

    select
        unknown.attribute,
        attributes.attribute as meant,
        2.0 * count(*) / (length(unknown.attribute) + length(attributes.attribute) - 2) as likeness
    from unknown
    inner join places on places.place < length(unknown.attribute)
    inner join attributes
        on {{ dbt.position("substring(unknown.attribute, places.place, 2)", "attributes.attribute") }} > 0
    group by unknown.attribute, attributes.attribute

),

ranked as (

    select
        *,
        row_number() over (partition by attribute order by likeness desc, meant asc) as place
    from likenesses
    where likeness >= 0.4

)

select
    attribute,
    {{ ordered_list("meant", "place", "', '") }} as meant
from ranked
where place <= 3
group by attribute
