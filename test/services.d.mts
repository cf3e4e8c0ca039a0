/** What setup.mjs decided about Kafka, before any test file was loaded. */
export declare function kafkaForTests(): { brokers: string[]; skip?: undefined } | { brokers?: undefined; skip: string }

/** What setup.mjs decided about RabbitMQ. */
export declare function rabbitmqForTests(): { url: string; skip?: undefined } | { url?: undefined; skip: string }

/** What setup.mjs decided about PostgreSQL. */
export declare function postgresForTests(): { url: string; skip?: undefined } | { url?: undefined; skip: string }

/** `describe`, or with a reason a skipped `describe` that carries it in its title, where the reporter looks for it. */
export declare function describeUnless(skip: string | undefined, title: string, body: () => void): void
