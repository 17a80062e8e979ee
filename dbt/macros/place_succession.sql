{#
  Lost places of one level paired with gained ones of the same name, within a pair of registers.
  `within`: SQL that says where a gained place may lie for a lost one; a name counts only where it
  is the only one of its kind on both sides of what `within` brings together. `nearness`: 1 before 2.
#}
{% macro pairs_of_one_name(lost, gained, level, within, nearness) %}
    select
        register_city_code, from_date, to_date, level, place_code, to_place_code,
        {{ nearness }} as nearness
    from (
        select
            lost.register_city_code,
            lost.from_date,
            lost.to_date,
            lost.level,
            lost.place_code,
            gained.to_place_code,
            count(*) over (
                partition by lost.register_city_code, lost.from_date, lost.to_date, lost.place_code
            ) as gained_count,
            count(*) over (
                partition by
                    lost.register_city_code, lost.from_date, lost.to_date, gained.to_place_code
            ) as lost_count
        from {{ lost }} as lost
        inner join {{ gained }} as gained
            on lost.register_city_code = gained.register_city_code
            and lost.from_date = gained.from_date
            and lost.to_date = gained.to_date
            and lost.level = gained.level
            and lost.place_name = gained.to_place_name
        where lost.level = '{{ level }}' and {{ within }}
    ) as pairs
    where gained_count = 1 and lost_count = 1
{% endmacro %}
