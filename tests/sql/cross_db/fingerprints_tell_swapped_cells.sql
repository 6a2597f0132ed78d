{#- of no model, it would be left out by what runs the tests of each model -#}
{%- do ref("rules_checked") -%}
-- two rows that swap a cell have another sum of fingerprints; in a space this small it can hold always
with

cells as (

    select number as cell from ({{ numbers_up_to(16) }}) as numbers

),

pairs as (

    select
        one.cell as first_cell,
        other.cell as last_cell
    from cells as one
    cross join cells as other

),

seen as (

    select
        first_cell,
        last_cell,
        {{ fingerprint(whole_row("pairs")) }} as fingerprint
    from pairs

)

select
    one.first_cell,
    one.last_cell,
    other.first_cell as other_first_cell,
    other.last_cell as other_last_cell
from seen as one
inner join seen as other on one.first_cell < other.first_cell and one.last_cell < other.last_cell
inner join seen as swapped on one.first_cell = swapped.first_cell and other.last_cell = swapped.last_cell
inner join seen as swapped_back on other.first_cell = swapped_back.first_cell and one.last_cell = swapped_back.last_cell
where one.fingerprint + other.fingerprint = swapped.fingerprint + swapped_back.fingerprint
