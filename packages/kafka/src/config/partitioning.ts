/**
 * Chooses a partition, from 0 to `partitions` less one: the same for the same key and number of partitions, or the order
 * of the key is lost.
 */
export type ChoosePartition = (topic: string, key: string | undefined, partitions: number) => number

/** How partitions are chosen where the envelope names none. */
export type Partitioning = 'key' | 'round-robin' | 'explicit' | ChoosePartition
