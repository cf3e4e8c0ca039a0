/** How far each group has come in each partition, and the generation of who may say so. */
export const positions = `
create table {schema}.position (
  consumer_group text not null,
  topic text not null,
  partition integer not null,
  generation bigint not null,
  next_offset bigint,
  primary key (consumer_group, topic, partition)
) with (fillfactor = 50);
`
