/** What setup.mjs decided about Kafka, before any test file was loaded: its brokers (none on a skip), or why to skip. */
export declare function kafkaForTests(): { brokers: string[]; skip?: string }

/** What setup.mjs decided about RabbitMQ: its URL (empty on a skip), or why to skip. */
export declare function rabbitmqForTests(): { url: string; skip?: string }

/** What setup.mjs decided about the second Kafka client: the folder of its module (empty on a skip), or why to skip. */
export declare function confluentForTests(): { module: string; skip?: string }

/** What setup.mjs decided about PostgreSQL: its URL (empty on a skip), or why to skip. */
export declare function postgresForTests(): { url: string; skip?: string }

/** `describe`, or with a reason a skipped `describe` that carries it in its title, where the reporter looks for it. */
export declare function describeUnless(skip: string | undefined, title: string, body: () => void): void
