with

-- who may take on an account, the one with most room first
candidates as (

    select
        owner_id,
        lower(territory) as territory,
        row_number() over (
            partition by lower(territory)
            order by free_capacity desc nulls last, owner_id asc
        ) as place
    from {{ ref("int_rep_loads") }}
    where is_active
        and territory is not null
        and coalesce(role, '') not in ('sdr', 'csm')
        -- a capacity that nobody gave limits nothing
        and coalesce(free_capacity, 1) > 0

)

select
    territory,
    owner_id
from candidates
where place = 1
