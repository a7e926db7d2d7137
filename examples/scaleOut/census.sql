-- What each sampler of dlae-census has found: duckdb -c ".read census.sql" in the directory of the campaign.
-- unseen: Good and Turing's estimate, from classes that were found once, of the probability that the next critical end
-- is of a class that was not found. chao1: Chao's lower bound of the number of classes that the sampler can reach.
with ends as (from 'ends.parquet/*.parquet'),
     found as (select coalesce(sampler, 'all') as sampler, class, count(*) as times
               from ends where class is not null group by grouping sets ((sampler, class), (class))),
     searched as (select coalesce(sampler, 'all') as sampler, count(*) as searches from ends group by grouping sets ((sampler), ()))
select sampler, any_value(searches) as searches, sum(times)::bigint as critical, count(*) as classes,
       round(100 * count(*) / 2517, 1) as percent_of_2517,
       count(*) filter (times = 1) as once, count(*) filter (times = 2) as twice,
       round(count(*) filter (times = 1) / sum(times), 4) as unseen,
       round(count(*) + (count(*) filter (times = 1)) ** 2 / (2 * greatest(1, count(*) filter (times = 2)))) as chao1
from found join searched using (sampler) group by sampler order by classes desc;
